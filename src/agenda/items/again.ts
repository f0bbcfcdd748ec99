import type { Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'

interface Again {
  /** The item that was decided. */
  itemId: number
  title: string
  question: string
  background: string
  /** Who answers for asking it: the one who had it decided for a time. */
  author: number
}

/**
 * 复议: an item that asks again what this one asked, of the same issues and of whoever had to decide it. Waits to be
 * placed on an order. Null: it was asked again already; of two who come at once the second finds it so.
 */
export async function askAgain(
  trx: Trx,
  { itemId, author, ...words }: Again,
  at: Date,
): Promise<{ id: number; no: number } | null> {
  const { no, subject } = await trx
    .selectFrom('agenda_items')
    .where('id', '=', itemId)
    .select(['no', 'subject'])
    .executeTakeFirstOrThrow()
  const made = await trx
    .insertInto('agenda_items')
    .values({ ...words, subject, again_of: itemId, created_at: at, created_by: author, withdrawn_at: null })
    .onConflict((oc) => oc.constraint('agenda_items_again').doNothing())
    .returning(['id', 'no'])
    .executeTakeFirst()
  if (!made) return null
  const issues = await trx
    .selectFrom('agenda_links')
    .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
    .where('item_id', '=', itemId)
    .select(['issues.id', 'issues.no'])
    .orderBy('issues.id')
    .execute()
  await journal(trx, {
    subject: { kind: 'item', ...made },
    verb: 'item.asked_again',
    by: {},
    at,
    particulars: { item: no },
  })
  for (const issue of issues) {
    const link = { item_id: made.id, issue_id: issue.id, linked_at: at, linked_by: author }
    await trx.insertInto('agenda_links').values(link).execute()
    const subject = { kind: 'issue', ...issue } as const
    await journal(trx, { subject, verb: 'issue.asked_again', by: {}, at, particulars: { item: made.no } })
  }
  return made
}
