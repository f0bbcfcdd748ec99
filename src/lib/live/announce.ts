import { sql } from 'kysely'
import type { Trx } from '../db/schema.ts'

export type Topic = `${string}:${number}`

/** Tells every process that `kind:no` of this community changed, without a line in the journal (`journal` does both). */
export async function announce(trx: Trx, topic: Topic): Promise<void> {
  await sql`select pg_notify('changed', current_community() || ' ' || ${topic}::text)`.execute(trx)
}
