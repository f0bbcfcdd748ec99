import t from 'tap'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { holdMeeting, hostile, issueState, lines, makeItem, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const bare = { key: crypto.randomUUID(), title: '末班车延时', question: '同意末班车延到二十三点', background: '' }
const fresh = (fields: Record<string, string | string[]> = {}) => ({ ...bare, key: crypto.randomUUID(), ...fields })
const itemNo = (location: unknown) => Number(/\/desk\/agenda\/(\d+)$/.exec(String(location))?.[1])
const countItems = async () =>
  (
    await town.db
      .selectFrom('agenda_items')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  ).n

t.test('the pool is empty at first and says what to do', async (t) => {
  const page = await shen.get('/desk/agenda')
  t.equal(page.statusCode, 200)
  t.match(page.body, '现在没有待议的事')
})

t.test('the pool is ordered by the printed weight, and every number behind it stands there', async (t) => {
  const lamp = await tellIssue(town, { title: '楼道灯坏了', daysAgo: 30, filings: [{ door: '3-101' }] })
  const bus = await tellIssue(town, {
    title: '末班车太早',
    daysAgo: 3,
    filings: [{ channel: 'gather', door: '12-602' }, { channel: 'door', door: '12-501' }, { channel: 'bridge' }],
    supports: ['12-602', '12-101', '3-201', '3-202', '3-301', '3-302', '3-401', '3-402', '3-501', '3-502', '3-601'],
  })
  const stairs = await tellIssue(town, { title: '台阶太滑', published: false, safety: true, frail: true, reopens: 1 })
  await tellIssue(town, { title: '已经派人在办', state: 'assigned' })
  const busRow = await town.db.selectFrom('issues').select('id').where('no', '=', bus).executeTakeFirstOrThrow()
  await town.db
    .insertInto('nods')
    .values([1, 2].map((n) => ({ issue_id: busRow.id, browser_sha256: Buffer.alloc(32, n), at: town.clock.now })))
    .execute()

  const { body } = await shen.get('/desk/agenda')
  const place = (title: string) => body.indexOf(`>${title}<`)
  t.ok(place('末班车太早') < place('楼道灯坏了'), '12 households and 3 days outweigh 1 household and 30 days')
  t.ok(place('楼道灯坏了') < place('台阶太滑'))
  t.notMatch(body, '已经派人在办', 'only what waits')
  // 12 households (602 filed and seconded and counts once) + 2·log2(4) = 16.0; 1 + 2·log2(31) = 10.9; 3 + 5 + 2 = 10.0
  t.match(
    body,
    /末班车太早[\s\S]*?>12 <span class="hint">（另有 2 部手机）<[\s\S]*?>3<[\s\S]*?>0<[\s\S]*?<b>16\.0<\/b>/,
  )
  t.match(body, /楼道灯坏了[\s\S]*?<b>10\.9<\/b>/)
  t.match(body, /台阶太滑[\s\S]*?还没公开[\s\S]*?>0<[\s\S]*?>0<[\s\S]*?>1<[\s\S]*?\+5[\s\S]*?\+2[\s\S]*?<b>10\.0<\/b>/)
  t.match(body, '2 × log₂(1 + 等待天数)', 'the formula is printed')
  t.match(body, '不算户数', 'a browser without a door is no household, and the page says so')
  t.match(
    body,
    /末班车太早[\s\S]*?集中听[\s\S]*?>1<[\s\S]*?上门听[\s\S]*?>1<[\s\S]*?广泛听[\s\S]*?>1</,
    'the channel mix',
  )
  for (const no of [lamp, bus, stairs]) t.match(body, `name="issues" value="${no}"`)

  const english = await town.as('shen')
  english.cookies.lang = 'en'
  const page = (await english.get('/desk/agenda')).body
  t.match(page, 'Weight = households')
  t.match(page, 'Days waiting')
})

t.test('issues become an item with one question, and stay in the pool', async (t) => {
  const one = await tellIssue(town, { title: '末班车太早', filings: [{ channel: 'door', door: '12-602' }] })
  const two = await tellIssue(town, { title: '周末没有班车', supports: ['12-602', '3-101'] })
  const reply = await shen.post('/desk/agenda/items', fresh({ issues: [String(one), String(two)] }))
  t.equal(reply.statusCode, 303)
  const no = itemNo(reply.headers.location)
  const page = (await shen.get(`/desk/agenda/${no}`)).body
  t.match(page, '同意末班车延到二十三点')
  t.match(page, '晚上加班回来，最后一班车已经开走了。', 'the public wording')
  t.notMatch(page, '末班车能不能晚一点', 'nobody’s own words')
  t.match(page, '2 户关心', '602 filed one and seconded the other: once')
  t.equal(await issueState(town, one), 'pooled')
  t.match((await shen.get('/desk/agenda')).body, `已归入议题 ${no}`)
  t.same(
    (await lines(town, 'issue', 'issues', one)).map(({ verb }) => verb),
    ['issue.linked'],
  )
  t.same(
    (await lines(town, 'item', 'agenda_items', no)).map(({ verb }) => verb),
    ['item.created'],
  )
})

t.test('pressing twice, and at once, makes one item', async (t) => {
  const issue = await tellIssue(town)
  const before = await countItems()
  const form = fresh({ issues: [String(issue)] })
  const replies = await Promise.all([1, 2, 3].map(() => shen.post('/desk/agenda/items', form)))
  t.same(
    replies.map(({ statusCode }) => statusCode),
    [303, 303, 303],
  )
  t.equal(new Set(replies.map(({ headers }) => headers.location)).size, 1, 'all three lead to the same item')
  t.equal(await countItems(), before + 1)
})

t.test('an issue that has left the pool, or was never here, makes no item', async (t) => {
  const gone = await tellIssue(town, { state: 'assigned' })
  const before = await countItems()
  const refused = await shen.post('/desk/agenda/items', fresh({ issues: [String(gone)] }))
  t.equal(refused.statusCode, 409)
  t.match(refused.body, '已经不在待议的事里')
  t.equal((await shen.post('/desk/agenda/items', fresh({ issues: ['999999'] }))).statusCode, 404)
  t.equal(await countItems(), before)
})

t.test('whatever is typed wrongly comes back with a kind word and everything still there', async (t) => {
  const issue = String(await tellIssue(town))
  const before = await countItems()
  const wrong: [Record<string, string | string[]>, string][] = [
    [{ issues: [] }, '至少勾选一件待议的事'],
    [{ issues: issue, title: '' }, '给议题起个名字'],
    [{ issues: issue, title: hostile.blank }, '给议题起个名字'],
    [{ issues: issue, question: '' }, '写一句要大家定的话'],
    [{ issues: issue, title: hostile.long }, '太长了'],
    [{ issues: issue, background: hostile.long }, '太长了'],
    [{ issues: issue, title: hostile.nul }, '不能用的符号'],
    [{ issues: issue, question: hostile.bidi }, '不能用的符号'],
    [{ issues: issue, title: ['一', '二'] }, '给议题起个名字'],
    [{ issues: ['abc'] }, '这一项不对'],
    [{ issues: ['-1'] }, '这一项不对'],
    [{ issues: ['1.5'] }, '这一项不对'],
    [{ issues: ['99999999999999'] }, '这一项不对'],
    [{ issues: issue, key: 'not-a-key' }, '这一项不对'],
  ]
  for (const [fields, sentence] of wrong) {
    const reply = await shen.post('/desk/agenda/items', fresh(fields))
    t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
    t.match(reply.body, sentence)
  }
  const kept = await shen.post('/desk/agenda/items', fresh({ issues: [issue], title: '', question: hostile.script }))
  t.match(kept.body, '&lt;script&gt;alert(1)&lt;/script&gt;', 'what was typed, as text')
  t.notMatch(kept.body, '<script>alert')
  t.match(kept.body, new RegExp(`value="${issue}" checked`), 'the tick is kept')
  t.equal((await shen.post('/desk/agenda/items', {})).statusCode, 422)
  t.equal(await countItems(), before)
})

t.test('script tags, full-width twins and emoji are only words', async (t) => {
  const issue = String(await tellIssue(town))
  const words = { title: hostile.script, question: hostile.fullWidth, background: hostile.emoji }
  const reply = await shen.post('/desk/agenda/items', fresh({ issues: issue, ...words }))
  const no = itemNo(reply.headers.location)
  for (const path of [`/desk/agenda/${no}`, '/desk/agenda', '/desk/meetings']) {
    const { body } = await shen.get(path)
    t.notMatch(body, '<script>alert', path)
  }
  const { body } = await shen.get(`/desk/agenda/${no}`)
  t.match(body, hostile.fullWidth, 'not turned into brackets')
  t.match(body, hostile.emoji)
})

t.test('an item’s words and issues can change until a meeting has it before it', async (t) => {
  const first = await tellIssue(town)
  const second = await tellIssue(town, { title: '周末没有班车' })
  const no = await makeItem(town, [first])
  const words = { title: '班车', question: '同意周末加开一班', background: '试三个月' }
  t.equal((await shen.post(`/desk/agenda/${no}`, words)).statusCode, 303)
  t.match((await shen.get(`/desk/agenda/${no}`)).body, '同意周末加开一班')
  const wrong = await shen.post(`/desk/agenda/${no}`, { ...words, question: '', title: '我写了半天' })
  t.equal(wrong.statusCode, 422)
  t.match(wrong.body, '我写了半天')

  t.match((await shen.get(`/desk/agenda/${no}`)).body, '至少要留一件事')
  t.equal((await shen.post(`/desk/agenda/${no}/unlinking`, { issue: String(first) })).statusCode, 409, 'the last one')
  t.equal((await shen.post(`/desk/agenda/${no}/links`, { issue: String(second) })).statusCode, 303)
  t.equal((await shen.post(`/desk/agenda/${no}/links`, { issue: String(second) })).statusCode, 303, 'twice is once')
  t.equal((await shen.post(`/desk/agenda/${no}/unlinking`, { issue: String(first) })).statusCode, 303)
  t.equal((await shen.post(`/desk/agenda/${no}/unlinking`, { issue: String(first) })).statusCode, 303)
  t.equal((await shen.post(`/desk/agenda/${no}/links`, { issue: '999999' })).statusCode, 404)
  for (const issue of ['', 'abc', '0', '1e9999']) {
    const reply = await shen.post(`/desk/agenda/${no}/links`, { issue })
    t.equal(reply.statusCode, 422, issue)
    t.match(reply.body, '读不懂')
  }
  t.same(
    (await lines(town, 'item', 'agenda_items', no)).map(({ verb }) => verb),
    ['item.created', 'item.edited', 'item.linked', 'item.unlinked'],
  )

  await holdMeeting(town, [no], 3)
  t.equal(await issueState(town, second), 'on_agenda')
  const frozen = await shen.post(`/desk/agenda/${no}`, words)
  t.equal(frozen.statusCode, 409)
  t.match(frozen.body, '会上正在用这个议题')
  t.equal((await shen.post(`/desk/agenda/${no}/withdrawal`)).statusCode, 409)
  const page = (await shen.get(`/desk/agenda/${no}`)).body
  t.notMatch(page, '改写法', 'the page offers only what is allowed')
  t.notMatch(page, '撤下这个议题')
})

t.test('an issue that joins or leaves an item on a running order goes along', async (t) => {
  const first = await tellIssue(town)
  const later = await tellIssue(town, { filings: [{ phone: '13812345678' }] })
  const no = await makeItem(town, [first])
  await holdMeeting(town, [no], 1)
  await shen.post(`/desk/agenda/${no}/links`, { issue: String(later) })
  t.equal(await issueState(town, later), 'on_agenda')
  const told = await town.db.selectFrom('outbox').select('body').where('dedup_key', 'like', 'on_agenda:%').execute()
  t.match(told.at(-1)?.body, '11 月 26 日 19:00，居委会二楼')
  await shen.post(`/desk/agenda/${no}/unlinking`, { issue: String(later) })
  t.equal(await issueState(town, later), 'pooled')
  t.equal(await issueState(town, first), 'on_agenda')
})

t.test('a withdrawn item lets go of nothing but itself', async (t) => {
  const issue = await tellIssue(town)
  const no = await makeItem(town, [issue], '撤下的议题')
  t.equal((await shen.post(`/desk/agenda/${no}/withdrawal`)).statusCode, 303)
  t.equal((await shen.post(`/desk/agenda/${no}/withdrawal`)).statusCode, 409, 'already')
  t.equal(await issueState(town, issue), 'pooled')
  t.notMatch((await shen.get('/desk/agenda')).body, '撤下的议题')
  t.match((await shen.get(`/desk/agenda/${no}`)).body, '已经撤下了')
})

t.test('only staff and the chair see the pool or touch an item', async (t) => {
  const no = await makeItem(town, [await tellIssue(town)])
  const strangers = [
    await town.as(),
    await town.as({ door: '12-602' }),
    await town.as('li'),
    await town.as('qian'),
    await town.as('tang'),
  ]
  for (const stranger of strangers) {
    for (const path of ['/desk/agenda', `/desk/agenda/${no}`]) t.equal((await stranger.get(path)).statusCode, 403)
    for (const path of [
      '/desk/agenda/items',
      `/desk/agenda/${no}`,
      `/desk/agenda/${no}/links`,
      `/desk/agenda/${no}/unlinking`,
      `/desk/agenda/${no}/withdrawal`,
    ])
      t.equal((await stranger.post(path)).statusCode, 403, path)
  }
  t.equal((await (await town.as('zhou')).get('/desk/agenda')).statusCode, 200)
})

t.test('an item that is not here is a page that is not here', async (t) => {
  for (const no of ['999999', '0', '-1', 'abc', '1.5', '99999999999999', '%00']) {
    t.equal((await shen.get(`/desk/agenda/${no}`)).statusCode, 404, no)
    t.equal((await shen.post(`/desk/agenda/${no}/withdrawal`)).statusCode, 404, no)
  }
})

t.test('the pool and an item cost three statements each, however much is in them', async (t) => {
  const no = await makeItem(town, [await tellIssue(town), await tellIssue(town)])
  t.ok((await statementsOf(() => shen.get('/desk/agenda'))) <= 3)
  t.ok((await statementsOf(() => shen.get(`/desk/agenda/${no}`))) <= 3)
})
