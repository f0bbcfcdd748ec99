import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { Browser, startTown } from '../harness.ts'

t.test('whoever hammers at a door is asked to slow down, and nobody else is', async (t) => {
  const town = await startTown(t)
  const app = await buildApp({ ...town, clock: () => town.clock.now }, { trustProxy: '127.0.0.1' })
  t.teardown(() => app.close())
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const browser = new Browser(app, town.community, {})

  const replies = []
  for (let i = 0; i < 61; i++) replies.push(await browser.get('/enter/not-a-token', from('203.0.113.7')))
  t.same(
    replies.slice(0, 60).map((reply) => reply.statusCode),
    Array(60).fill(404),
  )
  const refused = replies[60]
  t.equal(refused?.statusCode, 429)
  t.match(refused?.body, '您点得太快了')
  const wait = Number(refused?.headers['retry-after'])
  t.ok(wait > 5 && wait <= 60, `it says when to come back: in ${wait} s`)
  t.equal((await browser.get('/enter/not-a-token', from('203.0.113.8'))).statusCode, 404, 'a neighbour is not held up')
})
