import t from 'tap'
import { meetingByNo, roomOf } from '../../src/agenda/meetings/reads.ts'
import { createMeeting } from '../../src/agenda/meetings/store.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { gather, holdMeeting, hostile, issueState, letDaysPass, lines, makeItem, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const wu = await town.as('wu')
const plan = (fields: Record<string, string | string[]> = {}) => ({
  key: crypto.randomUUID(),
  title: '十一月五位一体会议',
  place: '居委会二楼',
  startsAt: '2026-11-26T19:00',
  ...fields,
})
const numbers = async () => (await town.db.selectFrom('meetings').select('no').execute()).length

t.test('a meeting is planned once, however often the button is pressed', async (t) => {
  const form = plan()
  const replies = await Promise.all([1, 2, 3].map(() => shen.post('/desk/meetings', form)))
  t.same(
    replies.map(({ statusCode }) => statusCode),
    [303, 303, 303],
  )
  t.equal(new Set(replies.map(({ headers }) => headers.location)).size, 1)
  t.equal(await numbers(), 1)
  const list = await shen.get('/desk/meetings')
  t.match(list.body, '十一月五位一体会议')
  t.match(list.body, '在准备')
  const meeting = await town.db.selectFrom('meetings').selectAll().executeTakeFirstOrThrow()
  t.match(meeting.code, /^[0-9]{6}$/)
  t.equal(meeting.starts_at.toISOString(), '2026-11-26T11:00:00.000Z', 'seven in the evening in Shanghai')
})

t.test('a code that a live meeting has is drawn again; one of a meeting that is over is free', async (t) => {
  const chair = { personId: town.cast.people.zhou }
  const make = (codes: string[]) =>
    createMeeting(
      town.db,
      { key: crypto.randomUUID(), title: '会', place: '二楼', startsAt: town.clock.now },
      chair,
      town.clock.now,
      () => codes.shift() ?? '999999',
    )
  const first = await make(['111111'])
  const second = await make(['111111', '111111', '222222'])
  const codeOf = async (no: number) => (await meetingByNo(town.db, no)).code
  t.equal(await codeOf(first), '111111')
  t.equal(await codeOf(second), '222222')
  await town.db
    .updateTable('meetings')
    .set({ checkin_at: town.clock.now, opened_at: town.clock.now, adjourned_at: town.clock.now })
    .where('no', '=', first)
    .execute()
  t.equal(await codeOf(await make(['111111'])), '111111')
  await t.rejects(make(Array(40).fill('222222')), { message: 'error.busy' }, 'never for ever')
})

t.test('what is typed wrongly comes back with a kind word, and no meeting is made', async (t) => {
  const before = await numbers()
  const wrong: [Record<string, string | string[]>, string][] = [
    [{ title: '' }, '给会议起个名字'],
    [{ title: hostile.long }, '太长了'],
    [{ title: hostile.nul }, '不能用的符号'],
    [{ title: hostile.bidi }, '不能用的符号'],
    [{ place: '' }, '写明在哪里开'],
    [{ place: hostile.long }, '太长了'],
    [{ startsAt: '' }, '日期不对'],
    [{ startsAt: '2026-02-30T19:00' }, '日期不对'],
    [{ startsAt: '明天晚上' }, '日期不对'],
    [{ startsAt: ['2026-11-26T19:00', '2026-11-27T19:00'] }, '日期不对'],
    [{ startsAt: '9999-12-31T23:59' }, '日期不对'],
    [{ key: 'x' }, '这一项不对'],
  ]
  for (const [fields, sentence] of wrong) {
    const reply = await shen.post('/desk/meetings', plan(fields))
    t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
    t.match(reply.body, sentence)
  }
  const kept = await shen.post('/desk/meetings', plan({ startsAt: '', place: hostile.script }))
  t.match(kept.body, '&lt;script&gt;')
  t.notMatch(kept.body, '<script>alert')
  t.equal(await numbers(), before)
  const odd = await shen.post('/desk/meetings', plan({ title: hostile.fullWidth, place: hostile.emoji }))
  const page = (await shen.get(String(odd.headers.location))).body
  t.match(page, hostile.emoji)
  t.notMatch(page, '<script>alert')
})

t.test('a meeting goes draft, noticed, check-in, in session, adjourned, and nothing skips', async (t) => {
  const item = await makeItem(town, [await tellIssue(town)])
  const no = await holdMeeting(town, [item], 0)
  const step = async (noun: string) => (await zhou.post(`/meetings/${no}/${noun}`)).statusCode
  const said = async (noun: string) => (await zhou.post(`/meetings/${no}/${noun}`)).body

  t.match(await said('checkin'), '先发出通知')
  t.match(await said('opening'), '先开始签到')
  t.match(await said('adjournment'), '会还没开始')
  t.equal((await zhou.post(`/meetings/${no}/notice`)).headers.location, `/c/wutongli/meetings/${no}/chair`)
  t.match(await said('notice'), '通知已经发出去了')
  t.match(await said('checkin'), '通知要满 3 天才能开，最早 11 月 27 日', 'people were promised three days')
  await letDaysPass(town, no)
  t.equal(await step('checkin'), 303)
  t.match(await said('checkin'), '签到已经开始了')
  await gather(town, no)
  t.equal((await zhou.post(`/meetings/${no}/opening`)).headers.location, `/c/wutongli/meetings/${no}/chair`)
  t.equal(await step('opening'), 409)
  t.equal(await step('notice'), 409)
  t.equal(await step('adjournment'), 303)
  t.equal(await step('adjournment'), 409)
  t.match(await said('opening'), '会已经开始了')

  const meeting = await town.db.selectFrom('meetings').where('no', '=', no).selectAll().executeTakeFirstOrThrow()
  const chair = town.cast.people.zhou
  t.same(
    [meeting.noticed_by, meeting.checkin_by, meeting.opened_by, meeting.adjourned_by],
    [chair, chair, chair, chair],
  )
  const told = (await lines(town, 'meeting', 'meetings', no)).filter(({ became }) => became)
  t.same(
    told.map(({ was, became }) => [was, became]),
    [
      [null, 'draft'],
      ['draft', 'noticed'],
      ['noticed', 'checkin'],
      ['checkin', 'in_session'],
      ['in_session', 'adjourned'],
    ],
  )
})

t.test('a meeting with nothing to talk over is not opened', async (t) => {
  const no = await holdMeeting(town, [], 2)
  const reply = await zhou.post(`/meetings/${no}/opening`)
  t.equal(reply.statusCode, 409)
  t.match(reply.body, '议程还是空的')
  t.match((await zhou.get(`/desk/meetings/${no}`)).body, '议程还是空的，先放进一个议题再开会')
})

t.test('too few in the room: the meeting is not opened, and the chair reads who is missing', async (t) => {
  const { people, seats } = town.cast
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 2)
  const sit = (who: keyof typeof people, seat: number) =>
    shen.post(`/desk/meetings/${no}/seats`, { seat: String(seats[seat - 1]), person: String(people[who]) })
  await sit('zhou', 1)
  await sit('qian', 3)
  const early = await zhou.post(`/meetings/${no}/opening`)
  t.equal(early.statusCode, 409)
  t.match(early.body, '要 4 席到会，现在到了 2 席，还差 2 席；必到的居委会还没到')
  t.match(
    (await zhou.get(`/meetings/${no}/chair`)).body,
    '还差 2 席；必到的居委会还没到',
    'she reads it before she presses',
  )
  t.match((await shen.get(`/desk/meetings/${no}`)).body, '还差 2 席；必到的居委会还没到')
  t.equal((await meetingByNo(town.db, no)).state, 'checkin', 'people may still come')

  await sit('feng', 4)
  await sit('han', 5)
  t.match(
    (await zhou.post(`/meetings/${no}/opening`)).body,
    /还不能开会：必到的居委会还没到/,
    'four, and not the right four',
  )
  await sit('wu', 2)
  t.notMatch((await zhou.get(`/meetings/${no}/chair`)).body, '还不能开会')
  t.equal((await zhou.post(`/meetings/${no}/opening`)).statusCode, 303)
})

t.test('an assembly of residents opens with more than half of the households, and no fewer', async (t) => {
  const { doors } = town.cast
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 2, 'residents')
  const all = Object.keys(doors) as (keyof typeof doors)[]
  for (const door of all.slice(0, 12)) await (await town.as({ door })).post(`/meetings/${no}/attendance`)
  const half = await zhou.post(`/meetings/${no}/opening`)
  t.match(half.body, '要 13 户到会，现在到了 12 户，还差 1 户')
  zhou.cookies.lang = 'en'
  t.match((await zhou.post(`/meetings/${no}/opening`)).body, '13 households are needed, 12 are here, 1 more to come')
  zhou.cookies.lang = 'zh'
  await (await town.as({ door: all[12] as (typeof all)[number] })).post(`/meetings/${no}/attendance`)
  t.equal((await zhou.post(`/meetings/${no}/opening`)).statusCode, 303)
})

t.test('of two chairs who press in the same second one opens the meeting and the other is told', async (t) => {
  for (const [upTo, noun] of [
    [0, 'notice'],
    [1, 'checkin'],
    [2, 'opening'],
  ] as const) {
    const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], upTo)
    if (noun === 'opening') await gather(town, no)
    const replies = await Promise.all([zhou, wu, zhou, wu].map((chair) => chair.post(`/meetings/${no}/${noun}`)))
    t.same(replies.map(({ statusCode }) => statusCode).sort(), [303, 409, 409, 409], noun)
    t.match(replies.find(({ statusCode }) => statusCode === 409)?.body, /不用再(发|按)|由另一位主任主持/)
  }
})

t.test('only a chair moves a meeting; the desk plans and arranges', async (t) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 0)
  const resident = await town.as({ door: '12-602' })
  const seat = await town.as('qian')
  for (const stranger of [await town.as(), resident, seat, await town.as('li'), shen]) {
    for (const noun of ['notice', 'checkin', 'opening', 'adjournment'])
      t.equal((await stranger.post(`/meetings/${no}/${noun}`)).statusCode, 403, noun)
  }
  for (const stranger of [await town.as(), resident, seat]) {
    for (const path of ['/desk/meetings', `/desk/meetings/${no}`]) t.equal((await stranger.get(path)).statusCode, 403)
    t.equal((await stranger.post('/desk/meetings', plan())).statusCode, 403)
  }
  t.equal((await meetingByNo(town.db, no)).state, 'draft')
  const page = (await shen.get(`/desk/meetings/${no}`)).body
  t.match(page, '这一步由主持人来按')
  t.notMatch(page, `action="/c/wutongli/meetings/${no}/notice"`)
  t.match((await zhou.get(`/desk/meetings/${no}`)).body, `action="/c/wutongli/meetings/${no}/notice"`)
})

t.test('what was not begun when the meeting ends waits for another evening', async (t) => {
  const [first, second] = [await tellIssue(town), await tellIssue(town)]
  const items = [await makeItem(town, [first], '先议的'), await makeItem(town, [second], '没轮到的')]
  const no = await holdMeeting(town, items, 3)
  await zhou.post(`/meetings/${no}/items/${items[0]}/introduction`)
  const early = await zhou.post(`/meetings/${no}/adjournment`)
  t.equal(early.statusCode, 409)
  t.match(early.body, '手上这个议题还没完')
  await zhou.post(`/meetings/${no}/items/${items[0]}/deferral`)
  t.equal((await zhou.post(`/meetings/${no}/adjournment`)).statusCode, 303)
  t.same([await issueState(town, first), await issueState(town, second)], ['pooled', 'pooled'])
  const room = await roomOf(town.db, no)
  t.same(
    room.items.map(({ state }) => state),
    ['deferred', 'deferred'],
  )
  t.equal(room.next, null)
  t.equal(
    (await shen.post(`/desk/agenda/${items[1]}`, { title: '再来', question: '再议', background: '' })).statusCode,
    303,
  )
})

t.test('htmx hears only that a step was taken', async (t) => {
  const no = await holdMeeting(town, [], 0)
  t.equal((await zhou.post(`/meetings/${no}/notice`, {}, { 'hx-request': 'true' })).statusCode, 204)
  const again = await zhou.post(`/meetings/${no}/notice`, {}, { 'hx-request': 'true' })
  t.equal(again.statusCode, 409)
  t.equal(again.headers['hx-retarget'], '#notice')
})

t.test(
  'a meeting that is not here is a page that is not here, and nobody reaches into another neighbourhood',
  async (t) => {
    for (const no of ['999999', '0', 'abc', '-1', '99999999999999']) {
      t.equal((await zhou.get(`/desk/meetings/${no}`)).statusCode, 404, no)
      t.equal((await zhou.post(`/meetings/${no}/notice`)).statusCode, 404, no)
    }
    const other = await settle(town.house, town.clock.now, 'other')
    const mine = await holdMeeting(town, [], 0)
    await t.rejects(roomOf(town.house.of(other.community.id), mine), { message: 'error.notFound' })
  },
)

t.test('the room tells what everybody may see, in one statement, and nothing about a resident', async (t) => {
  const issue = await tellIssue(town, {
    filings: [{ channel: 'gather', door: '12-602', phone: '13812345678' }],
    supports: ['3-101'],
  })
  const items = [await makeItem(town, [issue], '第一项'), await makeItem(town, [await tellIssue(town)], '第二项')]
  const no = await holdMeeting(town, items, 3)
  await zhou.post(`/meetings/${no}/items/${items[0]}/introduction`)
  await (await town.as({ door: '12-602' })).post(`/meetings/${no}/attendance`)
  await wu.post(`/meetings/${no}/attendance`)

  t.equal(await statementsOf(() => roomOf(town.db, no)), 1)
  const room = await roomOf(town.db, no)
  t.equal(room.state, 'in_session')
  t.same(
    room.items.map(({ no, title, position, minutes, state, issues, heard }) => ({
      no,
      title,
      position,
      minutes,
      state,
      issues,
      heard,
    })),
    [
      {
        no: items[0],
        title: '第一项',
        position: 1,
        minutes: 15,
        state: 'introduced',
        issues: 1,
        heard: { gather: 1, door: 0, bridge: 0, browsers: 0, households: 2 },
      },
      {
        no: items[1],
        title: '第二项',
        position: 2,
        minutes: 15,
        state: 'waiting',
        issues: 1,
        heard: { gather: 0, door: 0, bridge: 0, browsers: 0, households: 0 },
      },
    ],
  )
  t.equal(room.current?.no, items[0])
  t.ok(room.current?.begun instanceof Date)
  t.same(room.next, { step: 'discuss', item: items[0], asks: false })
  t.same(
    room.seats.map(({ here }) => here),
    [false, true, false, false, false],
  )
  t.equal(room.seats[1]?.speakerName, '吴建国')
  t.same([room.households, room.people], [1, 2])
  const told = JSON.stringify(room)
  for (const secret of ['13812345678', '12-602', '602 室', '末班车能不能晚一点']) t.notMatch(told, secret)
})

t.test('the meetings and one meeting cost three statements each', async (t) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 0)
  t.ok((await statementsOf(() => shen.get('/desk/meetings'))) <= 3)
  t.ok((await statementsOf(() => shen.get(`/desk/meetings/${no}`))) <= 3)
})
