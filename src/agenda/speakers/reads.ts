import { type Expression, type RawBuilder, sql } from 'kysely'
import type { Turn } from './rules.ts'

/** SQL: every hand of a meeting that was not lowered again. A turn nobody ended is over when its item went to the vote. */
export function turnRows(meetingId: Expression<number>): RawBuilder<Turn[]> {
  return sql`(select coalesce(json_agg(json_build_object('id', t.id, 'item', i.no, 'seat', s.name, 'seatEn', s.name_en,
      'building', b.name, 'door', h.door, 'name', t.name, 'raisedAt', t.raised_at, 'calledAt', t.called_at,
      'endedAt', case when t.called_at is null then null else coalesce(t.ended_at, r.voting_at, r.deferred_at) end) order by t.id), '[]')
    from turns t
    join agenda_items i on i.id = t.item_id
    join running_order r on r.meeting_id = t.meeting_id and r.item_id = t.item_id
    left join seats s on s.id = t.seat_id
    left join households h on h.id = t.household_id
    left join buildings b on b.id = h.building_id
    where t.meeting_id = ${meetingId} and t.lowered_at is null)`
}
