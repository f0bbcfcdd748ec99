import { sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { trialRow, trialShown } from '../trials/reads.ts'
import { asPromised, type Promised, promises } from './promises.ts'

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
