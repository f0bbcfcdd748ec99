import { sql } from 'kysely'
import type { House } from '../../lib/db/connect.ts'
import type { Trx } from '../../lib/db/schema.ts'
import type { Answers } from './directions/rules.ts'
import { type Group, grouping } from './groups/rules.ts'
import {
  findings,
  none,
  type Opinion,
  type Share,
  type ShownCounts,
  type Standing,
  shareOf,
  shown,
  standingOf,
} from './rules.ts'

/** 算: what the answers come to. It runs beside requests, a moment after the last answer, in one process at a time. */

export interface Result {
  /** How many voices of either kind answered anything. */
  households: number
  visitors: number
  /** Null: too few for groups, or no difference to speak of. */
  groups: Group[] | null
  statements: StatementResult[]
  /** Places in `statements`. */
  accepted: number[]
  dividing: number[]
}

interface StatementResult {
  words: string
  /** Null: too few to be shown. */
  households: ShownCounts | null
  visitors: ShownCounts | null
  /** How each group stands to it; null where hardly anybody was asked. */
  groups: Share[]
}

export interface Reckoner {
  /** An answer came: reckon again, soon. */
  soon(communityId: number, questionId: number): void
  /** Reckons what is due now; for the end and for tests. */
  settle(): Promise<void>
}

const wait = 3_000

export function createReckoner(
  house: House,
  clock: () => Date,
  { delay = wait, failed }: { delay?: number; failed: (error: unknown) => void },
): Reckoner {
  const due = new Map<string, { communityId: number; questionId: number; timer: NodeJS.Timeout }>()
  let turn = Promise.resolve()

  function run(key: string) {
    const one = due.get(key)
    if (!one) return
    clearTimeout(one.timer)
    due.delete(key)
    const { communityId, questionId } = one
    // One after the other: two reckonings in one process would only slow each other down. One that fails is tried again
    // with the next answer, or when somebody opens the results.
    turn = turn.then(() => reckon(house, communityId, questionId, clock()).catch(failed))
  }

  return {
    soon(communityId, questionId) {
      const key = `${communityId} ${questionId}`
      // The first answer starts the clock and later ones ride along: under a steady stream it still comes round.
      if (due.has(key)) return
      due.set(key, { communityId, questionId, timer: setTimeout(() => run(key), delay).unref() })
    },
    async settle() {
      for (const key of [...due.keys()]) run(key)
      await turn
    },
  }
}

async function reckon(house: House, communityId: number, questionId: number, at: Date): Promise<void> {
  await house
    .of(communityId)
    .transaction()
    .execute(async (trx) => {
      // Another process has it: what it writes may lack our last answer, and the results page will ask again.
      const { rows } = await sql<{ free: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('reckoning'), ${questionId}::int) as free`.execute(trx)
      if (!rows[0]?.free) return
      await reckonNow(trx, questionId, at)
    })
}

/** Reckons a question from the answers as they are and keeps what it comes to. */
export async function reckonNow(trx: Trx, questionId: number, at: Date): Promise<void> {
  const { result, answers } = await resultNow(trx, questionId)
  const row = { answers, reckoned_at: at, result: JSON.stringify(result) }
  await trx
    .insertInto('question_results')
    .values({ question_id: questionId, ...row })
    .onConflict((oc) => oc.columns(['community_id', 'question_id']).doUpdateSet(row))
    .execute()
}

async function resultNow(trx: Trx, questionId: number): Promise<{ result: Result; answers: number }> {
  const asked = await trx
    .selectFrom('question_statements')
    .select(['id', 'words'])
    .where('question_id', '=', questionId)
    .where('state', '=', 'approved')
    .orderBy('id')
    .execute()
  const { rows } = await sql<{ household: boolean; of: number[]; opinions: number[] }>`
    select v.household_id is not null as household, array_agg(a.statement_id) as of, array_agg(a.opinion) as opinions
    from question_voices v join question_answers a on a.voice_id = v.id
    where v.question_id = ${questionId} group by v.id, v.household_id order by v.id`.execute(trx)
  const places = new Map(asked.map(({ id }, at) => [id, at]))
  const people = rows.map(({ household, of, opinions }) => {
    const answers = new Float32Array(asked.length).fill(Number.NaN)
    of.forEach((statement, i) => {
      const at = places.get(statement)
      if (at !== undefined) answers[at] = opinions[i] ?? 0
    })
    return { household, answers }
  })
  const words = asked.map((statement) => statement.words)
  const result = await unhurried(comesTo(words, people))
  return { result, answers: rows.reduce((sum, { of }) => sum + of.length, 0) }
}

interface AnsweredBy {
  household: boolean
  answers: Answers
}

/** What these answers come to, step by step. */
export function* comesTo(words: readonly string[], people: readonly AnsweredBy[]): Generator<void, Result> {
  const found = yield* grouping(people.map(({ answers }) => answers))
  const statements: StatementResult[] = []
  const standings: (Standing | null)[] = []
  for (const [at, statement] of words.entries()) {
    const [households, visitors, groups] = [none(), none(), (found?.groups ?? []).map(none)]
    for (let i = 0; i < people.length; i++) {
      const { household, answers } = people[i] as AnsweredBy
      const opinion = opinionOf(answers[at] as number)
      if (!opinion) continue
      ;(household ? households : visitors)[opinion]++
      const group = groups[found?.of[i] ?? -1]
      if (group) group[opinion]++
    }
    statements.push({
      words: statement,
      households: shown(households),
      visitors: shown(visitors),
      groups: groups.map(shareOf),
    })
    standings.push(standingOf(groups))
    if (at % 40 === 0) yield
  }
  const households = people.filter(({ household }) => household).length
  const visitors = people.length - households
  return { households, visitors, groups: found?.groups ?? null, statements, ...findings(standings) }
}

const opinionOf = (value: number): Opinion | null =>
  value === 1 ? 'agree' : value === -1 ? 'disagree' : value === 0 ? 'pass' : null

/** Runs a long reckoning step by step; between two of them whoever waits is served. */
async function unhurried<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await new Promise(setImmediate)
  }
}
