import t from 'tap'
import { householdsPresent, seatsTonight } from '../../src/agenda/attendance/store.ts'
import { meetingByNo, roomOf } from '../../src/agenda/meetings/reads.ts'
import { discussItem, introduceItem } from '../../src/agenda/order/store.ts'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { holdMeeting, hostile, lines, makeItem, openFor, tellIssue } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const live = async (upTo: 0 | 1 | 2 | 3 = 2) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], upTo)
  return meetingByNo(town.db, no)
}
const present = (meetingId: number) =>
  town.db
    .selectFrom('attendance')
    .where('meeting_id', '=', meetingId)
    .where('left_at', 'is', null)
    .selectAll()
    .execute()

t.test('a code leads to the meeting; a wrong or an old one gets a kind word', async (t) => {
  const meeting = await live()
  const resident = await town.as({ door: '12-602' })
  t.match((await resident.get('/join')).body, 'inputmode="numeric"')
  const spaced = `${meeting.code.slice(0, 3)} ${meeting.code.slice(3)}`
  const wide = [...meeting.code].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('')
  for (const code of [meeting.code, spaced, wide])
    t.equal((await resident.post('/join', { code })).headers.location, `/c/wutongli/join/${meeting.code}`)

  const unknown = meeting.code === '000000' ? '000001' : '000000'
  const wrong: [string | string[], string][] = [
    ['', '会码是六个数字'],
    ['12345', '会码是六个数字'],
    ['1234567', '会码是六个数字'],
    ['abcdef', '会码是六个数字'],
    [hostile.script, '会码是六个数字'],
    [hostile.nul, '会码是六个数字'],
    [hostile.long, '会码是六个数字'],
    [['111111', '222222'], '会码是六个数字'],
    [unknown, '没有这个会码'],
  ]
  for (const [code, sentence] of wrong) {
    const reply = await resident.post('/join', { code })
    t.equal(reply.statusCode, 422, String(code).slice(0, 20))
    t.match(reply.body, sentence)
    t.notMatch(reply.body, '<script>alert')
  }
  for (const code of [unknown, 'abcdef', '1', '%00', encodeURIComponent(hostile.script)]) {
    const page = await resident.get(`/join/${code}`)
    t.equal(page.statusCode, 404, code)
    t.notMatch(page.body, '<script>alert')
  }
  const draft = await live(0)
  t.equal((await resident.post('/join', { code: draft.code })).statusCode, 422, 'nobody was told of it yet')

  await openFor(town, meeting.no, () => zhou.post(`/meetings/${meeting.no}/opening`))
  await zhou.post(`/meetings/${meeting.no}/adjournment`)
  const old = await resident.post('/join', { code: meeting.code })
  t.equal(old.statusCode, 422)
  t.match(old.body, '已经开完了')
  t.match((await resident.get(`/join/${meeting.code}`)).body, '这场会已经散了')
})

t.test('a bound door checks in with one press, and pressing again is the same presence', async (t) => {
  const meeting = await live()
  const resident = await town.as({ door: '12-602' })
  const page = (await resident.get(`/join/${meeting.code}`)).body
  t.match(page, '您代表 12 号楼 602 室')
  t.match(page, '到会签到')
  const came = await resident.post(`/meetings/${meeting.no}/attendance`)
  t.equal(came.headers.location, `/c/wutongli/meetings/${meeting.no}`)
  await resident.post(`/meetings/${meeting.no}/attendance`)
  t.equal(await householdsPresent(town.db, meeting.id), 1)
  t.match((await resident.get(`/join/${meeting.code}`)).body, '12 号楼 602 室已经签到')
  const said = (await lines(town, 'meeting', 'meetings', meeting.no)).filter(({ verb }) => verb === 'meeting.door_came')
  t.equal(said.length, 1, 'told once')
  t.same(said[0]?.particulars, { building: '12' }, 'the building, not the flat and no name')
})

t.test('two phones of one door at once are one household', async (t) => {
  const meeting = await live()
  const phones = await Promise.all([1, 2, 3, 4].map(() => town.as({ door: '3-101' })))
  const replies = await Promise.all(phones.map((phone) => phone.post(`/meetings/${meeting.no}/attendance`)))
  t.ok(replies.every(({ statusCode }) => statusCode === 303))
  t.equal((await present(meeting.id)).length, 1)
  const [phone, other] = phones as [(typeof phones)[0], (typeof phones)[0]]
  await Promise.all([phone.post(`/meetings/${meeting.no}/departure`), other.post(`/meetings/${meeting.no}/departure`)])
  t.equal((await present(meeting.id)).length, 0)
  await phone.post(`/meetings/${meeting.no}/attendance`)
  t.equal(await householdsPresent(town.db, meeting.id), 1, 'who comes back is here again')
  const rows = await town.db.selectFrom('attendance').where('meeting_id', '=', meeting.id).selectAll().execute()
  t.equal(rows.length, 2, 'and the record keeps both')
})

t.test('people come and go only while check-in or the meeting is open', async (t) => {
  const resident = await town.as({ door: '12-501' })
  const draft = await live(1)
  const early = await resident.post(`/meetings/${draft.no}/attendance`)
  t.equal(early.statusCode, 409)
  t.match(early.body, '还没开始签到')
  t.match((await resident.get(`/join/${draft.code}`)).body, '还没开始签到')
  await zhou.post(`/meetings/${draft.no}/checkin`)
  await openFor(town, draft.no, () => zhou.post(`/meetings/${draft.no}/opening`))
  t.equal((await resident.post(`/meetings/${draft.no}/attendance`)).statusCode, 303, 'late is fine')
  await zhou.post(`/meetings/${draft.no}/adjournment`)
  for (const noun of ['attendance', 'departure']) {
    const late = await resident.post(`/meetings/${draft.no}/${noun}`)
    t.equal(late.statusCode, 409)
    t.match(late.body, '已经散了')
  }
  t.equal((await resident.post('/meetings/999999/attendance')).statusCode, 404)
})

t.test('whoever is unknown is shown the slip and the desk, and cannot check in', async (t) => {
  const meeting = await live()
  const nobody = await town.as()
  const page = (await nobody.get(`/join/${meeting.code}`)).body
  t.match(page, '还不认得您家的门牌')
  t.match(page, '到门口登记')
  t.notMatch(page, `/meetings/${meeting.no}/attendance`)
  for (const stranger of [nobody, await town.as('li'), await town.as('shen')]) {
    const reply = await stranger.post(`/meetings/${meeting.no}/attendance`)
    t.equal(reply.statusCode, 403)
    t.match(reply.body, '还不知道您是哪一户')
  }
  t.equal((await nobody.post(`/meetings/${meeting.no}/departure`)).statusCode, 403)
  t.same(await present(meeting.id), [])
})

t.test('a seat is taken by whoever holds it: the titular speaks, else the alternate', async (t) => {
  const meeting = await live()
  const committee = town.cast.seats[1] as number
  const speaker = async () => (await seatsTonight(town.db, meeting.id)).find(({ id }) => id === committee)?.speakerName
  const sun = await town.as('sun')
  const wu = await town.as('wu')
  t.match(
    (await sun.get(`/join/${meeting.code}`)).body,
    new RegExp(`value="${committee}" checked`),
    'her own by default',
  )
  await sun.post(`/meetings/${meeting.no}/attendance`, { seat: String(committee) })
  t.equal(await speaker(), '孙莉')
  await wu.post(`/meetings/${meeting.no}/attendance`)
  t.equal(await speaker(), '吴建国', 'the titular, who only pressed the button')
  t.equal((await seatsTonight(town.db, meeting.id)).filter(({ here }) => here).length, 1, 'one seat, however many came')
  await wu.post(`/meetings/${meeting.no}/departure`)
  t.equal(await speaker(), '孙莉')
  await sun.post(`/meetings/${meeting.no}/departure`)
  t.equal(await speaker(), null)
  t.same(
    (await lines(town, 'meeting', 'meetings', meeting.no)).slice(-4).map(({ verb }) => verb),
    ['meeting.seat_came', 'meeting.seat_came', 'meeting.seat_left', 'meeting.seat_left'],
  )
  t.notMatch(JSON.stringify(await lines(town, 'meeting', 'meetings', meeting.no)), /吴建国|孙莉/)

  const qian = await town.as('qian')
  const stolen = await qian.post(`/meetings/${meeting.no}/attendance`, { seat: String(committee) })
  t.equal(stolen.statusCode, 409)
  t.match(stolen.body, '不是由这位来坐')
  t.equal((await qian.post(`/meetings/${meeting.no}/attendance`, { seat: '999999' })).statusCode, 404)
  for (const seat of ['abc', '-1', hostile.script]) {
    const reply = await qian.post(`/meetings/${meeting.no}/attendance`, { seat })
    t.equal(reply.statusCode, 422, seat)
    t.notMatch(reply.body, '<script>alert')
  }
  const none = await qian.post(`/meetings/${meeting.no}/attendance`, { seat: '' })
  t.equal(none.statusCode, 422)
  t.match(none.body, '选一席')
})

t.test('one person speaks for one seat at a time, and may speak for her home beside it', async (t) => {
  const meeting = await live()
  const [, committee, owners] = town.cast.seats as [number, number, number]
  await town.db
    .insertInto('seat_holders')
    .values({ seat_id: owners, person_id: town.cast.people.sun, rank: 1 })
    .execute()
  await town.db
    .updateTable('people')
    .set({ household_id: town.cast.doors['12-101'] })
    .where('name', '=', '孙莉')
    .execute()
  const sun = await town.as('sun')
  t.match((await sun.get(`/join/${meeting.code}`)).body, '也代表我家 12 号楼 101 室')
  await sun.post(`/meetings/${meeting.no}/attendance`, { seat: String(committee), door: 'on' })
  await sun.post(`/meetings/${meeting.no}/attendance`, { seat: String(owners) })
  const seats = await seatsTonight(town.db, meeting.id)
  t.same(
    seats.filter(({ here }) => here).map(({ id }) => id),
    [owners],
    'she rose from the first',
  )
  const room = await roomOf(town.db, meeting.no)
  t.same([room.households, room.people], [1, 1], 'one home, one person')
  const both = await Promise.all(
    [committee, owners].map((seat) => sun.post(`/meetings/${meeting.no}/attendance`, { seat: String(seat) })),
  )
  t.ok(both.every(({ statusCode }) => statusCode === 303))
  t.equal((await present(meeting.id)).filter(({ seat_id }) => seat_id).length, 1)
  const onlyHome = await sun.post(`/meetings/${meeting.no}/attendance`, { seat: '', door: 'on' })
  t.equal(onlyHome.statusCode, 303)
  await sun.post(`/meetings/${meeting.no}/departure`)
  t.same(await present(meeting.id), [])
})

t.test('a vacant seat is nobody’s', async (t) => {
  const meeting = await live()
  const owners = town.cast.seats[2] as number
  await town.db.updateTable('seats').set({ vacant_since: town.clock.now }).where('id', '=', owners).execute()
  const qian = await town.as('qian')
  t.match((await qian.get(`/join/${meeting.code}`)).body, '现在空着')
  const reply = await qian.post(`/meetings/${meeting.no}/attendance`, { seat: String(owners) })
  t.equal(reply.statusCode, 409)
  t.match(reply.body, '这一席现在空着')
  const seat = (await seatsTonight(town.db, meeting.id)).find(({ id }) => id === owners)
  t.same([seat?.vacant, seat?.here], [true, false])
  t.match((await shen.get(`/desk/meetings/${meeting.no}/desk`)).body, '空席')
  await town.db.updateTable('seats').set({ vacant_since: null }).where('id', '=', owners).execute()
})

t.test('the desk writes down who comes without a phone: a door and Enter', async (t) => {
  const meeting = await live()
  const desk = `/desk/meetings/${meeting.no}`
  for (const door of ['12-602', '12 号楼 501 室', '３－１０１', '12-602']) {
    const reply = await shen.post(`${desk}/doors`, { door })
    t.equal(reply.statusCode, 303, door)
  }
  t.equal(await householdsPresent(town.db, meeting.id), 3, 'twice is once')
  const page = (await shen.get(`${desk}/desk?came=12-602`)).body
  t.match(page, '12 号楼 602 室 到了')
  t.match(page, '3 户到场')
  const row = (await present(meeting.id))[0]
  t.same([row?.way, row?.recorded_by, row?.person_id], ['desk', town.cast.people.shen, null])

  const wrong: [Record<string, string | string[]>, string][] = [
    [{ door: '' }, '写上楼号和室号'],
    [{ door: '12-999' }, '门牌册里没有这一户'],
    [{ door: '99-101' }, '门牌册里没有这一户'],
    [{ door: '602' }, '门牌册里没有这一户'],
    [{ door: hostile.script }, '门牌册里没有这一户'],
    [{ door: hostile.nul }, '不能用的符号'],
    [{ door: hostile.long }, '太长了'],
    [{ door: ['12-101', '12-102'] }, '写上楼号和室号'],
    [{}, '写上楼号和室号'],
  ]
  for (const [fields, sentence] of wrong) {
    const reply = await shen.post(`${desk}/doors`, fields)
    t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 40))
    t.match(reply.body, sentence)
    t.notMatch(reply.body, '<script>alert')
  }
  t.match(
    (await shen.post(`${desk}/doors`, { door: '12-999' })).body,
    'value="12-999"',
    'what was typed is still there',
  )

  const grid = (await shen.get(`${desk}/desk?building=12`)).body
  t.match(grid, /door-met" name="door" value="12-602"/)
  t.match(grid, /door-todo" name="door" value="12-601"/)
  const picked = await shen.post(`${desk}/doors`, { door: '12-601', building: '12' })
  t.equal(picked.headers.location, `/c/wutongli${desk}/desk?building=12&came=12-601`)
  for (const query of [
    'building=%3Cscript%3E',
    'building=1&building=2',
    'came=%3Cscript%3Ealert(1)',
    `building=${'9'.repeat(300)}`,
  ]) {
    const reply = await shen.get(`${desk}/desk?${query}`)
    t.equal(reply.statusCode, 200, query.slice(0, 30))
    t.notMatch(reply.body, '<script>alert')
  }
})

t.test('the desk seats people, sees them go, and takes back a slip of the pen', async (t) => {
  const meeting = await live()
  const desk = `/desk/meetings/${meeting.no}`
  const [, committee] = town.cast.seats as [number, number]
  const sit = (seat: unknown, person: unknown) =>
    shen.post(`${desk}/seats`, { seat: String(seat), person: String(person) })
  t.equal((await sit(committee, town.cast.people.wu)).statusCode, 303)
  t.equal((await sit(committee, town.cast.people.wu)).statusCode, 303)
  t.equal((await present(meeting.id)).length, 1)
  t.equal((await sit(committee, town.cast.people.feng)).statusCode, 409, 'he does not sit there')
  t.equal((await sit(committee, 999999)).statusCode, 409)
  t.equal((await sit(999999, town.cast.people.wu)).statusCode, 404)
  t.equal((await sit('x', 'y')).statusCode, 422)

  await shen.post(`${desk}/doors`, { door: '12-602' })
  const resident = await town.as({ door: '3-101' })
  await resident.post(`/meetings/${meeting.no}/attendance`)
  const rows = await present(meeting.id)
  const idOf = (door: '12-602' | '3-101') =>
    String(rows.find(({ household_id }) => household_id === town.cast.doors[door])?.id)

  const own = await shen.post(`${desk}/corrections`, { presence: idOf('3-101') })
  t.equal(own.statusCode, 409)
  t.match(own.body, '本人用手机签的到')
  t.equal((await shen.post(`${desk}/departures`, { presence: idOf('3-101') })).statusCode, 303)
  t.equal(
    (await shen.post(`${desk}/departures`, { presence: idOf('3-101') })).statusCode,
    303,
    'gone twice is gone once',
  )
  t.equal((await shen.post(`${desk}/corrections`, { presence: idOf('12-602') })).statusCode, 303)
  const left = await town.db.selectFrom('attendance').where('meeting_id', '=', meeting.id).selectAll().execute()
  t.notOk(
    left.some(({ household_id }) => household_id === town.cast.doors['12-602']),
    'it never was',
  )
  t.equal(await householdsPresent(town.db, meeting.id, new Date(0)), 1)
  const other = await live()
  t.equal((await shen.post(`/desk/meetings/${other.no}/departures`, { presence: idOf('3-101') })).statusCode, 404)
  for (const presence of ['', 'abc', '-1'])
    t.equal((await shen.post(`${desk}/corrections`, { presence })).statusCode, 422)
  t.equal((await shen.post(`${desk}/corrections`, { presence: '99999999' })).statusCode, 404)
  t.same(
    (await lines(town, 'meeting', 'meetings', meeting.no)).slice(-4).map(({ verb }) => verb),
    ['meeting.door_came', 'meeting.door_came', 'meeting.door_left', 'meeting.door_undone'],
  )
})

t.test('a door that has voted stays on the list of those who came', async (t) => {
  const meeting = await live(3)
  await shen.post(`/desk/meetings/${meeting.no}/doors`, { door: '12-602' })
  const [row] = await present(meeting.id)
  const [item] = (await roomOf(town.db, meeting.no)).items
  const chair = { personId: town.cast.people.zhou }
  const at = town.clock.now
  await introduceItem(town.db, meeting.no, item?.no ?? 0, chair, at)
  await discussItem(town.db, meeting.no, item?.no ?? 0, chair, at)
  const asked = { question: '同意吗', abstain: true, rule: 'M1', tallyShown: 'live' } as const
  const ballot = await openBallot(town.db, { ...asked, meetingNo: meeting.no, itemNo: item?.no ?? 0, by: chair, at })
  const resident = await town.as({ door: '12-602' })
  const voted = await resident.post(`/ballots/${ballot.no}/votes`, { choice: 'for', key: crypto.randomUUID() })
  t.ok(voted.statusCode < 400)
  const reply = await shen.post(`/desk/meetings/${meeting.no}/corrections`, { presence: String(row?.id) })
  t.equal(reply.statusCode, 409)
  t.match(reply.body, '已经投过票')
  t.equal((await shen.post(`/desk/meetings/${meeting.no}/departures`, { presence: String(row?.id) })).statusCode, 303)
})

t.test('nobody who is let in while the meeting ends is lost or left over', async (t) => {
  const meeting = await live(3)
  const doors = ['3-101', '3-102', '3-201', '3-202', '3-301', '3-302'] as const
  const residents = await Promise.all(doors.map((door) => town.as({ door })))
  const [ended, ...came] = await Promise.all([
    zhou.post(`/meetings/${meeting.no}/adjournment`),
    ...residents.map((resident) => resident.post(`/meetings/${meeting.no}/attendance`)),
  ])
  t.equal(ended?.statusCode, 303)
  const letIn = came.filter(({ statusCode }) => statusCode === 303).length
  t.ok(came.every(({ statusCode }) => statusCode === 303 || statusCode === 409))
  t.equal(await householdsPresent(town.db, meeting.id), letIn)
})

t.test('only staff and the chair work the desk, and the list of who came is theirs alone', async (t) => {
  const meeting = await live()
  await shen.post(`/desk/meetings/${meeting.no}/doors`, { door: '12-602' })
  const strangers = [
    await town.as(),
    await town.as({ door: '12-602' }),
    await town.as('qian'),
    await town.as('li'),
    await town.as('tang'),
  ]
  for (const stranger of strangers) {
    t.equal((await stranger.get(`/desk/meetings/${meeting.no}/desk`)).statusCode, 403)
    for (const noun of ['doors', 'seats', 'departures', 'corrections'])
      t.equal((await stranger.post(`/desk/meetings/${meeting.no}/${noun}`)).statusCode, 403, noun)
  }
  const neighbour = await town.as({ door: '3-101' })
  t.notMatch((await neighbour.get(`/join/${meeting.code}`)).body, '602 室')
  const elsewhere = await settle(town.house, town.clock.now, 'elsewhere')
  const page = await shen.get(`/c/${elsewhere.community.slug}/join/${meeting.code}`)
  t.equal(page.statusCode, 404, 'a code means nothing in another neighbourhood')
})

t.test('coming in costs three statements a page, and so does the desk', async (t) => {
  const meeting = await live()
  const resident = await town.as({ door: '12-602' })
  t.ok((await statementsOf(() => resident.get(`/join/${meeting.code}`))) <= 3)
  const wu = await town.as('wu')
  t.ok((await statementsOf(() => wu.get(`/join/${meeting.code}`))) <= 3)
  t.ok((await statementsOf(() => shen.get(`/desk/meetings/${meeting.no}/desk?building=12`))) <= 3)
})
