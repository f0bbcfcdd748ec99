import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { atomOf, text } from '../../src/board/feeds/rules.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, file, hostile, publish, sent, shown } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const issue = await accept(town, shen, await file(nobody, '末班车太早'), {
  title: '班车 & 末班 <延>',
  buildingId: String(town.cast.buildings[12]),
})
const hidden = await accept(town, shen, await file(nobody, '还没公开的一件'))
await publish(town, gu, issue)
const follow = (address: string, no = issue) => nobody.post(`/issues/${no}/subscriptions`, { address })
const linkIn = (body: string) => /\/c\/wutongli(\/subscriptions\/[\w-]{43})/.exec(body)?.[1] ?? ''

t.test('an address is told only after it said yes, and leaves by the link in the message', async (t) => {
  t.equal((await follow('Wang@Example.cn')).statusCode, 303)
  const [ask] = (await sent(town)).filter(({ to }) => to === 'wang@example.cn')
  const page = linkIn(String(ask?.body))
  t.match((await nobody.get(page)).body, '请确认')
  const move = async (to: string) => shen.post(`/desk/issues/${issue}/steps`, { to, words: '有了新的进展', seat: '' })
  await move('pooled')
  t.equal((await sent(town)).filter(({ to }) => to === 'wang@example.cn').length, 1, 'not before')
  t.equal((await nobody.post(`${page}/confirmation`)).statusCode, 303)
  await shen.post(`/desk/issues/${issue}/steps`, {
    to: 'assigned',
    words: '派给物业去办',
    handler: String(town.cast.seats[3]),
    deadline: '2026-12-01',
  })
  const told = (await sent(town)).filter(({ to }) => to === 'wang@example.cn')
  t.equal(told.length, 2)
  t.match(told[1]?.body, '退订')
  t.match(await town.db.selectFrom('outbox').select('channel').orderBy('id', 'desc').executeTakeFirst(), {
    channel: 'mail',
  })
  t.equal((await nobody.post(`${page}/end`)).statusCode, 303)
  t.equal((await nobody.post(`${page}/end`)).statusCode, 303, 'twice is once')
  t.match((await nobody.get(page)).body, '已经退订')
  t.equal((await nobody.post(`${page}/confirmation`)).statusCode, 409)
})

t.test('an address is not flooded, and the answer tells nothing about it', async (t) => {
  const count = async () => (await sent(town)).filter(({ to }) => to === '13900001111').length
  const first = await follow('139 0000 1111')
  const second = await follow('13900001111')
  t.equal(await count(), 1)
  t.equal(first.headers.location, second.headers.location)
  const before = town.clock.now
  town.clock.now = new Date(before.getTime() + 90_000_000)
  await follow('+86 13900001111')
  t.equal(await count(), 2, 'after a day, again')
  town.clock.now = before
})

t.test('wrong addresses, unknown matters and links', async (t) => {
  for (const address of [
    '',
    'x',
    'a@b',
    '12345',
    '139',
    ...Object.values(hostile),
    'a\u0000@b.cn',
    `${'a'.repeat(200)}@b.cn`,
  ])
    t.equal((await follow(address)).statusCode, 422, address.slice(0, 20))
  t.equal((await follow('a@example.cn', hidden)).statusCode, 404, 'not public')
  t.equal((await follow('a@example.cn', 99999)).statusCode, 404)
  for (const token of ['x', 'A'.repeat(43)]) t.equal((await nobody.get(`/subscriptions/${token}`)).statusCode, 404)
  t.equal((await nobody.post(`/subscriptions/${'A'.repeat(43)}/end`)).statusCode, 404)
})

t.test('the feed: public texts only, escaped and well-formed, three statements at most', async (t) => {
  const reply = await nobody.get('/feed.atom')
  t.match(reply.headers['content-type'], 'application/atom+xml')
  t.match(reply.body, shown('班车 & 末班 <延>'))
  t.notMatch(reply.body, '末班车太早')
  t.notMatch(reply.body, '还没公开')
  t.match((await nobody.get(`/feed.atom?building=${town.cast.buildings[12]}&category=transport`)).body, '12 号楼')
  t.notMatch((await nobody.get('/feed.atom?category=water')).body, '<entry>')
  t.equal((await nobody.get('/feed.atom?category=nonsense&building=x')).statusCode, 200)
  t.ok((await statementsOf(() => shen.get(`/feed.atom?building=${town.cast.buildings[12]}`))) <= 3)
  const wellFormed = (xml: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'wt-feed-')), 'feed.xml')
    writeFileSync(path, xml)
    execFileSync('python3', ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])', path])
  }
  wellFormed(reply.body)
  const at = new Date('2026-11-24T02:00:00Z')
  const feed = { id: 'x', title: 'x', self: 'x', home: 'x', language: 'zh-CN', updated: at }
  const nasty = [...Object.values(hostile), ']]>', '\u0000\u0008\ufffe\ud800', '&amp;', '<?xml']
  wellFormed(
    atomOf(
      feed,
      nasty.map((title, n) => ({
        id: String(n),
        link: title,
        title,
        summary: title,
        category: title,
        updated: at,
        published: at,
      })),
    ),
  )
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (said) => !/[<>]|\p{Cc}(?<![\t\n])/u.test(text(said)) && text(said).isWellFormed(),
    ),
  )
})

t.test('the slip: her words and her code, large, for her alone', async (t) => {
  const code = await file(nobody, '印出来给妈妈看')
  const { body } = await nobody.get(`/track/${code}/slip`)
  t.match(body, '印出来给妈妈看')
  t.match(body, code)
  t.equal((await nobody.get('/track/0000-0000-0000-0000/slip')).statusCode, 404)
})
