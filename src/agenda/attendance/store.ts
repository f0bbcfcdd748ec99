import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { noteArrival } from '../mandates/store.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'
import { watchQuorum } from '../suspensions/store.ts'
import { holdsTonight, seated, seatRows } from './reads.ts'
import { whyNotComeIn, whyNotSit, whyNotUndo } from './rules.ts'

/**
 * The seats at the table tonight, in order: who came for each and who speaks for it. One statement.
 * `since` widens it to everybody who was here at any time from then on (a ballot's opening, domain 3.6.1).
 */
export async function seatsTonight(db: Db, meetingId: number, since?: Date) {
  return seated(await seatRows(db, meetingId, since).execute())
}

/** How many households are in the room (or were, from `since` on). */
export async function householdsPresent(db: Db, meetingId: number, since?: Date): Promise<number> {
  const { count } = await db
    .selectFrom('attendance')
    .where('meeting_id', '=', meetingId)
    .where('household_id', 'is not', null)
    .where('seat_id', 'is', null)
    .where((or) => (since ? or.or([or('left_at', 'is', null), or('left_at', '>=', since)]) : or('left_at', 'is', null)))
    .select((eb) => eb.fn.count<number>('household_id').distinct().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

interface Arrival {
  meetingNo: number
  /** The door somebody comes for; null: for none. */
  householdId: number | null
  /** Who it is, where that is known. */
  personId: number | null
  /** The chair this person takes tonight; null: none. */
  seatId: number | null
  way: 'code' | 'desk'
}

/**
 * Lets somebody in, for a door, for a seat or for both. Coming twice is one presence; whoever takes another seat rises
 * from the first. Refuses before check-in starts and after the meeting is over, and a seat that is not hers to take.
 */
export async function comeIn(db: Db, arrival: Arrival, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Who takes a seat may rise from another, and that is a departure.
    const meeting = await enter(trx, arrival.meetingNo, arrival.seatId === null ? 'coming' : 'leaving')
    const who = { meeting_id: meeting.id, way: arrival.way, arrived_at: at, recorded_by: recorder(arrival, by) }
    if (arrival.householdId !== null) await comeForDoor(trx, meeting, who, arrival.householdId, arrival.personId, by)
    const { seatId, personId } = arrival
    if (seatId !== null && personId !== null)
      await watchQuorum(trx, meeting, by, at, () => takeSeat(trx, meeting, who, seatId, personId, by))
  })
}

/** Somebody goes home: her door and her seat are empty from now on. Gone twice is gone once. */
export async function goHome(
  db: Db,
  meetingNo: number,
  who: { householdId: number | null; personId: number | null },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await enter(trx, meetingNo, 'leaving')
    await watchQuorum(trx, meeting, by, at, async () => {
      const gone = await trx
        .updateTable('attendance')
        .set({ left_at: at })
        .where('meeting_id', '=', meeting.id)
        .where('left_at', 'is', null)
        .where((eb) => eb.or([eb('household_id', '=', who.householdId), eb('person_id', '=', who.personId)]))
        .returning(['household_id', 'seat_id'])
        .execute()
      for (const presence of gone) await journalPresence(trx, meeting, 'left', presence, by, at)
    })
  })
}

/** The desk notes that somebody has gone home. `presence`: a row of this meeting, else 404. */
export async function noteDeparture(db: Db, meetingNo: number, presence: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { meeting, row } = await presenceOf(trx, meetingNo, presence)
    if (row.left_at !== null) return
    await watchQuorum(trx, meeting, by, at, async () => {
      await trx.updateTable('attendance').set({ left_at: at }).where('id', '=', row.id).execute()
      await journalPresence(trx, meeting, 'left', row, by, at)
    })
  })
}

/** Takes back what the desk recorded by mistake: nobody came. Refuses what somebody did herself, and after a vote. */
export async function undoArrival(db: Db, meetingNo: number, presence: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { meeting, row } = await presenceOf(trx, meetingNo, presence)
    const vote = await trx
      .selectFrom('votes')
      .innerJoin('ballots', 'ballots.id', 'votes.ballot_id')
      .where('ballots.meeting_id', '=', meeting.id)
      .where('electorate_kind', '=', row.seat_id === null ? 'household' : 'seat')
      .where('voter_id', '=', row.seat_id ?? row.household_id)
      .select('voter_id')
      .executeTakeFirst()
    refuseIf(whyNotUndo({ way: row.way, voted: vote !== undefined }))
    await watchQuorum(trx, meeting, by, at, async () => {
      await trx.deleteFrom('attendance').where('id', '=', row.id).execute()
      await journalPresence(trx, meeting, 'undone', row, by, at)
    })
  })
}

/** The household behind a door as people name it; null where there is none. */
export async function householdAt(db: Db, { building, door }: { building: string; door: string }) {
  const row = await db
    .selectFrom('households')
    .innerJoin('buildings', 'buildings.id', 'households.building_id')
    .where('buildings.name', '=', building)
    .where('door', '=', door)
    .select('households.id')
    .executeTakeFirst()
  return row?.id ?? null
}

/**
 * The meeting's row, shared with everybody else who comes in; adjourning waits for all of them. Who leaves holds it
 * alone: whether that takes the quorum away depends on who else is leaving.
 */
export async function enter(trx: Trx, meetingNo: number, way: 'coming' | 'leaving' = 'coming') {
  const row = await trx
    .selectFrom('meetings')
    .where('no', '=', meetingNo)
    .select(['id', 'no', ...meetingTimes])
    .$if(way === 'coming', (qb) => qb.forShare())
    .$if(way === 'leaving', (qb) => qb.forUpdate())
    .executeTakeFirstOrThrow(notFound)
  const meeting = { ...row, state: meetingState(row) }
  refuseIf(whyNotComeIn(meeting.state))
  return meeting
}

interface Meeting {
  id: number
  no: number
}

interface Presence {
  meeting_id: number
  way: 'code' | 'desk'
  arrived_at: Date
  recorded_by: number | null
}

async function comeForDoor(
  trx: Trx,
  meeting: Meeting,
  presence: Presence,
  householdId: number,
  personId: number | null,
  by: By,
): Promise<void> {
  const came = await trx
    .insertInto('attendance')
    .values({ ...presence, household_id: householdId, person_id: personId, seat_id: null })
    .onConflict((oc) =>
      oc
        .columns(['community_id', 'meeting_id', 'household_id'])
        .where('left_at', 'is', null)
        .where('household_id', 'is not', null)
        .where('seat_id', 'is', null)
        .doNothing(),
    )
    .returning(['household_id', 'seat_id'])
    .executeTakeFirst()
  if (!came) return
  await journalPresence(trx, meeting, 'came', came, by, presence.arrived_at)
  await noteArrival(trx, meeting, householdId, by, presence.arrived_at)
}

async function takeSeat(
  trx: Trx,
  meeting: Meeting,
  presence: Presence,
  seatId: number,
  personId: number,
  by: By,
): Promise<void> {
  const seat = await trx
    .selectFrom('seats')
    .leftJoin('seat_holders', (join) =>
      join
        .onRef('seat_holders.seat_id', '=', 'seats.id')
        .on('seat_holders.person_id', '=', personId)
        .on(holdsTonight(sql.lit(meeting.id))),
    )
    .where('seats.id', '=', seatId)
    .select(['vacant_since', 'seat_holders.person_id as holder'])
    .executeTakeFirstOrThrow(notFound)
  refuseIf(whyNotSit({ vacant: seat.vacant_since !== null, holder: seat.holder !== null }))

  const risen = await trx
    .updateTable('attendance')
    .set({ left_at: presence.arrived_at })
    .where('meeting_id', '=', meeting.id)
    .where('person_id', '=', personId)
    .where('seat_id', '<>', seatId)
    .where('left_at', 'is', null)
    .returning(['household_id', 'seat_id'])
    .execute()
  for (const each of risen) await journalPresence(trx, meeting, 'left', each, by, presence.arrived_at)

  const sat = await trx
    .insertInto('attendance')
    .values({ ...presence, household_id: null, person_id: personId, seat_id: seatId })
    .onConflict((oc) =>
      oc
        .columns(['community_id', 'meeting_id', 'person_id'])
        .where('left_at', 'is', null)
        .where('seat_id', 'is not', null)
        .doNothing(),
    )
    .returning(['household_id', 'seat_id'])
    .executeTakeFirst()
  if (sat) await journalPresence(trx, meeting, 'came', sat, by, presence.arrived_at)
}

async function presenceOf(trx: Trx, meetingNo: number, presence: number) {
  const meeting = await enter(trx, meetingNo, 'leaving')
  const row = await trx
    .selectFrom('attendance')
    .where('id', '=', presence)
    .where('meeting_id', '=', meeting.id)
    .select(['id', 'household_id', 'seat_id', 'way', 'left_at'])
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  return { meeting, row }
}

/** The journal tells which seat, or a door's building: who exactly was in the room is the attendance list's to know. */
async function journalPresence(
  trx: Trx,
  meeting: Meeting,
  what: 'came' | 'left' | 'undone',
  of: { household_id: number | null; seat_id: number | null },
  by: By,
  at: Date,
): Promise<void> {
  const { rows } = await sql<{ building: string | null; seat: string | null; seatEn: string | null }>`
    select (select b.name from households h join buildings b on b.id = h.building_id where h.id = ${of.household_id}::int) as building,
           s.name as seat, s.name_en as "seatEn"
    from (select 1) as one left join seats s on s.id = ${of.seat_id}::int`.execute(trx)
  const { building = null, seat = null, seatEn = null } = rows[0] ?? {}
  await journal(trx, {
    subject: { kind: 'meeting', id: meeting.id, no: meeting.no },
    verb: of.seat_id === null ? `meeting.door_${what}` : `meeting.seat_${what}`,
    by: of.seat_id === null ? by : { ...by, seatId: of.seat_id },
    at,
    particulars: of.seat_id === null ? { building } : { seat, seatEn },
  })
}

/** Who wrote it down, where that is somebody else. */
const recorder = (arrival: Arrival, by: By): number | null => (arrival.way === 'desk' ? (by.personId ?? null) : null)
