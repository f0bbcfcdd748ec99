import type { Db } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { adopted, gatesOf } from './reads.ts'
import { type Counted, faultsOf, type Gate, passesGate, whyNotRecord } from './rules.ts'

/** Records what a stage said of an item; again as long as no later stage stands on it. Refuses a stage out of turn. */
export async function recordGate(
  db: Db,
  no: number,
  record: Counted & { gate: Gate; heldOn: string; note: string },
  by: By,
  at: Date,
): Promise<void> {
  const personId = author(by)
  await db.transaction().execute(async (trx) => {
    const item = await trx
      .selectFrom('agenda_items')
      .where('no', '=', no)
      .select(['id', 'no', adopted.as('adopted')])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const { gate, heldOn, note, due, attended, yes } = record
    refuseIf(whyNotRecord(gate, await gatesOf(trx, item.id), item.adopted))
    refuseIf(Object.values(faultsOf(gate, record))[0] ?? null)
    const passed = passesGate(gate, record)
    const row = { held_on: heldOn, due, attended, yes, passed, note, recorded_at: at, recorded_by: personId }
    await trx
      .insertInto('item_gates')
      .values({ item_id: item.id, gate, ...row })
      .onConflict((oc) => oc.columns(['community_id', 'item_id', 'gate']).doUpdateSet(row))
      .execute()
    await journal(trx, {
      subject: { kind: 'item', id: item.id, no },
      verb: passed ? 'item.gate_passed' : 'item.gate_failed',
      by,
      at,
      particulars: { gate },
    })
  })
}
