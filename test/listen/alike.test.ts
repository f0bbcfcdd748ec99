import { sql } from 'kysely'
import t from 'tap'
import type { Trx } from '../../src/lib/db/schema.ts'
import { takeFiling } from '../../src/listen/filings/store.ts'
import { indexIssues } from '../../src/listen/search/store.ts'
import { alikeQuery } from '../../src/listen/search/tokens.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, codeIn, file, filingOf, hostile, issueOf, journalOf, publish, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const home = await town.as({ door: '12-602' })

const raw = '班车九点半就没了，我姓王住六零二'
const busNo = await accept(town, shen, await file(nobody, raw))
const words = '晚上接驳车太早收了，赶不上末班'
const form = (more: Record<string, string> = {}) => ({ key: crypto.randomUUID(), what: words, look: '1', ...more })

t.test('what is not approved is never shown to a neighbour', async (t) => {
  const reply = await nobody.post('/report/alike', { what: words })
  t.equal(reply.statusCode, 200)
  t.notMatch(reply.body, '末班')
  t.equal((await nobody.post('/filings', form())).statusCode, 303, 'and the form is kept at once')
})

t.test('while she types: the matter with its whole public text, never a raw word', async (t) => {
  await publish(town, gu, busNo)
  const { body } = await nobody.post('/report/alike', { what: words, where: 'gate' })
  t.match(body, '小区班车末班能不能晚一点')
  t.match(body, '晚下班的居民赶不上末班车')
  t.match(body, `name="alike" value="${busNo}"`)
  t.notMatch(body, '姓王')
  t.match((await nobody.get('/report')).body, 'hx-post="/c/wutongli/report/alike"')
  t.equal(await statementsOf(() => nobody.post('/report/alike', { what: words })), 2)
})

t.test('without a script: the next page asks, and keeps every word of the form', async (t) => {
  const reply = await nobody.post('/filings', form({ spot: '北门', phone: '13812340099', surname: '李', shown: 'on' }))
  t.equal(reply.statusCode, 200)
  t.match(reply.body, '这几件像不像？')
  for (const kept of [words, '北门', '13812340099', '李']) t.match(reply.body, kept)
  const unlike = await nobody.post('/filings', form({ looked: '1', phone: '13812340099' }))
  t.match(await filingOf(town, codeIn(unlike.headers.location)), { state: 'submitted', words })
  t.equal(
    (await nobody.post('/filings', form({ what: '想学书法有没有老师教', look: '1' }))).statusCode,
    303,
    'unlike anything: kept at once',
  )
})

t.test('me too, in one tap: her own sentence is kept in the matter, and her door counts once', async (t) => {
  const before = (await home.get(`/issues/${busNo}`)).body
  t.match(before, '1 条')
  const one = await home.post('/filings', form({ alike: String(busNo) }))
  const filing = await filingOf(town, codeIn(one.headers.location))
  t.match(filing, { state: 'accepted', words, issue_id: (await issueOf(town, busNo)).id })
  await home.post('/filings', form({ alike: String(busNo), what: '又一次赶不上末班车' }))
  const { rows } = { rows: await town.db.selectFrom('supports').selectAll().execute() }
  t.equal(rows.length, 1)
  t.same(
    (await journalOf(town, 'issue', (await issueOf(town, busNo)).id))
      .filter(({ verb }) => verb === 'issue.joined')
      .map((l) => l.household_id),
    [null, null],
    'the public timeline does not tell from whom',
  )
  t.match((await home.get(`/track/${codeIn(one.headers.location)}`)).body, `/issues/${busNo}"`)
})

t.test('a browser without a door counts once, two browsers twice', async (t) => {
  const [first, second] = [await town.as(), await town.as()]
  for (const browser of [first, first, second]) {
    const reply = await browser.post('/filings', form({ alike: String(busNo) }))
    t.match(await filingOf(town, codeIn(reply.headers.location)), { state: 'accepted' })
  }
  t.equal((await town.db.selectFrom('nods').selectAll().execute()).length, 2)
})

t.test('the same form sent twice, or twice in the same second, is one voice', async (t) => {
  const browser = await town.as()
  const once = form({ alike: String(busNo), what: '末班车真的太早了' })
  const replies = await Promise.all([browser.post('/filings', once), browser.post('/filings', once)])
  t.same(new Set(replies.map(({ headers }) => headers.location)).size, 1)
})

t.test('a matter that is closed, unknown or not public takes nobody, and the words wait for the desk', async (t) => {
  const hidden = await accept(town, shen, await file(nobody, '这件还没公开'))
  const closed = await accept(town, shen, await file(nobody, '这件已经关了'), { title: '已经关掉的一件事' })
  await publish(town, gu, closed)
  await town.db
    .updateTable('issues')
    .set({ state: 'closed_explained', closed_at: town.clock.now })
    .where('no', '=', closed)
    .execute()
  for (const alike of [String(hidden), String(closed), '99999', 'x', '-1']) {
    const reply = await nobody.post('/filings', form({ alike, looked: '1' }))
    t.equal(reply.statusCode, 303, alike)
    t.match(await filingOf(town, codeIn(reply.headers.location)), { state: 'submitted' }, alike)
  }
  t.notMatch(
    (await nobody.post('/report/alike', { what: '已经关掉的一件事' })).body,
    '已经关掉',
    'closed ones are not offered',
  )
})

t.test('whatever is typed shows as text or is refused', async (t) => {
  for (const [name, text] of Object.entries(hostile)) {
    t.equal((await nobody.post('/report/alike', { what: text, where: text.slice(0, 20) })).statusCode, 200, name)
    const reply = await nobody.post('/filings', form({ what: `${text} 末班车太早` }))
    if (reply.statusCode === 200) t.match(reply.body, shown(text), name)
  }
  for (const [name, text] of Object.entries(unreadable)) {
    t.equal((await nobody.post('/report/alike', { what: text })).statusCode, 200, name)
    t.equal((await nobody.post('/filings', form({ what: text }))).statusCode, 422, name)
  }
})

t.test('the desk is offered every open matter, public or not, with its text', async (t) => {
  const { no } = await filingOf(town, await file(nobody, '晚上赶不上末班车'))
  const { body } = await shen.get(`/desk/triage/${no}`)
  t.match(body, '小区班车末班能不能晚一点')
})

t.test('which matters a neighbour is shown never depends on a word that nobody has approved', async (t) => {
  const said = '后门岗亭夜里没有保安'
  const public1 = { text: '后门的岗亭到了夜里没有人，进出不安全。', raw: '后门岗亭空着' }
  // More than are weighed at once: in raw words they say just what is asked, in public something else.
  const crowd = Array.from({ length: 61 }, (_, n) => ({ text: `第 ${n} 棵香樟要修枝。`, raw: `${said}，家母王秀英怕` }))
  await town.db.transaction().execute(async (trx) => {
    for (const { text, raw } of [public1, ...crowd]) await tell(trx, text, raw)
  })
  for (const what of [said, `${said} 王秀英`]) {
    const { body } = await nobody.post('/report/alike', { what })
    t.match(body, '后门的岗亭到了夜里没有人', what)
    t.notMatch(body, '香樟')
  }
  t.same(await chosen('王秀英', true), [], 'a name in raw words chooses nothing for a neighbour')
  t.equal((await chosen('王秀英', false)).length, 60, 'the desk reads them anyway')
})

t.test('a pair of words counts for neighbours once the desk has said yes, and no longer when it says no', async (t) => {
  await town.db.transaction().execute((trx) => tell(trx, '东边那只小飞象裂了。', '小飞象裂了'))
  const offered = async () => /小飞象裂了/.test((await nobody.post('/report/alike', { what: '大白鹅裂了' })).body)
  t.notOk(await offered())
  const pair = { word: '大白鹅', alike: '小飞象', times: 4, approved_at: null, approved_by: null, refused_at: null }
  const { id } = await town.db
    .insertInto('synonyms')
    .values({ ...pair, proposed_at: town.clock.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  t.notOk(await offered(), 'proposed is not said')
  for (const [verdict, counts] of [
    ['yes', true],
    ['no', false],
  ] as const) {
    await shen.post(`/desk/words/${id}`, { verdict })
    t.equal(await offered(), counts, verdict)
  }
})

/** A matter that everybody may read, made of one filing. */
async function tell(trx: Trx, text: string, raw: string) {
  const at = town.clock.now
  const { id } = await trx
    .insertInto('issues')
    .values({
      ...{ title: text.slice(0, 8), public_text: text, category: 'other', state: 'accepted' },
      ...{ safety: false, frail: false, reopens: 0, building_id: null, seat_id: null, due_on: null },
      ...{ opened_at: at, published_at: at, closed_at: null },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const nobodys = { place: '', buildingId: null, householdId: null, surname: '', nameShown: false, phone: '' }
  const heard = { ...nobodys, channel: 'bridge', words: raw, locale: 'zh', recordedBy: null } as const
  const filing = await takeFiling(trx, town.letterbox, heard, {}, at)
  await trx.updateTable('filings').set({ issue_id: id, state: 'accepted' }).where('id', '=', filing.id).execute()
  await indexIssues(trx, [id])
}

async function chosen(spoken: string, openly: boolean) {
  const { rows } = await sql`select issue_id from alike_issues(${alikeQuery(spoken)}, ${openly}, 60)`.execute(town.db)
  return rows
}
