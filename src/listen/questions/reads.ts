import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Result } from './reckoning.ts'
import { tokenOf, type Voice } from './store.ts'

const shownAtOnce = 100

/** The questions that are or were put, those still open first. One statement. */
export async function questionsAsked(db: Db, at: Date) {
  return db
    .selectFrom('questions as q')
    .select(['q.no', 'q.title', 'q.lead', 'q.closes_at', statements.as('statements'), waiting.as('waiting')])
    .select([households.as('households'), visitors.as('visitors')])
    .orderBy((eb) => eb('q.closes_at', '<=', at))
    .orderBy('q.closes_at', 'desc')
    .limit(shownAtOnce)
    .execute()
}

/**
 * What she is asked next, and how far she has come. Everybody meets the statements in an order of her own, so that those
 * at the end of the list are answered too. Two statements.
 */
export async function nextFor(db: Db, no: number, { householdId, token }: Voice) {
  const question = await db
    .selectFrom('questions as q')
    .where('q.no', '=', no)
    .select(['q.id', 'q.no', 'q.title', 'q.lead', 'q.closes_at', households.as('households'), visitors.as('visitors')])
    .executeTakeFirstOrThrow(notFound)
  const hash = token === null ? null : tokenOf(question.id, token)
  const mine = sql`(select v.id from question_voices v where v.question_id = ${question.id} and case
    when ${householdId}::int is null then v.token_sha256 = ${hash}::bytea else v.household_id = ${householdId}::int end)`
  const { rows } = await sql<{ answered: number; all: number; next: { id: number; words: string } | null }>`
    with mine as materialized (select a.statement_id from question_answers a where a.voice_id = ${mine}),
    open as materialized (select s.id, s.words from question_statements s
                          where s.question_id = ${question.id} and s.state = 'approved')
    select (select count(*)::int from open where id in (select statement_id from mine)) as answered,
           (select count(*)::int from open) as all,
           (select json_build_object('id', id, 'words', words) from open
            where id not in (select statement_id from mine)
            order by md5(id || coalesce(${mine}, 0)::text) limit 1) as next`.execute(db)
  const { answered, all, next } = rows[0] as (typeof rows)[number]
  return { ...question, answered, all, next }
}

/** Everything the desk looks at: the statements, those that wait first. One statement. */
export async function questionAtDesk(db: Db, no: number) {
  return db
    .selectFrom('questions as q')
    .where('q.no', '=', no)
    .select(['q.no', 'q.title', 'q.lead', 'q.closes_at', households.as('households'), visitors.as('visitors')])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('question_statements as s')
          .whereRef('s.question_id', '=', 'q.id')
          .select(['s.id', 's.words', 's.state', 's.reason', sql<boolean>`s.voice_id is not null`.as('said')])
          .orderBy(sql`s.state = 'waiting'`, 'desc')
          .orderBy('s.id'),
      ).as('statements'),
    )
    .executeTakeFirstOrThrow(notFound)
}

/** The last reckoning of a question, and whether answers have come since. One statement. */
export async function resultsOf(db: Db, no: number) {
  const row = await db
    .selectFrom('questions as q')
    .leftJoin('question_results as r', 'r.question_id', 'q.id')
    .where('q.no', '=', no)
    .select(['q.id', 'q.no', 'q.title', 'q.closes_at', 'r.result', 'r.reckoned_at', 'r.answers'])
    .select([
      answersOf.as('now'),
      sql<
        number | null
      >`(select i.no from agenda_pictures p join agenda_items i on i.id = p.item_id where p.question_id = q.id)`.as(
        'item',
      ),
      // What became of it, for everybody who had a say: the promise its item ended in.
      sql<number | null>`(select max(o.no) from agenda_pictures p join resolutions o on o.item_id = p.item_id
        where p.question_id = q.id)`.as('resolution'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...row, result: row.result as unknown as Result | null, stale: row.now !== (row.answers ?? 0) }
}

const statements = sql<number>`(select count(*)::int from question_statements s where s.question_id = q.id and s.state = 'approved')`
const waiting = sql<number>`(select count(*)::int from question_statements s where s.question_id = q.id and s.state = 'waiting')`
const households = sql<number>`(select count(v.household_id)::int from question_voices v where v.question_id = q.id)`
const visitors = sql<number>`(select count(v.token_sha256)::int from question_voices v where v.question_id = q.id)`
const answersOf = sql<number>`(select count(*)::int from question_answers a join question_voices v on v.id = a.voice_id where v.question_id = q.id)`
