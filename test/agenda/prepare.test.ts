import sharp from 'sharp'
import t from 'tap'
import { whyNotVoteBy } from '../../src/agenda/kinds/rules.ts'
import { kindsOf } from '../../src/agenda/kinds/store.ts'
import { noticeMeeting } from '../../src/agenda/meetings/store.ts'
import { earliestDay, tooEarlyUntil, whyNotProven } from '../../src/agenda/notices/rules.ts'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { startTown } from '../harness.ts'
import { holdMeeting, hostile, issueState, letDaysPass, lines, makeItem, postNotice, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const han = await town.as('han')
const visitor = await town.as()
const chair = { personId: town.cast.people.zhou }
const plan = (fields: Record<string, string> = {}) => ({
  ...{
    key: crypto.randomUUID(),
    title: '十二月会议',
    place: '居委会二楼',
    startsAt: '2026-12-05T19:00',
    kind: 'five_party',
  },
  ...fields,
})
const row = (no: number) => town.db.selectFrom('meetings').where('no', '=', no).selectAll().executeTakeFirstOrThrow()
const waitingMail = async () => (await town.db.selectFrom('outbox').selectAll().execute()).length
const planned = async (fields: Record<string, string> = {}) => {
  const reply = await shen.post('/desk/meetings', plan(fields))
  return Number(/(\d+)$/.exec(String(reply.headers.location))?.[1])
}

t.test('the day of the notice does not count, and days are Shanghai’s', async (t) => {
  const five = { leadDays: 3 }
  const told = new Date('2026-11-30T23:59:00+08:00')
  t.equal(earliestDay(told, five), '2026-12-03')
  t.equal(earliestDay(new Date('2026-12-01T00:01:00+08:00'), five), '2026-12-04')
  const lead = { lead_from: told, lead_cut_at: null }
  t.equal(tooEarlyUntil(lead, five, new Date('2026-12-02T23:59:59+08:00')), '2026-12-03')
  t.equal(tooEarlyUntil(lead, five, new Date('2026-12-03T00:00:00+08:00')), null)
  t.equal(tooEarlyUntil({ ...lead, lead_cut_at: told }, five, told), null)
  t.equal(whyNotProven({ proof: 'buildings' }, [{ buildings: [] }, { buildings: [1] }], [1, 2]), 'notices.noProofOfAll')
  t.equal(whyNotProven({ proof: 'buildings' }, [{ buildings: [2] }, { buildings: [1] }], [1, 2]), null)
})

t.test('every neighbourhood begins with the nine kinds, the owners’ fifteen days fixed by law', async (t) => {
  const kinds = await kindsOf(town.db)
  t.same(
    kinds.map(({ code, terms }) => [code, terms.leadDays, terms.rule, terms.proof]),
    [
      ['five_party', 3, 'S5', 'one'],
      ['hearing', 7, 'M1', 'one'],
      ['coordination', 3, 'C1', 'one'],
      ['appraisal', 7, 'M1', 'one'],
      ['residents', 7, 'M2', 'buildings'],
      ['owners', 15, 'D1', 'buildings'],
      ['salon', 1, 'M1', 'none'],
      ['team', 1, 'M1', 'none'],
      ['four_two', 7, 'G4', 'one'],
    ],
  )
  t.same(
    kinds.filter(({ terms }) => terms.leadFixed).map(({ code }) => code),
    ['owners'],
  )
})

t.test('a community changes a kind for the meetings to come; one that was announced keeps its terms', async (t) => {
  const told = await holdMeeting(town, [], 1, 'hearing')
  const form = {
    ...{ name: '听证会', nameEn: 'Hearing', convenor: '居委会', convenorEn: 'Committee', leadDays: '9', proof: 'one' },
    ...{
      quorum: 'none',
      rule: 'M1',
      proxies: '1',
      advises: ['common', '278-4'],
      order: '说明 | Facts | 10\n听大家说 | Voices | 0',
    },
  }
  t.equal((await shen.post('/desk/kinds/hearing', form)).statusCode, 403, 'a chair’s or an administrator’s to change')
  const bad = await zhou.post('/desk/kinds/hearing', { ...form, leadDays: 'soon', order: hostile.script })
  t.equal(bad.statusCode, 422)
  t.match(bad.body, '合适的整数')
  t.notMatch(bad.body, '<script>alert')
  t.match((await zhou.post('/desk/kinds/hearing', { ...form, decides: ['278-6'] })).body, '只交给业主大会')
  t.match((await zhou.post('/desk/kinds/hearing', { ...form, order: '一 | 二 | 三' })).body, '每行写成')
  t.match((await zhou.post('/desk/kinds/owners', { ...form, leadDays: '7' })).body, '不能减')
  t.equal((await zhou.post('/desk/kinds/hearing', form)).statusCode, 303)
  t.equal(((await row(told)).terms as { leadDays: number }).leadDays, 7)
  const next = await planned({ kind: 'hearing' })
  t.match((await zhou.get(`/desk/meetings/${next}/notice`)).body, '要提前 9 天通知')
  t.match((await zhou.get('/desk/kinds')).body, '提前 9 天通知')
  t.equal((await shen.post('/desk/meetings', plan({ kind: 'nothing' }))).statusCode, 422)
})

t.test('nobody is told before the paper hangs; where, when and who, with a picture only the desk sees', async (t) => {
  const no = await planned()
  t.match((await zhou.post(`/meetings/${no}/notice`)).body, '通知还没贴出来')
  const form = { key: crypto.randomUUID(), spot: '南门公告栏', postedBy: '李阿姨', postedAt: '2026-11-24T09:00' }
  const path = `/desk/meetings/${no}/proofs`
  t.match((await shen.post(path, { ...form, postedAt: '2026-11-25T09:00' })).body, '这个时间还没到')
  t.match((await shen.post(path, { ...form, spot: '' })).body, '写明贴在哪里')
  const fake = await shen.upload(path, form, { name: 'x.jpg', field: 'picture', bytes: Buffer.from('<svg/>') })
  t.equal(fake.statusCode, 422)
  t.match(fake.body, '南门公告栏', 'what was typed is still there')
  const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer()
  for (let twice = 0; twice < 2; twice++)
    t.equal((await shen.upload(path, form, { name: 'x.jpg', field: 'picture', bytes })).statusCode, 303)
  const proofs = await town.db.selectFrom('notice_proofs').where('place', '=', '南门公告栏').selectAll().execute()
  t.equal(proofs.filter(({ key }) => key === form.key).length, 1, 'pressed twice it is one')
  t.equal((await shen.get(`${path}/${form.key}`)).headers['content-type'], 'image/jpeg')
  t.equal((await visitor.get(`${path}/${form.key}`)).statusCode, 403)
  t.equal((await zhou.post(`/meetings/${no}/notice`)).statusCode, 303)
  t.match((await zhou.post(`/meetings/${no}/checkin`)).body, '最早 11 月 27 日', 'too early says from when')
  t.match((await zhou.get(`/desk/meetings/${no}`)).body, '通知要满 3 天')
  town.clock.now = new Date('2026-11-27T08:00:00+08:00')
  // Whoever was signed in three days ago signs in again.
  t.equal((await (await town.as('zhou')).post(`/meetings/${no}/checkin`)).statusCode, 303)
  town.clock.now = new Date('2026-11-24T10:00:00+08:00')
})

t.test('the chair cuts the days for a reason that everybody reads, but never the law’s', async (t) => {
  const no = await holdMeeting(town, [], 0)
  await noticeMeeting(town.db, no, chair, town.clock.now)
  t.equal((await shen.post(`/desk/meetings/${no}/lead-cut`, { cutReason: '水管爆了，等不起' })).statusCode, 403)
  t.equal((await zhou.post(`/desk/meetings/${no}/lead-cut`, { cutReason: '急' })).statusCode, 422)
  t.equal((await zhou.post(`/desk/meetings/${no}/lead-cut`, { cutReason: '水管爆了，等不起' })).statusCode, 303)
  t.equal((await zhou.post(`/desk/meetings/${no}/lead-cut`, { cutReason: '水管爆了，等不起' })).statusCode, 409)
  const list = (await visitor.get('/overrides')).body
  t.match(list, '水管爆了，等不起')
  t.notMatch(list, '周敏', 'by post, not by name')
  t.equal((await zhou.post(`/meetings/${no}/checkin`)).statusCode, 303)
  const owners = await holdMeeting(town, [], 0, 'owners')
  await noticeMeeting(town.db, owners, chair, town.clock.now)
  t.match((await zhou.post(`/desk/meetings/${owners}/lead-cut`, { cutReason: '大家都等着' })).body, '法规定的')
})

t.test('a changed hour is a new notice: told once, posted anew, and an earlier one gives the days again', async (t) => {
  const issue = await tellIssue(town, { filings: [{ phone: '13812345678' }] })
  const no = await holdMeeting(town, [await makeItem(town, [issue])], 1)
  const before = await waitingMail()
  const change = { title: '十一月五位一体会议', place: '党群服务站', startsAt: '2026-11-28T19:00' }
  for (let twice = 0; twice < 2; twice++)
    t.equal((await shen.post(`/desk/meetings/${no}/change`, change)).statusCode, 303)
  t.equal(await waitingMail(), before + 1, 'whoever was told hears it once')
  t.match(await town.db.selectFrom('issues').where('no', '=', issue).select('next_step').executeTakeFirst(), {
    next_step: '11 月 28 日 19:00 在党群服务站开会商量',
  })
  t.match((await zhou.post(`/meetings/${no}/checkin`)).body, '改过的通知还没贴出来')
  t.same((await row(no)).lead_from, new Date('2026-11-08T10:00:00+08:00'), 'later costs nobody a day')
  await postNotice(town, no)
  await shen.post(`/desk/meetings/${no}/change`, { ...change, startsAt: '2026-11-25T19:00' })
  t.same((await row(no)).lead_from, town.clock.now, 'earlier starts the days anew')
  await postNotice(town, no)
  t.match((await zhou.post(`/meetings/${no}/checkin`)).body, '最早 11 月 27 日')
  await letDaysPass(town, no)
  t.equal((await zhou.post(`/meetings/${no}/checkin`)).statusCode, 303)
  t.match((await shen.post(`/desk/meetings/${no}/change`, change)).body, '已经开始签到')
})

t.test('a meeting that is called off says why, and its items go back to the pool', async (t) => {
  const issue = await tellIssue(town, { filings: [{ phone: '13812345678' }] })
  const no = await holdMeeting(town, [await makeItem(town, [issue])], 1)
  t.equal((await zhou.post(`/desk/meetings/${no}/cancellation`, { offReason: '' })).statusCode, 422)
  const off = { offReason: '台风红色预警' }
  t.equal((await shen.post(`/desk/meetings/${no}/cancellation`, off)).statusCode, 403)
  const before = await waitingMail()
  const replies = await Promise.all([zhou, zhou].map((who) => who.post(`/desk/meetings/${no}/cancellation`, off)))
  t.same(replies.map(({ statusCode }) => statusCode).sort(), [303, 409])
  t.equal(await waitingMail(), before + 1)
  t.equal(await issueState(town, issue), 'pooled')
  t.match((await visitor.get(`/meetings/${no}/agenda`)).body, '这次会取消了：台风红色预警')
  t.equal((await visitor.get(`/meetings/${no}`)).statusCode, 200)
  t.equal((await zhou.post(`/meetings/${no}/checkin`)).statusCode, 409)
  t.match((await lines(town, 'meeting', 'meetings', no)).at(-1), { verb: 'meeting.aborted', became: 'aborted' })

  const begun = await holdMeeting(town, [await makeItem(town, [issue])], 3)
  for (const rest of [false, true]) {
    if (rest) t.equal((await zhou.post(`/meetings/${begun}/suspension`)).statusCode, 303)
    const late = await zhou.post(`/desk/meetings/${begun}/cancellation`, off)
    t.equal(late.statusCode, 409, 'what has begun is not called off, not even while it rests')
    t.match(late.body, '会已经开始，不能取消')
  }
  t.equal(await issueState(town, issue), 'on_agenda')
})

t.test('a meeting takes up only what its kind may, and what owners decide it can only advise on', async (t) => {
  const item = await makeItem(town, [await tellIssue(town)], '换物业')
  const brief = { subject: '278-4', expert: '', expertName: '' }
  t.equal((await shen.post(`/desk/agenda/${item}/brief`, brief)).statusCode, 303)
  const place = { item: String(item), minutes: '10' }
  const salon = await holdMeeting(town, [], 0, 'salon')
  t.match((await shen.post(`/desk/meetings/${salon}/items`, place)).body, '请开业主大会')
  const five = await holdMeeting(town, [item], 3)
  t.match((await visitor.get(`/items/${item}`)).body, '会商意见，不能代替业主表决')
  for (const step of ['introduction', 'discussion']) await zhou.post(`/meetings/${five}/items/${item}/${step}`)
  t.match((await zhou.get(`/meetings/${five}/items/${item}/ballot`)).body, '会商意见，不能代替业主表决')
  const asked = { question: '同意续聘', abstain: true, tallyShown: 'live', by: chair, at: town.clock.now } as const
  const { no } = await openBallot(town.db, { ...asked, meetingNo: five, itemNo: item, rule: 'S5' })
  t.match((await visitor.get(`/ballots/${no}`)).body, /业主/)
  t.same(
    [
      whyNotVoteBy({ decides: ['common'], advises: ['278-4'] }, '278-4', 'D1'),
      whyNotVoteBy({ decides: ['278-4'], advises: [] }, '278-4', 'M2'),
      whyNotVoteBy({ decides: ['278-6'], advises: [] }, '278-6', 'D1'),
      whyNotVoteBy({ decides: ['278-6'], advises: [] }, '278-6', 'D2'),
      whyNotVoteBy({ decides: ['common'], advises: [] }, 'common', 'M2'),
    ],
    ['kinds.onlyAdvice', 'kinds.lawAsksD1', 'kinds.lawAsksD2', null, null],
  )
  // Whatever it was placed for: the vote asks again.
  const other = await makeItem(town, [await tellIssue(town)])
  const hearing = await holdMeeting(town, [other], 3, 'hearing')
  for (const step of ['introduction', 'discussion']) await zhou.post(`/meetings/${hearing}/items/${other}/${step}`)
  await town.db.updateTable('agenda_items').set({ subject: '278-1' }).where('no', '=', other).execute()
  await t.rejects(openBallot(town.db, { ...asked, meetingNo: hearing, itemNo: other, rule: 'M1' }), {
    message: 'kinds.notOwners',
  })
})

t.test('seats say who comes and who instead; the desk says it for them; the chair sees how many', async (t) => {
  const no = await holdMeeting(town, [], 1)
  const [, committee = 0, , , police = 0] = town.cast.seats
  const { wu, sun, han: officer } = town.cast.people
  const own = await han.post(`/meetings/${no}/coming`, { seat: String(police), coming: 'yes', person: String(officer) })
  t.equal(own.statusCode, 303)
  const other = { seat: String(committee), coming: 'yes', person: String(wu), alternate: String(sun) }
  t.equal((await han.post(`/meetings/${no}/coming`, other)).statusCode, 403, 'her own seat only')
  t.equal((await visitor.get(`/meetings/${no}/coming`)).statusCode, 403)
  t.match((await shen.post(`/desk/meetings/${no}/coming`, { ...other, alternate: String(wu) })).body, '不能是同一个')
  t.match(
    (await shen.post(`/desk/meetings/${no}/coming`, { ...other, person: String(officer) })).body,
    '不是由这位来坐',
  )
  t.match((await shen.post(`/desk/meetings/${no}/coming`, { ...other, person: '' })).body, '写明谁来')
  t.equal((await shen.post(`/desk/meetings/${no}/coming`, other)).statusCode, 303)
  const page = (await zhou.get(`/desk/meetings/${no}`)).body
  t.match(page, '5 席里有 2 席说了来')
  t.match(page, '还没回：党组织、业委会、物业')
  t.equal((await han.post(`/meetings/${no}/coming`, { seat: String(police), coming: 'no' })).statusCode, 303)
  t.match((await zhou.get(`/desk/meetings/${no}/coming`)).body, '说了不来：社区民警')
  t.match((await zhou.get(`/desk/meetings/${no}/print?sheet=signin`)).body, '吴建国、孙莉')
})
