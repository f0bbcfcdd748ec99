import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { alone } from '../items/reads.ts'
import { whyNotPlace } from '../items/rules.ts'
import { lockItem, putOnAgenda, returnToPool } from '../items/store.ts'
import { whyNotBringItem } from '../kinds/deciding.ts'
import { putOff } from '../meetings/endings.ts'
import {
  whenParts,
  whyNotArrange,
  whyNotDefer,
  whyNotDiscuss,
  whyNotInSession,
  whyNotIntroduce,
  whyNotReturn,
} from '../meetings/rules.ts'
import { journalItem, lockMeeting, runningItems } from '../meetings/store.ts'

/**
 * Puts an item last on a meeting's running order: its pooled issues go onto the agenda and their filers are told when
 * and where. Refuses an item that stands elsewhere, and a meeting that has begun.
 */
export async function placeItem(
  db: Db,
  letterbox: Letterbox,
  place: { meetingNo: number; itemNo: number; minutes: number },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, place.meetingNo)
    const item = await lockItem(trx, place.itemNo)
    refuseIf(whyNotArrange(meeting.state))
    refuseIf(whyNotPlace(item, await waitingIssues(trx, item.id), await standsAlone(trx, item.id)))
    refuseIf(await whyNotBringItem(trx, meeting.id, item))
    await trx
      .insertInto('running_order')
      .columns(['meeting_id', 'item_id', 'minutes', 'position'])
      .expression((eb) =>
        eb
          .selectFrom('running_order')
          .where('meeting_id', '=', meeting.id)
          .select([
            sql<number>`${meeting.id}::int`.as('meeting_id'),
            sql<number>`${item.id}::int`.as('item_id'),
            sql<number>`${place.minutes}::int`.as('minutes'),
            sql<number>`coalesce(max(position), 0) + 1`.as('position'),
          ]),
      )
      .execute()
    await journalItem(trx, meeting, item, 'placed', by, at)
    await putOnAgenda(trx, letterbox, meeting, item.id, by, at)
  })
}

/**
 * Moves an item one place up or down. `from` is the place (1 is the first) at which whoever pressed saw it: if somebody
 * else has moved it since, nothing happens, so that two who press the same arrow move it once.
 */
export async function moveItem(
  db: Db,
  move: { meetingNo: number; itemNo: number; from: number; by: -1 | 1 },
  by: By,
  at: Date,
): Promise<void> {
  await onOrder(db, move.meetingNo, move.itemNo, async (trx, { meeting, item, items }) => {
    refuseIf(whyNotArrange(meeting.state))
    const index = items.indexOf(item)
    const other = items[index + move.by]
    if (index + 1 !== move.from || !other) return
    await trx
      .updateTable('running_order')
      .set({ position: sql`case item_id when ${item.id} then ${other.position}::int else ${item.position}::int end` })
      .where('meeting_id', '=', meeting.id)
      .where('item_id', 'in', [item.id, other.id])
      .execute()
    await journalOrder(
      trx,
      meeting,
      'meeting.item_moved',
      { item: item.no, title: item.title, place: move.from + move.by },
      by,
      at,
    )
  })
}

export async function setMinutes(
  db: Db,
  set: { meetingNo: number; itemNo: number; minutes: number },
  by: By,
  at: Date,
): Promise<void> {
  await onOrder(db, set.meetingNo, set.itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotArrange(meeting.state))
    if (item.minutes === set.minutes) return
    await onRow(trx, meeting.id, item.id).set({ minutes: set.minutes }).execute()
    await journalOrder(
      trx,
      meeting,
      'meeting.item_timed',
      { item: item.no, title: item.title, minutes: set.minutes },
      by,
      at,
    )
  })
}

/** Takes an item off the running order; its issues return to the pool, and who was told the date hears that it is off. */
export async function removeItem(
  db: Db,
  letterbox: Letterbox,
  from: { meetingNo: number; itemNo: number },
  by: By,
  at: Date,
): Promise<void> {
  await onOrder(db, from.meetingNo, from.itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotArrange(meeting.state))
    const issueIds = await returnToPool(trx, item.id, 'issue.off_agenda', by, at)
    await trx.deleteFrom('running_order').where('meeting_id', '=', meeting.id).where('item_id', '=', item.id).execute()
    await trx
      .updateTable('running_order')
      .set({ position: sql`position - 1` })
      .where('meeting_id', '=', meeting.id)
      .where('position', '>', item.position)
      .execute()
    await journalItem(trx, meeting, item, 'removed', by, at)
    const about = `off_agenda:${meeting.id}:${at.getTime()}`
    await tellFilers(trx, letterbox, issueIds, about, 'tell.offAgenda', whenParts(meeting.starts_at))
  })
}

/** 介绍: begins an item. */
export async function introduceItem(db: Db, meetingNo: number, itemNo: number, by: By, at: Date): Promise<void> {
  await onOrder(db, meetingNo, itemNo, async (trx, { meeting, item, items }) => {
    refuseIf(whyNotIntroduce(meeting.state, items, item))
    await onRow(trx, meeting.id, item.id).set({ introduced_at: at }).execute()
    await journalItem(trx, meeting, item, 'introduced', by, at)
  })
}

/** 讨论: gives the floor to the room. */
export async function discussItem(db: Db, meetingNo: number, itemNo: number, by: By, at: Date): Promise<void> {
  await onOrder(db, meetingNo, itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotDiscuss(meeting.state, item))
    await onRow(trx, meeting.id, item.id).set({ discussing_at: at }).execute()
    await journalItem(trx, meeting, item, 'discussing', by, at)
  })
}

/** 退一步: from the discussion back to the introduction, or out of an item that was begun too early. */
export async function returnItem(db: Db, meetingNo: number, itemNo: number, by: By, at: Date): Promise<void> {
  await onOrder(db, meetingNo, itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotReturn(meeting.state, item))
    const back = item.state === 'discussing' ? { discussing_at: null } : { introduced_at: null }
    await onRow(trx, meeting.id, item.id).set(back).execute()
    await journalItem(trx, meeting, item, 'returned', by, at)
  })
}

/** 再给一分钟: the clock of an item runs a minute longer. */
export async function extendItem(db: Db, meetingNo: number, itemNo: number, by: By, at: Date): Promise<void> {
  await onOrder(db, meetingNo, itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotInSession(meeting.state))
    if (item.extra_minutes >= mostExtra) return
    await onRow(trx, meeting.id, item.id)
      .set({ extra_minutes: item.extra_minutes + 1 })
      .execute()
    const particulars = { item: item.no, title: item.title, minutes: item.minutes + item.extra_minutes + 1 }
    await journalOrder(trx, meeting, 'meeting.item_extended', particulars, by, at)
  })
}

const mostExtra = 240

/** 缓议: puts an item off; its issues return to the pool, and their filers are told. */
export async function deferItem(
  db: Db,
  letterbox: Letterbox,
  from: { meetingNo: number; itemNo: number },
  by: By,
  at: Date,
): Promise<void> {
  await onOrder(db, from.meetingNo, from.itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotDefer(meeting.state, item))
    await putOff(trx, letterbox, meeting, item, by, at)
  })
}

/** Keeps what was said about an item, as the chair or the desk writes it down. */
export async function saveNotes(
  db: Db,
  note: { meetingNo: number; itemNo: number; notes: string },
  by: By,
  at: Date,
): Promise<void> {
  await onOrder(db, note.meetingNo, note.itemNo, async (trx, { meeting, item }) => {
    refuseIf(whyNotInSession(meeting.state))
    if (item.notes === note.notes) return
    await onRow(trx, meeting.id, item.id).set({ notes: note.notes }).execute()
    await journalOrder(trx, meeting, 'meeting.item_noted', { item: item.no, title: item.title }, by, at)
  })
}

type Meeting = Awaited<ReturnType<typeof lockMeeting>>
type Items = Awaited<ReturnType<typeof runningItems>>

/** One item of a running order, with the meeting held so that nobody else moves either. Not on it: 404. */
async function onOrder(
  db: Db,
  meetingNo: number,
  itemNo: number,
  act: (trx: Trx, on: { meeting: Meeting; item: Items[number]; items: Items }) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    const items = await runningItems(trx, meeting.id)
    const item = items.find(({ no }) => no === itemNo)
    if (!item) throw notFound()
    await act(trx, { meeting, item, items })
  })
}

const onRow = (trx: Trx, meetingId: number, itemId: number) =>
  trx.updateTable('running_order').where('meeting_id', '=', meetingId).where('item_id', '=', itemId)

async function waitingIssues(trx: Trx, itemId: number): Promise<number> {
  const { n } = await trx
    .selectFrom('agenda_links')
    .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
    .where('item_id', '=', itemId)
    .where('state', 'in', ['pooled', 'on_agenda'])
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

async function standsAlone(trx: Trx, itemId: number): Promise<boolean> {
  const item = await trx
    .selectFrom('agenda_items')
    .select('id')
    .where('id', '=', itemId)
    .where(alone)
    .executeTakeFirst()
  return item !== undefined
}

async function journalOrder(
  trx: Trx,
  { id, no }: Meeting,
  verb: 'meeting.item_moved' | 'meeting.item_timed' | 'meeting.item_noted' | 'meeting.item_extended',
  particulars: Record<string, string | number>,
  by: By,
  at: Date,
): Promise<void> {
  await journal(trx, { subject: { kind: 'meeting', id, no }, verb, by, at, particulars })
}
