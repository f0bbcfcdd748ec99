import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { readDoor } from '../attendance/rules.ts'
import { householdAt } from '../attendance/store.ts'
import { currentItem } from '../meetings/rules.ts'
import { lockMeeting, runningItems } from '../meetings/store.ts'
import { turnRows } from './reads.ts'
import { fairOrder, type Turn, whyNotSpeak } from './rules.ts'

interface Voice {
  householdId: number | null
  seatId: number | null
  name: string
}

/** A hand goes up, from a phone: for the seat she sits on tonight, else for her door. Up twice is up once. */
export async function raiseHand(
  db: Db,
  meetingNo: number,
  me: { personId: number | null; householdId: number | null },
  by: By,
  at: Date,
): Promise<void> {
  await onFloor(db, meetingNo, async (trx, { meeting, item }) => {
    await putUp(trx, meeting, item.id, { ...(await comesAs(trx, meeting.id, me)), name: '' }, by, at)
  })
}

/** The hand goes down again; it was never up. */
export async function lowerHand(
  db: Db,
  meetingNo: number,
  me: { personId: number | null; householdId: number | null },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    const { householdId, seatId } = await comesAs(trx, meeting.id, me)
    const gone = await trx
      .updateTable('turns')
      .set({ lowered_at: at })
      .where('meeting_id', '=', meeting.id)
      .where('called_at', 'is', null)
      .where('lowered_at', 'is', null)
      .where((eb) => (seatId === null ? eb('household_id', '=', householdId) : eb('seat_id', '=', seatId)))
      .returning('id')
      .execute()
    if (gone.length > 0) await tell(trx, meeting, 'meeting.hand_lowered', by, at)
  })
}

/** The chair writes down who asks for the word: a door ('12-602'), a seat by its name, or a guest by hers. */
export async function addSpeaker(db: Db, meetingNo: number, who: string, by: By, at: Date): Promise<void> {
  const door = readDoor(who)
  const householdId = door && (await householdAt(db, door))
  const seat = householdId
    ? undefined
    : await db
        .selectFrom('seats')
        .where((eb) => eb.or([eb('name', '=', who), eb('character', '=', who), eb('name_en', '=', who)]))
        .select('id')
        .executeTakeFirst()
  const known = householdId || seat !== undefined
  const voice = { householdId: householdId || null, seatId: seat?.id ?? null, name: known ? '' : who }
  await onFloor(db, meetingNo, async (trx, { meeting, item }) => putUp(trx, meeting, item.id, voice, by, at))
}

/**
 * 下一位: ends who speaks and calls the next in fair order, or the one that is named. `after`: who was speaking when the
 * button was pressed, 0 for nobody; where somebody else has been called since, nothing happens.
 */
export async function callSpeaker(
  db: Db,
  call: { meetingNo: number; after: number; id?: number | undefined },
  by: By,
  at: Date,
): Promise<void> {
  await onFloor(db, call.meetingNo, async (trx, { meeting, item, turns }) => {
    const speaking = turns.find((turn) => turn.calledAt !== null && turn.endedAt === null)
    if ((speaking?.id ?? 0) !== call.after) return
    await endTurns(trx, meeting.id, at)
    const waiting = turns.filter((turn) => turn.calledAt === null && turn.item === item.no)
    const heard = turns.map((turn) => (turn === speaking ? { ...turn, endedAt: at.toISOString() } : turn))
    const order = fairOrder(waiting, heard)
    const next = call.id === undefined ? order[0] : order.find(({ id }) => id === call.id)
    if (next) await trx.updateTable('turns').set({ called_at: at }).where('id', '=', next.id).execute()
    if (next) return tell(trx, meeting, 'meeting.speaker_called', by, at, wordsOf(next))
    if (speaking) await tell(trx, meeting, 'meeting.speaker_ended', by, at, wordsOf(speaking))
  })
}

type Meeting = Awaited<ReturnType<typeof lockMeeting>>
type Item = Awaited<ReturnType<typeof runningItems>>[number]

/** The item on the floor, with the meeting held: hands and calls come one after the other. */
async function onFloor(
  db: Db,
  meetingNo: number,
  act: (trx: Trx, on: { meeting: Meeting; item: Item; turns: Turn[] }) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    const item = currentItem(await runningItems(trx, meeting.id))
    refuseIf(whyNotSpeak(meeting.state, item))
    if (!item) throw notFound()
    const { rows } = await sql<{ turns: Turn[] }>`select ${turnRows(sql`${meeting.id}::int`)} as turns`.execute(trx)
    await act(trx, { meeting, item, turns: rows[0]?.turns ?? [] })
  })
}

/** As whom she is in the room now. Refuses who has not checked in. */
async function comesAs(trx: Trx, meetingId: number, me: { personId: number | null; householdId: number | null }) {
  const { rows } = await sql<{ householdId: number | null; seatId: number | null }>`
    select household_id as "householdId", seat_id as "seatId" from attendance
    where meeting_id = ${meetingId} and left_at is null
      and ((seat_id is not null and person_id = ${me.personId}::int) or (seat_id is null and household_id = ${me.householdId}::int))
    order by seat_id is null limit 1`.execute(trx)
  const row = rows[0]
  if (!row) throw new Refusal('speakers.notHere')
  return row.seatId === null ? row : { householdId: null, seatId: row.seatId }
}

async function putUp(trx: Trx, meeting: Meeting, itemId: number, voice: Voice, by: By, at: Date): Promise<void> {
  const up = await trx
    .insertInto('turns')
    .values({
      meeting_id: meeting.id,
      item_id: itemId,
      household_id: voice.householdId,
      seat_id: voice.seatId,
      name: voice.name,
      raised_at: at,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (up) await tell(trx, meeting, 'meeting.hand_raised', by, at)
}

async function endTurns(trx: Trx, meetingId: number, at: Date): Promise<void> {
  await sql`
    update turns t set ended_at = greatest(t.called_at, least(${at}::timestamptz, r.voting_at, r.deferred_at))
    from running_order r where r.meeting_id = t.meeting_id and r.item_id = t.item_id
      and t.meeting_id = ${meetingId} and t.called_at is not null and t.ended_at is null`.execute(trx)
}

/** The journal tells the seat, the building or the guest's name; which door spoke is not written there. */
const wordsOf = ({ seat, seatEn, building, name }: Turn) => ({
  seat: seat ?? (building === null ? name : `${building} 号楼`),
  seatEn: seatEn ?? (building === null ? name : `Building ${building}`),
})

async function tell(
  trx: Trx,
  { id, no }: Meeting,
  verb: 'meeting.hand_raised' | 'meeting.hand_lowered' | 'meeting.speaker_called' | 'meeting.speaker_ended',
  by: By,
  at: Date,
  particulars: Record<string, string> = {},
): Promise<void> {
  await journal(trx, { subject: { kind: 'meeting', id, no }, verb, by, at, particulars })
}
