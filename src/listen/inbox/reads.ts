import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import type { ArrivalState } from './rules.ts'

const perPage = 50
/** As many characters of one; fifty long letters would be a page nobody can load. */
const shown = 2_000

/** One page of the inbox, the oldest first of what waits, the newest first of what is decided. One statement. */
export async function inboxPage(db: Db, filter: { state: ArrivalState; bridge?: string | undefined }, page: number) {
  let query = db
    .selectFrom('arrivals as a')
    .innerJoin('bridges as b', 'b.id', 'a.bridge_id')
    .leftJoin('filings as f', 'f.id', 'a.filing_id')
    .select(['a.key', 'a.external_no as externalNo', 'a.place', 'a.category', 'a.photo_key as photo'])
    .select(['a.media_url as mediaUrl', 'a.point'])
    .select(['a.said_at as saidAt', 'a.arrived_at as arrivedAt', 'a.sender_sealed as senderSealed', 'a.reason'])
    .select(['b.name as bridge', 'b.kind', 'b.key as bridgeKey', 'f.no as filingNo', 'f.filed_at as filedAt'])
    .select([sql<string>`left(a.words, ${shown})`.as('words'), sql<boolean>`length(a.words) > ${shown}`.as('longer')])
    .where('a.state', '=', filter.state)
  const { bridge } = filter
  if (bridge !== undefined) query = query.where('b.key', '=', bridge)
  const rows = await query
    .orderBy('a.id', filter.state === 'waiting' ? 'asc' : 'desc')
    .limit(perPage + 1)
    .offset((page - 1) * perPage)
    .execute()
  return { rows: rows.slice(0, perPage), more: rows.length > perPage }
}
