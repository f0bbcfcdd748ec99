import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound } from '../../lib/refusal.ts'

/** What the desk is doing when it uses the sentence: the form that it fills. */
export const acts = ['question', 'referral', 'refusal', 'merger', 'reply'] as const

interface Template {
  act: (typeof acts)[number]
  name: string
  words: string
}

export async function saveTemplate(db: Db, template: Template, personId: number, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('reply_templates')
      .values(template)
      .onConflict((oc) => oc.columns(['community_id', 'act', 'name']).doUpdateSet({ words: template.words }))
      .execute()
    await note(trx, 'template.saved', { act: template.act, name: template.name }, personId, at)
  })
}

export async function removeTemplate(db: Db, id: number, personId: number, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('reply_templates')
      .where('id', '=', id)
      .returning(['act', 'name'])
      .executeTakeFirstOrThrow(notFound)
    await note(trx, 'template.removed', gone, personId, at)
  })
}

export const templatesOf = (db: Db) =>
  db
    .selectFrom('reply_templates')
    .select(['id', 'act', 'name', 'words'])
    .orderBy('act')
    .orderBy('name')
    .limit(200)
    .execute()

/** Sentences belong to no matter: the line stands under whoever of the desk wrote them. */
const note = (trx: Trx, verb: string, particulars: Record<string, string>, personId: number, at: Date) =>
  journal(trx, { subject: { kind: 'person', id: personId }, verb, by: { personId }, at, particulars })
