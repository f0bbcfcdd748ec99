import { sql } from 'kysely'
import type { Trx } from '../lib/db/schema.ts'
import { later, minutes } from './when.ts'

/**
 * Lets doors into a meeting's room over half an hour, as comeIn does it one by one. One in five has no phone with her:
 * the desk writes her down.
 */
export async function comeForDoors(
  trx: Trx,
  meetingNo: number,
  doors: number[],
  { from, deskId }: { from: Date; deskId: number },
): Promise<void> {
  const times = doors.map((_, i) => later(from, (minutes(28) * i) / doors.length).toISOString())
  const byDesk = doors.map((_, i) => (i % 5 === 4 ? deskId : null))
  await sql`
    with given as (
      select g.*, b.name as building, m.id as meeting_id
      from unnest(${doors}::int[], ${times}::timestamptz[], ${byDesk}::int[]) as g (household_id, at, person_id)
      join households h on h.id = g.household_id join buildings b on b.id = h.building_id
      join meetings m on m.no = ${meetingNo}),
    came as (
      insert into attendance (meeting_id, household_id, way, arrived_at, recorded_by)
      select meeting_id, household_id, case when person_id is null then 'code' else 'desk' end, at, person_id
      from given order by at)
    insert into journal (at, subject, subject_id, verb, person_id, household_id, particulars)
    select at, 'meeting', meeting_id, 'meeting.door_came', person_id, case when person_id is null then household_id end,
           jsonb_build_object('building', building)
    from given order by at`.execute(trx)
}
