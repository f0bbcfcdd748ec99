import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { issueEntrance } from '../../src/people/entry/store.ts'
import { settle } from '../cast.ts'
import { type Env, freshEnv, inHouse, type Running, spawnHouse } from './spawned.ts'

/** What leaves the house besides pages: its log, and what people are sent. */

const phone = '13912345678'
const now = () => new Date()

/** Files something with a phone, as a browser without scripts does; gives the tracking code. */
async function file({ origin }: Running, key = randomUUID()): Promise<string> {
  const body = new URLSearchParams({ key, what: '楼道灯坏了，老人摸黑上楼', phone })
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await fetch(`${origin}/c/wutongli/filings`, { method: 'POST', body, headers, redirect: 'manual' })
  return /\/track\/([0-9A-Z-]+)/.exec(reply.headers.get('location') ?? '')?.[1] ?? ''
}

async function startHouse(env: Env) {
  const link = await inHouse(env, async (house) => {
    const { community, cast } = await settle(house, now())
    const issue = (trx: Parameters<typeof issueEntrance>[0]) =>
      issueEntrance(trx, { personId: cast.people.shen }, { personId: null }, now())
    return house.of(community.id).transaction().execute(issue)
  })
  return { link, house: await spawnHouse(t, env) }
}

t.test('no log line, however detailed, holds a phone, a code, a token or somebody’s words', async (t) => {
  const env = { ...(await freshEnv(t)), LOG_LEVEL: 'debug' }
  const { link, house } = await startHouse(env)
  const { origin } = house
  const entered = await fetch(`${origin}/c/wutongli/enter/${link}`, {
    method: 'POST',
    headers: { origin },
    redirect: 'manual',
  })
  t.equal(entered.status, 303)
  const cookie = /wt\d+=([\w-]+)/.exec(entered.headers.get('set-cookie') ?? '')
  t.ok(cookie)
  const code = await file(house)
  t.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/)
  const headers = { cookie: cookie?.[0] ?? '' }
  for (const path of [
    `/track/${code}`,
    `/track/${code}/nothing-here`,
    `/enter/${link}`,
    `/enter/${link}?phone=${phone}`,
    `/owners-vote/${link}`,
    `/track?code=${code}`,
    `/live?topic=${code}&locale=zh`,
    '/desk/triage',
  ])
    t.ok((await fetch(`${origin}/c/wutongli${path}`, { headers })).status < 500, path)
  // A page asked for as a socket, a broken request, a form that cannot be read: each has a line of its own.
  const upgrade = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'x'.repeat(22),
  }
  await raw(
    house,
    `GET /c/wutongli/enter/${link} HTTP/1.1\r\nhost: x\r\n${lines(upgrade)}cookie: ${cookie?.[0]}\r\n\r\n`,
  )
  await raw(house, `GET /c/wutongli/track/${code} HTTP/9.9\r\ncookie: ${cookie?.[0]}\r\n\r\n`)
  await fetch(`${origin}/c/wutongli/filings`, {
    method: 'POST',
    body: phone,
    headers: { origin, 'content-type': 'application/json' },
  })

  t.equal((await house.stop('SIGTERM')).code, 0)
  const log = house
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  t.ok(log.length > 10, `${log.length} lines`)
  t.match(log.join('\n'), '"route":"/c/:slug/track/:code"', 'a line says which page it was')
  for (const [what, secret] of Object.entries({
    phone,
    link,
    code,
    bare: code.replaceAll('-', ''),
    session: cookie?.[1] ?? 'x',
    words: '摸黑',
  })) {
    for (const line of log) t.notOk(line.includes(secret), `${what}: ${line}`)
  }
})

t.test(
  'what people would be sent is written down, a line each, and a line that was missed is written again',
  async (t) => {
    const env = await freshEnv(t)
    const path = join(env.DATA_DIR ?? '', 'sent.jsonl')
    const { house } = await startHouse({ ...env, NOTIFY_SINK: `file:${path}` })
    const key = randomUUID()
    const code = await file(house, key)
    await file(house, key)
    const lines = () =>
      existsSync(path)
        ? // The file is there before its first line is, and a line before its end.
          readFileSync(path, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line))
        : []
    await until(() => lines().length > 0)
    const [line] = lines()
    t.match(line, {
      id: /^wutongli:filed:\d+$|^filed:\d+$/,
      community: 'wutongli',
      channel: 'sms',
      to: phone,
      body: code,
    })
    t.equal((await house.stop('SIGTERM')).code, 0)
    t.equal(lines().length, 1, 'sent twice by a form, told once')

    // As if the program had died between sending and noting that it was sent.
    await inHouse(env, (one) =>
      one.db
        .updateTable('outbox')
        .set({ sent_at: null, next_at: new Date(0) })
        .execute(),
    )
    const again = await spawnHouse(t, { ...env, NOTIFY_SINK: `file:${path}` })
    await until(() => lines().length > 1)
    t.equal((await again.stop('SIGTERM')).code, 0)
    t.same(lines()[1], line, 'the same message with the same id')
    t.notMatch(house.printed() + again.printed(), phone, 'and nothing of it in the log')
  },
)

t.test('without a sink messages wait, and nothing of them is printed', async (t) => {
  const env = await freshEnv(t)
  const { house } = await startHouse(env)
  const code = await file(house)
  t.equal((await house.stop('SIGTERM')).code, 0)
  t.notMatch(house.printed(), new RegExp(`${phone}|${code}`))
  const waiting = await inHouse(env, (one) =>
    one.db.selectFrom('outbox').select(['dedup_key', 'sent_at', 'to_sealed']).execute(),
  )
  t.match(waiting, [{ sent_at: null }])
  t.notMatch(waiting[0]?.to_sealed.toString('latin1'), phone, 'sealed in the database too')
})

const lines = (headers: Record<string, string>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')

/** Sends bytes as they are and waits for the line to close or fall silent. */
async function raw({ origin }: Running, text: string): Promise<void> {
  const { connect } = await import('node:net')
  const { port, hostname } = new URL(origin)
  await new Promise<void>((done) => {
    const socket = connect({ port: Number(port), host: hostname }, () => socket.end(text))
    socket
      .on('data', () => {})
      .on('error', () => done())
      .on('close', () => done())
    setTimeout(() => socket.destroy(), 10_000).unref()
  })
}

async function until(test: () => boolean): Promise<void> {
  for (let i = 0; i < 3_000 && !test(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  if (!test()) throw new Error('waited thirty seconds in vain')
}
