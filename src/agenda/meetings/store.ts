import { randomInt } from 'node:crypto'
import type { Updateable } from 'kysely'
import type { Database, Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { termsOf } from '../kinds/store.ts'
import { buildingIds, proofsOf } from '../notices/reads.ts'
import { tooEarlyUntil, whyNotProven } from '../notices/rules.ts'
import { quorumNow } from '../quorum/reads.ts'
import { tooFew } from '../quorum/rules.ts'
import {
  dayParts,
  itemState,
  type MeetingState,
  meetingState,
  whyNotNotice,
  whyNotOpen,
  whyNotStartCheckin,
} from './rules.ts'

interface NewMeeting {
  /** Of the form it came with: the same one again gives the same meeting. */
  key: string
  /** Its kind's code; left out: a five-party meeting. */
  kind?: string
  title: string
  place: string
  startsAt: Date
}

const codeTries = 20

/**
 * Makes a meeting in draft and gives its number. Its six-digit code belongs to it alone until it is adjourned; a
 * number that a live meeting already has is drawn again.
 */
export async function createMeeting(
  db: Db,
  meeting: NewMeeting,
  by: By,
  at: Date,
  drawCode = sixDigits,
): Promise<number> {
  const personId = author(by)
  return db.transaction().execute(async (trx) => {
    await refuseUnknownKind(trx, meeting.kind)
    for (let tries = 0; tries < codeTries; tries++) {
      const made = await trx
        .insertInto('meetings')
        .values({
          key: meeting.key,
          title: meeting.title,
          place: meeting.place,
          starts_at: meeting.startsAt,
          ...(meeting.kind && { kind: meeting.kind }),
          code: drawCode(),
          created_at: at,
          created_by: personId,
        })
        .onConflict((oc) => oc.doNothing())
        .returning(['id', 'no'])
        .executeTakeFirst()
      if (made) {
        await journal(trx, { subject: { kind: 'meeting', ...made }, verb: 'meeting.planned', became: 'draft', by, at })
        return made.no
      }
      const known = await trx.selectFrom('meetings').select('no').where('key', '=', meeting.key).executeTakeFirst()
      if (known) return known.no
    }
    throw new Refusal('error.busy', 503)
  })
}

async function refuseUnknownKind(trx: Trx, kind: string | undefined): Promise<void> {
  if (kind === undefined) return
  const known = await trx.selectFrom('meeting_kinds').select('id').where('code', '=', kind).executeTakeFirst()
  if (!known) throw new Refusal('kinds.unknown', 422)
}

const sixDigits = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/**
 * 通知: tells the neighbourhood that it takes place. From here on the meeting keeps the terms its kind has today. Refuses
 * as long as the paper has not been seen to hang where the kind wants it.
 */
export async function noticeMeeting(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotNotice(meeting.state))
    const terms = await termsOf(trx, meeting.id)
    refuseIf(whyNotProven(terms, await proofsOf(trx, meeting.id, 1), await buildingIds(trx)))
    const told = { noticed_at: at, noticed_by: by.personId ?? null, lead_from: at, notices: 1 }
    await move(trx, meeting, 'noticed', { ...told, terms: JSON.stringify(terms) }, by, at)
  })
}

/**
 * 签到: from now on people may come in. Refuses before the lead time is over, with the day from which it may begin, and
 * as long as a change has not been posted.
 */
export async function startCheckin(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotStartCheckin(meeting.state))
    const terms = await termsOf(trx, meeting.id)
    const until = tooEarlyUntil(meeting, terms, at)
    if (until) throw new Refusal('notices.tooEarly', 409, { days: terms.leadDays, ...dayParts(until) })
    if (meeting.notices > 1) {
      const proofs = await proofsOf(trx, meeting.id, meeting.notices)
      refuseIf(whyNotProven(terms, proofs, await buildingIds(trx)) && 'notices.changeNotPosted')
    }
    await move(trx, meeting, 'checkin', { checkin_at: at, checkin_by: by.personId ?? null }, by, at)
  })
}

/** 开会. Refuses a meeting that has nothing to talk over, or too few in the room: the check-in goes on. */
export async function openMeeting(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    const items = await runningItems(trx, meeting.id)
    refuseIf(whyNotOpen(meeting.state, items.length))
    const few = tooFew(await quorumNow(trx, meeting.id))
    if (few) throw new Refusal(few.key, 409, few.values)
    await move(trx, meeting, 'in_session', { opened_at: at, opened_by: by.personId ?? null }, by, at)
  })
}

/** What happens to an item at a meeting is a line of both: the room's panels follow the meeting, the timeline the item. */
export async function journalItem(
  trx: Trx,
  meeting: { id: number; no: number },
  item: { id: number; no: number; title: string },
  what: 'placed' | 'removed' | 'introduced' | 'discussing' | 'returned' | 'deferred',
  by: By,
  at: Date,
): Promise<void> {
  const { id, no, title } = item
  await journal(trx, {
    subject: { kind: 'item', id, no },
    verb: `item.${what}`,
    by,
    at,
    particulars: { meeting: meeting.no },
  })
  await journal(trx, {
    subject: { kind: 'meeting', id: meeting.id, no: meeting.no },
    verb: `meeting.item_${what}`,
    by,
    at,
    particulars: { item: no, title },
  })
}

/** A meeting's row, held until the transaction ends: of two chairs who press at once the second sees what the first did. */
export async function lockMeeting(trx: Trx, no: number) {
  const meeting = await trx
    .selectFrom('meetings')
    .where('no', '=', no)
    .selectAll()
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  return { ...meeting, state: meetingState(meeting) }
}

/** A meeting's running order, as the rules read it. */
export async function runningItems(trx: Trx, meetingId: number) {
  const rows = await trx
    .selectFrom('running_order')
    .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
    .where('meeting_id', '=', meetingId)
    .selectAll('running_order')
    .select((eb) => [
      'agenda_items.id',
      'agenda_items.no',
      'agenda_items.title',
      eb
        .selectFrom('ballots')
        .whereRef('ballots.meeting_id', '=', 'running_order.meeting_id')
        .whereRef('ballots.item_id', '=', 'running_order.item_id')
        .select('outcome')
        .orderBy('ballots.id', 'desc')
        .limit(1)
        .as('outcome'),
      eb
        .exists(
          eb
            .selectFrom('ballots')
            .innerJoin('stops', 'stops.ballot_id', 'ballots.id')
            .whereRef('ballots.meeting_id', '=', 'running_order.meeting_id')
            .whereRef('ballots.item_id', '=', 'running_order.item_id')
            .where('closed_at', 'is', null)
            .where('resumed_at', 'is', null)
            .select('stops.id'),
        )
        .$castTo<boolean>()
        .as('stopped'),
    ])
    .orderBy('position')
    .execute()
  return rows.map((row) => ({ ...row, state: itemState(row) }))
}

/** Takes a meeting a state further and signs for it. */
export async function move(
  trx: Trx,
  meeting: { id: number; no: number; state: MeetingState },
  to: MeetingState,
  signature: Updateable<Database['meetings']>,
  by: By,
  at: Date,
  particulars: Record<string, string> = {},
): Promise<void> {
  await trx.updateTable('meetings').set(signature).where('id', '=', meeting.id).execute()
  const { id, no, state } = meeting
  const subject = { kind: 'meeting', id, no } as const
  await journal(trx, { subject, verb: `meeting.${to}`, was: state, became: to, by, at, particulars })
}
