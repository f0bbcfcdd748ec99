import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import pg from 'pg'
import t from 'tap'
import { WebSocket } from 'undici'
import { settle } from '../cast.ts'
import { onServer } from '../harness.ts'
import { freshEnv, inHouse, runToEnd, spawnHouse } from './spawned.ts'

t.test('a wrong environment is told all its faults at once', async (t) => {
  const { code, out, err } = await runToEnd('main.ts', [], {
    PORT: 'eighty',
    DATABASE_URL: 'mysql://db',
    PUBLIC_ORIGIN: 'wt.example.cn/',
    NOTIFY_SINK: '/tmp/messages',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'the one in the cellar',
    RATE_LIMITS: 'no',
  })
  t.equal(code, 78)
  t.equal(out, '', 'nothing was started')
  const keys = ['PORT', 'DATABASE_URL', 'PUBLIC_ORIGIN', 'NOTIFY_SINK', 'LOG_LEVEL', 'TRUST_PROXY', 'RATE_LIMITS']
  for (const key of keys) {
    t.match(err, new RegExp(`^  ${key}: .*must be`, 'm'), `${key} is named, with what it must be`)
  }
})

t.test('what keeps it from starting is said in a sentence, without a stack', async (t) => {
  const env = await freshEnv(t)
  const noServer = await runToEnd('main.ts', [], { ...env, DATABASE_URL: 'postgres://wt:hush@127.0.0.1:1/wt' })
  t.equal(noServer.code, 69)
  t.match(noServer.err, 'The database server does not answer (ECONNREFUSED)')
  t.notMatch(noServer.err, /hush|\n +at /, 'no password, no stack')
  const noFolder = await runToEnd('main.ts', [], { ...env, KEY_DIR: '/dev/null/keys' })
  t.equal(noFolder.code, 78)
  t.match(noFolder.err, /Cannot write to .*KEY_DIR/)
})

t.test(
  'a database that knows no Chinese letters is refused before anything is written into it',
  { skip: !onServer && 'the embedded database is made by us' },
  async (t) => {
    const env = await freshEnv(t, `template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`)
    const { code, out, err } = await runToEnd('main.ts', [], env)
    t.same([code, out], [78, ''])
    t.match(err, 'its LC_CTYPE is C, which knows no Chinese letters: create the database with C.UTF-8 or zh_CN.UTF-8')
    t.notMatch(err, /\n +at /, 'no stack')
    const client = new pg.Client({ connectionString: env.DATABASE_URL })
    await client.connect()
    const { rows } = await client.query(`select from pg_tables where schemaname = 'public'`)
    await client.end()
    t.equal(rows.length, 0)
  },
)

t.test('it starts, answers, stops', async (t) => {
  const env = await freshEnv(t)
  await inHouse(env, (house) => settle(house, new Date()))
  const house = await spawnHouse(t, env)
  t.match(await (await fetch(`${house.origin}/healthz`)).json(), { ok: true })
  const ready = await fetch(`${house.origin}/readyz`)
  t.equal(ready.status, 200)
  t.same(await ready.json(), { ready: true, database: true, migrations: true, keys: true })
  if (onServer) t.notMatch(house.printed(), 'Trial mode')
  else t.match(house.printed(), /Trial mode: .*\n.*set DATABASE_URL/, 'trial mode is called that')

  // A page with its socket open, and a phone that fell asleep with one.
  const live = `${house.origin.replace('http', 'ws')}/c/wutongli/live?topic=room:1&locale=zh`
  const socket = new WebSocket(live, { headers: { origin: house.origin } })
  const told = new Promise<number>((done) => socket.addEventListener('close', ({ code }) => done(code)))
  await new Promise((done) => socket.addEventListener('open', done))
  const asleep = connect({ port: Number(new URL(house.origin).port), host: '127.0.0.1' })
  t.teardown(() => asleep.destroy())
  asleep.write(
    `GET /c/wutongli/live?topic=room:1&locale=zh HTTP/1.1\r\nHost: x\r\nOrigin: ${house.origin}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  await new Promise((done) => asleep.once('data', done))
  asleep.pause()

  // A form that is half sent when the signal comes.
  const agent = new Agent({ keepAlive: true })
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '5', origin: house.origin }
  const answered = new Promise<{ status: number | undefined; at: number }>((done, fail) => {
    const form = request(`${house.origin}/c/wutongli/leave`, { method: 'POST', agent, headers }, (reply) =>
      reply.resume().on('end', () => done({ status: reply.statusCode, at: Date.now() })),
    ).on('error', fail)
    form.write('a=')
    setTimeout(() => house.child.kill('SIGTERM'), 200)
    setTimeout(() => form.end('bcd'), 1_000)
  })
  const { status, at } = await answered
  t.equal(status, 303, 'the request under way was answered')
  t.equal((await house.ended).code, 0)
  t.equal(await told, 1012, 'the page was told to come back')
  t.ok(Date.now() - at < 12_000, 'and nothing idle or asleep held it up until it would have been cut off')
})

t.test('trial mode belongs to one process', { skip: onServer && 'a server is made for several' }, async (t) => {
  const env = await freshEnv(t)
  const first = await spawnHouse(t, env)
  const second = await runToEnd('main.ts', [], env)
  t.equal(second.code, 75)
  t.match(second.err, /in use by another process\.\nStop that process first, or set DATABASE_URL/)
  t.equal((await fetch(`${first.origin}/readyz`)).status, 200, 'the first did not notice')

  await first.stop('SIGKILL')
  const third = await spawnHouse(t, env)
  t.equal((await fetch(`${third.origin}/readyz`)).status, 200, 'what a killed one left behind blocks nobody')
  t.equal((await third.stop('SIGTERM')).code, 0)
})
