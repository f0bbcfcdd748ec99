import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isSigned, sealOf, signed } from '../../../src/listen/webhooks/signing.ts'
import { startTown } from '../../harness.ts'
import { hostile, shown } from '../help.ts'
import { arrivals, build, secretOf } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const admin = await town.as('admin')
const key = await build(shen, { kind: 'webhook', name: '物业系统', per_hour: '100' })
const secret = await secretOf(admin, key, 'hook')
const order = {
  number: 'P-1',
  words: '12号楼电梯困人',
  place: '12号楼',
  name: '王先生',
  phone: '13800000001',
  said_at: '2026-11-24T09:00:00+08:00',
}

type Headers = Record<string, string>
let calls = 0
const send = async (
  payload: unknown,
  more: { id?: string; at?: Date; with?: string[]; headers?: Headers; to?: string; slug?: string } = {},
) => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const id = more.id ?? `msg_${++calls}`
  return town.app.inject({
    method: 'POST',
    url: `/c/${more.slug ?? 'wutongli'}/bridges/${more.to ?? key}/hook`,
    headers: {
      'content-type': 'application/json',
      ...signed(more.with ?? [secret], id, more.at ?? town.clock.now, body),
      ...more.headers,
    },
    payload: body,
  })
}

t.test('the signature is the one of the standard, over the bytes as they travel', async (t) => {
  // The example of the Standard Webhooks libraries.
  const example = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const headers = signed([example], 'msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1614265330_000), '{"test": 2432232314}')
  t.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  fc.assert(
    fc.property(fc.string(), fc.stringMatching(/^[!-~]{1,50}$/), (body, id) => {
      const sealed = sealOf(signed([example], id, new Date(1e12), body))
      if (!sealed) throw new Error('no seal')
      if (!isSigned(sealed, Buffer.from(body), [example])) throw new Error('its own')
      if (isSigned(sealed, Buffer.from(`${body} `), [example])) throw new Error('another body')
      if (isSigned(sealed, Buffer.from(body), ['whsec_AAAA'])) throw new Error('another secret')
    }),
  )
})

t.test('a signed message waits in the inbox, and the same one again changes nothing', async (t) => {
  const reply = await send(order, { id: 'one' })
  t.equal(reply.statusCode, 202)
  t.match(reply.json(), { result: 'taken', id: /^[0-9a-f-]{36}$/ })
  const again = await send(order, { id: 'one' })
  t.same([again.statusCode, again.json()], [200, { result: 'replayed' }])
  const other = await send(order, { id: 'two' })
  t.same(
    [other.statusCode, other.json()],
    [200, { result: 'known', id: reply.json().id }],
    'the same number in another message',
  )
  const both = await Promise.all([1, 2, 3].map(() => send({ ...order, number: 'P-2' }, { id: 'three' })))
  t.same(both.map(({ statusCode }) => statusCode).sort(), [200, 200, 202], 'three at once')
  t.equal((await arrivals(town)).length, 2)
  const inbox = await shen.get('/desk/inbox')
  t.match(inbox.body, '12号楼电梯困人')
  t.notMatch(inbox.body, '13800000001')
})

t.test('who cannot sign is not heard', async (t) => {
  const before = (await arrivals(town)).length
  const minute = 60_000
  const late = new Date(town.clock.now.getTime() - 5 * minute - 2_000)
  const early = new Date(town.clock.now.getTime() + 5 * minute + 2_000)
  const cases: [string, Parameters<typeof send>[1], string][] = [
    ['another secret', { with: [`whsec_${Buffer.alloc(32).toString('base64')}`] }, 'signature'],
    ['no signature', { headers: { 'webhook-signature': '' } }, 'signature'],
    ['another version', { headers: { 'webhook-signature': 'v2,AAAA' } }, 'signature'],
    ['nonsense', { headers: { 'webhook-signature': 'v1,!!!!' } }, 'signature'],
    [
      'a timestamp moved',
      { headers: { 'webhook-timestamp': String(Math.floor(town.clock.now.getTime() / 1000) + 1) } },
      'signature',
    ],
    ['a timestamp that is none', { headers: { 'webhook-timestamp': 'now' } }, 'signature'],
    ['an id moved', { headers: { 'webhook-id': 'other' } }, 'signature'],
    ['too late', { at: late }, 'timestamp'],
    ['too early', { at: early }, 'timestamp'],
    ['no such bridge', { to: '00000000-0000-4000-8000-000000000000' }, 'signature'],
  ]
  for (const [what, more, says] of cases) {
    const reply = await send({ ...order, number: what }, more)
    t.same([reply.statusCode, reply.json()], [401, { result: says }], what)
  }
  const bare = await town.app.inject({ method: 'POST', url: `/c/wutongli/bridges/${key}/hook`, payload: '{}' })
  t.equal(bare.statusCode, 401)
  const cookies = await town.app.inject({
    method: 'POST',
    url: `/c/wutongli/bridges/${key}/hook`,
    payload: '{}',
    headers: { cookie: admin.headers.cookie },
  })
  t.equal(cookies.statusCode, 401, 'no cookie counts')
  t.equal((await send(order, { to: 'x' })).statusCode, 404)
  t.equal((await send(order, { slug: 'nowhere' })).statusCode, 404)
  const at = new Date(town.clock.now.getTime() - 4 * minute)
  t.equal((await send({ ...order, number: 'P-3' }, { at })).statusCode, 202, 'four minutes are no delay')
  t.equal((await arrivals(town)).length, before + 1)
})

t.test('what cannot be read is refused, and may come again when it is right', async (t) => {
  for (const payload of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    { words: '' },
    { words: ' \u0000 ' },
    { words: 5 },
    { ...order, category: 'nonsense' },
    { ...order, said_at: 'yesterday' },
    { words: '长'.repeat(20_001) },
    '{"words":"\ud800"',
    '<x/>',
  ]) {
    const reply = await send(payload)
    t.same([reply.statusCode, reply.json()], [422, { result: 'payload' }], JSON.stringify(payload).slice(0, 60))
  }
  t.equal((await send({ words: 'x'.repeat(70_000) })).statusCode, 413)
  t.equal((await send({ words: '' }, { id: 'mended' })).statusCode, 422)
  t.equal((await send({ words: '水管爆了' }, { id: 'mended' })).statusCode, 202)
  t.equal(
    (await send({ words: '用文本送来' }, { headers: { 'content-type': 'text/plain' } })).statusCode,
    202,
    'the signature says enough',
  )
  for (const words of Object.values(hostile)) t.equal((await send({ words, number: words })).statusCode, 202)
  const inbox = await shen.get('/desk/inbox')
  t.match(inbox.body, shown(hostile.script))
  t.notMatch(inbox.body, /<script>alert|<button hx-post/)
  t.equal((await send({ words: '长'.repeat(20_000) })).statusCode, 202)
  const after = (await shen.get('/desk/inbox')).body
  t.match(after, '后面还有')
  t.notMatch(after, '长'.repeat(2_001), 'a page of long letters stays a page')
  const proto = await send('{"words":"灯","__proto__":{"x":1},"constructor":1}')
  t.equal(proto.statusCode, 202)
})

t.test('a bridge sends what it may, as fast as it may, while it is on', async (t) => {
  const narrow = await build(shen, { kind: 'partner', name: '公交公司', per_hour: '2', topic_transport: 'on' })
  const its = await secretOf(admin, narrow, 'hook')
  const to = { to: narrow, with: [its] }
  const words = '班车晚点'
  t.equal((await send({ words, category: 'water' }, to)).statusCode, 403)
  t.equal((await send({ words }, to)).statusCode, 403, 'and it has to say what it is about')
  t.equal((await send(order, { to: narrow })).statusCode, 401, 'with the secret of another bridge')
  t.equal((await send({ words, number: '1', category: 'transport' }, to)).statusCode, 202)
  const two = await Promise.all(['2', '3'].map((number) => send({ words, number, category: 'transport' }, to)))
  t.same(two.map(({ statusCode }) => statusCode).sort(), [202, 429], 'the last place is given once')
  const slow = two.find(({ statusCode }) => statusCode === 429)
  t.equal(slow?.headers['retry-after'], '3600')
  town.clock.now = new Date(town.clock.now.getTime() + 3_600_000)
  t.equal(
    (await send({ words, number: '4', category: 'transport' }, to)).statusCode,
    202,
    'an hour later there is room',
  )

  const staff = await town.as('shen')
  const bytes = Buffer.from(`编号,内容\n${Array.from({ length: 9 }, (_, n) => `F${n},第${n}件`).join('\n')}`)
  const file = await staff.upload(
    `/desk/bridges/${narrow}/import`,
    {},
    { field: 'file', name: 'x.csv', bytes, type: 'text/csv' },
  )
  await staff.post(`${String(file.headers.location)}/import`, { words: '1', number: '0' })
  const after = await send({ words, number: '6', category: 'transport' }, to)
  t.equal(after.statusCode, 202, 'what staff bring by hand takes no place of the program’s')
  await staff.post(`/desk/bridges/${narrow}`, { name: '公交公司', kind: 'partner', per_hour: '2', active: '' })
  t.same((await send({ words, number: '5', category: 'transport' }, to)).json(), { result: 'off' })
})

t.test('both secrets are good until the old one is revoked', async (t) => {
  const boss = await town.as('admin')
  const next = await secretOf(boss, key, 'hook')
  t.equal((await send({ words: '新的密钥' }, { with: [next] })).statusCode, 202)
  t.equal((await send({ words: '旧的密钥' }, { with: [secret] })).statusCode, 202)
  t.equal((await send({ words: '两个都签' }, { with: ['whsec_AAAA', next] })).statusCode, 202)
  const id = /secrets\/(\d+)\/revocation/.exec((await boss.get(`/desk/bridges/${key}`)).body)?.[1]
  await boss.post(`/desk/bridges/${key}/secrets/${id}/revocation`)
  t.equal((await send({ words: '旧的又来' }, { with: [secret] })).statusCode, 401)
  t.equal((await send({ words: '新的还在' }, { with: [next] })).statusCode, 202)
})

t.test('how a signature is made, for whoever writes the other side', async (t) => {
  const id = 'msg_by_hand'
  const body = JSON.stringify({ words: '手工签的' })
  const at = String(Math.floor(town.clock.now.getTime() / 1000))
  const boss = await town.as('admin')
  const mine = await build(boss, { kind: 'webhook', name: '手工' })
  const its = await secretOf(boss, mine, 'hook')
  const mac = createHmac('sha256', Buffer.from(its.slice('whsec_'.length), 'base64'))
    .update(`${id}.${at}.${body}`)
    .digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` }
  const reply = await town.app.inject({
    method: 'POST',
    url: `/c/wutongli/bridges/${mine}/hook`,
    headers,
    payload: body,
  })
  t.equal(reply.statusCode, 202)
})
