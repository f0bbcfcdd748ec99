import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { type Unread, unread } from './readings.ts'
import type { Way } from './rules.ts'

/** A vote of the owners as the pages around its papers know it. Refuses any other. */
export async function paperBallot(db: Db, no: number) {
  return db
    .selectFrom('ballots')
    .innerJoin('meetings', 'meetings.id', 'ballots.meeting_id')
    .where('ballots.no', '=', no)
    .where('electorate_kind', '=', 'owner')
    .select([
      'ballots.id',
      'ballots.no',
      'question',
      'options',
      'closes_at',
      'closed_at',
      'meetings.no as meetingNo',
      'meetings.id as meetingId',
    ])
    .select([supersededBy('desk').as('superseded'), supersededBy('ticket').as('outrun')])
    .executeTakeFirstOrThrow(notFound)
}

/** SQL: how many duplicates of ballot `ballots` came this way. */
const supersededBy = (way: 'desk' | 'ticket') =>
  sql<number>`(select count(*)::int from superseded_papers s where s.ballot_id = ballots.id and s.way = ${way})`

/** How far the papers have come, building by building; the developer's last. One statement. */
export async function progressOf(db: Db, ballot: { id: number; meetingId: number }) {
  const { rows } = await sql<{
    building: string | null
    papers: number
    printed: number
    delivered: number
    notFound: number
    /** Handed back, and not read alike by two people. */
    unread: Unread[]
  }>`
    select e.building, count(*) as papers, count(*) filter (where exists (
             select from tickets k where k.ballot_id = e.ballot_id and k.voter_id = e.voter_id and k.revoked_at is null)) as printed,
           count(*) filter (where d.how <> 'notFound') as delivered, count(*) filter (where d.how = 'notFound') as "notFound",
           (select coalesce(json_agg(r), '[]') from (${unread(ballot)}) r where r.building is not distinct from e.building) as unread
    from electorate e left join lateral (${latest}) d on true
    where e.ballot_id = ${ballot.id} group by e.building`.execute(db)
  return rows.sort(
    (a, b) => Number(a.building === null) - Number(b.building === null) || inOrder(a.building ?? '', b.building ?? ''),
  )
}

/** SQL: what was recorded last of the paper of `e`. */
const latest = sql`
  select d.how, d.at from deliveries d where d.ballot_id = e.ballot_id and d.voter_id = e.voter_id order by d.id desc limit 1`

/** 2 before 12, as people count. */
const inOrder = new Intl.Collator('zh', { numeric: true }).compare

export interface PaperShown {
  voter: number
  units: string[]
  area: number
  /** Which of how many papers of the same units it is. */
  nth: number
  of: number
  how: Way | null
  at: Date | null
}

/** The papers of one building (null: the developer's), without a name and without who has voted. One statement. */
export async function papersIn(db: Db, ballotId: number, building: string | null): Promise<PaperShown[]> {
  const { rows } = await sql<PaperShown>`
    select e.voter_id as voter, u.units, u.area, d.how, d.at,
           row_number() over (partition by e.head order by e.voter_id)::int as nth, (count(*) over (partition by e.head))::int as of
    from electorate e
    cross join lateral (select array_agg(name order by name collate "C") as units, coalesce(sum(area) filter (where counts_area), 0)::bigint as area
                        from electorate_units where ballot_id = e.ballot_id and head = e.head) u
    left join lateral (${latest}) d on true
    where e.ballot_id = ${ballotId} and e.building is not distinct from ${building}`.execute(db)
  return rows.sort((a, b) => inOrder(a.units[0] ?? '', b.units[0] ?? '') || a.nth - b.nth)
}

export interface TicketShown {
  id: number
  ballotNo: number
  voter: number
  units: string[]
  area: number
  /** Whether they count a head. */
  heads: number
  /** outrun: what was cast by phone gave way to the paper, which was handed back before. */
  cast: { at: Date; receipt: string; outrun: boolean } | null
}

/** What a ticket opens; refuses one that was made up, taken back or of another neighbourhood, all alike. One statement. */
export async function ticketShown(db: Db, secret: string): Promise<TicketShown> {
  const { rows } = await sql<TicketShown>`
    select k.id, b.no as "ballotNo", k.voter_id as voter, u.*,
           (select json_build_object('at', v.cast_at, 'receipt', v.receipt, 'outrun', exists (
             select from superseded_papers s where s.ballot_id = v.ballot_id and s.voter_id = v.voter_id and s.way = 'ticket')) from votes v
            where v.ballot_id = k.ballot_id and v.voter_id = k.voter_id) as cast
    from tickets k join ballots b on b.id = k.ballot_id
    join electorate e on e.ballot_id = k.ballot_id and e.voter_id = k.voter_id
    cross join lateral (select array_agg(name order by name collate "C") as units, coalesce(sum(area) filter (where counts_area), 0)::bigint as area,
                          bool_or(counts_head)::int as heads
                        from electorate_units where ballot_id = e.ballot_id and head = e.head) u
    where k.token_sha256 = ${sha256(secret)} and k.revoked_at is null`.execute(db)
  const [ticket] = rows
  if (!ticket) throw new Refusal('tickets.unknown', 404)
  return { ...ticket, cast: ticket.cast && { ...ticket.cast, at: new Date(ticket.cast.at) } }
}
