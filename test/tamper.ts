import { type RawBuilder, sql } from 'kysely'
import { type Verification, verify } from '../src/verify.ts'
import type { Town } from './harness.ts'

/** What verify finds after a change made past every trigger, as whoever holds the database can make it; then it is taken back. */
export async function tampered(town: Town, change: RawBuilder<unknown>): Promise<Verification> {
  let found: Verification = { checked: [], wrong: [] }
  await town.house.db
    .transaction()
    .execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx)
      await change.execute(trx)
      found = await verify({ ...town.house, db: trx, of: () => trx })
      throw new Error('take it back')
    })
    .catch((error: Error) => {
      if (error.message !== 'take it back') throw error
    })
  return found
}
