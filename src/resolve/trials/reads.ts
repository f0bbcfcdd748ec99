import { type RawBuilder, sql } from 'kysely'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import { chartOf, lapsesOn, type Reading, trialState } from './rules.ts'

export interface TrialRow {
  no: number
  text: string
  seatId: number
  personId: number
  madeAt: string
  endsOn: string
  metric: string
  unit: string
  target: number
  endedAs: 'kept' | 'dropped' | 'lapsed' | null
  /** The meeting that votes again, where the item stands on its order; for everybody, once people were told of it. */
  meeting: { no: number; title: string } | null
  readings: Reading[]
}

export type TrialShown = ReturnType<typeof trialShown>

/** SQL: the trial of the resolution whose number this is, for `trialShown`; null where it holds for good. */
export const trialRow = (resolutionNo: RawBuilder<unknown>): RawBuilder<TrialRow | null> => sql`(
  select json_build_object('no', r.no, 'text', r.text, 'seatId', r.seat_id, 'personId', r.person_id, 'madeAt', r.made_at,
    'endsOn', t.ends_on, 'metric', t.metric, 'unit', t.unit, 'target', t.target, 'endedAs', t.ended_as,
    'meeting', (select json_build_object('no', m.no, 'title', m.title) from running_order o join meetings m on m.id = o.meeting_id
      where o.item_id = t.item_id and o.deferred_at is null and m.noticed_at is not null order by m.starts_at desc limit 1),
    'readings', (select coalesce(json_agg(json_build_object('day', d.day, 'value', d.value, 'note', d.note) order by d.day), '[]')
      from trial_readings d where d.resolution_id = t.resolution_id))
  from trials t join resolutions r on r.id = t.resolution_id where r.no = ${resolutionNo})`

/** The trial a resolution is, by its number; null: it holds for good. One statement. */
export async function trialOf(db: Db, resolutionNo: number, at: Date): Promise<TrialShown | null> {
  const { trial } = await db.selectNoFrom(trialRow(sql.lit(resolutionNo)).as('trial')).executeTakeFirstOrThrow()
  return trial && trialShown(trial, at)
}

export function trialShown({ madeAt, ...trial }: TrialRow, at: Date) {
  const stands = { ...trial, madeOn: shanghaiDay(new Date(madeAt)) }
  return {
    ...stands,
    state: trialState(stands, at),
    lapsesOn: lapsesOn(trial.endsOn),
    chart: trial.readings.length > 0 ? chartOf(trial.readings, stands) : null,
  }
}
