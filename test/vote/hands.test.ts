import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { verify } from '../../src/verify.ts'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { handsState, whyNotRecord } from '../../src/vote/hands/rules.ts'
import type { Cast } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { tampered } from '../tamper.ts'
import { type Sitting, sitting } from './sitting.ts'

const town = await startTown(t)
const { db, cast } = town
const zhou = await town.as('zhou')
const shen = await town.as('shen')
const gu = await town.as('gu')
type Door = keyof Cast['doors']

const asked = { question: '同意班车延长至 23:00', rule: 'M2', abstain: 'on', tally: 'live' }

async function open(meeting: Sitting, fields: Record<string, string> = {}): Promise<number> {
  const reply = await zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, {
    ...asked,
    ...fields,
  })
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 3_000)}`)
  return (await openBallotOf(db, meeting.meetingNo))?.no as number
}

const phone = async (no: number, door: Door, choice: string) =>
  (await town.as({ door })).post(`/ballots/${no}/votes`, { choice, key: randomUUID() })

/** Somebody says how many hands went up for, against, abstaining. */
const raise = (who: Browser, no: number, hands: [number, number, number]) =>
  who.post(`/ballots/${no}/hands`, { for: String(hands[0]), against: String(hands[1]), abstain: String(hands[2]) })

const later = (seconds: number) => {
  town.clock.now = new Date(town.clock.now.getTime() + seconds * 1_000)
}

async function clean(t: Test) {
  const wrong = (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
  t.same(wrong, [], 'and counted again it is the same')
}

const doors: Door[] = ['3-101', '3-102', '3-201', '3-202', '12-601', '12-602']

t.test('hands come last: after the stop, by two people who count the same, and into every number', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive(...doors)
  const no = await open(meeting)
  await phone(no, '3-101', 'for')
  await phone(no, '3-102', 'against')
  t.match((await raise(shen, no, [1, 0, 0])).body, '先停票，再数举手')
  t.match((await shen.get(`/ballots/${no}/hands`)).body, '先停票，再数举手')
  await zhou.post(`/ballots/${no}/stop`)
  t.match((await shen.get(`/ballots/${no}/hands`)).body, '在场还没投的有 4 户')

  const many = await raise(shen, no, [3, 1, 1])
  t.equal(many.statusCode, 422)
  t.match(many.body, '在场还没投的只有 4 户', 'more hands than households: with the number')
  t.match(many.body, 'id="for" name="for" type="text" value="3"', 'what was typed is still there')
  t.match((await shen.post(`/ballots/${no}/hands`, { for: 'many', against: '0', abstain: '0' })).body, '请填举手的户数')

  t.equal((await raise(shen, no, [2, 1, 0])).statusCode, 303)
  t.equal((await raise(shen, no, [2, 1, 0])).statusCode, 303, 'sent twice it is once')
  const waiting = (await gu.get(`/ballots/${no}/hands`)).body
  t.match(waiting, '沈洁已经数好')
  t.notMatch(waiting, '赞成 2', 'the second person counts for herself')
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '还差另一个人')
  t.match((await ballotShown(db, no)).bar, { for: 1, against: 1, abstain: 0 }, 'one person’s count is none')

  await raise(gu, no, [1, 1, 0])
  const apart = (await shen.get(`/ballots/${no}/hands`)).body
  t.match(apart, '您数到：赞成 2，反对 1，弃权 0')
  t.match(apart, '顾萍数到：赞成 1，反对 1，弃权 0')
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '举手两个人数得不一样')
  t.match((await raise(zhou, no, [2, 1, 0])).body, '不用第三个人')
  await raise(gu, no, [2, 1, 0])
  t.match((await shen.get(`/ballots/${no}/hands`)).body, '两个人数得一样，已经计入：赞成 2，反对 1，弃权 0。')
  t.match((await ballotShown(db, no)).bar, { for: 3, against: 2, abstain: 0, cast: 5 }, 'they are part of the bar')
  t.equal((await raise(gu, no, [2, 1, 0])).statusCode, 303, 'the same once more is the same')
  t.match((await raise(gu, no, [1, 1, 0])).body, '要改请按“重新数”')
  t.match((await phone(no, '3-201', 'against')).body, '表决已经停了', 'nobody who raised a hand votes again')

  t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
  const ballot = await ballotShown(db, no)
  t.match(ballot, { outcome: 'rejected', numbers: { for: 3, against: 2, abstain: 0, present: 6, base: 6, needed: 4 } })
  t.match(ballot.numbers?.ways, { phone: 2, hands: 3, paper: 0 })
  const result = (await (await town.as()).get(`/ballots/${no}`)).body
  t.match(result, '<dt>举手</dt><dd>3 户')
  t.match(result, '全部回执码（2 个）')
  t.match(result, '举手的没有回执码')
  const told = await db
    .selectFrom('journal')
    .where('verb', 'like', 'ballot.hands%')
    .select(['verb', 'particulars'])
    .execute()
  t.match(told, [{ verb: 'ballot.hands_counted', particulars: { for: 2, against: 1, abstain: 0 } }])
  t.match((await raise(gu, no, [1, 1, 0])).body, '这次表决已经结束')
  await t.rejects(sql`delete from hand_counts`.execute(db), /after the close/)
  await clean(t)
})

t.test(
  'taking the stop back takes the hands back: who raised one votes by phone, and all is counted anew',
  async (t) => {
    const meeting = await sitting(town)
    await meeting.arrive('3-101', '3-102')
    const no = await open(meeting)
    await zhou.post(`/ballots/${no}/stop`)
    for (const who of [shen, gu]) await raise(who, no, [2, 0, 0])
    t.match((await ballotShown(db, no)).bar, { for: 2 })
    t.equal((await zhou.post(`/ballots/${no}/resumption`)).statusCode, 303)
    t.match((await ballotShown(db, no)).bar, { for: 0, cast: 0 })
    await phone(no, '3-101', 'against')
    later(5)
    await zhou.post(`/ballots/${no}/stop`)
    t.match((await shen.get(`/ballots/${no}/hands`)).body, '在场还没投的有 1 户')
    for (const who of [shen, gu]) await raise(who, no, [1, 0, 0])
    t.equal((await shen.post(`/ballots/${no}/hands/recount`)).statusCode, 303)
    t.match((await ballotShown(db, no)).bar, { for: 0, against: 1 }, 'counted anew they are out until two agree again')
    for (const who of [shen, gu]) await raise(who, no, [0, 0, 1])
    await zhou.post(`/ballots/${no}/closure`)
    t.match((await ballotShown(db, no)).numbers, { for: 0, against: 1, abstain: 1, ways: { phone: 1, hands: 1 } })
    await clean(t)
  },
)

t.test('papers before hands: while a batch is open no hand is counted', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102', '3-201')
  const no = await open(meeting)
  const key = randomUUID()
  await shen.post(`/ballots/${no}/papers`, { key, first: '1', last: '1' })
  await shen.post(`/ballots/${no}/papers/${key}/collection`)
  await zhou.post(`/ballots/${no}/stop`)
  t.match((await raise(shen, no, [1, 0, 0])).body, '还差 1 张')
  for (const who of [shen, gu])
    await who.post(`/ballots/${no}/papers/${key}/sheets`, { sheet: '1', state: 'filled', door: '3-101', choice: 'for' })
  await gu.post(`/ballots/${no}/papers/${key}/count`)
  for (const who of [shen, gu]) t.equal((await raise(who, no, [1, 1, 0])).statusCode, 303)
  await zhou.post(`/ballots/${no}/closure`)
  t.match((await ballotShown(db, no)).numbers, { for: 2, against: 1, ways: { phone: 0, paper: 1, hands: 2 } })
  await clean(t)
})

t.test(
  'two people count in the same second as the chair declares: both hands are in, or nothing is declared',
  async (t) => {
    for (let round = 0; round < 4; round++) {
      const meeting = await sitting(town)
      await meeting.arrive('3-101', '3-102')
      const no = await open(meeting)
      await zhou.post(`/ballots/${no}/stop`)
      await raise(shen, no, [2, 0, 0])
      const [, closed] = await Promise.all([raise(gu, no, [2, 0, 0]), zhou.post(`/ballots/${no}/closure`)])
      if (closed.statusCode !== 303) await zhou.post(`/ballots/${no}/closure`)
      t.match((await ballotShown(db, no)).numbers, { for: 2, ways: { hands: 2 } })
    }
    await clean(t)
  },
)

t.test('hands answer yes or no for a household, and nothing else', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101')
  const no = await open(meeting, { rule: 'PL', options: '桂花\n月季' })
  await zhou.post(`/ballots/${no}/stop`)
  t.match((await raise(shen, no, [1, 0, 0])).body, '只有住户投赞成、反对的表决')
  await zhou.post(`/ballots/${no}/closure`)
  const seats = await sitting(town)
  await seats.sit('wu', 2)
  const other = await open(seats, { rule: 'S5' })
  await zhou.post(`/ballots/${other}/stop`)
  t.match((await raise(shen, other, [1, 0, 0])).body, '只有住户投赞成、反对的表决')
  await zhou.post(`/ballots/${other}/closure`)
})

t.test('the minutes and their numbers say how many raised a hand', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102', '3-201')
  const no = await open(meeting, { rule: 'M1' })
  await phone(no, '3-101', 'for')
  await zhou.post(`/ballots/${no}/stop`)
  for (const who of [shen, gu]) await raise(who, no, [1, 1, 0])
  await zhou.post(`/ballots/${no}/closure`)
  const at = town.clock.now
  await db.updateTable('running_order').set({ assigned_at: at }).where('meeting_id', '=', meeting.meetingId).execute()
  t.equal((await zhou.post(`/meetings/${meeting.meetingNo}/adjournment`)).statusCode, 303)
  t.equal((await shen.post(`/desk/meetings/${meeting.meetingNo}/minutes`)).statusCode, 303)
  const draft = (await shen.get(`/desk/meetings/${meeting.meetingNo}/minutes`)).body
  t.match(draft, '其中手机1户，举手2户。')
  const csv = (await shen.get(`/meetings/${meeting.meetingNo}/minutes.csv`)).body
  const [head = '', row = ''] = csv.replace('\ufeff', '').split('\r\n')
  const cell = (name: string) => row.split(',')[head.split(',').indexOf(name)]
  t.same([cell('手机'), cell('举手'), cell('纸票'), cell('遗失')], ['1', '2', '0', '0'])
})

t.test('the rule: two people, no third, no more than there are, nothing changed once they agree', async (t) => {
  const one = (personId: number, n: number) => ({ personId, for: n, against: 0, abstain: 0 })
  t.equal(handsState([]), 'none')
  t.equal(handsState([one(1, 2)]), 'one')
  t.equal(handsState([one(1, 2), one(2, 3)]), 'apart')
  t.equal(handsState([one(1, 2), one(2, 2)]), 'agreed')
  t.equal(whyNotRecord([one(1, 2), one(2, 3)], 3, one(3, 2), 9), 'hands.twoAlready')
  t.equal(whyNotRecord([one(1, 2), one(2, 3)], 2, one(2, 2), 2), null)
  t.equal(whyNotRecord([one(1, 2)], 2, one(2, 3), 2), 'hands.tooMany')
  t.equal(whyNotRecord([one(1, 2), one(2, 2)], 2, one(2, 3), 9), 'hands.agreedAlready')
})

const changes: [string, ReturnType<typeof sql>, string][] = [
  ['hands somebody added', sql`update hand_counts set in_favour = in_favour + 1`, 'raised hands that are not the ones'],
  [
    'hands of one person alone',
    sql`delete from hand_counts where person_id = ${cast.people.gu}`,
    'hands: 0, declared was',
  ],
]
for (const [what, change, found] of changes) {
  t.test(`${what} are found`, async (t) => {
    const { wrong } = await tampered(town, change)
    t.match(wrong.join('\n'), found)
  })
}
