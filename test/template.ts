import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'kysely'
import pg from 'pg'
import { embeddedHouse, openHouse } from '../src/lib/db/connect.ts'
import { migrate } from '../src/lib/db/migrate.ts'

/** A migrated database to copy from, made once for each state of the migrations: a test file then starts in a second. */

const migrations = fileURLToPath(new URL('../migrations/', import.meta.url))
const cache = fileURLToPath(new URL('../node_modules/.cache/wutong/', import.meta.url))

const stateOfMigrations = createHash('sha256')
  .update(
    readdirSync(migrations)
      .sort()
      .map((name) => readFileSync(`${migrations}${name}`, 'utf8'))
      .join('\n'),
  )
  .digest('hex')
  .slice(0, 12)

/** The embedded template as the bytes that PGlite loads. */
export async function embeddedTemplate(): Promise<Blob> {
  const path = `${cache}embedded-${stateOfMigrations}.tar`
  if (!existsSync(path)) {
    const lite = await PGlite.create()
    const house = embeddedHouse(lite)
    await migrate(house.db)
    const dump = await lite.dumpDataDir('none')
    await house.close()
    mkdirSync(cache, { recursive: true })
    // Two test files may make it at once: each writes its own and the last rename wins.
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, Buffer.from(await dump.arrayBuffer()))
    renameSync(draft, path)
  }
  return new Blob([readFileSync(path)])
}

/** The name of a migrated template database on the server. */
export async function serverTemplate(serverUrl: string): Promise<string> {
  const name = `wt_template_${stateOfMigrations}`
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  try {
    // Whoever comes second waits for the first to finish making it.
    await admin.query('select pg_advisory_lock(7206)')
    const { rowCount } = await admin.query('select from pg_database where datname = $1 and datistemplate', [name])
    if (rowCount) return name
    await admin.query(`drop database if exists ${name}`)
    await admin.query(`create database ${name}`)
    const house = await openHouse({ databaseUrl: withDatabase(serverUrl, name), dataDir: '' })
    await migrate(house.db)
    await sql`select 1`.execute(house.db)
    await house.close()
    await admin.query(`alter database ${name} is_template true`)
    return name
  } finally {
    await admin.end()
  }
}

export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
