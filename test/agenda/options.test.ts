import fc from 'fast-check'
import jsqr from 'jsqr'
import sharp from 'sharp'
import t from 'tap'
import { passesGate } from '../../src/agenda/gates/rules.ts'
import { readYuan, shareOf, yuan } from '../../src/agenda/options/rules.ts'
import { draw } from '../../src/lib/http/draw.ts'
import { startTown } from '../harness.ts'
import { holdMeeting, hostile, makeItem, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const visitor = await town.as()
const jsQR = jsqr as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null

t.test('shares add up to the cost to the last fen, and what is typed comes back as it was', async (t) => {
  fc.assert(
    fc.property(fc.nat(2_000_000_000), fc.integer({ min: 1, max: 20_000 }), (cost, households) => {
      const share = shareOf(cost, households)
      if (!share || share.more >= households) return false
      return (
        share.each * (households - share.more) + (share.each + 1) * share.more === cost && readYuan(yuan(cost)) === cost
      )
    }),
  )
  t.same(['3600', '3,600.5', '３６００元', '0.01', '', '1.234', '-5', '1e9', '999999999999'].map(readYuan), [
    360_000,
    360_050,
    360_000,
    1,
    null,
    null,
    null,
    null,
    null,
  ])
  t.equal(shareOf(100, 0), null)
})

t.test(
  'an item shows its options side by side, with what each costs a household and who has not been heard',
  async (t) => {
    const issue = await tellIssue(town, { filings: [{ channel: 'door', door: '12-602' }] })
    const item = await makeItem(town, [issue])
    const path = `/desk/agenda/${item}/options`
    const option = (fields: Record<string, string> = {}) => ({
      ...{ key: crypto.randomUUID(), title: '延到 22:00', timing: '每天多一班', cost: '1200', per: 'month' },
      ...{ bearer: 'households', share: 'all', pros: '省钱\n快', cons: '', ...fields },
    })
    t.equal((await visitor.post(path, option())).statusCode, 403)
    const wrong = await shen.post(path, option({ cost: '一千二', pros: hostile.script }))
    t.equal(wrong.statusCode, 422)
    t.match(wrong.body, '最多两位小数')
    t.notMatch(wrong.body, '<script>alert')
    const first = option()
    for (let twice = 0; twice < 2; twice++) t.equal((await shen.post(path, first)).statusCode, 303)
    await shen.post(path, option({ title: '延到 23:00', cost: '3600.50' }))
    await shen.post(path, { ...first, cons: '还是赶不上' })
    const { 3: three, 12: twelve } = town.cast.buildings
    const brief = {
      subject: 'common',
      expert: '车够用',
      expertName: '调度',
      buildings: [String(three), String(twelve)],
    }
    t.equal((await shen.post(`/desk/agenda/${item}/brief`, brief)).statusCode, 303)

    t.equal((await visitor.get(`/items/${item}`)).statusCode, 404, 'the desk’s own before people are told')
    const no = await holdMeeting(town, [item], 1)
    const page = (await visitor.get(`/items/${item}`)).body
    t.equal(
      page.match(/<section class="card stack gap-s option">/g)?.length,
      2,
      'pressed twice it is one, changed it is the same',
    )
    for (const words of ['1200.00 元', '50.00 元', '150.02 元', '其中 2 户多 1 分', '还是赶不上', '车够用', '还没听到'])
      t.match(page, words)
    t.notMatch(page, '602')
    const warning = '受影响的3 号楼还没有人说过话'
    t.match((await zhou.get(`/desk/meetings/${no}`)).body, warning)
    t.match((await shen.get(path)).body, warning)
    await shen.post(`${path}/${first.key}/removal`)
    t.notMatch((await visitor.get(`/items/${item}`)).body, '延到 22:00')
    for (let i = 0; i < 5; i++) await shen.post(path, option())
    t.equal((await shen.post(path, option())).statusCode, 409, 'more than six nobody can compare')
  },
)

t.test('四议两公开: each stage in its turn, by its numbers, and one that fails stops the matter', async (t) => {
  t.same(
    [
      passesGate('party', { due: 30, attended: 20, yes: 16 }),
      passesGate('party', { due: 30, attended: 20, yes: 15 }),
      passesGate('party', { due: 30, attended: 19, yes: 19 }),
      passesGate('consult', { due: null, attended: 8, yes: 4 }),
      passesGate('consult', { due: null, attended: 8, yes: 5 }),
    ],
    [true, false, false, false, true],
  )
  const item = await makeItem(town, [await tellIssue(town)])
  const path = `/desk/agenda/${item}/gates`
  const meeting = await holdMeeting(town, [], 0, 'four_two')
  const place = async () =>
    (await shen.post(`/desk/meetings/${meeting}/items`, { item: String(item), minutes: '10' })).body
  const record = (gate: string, numbers: Record<string, string> = {}) =>
    shen.post(path, { gate, heldOn: '2026-11-20', due: '', attended: '', yes: '', note: '', ...numbers })
  t.match(await place(), '还没有党组织提议')
  t.match((await record('party', { due: '30', attended: '20', yes: '16' })).body, '还没有党组织提议')
  t.equal((await record('propose')).statusCode, 303)
  t.match((await record('consult', { attended: '5', yes: '6' })).body, '同意的比到会的还多')
  t.equal((await record('consult', { attended: '8', yes: '4' })).statusCode, 303)
  t.match(await place(), '到此为止')
  t.match((await record('party', { due: '30', attended: '20', yes: '16' })).body, '到此为止')
  t.equal((await record('consult', { attended: '8', yes: '5' })).statusCode, 303, 'a typing mistake is put right')
  t.equal((await record('party', { due: '30', attended: '20', yes: '16' })).statusCode, 303)
  t.match((await record('publish')).body, '还没有表决通过')
  t.equal((await shen.post(`/desk/meetings/${meeting}/items`, { item: String(item), minutes: '10' })).statusCode, 303)
  t.match((await shen.get(path)).body, '应到 30，到会 20，同意 16')
})

t.test('the papers carry the meeting, its items, its code, and squares a phone can read', async (t) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)], '快递柜')], 1)
  const { code } = await town.db.selectFrom('meetings').where('no', '=', no).select('code').executeTakeFirstOrThrow()
  const page = (await shen.get(`/desk/meetings/${no}/print`)).body
  for (const words of ['会议通知', '快递柜', '签到表', `${code.slice(0, 3)} ${code.slice(3)}`, `/join/${code}`])
    t.match(page, words)
  t.equal((await visitor.get(`/desk/meetings/${no}/print`)).statusCode, 403)
  const square = draw.qr(`http://wutong.test/c/wutongli/join/${code}`)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${square.size} ${square.size}" width="300" height="300"><rect width="100%" height="100%" fill="#fff"/><path d="${square.path}"/></svg>`
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  t.equal(
    jsQR(new Uint8ClampedArray(data), info.width, info.height)?.data,
    `http://wutong.test/c/wutongli/join/${code}`,
  )
})

t.test('seven in the evening in Shanghai is that in every calendar, whatever zone the server is in', async (t) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)], '灯；坏了, 要修')], 1)
  const draft = await holdMeeting(town, [], 0)
  const zone = process.env.TZ
  for (const tz of ['UTC', 'America/New_York', 'Asia/Shanghai']) {
    process.env.TZ = tz
    const one = await visitor.get(`/meetings/${no}/meeting.ics`)
    t.match(one.headers['content-type'], 'text/calendar')
    t.match(one.body, 'DTSTART:20261126T110000Z', tz)
    t.match(one.body, 'DTEND:20261126T111500Z', 'as long as its items')
    t.notMatch(one.body, /TZID|X-WR-TIMEZONE/)
  }
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
  t.equal((await visitor.get(`/meetings/${draft}/meeting.ics`)).statusCode, 404)
  const feed = (await visitor.get('/meetings.ics')).body
  t.match(feed, `UID:meeting-${no}@wutongli.wutong`)
  t.notMatch(feed, `UID:meeting-${draft}@`)
  await zhou.post(`/desk/meetings/${no}/cancellation`, { offReason: '停电' })
  t.match(
    (await visitor.get(`/meetings/${no}/meeting.ics`)).body,
    /STATUS:CANCELLED[\s\S]*SEQUENCE:2|SEQUENCE:2[\s\S]*STATUS:CANCELLED/,
  )
})
