import { type ExpressionBuilder, sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Database, Db } from '../../lib/db/schema.ts'
import { progressOf, type ResolutionState, stateOf, timeOf } from './rules.ts'

/** One promise as lists and boxes show it. Nothing in it is private: who owns it is a seat and a post. */
export type Promised = ReturnType<typeof asPromised>

/** What is read of each promise, wherever it is shown; narrowed by whoever asks. */
export function promises(db: Db) {
  return db
    .selectFrom('resolutions')
    .innerJoin('seats', 'seats.id', 'resolutions.seat_id')
    .innerJoin('people', 'people.id', 'resolutions.person_id')
    .select((eb) => [
      'resolutions.no',
      'resolutions.text',
      'due_on',
      'cycle',
      'made_at',
      'claimed_at',
      'resolutions.closed_at',
      'seats.name as seat',
      'seats.name_en as seatEn',
      'character',
      'colour',
      'post',
      eb
        .selectFrom('trials')
        .whereRef('trials.resolution_id', '=', 'resolutions.id')
        .where('ended_at', 'is', null)
        .select('ends_on')
        .as('trialEnds'),
      jsonArrayFrom(
        eb
          .selectFrom('steps')
          .select(['weight', sql<boolean>`done_at is not null`.as('done')])
          .whereRef('resolution_id', '=', 'resolutions.id'),
      ).as('weights'),
      jsonObjectFrom(answersOfRound(eb)).$notNull().as('answers'),
    ])
}

/** How many were asked in this round, how many answered, how many of them call it solved: counts, never who. */
function answersOfRound(eb: ExpressionBuilder<Database, 'resolutions'>) {
  return eb
    .selectFrom('revisits')
    .select([
      sql<number>`count(*)`.as('asked'),
      sql<number>`count(answered_at)`.as('answered'),
      sql<number>`count(*) filter (where solved = 'yes')`.as('solved'),
    ])
    .whereRef('revisits.resolution_id', '=', 'resolutions.id')
    .whereRef('revisits.cycle', '=', 'resolutions.cycle')
}

type Row = Awaited<ReturnType<ReturnType<typeof promises>['executeTakeFirstOrThrow']>>

export function asPromised(row: Row, at: Date) {
  const state: ResolutionState = stateOf(row, row.answers.asked)
  const { late, days } = timeOf(row, at)
  return {
    no: row.no,
    text: row.text,
    seat: row.seat,
    seatEn: row.seatEn,
    character: row.character,
    colour: row.colour,
    post: row.post,
    dueOn: row.due_on,
    madeAt: row.made_at,
    claimedAt: row.claimed_at,
    closedAt: row.closed_at,
    state,
    late,
    /** Working days left, or late by. */
    days,
    overdue: late && state === 'in_progress',
    progress: progressOf(row.weights),
    steps: row.weights.length,
    stepsDone: row.weights.filter((step) => step.done).length,
    reopened: row.cycle - 1,
    answers: row.answers,
    /** Closed, and somebody who was asked says it is solved: the only promise we call kept. */
    kept: state === 'closed' && row.answers.solved > 0,
    /** While it is on trial: its last day. */
    trialEnds: row.trialEnds,
  }
}
