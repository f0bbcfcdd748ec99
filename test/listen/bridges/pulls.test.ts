import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { createEgress } from '../../../src/lib/egress.ts'
import { readLetter } from '../../../src/listen/mailboxes/letters.ts'
import { writeXml } from '../../../src/listen/open311/xml.ts'
import { makePulls } from '../../../src/listen/pulls/pulls.ts'
import { isSigned, sealOf } from '../../../src/listen/webhooks/signing.ts'
import { tellBridges } from '../../../src/listen/webhooks/telling.ts'
import { startTown, type Town } from '../../harness.ts'
import { accept, publish } from '../help.ts'
import { arrivals, build, secretOf, wire } from './help.ts'

/** A server next door that does what the test says; gives its host and what it heard. */
async function serve(t: Tap, act: (req: IncomingMessage, reply: ServerResponse, body: string) => void) {
  const server = createServer((req, reply) => {
    let body = ''
    req.on('data', (part) => {
      body += part
    })
    req.on('end', () => act(req, reply, body))
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
type Tap = Pick<typeof t, 'teardown'>

const setting = (town: Town) => ({
  house: town.house,
  vault: town.vault,
  origin: town.origin,
  clock: () => town.clock.now,
  egress: createEgress(),
  dataDir: town.dataDir,
})
const minutes = (town: Town, n: number) => {
  town.clock.now = new Date(town.clock.now.getTime() + n * 60_000)
}

t.test('requests of another Open311 server come by themselves, each once', async (t) => {
  const town = await startTown(t)
  const [shen, admin] = [await town.as('shen'), await town.as('admin')]
  const asked: string[] = []
  let all = [
    {
      service_request_id: 'A1',
      description: '路灯不亮 <b>',
      service_code: 'light',
      address: '3号楼',
      requested_datetime: '2026-11-24T01:00:00Z',
    },
    {
      service_request_id: 'A2',
      description: '积水',
      service_code: 'unknown',
      address: '北门',
      requested_datetime: 'yesterday',
    },
    { service_request_id: '', description: '没有编号' },
    { service_request_id: 'A3', description: '' },
  ] as Record<string, string>[]
  let answer: (reply: ServerResponse) => void = (reply) => reply.end(writeXml('service_requests', all))
  const host = await serve(t, (req, reply) => {
    asked.push(req.url ?? '')
    answer(reply)
  })
  const key = await build(shen, { kind: 'open311', name: '街道' })
  const bridge = () => town.db.selectFrom('bridges').selectAll().where('key', '=', key).executeTakeFirstOrThrow()
  const pull = () => admin.post(`/desk/bridges/${key}/rounds`)

  await wire(admin, key, { source_url: `https://example.invalid/open311` })
  t.equal((await pull()).statusCode, 303)
  t.match((await shen.get(`/desk/bridges/${key}`)).body, '找不到这个地址')
  await wire(admin, key, { source_url: `http://${host}/v2`, hosts: host })
  const done = await pull()
  t.match((await shen.get(String(done.headers.location))).body, '去过了')
  t.match(asked[0], /^\/v2\/requests\.xml\?start_date=2026-10-25T\d\d%3A00%3A00Z&page=1$/)
  t.match(await arrivals(town), [
    { external_no: 'A1', words: '路灯不亮 <b>', category: 'light', place: '3号楼', state: 'waiting' },
    { external_no: 'A2', words: '积水', category: null, said_at: null },
  ])
  t.equal((await bridge()).trouble, '')

  await pull()
  t.equal((await arrivals(town)).length, 2, 'again is nothing new')
  t.match(asked.at(-1), /start_date=2026-11-23/, 'from then on only what is new')

  t.test('also without anybody pressing a button, every ten minutes', async (t) => {
    all = [...all, { service_request_id: 'A4', description: '电梯坏了' }]
    await makePulls(setting(town))
    t.equal((await arrivals(town)).length, 2, 'not yet')
    minutes(town, 10)
    await Promise.all([makePulls(setting(town)), makePulls(setting(town))])
    t.equal((await arrivals(town)).length, 3)
    answer = (reply) =>
      reply
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify([{ service_request_id: 'J1', description: '也读 JSON' }]))
    minutes(town, 10)
    await makePulls(setting(town))
    t.equal((await arrivals(town)).at(-1)?.words, '也读 JSON')
  })

  t.test(
    'a place on the map and a link to a picture come along; what is no link is left out, and nothing is fetched',
    async (t) => {
      const before = (await arrivals(town)).length
      const calls = asked.length
      const request = { description: '栏杆松了', address: '' }
      const local = `http://${host}/private.jpg`
      const listed = [
        {
          ...request,
          service_request_id: 'P1',
          lat: '31.230416000000001',
          long: '121.473701',
          media_url: 'https://img.example.org/a.jpg',
        },
        { ...request, service_request_id: 'P2', address_id: '北门', lat: '131', long: '121', media_url: local },
        { ...request, service_request_id: 'P3', lat: '31', long: '', media_url: 'javascript:alert(1)' },
        { ...request, service_request_id: 'P4', media_url: `https://img.example.org/${'a'.repeat(600)}` },
      ]
      const [asXml, asJson] = [writeXml('service_requests', listed.slice(0, 2)), JSON.stringify(listed.slice(2))]
      for (const text of [asXml, asJson]) {
        answer = (reply) => reply.end(text)
        await pull()
      }
      t.match((await arrivals(town)).slice(before), [
        {
          external_no: 'P1',
          point: '31.230416, 121.473701',
          place: '31.230416, 121.473701',
          media_url: 'https://img.example.org/a.jpg',
        },
        { external_no: 'P2', point: '', place: '北门', media_url: '' },
        { external_no: 'P3', point: '', place: '', media_url: '' },
        { external_no: 'P4', media_url: '' },
      ])
      t.match((await shen.get('/desk/inbox')).body, /31\.230416, 121\.473701[\s\S]*rel="noopener noreferrer ugc"/)
      t.ok(
        asked.slice(calls).every((url) => url.includes('/requests.xml')),
        'only the list was asked for',
      )
    },
  )

  t.test('what goes wrong is told on its page, and nothing of it comes in', async (t) => {
    const count = (await arrivals(town)).length
    const cases: [string, (reply: ServerResponse) => void, string][] = [
      ['an error', (reply) => reply.writeHead(500).end('x'), 'failed'],
      ['a page', (reply) => reply.end('<!doctype html><html></html>'), 'unreadable'],
      [
        'entities',
        (reply) =>
          reply.end(
            '<!DOCTYPE a [<!ENTITY b "c">]><service_requests><request><description>&b;</description></request></service_requests>',
          ),
        'unreadable',
      ],
      ['half of it', (reply) => reply.end('<service_requests><request>'), 'unreadable'],
      ['somewhere else', (reply) => reply.writeHead(302, { location: 'http://127.0.0.1/' }).end(), 'redirect'],
      ['far too much', (reply) => reply.end('x'.repeat(2_000_000)), 'large'],
    ]
    for (const [what, does, trouble] of cases) {
      answer = does
      await pull()
      t.equal((await bridge()).trouble, trouble, what)
      t.equal((await shen.get(`/desk/bridges/${key}`)).statusCode, 200)
    }
    t.match((await shen.get('/desk/bridges')).body, '连不上')
    t.equal((await arrivals(town)).length, count)
  })

  t.test('no more at a time than the bridge may send; the rest comes the next time', async (t) => {
    answer = (reply) =>
      reply.end(
        writeXml(
          'service_requests',
          Array.from({ length: 5 }, (_, n) => ({ service_request_id: `M${n}`, description: `第${n}件` })),
        ),
      )
    await shen.post(`/desk/bridges/${key}`, { name: '街道', kind: 'open311', per_hour: '3', active: 'on' })
    const before = (await arrivals(town)).length
    await pull()
    t.equal((await arrivals(town)).length, before + 3)
    await pull()
    t.equal((await arrivals(town)).length, before + 5)
  })
  t.equal(
    (await shen.post(`/desk/bridges/${await build(shen)}/rounds`)).statusCode,
    409,
    'a group has nothing to fetch',
  )
})

t.test('who passed something on is told how it stands', async (t) => {
  const town = await startTown(t)
  const [shen, admin, gu] = [await town.as('shen'), await town.as('admin'), await town.as('gu')]
  type Told = { headers: IncomingMessage['headers']; body: string }
  const told: Told[] = []
  let status = 200
  const host = await serve(t, (req, reply, body) => {
    told.push({ headers: req.headers, body })
    reply.writeHead(status).end()
  })
  const key = await build(shen, { kind: 'partner', name: '公交公司' })
  const secret = await secretOf(admin, key, 'hook')
  await wire(admin, key, { push_url: `http://${host}/told`, hosts: host })
  const rows = [
    ['编号', '内容'],
    ['B-1', '班车晚点'],
    ['B-2', '广告'],
  ]
    .map((row) => row.join(','))
    .join('\n')
  const sent = await shen.upload(
    `/desk/bridges/${key}/import`,
    {},
    { field: 'file', name: 'x.csv', bytes: Buffer.from(rows), type: 'text/csv' },
  )
  await shen.post(`${String(sent.headers.location)}/import`, { number: '0', words: '1' })
  const [one, two] = await arrivals(town)
  const tell = () => tellBridges(setting(town))
  const last = () => JSON.parse(told.at(-1)?.body ?? '{}')
  t.equal(await tell(), 0, 'nothing has been decided')

  await shen.post('/desk/inbox/asides', { arrival: two?.key ?? '', reason: 'chatter' })
  await shen.post('/desk/inbox/filings', { arrival: one?.key ?? '' })
  t.equal(told.length, 0, 'no page waits for somebody else’s server')
  t.equal(await tell(), 2)
  t.match(
    told.map(({ body }) => JSON.parse(body).data).sort((a, b) => (a.number < b.number ? -1 : 1)),
    [
      { id: one?.key, number: 'B-1', status: 'open', state: 'submitted' },
      { id: two?.key, number: 'B-2', status: 'closed', state: 'aside', reason: 'chatter' },
    ],
  )
  for (const { headers, body } of told) {
    const sealed = sealOf(headers)
    t.ok(sealed && isSigned(sealed, Buffer.from(body), [secret]), 'signed as the standard says')
    t.notMatch(body, /班车|广告/, 'never anybody’s words')
  }

  const filing = await town.db.selectFrom('filings').selectAll().executeTakeFirstOrThrow()
  const code = town.vault.open(town.community.id, filing.code_sealed)
  const no = await accept(town, shen, code)
  await tell()
  t.match(last().data, { number: 'B-1', status: 'open', state: 'accepted' })
  t.notOk('issue' in last().data, 'no number that nobody can look up')
  await publish(town, gu, no)
  await tell()
  t.equal(last().data.issue, no)

  t.test('until it gets through, with the same id', async (t) => {
    status = 503
    const before = told.length
    const step = {
      to: 'assigned',
      words: '派给物业去看',
      next: '物业来看',
      deadline: '2026-12-01',
      handler: String(town.cast.seats[3]),
      target: '',
    }
    t.equal((await shen.post(`/desk/issues/${no}/steps`, step)).statusCode, 303)
    t.equal(await tell(), 0)
    t.equal(told.length, before + 1)
    t.equal(await tell(), 0)
    t.equal(told.length, before + 1, 'not again at once')
    status = 200
    await town.db
      .updateTable('outbox')
      .set({ next_at: new Date(0) })
      .where('channel', '=', 'webhook')
      .where('sent_at', 'is', null)
      .execute()
    t.equal(await tell(), 1)
    t.equal(told.at(-1)?.headers['webhook-id'], told.at(-2)?.headers['webhook-id'])
    t.match(last().data.state, 'assigned')
  })

  t.test('and when it never does, the page says so', async (t) => {
    status = 410
    await town.db.updateTable('issues').set({ state: 'in_progress' }).where('no', '=', no).execute()
    t.equal(await tell(), 0)
    t.match((await shen.get(`/desk/bridges/${key}`)).body, '有 1 条进展没能告诉对方')
    status = 200
    const hostile = await build(shen, { kind: 'partner', name: '改了的' })
    await wire(admin, hostile, { push_url: `http://${host}/told`, hosts: host })
    await wire(admin, hostile, { push_url: 'https://localhost/', hosts: '' })
    const sent = await shen.upload(
      `/desk/bridges/${hostile}/import`,
      {},
      { field: 'file', name: 'x.csv', bytes: Buffer.from(rows), type: 'text/csv' },
    )
    await shen.post(`${String(sent.headers.location)}/import`, { number: '0', words: '1' })
    await secretOf(admin, hostile, 'hook')
    const before = told.length
    await shen.post('/desk/inbox/asides', { arrival: (await arrivals(town)).at(-1)?.key ?? '', reason: 'repeat' })
    t.equal(await tell(), 0)
    t.equal(told.length, before, 'a name that leads home is not gone to')
  })

  t.test('what is rolled back is never told', async (t) => {
    const count = async () =>
      (await town.db.selectFrom('outbox').select('id').where('channel', '=', 'webhook').execute()).length
    const before = await count()
    await t.rejects(
      town.db.transaction().execute(async (trx) => {
        await trx.updateTable('issues').set({ state: 'pooled' }).where('no', '=', no).execute()
        throw new Error('no')
      }),
    )
    t.equal(await count(), before)
  })
})

const letter = (more: Record<string, string> = {}, body = '楼道灯坏了三天了') =>
  Buffer.from(
    `${Object.entries({
      From: '王女士 <wang@example.cn>',
      To: 'ju@example.cn',
      Subject: '灯',
      'Message-ID': `<${Math.random()}@x>`,
      Date: 'Tue, 24 Nov 2026 08:00:00 +0800',
      'Content-Type': 'text/plain; charset=utf-8',
      ...more,
    })
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')}\r\n\r\n${body}`,
  )

t.test('letters come out of a folder', async (t) => {
  const town = await startTown(t)
  const [shen, admin] = [await town.as('shen'), await town.as('admin')]
  const key = await build(shen, { kind: 'mailbox', name: '居委邮箱' })
  const folder = join(town.dataDir, 'mailboxes', key)
  const fetchMail = () => shen.post(`/desk/bridges/${key}/rounds`)
  t.match((await admin.get(`/desk/bridges/${key}`)).body, `mailboxes/${key}/new`)
  t.equal((await fetchMail()).statusCode, 303, 'an empty one is made')
  const put = (name: string, bytes: Buffer) => writeFileSync(join(folder, 'new', name), bytes)
  const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#808' } })
    .png()
    .toBuffer()
  const part = (type: string, name: string, bytes: Buffer) =>
    `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`
  const withParts = (...parts: string[]) =>
    letter(
      { 'Content-Type': 'multipart/mixed; boundary=b' },
      `--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n垃圾房臭\r\n${parts.join('')}--b--\r\n`,
    )

  put('1.eml', letter({ 'Message-ID': '<one@x>' }))
  put('2.eml', letter({ 'Message-ID': '<one@x>' }))
  put(
    '3.eml',
    letter(
      { 'Content-Type': 'text/html; charset=utf-8' },
      '<style>x{}</style><p>水管<b>爆</b>了</p><script>alert(1)</script>',
    ),
  )
  put('4.eml', withParts(part('image/png', 'a.png', picture), part('image/png', 'b.png', picture)))
  put('5.eml', withParts(part('image/png', 'a.png', Buffer.from('<svg onload=alert(1)>'))))
  put('6.eml', letter({ 'Auto-Submitted': 'auto-replied', Subject: '我在休假' }))
  put(
    '7.eml',
    letter(
      { From: 'MAILER-DAEMON@example.cn', 'Content-Type': 'multipart/report; boundary=b' },
      '--b\r\n\r\nbounced\r\n--b--',
    ),
  )
  put('8.eml', Buffer.from([0, 1, 2, 255, 254]))
  put('.hidden', letter())
  writeFileSync(join(town.dataDir, 'secret.eml'), letter({}, '不该读到的'))
  symlinkSync(join(town.dataDir, 'secret.eml'), join(folder, 'new', '9.eml'))
  mkdirSync(join(folder, 'new', 'folder'))

  await fetchMail()
  const rows = await arrivals(town)
  t.match(
    rows.map(({ words, state, reason }) => [words, state, reason]),
    [
      ['灯\n楼道灯坏了三天了', 'waiting', null],
      ['灯\n水管爆了', 'waiting', null],
      ['灯\n垃圾房臭', 'waiting', null],
      ['灯\n垃圾房臭', 'waiting', null],
      ['我在休假\n楼道灯坏了三天了', 'aside', 'auto'],
      [/bounced/, 'aside', 'auto'],
      [String, 'aside', 'unreadable'],
    ],
  )
  t.equal(rows[0]?.said_at?.toISOString(), '2026-11-24T00:00:00.000Z')
  t.ok(rows[2]?.photo_key, 'the first picture comes with it')
  t.equal(rows[3]?.photo_key, null, 'what only calls itself a picture does not')
  t.same(readdirSync(join(folder, 'new')).sort(), ['.hidden', '9.eml', 'folder'])
  t.equal(readdirSync(join(folder, 'cur')).length, 8)
  t.notOk(rows.some(({ words }) => words.includes('不该读到的')))

  t.test('the picture waits as long as its letter, for the desk alone, and goes with it', async (t) => {
    const photo = rows[2]?.photo_key
    minutes(town, 25 * 60)
    const [desk, stranger] = [await town.as('shen'), await town.as()]
    t.equal((await desk.get(`/photos/${photo}`)).statusCode, 200)
    t.equal((await stranger.get(`/photos/${photo}`)).statusCode, 404)
    const { keepPhoto } = await import('../../../src/listen/photos/store.ts')
    await keepPhoto(town.db, { image: picture, width: 1, height: 1 }, town.clock.now)
    t.equal((await desk.get(`/photos/${photo}`)).statusCode, 200, 'it is not swept away')
    await desk.post('/desk/inbox/filings', { arrival: rows[2]?.key ?? '' })
    const filing = await town.db.selectFrom('filings').selectAll().executeTakeFirstOrThrow()
    t.match(filing, { words: '灯\n垃圾房臭', surname: '王女士' })
    const kept = await town.db
      .selectFrom('photos')
      .select('filing_id')
      .where('key', '=', photo ?? '')
      .executeTakeFirst()
    t.equal(kept?.filing_id, filing.id)
  })

  t.test('too many at once wait in the folder for their hour', async (t) => {
    const desk = await town.as('shen')
    await desk.post(`/desk/bridges/${key}`, { name: '居委邮箱', kind: 'mailbox', per_hour: '2', active: 'on' })
    for (let n = 0; n < 4; n++) put(`more-${n}.eml`, letter())
    const before = (await arrivals(town)).length
    await desk.post(`/desk/bridges/${key}/rounds`)
    t.equal((await arrivals(town)).length, before + 2)
    t.ok(existsSync(join(folder, 'new', 'more-3.eml')))
    minutes(town, 61)
    await makePulls(setting(town))
    t.equal((await arrivals(town)).length, before + 4)
    t.notOk(existsSync(join(folder, 'new', 'more-3.eml')))
  })
})

t.test('a letter is read, whatever it is', async (t) => {
  const words = async (bytes: Buffer | null) => (await readLetter({ name: 'x', bytes })).arrival
  t.match(await words(letter({ Subject: '=?gb2312?B?xOO6ww==?=' })), { words: /^你好\n/ })
  t.match(await words(letter({ Subject: '' }, '')), { aside: 'unreadable' })
  t.match(await words(null), { aside: 'unreadable', words: /10 MB/ })
  t.match(await words(letter({ Precedence: 'bulk' })), { aside: 'auto' })
  t.match(await words(letter({ From: 'no-reply@example.cn' })), { aside: 'auto' })
  t.match(await words(letter({ 'Auto-Submitted': 'no' })), { words: '灯\n楼道灯坏了三天了' })
  t.equal((await words(letter({ 'Auto-Submitted': 'no' }))).aside, undefined)
  t.match(await words(letter({}, `长${'长'.repeat(50_000)}`)), { words: /^灯\n长+$/ })
  t.ok([...(await words(letter({}, '长'.repeat(50_000)))).words].length <= 20_000)
  t.match(await words(letter({ Subject: 'x\u202e\u0007y' })), { words: /^xy\n/ })
  const deep = `${Array.from({ length: 300 }, (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`).join('')}x`
  await words(letter({ 'Content-Type': 'multipart/mixed; boundary=b0' }, deep))
  await words(letter({ 'Content-Type': 'text/html' }, '<div>'.repeat(100_000)))
})
