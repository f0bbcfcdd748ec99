import { sql } from 'kysely'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import { chartOf, lapsesOn, type Reading, trialState } from './rules.ts'

interface Row {
  no: number
  text: string
  seatId: number
  personId: number
  madeAt: string
  endsOn: string
  metric: string
  unit: string
  target: number
  asked: boolean
  endedAs: 'kept' | 'dropped' | 'lapsed' | null
  /** The meeting that votes again, where the item stands on its order; for everybody, once people were told of it. */
  meeting: { no: number; title: string } | null
  item: number | null
  readings: Reading[]
}

export type TrialShown = NonNullable<Awaited<ReturnType<typeof trialOf>>>

/** The trial a resolution is, by its number; null: it holds for good. One statement. */
export async function trialOf(db: Db, resolutionNo: number, at: Date) {
  const { rows } = await sql<Row>`
    select r.no, r.text, r.seat_id as "seatId", r.person_id as "personId", r.made_at as "madeAt", t.ends_on::text as "endsOn",
      t.metric, t.unit, t.target, t.asked_at is not null as asked, t.ended_as as "endedAs", i.no as item,
      (select json_build_object('no', m.no, 'title', m.title) from running_order o join meetings m on m.id = o.meeting_id
        where o.item_id = t.item_id and o.deferred_at is null and m.noticed_at is not null order by m.starts_at desc limit 1) as meeting,
      (select coalesce(json_agg(json_build_object('day', d.day, 'value', d.value, 'note', d.note) order by d.day), '[]')
        from trial_readings d where d.resolution_id = t.resolution_id) as readings
    from trials t join resolutions r on r.id = t.resolution_id left join agenda_items i on i.id = t.item_id
    where r.no = ${resolutionNo}`.execute(db)
  const row = rows[0]
  if (!row) return null
  const { madeAt, ...trial } = row
  const madeOn = shanghaiDay(new Date(madeAt))
  const stands = { ...trial, madeOn }
  return {
    ...stands,
    state: trialState(stands, at),
    lapsesOn: lapsesOn(trial.endsOn),
    chart: trial.readings.length > 0 ? chartOf(trial.readings, stands) : null,
  }
}
