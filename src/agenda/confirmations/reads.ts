import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'

export interface SeatComing {
  id: number
  name: string
  nameEn: string
  character: string
  colour: string
  required: boolean
  vacant: boolean
  holders: { id: number; name: string; post: string; rank: number }[]
  answer: {
    coming: boolean
    personId: number | null
    person: string | null
    alternateId: number | null
    alternate: string | null
    standIn: string
  } | null
}

/** A subquery of the meeting `meetings`: its seats, who may come for each, and what each has said. */
export const seatsComing: RawBuilder<SeatComing[]> = sql<SeatComing[]>`(select coalesce(json_agg(json_build_object(
    'id', s.id, 'name', s.name, 'nameEn', s.name_en, 'character', s.character, 'colour', s.colour, 'required', s.required,
    'vacant', s.vacant_since is not null,
    'holders', (select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'post', p.post, 'rank', h.rank) order by h.rank), '[]')
      from seat_holders h join people p on p.id = h.person_id where h.seat_id = s.id and h.meeting_id is null and p.left_at is null),
    'answer', (select json_build_object('coming', a.coming, 'personId', a.person_id, 'person', who.name,
        'alternateId', a.alternate_id, 'alternate', other.name, 'standIn', a.stand_in)
      from seat_answers a left join people who on who.id = a.person_id left join people other on other.id = a.alternate_id
      where a.meeting_id = meetings.id and a.seat_id = s.id)
  ) order by s.position), '[]') from seats s)`

/** The page on which seats say whether they come. One statement. No such meeting here: 404. */
export async function comingPage(db: Db, no: number) {
  const row = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select(['id', 'no', 'title', 'place', 'starts_at', ...meetingTimes, seatsComing.as('seats')])
    .executeTakeFirstOrThrow(notFound)
  return { ...row, state: meetingState(row) }
}
