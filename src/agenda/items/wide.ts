import type { Db } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import type { Result } from '../../listen/questions/reckoning.ts'

/**
 * Makes an item of a wide question, with the picture of what people think as it stands now. A question is one item: the
 * same press again gives the same number. Its words are a beginning; the desk edits them.
 */
export async function itemOfQuestion(db: Db, no: number, by: By, at: Date): Promise<number> {
  const personId = author(by)
  return db.transaction().execute(async (trx) => {
    const question = await trx
      .selectFrom('questions as q')
      .where('q.no', '=', no)
      .select(['q.id', 'q.title'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const known = await trx
      .selectFrom('agenda_pictures as p')
      .innerJoin('agenda_items as i', 'i.id', 'p.item_id')
      .where('p.question_id', '=', question.id)
      .select('i.no')
      .executeTakeFirst()
    if (known) return known.no
    const row = await trx
      .selectFrom('question_results')
      .select('result')
      .where('question_id', '=', question.id)
      .executeTakeFirst()
    if (!row) throw new Refusal('items.noResult')
    const result = row.result as unknown as Result
    const t = translator('zh')
    const accepted =
      result.accepted.map((place) => result.statements[place]?.words).join('；') || t('questions.nothing')
    const made = await trx
      .insertInto('agenda_items')
      .values({
        title: question.title,
        question: t('items.question.fromWide', { title: question.title }),
        background: t('items.background.fromWide', {
          households: result.households,
          visitors: result.visitors,
          accepted,
        }),
        created_at: at,
        created_by: personId,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    const picture = { item_id: made.id, question_id: question.id, result: JSON.stringify(result) }
    await trx.insertInto('agenda_pictures').values(picture).execute()
    await journal(trx, { subject: { kind: 'item', ...made }, verb: 'item.created', by, at, particulars: { issues: 0 } })
    return made.no
  })
}
