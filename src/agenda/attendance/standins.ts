import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { freeRank, whyNotMandate } from './rules.ts'
import { comeIn, enter } from './store.ts'

/** 当日委托: who was named to come instead holds the seat for this one meeting (domain 3.5). */

/**
 * Seats the person a party named in its confirmation, whose written mandate the desk has in hand. It makes an alternate
 * of him until the meeting is over; a titular in the room still speaks first. Pressed twice it is once.
 */
export async function seatStandIn(db: Db, at: { meetingNo: number; seatId: number }, by: By, now: Date): Promise<void> {
  const recorder = author(by)
  const personId = await db.transaction().execute(async (trx) => {
    const meeting = await enter(trx, at.meetingNo)
    // The seat's row is the lock: of two desks that press at once the second finds the mandate given.
    const seat = await trx
      .selectFrom('seats')
      .where('id', '=', at.seatId)
      .select(['id', 'name', 'name_en', 'vacant_since'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const named = await trx
      .selectFrom('seat_answers')
      .where('meeting_id', '=', meeting.id)
      .where('seat_id', '=', seat.id)
      .where('coming', '=', true)
      .select('stand_in')
      .executeTakeFirst()
    const holders = await trx
      .selectFrom('seat_holders')
      .innerJoin('people', 'people.id', 'seat_holders.person_id')
      .where('seat_id', '=', seat.id)
      .select(['person_id', 'people.name', 'rank', 'meeting_id'])
      .execute()
    const name = named?.stand_in ?? ''
    const known = holders.find((holder) => holder.name === name)
    if (known) return known.person_id
    const rank = freeRank(holders.map((holder) => holder.rank))
    refuseIf(whyNotMandate({ vacant: seat.vacant_since !== null, named: name !== '', rank }))
    const person = await personCalled(trx, name, now)
    const mandate = { seat_id: seat.id, person_id: person, rank: rank as number, meeting_id: meeting.id }
    await trx.insertInto('seat_holders').values(mandate).execute()
    await journal(trx, {
      subject: { kind: 'meeting', id: meeting.id, no: meeting.no },
      verb: 'meeting.seat_mandated',
      by: { personId: recorder, seatId: seat.id },
      at: now,
      particulars: { seat: seat.name, seatEn: seat.name_en },
    })
    return person
  })
  const arrival = { meetingNo: at.meetingNo, householdId: null, personId, seatId: at.seatId, way: 'desk' } as const
  await comeIn(db, arrival, by, now)
}

/** Somebody with a post here is known by name; whoever is not known, or shares his name, is written down anew. */
async function personCalled(trx: Trx, name: string, now: Date): Promise<number> {
  const known = await trx
    .selectFrom('people')
    .where('name', '=', name)
    .where('post', '<>', '')
    .where('left_at', 'is', null)
    .select('id')
    .limit(2)
    .execute()
  if (known.length > 1) throw new Refusal('attendance.standIn.twice')
  if (known[0]) return known[0].id
  const made = await trx
    .insertInto('people')
    .values({ name, household_id: null, team_id: null, left_at: null, created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return made.id
}
