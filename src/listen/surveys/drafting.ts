import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { questionsIn } from './reads.ts'
import { type Asked, choicesOf, limits, maySkip, type Skip, whyNotOrder } from './rules.ts'
import { draft } from './store.ts'

/** The questions of a survey while it is a draft. Every change is checked against the rules that lead from one to another. */

export type NewQuestion = Omit<Asked, 'id' | 'skips'>

/** Puts a question at the end. The same form twice is one question. */
export async function addQuestion(
  db: Db,
  no: number,
  { key, ...question }: NewQuestion & { key: string },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id: surveyId } = await draft(trx, no)
    const questions = await questionsIn(trx, surveyId)
    const row = await trx
      .insertInto('survey_questions')
      .values({ key, ...columnsOf(question), survey_id: surveyId, position: questions.length + 1 })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) return
    if (questions.length >= limits.questions) throw new Refusal('surveys.questions.many')
    await checked(trx, surveyId)
    await tell(trx, { surveyId, no, verb: 'survey.asked', words: question.words }, by, at)
  })
}

/** Rewrites a question and where its answers lead. */
export async function editQuestion(
  db: Db,
  no: number,
  id: number,
  { skips, ...question }: NewQuestion & { skips: readonly Skip[] },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id: surveyId } = await draft(trx, no)
    const questions = await questionsIn(trx, surveyId)
    if (!questions.some((one) => one.id === id)) throw notFound()
    await trx.updateTable('survey_questions').set(columnsOf(question)).where('id', '=', id).execute()
    await trx.deleteFrom('survey_skips').where('question_id', '=', id).execute()
    const kept = maySkip(question.kind) ? skips.filter(({ choice }) => choice <= choicesOf(question)) : []
    // Before the database says the same in a way nobody can read.
    if (kept.some(({ to }) => to !== null && !questions.some((one) => one.id === to && to !== id)))
      throw new Refusal('surveys.skip.forward', 422)
    const rows = kept.map(({ choice, to }) => ({ question_id: id, choice, to_id: to }))
    if (rows.length > 0) await trx.insertInto('survey_skips').values(rows).execute()
    await checked(trx, surveyId)
    await tell(trx, { surveyId, no, verb: 'survey.reworded', words: question.words }, by, at)
  })
}

/** Changes places with the one before or after it. */
export async function moveQuestion(
  db: Db,
  no: number,
  id: number,
  way: 'up' | 'down',
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id: surveyId } = await draft(trx, no)
    const questions = await questionsIn(trx, surveyId)
    const from = questions.findIndex((one) => one.id === id)
    if (from < 0) throw notFound()
    const other = questions[from + (way === 'up' ? -1 : 1)]
    if (!other) return
    const to = from + (way === 'up' ? -1 : 1)
    await trx
      .updateTable('survey_questions')
      .set({ position: to + 1 })
      .where('id', '=', id)
      .execute()
    await trx
      .updateTable('survey_questions')
      .set({ position: from + 1 })
      .where('id', '=', other.id)
      .execute()
    await checked(trx, surveyId)
    await tell(trx, { surveyId, no, verb: 'survey.moved', words: (questions[from] as Asked).words }, by, at)
  })
}

/** Takes a question out, unless a rule of another leads to it. Gone already: nothing to do. */
export async function removeQuestion(db: Db, no: number, id: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id: surveyId } = await draft(trx, no)
    const questions = await questionsIn(trx, surveyId)
    const question = questions.find((one) => one.id === id)
    if (!question) return
    if (questions.some(({ skips }) => skips.some(({ to }) => to === id))) throw new Refusal('surveys.remove.target')
    await trx.deleteFrom('survey_skips').where('question_id', '=', id).execute()
    await trx.deleteFrom('survey_questions').where('id', '=', id).execute()
    const at0 = questions.indexOf(question) + 1
    await trx
      .updateTable('survey_questions')
      .set((eb) => ({ position: eb('position', '-', 1) }))
      .where('survey_id', '=', surveyId)
      .where('position', '>', at0)
      .execute()
    await tell(trx, { surveyId, no, verb: 'survey.removed', words: question.words }, by, at)
  })
}

const columnsOf = ({ kind, words, options, most, by_building }: NewQuestion) => ({
  kind,
  words,
  options: [...options],
  most,
  by_building,
})

async function checked(trx: Trx, surveyId: number): Promise<void> {
  refuseIf(whyNotOrder(await questionsIn(trx, surveyId)))
}

interface Told {
  surveyId: number
  no: number
  verb: 'survey.asked' | 'survey.reworded' | 'survey.moved' | 'survey.removed'
  words: string
}
const tell = (trx: Trx, { surveyId, no, verb, words }: Told, by: By, at: Date) =>
  journal(trx, { subject: { kind: 'survey', id: surveyId, no }, verb, by, at, particulars: { words } })
