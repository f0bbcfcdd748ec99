import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import t from 'tap'
import { openHouse } from '../../src/lib/db/connect.ts'
import { conventions } from '../../src/lib/http/conventions.ts'
import type { App } from '../../src/lib/http/slice.ts'
import { createLive } from '../../src/lib/live/hub.ts'
import { vaultOf } from '../../src/lib/vault.ts'
import { zh } from '../../src/messages/zh.ts'
import { routeTable } from '../../src/routetable.ts'
import { isWords, textsUnder } from './sources.ts'

/** What this project has agreed on and no type can hold. Run by `npm run check`. */

const sources = textsUnder('src', '.ts')
const stages = /^src\/(people|listen|agenda|vote|resolve|board)\//

t.test('a route that does not say who may call it stops the app from starting', async (t) => {
  const house = await openHouse({ databaseUrl: 'postgres://nobody@localhost/none', dataDir: '' })
  const live = createLive(house)
  t.teardown(() => Promise.all([live.close(), house.close()]))
  const app: App = Fastify()
  conventions(app, { house, live, vault: vaultOf(randomBytes(32)), clock: () => new Date(), origin: 'http://x' })
  t.throws(() => app.get('/oops', async () => 'hi'), /GET \/oops does not say who may call it/)
  t.doesNotThrow(() => app.get('/well', { config: { who: 'anyone' } }, async () => 'hi'))
})

t.test('every route of a community knows which, and takes its form from a schema that is written down', async (t) => {
  const table = await routeTable()
  for (const { method, path, tenant, params } of table) {
    t.equal(params[0] === 'slug', tenant, `${method} ${path}`)
    t.ok(tenant || method === 'GET', `${method} ${path}: nothing is changed outside a community`)
  }
})

t.test('the outside comes in through start.ts and cli.ts only', async (t) => {
  for (const [path, text] of sources) {
    if (path === 'src/start.ts' || path === 'src/cli.ts') continue
    t.notMatch(text, /process\.(env|argv)/, `${path} is given what it needs`)
  }
})

t.test('one way out: nothing but the guarded dispatcher calls anybody, and mail comes in by one door', async (t) => {
  const calls =
    /\bfetch\(|\bhttps?\.(?:get|request)\(|\bnet\.connect\(|\btls\.connect\(|from '(?:undici|node:https|node:http2|node:tls|node:dgram|imapflow)'|import\('(?:undici|node:https?|imapflow)'/
  const doors = ['src/lib/egress.ts', 'src/listen/mailboxes/imap.ts']
  for (const [path, text] of sources) if (!doors.includes(path)) t.notMatch(text, calls, path)
  // The other door asks the first which address it may go to.
  t.match(sources.get('src/listen/mailboxes/imap.ts'), /egress\.addressOf\(/)
})

t.test('the neighbourhood keeps one clock', async (t) => {
  for (const [path, text] of sources) {
    if (stages.test(path)) t.notMatch(text, /Date\.now\(\)|new Date\(\)/, `${path} takes its times from clock()`)
  }
})

t.test('no query names the tenant by hand', async (t) => {
  for (const [path, text] of sources) {
    if (!stages.test(path)) continue
    // A conflict has to name its whole key, and the casting statement calls the database's own function.
    const rest = text.replace(/on conflict \([^)]*\)|columns\(\[[^\]]*\]\)|current_community\(\)/g, '')
    t.notMatch(rest, /community_id/, path)
  }
})

t.test('every line of the journal can be told in words', async (t) => {
  const told = Object.keys(zh).filter((key) => key.startsWith('journal.'))
  for (const [path, text] of sources) {
    if (isWords(path)) continue
    for (const [, said = ''] of text.matchAll(/\bverb: ([^,\n]+)/g)) {
      // One verb, or one chosen of two.
      for (const [, verb = ''] of said.matchAll(/'([a-z]\w*\.\w+)'/g)) t.ok(`journal.${verb}` in zh, `${path}: ${verb}`)
    }
    for (const [, begins = ''] of text.matchAll(/\bverb: `([\w.]+)\$\{/g)) {
      t.ok(
        told.some((key) => key.startsWith(`journal.${begins}`)),
        `${path}: ${begins}…`,
      )
    }
  }
})
