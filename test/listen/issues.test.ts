import t from 'tap'
import { issueByNo, publicIssues } from '../../src/listen/issues/reads.ts'
import { moveIssue, openIssue } from '../../src/listen/issues/store.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, draft, file, filingOf, hostile, issueOf, journalOf, publish, sent, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const zhou = await town.as('zhou')
const seat = String(town.cast.seats[3])

const textsOf = async (no: number) =>
  town.db
    .selectFrom('issue_texts')
    .innerJoin('issues', 'issues.id', 'issue_texts.issue_id')
    .where('no', '=', no)
    .select(['issue_texts.id', 'issue_texts.title', 'written_by', 'approved_by'])
    .orderBy('issue_texts.id')
    .execute()
const step = (who: typeof shen, no: number, to: string, more: Record<string, string> = {}) =>
  who.post(`/desk/issues/${no}/steps`, { to, words: `走到 ${to} 这一步`, ...more })
const merge = async (no: number, code: string) =>
  shen.post(`/desk/triage/${(await filingOf(town, code)).no}/merger`, {
    seen: 'submitted',
    issue: String(no),
    merged: '放在一起办',
  })
/** A public matter with one voice; gives its number. */
const publicMatter = async (words = '末班车太早，加班回不来', more: Record<string, string> = {}) => {
  const no = await accept(town, shen, await file(nobody, words), more)
  await publish(town, gu, no)
  return no
}

t.test('a wording becomes public only through a second person, who sees it beside the raw words', async (t) => {
  const no = await accept(town, shen, await file(nobody, '我一个人走二十分钟夜路'))
  const [text] = await textsOf(no)
  const own = (await shen.get(`/desk/issues/${no}`)).body
  t.match(own, '自己写的不能自己核对')
  t.notMatch(own, '公开这一版')
  const refused = await shen.post(`/desk/issues/${no}/texts/${text?.id}/approval`)
  t.equal(refused.statusCode, 409)
  t.match(await issueOf(town, no), { published_at: null })

  const side = (await gu.get(`/desk/issues/${no}`)).body
  t.match(side, /我一个人走二十分钟夜路[\s\S]*小区班车末班能不能晚一点/)
  t.match(side, '没有个人信息，公开这一版')
  t.equal((await gu.post(`/desk/issues/${no}/texts/${text?.id}/approval`)).statusCode, 303)
  t.match(await issueOf(town, no), { title: draft.title, public_text: draft.body, published_at: town.clock.now })
  t.match((await journalOf(town, 'issue', (await issueOf(town, no)).id)).at(-1), {
    verb: 'issue.published',
    person_id: town.cast.people.gu,
  })
  t.equal((await gu.post(`/desk/issues/${no}/texts/${text?.id}/approval`)).statusCode, 409, 'approved once')
})

t.test('the database itself refuses one’s own approval', async (t) => {
  const no = await accept(town, shen, await file(nobody, '绕过页面也不行的'))
  const [text] = await textsOf(no)
  await t.rejects(
    town.db
      .updateTable('issue_texts')
      .set({ approved_by: text?.written_by ?? 0, approved_at: town.clock.now })
      .where('id', '=', text?.id ?? 0)
      .execute(),
    { constraint: 'second_person' } as never,
  )
})

t.test('of two who approve in the same moment one does, and a newer wording outdates an older one', async (t) => {
  const no = await accept(town, shen, await file(nobody, '两个人同时核对这一版'))
  const [text] = await textsOf(no)
  const at = `/desk/issues/${no}/texts/${text?.id}/approval`
  const replies = await Promise.all([gu.post(at), zhou.post(at)])
  t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409])

  const later = await accept(town, shen, await file(nobody, '核对到一半又改了'))
  const [old] = await textsOf(later)
  await shen.post(`/desk/issues/${later}/texts`, { title: '改过以后的标题', body: '' })
  const outdated = await gu.post(`/desk/issues/${later}/texts/${old?.id}/approval`)
  t.equal(outdated.statusCode, 409)
  t.match(outdated.body, '后面又改过了')
  t.match(await issueOf(town, later), { published_at: null })
})

t.test('a new wording leaves the public one as it is until it is approved too', async (t) => {
  const no = await publicMatter('改一改公开的说法')
  await gu.post(`/desk/issues/${no}/texts`, { title: '末班车延到二十三点行不行', body: '晚下班的居民赶不上。' })
  t.match(await issueOf(town, no), { title: draft.title })
  t.match((await shen.get(`/desk/issues/${no}`)).body, '等第二个人核对')
  await publish(town, shen, no)
  t.match(await issueOf(town, no), { title: '末班车延到二十三点行不行' })
  t.match((await journalOf(town, 'issue', (await issueOf(town, no)).id)).at(-1), {
    verb: 'issue.reworded',
    was: draft.title,
    became: '末班车延到二十三点行不行',
  })
  await Promise.all([1, 2, 3].map(() => shen.post(`/desk/issues/${no}/texts`, { title: '一模一样的标题', body: '' })))
  t.equal((await textsOf(no)).filter(({ title }) => title === '一模一样的标题').length, 1, 'a triple tap proposes once')
})

t.test('a text of another matter is not approved through this one', async (t) => {
  const one = await accept(town, shen, await file(nobody, '第一件事情的说法'))
  const other = await accept(town, shen, await file(nobody, '第二件事情的说法'))
  const [text] = await textsOf(other)
  t.equal((await gu.post(`/desk/issues/${one}/texts/${text?.id}/approval`)).statusCode, 404)
  for (const id of ['0', 'x', '99999', '-1'])
    t.equal((await gu.post(`/desk/issues/${one}/texts/${id}/approval`)).statusCode, 404)
})

t.test('a wording with a phone, papers or a door in it is refused at its box', async (t) => {
  const no = await accept(town, shen, await file(nobody, '说法里不能有门牌'))
  for (const [field, text] of [
    ['title', '12-602 陈阿姨家楼下太暗'],
    ['body', '找小王，１３８１２３４５６７８'],
    ['body', '身份证号 31010119900101123X'],
  ] as const) {
    const reply = await shen.post(`/desk/issues/${no}/texts`, { title: '楼下太暗了', body: '', [field]: text })
    t.equal(reply.statusCode, 422, text)
    t.match(reply.body, `id="${field}-error"`)
    t.match(reply.body, shown(text), 'what was typed is still there')
  }
  for (const fields of [
    { title: '' },
    { title: ['一', '二'] },
    { body: '长'.repeat(1001) },
    { title: unreadable.bidi },
    { body: unreadable.nul },
  ])
    t.equal((await shen.post(`/desk/issues/${no}/texts`, { title: '楼下太暗了', ...fields } as never)).statusCode, 422)
  t.equal((await textsOf(no)).length, 1)
})

t.test('raw words, names, phones and doors never appear on a public page', async (t) => {
  const wang = await town.as({ door: '12-602' })
  const first = await file(wang, '我妈上次摔了一跤（原话甲）', {
    phone: '13812349999',
    surname: '欧阳女士',
    spot: '602 门口',
  })
  const second = await file(nobody, '我孙子也怕黑（原话乙）', { surname: '司马大爷' })
  const no = await accept(town, shen, first, { title: '垃圾房晚上太暗', body: '老人看不清台阶。', place: '垃圾房' })
  await merge(no, second)
  await publish(town, gu, no)
  await nobody.post(`/track/${second}/messages`, { words: '只给居委会看的话' })
  const neighbour = await town.as({ door: '3-101' })
  for (const who of [nobody, neighbour]) {
    for (const path of ['/c/wutongli/', '/issues', `/issues/${no}`]) {
      const { statusCode, body } = await who.get(path)
      t.equal(statusCode, 200, path)
      for (const secret of [
        '原话甲',
        '原话乙',
        '13812349999',
        '欧阳',
        '司马',
        '602',
        '只给居委会看的话',
        first,
        second,
      ])
        t.notMatch(body, secret, `${path} ${secret}`)
    }
  }
})

t.test('a household seconds once, with one tap or five, and cannot take it back', async (t) => {
  const no = await publicMatter('请大家来附议这一件')
  const wang = await town.as({ door: '12-602' })
  const lin = await town.as({ door: '3-101' })
  t.equal((await wang.post(`/issues/${no}/support`)).statusCode, 303)
  await Promise.all([1, 2, 3, 4, 5].map(() => wang.post(`/issues/${no}/support`)))
  await lin.post(`/issues/${no}/support`)
  const { id } = await issueOf(town, no)
  t.equal((await town.db.selectFrom('supports').where('issue_id', '=', id).selectAll().execute()).length, 2)
  t.equal((await journalOf(town, 'issue', id)).filter(({ verb }) => verb === 'issue.supported').length, 2)

  const fragment = await wang.post(`/issues/${no}/support`, {}, { 'hx-request': 'true' })
  t.equal(fragment.statusCode, 200)
  t.match(fragment.body, '我家附议了 2')
  t.notMatch(fragment.body, '<html')
  t.match((await (await town.as({ door: '3-102' })).get(`/issues/${no}`)).body, '我也是 2')
})

t.test('who is not bound to a door is told how to be; what is closed or private takes no more', async (t) => {
  const no = await publicMatter('没有绑定门牌的人来看')
  t.match((await nobody.get(`/issues/${no}`)).body, '住户纸条')
  t.equal((await nobody.post(`/issues/${no}/support`)).statusCode, 403)
  const wang = await town.as({ door: '12-602' })
  const hidden = await accept(town, shen, await file(nobody, '还没有公开的一件'))
  for (const unknown of [String(hidden), '99999', '0', 'x', '-1']) {
    t.equal((await wang.post(`/issues/${unknown}/support`)).statusCode, 404, unknown)
    t.equal((await wang.get(`/issues/${unknown}`)).statusCode, 404, unknown)
  }
  await town.db
    .updateTable('issues')
    .set({ state: 'closed_explained', closed_at: town.clock.now })
    .where('no', '=', no)
    .execute()
  t.equal((await wang.post(`/issues/${no}/support`)).statusCode, 409)
})

t.test('households are counted once, whether they spoke, seconded or both; voices by the way they came', async (t) => {
  const wang = await town.as({ door: '12-602' })
  const no = await accept(town, shen, await file(wang, '第一家先说的话'))
  await merge(no, await file(wang, '同一家又说了一次'))
  await merge(no, await file(await town.as({ door: '3-101' }), '另外一家也说了'))
  const back = await file(await town.as({ door: '3-102' }), '这一家后来收回了')
  await merge(no, back)
  await nobody.post(`/track/${back}/withdrawal`)
  await publish(town, gu, no)
  await wang.post(`/issues/${no}/support`)
  await (await town.as({ door: '3-201' })).post(`/issues/${no}/support`)
  t.match(await issueByNo(town.db, no, town.cast.doors['12-602']), {
    filings: 3,
    households: 3,
    supports: 2,
    mine: true,
    channels: { gather: 0, door: 0, bridge: 3 },
    stage: 0,
  })
  t.match(await issueByNo(town.db, no), { mine: false })
})

t.test('the public list: newest first, 25 a page without a gap or a double, by stage, one statement', async (t) => {
  const by = { personId: town.cast.people.shen }
  const made = await town.db.transaction().execute(async (trx) => {
    const numbers: number[] = []
    for (let i = 0; i < 60; i++) {
      const issue = {
        ...draft,
        title: `第 ${i} 件事`,
        buildingId: null,
        seatId: null,
        safety: false,
        frail: false,
      } as const
      // Many in the same moment: the page break must not fall between two that look alike.
      const { id, no } = await openIssue(trx, issue, 'door', by, new Date(town.clock.now.getTime() + (i % 3)))
      await trx.updateTable('issues').set({ published_at: town.clock.now }).where('id', '=', id).execute()
      numbers.push(no)
    }
    return numbers
  })
  const seen: number[] = []
  let after: number | null = null
  do {
    const page: Awaited<ReturnType<typeof publicIssues>> = await publicIssues(town.db, {}, after)
    t.ok(page.issues.length <= 25)
    seen.push(...page.issues.map(({ no }) => no))
    after = page.next
  } while (after !== null)
  t.equal(new Set(seen).size, seen.length, 'none twice')
  t.ok(
    made.every((no) => seen.includes(no)),
    'none left out',
  )
  t.equal(await statementsOf(() => publicIssues(town.db, { stage: 0, open: true }, made[0])), 1)
  t.equal(await statementsOf(() => issueByNo(town.db, made[0] as number)), 1)
  const { issues } = await publicIssues(town.db, { stage: 4 })
  t.ok(issues.every(({ stage }) => stage === 4))
  t.same((await publicIssues(town.db, {}, 99_999)).issues, [], 'a made-up place in the list is its end')
})

t.test('the desk hands a matter out, by a day, to a seat; and every filer who left a phone is told', async (t) => {
  const code = await file(nobody, '楼道灯坏了三天了', { phone: '13812340101' })
  const no = await accept(town, shen, code, { category: 'light' })
  for (const [more, says] of [
    [{ deadline: '2026-12-04' }, '派单要选派给谁'],
    [{ handler: seat }, '派单要写明哪天之前'],
    [{ handler: seat, deadline: '2026-11-23' }, '已经过去了'],
    [{ handler: seat, deadline: '2026-02-30' }, '日期不对'],
    [{ handler: '99999', deadline: '2026-12-04' }, '这一项不对'],
    [{ handler: seat, deadline: '2026-12-04', words: '' }, '请写一句'],
    [{ handler: seat, deadline: '2026-12-04', words: '去 12-602 看看' }, '像是有门牌号'],
    [{ handler: seat, deadline: '2026-12-04', next: '打 13812345678' }, '像是有电话号码'],
    [{ handler: seat, deadline: '2026-12-04', words: unreadable.nul }, '不能用的符号'],
  ] as [Record<string, string>, string][]) {
    const reply = await step(shen, no, 'assigned', more)
    t.equal(reply.statusCode, 422, JSON.stringify(more).slice(0, 80))
    t.match(reply.body, says)
  }
  for (const to of ['', 'moon', 'closed']) t.equal((await step(shen, no, to)).statusCode, 422, to)

  t.equal(
    (await step(shen, no, 'assigned', { handler: seat, deadline: '2026-12-04', next: '物业周五前换好灯' })).statusCode,
    303,
  )
  t.match(await issueOf(town, no), {
    state: 'assigned',
    seat_id: town.cast.seats[3],
    due_on: '2026-12-04',
    next_step: '物业周五前换好灯',
  })
  t.match((await journalOf(town, 'issue', (await issueOf(town, no)).id)).at(-1), {
    verb: 'issue.dispatched',
    was: 'accepted',
    became: 'assigned',
    particulars: { seat: '物业', seatEn: 'Property manager', words: '走到 assigned 这一步' },
  })
  t.match((await sent(town)).at(-1), { to: '13812340101', body: new RegExp(`派人办了.*/track/${code}`) })
})

t.test('即办: done without a meeting, reviewed by somebody else, closed with words', async (t) => {
  const no = await publicMatter('楼道灯泡坏了一个', { category: 'light' })
  await step(shen, no, 'assigned', { handler: seat, deadline: '2026-12-04' })
  t.equal((await step(shen, no, 'in_progress')).statusCode, 303)
  t.equal((await step(shen, no, 'claimed_done', { words: '换了两个灯泡，有照片' })).statusCode, 303)
  t.match(await issueOf(town, no), { state: 'claimed_done', due_on: '2026-11-27' }, 'asked within three working days')
  const own = await step(shen, no, 'revisiting')
  t.equal(own.statusCode, 409)
  t.match(own.body, '说办好的人不能自己回访')
  t.notMatch((await shen.get(`/desk/issues/${no}`)).body, '开始回访')
  t.equal((await step(gu, no, 'revisiting')).statusCode, 303)
  t.equal((await step(shen, no, 'closed_resolved')).statusCode, 409, 'nor close it')
  t.equal((await step(gu, no, 'closed_resolved', { words: '打电话问过，居民说亮了' })).statusCode, 303)
  t.match(await issueOf(town, no), { state: 'closed_resolved', closed_at: town.clock.now, next_step: '', due_on: null })

  t.equal((await step(shen, no, 'reopened')).statusCode, 403, 'opening it again is for the chair')
  t.equal((await step(zhou, no, 'reopened')).statusCode, 303)
  t.match(await issueOf(town, no), { state: 'reopened', reopens: 1, closed_at: null })
})

t.test('what a resolution had done is not reviewed at the desk', async (t) => {
  const no = await publicMatter('这一件是按决议办的')
  const { id } = await issueOf(town, no)
  await town.db.transaction().execute(async (trx) => {
    await trx.updateTable('issues').set({ state: 'resolving' }).where('id', '=', id).execute()
    await moveIssue(trx, {
      issueId: id,
      to: 'claimed_done',
      by: { personId: town.cast.people.feng },
      at: town.clock.now,
    })
  })
  for (const who of [shen, gu, zhou]) t.equal((await step(who, no, 'revisiting')).statusCode, 409)
  t.match((await gu.get(`/desk/issues/${no}`)).body, '下一步要等会议、决议')
})

t.test('closing is the chair’s, with a reason; a step the table does not have is refused', async (t) => {
  const no = await publicMatter('这一件说明情况就好')
  t.notMatch((await shen.get(`/desk/issues/${no}`)).body, '说明情况，结')
  t.equal((await step(shen, no, 'closed_explained')).statusCode, 403)
  t.equal((await step(zhou, no, 'closed_explained', { words: '' })).statusCode, 422)
  for (const to of ['decided', 'resolving', 'closed_resolved', 'closed_not_adopted', 'on_agenda', 'accepted'])
    t.equal((await step(zhou, no, to)).statusCode, 409, to)
  t.equal((await step(zhou, no, 'closed_explained', { words: '规划里没有这条路，已当面说明' })).statusCode, 303)
  t.match(await issueOf(town, no), { state: 'closed_explained', closed_at: town.clock.now })
})

t.test('of two who move it in the same moment the second is told', async (t) => {
  const no = await publicMatter('两个人同时动这一件')
  t.match((await shen.get(`/desk/issues/${no}`)).body, 'name="seen" value="accepted"')
  const seen = 'accepted'
  const replies = await Promise.all([
    step(shen, no, 'pooled', { seen }),
    step(gu, no, 'referred', { seen, target: '房管所' }),
  ])
  t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409])
})

t.test('into the pool, on to another office, and back', async (t) => {
  const no = await publicMatter('先转出去再拿回来')
  t.equal((await step(shen, no, 'referred')).statusCode, 422, 'which office?')
  t.equal((await step(shen, no, 'referred', { target: '街道房管所' })).statusCode, 303)
  t.match((await journalOf(town, 'issue', (await issueOf(town, no)).id)).at(-1)?.particulars, { target: '街道房管所' })
  t.equal((await step(shen, no, 'pooled', { words: '房管所让我们自己商量' })).statusCode, 303)
  t.equal((await step(shen, no, 'assigned', { handler: seat, deadline: '2026-12-04' })).statusCode, 303)
})

t.test('facts are noted without moving it, and the journal knows what each was', async (t) => {
  const no = await publicMatter('记一记这件事的情况')
  const facts = {
    category: 'safety',
    place: '北门',
    buildingId: String(town.cast.buildings[12]),
    seatId: seat,
    nextStep: '周五去看',
    dueOn: '2026-12-01',
    safety: 'on',
  }
  t.equal((await shen.post(`/desk/issues/${no}/facts`, facts)).statusCode, 303)
  const { id, ...issue } = await issueOf(town, no)
  t.match(issue, {
    category: 'safety',
    place: '北门',
    safety: true,
    next_step: '周五去看',
    due_on: '2026-12-01',
    state: 'accepted',
  })
  const before = await journalOf(town, 'issue', id)
  t.match(before.at(-1), { verb: 'issue.noted', was: /"category":"transport"/, became: /"category":"safety"/ })
  await shen.post(`/desk/issues/${no}/facts`, facts)
  t.equal((await journalOf(town, 'issue', id)).length, before.length, 'nothing changed, nothing to tell')
  for (const wrong of [
    { category: 'moon' },
    { dueOn: '2026-13-01' },
    { nextStep: '长'.repeat(81) },
    { place: '12-602' },
    { seatId: '0' },
    { buildingId: ['1', '2'] },
    { place: unreadable.nul },
  ])
    t.equal(
      (await shen.post(`/desk/issues/${no}/facts`, { ...facts, ...wrong } as never)).statusCode,
      422,
      JSON.stringify(wrong).slice(0, 40),
    )
})

t.test('only staff and the chair come to a matter’s desk', async (t) => {
  const no = await publicMatter('谁能进这一件的工作台')
  for (const who of [undefined, { door: '12-602' } as const, 'li', 'feng', 'tang', 'admin'] as const) {
    const browser = await town.as(who)
    t.equal((await browser.get(`/desk/issues/${no}`)).statusCode, 403, JSON.stringify(who))
    for (const act of ['texts', 'texts/1/approval', 'facts', 'steps'])
      t.equal((await browser.post(`/desk/issues/${no}/${act}`, {})).statusCode, 403, `${JSON.stringify(who)} ${act}`)
  }
  for (const unknown of ['0', '99999', 'x', '%00']) {
    t.equal((await shen.get(`/desk/issues/${unknown}`)).statusCode, 404, unknown)
    for (const act of ['texts', 'facts', 'steps'])
      t.equal((await shen.post(`/desk/issues/${unknown}/${act}`, { title: '一个标题' })).statusCode, 404)
  }
})

t.test('markup in a wording is words, also where everybody reads it', async (t) => {
  for (const [name, text] of Object.entries(hostile)) {
    const no = await publicMatter('这一件的标题很奇怪', { title: text, body: text, place: text.slice(0, 30) })
    for (const { body } of [
      await shen.get(`/desk/issues/${no}`),
      await nobody.get(`/issues/${no}`),
      await nobody.get('/issues'),
    ]) {
      t.notMatch(body, /<script>alert|<button hx-post="\/c\/wutongli\/leave|onmouseover="alert/, name)
    }
    t.match((await shen.get(`/desk/issues/${no}`)).body, shown(text), name)
  }
})

t.test('the desk of a matter costs at most three statements, and speaks English', async (t) => {
  const no = await publicMatter('数一数这一页的语句')
  t.ok((await statementsOf(() => shen.get(`/desk/issues/${no}`))) <= 3)
  const english = await town.as('shen')
  english.cookies.lang = 'en'
  t.match((await english.get(`/desk/issues/${no}`)).body, 'Public wording')
})

t.test('a matter of one neighbourhood is unknown in another', async (t) => {
  await settle(town.house, town.clock.now, 'elsewhere')
  const no = await publicMatter('只在这个居民区里')
  t.equal((await nobody.get(`/c/elsewhere/issues/${no}`)).statusCode, 404)
  t.equal((await shen.get(`/c/elsewhere/desk/issues/${no}`)).statusCode, 403)
})
