import t from 'tap'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, draft, file, filingOf, hostile, issueOf, journalOf, publish, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')

t.test('a tracking code is typed in the way people type', async (t) => {
  const code = await file(nobody, '末班车太早了，加班回不来')
  t.match((await nobody.get('/track')).body, '查询码')
  for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `]) {
    const reply = await nobody.post('/track', { code: typed })
    t.equal(reply.statusCode, 303)
    t.equal(reply.headers.location, `/c/wutongli/track/${code}`)
  }
  const looksAlike = code.replace(/0/g, 'o').replace(/1/g, 'l')
  t.equal((await nobody.post('/track', { code: looksAlike })).headers.location, `/c/wutongli/track/${code}`)
})

t.test('a wrong code gets a kind sentence, and never why', async (t) => {
  for (const code of [
    'ABCD-EFGH-JKMN-PQRS',
    '123',
    '末班车',
    '<script>alert(1)</script>',
    'x\u0000',
    '😀'.repeat(12),
  ]) {
    const reply = await nobody.post('/track', { code })
    t.equal(reply.statusCode, 422, code)
    t.match(reply.body, '没有查到')
    t.notMatch(reply.body, '<script>alert')
  }
  t.match((await nobody.post('/track', { code: '' })).body, '请把查询码打进来')
  t.equal((await nobody.post('/track', { code: ['a', 'b'] })).statusCode, 422)
  t.equal((await nobody.post('/track', { code: '1'.repeat(5_000) })).statusCode, 422)
  for (const path of [
    '/track/ABCD-EFGH-JKMN-PQRS',
    '/track/1',
    '/track/%00',
    `/track/${'A'.repeat(41)}`,
    '/track/1/2',
  ]) {
    const reply = await nobody.get(path)
    t.equal(reply.statusCode, 404, path)
    t.match(reply.body, '没有这个页面')
  }
  t.equal((await nobody.post('/track/ABCD-EFGH-JKMN-PQRS/messages', { words: '您好' })).statusCode, 404)
  t.equal((await nobody.post('/track/ABCD-EFGH-JKMN-PQRS/withdrawal')).statusCode, 404)
})

t.test('she sees her own words, how they stand, and what becomes of them; in words from a fixed list', async (t) => {
  const code = await file(nobody, '末班车太早了\n加班回不来')
  t.match((await nobody.get(`/track/${code}`)).body, /末班车太早了<br>加班回不来/)
  t.match((await nobody.get(`/track/${code}`)).body, '已收到，居委会还没看')

  const no = await accept(town, shen, code)
  const waiting = (await nobody.get(`/track/${code}`)).body
  t.match(waiting, '已受理，正在安排')
  t.match(waiting, '公开的说法正在核对')
  t.notMatch(waiting, draft.title, 'a wording nobody has checked is not shown to anybody')
  t.notMatch(waiting, `/issues/${no}"`)

  await publish(town, gu, no)
  const published = (await nobody.get(`/track/${code}`)).body
  t.match(published, `/c/wutongli/issues/${no}`)
  t.match(published, draft.title.slice(0, 2))
})

t.test('two filers of one matter see nothing of each other', async (t) => {
  const hers = await file(nobody, '我每天走二十分钟夜路', { phone: '13812340001', surname: '林小姐' })
  const his = await file(nobody, '孩子上晚自习没有车回来', { phone: '13812340002', surname: '陈先生' })
  const no = await accept(town, shen, hers)
  await publish(town, gu, no)
  const { no: filingNo } = await filingOf(town, his)
  await shen.post(`/desk/triage/${filingNo}/merger`, {
    seen: 'submitted',
    issue: String(no),
    merged: '和邻居的放在一起办',
  })
  await shen.post(`/desk/triage/${filingNo}/messages`, { reply: '只写给陈先生的话' })
  await nobody.post(`/track/${hers}/messages`, { words: '只有林小姐写的话' })

  const herPage = (await nobody.get(`/track/${hers}`)).body
  const hisPage = (await nobody.get(`/track/${his}`)).body
  t.match(herPage, '只有林小姐写的话')
  t.match(hisPage, '只写给陈先生的话')
  t.match(hisPage, '和邻居的放在一起办')
  for (const secret of ['孩子上晚自习', '陈先生', '13812340002', his]) t.notMatch(herPage, secret)
  for (const secret of ['夜路', '林小姐', '13812340001', hers]) t.notMatch(hisPage, secret)
})

t.test('a question of the desk is answered here, and the desk’s clock starts again', async (t) => {
  const code = await file(nobody, '楼上每天半夜拖椅子')
  const { no } = await filingOf(town, code)
  await shen.post(`/desk/triage/${no}/question`, { seen: 'submitted', question: '是哪几天？' })
  t.match(await filingOf(town, code), { state: 'need_info', due_on: '2026-12-01' }, 'five working days to answer')
  const page = (await nobody.get(`/track/${code}`)).body
  t.match(page, '居委会有句话要问您')
  t.match(page, '是哪几天？')
  t.match(page, '回答居委会')
  t.equal((await nobody.post(`/track/${code}/messages`, { words: '周一到周五' })).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'submitted', due_on: '2026-11-25' })
  t.match(
    (await journalOf(town, 'filing', (await filingOf(town, code)).id)).map(({ verb }) => verb),
    ['filing.submitted', 'filing.asked', 'filing.answered'],
  )
  t.match((await shen.get(`/desk/triage/${no}`)).body, '周一到周五')
})

t.test(
  'a message said twice by an impatient finger was said once; nonsense is refused and kept in the box',
  async (t) => {
    const code = await file(nobody, '楼道里堆满了纸箱')
    const { id } = await filingOf(town, code)
    await Promise.all([1, 2, 3, 4].map(() => nobody.post(`/track/${code}/messages`, { words: '还是没人来收' })))
    t.equal((await town.db.selectFrom('filing_messages').where('filing_id', '=', id).selectAll().execute()).length, 1)

    t.equal((await nobody.post(`/track/${code}/messages`, { words: ' ' })).statusCode, 422)
    t.equal((await nobody.post(`/track/${code}/messages`, {})).statusCode, 422)
    t.equal((await nobody.post(`/track/${code}/messages`, { words: ['a', 'b'] })).statusCode, 422)
    for (const [name, words] of Object.entries(unreadable)) {
      const reply = await nobody.post(`/track/${code}/messages`, { words })
      t.equal(reply.statusCode, 422, name)
    }
    for (const [name, words] of Object.entries(hostile)) {
      t.equal((await nobody.post(`/track/${code}/messages`, { words })).statusCode, 303, name)
      const { body } = await nobody.get(`/track/${code}`)
      t.match(body, shown(words), name)
      t.notMatch(body, /<script>alert|<button hx-post|onmouseover="alert/)
    }
  },
)

t.test('the desk says no with a reason and a kind sentence, and she reads both', async (t) => {
  const code = await file(nobody, '隔壁小区的广场舞太吵')
  const { no } = await filingOf(town, code)
  await shen.post(`/desk/triage/${no}/refusal`, {
    seen: 'submitted',
    reason: 'outside',
    kindly: '隔壁小区归梧桐东居委会，电话 12345',
  })
  const page = (await nobody.get(`/track/${code}`)).body
  t.match(page, '不予受理')
  t.match(page, '不在本居民区范围')
  t.match(page, '隔壁小区归梧桐东居委会')
  t.notMatch(page, '我要收回', 'there is nothing left to take back')
  t.equal((await nobody.post(`/track/${code}/withdrawal`)).statusCode, 409)
})

t.test('she takes it back: her voice no longer counts, the stub stays, doing it twice is doing it once', async (t) => {
  const hers = await file(nobody, '我想收回的话')
  const his = await file(nobody, '我不收回的话')
  const no = await accept(town, shen, hers)
  await publish(town, gu, no)
  await shen.post(`/desk/triage/${(await filingOf(town, his)).no}/merger`, {
    seen: 'submitted',
    issue: String(no),
    merged: '放在一起办',
  })

  t.match((await nobody.get(`/track/${hers}`)).body, '我要收回')
  t.equal((await nobody.post(`/track/${hers}/withdrawal`)).statusCode, 303)
  t.equal((await nobody.post(`/track/${hers}/withdrawal`)).statusCode, 303)
  t.match(await filingOf(town, hers), { state: 'withdrawn', issue_id: null, words: '我想收回的话' })
  const page = (await nobody.get(`/track/${hers}`)).body
  t.match(page, '您已经收回')
  t.notMatch(page, '发给居委会')
  t.equal((await nobody.post(`/track/${hers}/messages`, { words: '再说一句' })).statusCode, 409)
  t.match(await issueOf(town, no), { published_at: Date }, 'the other voice keeps the matter public')

  t.equal((await nobody.post(`/track/${his}/withdrawal`)).statusCode, 303)
  t.match(await issueOf(town, no), { published_at: null }, 'without any voice left it is not public')
  t.same((await nobody.get(`/issues/${no}`)).statusCode, 404)
  const lines = await journalOf(town, 'issue', (await issueOf(town, no)).id)
  t.match(
    lines.filter(({ verb }) => verb === 'issue.left' || verb === 'issue.unpublished'),
    [
      { verb: 'issue.left', person_id: null, household_id: null },
      { verb: 'issue.left', person_id: null, household_id: null },
      { verb: 'issue.unpublished' },
    ],
    'the matter’s timeline does not tell whose voice went',
  )
})

t.test('once the neighbours vote it cannot be taken back any more', async (t) => {
  const code = await file(nobody, '表决以后还想收回')
  const no = await accept(town, shen, code)
  const at = `/track/${code}/withdrawal`
  await town.db.updateTable('issues').set({ state: 'decided' }).where('no', '=', no).execute()
  t.notMatch((await nobody.get(`/track/${code}`)).body, '我要收回')
  const refused = await nobody.post(at)
  t.equal(refused.statusCode, 409)
  t.match(refused.body, '已经开始表决')

  await town.db.updateTable('issues').set({ state: 'on_agenda' }).where('no', '=', no).execute()
  t.match((await nobody.get(`/track/${code}`)).body, '我要收回')
  await openBallotOn((await issueOf(town, no)).id)
  t.notMatch((await nobody.get(`/track/${code}`)).body, '我要收回', 'an open ballot is a vote')
  t.equal((await nobody.post(at)).statusCode, 409)
})

/** An item of this matter, a meeting with it, and a ballot that has just been opened. */
async function openBallotOn(issueId: number) {
  const by = { created_by: town.cast.people.zhou, created_at: town.clock.now }
  await town.db.transaction().execute(async (trx) => {
    const item = { title: '末班车', question: '同意末班车延到二十三点', withdrawn_at: null, ...by }
    const { id: item_id } = await trx.insertInto('agenda_items').values(item).returning('id').executeTakeFirstOrThrow()
    const link = { item_id, issue_id: issueId, linked_at: town.clock.now, linked_by: town.cast.people.zhou }
    await trx.insertInto('agenda_links').values(link).execute()
    const meeting = { title: '十一月会议', starts_at: town.clock.now, code: '123456', ...by } as never
    const { id: meeting_id } = await trx
      .insertInto('meetings')
      .values(meeting)
      .returning('id')
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('running_order')
      .values({ meeting_id, item_id, position: 1 } as never)
      .execute()
    const ballot = {
      meeting_id,
      item_id,
      question: item.question,
      options: ['for', 'against'],
      rule: 'M1',
      electorate_kind: 'household',
      terms: '{}',
      tally_shown: 'live',
      question_sha256: 'x',
      electorate_sha256: 'x',
      eligible: 1,
      opened_at: town.clock.now,
      opened_by: town.cast.people.zhou,
    }
    await trx
      .insertInto('ballots')
      .values(ballot as never)
      .execute()
  })
}

t.test('she sees who looked at her phone number, when and what for', async (t) => {
  const code = await file(nobody, '有人会看我的手机号吗', { phone: '13812341234' })
  t.match((await nobody.get(`/track/${code}`)).body, '还没有人看过')
  const { no } = await filingOf(town, code)
  await shen.post(`/desk/triage/${no}/contact`, { purpose: '核实是哪一盏灯' })
  t.match((await nobody.get(`/track/${code}`)).body, '社工沈洁，11月24日 10:00，核实是哪一盏灯')
  t.notMatch((await nobody.get(`/track/${code}`)).body, '13812341234', 'the page itself never shows the number')
})

t.test('her page costs at most three statements, and what she is asked stands at its top', async (t) => {
  const code = await file(nobody, '数一数这一页')
  const bound = await town.as({ door: '12-602' })
  t.ok((await statementsOf(() => bound.get(`/track/${code}`))) <= 3)
  t.ok((await statementsOf(() => nobody.get('/track'))) <= 3)
  t.notMatch((await nobody.get(`/track/${code}`)).body, '/answer')
})

t.test('a code of one neighbourhood opens nothing in another', async (t) => {
  const { settle } = await import('../cast.ts')
  await settle(town.house, town.clock.now, 'elsewhere')
  const code = await file(nobody, '只在梧桐里看得到')
  t.equal((await nobody.get(`/c/elsewhere/track/${code}`)).statusCode, 404)
  t.equal((await nobody.post('/c/elsewhere/track', { code })).statusCode, 422)
  t.equal((await nobody.post(`/c/elsewhere/track/${code}/withdrawal`)).statusCode, 404)
})
