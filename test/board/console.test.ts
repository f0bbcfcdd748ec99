import t from 'tap'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { ballotShown } from '../../src/vote/ballots/reads.ts'
import type { Rule } from '../../src/vote/ballots/rules.ts'
import { gather, holdMeeting, issueState, lines, makeItem, tellIssue } from '../agenda/help.ts'
import { startTown, type Town } from '../harness.ts'
import { sitting } from '../vote/sitting.ts'

const town = await startTown(t)
const { cast } = town
const [zhou, wu, shen] = [await town.as('zhou'), await town.as('wu'), await town.as('shen')]
const chair = { personId: cast.people.zhou }
const later = (seconds: number) => {
  town.clock.now = new Date(town.clock.now.getTime() + seconds * 1000)
}

/** A vote on the item of a sitting; gives its number. */
const vote = async (room: { meetingNo: number; itemNo: number }, rule: Rule = 'M2') => {
  const asked = { question: '同意末班车延到二十三点', abstain: true, rule, tallyShown: 'live' } as const
  return (await openBallot(town.db, { ...room, ...asked, by: chair, at: town.clock.now })).no
}
const cast1 = async (who: Parameters<Town['as']>[0], no: number, choice = 'for') =>
  (await town.as(who)).post(`/ballots/${no}/votes`, { choice, key: crypto.randomUUID() })

/** All five parties at the table. */
const table = async (room: Awaited<ReturnType<typeof sitting>>) => {
  for (const [i, who] of (['zhou', 'wu', 'qian', 'feng', 'han'] as const).entries()) await room.sit(who, i + 1)
}

t.test(
  'a meeting has one chair at a time, and the gavel passes on when she lays it down or falls silent',
  async (t) => {
    const room = await sitting(town)
    const at = `/meetings/${room.meetingNo}`
    const press = (who: typeof zhou) => who.post(`${at}/items/${room.itemNo}/extension`)
    t.equal((await press(zhou)).statusCode, 303, 'the first who takes a step leads')
    const second = await press(wu)
    t.equal(second.statusCode, 409)
    t.match(second.body, '由另一位主任主持')
    const watching = (await wu.get(`${at}/chair`)).body
    t.match(watching, 'class="chair watching"')
    t.match(watching, '由周敏主持')
    t.match((await zhou.get(`${at}/chair`)).body, '由您主持')

    later(40)
    t.equal((await zhou.post(`${at}/gavel/beat`)).statusCode, 204)
    later(40)
    t.equal((await wu.post(`${at}/gavel`)).statusCode, 409, 'she was heard of 40 seconds ago')
    later(10)
    const taken = await Promise.all([wu.post(`${at}/gavel`), zhou.post(`${at}/gavel`)])
    t.same(taken.map(({ statusCode }) => statusCode).sort(), [303, 409], 'of two who reach for it one gets it')

    const [now, other] = taken[0].statusCode === 303 ? [wu, zhou] : [zhou, wu]
    t.equal((await other.post(`${at}/gavel/offer`)).statusCode, 409, 'nobody lays down what somebody else holds')
    await now.post(`${at}/gavel/offer`)
    t.equal((await press(other)).statusCode, 303, 'handed over, it passes at once')
    t.equal((await press(now)).statusCode, 409)
  },
)

t.test('a chair who is lost stops no vote that is open', async (t) => {
  const room = await sitting(town)
  await room.arrive('12-602', '12-601')
  await zhou.post(`/meetings/${room.meetingNo}/gavel`)
  const no = await vote(room)
  later(300)
  t.equal((await cast1({ door: '12-602' }, no)).statusCode, 303)
  t.equal((await wu.post(`/ballots/${no}/closure`)).statusCode, 303, 'and another chair declares it')
})

t.test('ending a vote asks nothing and can be taken back for a minute; what was declared stays', async (t) => {
  const room = await sitting(town)
  await room.arrive('12-602', '12-601', '12-502')
  const no = await vote(room)
  await cast1({ door: '12-602' }, no)
  const stops = await Promise.all([1, 2].map(() => zhou.post(`/ballots/${no}/stop`)))
  t.same(stops.map(({ statusCode }) => statusCode).sort(), [303, 409], 'two presses stop it once')
  const late = await cast1({ door: '12-601' }, no)
  t.equal(late.statusCode, 409)
  t.match(late.body, '表决已经停了')
  t.match((await (await town.as()).get(`/meetings/${room.meetingNo}/projector`)).body, '表决已停，正在核对')
  t.equal((await ballotShown(town.db, no)).outcome, null, 'nothing is declared')
  t.match((await zhou.get(`/meetings/${room.meetingNo}/chair`)).body, '撤回，接着投')

  t.equal((await zhou.post(`/ballots/${no}/resumption`)).statusCode, 303)
  t.equal((await cast1({ door: '12-601' }, no)).statusCode, 303, 'the vote goes on')
  later(5)
  await zhou.post(`/ballots/${no}/stop`)
  later(61)
  await room.arrive('3-101')
  t.match((await zhou.post(`/ballots/${no}/resumption`)).body, '过了一分钟')
  t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
  t.match((await ballotShown(town.db, no)).numbers, { for: 2, present: 3 }, 'who came after the stop is no part of it')
  t.match((await zhou.post(`/ballots/${no}/resumption`)).body, '结果已经公布')
  const journal = await town.db
    .selectFrom('journal')
    .where('subject', '=', 'ballot')
    .where('verb', 'in', ['ballot.stopped', 'ballot.goes_on'])
    .select(['verb', 'person_id'])
    .orderBy('id')
    .execute()
  t.same(
    journal.map(({ verb, person_id }) => [verb, person_id === cast.people.zhou]),
    ['ballot.stopped', 'ballot.goes_on', 'ballot.stopped'].map((verb) => [verb, true]),
  )
})

t.test('who names the owner of a passed item, or calls a meeting off at its door, needs the gavel too', async (t) => {
  const room = await sitting(town)
  await room.arrive('3-101', '3-102')
  const at = `/meetings/${room.meetingNo}`
  const no = await vote(room)
  for (const door of ['3-101', '3-102'] as const) await cast1({ door }, no)
  await zhou.post(`/ballots/${no}/closure`)
  const promise = { text: '末班车延时', owner: `${cast.seats[3]}-${cast.people.feng}`, due: '2026-12-24', steps: '' }
  const second = await wu.post(`${at}/items/${room.itemNo}/resolution`, promise)
  t.equal(second.statusCode, 409)
  t.match(second.body, '由另一位主任主持')
  t.equal((await zhou.post(`${at}/items/${room.itemNo}/resolution`, promise)).statusCode, 303)

  const waiting = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 2)
  await zhou.post(`/meetings/${waiting}/gavel`)
  const off = await wu.post(`/desk/meetings/${waiting}/cancellation`, { offReason: '主持人病了' })
  t.equal(off.statusCode, 409)
  t.match(off.body, '由另一位主任主持')
})

t.test('the last step is taken back within a minute by whoever took it, and B goes a step back', async (t) => {
  const items = [await makeItem(town, [await tellIssue(town)])]
  const no = await holdMeeting(town, items, 2)
  const at = `/meetings/${no}`
  await gather(town, no)
  await zhou.post(`${at}/opening`)
  t.match((await zhou.get(`${at}/chair`)).body, '撤回“宣布开会”')
  await zhou.post(`${at}/undo`)
  t.match((await zhou.get(`${at}/chair`)).body, '宣布开会')
  t.match((await zhou.post(`${at}/undo`)).body, '没有可以撤回的一步', 'once is once')
  await zhou.post(`${at}/opening`)
  await zhou.post(`${at}/items/${items[0]}/introduction`)
  await zhou.post(`${at}/items/${items[0]}/discussion`)
  later(61)
  t.match((await zhou.post(`${at}/undo`)).body, '过了一分钟')
  t.equal((await zhou.post(`${at}/items/${items[0]}/return`)).statusCode, 303)
  t.match((await zhou.get(`${at}/chair`)).body, '请大家发言')
  await zhou.post(`${at}/gavel/offer`)
  await wu.post(`${at}/gavel`)
  await wu.post(`${at}/items/${items[0]}/discussion`)
  await wu.post(`${at}/gavel/offer`)
  await zhou.post(`${at}/gavel`)
  t.match((await zhou.post(`${at}/undo`)).body, '这一步不是您走的')
  const told = await lines(town, 'meeting', 'meetings', no)
  t.same(
    told.filter(({ verb }) => verb === 'meeting.step_undone').map(({ person_id }) => person_id),
    [cast.people.zhou],
  )
})

t.test('a meeting that becomes too small rests by itself, and its vote freezes until enough are back', async (t) => {
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await table(room)
  await room.arrive('12-602', '12-601')
  const page = (await zhou.get(`${at}/chair`)).body
  t.match(page, '5 席到，够开会人数')
  t.match(page, '至少到 4 席，且居委会在')
  const no = await vote(room)
  await cast1({ door: '12-602' }, no)
  // Two leave in the same second: each alone would be fine, both are one too many.
  const [feng, han] = [await town.as('feng'), await town.as('han')]
  await Promise.all([feng.post(`${at}/departure`), han.post(`${at}/departure`)])
  t.match((await zhou.get(`${at}/chair`)).body, '按规则休会')
  const frozen = await cast1({ door: '12-601' }, no)
  t.equal(frozen.statusCode, 409)
  t.match(frozen.body, '您的选择还在')
  t.match((await (await town.as({ door: '12-601' })).get(at)).body, '这次表决先冻住')
  const refused = await Promise.all(
    [`/ballots/${no}/stop`, `/ballots/${no}/closure`, `${at}/resumption`, `${at}/adjournment`].map((path) =>
      zhou.post(path),
    ),
  )
  t.same(
    refused.map(({ statusCode }) => statusCode),
    [409, 409, 409, 409],
  )

  await feng.post(`${at}/attendance`, { seat: String(cast.seats[3]) })
  t.equal((await zhou.post(`${at}/resumption`)).statusCode, 303)
  t.equal((await cast1({ door: '12-601' }, no)).statusCode, 303, 'it goes on with what it had')
  t.equal((await ballotShown(town.db, no)).bar.cast, 2)
})

t.test('where nobody comes back the vote decides nothing, its item waits, and the meeting ends', async (t) => {
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await table(room)
  await room.arrive('12-602')
  const no = await vote(room)
  await cast1({ door: '12-602' }, no)
  t.match((await zhou.post(`/ballots/${no}/abandonment`)).body, '会议正开着')
  await (await town.as('wu')).post(`${at}/departure`)
  t.equal((await zhou.post(`/ballots/${no}/abandonment`)).statusCode, 303, 'the required seat has gone')
  const ballot = await ballotShown(town.db, no)
  t.match(ballot, { outcome: 'rejected', numbers: { for: 1 } })
  t.match((await (await town.as()).get(`/ballots/${no}`)).body, '这次表决不算数')
  const issue = await town.db
    .selectFrom('issues')
    .where('id', '=', room.issueIds[0] ?? 0)
    .select('state')
    .executeTakeFirst()
  t.equal(issue?.state, 'pooled')
  t.equal((await zhou.post(`${at}/adjournment`)).statusCode, 303)
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '已经结束')
})

t.test('hands go up on phones, and who has not spoken yet comes first', async (t) => {
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await room.arrive('12-602', '12-601')
  await room.sit('qian', 3)
  const [wang, next, qian] = [
    await town.as({ door: '12-602' }),
    await town.as({ door: '12-601' }),
    await town.as('qian'),
  ]
  t.match((await (await town.as({ door: '3-101' })).post(`${at}/hands`)).body, '先签到')
  await Promise.all([wang.post(`${at}/hands`), wang.post(`${at}/hands`)])
  t.match((await wang.get(at)).body, '您举着手')
  const call = (after: number) => zhou.post(`${at}/speakers/call`, { after: String(after) })
  await Promise.all([call(0), call(0)])
  const turns = () =>
    town.db.selectFrom('turns').where('meeting_id', '=', room.meetingId).selectAll().orderBy('id').execute()
  t.equal((await turns()).length, 1, 'up twice is up once, and two presses call one')
  t.match((await wang.get(at)).body, '轮到您发言了')
  const wall = (await (await town.as()).get(`${at}/projector`)).body
  t.match(wall, '12 号楼住户')
  t.notMatch(wall, '12-602', 'the wall names no door')
  later(84)
  await wang.post(`${at}/hands`)
  later(1)
  await next.post(`${at}/hands`)
  await qian.post(`${at}/hands`)
  await qian.post(`${at}/hands/lowering`)
  await zhou.post(`${at}/speakers`, { who: '冯经理' })
  t.equal((await zhou.post(`${at}/speakers`, { who: '' })).statusCode, 422)
  await call((await turns())[0]?.id ?? 0)
  const speaking = (await turns()).find((turn) => turn.called_at && !turn.ended_at)
  t.equal(speaking?.household_id, cast.doors['12-601'], 'she asked later, but has not spoken yet')
  const page = (await zhou.get(`${at}/chair`)).body
  t.match(page, '讲过 1 次，共 1:25')
  t.ok(page.indexOf('冯经理') < page.indexOf('讲过 1 次'), 'the guest before whoever has spoken')
})

t.test('a seat that steps aside sits at the table and does not vote', async (t) => {
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await table(room)
  const aside = { seat: String(cast.seats[3]), recused: 'on' }
  t.equal((await zhou.post(`${at}/items/${room.itemNo}/recusals`, aside)).statusCode, 303)
  t.match((await zhou.get(`${at}/seats`)).body, '不回避了')
  t.match((await (await town.as()).get(at)).body, '物业回避')
  const no = await vote(room, 'S5')
  const refused = await cast1('feng', no)
  t.equal(refused.statusCode, 403)
  t.match(refused.body, '在这一项回避')
  t.match((await (await town.as('feng')).get(`/ballots/${no}`)).body, '在这一项回避')
  t.match((await zhou.post(`${at}/items/${room.itemNo}/recusals`, { ...aside, recused: 'off' })).body, '表决已经开始')
  for (const who of ['wu', 'qian', 'han'] as const) await cast1(who, no)
  await zhou.post(`/ballots/${no}/closure`)
  t.match(
    (await ballotShown(town.db, no)).numbers,
    { for: 3, present: 5, eligible: 5 },
    'it stays in the base and is present',
  )
  const told = await lines(town, 'meeting', 'meetings', room.meetingNo)
  t.match(told.find(({ verb }) => verb === 'meeting.seat_recused')?.particulars, { seat: '物业' })
})

t.test('the wall is told what to show, stands still when it should, and the count can be covered', async (t) => {
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await room.arrive('12-602', '12-601')
  const no = await vote(room)
  await cast1({ door: '12-602' }, no)
  const stranger = await town.as()
  const wall = async () => (await stranger.get(`${at}/projector`)).body
  t.match(await wall(), '赞成')
  await zhou.post(`${at}/wall`, { covered: 'on' })
  t.notMatch(await wall(), 'class="t-for"', 'nobody sees how it stands')
  t.notMatch((await stranger.get(`/ballots/${no}/count`)).body, 'class="t-for"')
  await zhou.post(`${at}/wall`, { covered: 'off', frame: 'black' })
  t.match(await wall(), 'class="stage black"')
  await zhou.post(`${at}/wall`, { frame: 'follow' })
  await zhou.post(`${at}/wall`, { frozen: 'on' })
  t.notMatch(await wall(), '表决中', 'a screen that is switched on meanwhile shows where we are, and no more')
  t.equal((await zhou.post(`${at}/wall`, { frame: 'poster' })).statusCode, 422)
})

t.test('whoever has no phone votes at the desk, and what the household casts itself later counts', async (t) => {
  const room = await sitting(town)
  await room.arrive('12-602', '12-601')
  const no = await vote(room)
  const desk = `/desk/meetings/${room.meetingNo}/votes`
  const write = (door: string, choice: string, more = {}) =>
    shen.post(desk, { ballot: String(no), door, choice, key: crypto.randomUUID(), ...more })
  t.match((await shen.get(desk)).body, `name="ballot" value="${no}"`)
  const once = { key: crypto.randomUUID() }
  const twice = await Promise.all([once, once].map((again) => write('12-601', 'for', again)))
  for (const { body } of twice) t.match(body, '12-601 的一票录好了：赞成')
  t.match((await write('3-101', 'for')).body, '这一户还没签到')
  t.match((await write('99-101', 'for')).body, 'value="99-101"', 'what was typed stays')
  await cast1({ door: '12-601' }, no, 'against')
  t.match((await ballotShown(town.db, no)).bar, { for: 0, against: 1 })
  t.match((await write('12-601', 'for')).body, '已经用手机投过')
  t.match((await write('12-601', 'abstain', { change: 'on' })).body, '录好了：弃权')
  t.match((await ballotShown(town.db, no)).bar, { for: 0, against: 0, abstain: 1 })
  t.equal((await (await town.as('li')).post(desk, {})).statusCode, 403, 'a volunteer does not')
  const told = await town.db.selectFrom('journal').where('verb', '=', 'ballot.desk_vote').selectAll().execute()
  t.equal(told.length, 2, 'sent twice it is written down once')
  for (const line of told) {
    t.equal(line.person_id, cast.people.shen)
    t.same(Object.keys(line.particulars as object).sort(), ['building', 'key'], 'never what was chosen, nor the door')
    t.match(line.particulars, { building: '12', key: /^[0-9a-f-]{36}$/ })
  }
  await zhou.post(`/ballots/${no}/stop`)
  t.match((await write('12-602', 'for')).body, '表决已经停了')
})

t.test('how many have to come is what the kind of the meeting says', async (t) => {
  const of = async (kind: string) => {
    const room = await sitting(town)
    await town.db.updateTable('meetings').set({ kind }).where('id', '=', room.meetingId).execute()
    return { ...room, at: `/meetings/${room.meetingNo}` }
  }
  const salon = await of('salon')
  await table(salon)
  for (const who of ['wu', 'qian', 'feng', 'han'] as const) await (await town.as(who)).post(`${salon.at}/departure`)
  t.notMatch((await zhou.get(`${salon.at}/chair`)).body, /休会时间|按规则休会|够开会人数/, 'a salon asks for nobody')

  const assembly = await of('residents')
  const doors = Object.keys(cast.doors) as (keyof typeof cast.doors)[]
  const [first = '12-602'] = doors
  await assembly.arrive(...doors.slice(0, 12))
  t.match(
    (await zhou.get(`${assembly.at}/chair`)).body,
    '12 户到，还不够开会人数',
    'exactly half of 24 is not more than half',
  )
  await assembly.arrive(...doors.slice(12, 13))
  t.match((await zhou.get(`${assembly.at}/chair`)).body, /13 户到，够开会人数[\s\S]*至少到 13 户（一共 24 户）/)
  const no = await vote(assembly)
  const goer = await town.as({ door: first })
  await goer.post(`${assembly.at}/departure`)
  t.match((await zhou.get(`${assembly.at}/chair`)).body, '按规则休会')
  t.match((await cast1({ door: doors[1] ?? first }, no)).body, '休会')
  t.equal((await zhou.post(`${assembly.at}/resumption`)).statusCode, 409)
  await goer.post(`${assembly.at}/attendance`)
  t.equal((await zhou.post(`${assembly.at}/resumption`)).statusCode, 303)
  t.equal((await cast1({ door: doors[1] ?? first }, no)).statusCode, 303)
})

t.test('half an hour after its time a meeting too few came to is called off', async (t) => {
  const issue = await tellIssue(town)
  const no = await holdMeeting(town, [await makeItem(town, [issue])], 2)
  town.clock.now = new Date('2026-11-26T19:29:00+08:00')
  const zhou = await town.as('zhou')
  t.match((await zhou.post(`/meetings/${no}/abortion`)).body, '过了 30 分钟')
  later(60)
  t.match((await zhou.get(`/meetings/${no}/chair`)).body, '宣布流会')
  t.equal((await zhou.post(`/meetings/${no}/abortion`)).statusCode, 303)
  t.equal(await issueState(town, issue), 'pooled')
  t.match((await (await town.as()).get(`/meetings/${no}`)).body, '这次会没开成')
  t.equal((await (await town.as({ door: '12-602' })).post(`/meetings/${no}/attendance`)).statusCode, 409)
})
