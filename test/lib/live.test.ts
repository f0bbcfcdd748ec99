import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { announce } from '../../src/lib/live/announce.ts'
import { createLive } from '../../src/lib/live/hub.ts'
import { timing } from '../../src/lib/live/room.ts'
import { settle } from '../cast.ts'
import { startTown, type Town } from '../harness.ts'
import { addressOf, call } from './phone.ts'

const town = await startTown(t)
const other = await settle(town.house, town.clock.now, 'other')
const reads = panels(town)

t.test('who joins a panel gets it at once, in her language, and again whenever it changes', async (t) => {
  const zh = await call(t, town, ['board:1'])
  const en = await call(t, town, ['board:1'], { locale: 'en' })
  await zh.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  await en.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  reads.say('今晚七点开会')
  await changed('notice:1')
  await zh.until(({ frames }) => /今晚七点开会/.test(frames.at(-1) ?? ''), 'the news')
  await en.until(({ frames }) => /今晚七点开会/.test(frames.at(-1) ?? ''), 'the news')
  await changed('notice:2')
  await changed('elsewhere:1')
  await pause(2 * timing.coalesce)
  t.equal(zh.frames.length, 2, 'nothing else changed for this panel')
})

t.test('one read and one rendering serve everybody who watches in one language', async (t) => {
  const crowd = await Promise.all(Array.from({ length: 30 }, () => call(t, town, ['board:1'])))
  for (const phone of crowd) await phone.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  await until(() => town.live.count() === crowd.length)
  const before = reads.count()
  await changed('notice:1')
  for (const phone of crowd) await phone.until(({ frames }) => frames.length >= 2, 'the change')
  t.equal(reads.count() - before, 1)
})

t.test('a hundred changes become a few frames, and the last frame is the last state', async (t) => {
  const phone = await call(t, town, ['board:1'])
  await phone.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  const began = Date.now()
  for (let i = 1; i <= 100; i++) {
    reads.say(`第 ${i} 票`)
    await changed('notice:1')
  }
  const took = Date.now() - began
  await phone.until(({ frames }) => /第 100 票/.test(frames.at(-1) ?? ''), 'the last state')
  const atMost = 3 + took / timing.coalesce
  t.ok(phone.frames.length - 1 <= atMost, `${phone.frames.length - 1} frames in ${took} ms`)
})

t.test('a phone that comes back gets what is new', async (t) => {
  const first = await call(t, town, ['board:1'])
  await first.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  first.close()
  reads.say('散会了')
  await changed('notice:1')
  const again = await call(t, town, ['board:1'])
  await again.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  t.match(again.frames[0], '散会了')
})

t.test('a panel for some is refused to everybody else, also beside one they may see', async (t) => {
  const visitor = await call(t, town, ['desk:1'])
  await visitor.until(({ closed }) => closed() === 1008, 'the refusal')
  const wang = await town.as({ door: '12-602' })
  const both = await call(t, town, ['desk:1', 'board:1'], { headers: wang.headers })
  await both.until(({ frames }) => frames.length >= 1, 'the panel she may see')
  const shen = await town.as('shen')
  const desk = await call(t, town, ['desk:1'], { headers: shen.headers })
  await desk.until(({ frames }) => frames.length >= 1, 'the panel of the desk')
  await changed('notice:1')
  await desk.until(({ frames }) => frames.length >= 2, 'the change')
  await pause(timing.coalesce)
  t.notMatch(both.frames.join(), 'desk')
  t.same(visitor.frames, [])
})

t.test('what happens in one community is not heard in another', async (t) => {
  const ours = await call(t, town, ['board:1'])
  const theirs = await call(t, town, ['board:1'], { slug: other.community.slug })
  await ours.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  await theirs.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  await changed('notice:1')
  await ours.until(({ frames }) => frames.length >= 2, 'the change')
  await pause(2 * timing.coalesce)
  t.equal(theirs.frames.length, 1)
  t.notMatch(theirs.frames[0], town.community.slug, 'and what it shows is its own')
  // The session of one is nobody in the other: the cookie of the first does not open the second's desk.
  const shen = await town.as('shen')
  const across = await call(t, town, ['desk:1'], { slug: other.community.slug, headers: shen.headers })
  await across.until(({ closed }) => closed() === 1008, 'the refusal')
  t.same(across.frames, [])
})

t.test('a change that was taken back is not told', async (t) => {
  const phone = await call(t, town, ['board:1'])
  await phone.until(({ frames }) => frames.length >= 1, 'the panel as it stands')
  const undone = town.db.transaction().execute(async (trx) => {
    await announce(trx, 'notice:1')
    throw new Error('taken back')
  })
  await t.rejects(undone, /taken back/)
  await pause(2 * timing.coalesce)
  t.equal(phone.frames.length, 1)
})

t.test('a page of another site cannot open a socket with her cookies', async (t) => {
  const shen = await town.as('shen')
  for (const origin of ['https://evil.example', 'null', 'http://wutong.test.evil.example']) {
    const phone = await call(t, town, ['desk:1'], { headers: { ...shen.headers, origin } })
    await phone.until(({ closed }) => closed() === 1008, `the refusal of ${origin}`)
    t.same(phone.frames, [])
  }
})

t.test('nonsense is endured three times, and no flood at all', async (t) => {
  const confused = await call(t, town, ['board:1'])
  for (const text of ['not json', '[]', '{"no":"vote"}']) confused.send(text)
  await confused.until(({ closed }) => closed() === 1008, 'the end of patience')
  const giant = await call(t, town, ['board:1'])
  giant.send(JSON.stringify({ words: 'x'.repeat(5_000) }))
  await giant.until(({ closed }) => closed() !== null, 'the end')
  const eager = await call(t, town, ['board:1'])
  for (let i = 0; i < 60; i++) eager.send('{"echo":"1"}')
  await eager.until(({ frames }) => frames.filter((frame) => frame === 'echo 1').length === 60, 'sixty answers')
  // One more would do, but a new minute may have begun.
  for (let i = 0; i < 61; i++) eager.send('{"echo":"1"}')
  await eager.until(({ closed }) => closed() === 1008, 'the end of patience')
  t.notMatch(confused.frames.join(), 'echo', 'an answer is for whoever asked')
})

t.test('a session that is ended loses its sockets', async (t) => {
  const live = createLive(town.house, { ...timing, ping: 1_500, farewell: 500 })
  panels({ ...town, live })
  const app = await buildApp({ ...town, live, clock: () => town.clock.now }, { rateLimits: false })
  t.teardown(async () => {
    await live.close()
    await app.close()
  })
  const hurried = { ...town, app, live }
  const shen = await town.as('shen')
  const desk = await call(t, hurried, ['desk:1'], { headers: shen.headers })
  const visitor = await call(t, hurried, ['board:1'])
  await desk.until(({ frames }) => frames.length >= 1, 'the panel of the desk')
  await pause(2_000)
  t.equal(desk.closed(), null)
  await shen.post('/leave')
  await desk.until(({ closed }) => closed() === 4401, 'the end')
  t.equal(visitor.closed(), null, 'nobody else is disturbed')
  await live.close()
  await visitor.until(({ closed }) => closed() === 1012, 'the word to come back')
})

t.test('one session opens a handful of sockets, not hundreds', async (t) => {
  const shen = await town.as('shen')
  const phones = []
  for (let i = 0; i < 7; i++) phones.push(await call(t, town, ['board:1'], { headers: shen.headers }))
  await phones[6]?.until(({ closed }) => closed() === 1008, 'the refusal of the seventh')
  t.ok(phones.slice(0, 6).every((phone) => phone.closed() === null))
  phones[0]?.close()
  await pause(200)
  const next = await call(t, town, ['board:1'], { headers: shen.headers })
  await next.until(({ frames }) => frames.length >= 1, 'the panel, now that one is closed')
})

t.test('a phone too slow for a frame still gets the last one', async (t) => {
  const address = new URL(await addressOf(town))
  const slow = connect({ port: Number(address.port), host: address.hostname })
  t.teardown(() => slow.destroy())
  slow.write(
    `GET /c/wutongli/live?topic=board:1&locale=zh HTTP/1.1\r\nHost: x\r\nOrigin: ${town.origin}\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  let heard = ''
  slow.setEncoding('utf8')
  slow.on('data', (chunk) => {
    heard = (heard + chunk).slice(-4_000)
  })
  await until(() => heard.includes('board 1 wutongli'))
  slow.pause()
  // Frames so large that the line is full after a few, then one more while it is.
  for (let i = 0; i < 30 && !(await isStuck()); i++) {
    reads.say('x'.repeat(700_000))
    await changed('notice:1')
    await pause(timing.coalesce + 50)
  }
  reads.say('最后的结果')
  await changed('notice:1')
  await pause(3 * timing.coalesce)
  slow.resume()
  await until(() => heard.includes('最后的结果'))
  t.pass('it caught up')

  async function isStuck(): Promise<boolean> {
    return [...town.app.websocketServer.clients].some((client) => client.bufferedAmount > 64 * 1024)
  }
})

/** Two panels that show a sentence: one for anybody, one for the desk. */
function panels({ live }: Pick<Town, 'live'>) {
  let sentence = '一切正常'
  let count = 0
  const read = (place: string) => async (db: Town['db'], no: number) => {
    count++
    const { slug } = await db.selectFrom('communities').select('slug').executeTakeFirstOrThrow()
    return { message: `${place} ${no} ${slug} ${sentence}` }
  }
  live.panel('board', { view: '_notice', follows: ['notice'], who: 'anyone', read: read('board') })
  live.panel('desk', { view: '_notice', follows: ['notice'], who: ['staff'], read: read('desk') })
  live.hear(async ({ echo }) => (typeof echo === 'string' ? `echo ${echo}` : null))
  return {
    say: (words: string) => {
      sentence = words
    },
    count: () => count,
  }
}

const changed = (topic: `${string}:${number}`) => town.db.transaction().execute((trx) => announce(trx, topic))
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function until(test: () => boolean): Promise<void> {
  for (let i = 0; i < 6_000; i++) {
    if (test()) return
    await pause(10)
  }
  throw new Error('waited a minute in vain')
}
