import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import type { Voice } from '../questions/store.ts'
import { questionsIn } from './reads.ts'
import { type Answer, readSheet, whyNotAnswer, whyNotFull } from './rules.ts'

/**
 * Takes somebody's sheet; until the close she may send another, which takes the place of the first. Only what the skip
 * rules ask of her counts, whatever came. The same sheet twice, one after the other or in the same second, is one.
 */
export async function answerSurvey(
  db: Db,
  no: number,
  given: ReadonlyMap<number, Answer>,
  voice: Voice,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Shared: many answer at once, and whoever closes the survey waits for all of them.
    const survey = await trx
      .selectFrom('surveys')
      .selectAll()
      .where('no', '=', no)
      .where('opened_at', 'is not', null)
      .forShare()
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotAnswer(survey, at))
    // Its day ended while this sheet was on its way, and somebody has seen the results.
    const over = await trx
      .selectFrom('survey_results')
      .select('survey_id')
      .where('survey_id', '=', survey.id)
      .executeTakeFirst()
    refuseIf(over ? 'surveys.closed' : null)
    const { answers, errors } = readSheet(await questionsIn(trx, survey.id), given)
    const [wrong] = errors.values()
    if (wrong) throw new Refusal(wrong, 422)
    const { id, begun } = await voiceIn(trx, survey, voice, at)
    const same = await write(trx, id, answers)
    if (same) return
    // Not who, and not what: the journal is read by more people than may know that.
    const subject = { kind: 'survey' as const, id: survey.id }
    const particulars = { household: voice.householdId !== null }
    await journal(trx, { subject, verb: begun ? 'survey.answered' : 'survey.changed', by: {}, at, particulars })
  })
}

/** What a browser's secret is kept as: another for every survey. The page reckons the same in SQL. */
const tokenOf = (surveyId: number, token: string): Buffer => sha256(`survey ${surveyId} ${token}`)

interface Open {
  id: number
  audience: 'all' | 'buildings'
  stop_at_quota: boolean
}

async function voiceIn(trx: Trx, survey: Open, { householdId, token }: Voice, at: Date) {
  const mine = {
    household_id: householdId,
    token_sha256: householdId === null ? tokenOf(survey.id, token ?? '') : null,
  }
  const find = () =>
    trx
      .selectFrom('survey_voices')
      .select('id')
      .where('survey_id', '=', survey.id)
      .where((eb) =>
        householdId === null ? eb('token_sha256', '=', mine.token_sha256) : eb('household_id', '=', householdId),
      )
      .forUpdate()
      .executeTakeFirst()
  const room = householdId === null ? null : await roomFor(trx, survey, householdId)
  const known = await find()
  if (known) return { id: known.id, begun: false }
  if (room) refuseIf(whyNotFull(survey, room.wanted, room.answered))
  const target = householdId === null ? 'token_sha256' : 'household_id'
  const begun = await trx
    .insertInto('survey_voices')
    .values({ survey_id: survey.id, ...mine, began_at: at })
    .onConflict((oc) => oc.columns(['community_id', 'survey_id', target]).doNothing())
    .returning('id')
    .executeTakeFirst()
  const id = begun?.id ?? (await find())?.id
  if (id === undefined) throw new Refusal('error.busy', 503)
  return { id, begun: begun !== undefined }
}

/** Whether it is for this door at all, and how full its building is. Where full means full, its households stand in line here. */
async function roomFor(trx: Trx, survey: Open, householdId: number) {
  const { building_id: building } = await trx
    .selectFrom('households')
    .select('building_id')
    .where('id', '=', householdId)
    .executeTakeFirstOrThrow(notFound)
  const row = trx
    .selectFrom('survey_buildings')
    .select(['invited', 'wanted'])
    .where('survey_id', '=', survey.id)
    .where('building_id', '=', building)
  const place = await (survey.stop_at_quota ? row.forUpdate() : row).executeTakeFirst()
  if (survey.audience === 'buildings' && !place?.invited) throw new Refusal('surveys.notYours', 403)
  if (!survey.stop_at_quota || !place?.wanted) return null
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from survey_voices v join households h on h.id = v.household_id
    where v.survey_id = ${survey.id} and h.building_id = ${building}`.execute(trx)
  return { wanted: place.wanted, answered: rows[0]?.n ?? 0 }
}

/** Puts these answers in the place of those there were. True: they are the same. */
async function write(trx: Trx, voiceId: number, answers: ReadonlyMap<number, Answer>): Promise<boolean> {
  const rows = [...answers].map(([question_id, { choices, words }]) => ({
    voice_id: voiceId,
    question_id,
    choices: [...choices],
    words,
  }))
  const known = await trx
    .selectFrom('survey_answers')
    .select(['question_id', 'choices', 'words'])
    .where('voice_id', '=', voiceId)
    .execute()
  const line = (one: { question_id: number; choices: readonly number[]; words: string }) =>
    JSON.stringify([one.question_id, one.choices, one.words])
  if (known.map(line).sort().join() === rows.map(line).sort().join()) return true
  await trx.deleteFrom('survey_answers').where('voice_id', '=', voiceId).execute()
  await trx.insertInto('survey_answers').values(rows).execute()
  return false
}
