import { type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Voice } from '../questions/store.ts'
import type { SurveyResult } from './counts/rules.ts'
import type { Answer, Asked } from './rules.ts'

const shownAtOnce = 100

/** The surveys that are or were open; with drafts: all of them. Those that can still be answered come first. One statement. */
export async function surveysAsked(db: Db, at: Date, { drafts = false } = {}) {
  return db
    .selectFrom('surveys as s')
    .$if(!drafts, (query) => query.where('s.opened_at', 'is not', null))
    .select(['s.no', 's.title', 's.why', 's.opened_at', 's.closes_at', 's.closed_at', howMany.as('questions')])
    .select([households.as('households'), visitors.as('visitors')])
    .orderBy((eb) => eb.or([eb('s.closes_at', '<=', at), eb('s.closed_at', 'is not', null)]))
    .orderBy('s.closes_at', 'desc')
    .limit(shownAtOnce)
    .execute()
}

/** A survey as somebody answers it or, when it is over, reads it: with her own answers, and whether it is for her door. One statement. */
export async function surveyFor(db: Db, no: number, { householdId, token }: Voice) {
  const survey = await db
    .selectFrom('surveys as s')
    .leftJoin('survey_results as r', 'r.survey_id', 's.id')
    .leftJoin('households as h', (join) => join.on('h.id', '=', householdId ?? 0))
    .leftJoin('survey_buildings as sb', (join) =>
      join.onRef('sb.survey_id', '=', 's.id').onRef('sb.building_id', '=', 'h.building_id'),
    )
    .where('s.no', '=', no)
    .where('s.opened_at', 'is not', null)
    .select(['s.no', 's.title', 's.why', 's.opened_at', 's.closes_at', 's.closed_at', 's.audience', 's.stop_at_quota'])
    .select(['sb.invited', 'sb.wanted', 'r.result', invited.as('buildings'), asked.as('questions')])
    .select([households.as('households'), visitors.as('visitors'), released.as('released')])
    .select(
      sql<number>`(select count(*)::int from survey_voices v join households o on o.id = v.household_id
        where v.survey_id = s.id and o.building_id = h.building_id)`.as('answered'),
    )
    .select(
      sql<{ question: number; choices: number[]; words: string }[]>`(
        select coalesce(json_agg(json_build_object('question', a.question_id, 'choices', a.choices, 'words', a.words)), '[]')
        from survey_voices v join survey_answers a on a.voice_id = v.id where v.survey_id = s.id and case
          when ${householdId}::int is null then v.token_sha256 = sha256(convert_to('survey ' || s.id || ' ' || ${token}::text, 'utf8'))
          else v.household_id = ${householdId}::int end)`.as('mine'),
    )
    .executeTakeFirstOrThrow(notFound)
  const { mine, result, ...rest } = survey
  const answers = new Map<number, Answer>(mine.map(({ question, choices, words }) => [question, { choices, words }]))
  return { ...rest, answers, result: result as unknown as SurveyResult | null }
}

/** Everything the desk looks at. One statement. */
export async function surveyAtDesk(db: Db, no: number) {
  const survey = await db
    .selectFrom('surveys as s')
    .leftJoin('survey_results as r', 'r.survey_id', 's.id')
    .where('s.no', '=', no)
    .select(['s.no', 's.title', 's.why', 's.opened_at', 's.closes_at', 's.closed_at', 's.audience', 's.stop_at_quota'])
    .select(['r.result', asked.as('questions'), households.as('households'), visitors.as('visitors')])
    .select(itemOf.as('item'))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('buildings as b')
          .leftJoin('survey_buildings as sb', (join) =>
            join.onRef('sb.building_id', '=', 'b.id').onRef('sb.survey_id', '=', 's.id'),
          )
          .select(['b.id', 'b.name', 'sb.wanted', sql<boolean>`coalesce(sb.invited, false)`.as('invited')])
          .select(sql<number>`(select count(*)::int from households h where h.building_id = b.id)`.as('households'))
          .select(
            sql<number>`(select count(*)::int from survey_voices v join households h on h.id = v.household_id
              where v.survey_id = s.id and h.building_id = b.id)`.as('answered'),
          )
          .orderBy('b.position')
          .orderBy('b.name'),
      ).as('buildings'),
    )
    .executeTakeFirstOrThrow(notFound)
  return { ...survey, result: survey.result as unknown as SurveyResult | null }
}

/** What the sheets come to at this moment, as it is: for the people who work here. One statement. */
export async function liveCounts(db: Db, no: number) {
  const { rows } = await sql<{ question: number; choice: number | null; households: number; visitors: number }>`
    select a.question_id as question, c.choice, count(v.household_id)::int as households,
           count(v.token_sha256)::int as visitors
    from surveys s join survey_voices v on v.survey_id = s.id join survey_answers a on a.voice_id = v.id
    left join lateral unnest(a.choices) as c(choice) on true
    where s.no = ${no} group by 1, 2`.execute(db)
  return rows
}

/** What people wrote, each with what was released of it, those that nobody has looked at first. One statement. */
export async function wordsWritten(db: Db, no: number) {
  return db
    .selectFrom('surveys as s')
    .where('s.no', '=', no)
    .select(['s.no', 's.title', 's.opened_at', 's.closes_at', 's.closed_at'])
    .select(sql<string[]>`array(select name from people)`.as('names'))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('survey_answers as a')
          .innerJoin('survey_questions as q', 'q.id', 'a.question_id')
          .leftJoin('survey_releases as r', (join) =>
            join.onRef('r.voice_id', '=', 'a.voice_id').onRef('r.question_id', '=', 'a.question_id'),
          )
          .leftJoin('people as p', 'p.id', 'r.released_by')
          .whereRef('q.survey_id', '=', 's.id')
          .where('a.words', '<>', '')
          .select(['a.voice_id', 'a.question_id', 'a.words', 'q.words as asked', 'q.position'])
          .select(['r.words as released', 'p.name as by'])
          .orderBy(sql`r.voice_id is not null`)
          .orderBy('q.position')
          // Not in the order they came: who knows when somebody answered is not to know what she wrote.
          .orderBy(sql`md5(a.voice_id || a.words)`)
          .limit(500),
      ).as('texts'),
    )
    .executeTakeFirstOrThrow(notFound)
}

/** Every sheet as it was filled in, without door or time and in no order, for the export. One statement. */
export async function sheetsOf(db: Db, no: number) {
  const { rows } = await sql<{
    building: string | null
    answers: { question: number; choices: number[]; words: string }[]
  }>`
    select b.name as building,
           json_agg(json_build_object('question', a.question_id, 'choices', a.choices, 'words', a.words)) as answers
    from surveys s join survey_voices v on v.survey_id = s.id join survey_answers a on a.voice_id = v.id
    left join households h on h.id = v.household_id left join buildings b on b.id = h.building_id
    where s.no = ${no} group by v.id, b.name order by md5(v.id || 'sheet')`.execute(db)
  return rows
}

/** The questions of a survey in their order, each with where its answers lead. One statement. */
export async function questionsIn(db: Db, surveyId: number): Promise<Asked[]> {
  const { questions } = await db
    .selectFrom('surveys as s')
    .where('s.id', '=', surveyId)
    .select(asked.as('questions'))
    .executeTakeFirstOrThrow(notFound)
  return questions
}

export const buildingsOf = (db: Db) => db.selectFrom('buildings').select(['id', 'name']).orderBy('position').execute()

const asked: RawBuilder<Asked[]> =
  sql`(select coalesce(json_agg(json_build_object('id', q.id, 'kind', q.kind, 'words', q.words,
    'options', q.options, 'most', q.most, 'by_building', q.by_building, 'skips',
    (select coalesce(json_agg(json_build_object('choice', k.choice, 'to', k.to_id) order by k.choice), '[]')
     from survey_skips k where k.question_id = q.id)) order by q.position), '[]')
  from survey_questions q where q.survey_id = s.id)`
const released: RawBuilder<{ question: number; words: string }[]> = sql`(
  select coalesce(json_agg(json_build_object('question', l.question_id, 'words', l.words) order by md5(l.words)), '[]')
  from survey_releases l join survey_questions q on q.id = l.question_id where q.survey_id = s.id)`
/** The names of the buildings it is for. */
const invited = sql<string[]>`array(select b.name from survey_buildings i join buildings b on b.id = i.building_id
  where i.survey_id = s.id and i.invited order by b.position, b.name)`
const howMany = sql<number>`(select count(*)::int from survey_questions q where q.survey_id = s.id)`
const households = sql<number>`(select count(v.household_id)::int from survey_voices v where v.survey_id = s.id)`
const visitors = sql<number>`(select count(v.token_sha256)::int from survey_voices v where v.survey_id = s.id)`
const itemOf = sql<
  number | null
>`(select i.no from agenda_surveys p join agenda_items i on i.id = p.item_id where p.survey_id = s.id)`
