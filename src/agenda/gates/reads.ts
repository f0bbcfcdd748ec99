import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { gates } from './rules.ts'

/** What the stages have said of an item so far, in their order. */
export async function gatesOf(db: Db, itemId: number) {
  const rows = await db.selectFrom('item_gates').where('item_id', '=', itemId).selectAll().execute()
  return rows.sort((a, b) => gates.indexOf(a.gate) - gates.indexOf(b.gate))
}

/** Whether the last vote on an item, in whatever meeting, adopted it. SQL over the item's id. */
export const adopted = sql<boolean>`coalesce((select b.outcome = 'passed' from ballots b where b.item_id = agenda_items.id
  and b.closed_at is not null order by b.id desc limit 1), false)`

/** The page of an item's stages. Two statements. No such item here: 404. */
export async function gatesPage(db: Db, no: number) {
  const item = await db
    .selectFrom('agenda_items')
    .where('no', '=', no)
    .select(['id', 'no', 'title', 'question', adopted.as('adopted')])
    .executeTakeFirstOrThrow(notFound)
  return { ...item, recorded: await gatesOf(db, item.id) }
}
