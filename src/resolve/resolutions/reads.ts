import { type ExpressionBuilder, sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import { firstDayNotOver } from '../../lib/calendar.ts'
import type { Database, Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { trialRow, trialShown } from '../trials/reads.ts'
import { progressOf, type ResolutionState, stateOf, timeOf } from './rules.ts'

/** One promise as lists and boxes show it. Nothing in it is private: who owns it is a seat and a post. */
export type Promised = ReturnType<typeof asPromised>

export const shelves = ['all', 'open', 'overdue', 'asking', 'closed'] as const
type Shelf = (typeof shelves)[number]

const pageSize = 25

/** The public ledger, newest promise first, 25 at a time: those below `before`. One statement. */
export async function ledger(db: Db, { shelf, seat, before }: LedgerFilter, at: Date) {
  const today = firstDayNotOver(at)
  const rows = await promises(db)
    .$if(before !== undefined, (query) => query.where('resolutions.no', '<', before as number))
    .$if(seat !== undefined, (query) => query.where('seats.position', '=', seat as number))
    .$if(shelf === 'open', (query) => query.where('claimed_at', 'is', null))
    .$if(shelf === 'overdue', (query) => query.where('claimed_at', 'is', null).where('due_on', '<', today))
    .$if(shelf === 'asking', (query) =>
      query.where('claimed_at', 'is not', null).where('resolutions.closed_at', 'is', null),
    )
    .$if(shelf === 'closed', (query) => query.where('resolutions.closed_at', 'is not', null))
    .orderBy('resolutions.no', 'desc')
    .limit(pageSize + 1)
    .execute()
  const shown = rows.slice(0, pageSize)
  return {
    promises: shown.map((row) => asPromised(row, at)),
    next: rows.length > pageSize ? (shown.at(-1)?.no ?? null) : null,
  }
}

export interface LedgerFilter {
  shelf: Shelf
  /** A seat's place at the table, 1 to 7. */
  seat?: number | undefined
  before?: number | undefined
}

/** How many stand on each shelf, and which seats there are to choose from. One statement. */
export async function ledgerHead(db: Db, at: Date) {
  const today = firstDayNotOver(at)
  return db
    .selectNoFrom((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('seats')
          .select(['position', 'name', 'name_en as nameEn', 'character', 'colour'])
          .orderBy('position'),
      ).as('seats'),
      jsonObjectFrom(
        eb
          .selectFrom('resolutions')
          .select([
            sql<number>`count(*)`.as('all'),
            sql<number>`count(*) filter (where claimed_at is null)`.as('open'),
            sql<number>`count(*) filter (where claimed_at is null and due_on < ${today})`.as('overdue'),
            sql<number>`count(*) filter (where claimed_at is not null and closed_at is null)`.as('asking'),
            sql<number>`count(*) filter (where closed_at is not null)`.as('closed'),
          ]),
      )
        .$notNull()
        .as('counts'),
    ])
    .executeTakeFirstOrThrow()
}

/** What is promised and not yet done, the most urgent first: for the home page and the desk. One statement. */
export async function promisesOf(db: Db, at: Date, limit = 10): Promise<Promised[]> {
  const rows = await promises(db)
    .where('claimed_at', 'is', null)
    .orderBy('due_on')
    .orderBy('resolutions.id')
    .limit(limit)
    .execute()
  return rows.map((row) => asPromised(row, at))
}

/** The promise an issue waits for (the last one made for it), by the issue's number; null when there is none. One statement. */
export async function resolutionOfIssue(db: Db, issueNo: number, at: Date): Promise<Promised | null> {
  const row = await promises(db)
    .where('item_id', 'in', (eb) =>
      eb
        .selectFrom('agenda_links')
        .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
        .select('agenda_links.item_id')
        .where('issues.no', '=', issueNo),
    )
    .orderBy('resolutions.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? asPromised(row, at) : null
}

/** Everything the public page of one resolution shows. One statement; 404 for a number that is not here. */
export async function resolutionPage(db: Db, no: number, at: Date) {
  const row = await promises(db)
    .where('resolutions.no', '=', no)
    .innerJoin('meetings', 'meetings.id', 'resolutions.meeting_id')
    .leftJoin('ballots', 'ballots.id', 'resolutions.ballot_id')
    .select((eb) => [
      'resolutions.seat_id',
      'resolutions.person_id',
      'people.name as owner',
      'evidence',
      'meetings.no as meetingNo',
      'meetings.title as meetingTitle',
      'ballots.no as ballotNo',
      trialRow(sql.ref('resolutions.no')).as('trial'),
      jsonObjectFrom(
        eb
          .selectFrom('agenda_pictures')
          .innerJoin('questions', 'questions.id', 'agenda_pictures.question_id')
          .select(['questions.no', 'questions.title'])
          .whereRef('agenda_pictures.item_id', '=', 'resolutions.item_id'),
      ).as('question'),
      jsonArrayFrom(
        eb
          .selectFrom('agenda_links')
          .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
          .select(['issues.no', 'issues.title'])
          .whereRef('agenda_links.item_id', '=', 'resolutions.item_id')
          .where('published_at', 'is not', null)
          .orderBy('issues.no'),
      ).as('issues'),
      jsonArrayFrom(
        eb
          .selectFrom('steps')
          .select(['steps.id', 'title', 'weight', 'steps.evidence', 'done_at'])
          .whereRef('resolution_id', '=', 'resolutions.id')
          .orderBy('position'),
      ).as('steps'),
      jsonArrayFrom(
        eb
          .selectFrom('journal')
          .leftJoin('seats as speaker', 'speaker.id', 'journal.seat_id')
          .leftJoin('updates', (join) => join.on('updates.id', '=', sql<number>`(journal.particulars->>'update')::int`))
          .select(['verb', 'journal.at', 'particulars', 'speaker.character', 'speaker.colour', 'updates.words'])
          .where('subject', '=', 'resolution')
          .whereRef('subject_id', '=', 'resolutions.id')
          // Each answer is a line of the journal; on a public page it would say when somebody spoke.
          .where('verb', '<>', 'resolution.answered')
          // Numbers stand in the table of the trial.
          .where('verb', '<>', 'resolution.read')
          .orderBy('journal.id', 'desc')
          .limit(100),
      ).as('lines'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return {
    ...asPromised(row, at),
    seatId: row.seat_id,
    personId: row.person_id,
    owner: row.owner,
    evidence: row.evidence,
    meeting: { no: row.meetingNo, title: row.meetingTitle },
    ballotNo: row.ballotNo,
    trial: row.trial && trialShown(row.trial, at),
    issues: row.issues,
    question: row.question,
    steps: row.steps.map(({ done_at, ...step }) => ({ ...step, doneAt: done_at === null ? null : new Date(done_at) })),
    lines: row.lines.map((line) => ({ ...line, at: new Date(line.at) })),
  }
}

/** What the form of a new resolution starts from, and who could own it. One statement; 404 when the item is not on it. */
export async function placeOf(db: Db, meetingNo: number, itemNo: number) {
  return db
    .selectFrom('running_order')
    .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
    .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
    .where('meetings.no', '=', meetingNo)
    .where('agenda_items.no', '=', itemNo)
    .select((eb) => [
      'meetings.no as meetingNo',
      'meetings.title as meetingTitle',
      'meetings.adjourned_at as adjournedAt',
      'agenda_items.no as itemNo',
      'agenda_items.title',
      'agenda_items.question',
      'assigned_at as assignedAt',
      eb
        .selectFrom('ballots')
        .select('outcome')
        .whereRef('ballots.meeting_id', '=', 'running_order.meeting_id')
        .whereRef('ballots.item_id', '=', 'running_order.item_id')
        .orderBy('ballots.id', 'desc')
        .limit(1)
        .as('outcome'),
      eb
        .selectFrom('resolutions')
        .select('resolutions.no')
        .whereRef('resolutions.meeting_id', '=', 'running_order.meeting_id')
        .whereRef('resolutions.item_id', '=', 'running_order.item_id')
        .as('resolutionNo'),
      jsonArrayFrom(
        eb
          .selectFrom('seat_holders')
          .innerJoin('seats', 'seats.id', 'seat_holders.seat_id')
          .innerJoin('people', 'people.id', 'seat_holders.person_id')
          .select([
            'seat_id as seatId',
            'person_id as personId',
            'seats.name as seat',
            'name_en as seatEn',
            'people.name',
            'post',
          ])
          .where('left_at', 'is', null)
          .where('seat_holders.meeting_id', 'is', null)
          .orderBy('seats.position')
          .orderBy('rank'),
      ).as('owners'),
    ])
    .executeTakeFirstOrThrow(notFound)
}

export type Place = Awaited<ReturnType<typeof placeOf>>

function promises(db: Db) {
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

function asPromised(row: Row, at: Date) {
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
