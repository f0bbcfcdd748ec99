import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { isOver } from '../inbox/rules.ts'
import { type Category, isClosed } from '../issues/rules.ts'

/** What other systems may read: public wording and where a matter stands. Nobody's own words, ever. */
export interface PublicRequest {
  id: string
  over: boolean
  /** The message that says where it stands. */
  standing: string
  note: string
  category: Category | null
  title: string
  text: string
  agency: string
  building: string | null
  place: string
  requestedAt: Date
  updatedAt: Date
  dueOn: string | null
}

export interface RequestFilter {
  ids?: readonly string[] | undefined
  categories?: readonly string[] | undefined
  from?: Date | undefined
  until?: Date | undefined
  /** Both: all of them. */
  over?: boolean | undefined
}

const isKey = (id: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)

/** Public matters, newest first, and, by their own private ids, what a program has sent itself. Two statements at most. */
export async function publicRequests(db: Db, filter: RequestFilter, page: { at: number; size: number }) {
  const keys = filter.ids?.filter(isKey) ?? []
  const sent = keys.length > 0 ? await requestsByKey(db, keys) : []
  const numbers = filter.ids?.filter((id) => /^\d{1,9}$/.test(id)).map(Number)
  if (numbers?.length === 0) return sent
  let query = db
    .selectFrom('issues')
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .leftJoin('seats', 'seats.id', 'issues.seat_id')
    .select([
      'issues.no',
      'title',
      'public_text',
      'state',
      'category',
      'place',
      'next_step',
      'due_on',
      'opened_at',
      'closed_at',
    ])
    .select(['buildings.name as building', 'seats.name as seat'])
    .select(sql<Date>`(select max(at) from journal where subject = 'issue' and subject_id = issues.id)`.as('moved_at'))
    .where('published_at', 'is not', null)
  if (numbers) query = query.where('issues.no', 'in', numbers)
  if (filter.categories) query = query.where('category', 'in', filter.categories as Category[])
  if (filter.from) query = query.where('opened_at', '>=', filter.from)
  if (filter.until) query = query.where('opened_at', '<=', filter.until)
  if (filter.over !== undefined) query = query.where('closed_at', filter.over ? 'is not' : 'is', null)
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('issues.id', 'desc')
    .limit(page.size)
    .offset((page.at - 1) * page.size)
    .execute()
  const matters = rows.map(
    (row): PublicRequest => ({
      id: String(row.no),
      over: isClosed(row.state),
      standing: `issues.state.${row.state}`,
      note: row.next_step,
      category: row.category as Category,
      title: row.title,
      text: row.public_text,
      agency: row.seat ?? '',
      building: row.building,
      place: row.place,
      requestedAt: row.opened_at,
      updatedAt: row.moved_at ?? row.opened_at,
      dueOn: row.due_on,
    }),
  )
  return [...sent, ...matters]
}

/** What a program has sent, by the private ids it got for it: where it stands, none of its words. One statement. */
export async function requestsByKey(db: Db, keys: readonly string[]): Promise<PublicRequest[]> {
  const rows = await db
    .selectFrom('arrivals as a')
    .innerJoin('bridges as b', 'b.id', 'a.bridge_id')
    .leftJoin('filings as f', 'f.id', 'a.filing_id')
    .leftJoin('issues as i', 'i.id', 'f.issue_id')
    .leftJoin('seats as s', 's.id', 'i.seat_id')
    .select(['a.key', 'a.state', 'a.reason', 'a.category', 'a.arrived_at', 'a.decided_at'])
    .select(['f.state as filing', 'i.state as issue', 'i.published_at', 'i.title', 'i.public_text', 'i.next_step'])
    .select(['i.category as settled', 'i.due_on', 's.name as seat'])
    .select(
      sql<Date | null>`(select max(at) from journal where (subject = 'issue' and subject_id = i.id)
        or (subject = 'filing' and subject_id = f.id))`.as('moved_at'),
    )
    .where(sql<boolean>`a.key = any(${keys}::uuid[])`)
    .where('b.kind', '=', 'open311')
    .orderBy('a.id')
    .execute()
  return rows.map((row): PublicRequest => {
    const open = row.published_at !== null
    return {
      id: row.key,
      over: isOver({ state: row.state, reason: row.reason, filing: row.filing, issue: row.issue }),
      standing: row.issue ? `issues.state.${row.issue}` : `open311.standing.${row.filing ?? row.state}`,
      note: open ? (row.next_step ?? '') : '',
      category: (row.settled ?? row.category) as Category | null,
      title: open ? (row.title ?? '') : '',
      text: open ? (row.public_text ?? '') : '',
      agency: row.seat ?? '',
      building: null,
      place: '',
      requestedAt: row.arrived_at,
      updatedAt: row.moved_at ?? row.decided_at ?? row.arrived_at,
      dueOn: open ? row.due_on : null,
    }
  })
}
