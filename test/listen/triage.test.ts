import t from 'tap'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, draft, file, filingOf, hostile, issueOf, journalOf, publish, sent, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const zhou = await town.as('zhou')

const merged = '和邻居说的是一件事，放在一起办'
const decide = async (who: Browser, code: string, act: string, fields: Record<string, string>, seen = 'submitted') =>
  who.post(`/desk/triage/${(await filingOf(town, code)).no}/${act}`, { seen, ...fields })
const pageOf = async (code: string, who = shen, query = '') =>
  (await who.get(`/desk/triage/${(await filingOf(town, code)).no}${query}`)).body
const messagesOf = async (code: string) =>
  town.db
    .selectFrom('filing_messages')
    .where('filing_id', '=', (await filingOf(town, code)).id)
    .select(['words', 'person_id'])
    .execute()

t.test('the queue: the oldest first, overdue ones marked, those that wait for an answer last', async (t) => {
  const before = town.clock.now
  t.teardown(() => {
    town.clock.now = before
  })
  t.match((await shen.get('/desk/triage')).body, '今天没有要您看的')
  town.clock.now = new Date('2026-11-18T10:00:00+08:00')
  const old = await file(nobody, '这一条最早来，早该看了')
  town.clock.now = new Date('2026-11-19T10:00:00+08:00')
  const asked = await file(nobody, '这一条问过了，在等回答', { where: 'garage' })
  town.clock.now = before
  const fresh = await file(nobody, '这一条今天才来', { where: `b${town.cast.buildings[12]}` })
  await decide(shen, asked, 'question', { question: '是哪一个车位？' })

  const { body } = await shen.get('/desk/triage')
  const order = ['这一条最早来', '这一条今天才来', '这一条问过了'].map((words) => body.indexOf(words))
  t.same(
    order,
    [...order].sort((a, b) => a - b),
  )
  t.match(body, /这一条最早来[\s\S]*?class="late">11月19日 [\s\S]*?超 3 天/)
  t.match(body, /这一条今天才来[\s\S]*?12 号楼[\s\S]*?还有 1 天/)
  t.match(body, /这一条问过了[\s\S]*?地下车库[\s\S]*?等居民回答/)
  t.match(body, 'aria-label="广泛听"', 'how it was heard')
  t.match(body, /<b>3<\/b>条在等/)
  t.match(body, /<b class="late">1<\/b>条超期/)
  for (const code of [old, asked, fresh])
    await decide(
      shen,
      code,
      'refusal',
      { reason: 'spam', kindly: '这是试的' },
      code === asked ? 'need_info' : 'submitted',
    )
})

t.test('only staff and the chair come in here', async (t) => {
  const code = await file(nobody, '谁能看到这一条呢')
  const { no } = await filingOf(town, code)
  const outsiders = [undefined, { door: '12-602' } as const, 'li', 'feng', 'tang', 'admin'] as const
  for (const who of outsiders) {
    const browser = await town.as(who)
    for (const path of ['/desk/triage', `/desk/triage/${no}`])
      t.equal((await browser.get(path)).statusCode, 403, `${JSON.stringify(who)} ${path}`)
    for (const act of ['acceptance', 'merger', 'question', 'refusal', 'referral', 'messages', 'transfer', 'contact'])
      t.equal((await browser.post(`/desk/triage/${no}/${act}`, {})).statusCode, 403, `${JSON.stringify(who)} ${act}`)
  }
  t.equal((await zhou.get(`/desk/triage/${no}`)).statusCode, 200)
  t.match(await filingOf(town, code), { state: 'submitted' })
})

t.test('an unknown number is a page that does not exist', async (t) => {
  for (const no of ['99999', '0', '-1', 'x', '1.5', '2000000001', '%00']) {
    t.equal((await shen.get(`/desk/triage/${no}`)).statusCode, 404, no)
    t.equal((await shen.post(`/desk/triage/${no}/question`, { question: '在哪里？' })).statusCode, 404, no)
  }
})

t.test('a filing becomes a matter, with a first wording that a second person has to check', async (t) => {
  const code = await file(nobody, '班车九点半就没了，我一个人走夜路', { phone: '13812340011' })
  const no = await accept(town, shen, code, { frail: 'on', seatId: String(town.cast.seats[3]) })
  t.match(await issueOf(town, no), {
    title: draft.title,
    category: 'transport',
    state: 'accepted',
    frail: true,
    safety: false,
    seat_id: town.cast.seats[3],
    public_text: '',
    published_at: null,
  })
  const { id } = await issueOf(town, no)
  t.match(await filingOf(town, code), { state: 'accepted', issue_id: id, words: '班车九点半就没了，我一个人走夜路' })
  t.match(await journalOf(town, 'issue', id), [
    { verb: 'issue.accepted', became: 'accepted', person_id: town.cast.people.shen },
  ])
  const lines = await journalOf(town, 'filing', (await filingOf(town, code)).id)
  t.match(lines.at(-1), { verb: 'filing.accepted', was: 'submitted', became: 'accepted', particulars: { issue: no } })
  t.match((await sent(town)).at(-1), { to: '13812340011', body: new RegExp(`已受理.*/track/${code}`) })
  t.equal((await nobody.get(`/issues/${no}`)).statusCode, 404, 'nobody else sees it yet')
})

t.test('the wording may not give anybody away: the error stands at its box, the rest is kept', async (t) => {
  const code = await file(nobody, '602 的陈阿姨看不清台阶')
  for (const [field, text, says] of [
    ['title', '12 号楼 602 室陈阿姨看不清台阶', '像是有门牌号'],
    ['body', '可以打 138 1234 5678 找她', '像是有电话号码'],
    ['body', '身份证 310101199001011234', '像是有证件号码'],
    ['place', '12号楼602', '像是有门牌号'],
  ] as const) {
    const reply = await decide(shen, code, 'acceptance', { ...draft, [field]: text })
    t.equal(reply.statusCode, 422, text)
    t.match(reply.body, new RegExp(`id="${field}-error"[\\s\\S]*?${says}`))
    t.match(reply.body, shown(text))
    t.match(reply.body, /<details open><summary[^>]*>受理，立一个新问题/)
    t.match(reply.body, /value="transport"[^>]* checked/)
  }
  t.match(await filingOf(town, code), { state: 'submitted' })
})

t.test(
  'a matter needs a title and a category from the list; buildings and seats only of this neighbourhood',
  async (t) => {
    const code = await file(nobody, '这一条的表单会填错')
    const { cast } = await settle(town.house, town.clock.now, 'elsewhere')
    const wrong: Record<string, string | string[]>[] = [
      { title: '' },
      { title: '短' },
      { title: '长'.repeat(61) },
      { title: ['两个', '标题'] },
      { category: '' },
      { category: 'moon' },
      { category: ['light', 'water'] },
      { buildingId: String(cast.buildings[12]) },
      { buildingId: '0' },
      { buildingId: 'x' },
      { seatId: String(cast.seats[0]) },
      { seatId: '-1' },
      { body: '长'.repeat(1001) },
      ...Object.values(unreadable).map((title) => ({ title })),
      ...Object.values(unreadable).map((place) => ({ place })),
      { seen: 'moon' },
    ]
    const { no } = await filingOf(town, code)
    for (const fields of wrong) {
      const reply = await shen.post(`/desk/triage/${no}/acceptance`, {
        seen: 'submitted',
        ...draft,
        ...fields,
      } as never)
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
    }
    t.match(await filingOf(town, code), { state: 'submitted' })
    t.equal((await shen.post(`/desk/triage/${no}/acceptance`, {})).statusCode, 422, 'an empty form')
  },
)

t.test('open matters that may be the same are suggested; a person looks at both texts and decides', async (t) => {
  const first = await file(nobody, '末班车太早，加班回来没有车了')
  const bus = await accept(town, shen, first, { title: '小区班车末班能不能延到十一点' })
  await accept(town, shen, await file(nobody, '垃圾房的灯坏了看不清'), {
    title: '垃圾房太暗看不清台阶',
    category: 'light',
  })
  const code = await file(nobody, '孩子上晚自习回来，末班车已经开走了', { phone: '13812340012' })
  const page = await pageOf(code)
  t.match(page, '可能是同一件事')
  t.match(page, `?into=${bus}#merger`)

  const both = await pageOf(code, shen, `?into=${bus}`)
  t.match(
    both,
    /两边对着看[\s\S]*孩子上晚自习回来[\s\S]*小区班车末班能不能延到十一点[\s\S]*末班车太早，加班回来没有车了/,
  )
  t.equal((await decide(shen, code, 'merger', { issue: String(bus), merged })).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'accepted', issue_id: (await issueOf(town, bus)).id })
  t.match(await messagesOf(code), [{ words: merged, person_id: town.cast.people.shen }])
  t.match((await sent(town)).at(-1), { to: '13812340012', body: /放在一起办/ })
  t.match((await journalOf(town, 'issue', (await issueOf(town, bus)).id)).at(-1), {
    verb: 'issue.joined',
    particulars: { channel: 'bridge' },
    household_id: null,
  })
})

t.test('an unknown matter is said kindly, and what is voted on takes no more voices', async (t) => {
  const code = await file(nobody, '并到不存在的问题里去')
  for (const into of ['99999', '2000000000']) t.match(await pageOf(code, shen, `?into=${into}`), '没有这个号的问题')
  for (const into of ['x', '-1', '1 or 1=1', ''])
    t.equal((await shen.get(`/desk/triage/1?into=${encodeURIComponent(into)}`)).statusCode, 200)
  t.equal((await decide(shen, code, 'merger', { issue: '99999', merged })).statusCode, 409)
  t.equal((await decide(shen, code, 'merger', { issue: 'x', merged })).statusCode, 422)
  t.equal((await decide(shen, code, 'merger', { issue: '1', merged: '' })).statusCode, 422)
  const no = await accept(town, shen, await file(nobody, '这一件已经表决过了'))
  for (const state of ['decided', 'resolving', 'claimed_done', 'closed_resolved']) {
    await town.db.updateTable('issues').set({ state }).where('no', '=', no).execute()
    const reply = await decide(shen, code, 'merger', { issue: String(no), merged })
    t.equal(reply.statusCode, 409, state)
    t.match(reply.body, '不能再并进新的诉求')
  }
  t.match(await filingOf(town, code), { state: 'submitted' })
})

t.test('two people decide the same filing in the same moment: the second is told, nothing is undone', async (t) => {
  for (const [one, other] of [
    ['acceptance', 'refusal'],
    ['referral', 'question'],
    ['acceptance', 'acceptance'],
    ['refusal', 'referral'],
  ] as const) {
    const code = await file(nobody, `两个人同时看这一条 ${one} ${other}`)
    const fields = {
      ...draft,
      reason: 'outside',
      kindly: '请找隔壁居委会',
      target: '街道房管所',
      referral: '已经打过电话',
      question: '是哪一天？',
    }
    const replies = await Promise.all([decide(shen, code, one, fields), decide(gu, code, other, fields)])
    t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409], `${one} against ${other}`)
    t.match(replies.find((reply) => reply.statusCode === 409)?.body, '同事刚刚处理过这一条')
    const lines = await journalOf(town, 'filing', (await filingOf(town, code)).id)
    t.equal(lines.length, 2, 'submitted, and one decision')
  }
})

t.test('asking, referring and declining need words, and a reason from the list', async (t) => {
  const code = await file(nobody, '每一张表都填错一遍')
  for (const [act, fields] of [
    ['question', { question: '' }],
    ['question', { question: '长'.repeat(501) }],
    ['question', { question: unreadable.nul }],
    ['refusal', { reason: '', kindly: '请找隔壁' }],
    ['refusal', { reason: 'ugly', kindly: '请找隔壁' }],
    ['refusal', { reason: 'outside', kindly: '' }],
    ['refusal', { reason: 'outside', kindly: unreadable.bidi }],
    ['referral', { target: '', referral: '已经打过电话' }],
    ['referral', { target: '街道', referral: '' }],
    ['referral', { target: '长'.repeat(61), referral: '已经打过电话' }],
    ['messages', { reply: '' }],
    ['messages', { reply: unreadable.escape }],
  ] as const) {
    const reply = await decide(shen, code, act, fields)
    t.equal(reply.statusCode, 422, `${act} ${JSON.stringify(fields).slice(0, 50)}`)
    t.match(reply.body, 'class="summary"')
  }
  t.match(await filingOf(town, code), { state: 'submitted' })
  t.same(await messagesOf(code), [])
})

t.test('each decision tells the filer, in her own language, with her own link', async (t) => {
  const anna = await town.as()
  anna.cookies.lang = 'en'
  const asked = await file(anna, 'The light on the stairs is broken', { phone: '13812340021' })
  await decide(shen, asked, 'question', { question: '是几楼？' })
  t.match((await sent(town)).at(-1), { to: '13812340021', body: /The committee has a question.*\/track\// })
  const declined = await file(nobody, '楼上的狗太吵', { phone: '13812340022' })
  await decide(shen, declined, 'refusal', { reason: 'not_public', kindly: '邻里的事，我们陪您去说说' })
  t.match((await sent(town)).at(-1), { to: '13812340022', body: /有答复了/ })
  t.match(await filingOf(town, declined), { state: 'declined', reason: 'not_public' })
  const referred = await file(nobody, '马路上的井盖松了', { phone: '13812340023' })
  await decide(shen, referred, 'referral', { target: '市政养护所', referral: '已经报给他们，三天内来看' })
  t.match((await sent(town)).at(-1), { to: '13812340023', body: /已转给市政养护所/ })
  t.match(await filingOf(town, referred), { state: 'referred', referred_to: '市政养护所' })
  for (const { body } of await sent(town))
    t.notMatch(body, /狗太吵|井盖|stairs/, 'never her words, on somebody’s lock screen')
})

t.test('what was declined only the chair may take up again; what was referred the desk may still take', async (t) => {
  const code = await file(nobody, '不予受理以后居民不同意')
  await decide(shen, code, 'refusal', { reason: 'not_public', kindly: '这是自家的事' })
  await nobody.post(`/track/${code}/messages`, { words: '整栋楼都受影响，请再看看' })
  t.match((await shen.get('/desk/triage')).body, /居民又来信了，还没回[\s\S]*整栋楼都受影响/)
  t.notMatch(await pageOf(code), '受理，立一个新问题')
  t.equal((await decide(shen, code, 'acceptance', draft, 'declined')).statusCode, 409)
  t.match(await pageOf(code, zhou), '受理，立一个新问题')
  t.equal((await decide(zhou, code, 'acceptance', draft, 'declined')).statusCode, 303)

  const referred = await file(nobody, '房管所说不归他们管')
  await decide(shen, referred, 'referral', { target: '房管所', referral: '已经转过去' })
  t.equal((await decide(gu, referred, 'acceptance', draft, 'referred')).statusCode, 303)
})

t.test('a reply ends what stands unanswered; said twice it was said once', async (t) => {
  const code = await file(nobody, '这一条会有人来信', { phone: '13812340031' })
  await accept(town, shen, code)
  await nobody.post(`/track/${code}/messages`, { words: '什么时候来修呢' })
  t.match((await shen.get('/desk/triage')).body, '什么时候来修呢')
  t.match(await pageOf(code), '什么时候来修呢')
  const before = (await sent(town)).length
  await Promise.all([shen, shen, shen].map((who) => decide(who, code, 'messages', { reply: '师傅周四上午来' })))
  t.notMatch((await shen.get('/desk/triage')).body, '什么时候来修呢')
  t.equal((await messagesOf(code)).length, 2)
  t.equal((await sent(town)).length, before + 1, 'told once')
})

t.test('nobody writes to or decides about words that were taken back', async (t) => {
  const code = await file(nobody, '这一条收回了')
  await nobody.post(`/track/${code}/withdrawal`)
  for (const act of ['acceptance', 'question', 'messages'])
    t.equal(
      (await decide(shen, code, act, { ...draft, question: '在吗？', reply: '在吗？' }, 'withdrawn')).statusCode,
      409,
      act,
    )
})

t.test('a phone number is masked; who wants it says why, and that is written down', async (t) => {
  const wang = await town.as({ door: '12-602' })
  const code = await file(wang, '请打电话给我说', { phone: '13812341234', surname: '王阿姨' })
  const { no } = await filingOf(town, code)
  const page = await pageOf(code)
  t.match(page, '138****1234')
  for (const secret of ['13812341234', '王阿姨', '602']) t.notMatch(page, secret)
  const logged = async () =>
    town.db.selectFrom('access_log').where('subject', '=', `filing:${no}`).selectAll().execute()
  for (const purpose of ['', ' ', '长'.repeat(101), unreadable.nul])
    t.equal((await decide(shen, code, 'contact', { purpose })).statusCode, 422)
  t.same(await logged(), [], 'without a reason nothing was shown')

  const seen = await decide(shen, code, 'contact', { purpose: '约师傅上门的时间' })
  t.equal(seen.statusCode, 200)
  t.match(seen.body, '13812341234')
  t.match(seen.body, '王阿姨')
  t.match(seen.body, '12 号楼 602 室')
  t.equal(seen.headers['cache-control'], 'no-store')
  t.match(await logged(), [
    {
      person_id: town.cast.people.shen,
      fields: ['phone', 'surname', 'door'],
      purpose: '约师傅上门的时间',
      at: town.clock.now,
    },
  ])
  t.notMatch(await pageOf(code), '13812341234', 'the next look is masked again')
  t.match(await pageOf(await file(nobody, '什么都没有留下来')), '没有留联系方式')
})

t.test('a filing put to the wrong matter is moved, and the journal keeps the history', async (t) => {
  const code = await file(nobody, '其实我说的是另一件事', { phone: '13812340041' })
  const wrong = await accept(town, shen, await file(nobody, '这一件是班车的事'), { title: '班车末班太早了' })
  const right = await accept(town, shen, await file(nobody, '这一件是路灯的事'), { title: '路灯不亮了' })
  await decide(shen, code, 'merger', { issue: String(wrong), merged })
  await publish(town, gu, wrong)

  for (const [to, cause] of [
    ['x', '放错了'],
    ['-1', '放错了'],
    [String(right), ''],
    [String(right), unreadable.nul],
  ]) {
    t.equal(
      (await decide(shen, code, 'transfer', { to: to as string, cause: cause as string })).statusCode,
      422,
      `${to} ${cause}`,
    )
  }
  t.equal((await decide(shen, code, 'transfer', { to: '99999', cause: '放错了' })).statusCode, 409)
  t.equal((await decide(shen, code, 'transfer', { to: String(wrong), cause: '放错了' })).statusCode, 409)

  t.equal((await decide(shen, code, 'transfer', { to: String(right), cause: '她说的是路灯' })).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'accepted', issue_id: (await issueOf(town, right)).id })
  const { id } = await filingOf(town, code)
  t.match((await journalOf(town, 'filing', id)).at(-1), {
    verb: 'filing.moved',
    particulars: { from: wrong, to: right, reason: '她说的是路灯' },
  })
  t.match((await sent(town)).at(-1), { to: '13812340041', body: /改放到另一件事/ })
  t.match((await messagesOf(code)).length, 1, 'her thread came with her')

  t.equal((await decide(shen, code, 'transfer', { to: '', cause: '都不是' })).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'submitted', issue_id: null, due_on: '2026-11-25' })
  t.match((await shen.get('/desk/triage')).body, '其实我说的是另一件事')
  t.equal((await decide(shen, code, 'transfer', { to: '', cause: '再退一次' })).statusCode, 409)
})

t.test('after the vote only the chair takes a voice out', async (t) => {
  const code = await file(nobody, '表决以后才发现放错了')
  const no = await accept(town, shen, code)
  await town.db.updateTable('issues').set({ state: 'resolving' }).where('no', '=', no).execute()
  t.equal((await decide(shen, code, 'transfer', { to: '', cause: '放错了' })).statusCode, 409)
  t.equal((await decide(zhou, code, 'transfer', { to: '', cause: '放错了' })).statusCode, 303)
})

t.test('two people swap two filings between two matters, and neither waits for the other', async (t) => {
  const codes = [await file(nobody, '左边的这一条'), await file(nobody, '右边的这一条')] as const
  const left = await accept(town, shen, codes[0])
  const right = await accept(town, shen, codes[1])
  const replies = await Promise.all([
    decide(shen, codes[0], 'transfer', { to: String(right), cause: '换一下' }),
    decide(gu, codes[1], 'transfer', { to: String(left), cause: '换一下' }),
  ])
  t.same(
    replies.map((reply) => reply.statusCode),
    [303, 303],
  )
})

t.test('markup and look-alikes in words are shown, not run', async (t) => {
  for (const [name, what] of Object.entries(hostile)) {
    const code = await file(nobody, what)
    await decide(shen, code, 'messages', { reply: what })
    for (const body of [await pageOf(code), (await shen.get('/desk/triage')).body]) {
      t.match(body, shown(what), name)
      t.notMatch(body, /<script>alert|<button hx-post="\/c\/wutongli\/leave|onmouseover="alert/, name)
    }
  }
})

t.test('the desk’s pages cost at most three statements, however much there is', async (t) => {
  const code = await file(nobody, '再数一数这些页面')
  const { no } = await filingOf(town, code)
  t.ok((await statementsOf(() => shen.get('/desk/triage'))) <= 3)
  t.ok((await statementsOf(() => shen.get(`/desk/triage/${no}?into=1`))) <= 3)
})

t.test('the desk’s pages speak English too', async (t) => {
  const english = await town.as('shen')
  english.cookies.lang = 'en'
  t.match((await english.get('/desk/triage')).body, 'Reports to read')
  t.match((await english.get('/desk/triage/1')).body, 'In their own words')
})

t.test('a desk of another neighbourhood sees and decides nothing here', async (t) => {
  const code = await file(nobody, '别的居民区看不到这一条')
  const { no } = await filingOf(town, code)
  t.equal((await shen.get(`/c/elsewhere/desk/triage/${no}`)).statusCode, 403)
  t.equal((await shen.post(`/c/elsewhere/desk/triage/${no}/question`, { question: '在吗？' })).statusCode, 403)
})
