import type { Db } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import type { SurveyResult } from '../../listen/surveys/counts/rules.ts'
import { settledResult } from '../../listen/surveys/reckoning.ts'

/**
 * Makes an item of a survey that is over, with its results as everybody reads them. A survey is one item: the same press
 * again gives the same number. Its words are a beginning; the desk edits them.
 */
export async function itemOfSurvey(db: Db, no: number, by: By, at: Date): Promise<number> {
  const personId = author(by)
  const result = await settledResult(db, no, at)
  if (!result) throw new Refusal('items.noSurveyResult')
  return db.transaction().execute(async (trx) => {
    const survey = await trx
      .selectFrom('surveys')
      .where('no', '=', no)
      .select(['id', 'title'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const known = await trx
      .selectFrom('agenda_surveys as s')
      .innerJoin('agenda_items as i', 'i.id', 's.item_id')
      .where('s.survey_id', '=', survey.id)
      .select('i.no')
      .executeTakeFirst()
    if (known) return known.no
    const t = translator('zh')
    const { title } = survey
    const { households, of } = result
    const answered =
      households === null ? t('surveys.answered.few', { of }) : t('surveys.answered', { n: households, of })
    const made = await trx
      .insertInto('agenda_items')
      .values({
        title,
        question: t('items.question.fromSurvey', { title }),
        background: t('items.background.fromSurvey', { title, answered, top: topOf(result) }),
        created_at: at,
        created_by: personId,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    const row = { item_id: made.id, survey_id: survey.id, result: JSON.stringify(result) }
    await trx.insertInto('agenda_surveys').values(row).execute()
    await journal(trx, { subject: { kind: 'item', ...made }, verb: 'item.created', by, at, particulars: { issues: 0 } })
    return made.no
  })
}

/** What most households chose, question by question, where that is public. */
function topOf({ questions }: SurveyResult): string {
  return questions
    .flatMap(({ kind, words, options, households: { choices } }, at) => {
      const top = Math.max(...choices.map((n) => n ?? 0))
      if (top < 1) return []
      const place = choices.indexOf(top)
      return [`${at + 1}. ${words}：${kind === 'scale' ? place + 1 : options[place]}（${top}）`]
    })
    .join('；')
    .slice(0, 1_200)
}
