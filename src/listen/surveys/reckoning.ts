import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { resultOf, type SurveyResult, type Voice } from './counts/rules.ts'
import { questionsIn } from './reads.ts'
import { stateOf } from './rules.ts'

/** 算: what a survey came to, once and for good; what everybody reads is read from there. */

/** The results of a survey that is over; null while it is not. The first who looks after its last day has it reckoned. */
export async function settledResult(db: Db, no: number, at: Date): Promise<SurveyResult | null> {
  return db.transaction().execute(async (trx) => {
    // Behind every answer that was taken in time: they hold this row while they are written.
    const survey = await trx
      .selectFrom('surveys')
      .select(['id', 'opened_at', 'closes_at', 'closed_at'])
      .where('no', '=', no)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    return stateOf(survey, at) === 'closed' ? reckonNow(trx, survey.id, at) : null
  })
}

/** Reckons a survey nobody can answer any more, whose row is locked, and keeps the result; one that is kept already stays. */
export async function reckonNow(trx: Trx, surveyId: number, at: Date): Promise<SurveyResult> {
  const known = await trx
    .selectFrom('survey_results')
    .select('result')
    .where('survey_id', '=', surveyId)
    .executeTakeFirst()
  if (known) return known.result as unknown as SurveyResult
  const buildings = await invitedTo(trx, surveyId)
  const voices = await voicesOf(
    trx,
    surveyId,
    buildings.map(({ id }) => id),
  )
  const result = resultOf(await questionsIn(trx, surveyId), voices, buildings)
  const row = { survey_id: surveyId, reckoned_at: at, result: JSON.stringify(result) }
  await trx.insertInto('survey_results').values(row).execute()
  return result
}

/** The buildings it is for, in their order, with how many households live there. */
async function invitedTo(trx: Trx, surveyId: number) {
  const { rows } = await sql<{ id: number; name: string; households: number }>`
    select b.id, b.name, (select count(*)::int from households h where h.building_id = b.id) as households
    from buildings b join surveys s on s.id = ${surveyId}
    where s.audience = 'all' or exists (
      select from survey_buildings sb where sb.survey_id = s.id and sb.building_id = b.id and sb.invited)
    order by b.position, b.name`.execute(trx)
  return rows
}

async function voicesOf(trx: Trx, surveyId: number, buildings: readonly number[]): Promise<Voice[]> {
  const { rows } = await sql<{
    household: boolean
    building: number | null
    answers: { question: number; choices: number[] }[]
  }>`
    select v.household_id is not null as household, h.building_id as building,
           json_agg(json_build_object('question', a.question_id, 'choices', a.choices)) as answers
    from survey_voices v join survey_answers a on a.voice_id = v.id left join households h on h.id = v.household_id
    where v.survey_id = ${surveyId} group by v.id, v.household_id, h.building_id order by v.id`.execute(trx)
  return rows.map(({ household, building, answers }) => ({
    household,
    building: building === null ? null : buildings.indexOf(building),
    answers: new Map(answers.map(({ question, choices }) => [question, { choices }])),
  }))
}
