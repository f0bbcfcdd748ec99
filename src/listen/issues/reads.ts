import { type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Database, Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { dated } from '../filings/reads.ts'
import { foundIssues } from '../search/reads.ts'
import { type Channel, type IssueState, isClosed, type Stage, stageOf, statesOf } from './rules.ts'
import { handledBy } from './steps.ts'

/** Matters as everybody may see them: approved wording, counts, promises. Never a raw word, a name or a door. */

const perPage = 25

export interface PublicFilter {
  stage?: Stage
  /** Still under way (true) or closed (false). */
  open?: boolean
  buildingId?: number
  category?: string
  channel?: Channel
  state?: IssueState
  /** What somebody typed to find it by. */
  q?: string
}

/**
 * One page of public matters, newest first, in one statement. `after` is the number of the last one of the page before;
 * `next` is null on the last page. What is searched goes by the matters' numbers, which is how the search is kept.
 */
export async function publicIssues(db: Db, filter: PublicFilter = {}, after: number | null = null) {
  // What went into another matter is shown there.
  let page = db.selectFrom('issues').selectAll().where('published_at', 'is not', null).where('merged_into', 'is', null)
  const states = filter.state ? [filter.state] : filter.stage === undefined ? undefined : statesOf(filter.stage)
  const searched = filter.q !== undefined && filter.q !== ''
  if (searched) {
    const { q: typed = '', category, buildingId, channel } = filter
    const sought = { typed, openly: true, states, category, buildingId, channel, after, most: perPage + 1 }
    page = page.where('id', 'in', foundIssues(sought))
  }
  if (states) page = page.where('state', 'in', states)
  if (filter.channel)
    page = page.where(sql<boolean>`exists (select from filings where issue_id = issues.id
    and filings.state = 'accepted' and channel = ${filter.channel})`)
  if (filter.open !== undefined) page = page.where('closed_at', filter.open ? 'is' : 'is not', null)
  if (filter.buildingId !== undefined) page = page.where('building_id', '=', filter.buildingId)
  if (filter.category !== undefined) page = page.where('category', '=', filter.category)
  if (after !== null && !searched) {
    page = page.where(sql<boolean>`(opened_at, id) < (select i.opened_at, i.id from issues i where i.no = ${after})`)
  }
  const newest = <Q extends { orderBy(by: RawBuilder<unknown>): Q }>(query: Q) =>
    query.orderBy(searched ? sql`issues.no desc` : sql`issues.opened_at desc, issues.id desc`)
  const rows = await newest(cards(db, newest(page).limit(perPage + 1))).execute()
  const issues = rows.slice(0, perPage).map(card)
  return { issues, next: rows.length > perPage ? (issues.at(-1)?.no ?? null) : null }
}

/** One public matter by its number, with whether this household supports it already. One statement; unpublished: 404. */
export async function issueByNo(db: Db, no: number, householdId: number | null = null) {
  const one = db.selectFrom('issues').selectAll().where('no', '=', no).where('published_at', 'is not', null)
  const row = await cards(db, one)
    .select((eb) => [
      mergedNo,
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
    .executeTakeFirstOrThrow(notFound)
  return {
    ...card(row),
    text: row.text,
    publishedAt: row.publishedAt,
    mergedInto: row.mergedInto,
    mine: Boolean(row.mine),
  }
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

/** The matter in the row of `issues`, and those that were put into it: they are linked, so their voices count with it. */
const inMatter = sql`= any (array(select issues.id union all select m.id from issues m where m.merged_into = issues.id))`

/** The number of the matter it was put into. */
const mergedNo = sql<number | null>`(select t.no from issues t where t.id = issues.merged_into)`.as('mergedInto')

/** Who said "us too": each door once, whatever part of the matter it said it to, and browsers that have no door. */
export const supporters = sql<number>`((select count(distinct household_id) from supports where issue_id ${inMatter})
  + (select count(distinct browser_sha256) from nods where issue_id ${inMatter}))`

type Chosen = SelectQueryBuilder<Database, 'issues', Selectable<Database['issues']>>

/**
 * What cards show of the matters chosen; counted for these alone. Households are counted once, whether they spoke, said
 * "us too", or both (domain 3.3).
 */
const cards = (db: Db, chosen: Chosen) =>
  db
    .selectFrom(chosen.as('issues'))
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .leftJoin('seats', 'seats.id', 'issues.seat_id')
    .crossJoinLateral(() => heard.as('heard'))
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
      'public_text as text',
      'published_at as publishedAt',
      'opened_at as openedAt',
      'closed_at as closedAt',
      'gather',
      'door',
      'bridge',
      'supports',
      'households',
    ])

const heard = sql<Record<Channel | 'supports' | 'households', number>>`(
  select (count(*) filter (where channel = 'gather'))::int as gather, (count(*) filter (where channel = 'door'))::int as door,
         (count(*) filter (where channel = 'bridge'))::int as bridge, count(distinct household_id)::int as households,
         (count(distinct household_id) filter (where channel is null) + count(distinct browser))::int as supports
  from (select channel, household_id, null::bytea as browser from filings f where f.issue_id ${inMatter} and f.state = 'accepted'
        union all select null, household_id, null from supports where issue_id ${inMatter}
        union all select null, null, browser_sha256 from nods where issue_id ${inMatter}) voices)`

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
          .where(sql<boolean>`filings.issue_id ${inMatter}`)
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
      mergedNo,
      jsonArrayFrom(eb.selectFrom('buildings').select(['buildings.id', 'name']).orderBy('position')).as('buildings'),
      jsonArrayFrom(eb.selectFrom('seats').select(['seats.id', 'name', 'name_en as nameEn']).orderBy('position')).as(
        'seats',
      ),
      handledBy,
      supporters.as('supports'),
      sql<string[]>`array(select name from people)`.as('names'),
    ])
    .where('issues.no', '=', no)
    .executeTakeFirstOrThrow(notFound)
  return { ...issue, voices: dated(issue.voices), texts: dated(issue.texts) }
}
