import t from 'tap'
import { placeItem } from '../../src/agenda/order/store.ts'
import { tick } from '../../src/resolve/clock.ts'
import { chartOf, endOf, lapsesOn, trialState, whyNotEnd, whyNotRead } from '../../src/resolve/trials/rules.ts'
import { holdMeeting } from '../agenda/help.ts'
import { settle } from '../cast.ts'
import { startTown, type Town } from '../harness.ts'
import { evening, hostile, messages, promiseOf } from './passed.ts'

const onTrial = { trial: 'on', ends: '2026-12-24', metric: '晚班车乘坐人数', unit: '人/天', target: '20' }
const day = (iso: string) => new Date(`${iso}T09:00:00+08:00`)
const clockOf = (town: Town) => ({ ...town, clock: () => town.clock.now })
const go = (town: Town) => tick(clockOf(town))

/** The bus on trial: decided, with a number of one day. */
async function busOnTrial(town: Town) {
  const night = await evening(town, { filers: [{ phone: '13800001234' }], adjourned: true })
  const zhou = await town.as('zhou')
  const made = await zhou.post(night.path, promiseOf(town, { steps: '', ...onTrial }))
  if (made.statusCode !== 303) throw new Error(made.body)
  const { no } = await town.db.selectFrom('resolutions').select('no').executeTakeFirstOrThrow()
  return { ...night, no }
}
const trialRow = (town: Town) => town.db.selectFrom('trials').selectAll().executeTakeFirstOrThrow()
const again = (town: Town) => town.db.selectFrom('agenda_items').where('again_of', 'is not', null).selectAll().execute()

t.test('the rules of a trial', async (t) => {
  const at = day('2026-11-24')
  t.equal(whyNotEnd('2026-11-24', at), 'trials.ends.past')
  t.equal(whyNotEnd('2026-11-25', at), null)
  t.equal(whyNotEnd('2027-11-25', at), null)
  t.equal(whyNotEnd('2027-11-26', at), 'trials.ends.far')
  const trial = { endsOn: '2026-12-24', madeOn: '2026-11-24', endedAs: null }
  t.equal(trialState(trial, new Date('2026-12-24T23:59:00+08:00')), 'running', 'its last day is part of it')
  t.equal(trialState(trial, new Date('2026-12-25T00:00:00+08:00')), 'due')
  t.equal(trialState({ ...trial, endedAs: 'kept' }, at), 'kept')
  t.equal(whyNotRead(trial, '2026-11-23', at), 'trials.day.before')
  t.equal(whyNotRead(trial, '2026-11-25', at), 'trials.day.future')
  t.equal(whyNotRead(trial, '2026-11-24', at), null)
  t.equal(whyNotRead({ ...trial, endedAs: 'lapsed' }, '2026-11-24', at), 'trials.over')
  t.equal(lapsesOn('2026-12-24'), '2027-01-23')
  const silent = { outcome: null, brought: false }
  t.equal(endOf(trial, silent, day('2027-01-23')), null, 'the thirtieth day is still in time')
  t.equal(endOf(trial, silent, day('2027-01-24')), 'lapsed')
  t.equal(endOf(trial, { outcome: null, brought: true }, day('2027-02-24')), null, 'a meeting has it on its order')
  t.equal(endOf(trial, { outcome: 'passed', brought: true }, day('2026-12-30')), 'kept')
  t.equal(endOf(trial, { outcome: 'rejected', brought: true }, day('2026-12-30')), 'dropped')
  const readings = [
    { day: '2026-11-24', value: 0, note: '' },
    { day: '2026-12-24', value: 40, note: '' },
  ]
  const chart = chartOf(readings, { target: 20, madeOn: '2026-11-24', endsOn: '2026-12-24' })
  t.same(
    chart.points.map(({ x, y }) => [x, y]),
    [
      [chart.left, chart.floor],
      [chart.right, 12],
    ],
    'from corner to corner',
  )
  t.equal(chart.target, (12 + chart.floor) / 2)
  t.ok(
    Number.isFinite(chartOf([], { target: 0, madeOn: '2026-11-24', endsOn: '2026-11-25' }).target),
    'nothing divides by nothing',
  )
})

t.test('the chair marks a decision as a trial, and what is missing is said at its field', async (t) => {
  const town = await startTown(t)
  const night = await evening(town)
  const zhou = await town.as('zhou')
  const send = (changed: Record<string, string>) =>
    zhou.post(night.path, promiseOf(town, { steps: '', ...onTrial, ...changed }))
  for (const [changed, sentence] of [
    [{ ends: '' }, '请选试行到哪天'],
    [{ ends: '2026-11-24' }, '请选明天或以后的日子'],
    [{ ends: '2028-01-01' }, '一年以内'],
    [{ metric: '' }, '请写看什么数'],
    [{ unit: '' }, '请写单位'],
    [{ target: '' }, '请写 0 到 1000000 的整数'],
    [{ target: '-3' }, '请写 0 到 1000000 的整数'],
    [{ target: '1e6' }, '请写 0 到 1000000 的整数'],
  ] as const) {
    const reply = await send(changed)
    t.equal(reply.statusCode, 422, JSON.stringify(changed))
    t.match(reply.body, sentence)
    t.match(reply.body, '班车末班延到 23:00', 'what she typed is still there')
    t.match(reply.body, /name="trial" value="on" checked/)
  }
  const both = await send({ owner: '', ends: '' })
  t.match(both.body, '请选谁来办')
  t.match(both.body, '请选试行到哪天', 'all that is missing is said at once')
  const script = await send({ metric: hostile.script, ends: '' })
  t.notMatch(script.body, '<script>alert')
  t.equal(
    (await send({ trial: '', ends: 'x', metric: '', unit: '', target: '' })).statusCode,
    303,
    'unticked, the four boxes do not count',
  )
  t.equal(await town.db.selectFrom('trials').select('resolution_id').executeTakeFirst(), undefined)
  t.equal((await zhou.get('/resolutions/1/trial')).statusCode, 404)
})

t.test('the owner writes down numbers, everybody sees the picture and the table', async (t) => {
  const town = await startTown(t)
  const { no, issue } = await busOnTrial(town)
  town.clock.now = day('2026-12-02')
  const [feng, shen, qian] = [await town.as('feng'), await town.as('shen'), await town.as('qian')]
  const read = (who: typeof feng, changed: Record<string, string> = {}) =>
    who.post(`/resolutions/${no}/readings`, { day: '2026-12-01', value: '18', note: '下雨', ...changed })
  t.equal((await read(feng)).statusCode, 303)
  t.equal(
    (await read(await town.as('shen'), { day: '2026-12-02', value: '２３' })).statusCode,
    303,
    'the desk may do it for him',
  )
  for (const stranger of [qian, await town.as({ door: '12-602' }), await town.as()])
    t.equal((await read(stranger)).statusCode, 403)
  for (const [changed, sentence] of [
    [{ value: '很多' }, '整数'],
    [{ value: '12.5' }, '整数'],
    [{ day: '2026-12-03' }, '还没到这一天'],
    [{ day: '2026-11-23' }, '还没开始试行'],
    [{ day: '2026-13-01' }, '日期'],
    [{ note: '长'.repeat(121) }, '太长了'],
  ] as const) {
    const reply = await read(feng, changed)
    t.equal(reply.statusCode, 422, JSON.stringify(changed))
    t.match(reply.body, sentence)
  }
  t.equal(
    (await read(feng, { value: '19', note: hostile.script })).statusCode,
    303,
    'the same day again is a correction',
  )
  t.equal((await town.db.selectFrom('trial_readings').selectAll().execute()).length, 2)
  const both = await Promise.all([read(feng, { day: '2026-11-30' }), read(shen, { day: '2026-11-30', value: '17' })])
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
    'two at once: one number a day',
  )

  const anybody = await town.as()
  for (const path of [`/resolutions/${no}`, `/resolutions/${no}/trial`, `/issues/${issue.no}`]) {
    const page = (await anybody.get(path)).body
    t.match(page, /试行到 \S*12月24日，到期再表决/, path)
    t.match(page, '看晚班车乘坐人数，希望达到 20 人/天')
    t.match(page, '<svg class="chart"')
    t.match(page, '晚班车乘坐人数的折线图：记了 3 次，最近 23 人/天，希望达到 20 人/天')
    t.match(page, /<td class="n">19<\/td>/)
    t.notMatch(page, '<script>alert')
    t.notMatch(page, /冯涛|沈洁/, 'nobody is named')
  }
  t.match((await anybody.get('/ledger')).body, /class="chip">试行到 \S*12月24日</, 'the ledger says it too')
  anybody.cookies.lang = 'en'
  t.match((await anybody.get(`/resolutions/${no}/trial`)).body, 'It should reach 20 人/天')
  t.match((await feng.get('/seat')).body, /记晚班车乘坐人数，试行到 \S*12月24日/)
})

t.test('at its end the clock puts it to the vote again, once, however many clocks there are', async (t) => {
  const town = await startTown(t)
  const { no, issue, item } = await busOnTrial(town)
  await (await town.as('feng')).post(`/resolutions/${no}/readings`, { day: '2026-11-24', value: '23', note: '' })
  town.clock.now = new Date('2026-12-24T23:59:00+08:00')
  await go(town)
  t.same(await again(town), [], 'its last day is not over')
  const told = (await messages(town)).length

  town.clock.now = new Date('2026-12-25T00:00:00+08:00')
  await Promise.all([go(town), go(town), go(town)])
  await go(town)
  const [made, ...more] = await again(town)
  t.same(more, [], 'one item')
  t.match(made, {
    title: '班车（试行到期复议）',
    question: '试行到期，同意继续：班车末班延到 23:00，试行三个月',
    again_of: item.id,
    subject: 'common',
  })
  t.match(
    made?.background,
    /第 \d+ 号决议试行到 2026年12月24日 为止。看的是晚班车乘坐人数，希望达到 20 人\/天，一共记了 1 次。最近一次 2026年11月24日：23 人\/天。/,
  )
  const links = await town.db
    .selectFrom('agenda_links')
    .where('item_id', '=', made?.id as number)
    .select('issue_id')
    .execute()
  t.same(links, [{ issue_id: issue.id }], 'the same issue')
  const news = (await messages(town)).slice(told)
  t.equal(news.length, 1, 'who spoke is told, once')
  t.match(news[0], { to: '13800001234', body: /试行到期了，要再表决一次/ })
  t.match((await (await town.as('feng')).get('/seat')).body, '已经到期，等会议再表决', 'and its owner')
  t.match((await (await town.as()).get(`/resolutions/${no}`)).body, '试行到期，再表决')
  t.match((await (await town.as()).get(`/issues/${issue.no}`)).body, '到期，等再表决')

  const shen = await town.as('shen')
  t.match((await shen.get('/desk/agenda')).body, /班车（试行到期复议）[\s\S]*试行到期，再表决[\s\S]*等着上会/)
  const meeting = await holdMeeting(town, [], 0)
  t.match((await shen.get(`/desk/meetings/${meeting}`)).body, '班车（试行到期复议）', 'ready for the next meeting')
  const place = { meetingNo: meeting, itemNo: made?.no as number, minutes: 10 }
  await placeItem(town.db, town.letterbox, place, { personId: town.cast.people.shen }, town.clock.now)
})

/** The second vote is held on an evening of its own. */
async function votedAgain(town: Town, outcome: 'passed' | 'rejected', reason: string | null = null) {
  const [item] = await again(town)
  const meeting = await holdMeeting(town, [item?.no as number], 3)
  const { id } = await town.db.selectFrom('meetings').where('no', '=', meeting).select('id').executeTakeFirstOrThrow()
  const { zhou } = town.cast.people
  const at = town.clock.now
  await town.db
    .insertInto('ballots')
    .values({
      ...{ meeting_id: id, item_id: item?.id as number, question: '同意继续', options: ['for', 'against'], rule: 'M2' },
      ...{
        electorate_kind: 'household',
        tally_shown: 'live',
        terms: '{}',
        question_sha256: 'x',
        electorate_sha256: 'x',
        eligible: 12,
      },
      ...{ opened_at: at, opened_by: zhou, closed_at: at, closed_by: zhou, outcome, reason, numbers: null },
    } as never)
    .execute()
}

t.test('the second vote decides, and everybody is told once', async (t) => {
  for (const [outcome, as, sentence] of [
    ['passed', 'kept', '再表决，通过了，继续办'],
    ['rejected', 'dropped', '没有通过，不再继续'],
  ] as const) {
    const town = await startTown(t)
    const { no } = await busOnTrial(town)
    town.clock.now = day('2026-12-25')
    await go(town)
    await votedAgain(town, outcome)
    const told = (await messages(town)).length
    await Promise.all([go(town), go(town)])
    await go(town)
    t.match(await trialRow(town), { ended_as: as })
    const news = (await messages(town)).slice(told)
    t.equal(news.length, 1)
    t.match(news[0]?.body, sentence)
    const feng = await town.as('feng')
    const late = await feng.post(`/resolutions/${no}/readings`, { day: '2026-12-25', value: '1', note: '' })
    t.equal(late.statusCode, 422)
    t.match(late.body, '试行已经结束')
    t.notMatch((await feng.get(`/resolutions/${no}/trial`)).body, '/readings"', 'nothing more is asked of him')
  }
})

t.test('a vote that was given up decides nothing; thirty days after its end a trial lapses', async (t) => {
  const town = await startTown(t)
  const { no } = await busOnTrial(town)
  town.clock.now = day('2026-12-25')
  await go(town)
  await votedAgain(town, 'rejected', 'quorumLost')
  await go(town)
  t.match(await trialRow(town), { ended_as: null })
  await town.db
    .updateTable('meetings')
    .set({ adjourned_at: town.clock.now, adjourned_by: town.cast.people.zhou })
    .execute()
  town.clock.now = day('2027-01-23')
  await go(town)
  t.match(await trialRow(town), { ended_as: null }, 'the thirtieth day is not over')
  town.clock.now = day('2027-01-24')
  await Promise.all([go(town), go(town)])
  t.match(await trialRow(town), { ended_as: 'lapsed' })
  t.match((await messages(town)).at(-1)?.body, '30 天里没有再表决，试行停止')
  t.match((await (await town.as()).get(`/resolutions/${no}`)).body, '没有再表决，已停止')
})

t.test('one neighbourhood’s clock leaves the others alone, and its trials are seen by nobody else', async (t) => {
  const town = await startTown(t)
  await busOnTrial(town)
  const { community } = await settle(town.house, town.clock.now, 'elsewhere')
  t.same(await town.house.of(community.id).selectFrom('trials').selectAll().execute(), [])
  town.clock.now = day('2026-12-25')
  await go(town)
  t.same(await town.house.of(community.id).selectFrom('agenda_items').selectAll().execute(), [])
})
