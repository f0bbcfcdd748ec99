import t from 'tap'
import { settleRevisits } from '../../src/resolve/revisits/store.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { claimed, hostile, issueState, messages, ownerOf, unreadable } from './passed.ts'

const town = await startTown(t)
const stranger = await town.as()
const letterbox = { communityId: town.community.id, vault: town.vault, home: `${town.origin}/c/wutongli` }
const start = town.clock.now
const later = (days: number) => {
  town.clock.now = new Date(start.getTime() + days * 86_400_000)
}
t.beforeEach(() => later(0))

const happy = { solved: 'yes', satisfied: '5', why: '' }
const unhappy = { solved: 'no', satisfied: '1', why: '司机说没接到通知' }
const answer = (code: string | undefined, fields: Record<string, string>) =>
  stranger.post(`/track/${code}/answer`, fields)
const plain = async (path: string) => (await stranger.get(path)).body.replaceAll('<wbr>', '')
const resolution = (id: number) =>
  town.db.selectFrom('resolutions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const revisitsOf = (id: number) =>
  town.db.selectFrom('revisits').selectAll().where('resolution_id', '=', id).orderBy('id').execute()

t.test('everybody who spoke is asked, whichever way they came, and told by her own link', async (t) => {
  const { id, codes, filingIds, issue } = await claimed(town, [
    { phone: '13800138001' },
    { channel: 'door', door: '12-602' },
    { channel: 'gather' },
  ])
  t.same(
    (await revisitsOf(id)).map((row) => [row.filing_id, row.cycle, row.solved]),
    filingIds.map((f) => [f, 1, null]),
  )
  const told = (await messages(town)).filter((message) => message.to === '13800138001').at(-1)
  t.match(told?.body, '承办方认为已解决')
  const path = /\/c\/wutongli(\/track\/\S+\/answer)$/.exec(told?.body ?? '')?.[1]
  t.match(await plain(path ?? ''), '解决了吗？', 'the link in the message leads to the question')
  t.match(await plain(`/track/${codes[2]?.toLowerCase()}/answer`), '新时刻表已贴在北门', 'a code may be typed by hand')
  t.match(await issueState(town, issue.id), { state: 'revisiting', next_step: '', due_on: '2026-11-27' })
})

t.test('somebody who took her words back is not asked', async (t) => {
  const { id, no, codes, filingIds } = await claimed(town, [{}, {}])
  await answer(codes[0], unhappy)
  await town.db
    .updateTable('filings')
    .set({ state: 'withdrawn' })
    .where('id', '=', filingIds[1] ?? 0)
    .execute()
  const feng = await town.as('feng')
  t.equal((await feng.post(`/resolutions/${no}/claim`, { evidence: '又做了一次' })).statusCode, 303)
  t.same(
    (await revisitsOf(id)).filter((row) => row.cycle === 2).map((row) => row.filing_id),
    [filingIds[0]],
  )
})

t.test('the people who spoke confirm it, and that closes it', async (t) => {
  const { id, no, codes, issue } = await claimed(town, [{}, {}])
  t.equal((await answer(codes[0], happy)).statusCode, 303)
  t.match(await plain(`/track/${codes[0]}/answer`), '还在等其他反映过的人')
  t.match(await plain(`/resolutions/${no}`), '问了 2 位反映过的人，1 位答了，1 位说解决了')
  t.equal((await resolution(id)).closed_at, null)
  t.equal((await answer(codes[1], { ...happy, solved: 'partly', satisfied: '3' })).statusCode, 303)
  t.ok((await resolution(id)).closed_at)
  t.match(await issueState(town, issue.id), { state: 'closed_resolved', reopens: 0, due_on: null })
  const page = await plain(`/resolutions/${no}`)
  t.match(page, '回访确认已解决')
  t.match(page, '已做到')
  t.match(await plain('/ledger?shelf=closed'), '回访确认已解决')
})

t.test('one "not solved" reopens it, for everybody to see and for nobody to be pointed at', async (t) => {
  const { id, no, codes, issue } = await claimed(town, [{ phone: '13800138002' }, { phone: '13800138003' }, {}], {
    due: '2026-11-25',
  })
  await answer(codes[0], happy)
  t.equal((await answer(codes[1], { ...unhappy, why: '第三车司机没接到通知' })).statusCode, 303)
  t.match(await resolution(id), { cycle: 2, claimed_at: null, claimed_by: null, evidence: '', closed_at: null })
  t.equal((await resolution(id)).due_on, '2026-12-01', 'five working days more')
  t.match(await issueState(town, issue.id), { state: 'resolving', reopens: 1, due_on: '2026-12-01' })

  const page = await plain(`/resolutions/${no}`)
  t.match(page, '重新办理过 1 次')
  t.match(page, '回访时有人说没解决，重新办理')
  t.match(await plain('/ledger'), '重新办理过 1 次')
  const told = (await messages(town)).filter((message) => message.body.includes('还没有真正解决'))
  t.same(
    told.map((message) => message.to),
    ['13800138002', '13800138003'],
    'whoever left a phone hears of it',
  )

  // Who said it, and why, stands on no page, in no line of the journal and in no message.
  const pages = [page, await plain('/ledger'), await plain(`/track/${codes[0]}/answer`)]
  for (const who of ['feng', 'shen', 'zhou'] as const) {
    const browser = await town.as(who)
    pages.push((await browser.get(`/resolutions/${no}`)).body)
    if (who !== 'feng') pages.push((await browser.get('/desk/revisits')).body)
  }
  pages.push(JSON.stringify(await town.db.selectFrom('journal').selectAll().execute()))
  pages.push(JSON.stringify(await messages(town)))
  for (const text of pages) t.notMatch(text, '没接到通知')
  const lines = await town.db
    .selectFrom('journal')
    .select(['verb', 'person_id', 'household_id', 'particulars'])
    .where('subject', '=', 'resolution')
    .where('subject_id', '=', id)
    .where('verb', 'in', ['resolution.answered', 'resolution.reopened'])
    .execute()
  for (const line of lines) t.match(line, { person_id: null, household_id: null })
  t.notMatch(JSON.stringify(lines), 'filing')

  t.match(await plain(`/track/${codes[1]}/answer`), '这件事已经重新交给物业')
  t.match(await plain(`/track/${codes[2]}/answer`), '有人说还没解决，正在重新办', 'she was not asked in time')

  const feng = await town.as('feng')
  t.equal((await feng.post(`/resolutions/${no}/claim`, { evidence: '三车司机都已签字' })).statusCode, 303)
  t.match(await plain(`/track/${codes[1]}/answer`), '三车司机都已签字', 'in the next round she is asked again')
  for (const code of codes) t.equal((await answer(code, happy)).statusCode, 303)
  t.ok((await resolution(id)).closed_at)
  t.match(await issueState(town, issue.id), { state: 'closed_resolved', reopens: 1 })
})

t.test('an answer counts once', async (t) => {
  const { id, codes } = await claimed(town, [{}, {}])
  t.equal((await answer(codes[0], happy)).statusCode, 303)
  const second = await answer(codes[0], unhappy)
  t.equal(second.statusCode, 409)
  t.match(second.body, '这一次已经答过了')
  const both = await Promise.all([answer(codes[1], happy), answer(codes[1], unhappy)])
  t.same(both.map((reply) => reply.statusCode).sort(), [303, 409])
  t.equal((await revisitsOf(id)).filter((row) => row.answered_at !== null).length, 2)
})

t.test('answers that come in the same second are all kept, and reopen it once', async (t) => {
  const { id, codes, issue } = await claimed(town, Array(5).fill({}))
  const replies = await Promise.all(codes.map((code, i) => answer(code, i % 2 ? unhappy : happy)))
  t.same(
    replies.map((reply) => reply.statusCode),
    [303, 303, 303, 303, 303],
  )
  t.equal((await revisitsOf(id)).filter((row) => row.answered_at !== null).length, 5)
  t.equal((await resolution(id)).cycle, 2)
  t.match(await issueState(town, issue.id), { state: 'resolving', reopens: 1 })
})

t.test('a code nobody was given opens nothing, and before the work is done there is no question', async (t) => {
  t.equal((await stranger.get('/track/AAAA-BBBB-CCCC-DDDD/answer')).statusCode, 404)
  t.equal((await answer('AAAA-BBBB-CCCC-DDDD', happy)).statusCode, 404)
  t.equal((await stranger.get(`/track/${'A'.repeat(61)}/answer`)).statusCode, 404)
  t.equal((await stranger.get("/track/'%20or%201=1--/answer")).statusCode, 404)
  const { codes } = await claimed(town, [{}])
  const other = await settle(town.house, town.clock.now, 'other')
  t.equal((await stranger.get(`/c/${other.community.slug}/track/${codes[0]}/answer`)).statusCode, 404)
  await town.db
    .deleteFrom('revisits')
    .where('filing_id', 'in', (eb) => eb.selectFrom('filings').select('id').where('no', '=', 1))
    .execute()
  const [first] = await town.db.selectFrom('filings').select('code_sealed').where('no', '=', 1).execute()
  const code = town.vault.open(town.community.id, first?.code_sealed ?? Buffer.alloc(0))
  t.match(await plain(`/track/${code}/answer`), '现在还没有要问您的')
  t.equal((await answer(code, happy)).statusCode, 303, 'nothing to answer, nothing lost')
})

t.test('a wrong answer comes back with what was written', async (t) => {
  const { id, codes } = await claimed(town, [{}, {}])
  const why = hostile.attribute
  const tries: [Record<string, string | string[]>, string][] = [
    [{ satisfied: '5', why }, '请选一项：解决了吗'],
    [{ solved: 'yes', why }, '请选一项：满意吗'],
    [{ solved: 'maybe', satisfied: '5', why }, '请选一项：解决了吗'],
    [{ solved: 'yes', satisfied: '6', why }, '请选一项：满意吗'],
    [{ solved: ['yes', 'no'], satisfied: '5', why }, '请选一项：解决了吗'],
    [{ ...happy, why: '长'.repeat(1001) }, '太长了'],
    [{ ...happy, why: unreadable.nul }, '不能用的符号'],
    [{ ...happy, why: unreadable.bidi }, '不能用的符号'],
    [{}, '请选一项'],
  ]
  for (const [fields, sentence] of tries) {
    const reply = await stranger.post(`/track/${codes[0]}/answer`, fields)
    t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
    t.match(reply.body, sentence)
    t.notMatch(reply.body, '<img src=x')
    if (fields.why === why) t.match(reply.body, '&quot;&gt;&lt;img src=x', 'still there')
  }
  t.equal((await revisitsOf(id)).filter((row) => row.answered_at !== null).length, 0)
  t.equal((await answer(codes[0], { ...happy, why: hostile.fullWidth + hostile.emoji })).statusCode, 303)
  t.match((await revisitsOf(id))[0], { why: hostile.fullWidth + hostile.emoji })
})

t.test('the desk takes down an answer for somebody; whoever did the work may not', async (t) => {
  const { id, no, filingIds } = await claimed(
    town,
    [{ door: '12-602', phone: '13800138004' }, {}],
    {
      owner: ownerOf(town, 2, 'wu'),
    },
    'wu',
  )
  const [first, second] = await revisitsOf(id)
  const at = `/desk/revisits/${first?.id}`
  const taken = { ...happy, way: 'phone', why: '电话里说挺好' }
  for (const handler of [await town.as('wu'), await town.as('sun')]) {
    for (const reply of [
      await handler.get(at),
      await handler.post(`${at}/answer`, taken),
      await handler.post(`${at}/contact`),
    ]) {
      t.equal(reply.statusCode, 403)
      t.match(reply.body, '办这件事的人不能自己回访')
    }
    t.match((await handler.get('/desk/revisits')).body, '请同事问')
  }
  for (const other of [stranger, await town.as({ door: '12-602' }), await town.as('li'), await town.as('feng')]) {
    t.equal((await other.get('/desk/revisits')).statusCode, 403)
    t.equal((await other.get(at)).statusCode, 403)
    t.equal((await other.post(`${at}/answer`, taken)).statusCode, 403)
    t.equal((await other.post(`${at}/contact`)).statusCode, 403)
    t.equal((await other.post('/desk/revisits/settlement')).statusCode, 403)
  }

  const shen = await town.as('shen')
  t.match((await shen.get('/desk/revisits')).body, `/desk/revisits/${first?.id}"`)
  const form = (await shen.get(at)).body
  t.match(form, '加班回来没有班车了')
  t.notMatch(form, '13800138004', 'a phone is not shown before somebody asks for it')
  const contact = (await shen.post(`${at}/contact`)).body
  t.match(contact, '13800138004')
  t.match(contact, '12 号楼 602 室')
  const looked = await town.db.selectFrom('access_log').selectAll().execute()
  t.match(looked, [{ person_id: town.cast.people.shen, subject: /^filing:\d+$/, purpose: /回访/ }])

  const wrong = await shen.post(`${at}/answer`, { ...taken, way: 'link' })
  t.equal(wrong.statusCode, 422, 'her own link is not the desk’s to use')
  t.match(wrong.body, '电话里说挺好')
  t.equal((await shen.post(`${at}/answer`, taken)).statusCode, 303)
  t.match((await revisitsOf(id))[0], {
    solved: 'yes',
    way: 'phone',
    recorded_by: town.cast.people.shen,
    filing_id: filingIds[0],
  })
  t.equal((await shen.post(`${at}/answer`, taken)).statusCode, 409)
  t.equal((await shen.get(at)).statusCode, 409)
  t.equal((await shen.get('/desk/revisits/999999')).statusCode, 404)
  t.equal((await shen.post('/desk/revisits/999999/answer', taken)).statusCode, 404)
  t.equal((await shen.post('/desk/revisits/999999/contact')).statusCode, 404)
  t.equal((await shen.get('/desk/revisits/x')).statusCode, 404)
  t.equal((await shen.get('/desk/revisits?after=-1')).statusCode, 404)
  t.equal((await shen.post(`/desk/revisits/${second?.id}/answer`, { ...unhappy, way: 'door' })).statusCode, 303)
  t.equal((await resolution(id)).cycle, 2)
  t.match(await plain(`/resolutions/${no}`), '回访时有人说没解决')
})

t.test('seven days are enough: the button settles what is ripe, and pressing it twice is harmless', async (t) => {
  const confirmed = await claimed(town, [{}, {}])
  await answer(confirmed.codes[0], happy)
  const silent = await claimed(town, [{}])
  const nobody = await claimed(town, [])
  const partly = await claimed(town, [{}])
  await answer(partly.codes[0], { solved: 'partly', satisfied: '4' })
  t.equal(await settleRevisits(town.db, letterbox, {}, town.clock.now), 0, 'nothing is ripe yet')
  t.match(await plain(`/resolutions/${nobody.no}`), '没有可以回访的人')

  later(8)
  const shen = await town.as('shen')
  const desk = (await shen.get('/desk/revisits')).body
  t.match(desk, '请主持人定')
  t.match(desk, `/resolutions/${partly.no}"`)
  t.match(desk, /结清满七天的 \d+ 件/)
  const pressed = await Promise.all([shen.post('/desk/revisits/settlement'), shen.post('/desk/revisits/settlement')])
  for (const reply of pressed) t.equal(reply.statusCode, 303)
  t.match((await shen.get(String(pressed[0]?.headers.location))).body, '结清了')
  t.ok((await resolution(confirmed.id)).closed_at)
  t.ok((await resolution(silent.id)).closed_at)
  t.ok((await resolution(nobody.id)).closed_at)
  t.equal((await resolution(partly.id)).closed_at, null)
  t.match(await plain(`/resolutions/${silent.no}`), '没有人回复，已结束')
  t.notMatch(await plain(`/resolutions/${silent.no}`), '已做到', 'silence is not "kept"')
  t.match(await issueState(town, silent.issue.id), { state: 'closed_resolved' })
  const lines = await town.db
    .selectFrom('journal')
    .select('verb')
    .where('subject', '=', 'resolution')
    .where('subject_id', '=', confirmed.id)
    .where('became', '=', 'closed')
    .execute()
  t.same(lines, [{ verb: 'resolution.confirmed' }], 'closed once')
})

t.test(
  'a late "no" still reopens within fifteen days of the close; after that a new report is asked for',
  async (t) => {
    const soon = await claimed(town, [{}, {}])
    const long = await claimed(town, [{}, {}])
    for (const each of [soon, long]) await answer(each.codes[0], happy)
    later(8)
    await settleRevisits(town.db, letterbox, {}, town.clock.now)
    later(20)
    t.match(await plain(`/track/${soon.codes[1]}/answer`), '解决了吗？', 'late filers are still heard')
    t.equal((await answer(soon.codes[1], unhappy)).statusCode, 303)
    t.match(await resolution(soon.id), { cycle: 2, closed_at: null })
    t.match(await issueState(town, soon.issue.id), { state: 'resolving', reopens: 1, closed_at: null })
    later(24)
    t.match(await plain(`/track/${long.codes[1]}/answer`), '重新反映一件')
    t.equal((await answer(long.codes[1], unhappy)).statusCode, 409)
    t.equal((await resolution(long.id)).cycle, 1)
  },
)

t.test('the chair sends back what nobody calls wholly solved, with a reason everybody reads', async (t) => {
  const { id, no, codes } = await claimed(town, [{}])
  await answer(codes[0], { solved: 'partly', satisfied: '4' })
  const zhou = await town.as('zhou')
  t.match((await zhou.get(`/resolutions/${no}`)).body, '重新交办')
  for (const reason of ['', '长'.repeat(301), unreadable.nul]) {
    t.equal((await zhou.post(`/resolutions/${no}/reopening`, { reason })).statusCode, 422)
  }
  t.equal((await zhou.post('/resolutions/99999/reopening', { reason: '不行' })).statusCode, 404)
  t.equal(
    (await zhou.post(`/resolutions/${no}/reopening`, { reason: `末班还是早走${hostile.script}` })).statusCode,
    303,
  )
  t.equal((await resolution(id)).cycle, 2)
  const page = await plain(`/resolutions/${no}`)
  t.match(page, '末班还是早走')
  t.notMatch(page, '<script>alert')
  t.equal((await zhou.post(`/resolutions/${no}/reopening`, { reason: '再来' })).statusCode, 409, 'it is under way')
})

t.test('an issue that waits for two promises is asked about when the last is done', async (t) => {
  const first = await claimed(town, [{}])
  // The same issue was also put into a second item, and that one is under way.
  const { zhou, feng } = town.cast.people
  const second = await claimed(town, [])
  await town.db
    .insertInto('agenda_links')
    .values({ item_id: second.item.id, issue_id: first.issue.id, linked_at: town.clock.now, linked_by: zhou })
    .execute()
  await town.db
    .updateTable('resolutions')
    .set({ claimed_at: null, claimed_by: null })
    .where('id', '=', second.id)
    .execute()
  t.equal((await answer(first.codes[0], happy)).statusCode, 303)
  t.ok((await resolution(first.id)).closed_at, 'the first promise is kept')
  t.match(await issueState(town, first.issue.id), { state: 'revisiting' }, 'the issue waits for the second')
  await town.db
    .updateTable('resolutions')
    .set({ claimed_at: town.clock.now, claimed_by: feng })
    .where('id', '=', second.id)
    .execute()
  later(8)
  await settleRevisits(town.db, letterbox, {}, town.clock.now)
  t.match(await issueState(town, first.issue.id), { state: 'closed_resolved' })
})

t.test('the pages read in English too', async (t) => {
  const { no, codes } = await claimed(town, [{}])
  const english = { cookie: 'lang=en' }
  t.match((await stranger.get(`/resolutions/${no}`, english)).body, 'The owner believes it is solved')
  t.match((await stranger.get(`/track/${codes[0]}/answer`, english)).body, 'Is it solved?')
  const shen = await town.as('shen')
  t.match(
    (
      await shen.get('/desk/revisits', {
        ...shen.headers,
        cookie: `${shen.headers.cookie}; lang=en`.replace('lang=zh; ', ''),
      })
    ).body,
    'Asking around',
  )
})

t.test('three statements a page at most, and nothing on the way keeps one', async (t) => {
  const { id, codes } = await claimed(town, Array(4).fill({}))
  const [first] = await revisitsOf(id)
  const shen = await town.as('shen')
  const pages: [Awaited<ReturnType<typeof town.as>>, string][] = [
    [stranger, `/track/${codes[0]}/answer`],
    [shen, '/desk/revisits'],
    [shen, `/desk/revisits/${first?.id}`],
  ]
  for (const [browser, path] of pages) {
    const count = await statementsOf(async () => {
      t.equal((await browser.get(path)).headers['cache-control'], 'no-store')
    })
    t.ok(count <= 3, `${path}: ${count}`)
  }
})
