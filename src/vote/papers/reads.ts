import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { type Batch, whyNotDeclare, whyNotStop } from './rules.ts'

export interface BatchShown extends Batch {
  id: number
  key: string
  firstName: string | null
  secondName: string | null
  openedAt: string
  handedAt: string | null
}

/** SQL: batch `t` with every reading of its papers. */
const shown = sql`json_build_object('id', t.id, 'key', t.key, 'firstNo', t.first_no, 'lastNo', t.last_no,
  'openedAt', t.opened_at, 'handedAt', t.handed_at, 'handed', t.handed_at is not null, 'firstBy', t.first_by, 'secondBy', t.second_by,
  'firstName', (select name from people p where p.id = t.first_by), 'secondName', (select name from people p where p.id = t.second_by),
  'sealed', t.sealed_at is not null, 'counted', t.counted_at is not null,
  'readings', (select coalesce(json_agg(json_build_object('no', s.no, 'personId', s.person_id, 'state', s.state, 'voterId', s.voter_id, 'line', s.line,
    'choice', s.choice, 'reason', s.reason) order by s.no), '[]') from paper_sheets s where s.batch_id = t.id))`

/** Every batch of a ballot, in the order they were opened. One statement. */
export async function batchesOf(db: Db, ballotId: number): Promise<BatchShown[]> {
  const { rows } = await sql<{ batch: BatchShown }>`
    select ${shown} as batch from paper_batches t where t.ballot_id = ${ballotId} order by t.id`.execute(db)
  return rows.map(({ batch }) => batch)
}

/** One batch of this ballot by its key, else 404. `trx`: held against whoever else works at it. */
export async function batchOf(db: Db, ballotId: number, key: string): Promise<BatchShown> {
  const batch = (await batchesOf(db, ballotId)).find((each) => each.key === key)
  if (!batch) throw notFound()
  return batch
}

/** Refuses, with the numbers, while a paper of this ballot is unaccounted for. Whoever calls holds the vote's lock. */
export async function refuseUnfinishedPapers(trx: Trx, ballotId: number): Promise<void> {
  const why = whyNotDeclare(await batchesOf(trx, ballotId))
  if (why) throw new Refusal(why.key, 409, why.values)
}

/** Refuses to stop the vote while papers are in people's hands. Whoever calls holds the vote's lock. */
export async function refusePapersOut(trx: Trx, ballotId: number): Promise<void> {
  refuseIf(whyNotStop(await batchesOf(trx, ballotId)))
}

/** The line of the frozen roll that stands on a paper ("12-602"), and whose it is; null: no such line. */
export async function voterOnRoll(db: Db, ballotId: number, line: string): Promise<number | null> {
  const row = await db
    .selectFrom('electorate')
    .where('ballot_id', '=', ballotId)
    .where('line', '=', line)
    .select('voter_id')
    .executeTakeFirst()
  return row?.voter_id ?? null
}
