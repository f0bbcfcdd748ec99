import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'

/** What the desk is doing when it uses the sentence: the form that it fills. */
export const acts = ['question', 'referral', 'refusal', 'merger', 'reply'] as const

interface Template {
  act: (typeof acts)[number]
  name: string
  words: string
}

// The desk's own notes: nothing about a resident changes with them, so the journal, which tells of residents' matters, has no line.
export async function saveTemplate(db: Db, template: Template): Promise<void> {
  await db
    .insertInto('reply_templates')
    .values(template)
    .onConflict((oc) => oc.columns(['community_id', 'act', 'name']).doUpdateSet({ words: template.words }))
    .execute()
}

export async function removeTemplate(db: Db, id: number): Promise<void> {
  await db.deleteFrom('reply_templates').where('id', '=', id).returning('id').executeTakeFirstOrThrow(notFound)
}

export const templatesOf = (db: Db) =>
  db
    .selectFrom('reply_templates')
    .select(['id', 'act', 'name', 'words'])
    .orderBy('act')
    .orderBy('name')
    .limit(200)
    .execute()
