import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import pg from 'pg'
import { type Lock, lockEmbedded } from './lock.ts'
import { nameOf } from './names.ts'
import type { Database, Db } from './schema.ts'

pg.types.setTypeParser(20, Number) // bigint: journal ids and counts stay far below 2^53
pg.types.setTypeParser(1082, String) // a date is a day, never a moment in somebody's time zone

/** The whole installation's database. Rows of one community are only ever reached through `of(communityId)`. */
export interface House {
  /** Works as the login that owns the tables: for migrations and the list of communities, never for a request. */
  db: Db
  /** The handle a request gets: every statement runs as wt_app, inside this community (trust 4.5). */
  of(communityId: number): Db
  /** Calls back with each committed notice; once with null when notices may have been missed. */
  listen(hear: (notice: string | null) => void): Promise<() => Promise<void>>
  embedded: boolean
  close(): Promise<void>
}

interface Where {
  /** Unset: the embedded database under `dataDir`. */
  databaseUrl?: string | undefined
  dataDir: string
  /** What a second process may ask the one that holds the embedded database (`npm run admin`). */
  answer?: (question: string) => Promise<string>
  /** Connections to a PostgreSQL server. */
  max?: number
}

export async function openHouse(where: Where): Promise<House> {
  return where.databaseUrl ? onServer(where.databaseUrl, where.max ?? 10) : onEmbedded(where)
}

function onServer(connectionString: string, max: number): House {
  const pool = new pg.Pool({
    connectionString,
    max,
    lock_timeout: 3_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 10_000,
  })
  // Without a listener, a connection lost to a restart of the server, idle or between two statements, would end the whole process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return house(
    pool,
    false,
    (hear) => listenOnServer(connectionString, hear),
    async () => pool.end(),
  )
}

async function onEmbedded({ dataDir, answer }: Where): Promise<House> {
  mkdirSync(dataDir, { recursive: true })
  // PGlite has no lock of its own: two processes on one folder lose acknowledged rows without an error (stack 2).
  const lock: Lock = await lockEmbedded(dataDir, answer)
  const lite = await PGlite.create(join(dataDir, 'db'))
  return embeddedHouse(lite, async () => lock.release())
}

/** A house on a PGlite that is already open; tests bring one that lives in memory. */
export function embeddedHouse(lite: PGlite, afterClose: () => Promise<void> = async () => {}): House {
  const pool = new pg.Pool({ ...createPgConfig(lite), max: 1, idleTimeoutMillis: 0 })
  pool.on('error', () => {})
  const listen: House['listen'] = async (hear) => lite.listen('changed', hear)
  return house(pool, true, listen, async () => {
    await pool.end()
    await lite.close()
    await afterClose()
  })
}

function house(pool: pg.Pool, embedded: boolean, listen: House['listen'], close: () => Promise<void>): House {
  const bound = new Map<number, Db>()
  return {
    db: kysely(pool, null, embedded),
    of(communityId) {
      const db = bound.get(communityId) ?? kysely(pool, communityId, embedded)
      bound.set(communityId, db)
      return db
    },
    listen,
    embedded,
    close,
  }
}

function kysely(pool: pg.Pool, communityId: number | null, embedded: boolean): Db {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new BoundDriver(pool, communityId, embedded),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

/**
 * A connection works for one community at a time, as wt_app: whoever takes it from the pool binds it first, unless it
 * already is what she needs. Nothing ever runs unbound, and a single statement needs no transaction of its own.
 */
class BoundDriver implements Driver {
  readonly #pool: pg.Pool
  readonly #binding: string
  readonly #embedded: boolean
  constructor(pool: pg.Pool, communityId: number | null, embedded: boolean) {
    this.#pool = pool
    this.#embedded = embedded
    // The community is a number of ours, never text from outside.
    this.#binding =
      communityId === null
        ? 'reset role; reset app.community'
        : `set role wt_app; set app.community = '${Number(communityId)}'`
  }
  async init() {}
  async acquireConnection() {
    const connection = new BoundConnection(await this.#pool.connect(), this.#embedded)
    try {
      await connection.bind(this.#binding)
      return connection
    } catch (error) {
      connection.release()
      throw error
    }
  }
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    await (connection as BoundConnection).begin(settings.isolationLevel)
  }
  async commitTransaction(connection: DatabaseConnection) {
    await (connection as BoundConnection).end('commit')
  }
  async rollbackTransaction(connection: DatabaseConnection) {
    await (connection as BoundConnection).end('rollback')
  }
  async releaseConnection(connection: DatabaseConnection) {
    ;(connection as BoundConnection).release()
  }
  async destroy() {}
}

/** What each connection is bound to; one that is not here has to be bound before anything else. */
const bindings = new WeakMap<pg.PoolClient, string>()

class BoundConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #embedded: boolean
  #broken = false
  constructor(client: pg.PoolClient, embedded: boolean) {
    this.#client = client
    this.#embedded = embedded
  }
  async bind(binding: string) {
    if (bindings.get(this.#client) === binding) return
    // Should it fail half-way, the next to take this connection must not believe in it.
    bindings.delete(this.#client)
    await this.#orBroken(this.#client.query(binding))
    bindings.set(this.#client, binding)
  }
  async begin(isolation?: string) {
    await this.#orBroken(this.#client.query(`begin${isolation ? ` isolation level ${isolation}` : ''}`))
  }
  async end(how: 'commit' | 'rollback') {
    const { command } = await this.#orBroken(this.#client.query(how))
    // PostgreSQL answers COMMIT with ROLLBACK when an earlier statement had failed: nothing was kept.
    if (how === 'commit' && command === 'ROLLBACK') throw new Error('the transaction was rolled back')
  }
  release() {
    // On the embedded database a destroyed client would leave its transaction open for the next one (stack 2).
    this.#client.release(this.#broken && !this.#embedded)
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const name = nameOf(query.sql)
    const asked = { ...(name && { name }), text: query.sql, values: query.parameters as unknown[] }
    const { command, rowCount, rows } = await this.#client.query(asked).catch((error: { code?: string }) => {
      // Prepared before somebody migrated, or on a line that is cut: whoever comes next gets a fresh connection.
      if (error.code === '0A000' || error.code === undefined || /^(57P|08|E)/.test(error.code)) this.#broken = true
      throw error
    })
    const changed = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE'
    return { rows: rows ?? [], ...(changed && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  }
  // biome-ignore lint/correctness/useYield: the interface asks for a generator; nothing in the house streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported')
  }
  async #orBroken<R>(answer: Promise<R>): Promise<R> {
    try {
      return await answer
    } catch (error) {
      this.#broken = true
      throw error
    }
  }
}

async function listenOnServer(connectionString: string, hear: (notice: string | null) => void) {
  let client: pg.Client
  let stopped = false
  const connect = async () => {
    client = new pg.Client({ connectionString })
    client.on('notification', (notice) => hear(notice.payload ?? ''))
    client.on('error', () => {})
    client.on('end', () => void reconnect())
    await client.connect()
    await client.query('listen changed')
  }
  // While the line was down notices were lost: whoever listens must look at everything again.
  const reconnect = async (): Promise<void> => {
    if (stopped) return
    await new Promise((resolve) => setTimeout(resolve, 500).unref())
    await connect().then(() => hear(null), reconnect)
  }
  await connect()
  return async () => {
    stopped = true
    await client.end()
  }
}
