import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Clerk } from '../issues/rules.ts'

/** 这不是一回事: what she says waits for the desk. Saying it twice is saying it once. */
export async function objectTo(trx: Trx, { mergerId, filing, words, at }: Objection): Promise<void> {
  const added = await trx
    .insertInto('objections')
    .values({ merger_id: mergerId, filing_id: filing.id, words, at, settled_at: null, settled_by: null })
    .onConflict((oc) => oc.columns(['community_id', 'merger_id', 'filing_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) return
  await journal(trx, { subject: { kind: 'filing', id: filing.id, no: filing.no }, verb: 'filing.objected', by: {}, at })
}

interface Objection {
  mergerId: number
  filing: { id: number; no: number }
  words: string
  at: Date
}

/** The desk has read an objection and leaves things as they are; her thread says why. */
export async function keepTogether(db: Db, objectionId: number, { personId }: Clerk, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('objections')
      .set({ settled_at: at, settled_by: personId })
      .where('id', '=', objectionId)
      .where('settled_at', 'is', null)
      .returning('filing_id')
      .executeTakeFirst()
    if (!row) throw new Refusal('mergers.settled')
    await journal(trx, {
      subject: { kind: 'filing', id: row.filing_id },
      verb: 'filing.keptTogether',
      by: { personId },
      at,
    })
  })
}

/** Whatever was said against a merger is settled when it is undone. */
export async function settle(trx: Trx, mergerId: number, personId: number, at: Date): Promise<void> {
  await trx
    .updateTable('objections')
    .set({ settled_at: at, settled_by: personId })
    .where('merger_id', '=', mergerId)
    .where('settled_at', 'is', null)
    .execute()
}
