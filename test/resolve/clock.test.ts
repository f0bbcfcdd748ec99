import { randomUUID } from 'node:crypto'
import t from 'tap'
import { tick } from '../../src/resolve/clock.ts'
import { holdMeeting, makeItem, tellIssue } from '../agenda/help.ts'
import { startTown, type Town } from '../harness.ts'
import { minutedEvening, tablesOf, textOf, unzipped } from './minuted.ts'

/** What happens to minutes because a day has come, whoever is at the desk. */

const go = (town: Town) => tick({ ...town, clock: () => town.clock.now })
const at = (town: Town, iso: string) => {
  town.clock.now = new Date(iso)
}
const verbs = async (town: Town) =>
  await town.db
    .selectFrom('journal')
    .where('verb', 'like', 'minutes.%')
    .select(['verb', 'person_id', 'particulars'])
    .orderBy('id')
    .execute()

t.test('silence is noted once when the three days are over, and what hung out long enough is put away', async (t) => {
  const town = await startTown(t)
  const { no, post } = await minutedEvening(town)
  const desk = `/desk/meetings/${no}/minutes`
  const [page, agenda, chair] = [`/meetings/${no}/minutes`, `/meetings/${no}/agenda`, `/meetings/${no}/chair`]
  const nobody = await town.as()
  const links = async () =>
    Promise.all([`/meetings/${no}`, agenda].map(async (path) => (await nobody.get(path)).body.includes('看会议纪要')))
  t.match((await (await town.as('zhou')).get(chair)).body, '写会议纪要')
  await post(desk)
  t.match((await (await town.as('zhou')).get(chair)).body, `href="/c/wutongli${desk}"`)
  t.same(await links(), [false, false], 'a draft is the desk’s')
  await post(`${desk}/sending`)

  const feng = await town.as('feng')
  t.match((await feng.get('/seat')).body, /请确认纪要：十一月五位一体会议[\s\S]*11月27日 23:59前[\s\S]*待我确认/)
  t.match(
    (await (await town.as('zhou')).get('/desk')).body,
    /我的席位<span>1<\/span>/,
    'and who works at the desk finds it counted there',
  )
  t.equal((await feng.get('/desk')).headers.location, '/c/wutongli/seat')
  t.match((await feng.get('/ledger')).body, 'href="/c/wutongli/seat"')
  t.notMatch((await (await town.as('qian')).get('/seat')).body, '请确认纪要', 'his seat was vacant that evening')
  t.equal((await (await town.as({ door: '12-602' })).get('/seat')).statusCode, 403)
  const { text_sha256: sha } = await town.db.selectFrom('minutes').select('text_sha256').executeTakeFirstOrThrow()
  const yes = { seat: String(town.cast.seats[3]), answer: 'confirmed', words: '', sha: sha ?? '' }
  await post(`${page}/answer`, yes, feng)
  t.notMatch((await feng.get('/seat')).body, '请确认纪要', 'answered once, it waits no more')

  at(town, '2026-11-27T23:59:00+08:00')
  await go(town)
  t.notOk((await verbs(town)).some(({ verb }) => verb === 'minutes.silent'))
  at(town, '2026-11-28T00:00:00+08:00')
  await Promise.all([go(town), go(town)])
  await go(town)
  const silent = (await verbs(town)).filter(({ verb }) => verb === 'minutes.silent')
  t.equal(silent.length, 1, 'once, however many clocks there are')
  t.match(silent[0], { person_id: null, particulars: { seats: '党组织、居委会、社区民警' } })
  t.match((await (await town.as('zhou')).get(desk)).body, '党组织、居委会、社区民警没有回音，记“未确认”')
  t.notMatch((await (await town.as('zhou')).get('/seat')).body, '请确认纪要', 'too late to answer')
  t.notMatch((await (await town.as('zhou')).get('/desk')).body, /我的席位<span>/)

  await post(`${desk}/publication`)
  t.same(await links(), [true, true], 'what hangs out is everybody’s')
  t.match((await (await town.as('zhou')).get(chair)).body, `href="/c/wutongli${page}"`)
  t.match((await (await town.as('feng')).get('/seat')).body, '正在公示的纪要')
  const { public_until: until } = await town.db.selectFrom('minutes').select('public_until').executeTakeFirstOrThrow()
  t.equal(until, '2026-12-07')
  const wang = await town.as({ door: '12-602' })
  await post(`${page}/objections`, { key: randomUUID(), words: '字太小' }, wang)
  at(town, '2026-12-07T23:59:00+08:00')
  await go(town)
  at(town, '2026-12-08T00:00:00+08:00')
  await go(town)
  const archived = async () =>
    (await town.db.selectFrom('minutes').select('archived_at').executeTakeFirstOrThrow()).archived_at
  t.equal(await archived(), null, 'an objection waits for its answer')
  const { id } = await town.db.selectFrom('minutes_objections').select('id').executeTakeFirstOrThrow()
  await post(`${desk}/objections/${id}/reply`, { gist: '有住户说字小', reply: '换了大字。' })
  await Promise.all([go(town), go(town)])
  await go(town)
  t.same(await archived(), town.clock.now)
  const away = (await verbs(town)).filter(({ verb }) => verb === 'minutes.archived')
  t.equal(away.length, 1)
  t.equal(away[0]?.person_id, null, 'nobody pressed it')
})

t.test('a seat is asked whether it comes as soon as people are told of a meeting', async (t) => {
  const town = await startTown(t)
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 0)
  const feng = await town.as('feng')
  t.match((await feng.get('/seat')).body, '现在没有要您回话的事')
  await town.db.updateTable('meetings').set({ noticed_at: town.clock.now, noticed_by: town.cast.people.zhou }).execute()
  feng.cookies.lang = 'en'
  t.match((await feng.get('/seat')).body, /Will you come, and who: 十一月五位一体会议[\s\S]*to answer/)
  feng.cookies.lang = 'zh'
  const seat = String(town.cast.seats[3])
  await feng.post(`/meetings/${no}/coming`, { seat, coming: 'no', person: '', alternate: '', standIn: '' })
  t.match((await feng.get('/seat')).body, '现在没有要您回话的事')
})

t.test('a trial and its last day stand in the minutes, the file and the notice', async (t) => {
  const town = await startTown(t)
  const trial = { trial: 'on', ends: '2027-02-24', metric: '晚班车乘坐人数', unit: '人/天', target: '20' }
  const { no, post } = await minutedEvening(town, '班车末班延到 23:00', trial)
  const desk = `/desk/meetings/${no}/minutes`
  await post(desk)
  await post(`${desk}/sending`)
  at(town, '2026-11-28T09:00:00+08:00')
  await post(`${desk}/publication`)
  const nobody = await town.as()
  const sentence =
    '班车末班延到 23:00。试行到2027年2月24日，看晚班车乘坐人数（希望达到20人/天），到期再表决。责任方：物业'
  for (const path of [`/meetings/${no}/minutes`, `/meetings/${no}/minutes/print`])
    t.match((await nobody.get(path)).body, sentence, path)
  const file = await town.app.inject({ url: `/c/wutongli/meetings/${no}/minutes.docx` })
  const xml = unzipped(file.rawPayload).get('word/document.xml') ?? ''
  t.match(textOf(xml), sentence)
  const duties = tablesOf(xml).find(([head]) => head?.includes('做什么'))
  t.match(duties?.[1]?.[1], /班车末班延到 23:00（决议第\d+号，试行到2027年2月24日）/)
  t.match((await nobody.get(`/meetings/${no}/deadlines.ics`)).body, /SUMMARY:试行到期：班车末班延到 23:00/)
  for (const paper of ['a4', 'a3']) {
    const notice = (await nobody.get(`/meetings/${no}/minutes/notice?paper=${paper}`)).body
    t.match(notice, /试行到 2027年2月24日，到期再表决/, paper)
  }
})
