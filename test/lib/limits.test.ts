import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { createLive } from '../../src/lib/live/hub.ts'
import { Browser, startTown } from '../harness.ts'

t.test('whoever hammers at a door is asked to slow down, and nobody else is', async (t) => {
  const town = await startTown(t)
  const deps = { ...town, live: createLive(town.house), clock: () => town.clock.now }
  const app = await buildApp(deps, { trustProxy: '127.0.0.1' })
  t.teardown(() => app.close())
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const visitor = new Browser(app, town.community, {})
  const guess = (browser: Browser, address: string) => browser.post('/join', { code: '000000' }, from(address))

  t.test('guessing a meeting’s code ends after thirty tries', async (t) => {
    const replies = []
    for (let i = 0; i < 31; i++) replies.push(await guess(visitor, '203.0.113.7'))
    t.same(
      replies.slice(0, 30).map((reply) => reply.statusCode),
      Array(30).fill(422),
    )
    const refused = replies[30]
    t.equal(refused?.statusCode, 429)
    t.match(refused?.body, '您点得太快了')
    const wait = Number(refused?.headers['retry-after'])
    t.ok(wait > 5 && wait <= 60, `it says when to come back: in ${wait} s`)
    t.equal((await guess(visitor, '203.0.113.8')).statusCode, 422, 'a neighbour is not held up')
  })

  t.test('a hall full of phones that we know shares an address and is not held up by it', async (t) => {
    t.equal((await guess(visitor, '203.0.113.7')).statusCode, 429)
    for (const door of ['12-602', '12-601', '3-101'] as const) {
      const phone = new Browser(app, town.community, (await town.as({ door })).cookies)
      t.equal((await guess(phone, '203.0.113.7')).statusCode, 422, door)
    }
  })

  t.test('the addresses of one IPv6 network are one', async (t) => {
    for (let i = 0; i < 30; i++) await guess(visitor, `2001:db8:0:7::${i.toString(16)}`)
    t.equal((await guess(visitor, '2001:db8::7:1:2:3:4')).statusCode, 429)
    t.equal((await guess(visitor, '2001:db8:0:8::1')).statusCode, 422)
  })
})
