import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Terms } from '../kinds/rules.ts'
import { termsNow } from '../kinds/store.ts'
import { type MeetingTimes, meetingState } from '../meetings/rules.ts'
import { mandateState } from './rules.ts'

/** SQL: whether the principal of mandate `d` has come to its meeting himself; from then on it is void. */
const principalCame = sql<boolean>`exists (select from attendance own
  where own.meeting_id = d.meeting_id and own.household_id = d.principal_id and own.seat_id is null)`

/** SQL: whether mandate `d` holds now in the votes on this item. */
export const holds = (itemId: RawBuilder<unknown>) =>
  sql<boolean>`d.revoked_at is null and (d.item_id is null or d.item_id = ${itemId}) and not ${principalCame}`

interface Row {
  key: string
  principal: { building: string; door: string }
  holder: { building: string; door: string }
  item: { no: number; title: string } | null
  seenBy: string
  registeredAt: string
  revoked: boolean
  principalCame: boolean
  /** The holder is in the room. */
  holderHere: boolean
}

const door = (id: RawBuilder<unknown>) => sql`(select json_build_object('building', b.name, 'door', h.door)
  from households h join buildings b on b.id = h.building_id where h.id = ${id})`

/** Mandate `d` by doors and never by names: what stands on the desk's list and on the card. */
const row = sql`json_build_object('key', d.key, 'principal', ${door(sql`d.principal_id`)}, 'holder', ${door(sql`d.holder_id`)},
  'item', (select json_build_object('no', i.no, 'title', i.title) from agenda_items i where i.id = d.item_id),
  'seenBy', d.seen_by, 'registeredAt', d.registered_at, 'revoked', d.revoked_at is not null, 'principalCame', ${principalCame},
  'holderHere', exists (select from attendance a where a.meeting_id = d.meeting_id and a.household_id = d.holder_id
    and a.seat_id is null and a.left_at is null))`

interface Meeting extends MeetingTimes {
  no: number
  title: string
  starts_at: Date
  place: string
  terms: Terms
}

const meetingColumns = sql`meetings.no, meetings.title, meetings.starts_at, meetings.place, meetings.noticed_at, meetings.checkin_at,
  meetings.opened_at, meetings.adjourned_at, meetings.suspended_at, meetings.aborted_at, ${termsNow} as terms`

/** The desk's list: the meeting, its items, its mandates, newest first. One statement. No such meeting here: 404. */
export async function mandatesOf(db: Db, meetingNo: number) {
  const { rows } = await sql<Meeting & { items: { no: number; title: string }[]; mandates: Row[] }>`
    select ${meetingColumns},
      (select coalesce(json_agg(json_build_object('no', i.no, 'title', i.title) order by o.position), '[]')
       from running_order o join agenda_items i on i.id = o.item_id where o.meeting_id = meetings.id) as items,
      (select coalesce(json_agg(${row} order by d.id desc), '[]') from mandates d where d.meeting_id = meetings.id and not d.struck) as mandates
    from meetings where meetings.no = ${meetingNo}`.execute(db)
  const [found] = rows
  if (!found) throw notFound()
  return { ...found, ...withStates(found, found.mandates) }
}

/** One mandate by its key, for whoever holds its card. One statement. Unknown: 404. */
export async function mandateByKey(db: Db, key: string) {
  const { rows } = await sql<Meeting & { mandate: Row }>`
    select ${meetingColumns}, ${row} as mandate
    from mandates d join meetings on meetings.id = d.meeting_id where d.key = ${key}`.execute(db)
  const [found] = rows
  if (!found) throw notFound()
  const { state, mandates } = withStates(found, [found.mandate])
  return { meeting: { ...found, state }, mandate: mandates[0] as (typeof mandates)[number] }
}

function withStates(meeting: Meeting, rows: readonly Row[]) {
  const state = meetingState(meeting)
  return { state, mandates: rows.map((one) => ({ ...one, state: mandateState(one, state) })) }
}
