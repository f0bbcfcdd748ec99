import t from 'tap'
import { roomOf } from '../../src/agenda/meetings/reads.ts'
import { startTown } from '../harness.ts'
import { holdMeeting, hostile, issueState, lines, makeItem, openFor, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const wu = await town.as('wu')
const order = async (no: number) => (await roomOf(town.db, no)).items.map((item) => item.no)
const three = async () =>
  [
    await makeItem(town, [await tellIssue(town)], '甲'),
    await makeItem(town, [await tellIssue(town)], '乙'),
    await makeItem(town, [await tellIssue(town)], '丙'),
  ] as const
const messages = () => town.db.selectFrom('outbox').select(['dedup_key', 'to_sealed', 'body']).orderBy('id').execute()

t.test('an item on the running order puts its issues on the agenda, and who spoke hears when and where', async (t) => {
  const bus = await tellIssue(town, {
    filings: [
      { channel: 'door', door: '12-602', phone: '13812345678' },
      { channel: 'bridge', phone: '13900001111', locale: 'en' },
      { channel: 'gather' },
    ],
  })
  const done = await tellIssue(town, { title: '已经在办的' })
  const item = await makeItem(town, [bus, done])
  await town.db.updateTable('issues').set({ state: 'assigned' }).where('no', '=', done).execute()
  const no = await holdMeeting(town, [], 0)
  t.match((await shen.get(`/desk/meetings/${no}`)).body, '放进议程')
  t.equal((await shen.post(`/desk/meetings/${no}/items`, { item: String(item), minutes: '20' })).statusCode, 303)

  t.equal(await issueState(town, bus), 'on_agenda')
  t.equal(await issueState(town, done), 'assigned', 'only what waited in the pool goes along')
  const issue = await town.db.selectFrom('issues').where('no', '=', bus).selectAll().executeTakeFirstOrThrow()
  t.equal(issue.next_step, '11 月 26 日 19:00 在居委会二楼开会商量')
  t.equal(issue.due_on, '2026-11-26')
  const told = await messages()
  t.equal(told.length, 4, 'two who left a phone: one receipt and one invitation each')
  const invitations = told.filter(({ dedup_key }) => dedup_key.startsWith('on_agenda:'))
  t.match(invitations[0]?.body, /11 月 26 日 19:00，居委会二楼，.*http:\/\/wutong\.test\/c\/wutongli\/track\//)
  t.match(invitations[1]?.body, 'on 26 Nov at 19:00, 居委会二楼', 'in her own language')
  t.equal(new Set(invitations.map(({ body }) => body.split('/track/')[1])).size, 2, 'each her own link')
  const moved = (await lines(town, 'issue', 'issues', bus)).at(-1)
  t.match(moved, {
    verb: 'issue.on_agenda',
    was: 'pooled',
    became: 'on_agenda',
    particulars: { month: 11, day: 26, meeting: no },
  })
  t.notMatch(JSON.stringify(moved), /12-602|13812345678/)
  t.match((await lines(town, 'item', 'agenda_items', item)).at(-1), {
    verb: 'item.placed',
    particulars: { meeting: no },
  })
  t.match((await lines(town, 'meeting', 'meetings', no)).at(-1), { verb: 'meeting.item_placed', particulars: { item } })

  const before = told.length
  t.equal((await shen.post(`/desk/meetings/${no}/items/${item}/removal`)).statusCode, 303)
  t.equal(await issueState(town, bus), 'pooled')
  t.equal(await issueState(town, done), 'assigned')
  t.match((await messages()).slice(before).map(({ body }) => body)[0], '11 月 26 日的会上先不议')
  const back = await town.db.selectFrom('issues').where('no', '=', bus).selectAll().executeTakeFirstOrThrow()
  t.same([back.next_step, back.due_on], ['等着排进下一次会议', null])
  t.same(await order(no), [])
  t.equal((await shen.post(`/desk/meetings/${no}/items/${item}/removal`)).statusCode, 404, 'it is not on it any more')
})

t.test('an item stands on one meeting at a time', async (t) => {
  const item = await makeItem(town, [await tellIssue(town)])
  const [first, second] = [await holdMeeting(town, [], 0), await holdMeeting(town, [], 0)]
  const replies = await Promise.all(
    [first, second, first, second].map((no) =>
      shen.post(`/desk/meetings/${no}/items`, { item: String(item), minutes: '10' }),
    ),
  )
  t.same(replies.map(({ statusCode }) => statusCode).sort(), [303, 409, 409, 409])
  t.match(replies.find(({ statusCode }) => statusCode === 409)?.body, '已经排进会议议程')
  t.equal((await order(first)).length + (await order(second)).length, 1)
})

t.test('what should not go onto a running order does not', async (t) => {
  const no = await holdMeeting(town, [], 0)
  const withdrawn = await makeItem(town, [await tellIssue(town)])
  await shen.post(`/desk/agenda/${withdrawn}/withdrawal`)
  const settled = await tellIssue(town)
  const empty = await makeItem(town, [settled])
  await town.db.updateTable('issues').set({ state: 'closed_explained' }).where('no', '=', settled).execute()
  const place = (item: string, minutes = '10') => shen.post(`/desk/meetings/${no}/items`, { item, minutes })
  t.match((await place(String(withdrawn))).body, '已经撤下了')
  t.match((await place(String(empty))).body, '没有待议的事')
  t.equal((await place('999999')).statusCode, 404)
  const item = String(await makeItem(town, [await tellIssue(town)]))
  for (const [which, minutes] of [
    [item, '0'],
    [item, '181'],
    [item, '-5'],
    [item, '1.5'],
    [item, ''],
    [item, hostile.script],
    ['', '10'],
    ['abc', '10'],
  ] as const) {
    const reply = await place(which, minutes)
    t.equal(reply.statusCode, 422, `${which} ${minutes}`)
    t.match(reply.body, '读不懂')
    t.notMatch(reply.body, '<script>alert')
  }
  t.equal((await shen.post('/desk/meetings/999999/items', { item, minutes: '10' })).statusCode, 404)
  t.same(await order(no), [])
})

t.test('the order changes by arrows, and the times by a list', async (t) => {
  const [a, b, c] = await three()
  const no = await holdMeeting(town, [a, b, c], 1)
  const press = (item: number, at: number, to: string) =>
    shen.post(`/desk/meetings/${no}/items/${item}/position`, { at: String(at), to })
  t.equal((await press(c, 3, 'up')).statusCode, 303)
  t.same(await order(no), [a, c, b])
  await press(a, 1, 'down')
  t.same(await order(no), [c, a, b])
  await press(c, 1, 'up')
  await press(b, 3, 'down')
  t.same(await order(no), [c, a, b], 'the ends stay where they are')
  await press(b, 1, 'up')
  t.same(await order(no), [c, a, b], 'pressed on a page that is out of date: nothing happens')
  await shen.post(`/desk/meetings/${no}/items/${a}/minutes`, { minutes: '45' })
  t.match((await shen.get(`/desk/meetings/${no}`)).body, '一共约 75 分钟')
  await shen.post(`/desk/meetings/${no}/items/${c}/removal`)
  t.same(
    (await roomOf(town.db, no)).items.map(({ position }) => position),
    [1, 2],
    'no gap is left',
  )
  for (const fields of [
    { at: '1', to: 'sideways' },
    { at: 'x', to: 'up' },
    { at: '', to: '' },
  ])
    t.equal((await shen.post(`/desk/meetings/${no}/items/${a}/position`, fields)).statusCode, 422)
  t.equal((await shen.post(`/desk/meetings/${no}/items/${c}/position`, { at: '1', to: 'up' })).statusCode, 404)
})

t.test('two who press the same arrow at once move it once, and a storm leaves everything on the list', async (t) => {
  const [a, b, c] = await three()
  const no = await holdMeeting(town, [a, b, c], 0)
  const press = (who: typeof shen, item: number, at: number, to: string) =>
    who.post(`/desk/meetings/${no}/items/${item}/position`, { at: String(at), to })
  await Promise.all([press(shen, c, 3, 'up'), press(zhou, c, 3, 'up'), press(wu, c, 3, 'up')])
  t.same(await order(no), [a, c, b])
  const storm = [a, b, c].flatMap((item) =>
    [1, 2, 3].flatMap((at) => [press(shen, item, at, 'up'), press(wu, item, at, 'down')]),
  )
  t.ok((await Promise.all(storm)).every(({ statusCode }) => statusCode === 303))
  const after = (await roomOf(town.db, no)).items
  t.same(
    after.map(({ position }) => position),
    [1, 2, 3],
  )
  t.same(after.map((item) => item.no).sort(), [a, b, c].sort())
})

t.test('the running order is settled by the opening', async (t) => {
  const [a, b, c] = await three()
  const no = await holdMeeting(town, [a, b], 3)
  const tries = [
    await shen.post(`/desk/meetings/${no}/items`, { item: String(c), minutes: '10' }),
    await shen.post(`/desk/meetings/${no}/items/${a}/removal`),
    await shen.post(`/desk/meetings/${no}/items/${a}/position`, { at: '1', to: 'down' }),
    await shen.post(`/desk/meetings/${no}/items/${a}/minutes`, { minutes: '5' }),
  ]
  for (const reply of tries) {
    t.equal(reply.statusCode, 409)
    t.match(reply.body, '议程不再变动')
  }
  t.same(await order(no), [a, b])
  t.equal((await shen.get(`/desk/agenda/${c}`)).statusCode, 200)
})

t.test('an item is introduced, then discussed, one at a time', async (t) => {
  const [a, b] = await three()
  const waiting = await holdMeeting(town, [a, b], 2)
  const step = (item: number, noun: string) => zhou.post(`/meetings/${waiting}/items/${item}/${noun}`)
  t.match((await step(a, 'introduction')).body, '会还没开始')
  await openFor(town, waiting, () => zhou.post(`/meetings/${waiting}/opening`))
  t.match((await step(a, 'discussion')).body, '先介绍这个议题')
  const begun = await step(a, 'introduction')
  t.equal(begun.headers.location, `/c/wutongli/meetings/${waiting}/chair`)
  t.match((await step(a, 'introduction')).body, '已经走过这一步')
  t.match((await step(b, 'introduction')).body, '手上这个议题还没完')
  t.equal((await step(a, 'discussion')).statusCode, 303)
  t.equal((await step(a, 'discussion')).statusCode, 409)
  const rows = await lines(town, 'item', 'agenda_items', a)
  t.same(
    rows.map(({ verb }) => verb),
    ['item.created', 'item.placed', 'item.introduced', 'item.discussing'],
  )
  t.equal(rows.at(-1)?.person_id, town.cast.people.zhou)

  await town.db.updateTable('running_order').set({ voting_at: town.clock.now }).where('position', '=', 1).execute()
  const voting = await step(a, 'deferral')
  t.equal(voting.statusCode, 409)
  t.match(voting.body, '先结束表决')
})

t.test('of two chairs who begin an item at once one does, and the other is told', async (t) => {
  const [a, b] = await three()
  const no = await holdMeeting(town, [a, b], 3)
  const same = await Promise.all(
    [zhou, wu, zhou, wu].map((chair) => chair.post(`/meetings/${no}/items/${a}/introduction`)),
  )
  t.same(same.map(({ statusCode }) => statusCode).sort(), [303, 409, 409, 409])
  await zhou.post(`/meetings/${no}/items/${a}/deferral`)
  const [c] = await three()
  const other = await holdMeeting(town, [c, (await three())[0]], 3)
  const items = await order(other)
  const different = await Promise.all(
    items.map((item, i) => (i ? wu : zhou).post(`/meetings/${other}/items/${item}/introduction`)),
  )
  t.same(different.map(({ statusCode }) => statusCode).sort(), [303, 409], 'never two items at once')
})

t.test('an item that is put off goes back, and may come to the next meeting', async (t) => {
  const issue = await tellIssue(town, { filings: [{ phone: '13812345678' }] })
  const item = await makeItem(town, [issue])
  const no = await holdMeeting(town, [item], 3)
  await zhou.post(`/meetings/${no}/items/${item}/introduction`)
  t.equal((await zhou.post(`/meetings/${no}/items/${item}/deferral`)).statusCode, 303)
  t.match(
    (await messages()).at(-1)?.body,
    '11 月 26 日的会上没来得及议',
    'whoever was told of the meeting is told of this',
  )
  t.equal((await zhou.post(`/meetings/${no}/items/${item}/deferral`)).statusCode, 409)
  t.equal(await issueState(town, issue), 'pooled')
  t.match((await lines(town, 'issue', 'issues', issue)).at(-1), {
    verb: 'issue.deferred',
    was: 'on_agenda',
    became: 'pooled',
  })
  const room = await roomOf(town.db, no)
  t.equal(room.items[0]?.state, 'deferred', 'the meeting’s record keeps it')
  t.same(room.next, { step: 'adjourn', item: null, asks: false })
  const next = await holdMeeting(town, [item], 1)
  t.same(await order(next), [item])
  t.equal(await issueState(town, issue), 'on_agenda')
})

t.test('an issue that two items bring stays on the agenda while one of them does', async (t) => {
  const issue = await tellIssue(town)
  const [one, two] = [await makeItem(town, [issue], '班次'), await makeItem(town, [issue], '票价')]
  const no = await holdMeeting(town, [one, two], 0)
  await shen.post(`/desk/meetings/${no}/items/${one}/removal`)
  t.equal(await issueState(town, issue), 'on_agenda')
  await shen.post(`/desk/meetings/${no}/items/${two}/removal`)
  t.equal(await issueState(town, issue), 'pooled')
})

t.test('notes are kept while the meeting runs', async (t) => {
  const [a] = await three()
  const no = await holdMeeting(town, [a], 2)
  const write = (notes: string | string[], headers = {}) =>
    zhou.post(`/meetings/${no}/items/${a}/notes`, { notes }, headers)
  t.match((await write('太早了')).body, '会还没开始')
  await openFor(town, no, () => zhou.post(`/meetings/${no}/opening`))
  t.equal((await write('物业：司机愿意加班。\n业委会：费用从停车收入里出。')).statusCode, 303)
  t.equal((await write(hostile.script)).statusCode, 303)
  t.equal((await write(hostile.script)).statusCode, 303, 'the same again is fine')
  for (const [notes, sentence] of [
    [hostile.long, '太长了'],
    [hostile.nul, '不能用的符号'],
    [hostile.bidi, '不能用的符号'],
  ] as const) {
    const reply = await write(notes)
    t.equal(reply.statusCode, 422)
    t.match(reply.body, sentence)
    if (notes === hostile.long) t.match(reply.body, '长长长长长', 'what was typed is still there')
  }
  t.equal((await write(['一', '二'])).statusCode, 422)
  t.equal((await write('x\u0301'.repeat(1_900))).statusCode, 303, 'letters with marks count as the database counts')
  t.equal((await write('x\u0301'.repeat(3_000))).statusCode, 422)
  const fragment = await write(hostile.nul, { 'hx-request': 'true' })
  t.equal(fragment.statusCode, 422)
  t.match(fragment.body, '不能用的符号')
  t.equal((await write('好', { 'hx-request': 'true' })).statusCode, 204)
  const noted = (await lines(town, 'meeting', 'meetings', no)).filter(({ verb }) => verb === 'meeting.item_noted')
  t.equal(noted.length, 4)
  t.notMatch(JSON.stringify(noted), '停车收入', 'the journal says that notes were taken, not which')
  await zhou.post(`/meetings/${no}/adjournment`)
  t.match((await write('事后改一改')).body, '会已经散了')
})

t.test('only a chair moves items; residents, seats and volunteers touch nothing', async (t) => {
  const [a] = await three()
  const no = await holdMeeting(town, [a], 3)
  const strangers = [await town.as(), await town.as({ door: '12-602' }), await town.as('qian'), await town.as('li')]
  for (const stranger of [...strangers, shen])
    for (const noun of ['introduction', 'discussion', 'deferral'])
      t.equal((await stranger.post(`/meetings/${no}/items/${a}/${noun}`)).statusCode, 403)
  for (const stranger of strangers)
    for (const path of [
      `/desk/meetings/${no}/items`,
      `/desk/meetings/${no}/items/${a}/removal`,
      `/desk/meetings/${no}/items/${a}/position`,
      `/desk/meetings/${no}/items/${a}/minutes`,
      `/meetings/${no}/items/${a}/notes`,
    ])
      t.equal((await stranger.post(path)).statusCode, 403, path)
  t.equal((await roomOf(town.db, no)).items[0]?.state, 'waiting')
  t.equal((await zhou.post(`/meetings/${no}/items/999999/introduction`)).statusCode, 404)
})
