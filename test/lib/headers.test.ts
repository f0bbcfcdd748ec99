import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { sessionCookie } from '../../src/lib/http/conventions.ts'
import { createLive } from '../../src/lib/live/hub.ts'
import { issueEntrance } from '../../src/people/entry/store.ts'
import { routeTable } from '../../src/routetable.ts'
import { Browser, startTown } from '../harness.ts'

const town = await startTown(t)
type Reply = Awaited<ReturnType<Browser['get']>>

/** What a browser must be told with every answer, whatever the answer is (trust 4.9). */
function isGuarded(t: Tap, reply: Reply, what: string) {
  const { headers } = reply
  const policy = String(headers['content-security-policy'])
  t.same(
    rules.filter((rule) => !policy.includes(rule)),
    [],
    `${what}: every rule is there`,
  )
  t.notMatch(policy, /unsafe|\*|https?:/, `${what}: nothing but our own`)
  t.match(headers, kept, what)
}
const rules = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "form-action 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
]
const kept = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
type Tap = Pick<typeof t, 'match' | 'notMatch' | 'same'>

t.test('every page of the house, found or not, allowed or not, carries the same guards', async (t) => {
  const people = [await town.as(), await town.as('shen'), await town.as({ door: '12-602' })]
  const statuses = new Set<number>()
  for (const { method, path, socket } of await routeTable()) {
    if (method !== 'GET' || socket) continue
    const url = path.replace(':slug', town.community.slug).replace(/:\w+/g, '1')
    for (const [at, browser] of people.entries()) {
      const reply = await browser.get(url)
      statuses.add(reply.statusCode)
      isGuarded(t, reply, `${url} for ${['a visitor', 'staff', 'a door'][at]}`)
      t.ok(reply.statusCode < 500, `${url} is ${reply.statusCode}`)
      const html = /html/.test(String(reply.headers['content-type']))
      // The shell of the door page holds nothing of her (squeeze.test.ts).
      if (at > 0 && html && url.startsWith('/c/') && !url.endsWith('/door/'))
        t.equal(reply.headers['cache-control'], 'no-store', `${url}: what she sees is not kept`)
    }
  }
  t.ok(statuses.has(200) && statuses.has(404), `seen: ${[...statuses].join(' ')}`)
})

t.test('so does every refusal', async (t) => {
  const shen = await town.as('shen')
  const cases: [string, number, Promise<Reply>][] = [
    ['no such page', 404, shen.get('/nothing')],
    ['no such community', 404, shen.get('/c/nowhere/sessions')],
    ['no such place at all', 404, shen.get('/c/')],
    ['a form of another site', 403, shen.post('/leave', {}, { 'sec-fetch-site': 'cross-site' })],
    ['a form without its token', 403, shen.post('/leave', { _csrf: '' })],
    ['a form too large', 413, shen.post('/leave', { words: 'x'.repeat(70_000) })],
    ['a body nobody reads', 422, shen.post('/leave', {}, { 'content-type': 'text/xml' })],
    ['a broken body', 422, shen.post('/leave', {}, { 'content-type': 'application/json' })],
  ]
  for (const [what, status, asked] of cases) {
    const reply = await asked
    isGuarded(t, reply, what)
    t.ok([status, 415].includes(reply.statusCode), `${what}: ${reply.statusCode}`)
  }
})

t.test('and our own mistakes, which say a number and nothing else', async (t) => {
  const of = () => {
    throw new Error('the secret of the engine room')
  }
  const house = { ...town.house, of }
  const app = await buildApp({ ...town, house, live: createLive(house), clock: () => town.clock.now })
  t.teardown(() => app.close())
  const reply = await new Browser(app, town.community, {}).get('/sessions')
  t.equal(reply.statusCode, 500)
  isGuarded(t, reply, 'our mistake')
  t.match(reply.body, /<code>[0-9a-f]{8}<\/code>/)
  t.notMatch(reply.body, 'engine room')
})

t.test(
  'a cookie that speaks for somebody is kept from scripts, other sites and, on https, from plain lines',
  async (t) => {
    for (const origin of ['http://wutong.test', 'https://wutong.test']) {
      const app = await buildApp({ ...town, live: createLive(town.house), origin, clock: () => town.clock.now })
      t.teardown(() => app.close())
      const token = await town.db
        .transaction()
        .execute((trx) => issueEntrance(trx, { personId: town.cast.people.shen }, { personId: null }, town.clock.now))
      const reply = await app.inject({ method: 'POST', url: `/c/wutongli/enter/${token}`, headers: { origin } })
      const cookie = reply.cookies.find(({ name }) => name === sessionCookie(town.community.id, origin))
      t.match(cookie, { httpOnly: true, sameSite: 'Lax', path: '/' })
      t.equal(cookie?.domain, undefined)
      const secure = origin.startsWith('https')
      t.equal(cookie?.secure ?? false, secure)
      t.equal(cookie?.name.startsWith('__Host-'), secure)
      t.equal('strict-transport-security' in reply.headers, secure)
    }
  },
)

t.test('a signed-in person’s write needs the token of her session, with or without a form', async (t) => {
  const shen = await town.as('shen')
  const headers = { ...shen.headers, 'sec-fetch-site': 'same-origin' }
  const bare = { method: 'POST', url: '/c/wutongli/leave', headers } as const
  t.equal((await town.app.inject(bare)).statusCode, 403, 'a write without a body too')
  t.match((await shen.get('/sessions')).body, '这台设备', 'still in')
  const withToken = { ...bare, headers: { ...headers, 'x-csrf': await shen.token() } }
  t.equal((await town.app.inject(withToken)).statusCode, 303)
})
