import { sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import { firstDayNotOver } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import { asPromised, type Promised, promises } from './promises.ts'

/** 承诺台账: what was promised, on its shelves. */

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
