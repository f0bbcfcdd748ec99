import { type Expression, type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'
import { type Holder, speakerOf } from './rules.ts'

/** A seat is held for good, or by a mandate for the one meeting (standins.ts). SQL on `seat_holders`. */
export const holdsTonight = (meetingId: Expression<number>) =>
  sql<boolean>`(seat_holders.meeting_id is null or seat_holders.meeting_id = ${meetingId})`

/** The seats at the table, in order, each with those in the room who may speak for it. `since`: see `seatsTonight`. */
export function seatRows(db: Db, meetingId: Expression<number> | number, since?: Date) {
  return db
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
            .onRef('seat_holders.person_id', '=', 'attendance.person_id')
            .on(holdsTonight(sql.ref('attendance.meeting_id'))),
        )
        .innerJoin('people', 'people.id', 'attendance.person_id')
        .whereRef('attendance.seat_id', '=', 'seats.id')
        .where('attendance.meeting_id', '=', meetingId)
        .where((or) =>
          since
            ? or.or([or('attendance.left_at', 'is', null), or('attendance.left_at', '>=', since)])
            : or('attendance.left_at', 'is', null),
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
}

type SeatRow = Awaited<ReturnType<ReturnType<typeof seatRows>['execute']>>[number]

/** Says of each seat who speaks for it: the titular if in the room, else the first alternate. */
export function seated(rows: readonly SeatRow[]) {
  return rows.map(({ present, vacant, ...seat }) => {
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

/**
 * A subquery that counts who is in the room now, and all the households there are. Somebody who came for a door and for a
 * seat is one of the people.
 */
export function present(
  meetingId: Expression<number>,
): RawBuilder<{ households: number; people: number; all: number }> {
  return sql`(select json_build_object(
      'households', count(distinct household_id) filter (where seat_id is null),
      'people', count(distinct coalesce(person_id, -household_id)),
      'all', (select count(*) from households))
    from attendance where meeting_id = ${meetingId} and left_at is null)`
}

interface Asking {
  personId: number | null
  householdId: number | null
  seatIds: readonly number[]
}

/**
 * What the check-in page shows whoever typed a meeting's code: which door and which seats she may come for, and for
 * which she is here already. Of two meetings with one code the live one. Null: no meeting that anybody was told of ever
 * had it. One statement.
 */
export async function joinPage(db: Db, which: { code: string } | { no: number }, me: Asking) {
  const row = await db
    .selectFrom('meetings')
    .where('noticed_at', 'is not', null)
    .where((eb) => ('code' in which ? eb('code', '=', which.code) : eb('no', '=', which.no)))
    .select((eb) => [
      'meetings.no',
      'meetings.title',
      'place',
      'starts_at',
      ...meetingTimes,
      jsonObjectFrom(
        eb
          .selectFrom('households')
          .innerJoin('buildings', 'buildings.id', 'households.building_id')
          .where('households.id', '=', me.householdId)
          .select(['buildings.name as building', 'door']),
      ).as('door'),
      jsonArrayFrom(
        eb
          .selectFrom('seats')
          .where('seats.id', 'in', [...me.seatIds, 0])
          .select((seat) => ['id', 'name', 'name_en as nameEn', seat('vacant_since', 'is not', null).as('vacant')])
          // His own first: the order in which the session lists them is by rank.
          .orderBy(sql`array_position(${[...me.seatIds]}::int[], seats.id)`),
      ).as('seats'),
      jsonArrayFrom(
        eb
          .selectFrom('attendance')
          .whereRef('meeting_id', '=', 'meetings.id')
          .where('left_at', 'is', null)
          .where((own) =>
            own.or([
              own.and([own('household_id', '=', me.householdId), own('seat_id', 'is', null)]),
              own.and([own('person_id', '=', me.personId), own('seat_id', 'is not', null)]),
            ]),
          )
          .select('seat_id as seatId'),
      ).as('here'),
    ])
    .orderBy((eb) => eb.or([eb('adjourned_at', 'is not', null), eb('aborted_at', 'is not', null)]))
    .orderBy('starts_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return null
  const { here, ...meeting } = row
  return {
    ...meeting,
    state: meetingState(row),
    doorHere: here.some(({ seatId }) => seatId === null),
    seatHere: here.find(({ seatId }) => seatId !== null)?.seatId ?? null,
  }
}

/**
 * What the desk at the entrance works with: the seats and everybody who may take them, who is here (newest first), the
 * buildings, and the doors of the one that was picked. One statement. No such meeting here: 404.
 */
export async function deskPage(db: Db, no: number, building: string | null) {
  const row = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select((eb) => [
      'meetings.no',
      'meetings.title',
      'place',
      'starts_at',
      'code',
      ...meetingTimes,
      jsonArrayFrom(eb.selectFrom('buildings').select('name').orderBy('position')).as('buildings'),
      jsonArrayFrom(
        eb
          .selectFrom('seats')
          .select((seat) => [
            'id',
            'name',
            'name_en as nameEn',
            'character',
            'colour',
            seat('vacant_since', 'is not', null).as('vacant'),
            jsonArrayFrom(
              seat
                .selectFrom('seat_holders')
                .innerJoin('people', 'people.id', 'seat_holders.person_id')
                .whereRef('seat_holders.seat_id', '=', 'seats.id')
                .where('people.left_at', 'is', null)
                .where(holdsTonight(sql.ref('meetings.id')))
                .select(['people.id', 'people.name', 'people.post', 'rank'])
                .orderBy('rank'),
            ).as('holders'),
            // Whom the party named to come instead: he is none of its own.
            seat
              .selectFrom('seat_answers')
              .whereRef('seat_answers.seat_id', '=', 'seats.id')
              .whereRef('seat_answers.meeting_id', '=', 'meetings.id')
              .where('coming', '=', true)
              .where('stand_in', '<>', '')
              .select('stand_in')
              .as('standIn'),
          ])
          .orderBy('position'),
      ).as('seats'),
      jsonArrayFrom(
        eb
          .selectFrom('attendance')
          .leftJoin('households', 'households.id', 'attendance.household_id')
          .leftJoin('buildings', 'buildings.id', 'households.building_id')
          .leftJoin('people', 'people.id', 'attendance.person_id')
          .whereRef('meeting_id', '=', 'meetings.id')
          .where('attendance.left_at', 'is', null)
          .select([
            'attendance.id',
            'buildings.name as building',
            'door',
            'people.id as personId',
            'people.name as person',
            'seat_id as seatId',
            'way',
          ])
          .orderBy('attendance.id', 'desc'),
      ).as('here'),
      jsonArrayFrom(
        eb
          .selectFrom('households')
          .innerJoin('buildings', 'buildings.id', 'households.building_id')
          .where('buildings.name', '=', building)
          .select(['floor', 'door'])
          .orderBy('floor', 'desc')
          .orderBy('door'),
      ).as('doors'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...row, state: meetingState(row), building }
}
