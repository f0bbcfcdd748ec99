import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import pg from 'pg'
import { deskLedger } from '../src/board/desk/reads.ts'
import { type House, openHouse } from '../src/lib/db/connect.ts'
import { migrate } from '../src/lib/db/migrate.ts'
import type { Db } from '../src/lib/db/schema.ts'
import { allCommunities } from '../src/lib/http/communities.ts'
import { vaultOf } from '../src/lib/vault.ts'
import { publicIssues } from '../src/listen/issues/reads.ts'
import { neighboursSaid } from '../src/listen/likeness/reads.ts'
import { foundIssues } from '../src/listen/search/reads.ts'
import { reindex } from '../src/listen/search/store.ts'
import { seed } from '../src/seed.ts'

/**
 * `node bench/sizes.ts postgres://… [few] [many]`: what lists, search and suggestion cost in a neighbourhood of few
 * matters and in one of many, in one run on databases of its own, which it drops again. 2,000 matters are open in each.
 */

const rounds = 40
const stillOpen = 2_000

interface Measured {
  what: string
  few: number
  many: number
}

export async function sizes(server: string, few: number, many: number): Promise<Measured[]> {
  const small = await measured(server, few)
  const large = await measured(server, many)
  return [...small].map(([what, ms]) => ({ what, few: ms, many: Number(large.get(what)) }))
}

async function measured(server: string, issues: number): Promise<Map<string, number>> {
  const name = `wt_sizes_${issues}_${process.pid}`
  await onServer(server, `create database ${name} template template0 lc_ctype 'C.UTF-8'`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const house = await openHouse({ databaseUrl: url.href, dataDir: '' })
  try {
    const db = await filled(house, issues)
    const figures = new Map<string, number>()
    for (const [what, act] of Object.entries(acts(db))) figures.set(what, await p50(act))
    return figures
  } finally {
    await house.close()
    await onServer(server, `drop database if exists ${name} with (force)`)
  }
}

async function filled(house: House, issues: number): Promise<Db> {
  await migrate(house.db)
  const tools = { vault: vaultOf(randomBytes(32)), clock: () => new Date(), origin: 'http://localhost' }
  await seed(house, tools, { profile: 'load', communities: 1, seats: 20, households: 1_500, issues })
  const [community] = await allCommunities(house)
  const db = house.of(community?.id ?? 0)
  // One matter in a thousand speaks of something of its own, so that a rare word is found among many.
  await house.db.transaction().execute(async (trx) => {
    await sql`set local statement_timeout = 0`.execute(trx)
    await sql`update issues set state = 'closed_explained', closed_at = opened_at + interval '9 days'
      where closed_at is null and id not in (select id from issues where closed_at is null order by opened_at desc limit ${stillOpen})`.execute(
      trx,
    )
    await sql`update issues set title = '班车延期的事 ' || no where no % 1000 = 7`.execute(trx)
    await sql`delete from issue_search s using issues i where i.id = s.issue_id and i.no % 1000 = 7`.execute(trx)
  })
  await reindex(db)
  await sql`vacuum analyze`.execute(house.db)
  return db
}

const acts = (db: Db): Record<string, () => Promise<unknown>> => ({
  'public list, first page': () => publicIssues(db),
  'public list, one category': () => publicIssues(db, { category: 'noise' }),
  'public list, from the middle': () => publicIssues(db, {}, 500),
  'desk ledger': () => deskLedger(db, {}, null),
  'search, a common word (1 in 8)': () => publicIssues(db, { q: '停车位' }),
  'search, a rare word (1 in 1000)': () => publicIssues(db, { q: '班车延期' }),
  'search, initials': () => publicIssues(db, { q: 'bcyq' }),
  'search, a number': () => publicIssues(db, { q: '777' }),
  'search, nothing to find': () => publicIssues(db, { q: '大熊猫' }),
  'search at the desk, raw words': () => deskLedger(db, { q: '班车延期' }, null),
  'search alone, the rare word': () =>
    sql`select * from ${foundIssues({ typed: '班车延期', openly: true, most: 26 })} found`.execute(db),
  'suggestion among 2,000 open': () => neighboursSaid(db, '晚上回来没有地方停车，兜了三圈', null),
})

async function p50(act: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 5; warm++) await act()
  const took: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await act()
    took.push(performance.now() - began)
  }
  return took.sort((a, b) => a - b)[rounds / 2] ?? 0
}

async function onServer(server: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  await admin.query(statement).finally(() => admin.end())
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [server = '', few = '1000', many = '200000'] = process.argv.slice(2)
  const figures = await sizes(server, Number(few), Number(many))
  for (const { what, few: a, many: b } of figures)
    process.stdout.write(
      `${what.padEnd(34)} ${a.toFixed(1).padStart(8)} ms ${b.toFixed(1).padStart(8)} ms   ×${(b / a).toFixed(1)}\n`,
    )
}
