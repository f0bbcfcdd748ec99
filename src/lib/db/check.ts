import { sql } from 'kysely'
import type { House } from './connect.ts'

/** Thrown when the database server would break what we promise; every reason at once, in plain words. */
export class NotFit extends Error {
  readonly reasons: string[]
  constructor(reasons: string[]) {
    super(reasons.join('\n'))
    this.reasons = reasons
  }
}

const mustBeOn = ['fsync', 'full_page_writes', 'synchronous_commit'] as const
const oldest = 150_000
const clocksMayDiffer = 2_000

/**
 * Refuses a server that may lose an acknowledged vote, or whose clock is not ours (trust 4.1, 4.13). The embedded
 * database cannot promise the first at all: that is why it is called trial mode.
 */
export async function checkServer(house: House): Promise<void> {
  if (house.embedded) return
  const asked = Date.now()
  const { rows } = await sql<
    { now: Date; version: number; letters: string } & Record<(typeof mustBeOn)[number], string>
  >`
    select clock_timestamp() as now, current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
           current_setting('full_page_writes') as full_page_writes, current_setting('synchronous_commit') as synchronous_commit,
           (select datctype from pg_database where datname = current_database()) as letters`.execute(house.db)
  const [is] = rows
  if (!is) throw new Error('the database does not answer a question without a table')
  const reasons = mustBeOn
    .filter((setting) => is[setting] === 'off')
    .map((setting) => `${setting} is off: a crash of the server could lose what it has confirmed`)
  if (is.version < oldest) reasons.push('it is older than PostgreSQL 15')
  if (/^(?:C|POSIX)$/i.test(is.letters))
    reasons.push(
      `its LC_CTYPE is ${is.letters}, which knows no Chinese letters: create the database with C.UTF-8 or zh_CN.UTF-8`,
    )
  // The answer was given somewhere between asking and hearing it.
  const apart = Math.max(asked - is.now.getTime(), is.now.getTime() - Date.now(), 0)
  if (apart > clocksMayDiffer) reasons.push(`its clock and ours are ${Math.round(apart / 1000)} seconds apart`)
  if (reasons.length > 0) throw new NotFit(reasons)
}
