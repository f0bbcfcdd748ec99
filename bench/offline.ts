import pg from 'pg'
import { costOf, handIn } from './measure.ts'
import type { Evening } from './phone.ts'
import { short } from './report.ts'
import type { Part, Run } from './run.ts'

/** Phones that were without a signal hand in what they kept: many at once, and one after a long evening. */
export const offline: Part = async (run) => {
  const doors = await withDatabase(run, async (client) => {
    const { rows } = await client.query<{ building: string; door: string }>(
      'select b.name as building, h.door from households h join buildings b on b.id = h.building_id order by h.id limit 1000',
    )
    return rows
  })
  const from = { url: run.app.url, home: run.hall.home, cookie: run.hall.staff, doors }
  const many = { ...from, phones: 4, visits: run.size.visits / 4, photos: 0, batch: 50, again: 0.2 }
  const evening = { ...from, phones: 1, visits: 30, photos: 10, batch: 20, again: 0 }
  const wrong: string[] = []
  const crowd = await measured(run, 'offline visits', many, wrong)
  await measured(run, 'warming up', evening, wrong)
  const one = await measured(run, 'an evening of visits', evening, wrong)
  return {
    asides: [
      `${run.size.visits.toLocaleString('en')} offline visits, each with a matter, from four phones at once in sendings of 50, every fifth sent twice or without hearing the answer: ` +
        `${short(one.perSecond(crowd))} visits/s, ${short((crowd.cpu * 1000) / crowd.result.ids.length)} ms CPU a visit, ${crowd.result.known.toLocaleString('en')} came again and were known, none twice`,
      `30 visits with 10 photos from one phone: ${short(one.result.ms)} ms, ${short(one.cpu * 1000)} ms CPU, ${short(one.result.bytes / 1024)} KB up`,
    ],
    wrong,
  }
}

async function measured(run: Run, what: string, evening: Evening, wrong: string[]) {
  const watched = { server: run.app.pid, database: run.database.pid }
  const { result, cpu, foreign } = await costOf(watched, () => handIn(evening))
  run.seen.push({ what, foreign, clientBusy: result.clientBusy })
  const there = await withDatabase(run, async (client) => {
    const { rows } = await client.query<{ visits: number; filings: number; photos: number }>(
      `select count(distinct v.id)::int as visits, count(f.id)::int as filings, count(p.id)::int as photos
       from visits v left join filings f on f.visit_id = v.id left join photos p on p.filing_id = f.id where v.key = any($1)`,
      [result.ids],
    )
    return rows[0]
  })
  const expected = { visits: result.ids.length, filings: result.ids.length, photos: evening.phones * evening.photos }
  if (JSON.stringify(there) !== JSON.stringify(expected))
    wrong.push(`${what}: ${JSON.stringify(there)} instead of ${JSON.stringify(expected)}`)
  if (result.refused > 0) wrong.push(`${what}: ${result.refused} visits were refused`)
  return {
    result,
    cpu,
    perSecond: (of: { result: { ids: string[]; ms: number } }) => (of.result.ids.length * 1000) / of.result.ms,
  }
}

async function withDatabase<R>({ database }: Run, act: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  return act(client).finally(() => client.end())
}
