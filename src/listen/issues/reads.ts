import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { dated } from '../filings/reads.ts'
import { type Channel, isClosed, type Stage, stageOf, statesOf } from './rules.ts'
import { handledBy } from './steps.ts'

/** Matters as everybody may see them: approved wording, counts, promises. Never a raw word, a name or a door. */

const perPage = 25

export interface PublicFilter {
  stage?: Stage
  /** Still under way (true) or closed (false). */
  open?: boolean
  buildingId?: number
  category?: string
}

/**
 * One page of public matters, newest first, in one statement. `after` is the number of the last one of the page before;
 * `next` is null on the last page.
 */
export async function publicIssues(db: Db, filter: PublicFilter = {}, after: number | null = null) {
  let query = cards(db).where('published_at', 'is not', null)
  if (filter.stage !== undefined) query = query.where('issues.state', 'in', statesOf(filter.stage))
  if (filter.open !== undefined) query = query.where('closed_at', filter.open ? 'is' : 'is not', null)
  if (filter.buildingId !== undefined) query = query.where('issues.building_id', '=', filter.buildingId)
  if (filter.category !== undefined) query = query.where('category', '=', filter.category)
  if (after !== null) {
    query = query.where(
      sql<boolean>`(opened_at, issues.id) < (select i.opened_at, i.id from issues i where i.no = ${after})`,
    )
  }
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('issues.id', 'desc')
    .limit(perPage + 1)
    .execute()
  const issues = rows.slice(0, perPage).map(card)
  return { issues, next: rows.length > perPage ? (issues.at(-1)?.no ?? null) : null }
}

/** One public matter by its number, with whether this household supports it already. One statement; unpublished: 404. */
export async function issueByNo(db: Db, no: number, householdId: number | null = null) {
  const row = await cards(db)
    .select((eb) => [
      'public_text as text',
      'published_at as publishedAt',
      eb
        .exists(
          eb
            .selectFrom('supports')
            .select('issue_id')
            .whereRef('issue_id', '=', 'issues.id')
            .where('household_id', '=', householdId ?? 0),
        )
        .as('mine'),
    ])
    .where('issues.no', '=', no)
    .where('published_at', 'is not', null)
    .executeTakeFirstOrThrow(notFound)
  return { ...card(row), text: row.text, publishedAt: row.publishedAt, mine: Boolean(row.mine) }
}

export type IssueCard = Awaited<ReturnType<typeof publicIssues>>['issues'][number]
export type PublicIssue = Awaited<ReturnType<typeof issueByNo>>

/** What `_support` shows to this browser. */
export const supportOf = (issue: PublicIssue, householdId: number | null) => ({
  issue: { no: issue.no, supports: issue.supports },
  mine: issue.mine,
  may: householdId !== null && !isClosed(issue.state),
  closed: isClosed(issue.state),
})

/** Households are counted once, whether they spoke, said "us too", or both (domain 3.3). */
const cards = (db: Db) =>
  db
    .selectFrom('issues')
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .leftJoin('seats', 'seats.id', 'issues.seat_id')
    .select([
      'issues.id',
      'issues.no',
      'title',
      'state',
      'category',
      'place',
      'buildings.name as building',
      'seats.name as seat',
      'seats.name_en as seatEn',
      'seats.character',
      'seats.colour',
      'next_step as nextStep',
      'due_on as dueOn',
      'reopens',
      'opened_at as openedAt',
      'closed_at as closedAt',
      voices('gather').as('gather'),
      voices('door').as('door'),
      voices('bridge').as('bridge'),
      sql<number>`(select count(*) from supports where issue_id = issues.id)`.as('supports'),
      sql<number>`(select count(*) from
        (select household_id from supports where issue_id = issues.id
         union select household_id from filings where issue_id = issues.id and filings.state = 'accepted' and household_id is not null) h)`.as(
        'households',
      ),
    ])

const voices = (channel: Channel) =>
  sql<number>`(select count(*) from filings where issue_id = issues.id and filings.state = 'accepted' and channel = ${channel})`

type Row = Awaited<ReturnType<ReturnType<typeof cards>['executeTakeFirstOrThrow']>>

function card({ gather, door, bridge, ...row }: Row) {
  return { ...row, stage: stageOf(row.state), channels: { gather, door, bridge }, filings: gather + door + bridge }
}

/** A matter as the desk sees it: the raw words beside what is, or will be, public. One statement. */
export async function issueOnDesk(db: Db, no: number) {
  const issue = await db
    .selectFrom('issues')
    .leftJoin('buildings as home', 'home.id', 'issues.building_id')
    .leftJoin('seats as keeper', 'keeper.id', 'issues.seat_id')
    .selectAll('issues')
    .select(['home.name as building', 'keeper.name as seat', 'keeper.name_en as seatEn'])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('filings')
          .leftJoin('buildings as b', 'b.id', 'filings.building_id')
          .select(['filings.no', 'channel', 'words', 'filings.place', 'b.name as building', 'filed_at as at'])
          .select((f) => [
            f
              .selectFrom('photos')
              .select('key')
              .whereRef('filing_id', '=', 'filings.id')
              .orderBy('id')
              .limit(1)
              .as('photo'),
            sql<boolean>`(select m.person_id is null from filing_messages m where m.filing_id = filings.id order by m.id desc limit 1)`.as(
              'wrote',
            ),
          ])
          .whereRef('filings.issue_id', '=', 'issues.id')
          .where('filings.state', '=', 'accepted')
          .orderBy('filings.id'),
      ).as('voices'),
      jsonArrayFrom(
        eb
          .selectFrom('issue_texts as t')
          .innerJoin('people as w', 'w.id', 't.written_by')
          .leftJoin('people as a', 'a.id', 't.approved_by')
          .select(['t.id', 't.title', 't.body', 't.written_by', 't.written_at as at', 't.approved_at'])
          .select(['w.name as writer', 'a.name as approver'])
          .whereRef('t.issue_id', '=', 'issues.id')
          .orderBy('t.id', 'desc')
          .limit(10),
      ).as('texts'),
      jsonArrayFrom(eb.selectFrom('buildings').select(['buildings.id', 'name']).orderBy('position')).as('buildings'),
      jsonArrayFrom(eb.selectFrom('seats').select(['seats.id', 'name', 'name_en as nameEn']).orderBy('position')).as(
        'seats',
      ),
      handledBy,
      sql<number>`(select count(*) from supports where issue_id = issues.id)`.as('supports'),
      sql<string[]>`array(select name from people)`.as('names'),
    ])
    .where('issues.no', '=', no)
    .executeTakeFirstOrThrow(notFound)
  return { ...issue, voices: dated(issue.voices), texts: dated(issue.texts) }
}
