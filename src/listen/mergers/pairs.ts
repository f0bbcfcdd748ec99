import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Clerk } from '../issues/rules.ts'

/** 街坊话: the desk says whether two words mean the same here. Yes can become no again. */
export async function settlePair(db: Db, id: number, yes: boolean, { personId }: Clerk, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const pair = await trx
      .updateTable('synonyms')
      .set(
        yes
          ? { approved_at: at, approved_by: personId, refused_at: null }
          : { approved_at: null, approved_by: personId, refused_at: at },
      )
      .where('id', '=', id)
      .returning(['word', 'alike'])
      .executeTakeFirstOrThrow(notFound)
    await journal(trx, {
      subject: { kind: 'person', id: personId },
      verb: yes ? 'words.paired' : 'words.parted',
      by: { personId },
      at,
      particulars: pair,
    })
  })
}
