import { type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { agendaWeight } from '../../listen/issues/rules.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'

/** Through which ears it was heard, counted in filings, and how many doors stand behind it. */
export interface Heard {
  gather: number
  door: number
  bridge: number
  /** Doors that filed or seconded; one that did both counts once. */
  households: number
  /** "Me too" from browsers that are bound to no door: no household, and no part of the weight. */
  browsers: number
}

/** A subquery that counts what was heard about the issues whose ids `issueIds` gives (a column or a subquery). */
export function heard(issueIds: RawBuilder<unknown>): RawBuilder<Heard> {
  return sql<Heard>`(select json_build_object(
      'gather', count(*) filter (where channel = 'gather'),
      'door', count(*) filter (where channel = 'door'),
      'bridge', count(*) filter (where channel = 'bridge'),
      'browsers', (select count(distinct browser_sha256) from nods where issue_id in (${issueIds})),
      'households', (select count(*) from (
        select household_id from supports where issue_id in (${issueIds})
        union select household_id from filings where issue_id in (${issueIds}) and household_id is not null) doors))
    from filings where issue_id in (${issueIds}))`
}

/** The issues of an item, for `heard`. `itemId`: a column that holds the item's id. */
export const issuesOf = (itemId: string): RawBuilder<unknown> =>
  sql`select i.id from issues i join agenda_links l on l.issue_id in (i.id, i.merged_into) where l.item_id = ${sql.ref(itemId)}`

const dayLength = 86_400_000

/** The issues that wait to be talked over, heaviest first; every number behind the weight stands beside it. One statement. */
export async function pool(db: Db, now: Date) {
  const issues = await db
    .selectFrom('issues')
    .where('state', '=', 'pooled')
    .select((eb) => [
      'no',
      'title',
      'reopens',
      'safety',
      'frail',
      'opened_at',
      eb('published_at', 'is not', null).as('published'),
      heard(sql`select issues.id union all select m.id from issues m where m.merged_into = issues.id`).as('heard'),
      jsonArrayFrom(
        eb
          .selectFrom('agenda_links')
          .innerJoin('agenda_items', 'agenda_items.id', 'agenda_links.item_id')
          .whereRef('issue_id', '=', 'issues.id')
          .where('withdrawn_at', 'is', null)
          .select('agenda_items.no')
          .orderBy('agenda_items.no'),
      ).as('items'),
    ])
    .execute()
  return issues
    .map(({ opened_at, ...issue }) => {
      const daysWaiting = Math.max(0, Math.floor((now.getTime() - opened_at.getTime()) / dayLength))
      const weight = agendaWeight({ ...issue, households: issue.heard.households, daysWaiting })
      return { ...issue, daysWaiting, weight }
    })
    .sort((a, b) => b.weight - a.weight || a.no - b.no)
}

/** SQL: an item that needs no issue that waits (rules.ts, whyNotPlace). */
export const alone = sql<boolean>`(again_of is not null or exists (
  select from agenda_pictures p where p.item_id = agenda_items.id))`

/** Items that nobody withdrew and no meeting has dealt with, newest first, each with where it stands. One statement. */
export async function openItems(db: Db) {
  const items = await db
    .selectFrom('agenda_items')
    .where('withdrawn_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('running_order')
            .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
            .whereRef('item_id', '=', 'agenda_items.id')
            .where('deferred_at', 'is', null)
            .where((over) => over.or([over('adjourned_at', 'is not', null), over('aborted_at', 'is not', null)]))
            .select('item_id'),
        ),
      ),
    )
    .select((eb) => [
      'no',
      'title',
      'question',
      eb
        .selectFrom('agenda_links')
        .whereRef('item_id', '=', 'agenda_items.id')
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('issues'),
      eb
        .selectFrom('agenda_links')
        .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
        .whereRef('item_id', '=', 'agenda_items.id')
        .where('state', 'in', ['pooled', 'on_agenda'])
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('waiting'),
      eb
        .exists(eb.selectFrom('agenda_pictures').whereRef('item_id', '=', 'agenda_items.id').select('item_id'))
        .as('wide'),
      eb('again_of', 'is not', null).as('again'),
      heard(issuesOf('agenda_items.id')).as('heard'),
      standing(db).as('meeting'),
    ])
    .orderBy('no', 'desc')
    .execute()
  return items.map((item) => ({ ...item, meeting: withState(item.meeting) }))
}

/** Everything the page of one item shows. Nobody's item: 404. One statement. */
export async function itemPage(db: Db, no: number) {
  const item = await db
    .selectFrom('agenda_items')
    .where('no', '=', no)
    .select((eb) => [
      'no',
      'title',
      'question',
      'background',
      'created_at',
      'withdrawn_at',
      heard(issuesOf('agenda_items.id')).as('heard'),
      standing(db).as('meeting'),
      eb.selectFrom('agenda_pictures').whereRef('item_id', '=', 'agenda_items.id').select('result').as('picture'),
      eb.selectFrom('agenda_surveys').whereRef('item_id', '=', 'agenda_items.id').select('result').as('survey'),
      jsonArrayFrom(
        eb
          .selectFrom('agenda_links')
          .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
          .whereRef('item_id', '=', 'agenda_items.id')
          .select((issue) => [
            'issues.no',
            'issues.title',
            'issues.public_text',
            'issues.state',
            issue('published_at', 'is not', null).as('published'),
            heard(sql.ref('issues.id')).as('heard'),
          ])
          .orderBy('issues.no'),
      ).as('issues'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...item, meeting: withState(item.meeting) }
}

/** The meeting on whose running order an item stands, as JSON. */
const standing = (db: Db) =>
  jsonObjectFrom(
    db
      .selectFrom('running_order')
      .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
      .where('running_order.item_id', '=', sql.ref<number>('agenda_items.id'))
      .where('deferred_at', 'is', null)
      .select(['meetings.no', 'meetings.title', ...meetingTimes]),
  )

function withState<M extends Parameters<typeof meetingState>[0] & { no: number; title: string }>(meeting: M | null) {
  return meeting && { no: meeting.no, title: meeting.title, state: meetingState(meeting) }
}
