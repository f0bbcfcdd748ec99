import { randomUUID } from 'node:crypto'
import t from 'tap'
import { verify } from '../../src/verify.ts'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { startTown } from '../harness.ts'
import { type Sitting, sitting } from './sitting.ts'

const town = await startTown(t)
const { db } = town
const zhou = await town.as('zhou')

const doors = ['12-602', '12-601', '3-101', '3-102', '3-201'] as const
type Door = (typeof doors)[number]
type Fields = Record<string, string | string[]>

const plants = '桂花\n月季\n广玉兰'
const asked = { question: '中心花园种什么', options: plants, abstain: 'on', tally: 'live' }

const post = (meeting: Sitting, fields: Fields) =>
  zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, { ...asked, ...fields } as never)

async function open(meeting: Sitting, fields: Fields): Promise<number> {
  const reply = await post(meeting, fields)
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 3_000)}`)
  return (await openBallotOf(db, meeting.meetingNo))?.no as number
}

async function gathered(): Promise<Sitting> {
  const meeting = await sitting(town)
  await meeting.arrive(...doors)
  return meeting
}

const cast = async (no: number, door: Door, paper: Fields) =>
  (await town.as({ door })).post(`/ballots/${no}/votes`, { ...paper, key: randomUUID() })

async function all(no: number, papers: Fields[]) {
  for (const [i, paper] of papers.entries()) {
    const reply = await cast(no, doors[i] as Door, paper)
    if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 2_000)}`)
  }
}

/** Closes it, counts it again, and gives what its page says. */
async function declare(no: number) {
  await zhou.post(`/ballots/${no}/closure`)
  const wrong = (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return { ballot: await ballotShown(db, no), page: (await (await town.as()).get(`/ballots/${no}`)).body }
}

t.test(
  'most votes: nobody sees who leads while people choose, and a tie goes to a round among those that tied',
  async (t) => {
    const meeting = await gathered()
    const no = await open(meeting, { rule: 'PL' })
    const paper = (await (await town.as({ door: '12-602' })).get(`/ballots/${no}`)).body
    t.match(paper, '月季')
    t.equal(paper.match(/type="radio"/g)?.length, 4, 'three plants and "abstain"')
    await all(no, [{ choice: '1' }, { choice: '1' }, { choice: '2' }, { choice: '2' }, { choice: 'abstain' }])
    const running = (await (await town.as()).get(`/ballots/${no}/count`)).body
    t.match(running, '已投 5 户')
    t.notMatch(running, /桂花|月季|广玉兰/, 'the count says how many, not for what')
    for (const path of [`/meetings/${meeting.meetingNo}/projector`, `/meetings/${meeting.meetingNo}/chair`])
      t.notMatch((await zhou.get(path)).body, /桂花|月季|广玉兰/, `nor does ${path}, not even to the chair`)
    t.match((await (await town.as({ door: '12-602' })).get(`/ballots/${no}`)).body, '投的是：桂花')

    const { ballot, page } = await declare(no)
    t.equal(ballot.outcome, 'again')
    t.match(page, '桂花、月季并列，要在它们中间再投一轮。')
    const order = () =>
      db.selectFrom('running_order').selectAll().where('meeting_id', '=', meeting.meetingId).executeTakeFirstOrThrow()
    t.match(await order(), { voting_at: null, declared_at: null }, 'back to the discussion')
    const form = (await zhou.get(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`)).body
    t.match(form, `第 ${no} 号表决打平了`)

    const second = await open(meeting, { rule: 'PL', options: '广玉兰\n茶花' })
    const runoff = await ballotShown(db, second)
    t.same(runoff.options, ['桂花', '月季'], 'whatever the form says, the round is among those that tied')
    await all(second, [{ choice: '1' }, { choice: '1' }, { choice: '2' }, { choice: '1' }])
    const result = await declare(second)
    t.match(result.ballot, {
      outcome: 'passed',
      lines: [
        { title: '桂花', n: 3, chosen: true },
        { title: '月季', n: 1 },
      ],
    })
    t.match(result.page, '桂花的票最多，当选。')
    const told = await db
      .selectFrom('journal')
      .select(['verb', 'particulars'])
      .where('verb', '=', 'issue.chosen')
      .execute()
    t.match(
      told,
      [{ particulars: { chosen: '桂花' } }],
      'the matter behind it says what was chosen, not how many said yes',
    )
    t.ok((await order()).declared_at)
  },
)

t.test(
  'approval: as many as one likes, the first two are chosen, a tie at the cut is voted on again and then drawn by lot',
  async (t) => {
    const meeting = await gathered()
    const no = await open(meeting, { rule: 'AP', number: '2' })
    await all(no, [
      { pick: ['1', '2'] },
      { pick: ['1', '3'] },
      { pick: ['3', '1'] },
      { pick: ['1', '2'] },
      { pick: ['none'] },
    ])
    const { ballot, page } = await declare(no)
    t.equal(ballot.outcome, 'again', 'osmanthus is in; roses and magnolia tie for the second place')
    t.match(page, '入选：桂花。')
    const second = await open(meeting, { rule: 'AP', number: '2' })
    const runoff = await ballotShown(db, second)
    t.match(runoff, { options: ['月季', '广玉兰'], terms: { number: 1 } }, 'one place is left')
    t.match(runoff.terms.seed, /^[\da-f]{16}$/, 'the seed is on the ballot before anybody votes')
    t.match(runoff.frozenText, runoff.terms.seed as string, 'and in what its fingerprint is taken of')
    await all(second, [{ pick: ['1'] }, { pick: ['2'] }])
    const result = await declare(second)
    t.equal(result.ballot.outcome, 'passed')
    t.match(result.page, '抽签')
    const { result: told } = result.ballot.numbers ?? {}
    t.match(told, { kind: 'approval', chosen: { length: 1 }, lot: { length: 2 } })
  },
)

t.test('ranked: the last drops out round by round until one has a majority', async (t) => {
  const no = await open(await gathered(), { rule: 'RC' })
  await all(no, [
    { place: ['1', '2', ''] },
    { place: ['1', '', '2'] },
    { place: ['', '1', '2'] },
    { place: ['2', '1', '3'] },
    { place: ['2', '3', '1'] },
  ])
  t.match((await (await town.as({ door: '3-201' })).get(`/ballots/${no}`)).body, '1. 广玉兰 2. 桂花 3. 月季')
  const { ballot, page } = await declare(no)
  t.match(ballot, { outcome: 'passed', lines: [{ title: '桂花', n: 3, chosen: true }] })
  t.match(page, '广玉兰最少，退出。')
  t.match(page, '第 2 轮')
})

t.test('points make an order and decide nothing: the matter waits for the meetings that treat it', async (t) => {
  const meeting = await gathered()
  const no = await open(meeting, { rule: 'SC' })
  await all(no, [{ points: ['5', '0', '3'] }, { points: ['1', '2', '3'] }])
  const { ballot, page } = await declare(no)
  t.match(ballot, { outcome: 'ordered', lines: [{ n: 6 }, { n: 6 }, { n: 2 }] })
  t.match(page, '这次只排先后，不作决定。')
  const { state } = await db
    .selectFrom('issues')
    .where('id', '=', meeting.issueIds[0] as number)
    .select('state')
    .executeTakeFirstOrThrow()
  t.equal(state, 'pooled')
})

t.test(
  'no objection: silence consents, an objection needs a reason and is asked again, and takes nobody’s name along',
  async (t) => {
    const meeting = await gathered()
    const no = await open(meeting, { rule: 'C1' })
    const bare = await cast(no, '12-602', { choice: 'object' })
    t.equal(bare.statusCode, 422)
    t.match(bare.body, '反对要写一句理由')
    t.match(bare.body, /value="object" required checked/, 'what was chosen is still there')
    await all(no, [{ choice: 'object', reason: '树根会顶坏 3 号楼的管子' }, { choice: 'aside' }])
    const { ballot, page } = await declare(no)
    t.equal(ballot.outcome, 'again')
    t.match(page, '还有 1 人带着理由反对')
    t.match(page, '树根会顶坏 3 号楼的管子')
    t.notMatch(page, /602 室|12 号楼/)

    const second = await open(meeting, { rule: 'C1', question: '中心花园种桂花，离管子三米' })
    await all(second, [{ choice: 'consent' }])
    const result = await declare(second)
    t.equal(result.ballot.outcome, 'passed')
    t.match(result.ballot.numbers?.result, { kind: 'consent', present: 5, takenBack: 1, objections: [] })
  },
)

t.test('a fraction of the by-laws’ own, and everybody in favour', async (t) => {
  const meeting = await gathered()
  t.match((await post(meeting, { rule: 'M6', num: '3', den: '2' })).body, 'id="num-error"', 'three halves is no part')
  const no = await open(meeting, { rule: 'M6', num: '3', den: '5', over: 'least' })
  await all(no, [{ choice: 'for' }, { choice: 'for' }, { choice: 'for' }, { choice: 'against' }])
  const { ballot, page } = await declare(no)
  t.match(ballot, { outcome: 'passed', numbers: { needed: 3, base: 5 } }, 'three of five are three fifths')
  t.match(page, '到会 5 户的五分之三')
  const strict = await open({ ...meeting, ...(await meeting.another()) }, { rule: 'M7s' })
  await all(strict, [{ choice: 'for' }, { choice: 'for' }])
  t.equal((await declare(strict)).ballot.outcome, 'rejected', 'three of those present said nothing')
})

t.test('villagers: two thirds come, more than half of them agree', async (t) => {
  const few = await open(await gathered(), { rule: 'G4' })
  await all(few, [{ choice: 'for' }, { choice: 'for' }, { choice: 'for' }])
  const { ballot, page } = await declare(few)
  t.match(ballot, { outcome: 'rejected', because: { key: 'rules.say.gates.fewCame' } }, 'five of twenty-four came')
  t.match(page, '24 人到了 5 人（要 16 人）')
})

t.test(
  'papers that say nothing, or something that is not on them, are refused in words and change nothing',
  async (t) => {
    const meeting = await gathered()
    for (const [fields, why] of [
      [{ rule: 'PL', options: '桂花' }, '至少写两个选项'],
      [{ rule: 'PL', options: '桂花\n桂花' }, '有两个选项一样'],
      [{ rule: 'RC', options: Array.from({ length: 13 }, (_, i) => i).join('\n') }, '最多十二个选项'],
      [{ rule: 'AP', number: '3' }, '要选的比选项少才行'],
    ] as [Fields, string][]) {
      const reply = await post(meeting, fields)
      t.equal(reply.statusCode, 422)
      t.match(reply.body, why)
      t.match(reply.body, '中心花园种什么', 'what was typed is still there')
    }
    const refused = async (rule: string, papers: [Fields, string][]) => {
      const no = await open(await gathered(), { rule })
      for (const [paper, why] of papers) {
        const reply = await cast(no, '12-602', paper)
        t.equal(reply.statusCode, 422, `${rule} ${JSON.stringify(paper)}`)
        t.match(reply.body, why)
      }
      t.match(await declare(no), { ballot: { numbers: { for: 0, against: 0, abstain: 0 } } })
    }
    await refused('PL', [
      [{}, '请先选一项'],
      [{ choice: '4' }, '没有这一项'],
      [{ choice: '1,2' }, '没有这一项'],
      [{ choice: 'for' }, '没有这一项'],
    ])
    await refused('AP', [
      [{}, '请先选一项'],
      [{ pick: ['1', '9'] }, '没有这一项'],
      [{ pick: ['1', 'none'] }, '没有这一项'],
    ])
    await refused('RC', [
      [{ place: ['1', '1', ''] }, '同一个位置'],
      [{ place: ['', '', ''] }, '请先选一项'],
    ])
    await refused('SC', [
      [{ points: ['6', '0', '0'] }, '不超过最高分'],
      [{ points: ['0', '0', '0'] }, '至少一项'],
      [{ points: ['1'] }, '至少一项'],
    ])
    await refused('M2', [
      [{ choice: 'consent' }, '没有这一项'],
      [{ choice: "for'; --" }, '没有这一项'],
    ])
  },
)

t.test('a title somebody made up stays a title', async (t) => {
  const nasty = '<img src=x onerror=alert(1)>\n=1+1'
  const no = await open(await gathered(), { rule: 'PL', options: nasty })
  t.notMatch((await (await town.as({ door: '12-602' })).get(`/ballots/${no}`)).body, '<img src=x')
  await all(no, [{ choice: '1' }])
  t.notMatch((await declare(no)).page, '<img src=x')
})
