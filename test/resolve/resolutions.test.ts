import { sql } from 'kysely'
import t from 'tap'
import { Refusal } from '../../src/lib/refusal.ts'
import { promisesOf } from '../../src/resolve/resolutions/ledger.ts'
import { makeResolution } from '../../src/resolve/resolutions/making.ts'
import { resolutionOfIssue } from '../../src/resolve/resolutions/reads.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { evening, hostile, issueState, messages, ownerOf, promiseOf, unreadable } from './passed.ts'

const town = await startTown(t)
const zhou = await town.as('zhou')
const feng = await town.as('feng')
const shen = await town.as('shen')
const resident = await town.as({ door: '12-602' })
const stranger = await town.as()

const newest = async () =>
  (await town.db.selectFrom('resolutions').select('no').orderBy('no', 'desc').limit(1).executeTakeFirstOrThrow()).no
const journalOf = async (no: number) =>
  (
    await town.db
      .selectFrom('journal')
      .innerJoin('resolutions', 'resolutions.id', 'journal.subject_id')
      .select('verb')
      .where('subject', '=', 'resolution')
      .where('no', '=', no)
      .orderBy('journal.id')
      .execute()
  ).map((line) => line.verb)

/** A heading may break between words; whoever reads it does not see that. */
const plain = (reply: { body: string }) => reply.body.replaceAll('<wbr>', '')

/** A promise of the property manager's, made a moment ago. */
async function promised(changed: Record<string, string> = {}) {
  const night = await evening(town)
  const reply = await zhou.post(night.path, promiseOf(town, changed))
  if (reply.statusCode !== 303) throw new Error(reply.body)
  const no = await newest()
  const steps = await town.db
    .selectFrom('steps')
    .innerJoin('resolutions', 'resolutions.id', 'resolution_id')
    .select('steps.id')
    .where('no', '=', no)
    .orderBy('position')
    .execute()
  return { ...night, no, steps: steps.map((step) => step.id), at: `/resolutions/${no}` }
}

t.test('the chair settles who does what was passed, and everybody can read it', async (t) => {
  const night = await evening(town, { filers: [{ phone: '13800138000' }, { channel: 'door' }] })
  const form = await zhou.get(night.path)
  t.equal(form.statusCode, 200)
  t.match(form.body, '班车末班延到 23:00，试行三个月', 'prefilled from the question')
  t.match(form.body, '物业 · 冯涛（物业经理）')

  const reply = await zhou.post(night.path, promiseOf(town))
  t.equal(reply.statusCode, 303)
  t.equal(reply.headers.location, `/c/wutongli/meetings/${night.meeting.no}/chair`, 'back to the meeting')
  const no = await newest()

  const page = plain(await stranger.get(`/resolutions/${no}`))
  t.match(page, '班车末班延到 23:00')
  t.match(page, '物业（物业经理）承诺')
  t.match(page, '12月4日')
  t.match(page, '还剩 8 个工作日')
  t.match(page, '小区班车末班太早', 'the issue it answers to')
  t.match(page, '联系客运公司')
  t.notMatch(page, '冯涛', 'the public knows an owner by seat and post')
  t.notMatch(page, '<textarea', 'no forms for somebody who only reads')
  t.match((await shen.get(`/resolutions/${no}`)).body, '冯涛', 'the desk knows the name')

  t.match(await issueState(town, night.issue.id), {
    state: 'resolving',
    next_step: '班车末班延到 23:00，试行三个月',
    due_on: '2026-12-04',
  })
  const told = (await messages(town)).at(-1)
  t.equal(told?.to, '13800138000')
  t.match(told?.body, /物业承诺2026年12月4日18:00前办好.*\/track\//)
  const place = await town.db
    .selectFrom('running_order')
    .select('assigned_at')
    .where('item_id', '=', night.item.id)
    .executeTakeFirstOrThrow()
  t.ok(place.assigned_at, 'the meeting may go on')
  t.same(await journalOf(no), ['resolution.made'])

  t.equal((await zhou.get(night.path)).headers.location, `/c/wutongli/resolutions/${no}`, 'no second form')
  t.equal((await zhou.post(night.path, promiseOf(town))).statusCode, 409)
})

t.test('after the meeting the chair comes to the promise itself', async (t) => {
  const night = await evening(town, { adjourned: true })
  const reply = await zhou.post(night.path, promiseOf(town))
  t.equal(reply.headers.location, `/c/wutongli/resolutions/${await newest()}`)
})

t.test('of two who settle the same item in the same second one does', async (t) => {
  const night = await evening(town)
  const [wu, again] = [await town.as('wu'), await town.as('zhou')]
  const replies = await Promise.all([wu, again, zhou].map((chair) => chair.post(night.path, promiseOf(town))))
  t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409, 409])
  const made = await town.db.selectFrom('resolutions').select('id').where('item_id', '=', night.item.id).execute()
  t.equal(made.length, 1)
})

t.test('what did not pass becomes no promise', async (t) => {
  for (const outcome of ['rejected', null] as const) {
    const night = await evening(town, { outcome })
    const reply = await zhou.post(night.path, promiseOf(town))
    t.equal(reply.statusCode, 409)
    t.match(reply.body, '还没有表决通过')
    t.equal((await zhou.get(night.path)).statusCode, 409)
  }
  t.equal((await zhou.get('/meetings/999/items/1/resolution')).statusCode, 404)
  t.equal((await zhou.post('/meetings/999/items/1/resolution', promiseOf(town))).statusCode, 404)
  t.equal((await zhou.post('/meetings/1/items/0/resolution', promiseOf(town))).statusCode, 404)
})

t.test('a promise has somebody who holds the seat, and a day that is not over', async (t) => {
  const night = await evening(town)
  const tries: [Record<string, string>, string][] = [
    [{ text: '' }, '请写明要办什么'],
    [{ text: '长'.repeat(201) }, '太长了'],
    [{ owner: '' }, '请选谁来办'],
    [{ owner: '4' }, '请选谁来办'],
    [{ owner: '999999999-1' }, '这个人不在这一席上'],
    [{ owner: ownerOf(town, 3, 'feng') }, '这个人不在这一席上'],
    [{ due: '' }, '日期不对'],
    [{ due: '2026-02-30' }, '日期不对'],
    [{ due: '2026-11-23' }, '已经过去了'],
    [{ due: '2099-01-01' }, '太远了'],
    [{ steps: Array(9).fill('一步').join('\n') }, '最多八步'],
    [{ steps: '一步 ×1000' }, '1 到 100'],
    ...Object.values(unreadable).map((text): [Record<string, string>, string] => [{ text }, '不能用的符号']),
  ]
  for (const [changed, sentence] of tries) {
    const reply = await zhou.post(night.path, promiseOf(town, changed))
    t.equal(reply.statusCode, 422, JSON.stringify(changed).slice(0, 60))
    t.match(reply.body, sentence)
    t.match(reply.body, changed.steps?.slice(0, 2) ?? '联系客运公司', 'what was typed is still there')
  }
  const many = await zhou.post(night.path, { ...promiseOf(town), text: ['a', 'b'] })
  t.equal(many.statusCode, 422, 'twice the same field')
  t.equal((await zhou.post(night.path, {})).statusCode, 422, 'nothing at all')
  t.equal((await zhou.post(night.path, promiseOf(town))).statusCode, 303, 'nothing was lost')
})

t.test('only the chair settles; nobody reads another neighbourhood’s promises', async (t) => {
  const night = await evening(town)
  for (const other of [stranger, resident, feng, shen, await town.as('li')]) {
    t.equal((await other.post(night.path, promiseOf(town))).statusCode, 403)
    t.equal((await other.get(night.path)).statusCode, 403)
  }
  const { at } = await promised()
  const other = await settle(town.house, town.clock.now, 'other')
  const foreign = `/c/${other.community.slug}`
  t.equal((await stranger.get(`${foreign}${at}`)).statusCode, 404)
  t.match((await stranger.get(`${foreign}/ledger`)).body, '这里还没有承诺')
  t.equal((await feng.post(`${foreign}${at}/updates`, { words: '你好' })).statusCode, 404, 'and is nobody there')
})

t.test('the owner reports, and what he writes is shown as he wrote it', async (t) => {
  const { at, no } = await promised()
  for (const words of Object.values(hostile)) {
    t.equal((await feng.post(`${at}/updates`, { words })).statusCode, 303, words)
  }
  const page = (await stranger.get(at)).body
  t.notMatch(page, '<script>alert')
  t.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;')
  t.match(page, '＜script＞', 'full-width brackets stay what they are')
  t.notMatch(page, '<img src=x')
  t.match(page, '🎉 修好了')
  t.equal(
    (await shen.post(`${at}/updates`, { words: '物业来电：合同已签' })).statusCode,
    303,
    'the desk types what the owner says',
  )
  t.match((await stranger.get(at)).body, '合同已签')
  t.equal((await journalOf(no)).length, 6)

  for (const words of ['', ' ', '长'.repeat(501), ...Object.values(unreadable)]) {
    const reply = await feng.post(`${at}/updates`, { words })
    t.equal(reply.statusCode, 422)
  }
  t.match(
    (await feng.post(`${at}/updates`, { words: '长'.repeat(501) })).body,
    '长'.repeat(501),
    'what was typed is still there',
  )
  t.equal((await feng.post(`${at}/updates`, { words: ['a', 'b'] })).statusCode, 422)
  t.equal((await feng.post('/resolutions/99999/updates', { words: '你好' })).statusCode, 404)
  t.equal((await feng.post('/resolutions/zwei/updates', { words: '你好' })).statusCode, 404)
})

t.test('who has no part in it may not report, tick off or claim', async (t) => {
  const { at, steps } = await promised()
  const outsiders = [stranger, resident, await town.as('li'), await town.as('qian'), await town.as('tang')]
  for (const other of outsiders) {
    t.equal((await other.post(`${at}/updates`, { words: '我来说一句' })).statusCode, 403)
    t.equal((await other.post(`${at}/updates`, { words: '' })).statusCode, 403, 'nor is she told what is wrong with it')
    t.equal((await other.post(`${at}/steps/${steps[0]}/completion`, { evidence: '好了' })).statusCode, 403)
    t.equal((await other.post(`${at}/claim`, { evidence: '好了' })).statusCode, 403)
  }
  t.equal((await shen.post(`${at}/claim`, { evidence: '好了' })).statusCode, 403, 'the desk reports but does not claim')
  for (const other of [stranger, resident, feng, shen]) {
    t.equal((await other.post(`${at}/reopening`, { reason: '不行' })).statusCode, 403)
  }
})

t.test('nothing is called done before every step shows how', async (t) => {
  const { at, no, steps, issue } = await promised()
  const early = await feng.post(`${at}/claim`, { evidence: '都好了' })
  t.equal(early.statusCode, 409)
  t.match(early.body, '还有没做完的步骤')
  t.match((await feng.get(at)).body, '还有没做完的步骤', 'the page says it before he tries')

  const bare = await feng.post(`${at}/steps/${steps[0]}/completion`, { evidence: '  ' })
  t.equal(bare.statusCode, 422)
  t.match(bare.body, `href="#evidence-${steps[0]}"`, 'the error leads to its box')
  t.equal((await feng.post(`${at}/steps/${steps[0]}/completion`, { evidence: '合同第 3 页' })).statusCode, 303)
  t.match((await stranger.get(at)).body, /进度 33%/, 'one of three thirds, whole numbers only')
  t.equal((await feng.post(`${at}/steps/${steps[0]}/completion`, { evidence: '又一次' })).statusCode, 409)
  t.match((await stranger.get(at)).body, '合同第 3 页')
  t.equal((await feng.post(`${at}/steps/999999/completion`, { evidence: '好了' })).statusCode, 404)
  const elsewhere = await promised()
  t.equal((await feng.post(`${at}/steps/${elsewhere.steps[0]}/completion`, { evidence: '好了' })).statusCode, 404)

  const both = await Promise.all(
    [1, 2].map(() => feng.post(`${at}/steps/${steps[1]}/completion`, { evidence: '已贴出' })),
  )
  t.same(both.map((reply) => reply.statusCode).sort(), [303, 409], 'pressed twice it is done once')
  for (const evidence of ['', '长'.repeat(1001), unreadable.nul]) {
    t.equal((await feng.post(`${at}/claim`, { evidence })).statusCode, 422)
  }
  t.match(await issueState(town, issue.id), { state: 'resolving' }, 'nothing moved so far')
  const claims = await Promise.all([1, 2, 3].map(() => feng.post(`${at}/claim`, { evidence: '末班车 23:00 已开' })))
  t.same(claims.map((reply) => reply.statusCode).sort(), [303, 409, 409])
  t.same(await journalOf(no), ['resolution.made', 'resolution.stepped', 'resolution.stepped', 'resolution.claimed'])

  const page = (await stranger.get(at)).body
  t.match(page, '承办方认为已解决')
  t.notMatch(page.replaceAll('认为已解决', ''), '已解决', 'never simply "solved"')
  t.match(await issueState(town, issue.id), { state: 'revisiting', closed_at: null })
})

t.test('the ledger shows what is late, red and in days, and can be looked through', async (t) => {
  const before = town.clock.now
  town.clock.now = new Date('2026-12-08T10:00:00+08:00')
  const signedIn = await town.as('zhou')
  const late = (await stranger.get('/ledger?shelf=overdue')).body
  t.match(late, 'chip-late')
  t.match(late, '超期 2 个工作日')
  t.match((await stranger.get('/ledger?shelf=asking')).body, '承办方认为已解决')
  t.match((await stranger.get('/ledger?seat=4')).body, '物业（物业经理）')
  t.notMatch((await stranger.get('/ledger?seat=1')).body, '物业（物业经理）')
  t.match((await stranger.get('/ledger?seat=1')).body, '这一类现在没有')
  t.notMatch((await stranger.get('/ledger')).body, '冯涛')
  for (const wrong of ['?shelf=secret', '?seat=99', '?before=-1', '?before=x']) {
    t.equal((await stranger.get(`/ledger${wrong}`)).statusCode, 404)
  }
  t.equal((await signedIn.get('/ledger')).statusCode, 200)
  const english = await stranger.get('/ledger?shelf=overdue', { cookie: 'lang=en' })
  t.match(english.body, '2 working days overdue')
  t.notMatch(english.body, '超期')
  town.clock.now = before
})

t.test('twenty-five promises a page, each on one of them', async (t) => {
  while ((await newest()) < 27) await promised({ steps: '' })
  const seen: string[] = []
  let path = '/ledger'
  for (let pages = 0; pages < 9; pages++) {
    const page = (await stranger.get(path)).body
    const found = [...page.matchAll(/href="\/c\/wutongli\/resolutions\/(\d+)"/g)].map((match) => match[1] as string)
    t.ok(found.length <= 25)
    seen.push(...found)
    const next = /href="\/c\/wutongli(\/ledger\?before=\d+)"/.exec(page)?.[1]
    if (!next) break
    path = next
  }
  const { count } = await town.db
    .selectFrom('resolutions')
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  t.equal(seen.length, count)
  t.equal(new Set(seen).size, count)
})

t.test('the home page and an issue’s page can ask for their promises', async (t) => {
  const { no, issue } = await promised({ due: '2026-11-25', text: '最急的一件' })
  const [first] = await promisesOf(town.db, town.clock.now)
  t.match(first, { no, text: '最急的一件', days: 1, overdue: false, state: 'in_progress' })
  t.match(await resolutionOfIssue(town.db, issue.no, town.clock.now), { no })
  t.equal(await resolutionOfIssue(town.db, 99_999, town.clock.now), null)
})

t.test('a program that makes a promise is held to the same rules', async (t) => {
  const night = await evening(town)
  const [seatId = 0, personId = 0] = ownerOf(town, 4, 'feng').split('-').map(Number)
  const by = { personId: town.cast.people.zhou }
  const promise = {
    meetingNo: night.meeting.no,
    itemNo: night.item.no,
    text: '装灯',
    seatId,
    personId,
    dueOn: '2026-12-01',
    steps: [],
  }
  await t.rejects(
    makeResolution(town.db, town.letterbox, { ...promise, dueOn: '2026-11-01' }, by, town.clock.now),
    new Refusal('resolutions.due.past'),
  )
  await t.rejects(
    makeResolution(town.db, town.letterbox, { ...promise, personId: town.cast.people.li }, by, town.clock.now),
    new Refusal('resolutions.owner.wrong'),
  )
  t.ok((await makeResolution(town.db, town.letterbox, promise, by, town.clock.now)).no)
})

t.test('three statements a page at most, however much stands there', async (t) => {
  const { at } = await promised()
  await feng.post(`${at}/updates`, { words: '第一条' })
  for (const path of ['/ledger', '/ledger?shelf=overdue&seat=4', at]) {
    for (const [who, browser] of Object.entries({ stranger, feng })) {
      const count = await statementsOf(() => browser.get(path))
      t.ok(count <= 3, `${who} ${path}: ${count}`)
    }
  }
  const night = await evening(town)
  t.ok((await statementsOf(() => zhou.get(night.path))) <= 3)
})
