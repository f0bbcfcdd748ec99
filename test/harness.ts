import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { embeddedHouse, type House, openHouse } from '../src/lib/db/connect.ts'
import type { Db } from '../src/lib/db/schema.ts'
import { sessionCookie } from '../src/lib/http/conventions.ts'
import { openSession } from '../src/lib/http/session.ts'
import type { App, Community } from '../src/lib/http/slice.ts'
import { createLive, type Live } from '../src/lib/live/hub.ts'
import type { Letterbox } from '../src/lib/outbox.ts'
import { openVault, type Vault } from '../src/lib/vault.ts'
import { type Cast, settle } from './cast.ts'
import { embeddedTemplate, serverTemplate, withDatabase } from './template.ts'

/** The leg this run is on: a PostgreSQL server, or (unset) the embedded database. */
const server = process.env.TEST_ON
export const onServer = server !== undefined
const origin = 'http://wutong.test'

export interface Town {
  app: App
  house: House
  db: Db
  live: Live
  vault: Vault
  community: Community
  cast: Cast
  /** Stands still until the test moves it. */
  clock: { now: Date }
  /** A folder of its own. */
  dataDir: string
  origin: string
  letterbox: Letterbox
  /** A browser of its own: nobody, or signed in as one of the cast by name, or bound to a door. */
  as(who?: keyof Cast['people'] | { door: keyof Cast['doors'] }): Promise<Browser>
  /** Another process on the same database. */
  again(): Promise<{ app: App; live: Live }>
}

/** A whole app on a database of its own, with a small neighbourhood in it. Nothing is mocked. */
export async function startTown(t: Test): Promise<Town> {
  const { house, closed } = await freshHouse()
  const keys = mkdtempSync(join(tmpdir(), 'wt-keys-'))
  const vault = openVault(keys)
  const clock = { now: new Date('2026-11-24T10:00:00+08:00') }
  const started: { app: App; live: Live; quiet: () => Promise<void> }[] = []
  const start = async () => {
    const live = createLive(house)
    const quiet = await house.listen((notice) => live.changed(notice))
    const app = await buildApp(
      { house, live, vault, origin, clock: () => clock.now, dataDir: keys },
      { rateLimits: false },
    )
    await app.ready()
    started.push({ app, live, quiet })
    return { app, live }
  }
  const { app, live } = await start()
  const { community, cast } = await settle(house, clock.now)
  const db = house.of(community.id)

  t.teardown(async () => {
    for (const each of started) {
      await each.live.close()
      await each.app.close()
      await each.quiet()
    }
    await closed()
    rmSync(keys, { recursive: true, force: true })
  })

  return {
    app,
    house,
    db,
    live,
    vault,
    community,
    cast,
    clock,
    dataDir: keys,
    origin,
    letterbox: { communityId: community.id, vault, home: `${origin}/c/${community.slug}` },
    again: start,
    async as(who) {
      if (who === undefined) return new Browser(app, community, {})
      const of = typeof who === 'string' ? { personId: cast.people[who] } : { householdId: cast.doors[who.door] }
      const secret = await db.transaction().execute((trx) => openSession(trx, of, 'test', clock.now))
      return new Browser(app, community, { [sessionCookie(community.id, origin)]: secret })
    },
  }
}

type Fields = Record<string, string | string[]>

/** What a browser does: keeps cookies, sends our origin, fills the form's token in. Paths are within the community. */
export class Browser {
  readonly app: App
  readonly community: Community
  readonly cookies: Record<string, string>
  constructor(app: App, community: Community, cookies: Record<string, string>) {
    this.app = app
    this.community = community
    this.cookies = { lang: 'zh', ...cookies }
  }
  get headers() {
    return {
      cookie: Object.entries(this.cookies)
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
      origin,
    }
  }
  async get(path: string, headers: Record<string, string> = {}) {
    return this.#remember(
      await this.app.inject({ method: 'GET', url: this.#at(path), headers: { ...this.headers, ...headers } }),
    )
  }
  /** Posts a form as the page would; `from` is the page whose hidden token it carries (the path itself where left out). */
  async post(path: string, fields: Fields = {}, headers: Record<string, string> = {}) {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries({ _csrf: await this.token(), ...fields })) {
      for (const each of [value].flat()) body.append(name, each)
    }
    return this.#remember(
      await this.app.inject({
        method: 'POST',
        url: this.#at(path),
        headers: { ...this.headers, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: body.toString(),
      }),
    )
  }
  /** As `post`, with a file. */
  async upload(
    path: string,
    fields: Record<string, string>,
    file: { name: string; field: string; bytes: Buffer; type?: string },
  ) {
    const form = new FormData()
    for (const [name, value] of Object.entries({ _csrf: await this.token(), ...fields })) form.append(name, value)
    form.append(file.field, new Blob([new Uint8Array(file.bytes)], { type: file.type ?? 'image/jpeg' }), file.name)
    const request = new Request('http://x', { method: 'POST', body: form })
    return this.#remember(
      await this.app.inject({
        method: 'POST',
        url: this.#at(path),
        headers: { ...this.headers, 'content-type': request.headers.get('content-type') ?? '' },
        payload: Buffer.from(await request.arrayBuffer()),
      }),
    )
  }
  /** The hidden token of this browser's forms: the one its session page carries. */
  async token(): Promise<string> {
    if (Object.keys(this.cookies).every((name) => !/^wt\d+$/.test(name))) return ''
    const page = await this.app.inject({ url: this.#at('/sessions'), headers: this.headers })
    return /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  }
  #at(path: string) {
    return path.startsWith('/c/') || path === '/' ? path : `/c/${this.community.slug}${path}`
  }
  #remember(reply: Awaited<ReturnType<App['inject']>>) {
    for (const cookie of reply.cookies) {
      if (cookie.value === '') delete this.cookies[cookie.name]
      else this.cookies[cookie.name] = cookie.value
    }
    return reply
  }
}

export async function freshHouse({
  max,
}: {
  max?: number
} = {}): Promise<{ house: House; closed: () => Promise<void> }> {
  if (!server) {
    const house = embeddedHouse(await PGlite.create({ loadDataDir: await embeddedTemplate() }))
    return { house, closed: () => house.close() }
  }
  const name = `wt_${randomUUID().replaceAll('-', '')}`
  const template = await serverTemplate(server)
  await onAdmin(server, (admin) => admin.query(`create database ${name} template ${template}`))
  const house = await openHouse({ databaseUrl: withDatabase(server, name), dataDir: '', ...(max && { max }) })
  return {
    house,
    async closed() {
      await house.close()
      await onAdmin(server, (admin) => dropWhenIdle(admin, name))
    },
  }
}

async function onAdmin(url: string, act: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await act(admin).finally(() => admin.end())
}

/** `pool.end()` resolves a moment before Postgres forgets the connections, and `with (force)` would crash the closing clients. */
async function dropWhenIdle(admin: pg.Client, name: string): Promise<void> {
  for (;;) {
    try {
      await admin.query(`drop database ${name}`)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '55006') throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
