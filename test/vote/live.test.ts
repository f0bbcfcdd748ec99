import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { App } from '../../src/lib/http/slice.ts'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { type Browser, startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

const town = await startTown(t)
const { db } = town
const second = await town.again()
const zhou = await town.as('zhou')

/** A browser with its socket open: what it was sent, and how it was closed. */
async function connect(t: Test, browser: Browser, topics: string, { app = town.app, origin = town.origin } = {}) {
  const heard: string[] = []
  const closed: number[] = []
  const waiting = new Set<() => void>()
  const path = `/c/wutongli/live?${topics
    .split(' ')
    .map((topic) => `topic=${topic}`)
    .join('&')}&locale=zh`
  const socket = await (app as App).injectWS(
    path,
    { headers: { ...browser.headers, origin } },
    {
      onInit(socket) {
        socket.on('message', (data) => {
          heard.push(String(data))
          for (const look of waiting) look()
        })
        socket.on('close', (code) => {
          closed.push(code)
          for (const look of waiting) look()
        })
      },
    },
  )
  t.teardown(() => socket.terminate())
  /** Waits until something that was sent fits, for at most `ms`. */
  const until = (fits: () => string | number | undefined, ms = 60_000) =>
    new Promise<string | number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`waited in vain; heard ${heard.length}: ${heard.at(-1)}`)), ms)
      const look = () => {
        const found = fits()
        if (found === undefined) return
        waiting.delete(look)
        clearTimeout(late)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    heard,
    closed: () => until(() => closed[0]),
    says: (part: string, ms?: number) =>
      until(() => heard.findLast((html) => html.includes(part)), ms) as Promise<string>,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  }
}

/** The vote of three households, opened by the chair. */
async function vote(fields: Record<string, string> = {}) {
  const meeting = await sitting(town)
  await meeting.arrive('12-602', '12-601', '3-101')
  const form = { question: '同意班车延长', rule: 'M2', abstain: 'on', tally: 'live', ...fields }
  await zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, form)
  const no = (await openBallotOf(db, meeting.meetingNo))?.no as number
  return { ...meeting, no, count: `count:${meeting.meetingNo}` }
}

const headers = { 'HX-Request': 'true', 'HX-Current-URL': 'http://wutong.test/c/wutongli/ballots/1' }

t.test(
  'a vote goes up the socket; the receipt comes to that socket alone, the count to everybody, on both processes',
  async (t) => {
    const { no, count } = await vote()
    const wang = await connect(t, await town.as({ door: '12-602' }), count)
    const stranger = await connect(t, await town.as(), count)
    const elsewhere = await connect(t, await town.as({ door: '3-101' }), count, { app: second.app })
    for (const each of [wang, stranger, elsewhere]) t.match(await each.says('已投 0 户，共 3 户'), `id="count-`)

    wang.send({ ballot: String(no), choice: 'for', key: randomUUID(), _csrf: 'x', HEADERS: headers })
    const receipt = await wang.says('收到了，已经计入')
    t.match(receipt, new RegExp(`^\\s*<section class="booth stack" id="booth-${no}" data-electorate="household">`))
    t.match(receipt, /class="receipt"[^>]*>[0-9A-Z]{4}-[0-9A-Z]{4}</)
    t.match(receipt, '<details', 'she may change it')
    t.notMatch(receipt, '_csrf', 'the token is the page’s')
    await Promise.all([stranger, elsewhere, wang].map((each) => each.says('已投 1 户，共 3 户')))
    for (const each of [stranger, elsewhere]) t.notOk(each.heard.some((html) => html.includes('回执码')))

    const other = await town.as({ door: '12-601' })
    await other.post(`/ballots/${no}/votes`, { choice: 'against', key: randomUUID() })
    await Promise.all([stranger, elsewhere].map((each) => each.says('已投 2 户，共 3 户')))
    await zhou.post(`/ballots/${no}/closure`)
    await Promise.all([stranger, elsewhere].map((each) => each.says('没过到会 3 户的半数（要 2 户），没有通过。')))
  },
)

t.test('a count that is covered is in no frame before the close', async (t) => {
  const { no, count } = await vote({ tally: 'after_close' })
  const watcher = await connect(t, await town.as(), count)
  const wang = await connect(t, await town.as({ door: '12-602' }), count)
  wang.send({ ballot: no, choice: 'against', key: randomUUID() })
  t.match(await watcher.says('已投 1 户'), '结果公布前不显示票数')
  t.notOk(watcher.heard.some((html) => html.includes('<dd>') || html.includes('t-against')))
  await zhou.post(`/ballots/${no}/closure`)
  t.match(await watcher.says('没有通过'), '<dd>1</dd>')
})

t.test('the same vote by socket and by form counts once and has one receipt', async (t) => {
  const { no, count } = await vote()
  const browser = await town.as({ door: '12-602' })
  const socket = await connect(t, browser, count)
  const key = randomUUID()
  const code = (html: string) => /class="receipt"[^>]*>([^<]+)</.exec(html)?.[1]
  socket.send({ ballot: no, choice: 'for', key })
  const posted = await browser.post(`/ballots/${no}/votes`, { choice: 'for', key }, { 'hx-request': 'true' })
  t.equal(code(posted.body), code(await socket.says('回执码')))
  const votes = await db
    .selectFrom('votes')
    .innerJoin('ballots', 'ballots.id', 'ballot_id')
    .where('no', '=', no)
    .select('rev')
    .execute()
  t.same(votes, [{ rev: 1 }])

  await zhou.post(`/ballots/${no}/closure`)
  socket.heard.length = 0
  socket.send({ ballot: no, choice: 'for', key })
  t.equal(code(await socket.says('回执码')), code(posted.body), 'the late repeat is answered with its receipt')
})

t.test('a "no" comes back beside the button, and the form stays as it is', async (t) => {
  const { no, count } = await vote()
  const nobody = await connect(t, await town.as(), count)
  nobody.send({ ballot: no, choice: 'for', key: randomUUID() })
  t.match(await nobody.says('还不知道您是哪一户'), new RegExp(`^\\s*<p id="booth-note-${no}"`))
  const away = await connect(t, await town.as({ door: '3-602' }), count)
  away.send({ ballot: no, choice: 'for', key: randomUUID() })
  await away.says('要先签到才能投')
  away.send({ ballot: no, key: randomUUID() })
  await away.says('请先选一项，再投')
  const wang = await connect(t, await town.as({ door: '12-602' }), count)
  const key = randomUUID()
  wang.send({ ballot: no, choice: 'for', key })
  await wang.says('回执码')
  wang.send({ ballot: no, choice: 'against', key })
  await wang.says('已经用来投过另一项')
  await zhou.post(`/ballots/${no}/closure`)
  wang.send({ ballot: no, choice: 'against', key: randomUUID() })
  await wang.says('表决已经结束')
})

t.test('what is not a vote is counted, and the third time closes the socket', async (t) => {
  const { no, count } = await vote()
  const key = randomUUID()
  const nonsense: [string, unknown[]][] = [
    ['not JSON', ['vote!', '{', '[]']],
    ['an unknown message', [{ close: no }, { type: 'subscribe' }, { ballot: no }]],
    ['a choice we do not have', [1, 2, 3].map(() => ({ ballot: no, choice: '<script>', key }))],
    ['choices in a list', [1, 2, 3].map(() => ({ ballot: no, choice: ['for'], key }))],
    ['a key that is none', [1, 2, 3].map(() => ({ ballot: no, choice: 'for', key: "' or 1=1" }))],
    [
      'a ballot that is none',
      [
        { ballot: 'x', choice: 'for', key },
        { ballot: -1, choice: 'for', key },
        { ballot: 1e12, choice: 'for', key },
      ],
    ],
    ['a ballot we do not have', [1, 2, 3].map(() => ({ ballot: 99_999, choice: 'for', key }))],
  ]
  for (const [name, messages] of nonsense) {
    const socket = await connect(t, await town.as({ door: '12-602' }), count)
    for (const message of messages) socket.send(message)
    t.equal(await socket.closed(), 1008, name)
  }
  const huge = await connect(t, await town.as({ door: '12-602' }), count)
  huge.send({ ballot: no, choice: 'for', key, more: 'x'.repeat(5_000) })
  t.equal(await huge.closed(), 1009, 'too large')
  const fast = await connect(t, await town.as({ door: '12-602' }), count)
  for (let i = 0; i < 70; i++) fast.send({ ballot: no, choice: 'for', key })
  t.equal(await fast.closed(), 1008, 'too many in a minute')
})

t.test('a page elsewhere cannot vote with her cookie', async (t) => {
  const { no, count } = await vote()
  const browser = await town.as({ door: '12-602' })
  const socket = await connect(t, browser, count, { origin: 'https://evil.example' })
  t.equal(await socket.closed(), 1008)
  t.same(socket.heard, [])
  const form = { choice: 'for', key: randomUUID() }
  const site = { 'sec-fetch-site': 'cross-site' }
  t.equal((await browser.post(`/ballots/${no}/votes`, form, site)).statusCode, 403)
  t.equal((await openBallotOf(db, Number(count.split(':')[1])))?.bar.cast, 0)
})

t.test('who comes back after a pause sees at once how it stands', async (t) => {
  const { no, count, meetingNo } = await vote()
  const before = await connect(t, await town.as(), count)
  await before.says('共 3 户')
  await (await town.as({ door: '12-602' })).post(`/ballots/${no}/votes`, { choice: 'for', key: randomUUID() })
  const after = await connect(t, await town.as(), count, { app: second.app })
  t.match(await after.says('已投 1 户'), `id="count-${meetingNo}"`)

  const empty = await sitting(town)
  const early = await connect(t, await town.as(), `count:${empty.meetingNo}`)
  t.match(await early.says('count-'), `<section id="count-${empty.meetingNo}" hidden>`, 'a place for the first vote')
  await zhou.post(`/meetings/${empty.meetingNo}/items/${empty.itemNo}/ballot`, {
    question: '第一项',
    rule: 'M1',
    tally: 'live',
  })
  t.match(await early.says('第一项'), 'class="card stack"')
})
