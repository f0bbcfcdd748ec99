import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { type Holder, speakerOf } from './rules.ts'

export type SeatTonight = Awaited<ReturnType<typeof seatsTonight>>[number]

/**
 * The seats at the table tonight, in order: who came for each and who speaks for it. One statement.
 * `since` widens it to everybody who was here at any time from then on (a ballot's opening, domain 3.6.1).
 */
export async function seatsTonight(db: Db, meetingId: number, since?: Date) {
  const seats = await db
    .selectFrom('seats')
    .select((eb) => [
      'seats.id',
      'position',
      'seats.name',
      'name_en as nameEn',
      'character',
      'colour',
      'voting',
      'required',
      eb('vacant_since', 'is not', null).as('vacant'),
      eb
        .selectFrom('attendance')
        .innerJoin('seat_holders', (join) =>
          join
            .onRef('seat_holders.seat_id', '=', 'attendance.seat_id')
            .onRef('seat_holders.person_id', '=', 'attendance.person_id'),
        )
        .innerJoin('people', 'people.id', 'attendance.person_id')
        .whereRef('attendance.seat_id', '=', 'seats.id')
        .where('attendance.meeting_id', '=', meetingId)
        .where((or) =>
          since ? or.or([or('left_at', 'is', null), or('left_at', '>=', since)]) : or('left_at', 'is', null),
        )
        .select(
          sql<
            Holder[]
          >`coalesce(json_agg(json_build_object('seatId', seat_holders.seat_id, 'personId', people.id, 'name', people.name, 'rank', rank)), '[]')`.as(
            'present',
          ),
        )
        .as('present'),
    ])
    .orderBy('position')
    .execute()
  return seats.map(({ present, vacant, ...seat }) => {
    const speaker = speakerOf(seat.id, present ?? [])
    return {
      ...seat,
      vacant: Boolean(vacant),
      here: speaker !== null,
      speakerId: speaker?.personId ?? null,
      speakerName: speaker?.name ?? null,
    }
  })
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
