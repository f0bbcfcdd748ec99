import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { supporters } from '../../listen/issues/reads.ts'
import { type Category, type channels, type Stage, stageOf, statesOf } from '../../listen/issues/rules.ts'
import { foundIssues } from '../../listen/search/reads.ts'

export interface LedgerFilter {
  stage?: Stage | undefined
  channel?: (typeof channels)[number] | undefined
  seat?: number | undefined
  category?: Category | undefined
  q?: string | undefined
}

const perPage = 25
/** Of what holds the words that were typed, the newest so many are put in the ledger's order. */
const mostFound = 250

/**
 * 台账: matters as the desk lists them, those with the nearest due day first and the closed ones last. `after` is the
 * number of the last one of the page before. Searches number, place, words (raw ones too) and initials. One statement.
 */
export async function deskLedger(db: Db, filter: LedgerFilter, after: number | null) {
  let query = db
    .selectFrom('issues')
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .leftJoin('seats', 'seats.id', 'issues.seat_id')
    .select([
      'issues.no',
      'issues.title',
      'state',
      'place',
      'buildings.name as building',
      'seats.name as seat',
      'seats.name_en as seatEn',
      'due_on as dueOn',
      'opened_at as openedAt',
      'published_at as publishedAt',
      'closed_at as closedAt',
      'reopens',
    ])
    .select(supporters.as('supports'))
    .select(
      sql<(typeof channels)[number] | null>`(select channel from filings where issue_id = issues.id
        group by channel order by count(*) desc, channel limit 1)`.as('channel'),
    )
  if (filter.stage !== undefined) query = query.where('state', 'in', statesOf(filter.stage))
  if (filter.seat !== undefined) query = query.where('seats.position', '=', filter.seat)
  if (filter.channel) {
    const { channel } = filter
    query = query.where((eb) =>
      eb.exists(
        eb.selectFrom('filings').select('id').whereRef('issue_id', '=', 'issues.id').where('channel', '=', channel),
      ),
    )
  }
  if (filter.category) query = query.where('issues.category', '=', filter.category)
  if (filter.q) {
    const { q: typed, category, channel, stage } = filter
    const states = stage === undefined ? undefined : statesOf(stage)
    query = query.where(
      'issues.id',
      'in',
      foundIssues({ typed, openly: false, states, category, channel, most: mostFound }),
    )
  }
  if (after !== null) {
    query = query.where(sql<boolean>`(issues.closed_at is not null, coalesce(due_on, 'infinity'), -issues.id) > (
      select i.closed_at is not null, coalesce(i.due_on, 'infinity'), -i.id from issues i where i.no = ${after})`)
  }
  const rows = await query
    .orderBy((eb) => eb('issues.closed_at', 'is not', null))
    .orderBy(sql`coalesce(due_on, 'infinity')`)
    .orderBy(sql`-issues.id`)
    .limit(perPage + 1)
    .execute()
  return {
    rows: rows.slice(0, perPage).map((row) => ({ ...row, stage: stageOf(row.state) })),
    next: rows.length > perPage ? (rows[perPage - 1]?.no ?? null) : null,
  }
}

export type DeskRow = Awaited<ReturnType<typeof deskLedger>>['rows'][number]

/**
 * What waits at each place of the desk, and the parties to choose from. `mine`: what waits for the word of these seats
 * on `day` (board/seat shows it). One statement.
 */
export async function deskCounts(db: Db, today: string, seatIds: readonly number[], day: string) {
  const { rows } = await sql<{
    triage: number
    late: number
    wording: number
    inbox: number
    pooled: number
    revisits: number
    open: number
    overdue: number
    mine: number
    seats: { position: number; name: string; nameEn: string }[]
  }>`
    select (select count(*) from filings where state in ('submitted', 'need_info')) as triage,
           (select count(*) from filings where state = 'submitted' and due_on < ${today}) as late,
           (select count(distinct issue_id) from issue_texts where approved_at is null) as wording,
           (select count(*) from arrivals where state = 'waiting') as inbox,
           (select count(*) from issues where state = 'pooled') as pooled,
           (select count(*) from revisits v join resolutions r on r.id = v.resolution_id and r.cycle = v.cycle
             where v.answered_at is null and r.claimed_at is not null and r.closed_at is null) as revisits,
           (select count(*) from issues where closed_at is null) as open,
           (select count(*) from issues where closed_at is null and due_on < ${today} and state not in ('claimed_done', 'revisiting')) as overdue,
           (select count(*) from meetings m cross join seats s
             where s.id = any(${[...seatIds]}::int[]) and s.vacant_since is null and m.noticed_at is not null
               and num_nonnulls(m.opened_at, m.adjourned_at, m.aborted_at) = 0
               and not exists (select from seat_answers a where a.meeting_id = m.id and a.seat_id = s.id))
             + (select count(*) from minutes n join minutes_answers a on a.minutes_id = n.id and a.round = n.round
             where a.seat_id = any(${[...seatIds]}::int[]) and n.published_at is null and a.answer is null
               and n.sent_at is not null and (n.sent_at at time zone 'Asia/Shanghai')::date + 3 >= ${day}::date) as mine,
           (select coalesce(json_agg(json_build_object('position', position, 'name', name, 'nameEn', name_en) order by position), '[]') from seats) as seats`.execute(
    db,
  )
  return rows[0] as NonNullable<(typeof rows)[0]>
}
