import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { verify } from '../../src/verify.ts'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { type Batch, balanceOf, whyNotCount, whyNotDeclare, whyNotIssue } from '../../src/vote/papers/rules.ts'
import type { Cast } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
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

/** Time goes on by so many seconds. */
const later = (seconds: number) => {
  town.clock.now = new Date(town.clock.now.getTime() + seconds * 1_000)
}

const phone = async (no: number, door: Door, choice: string) =>
  (await town.as({ door })).post(`/ballots/${no}/votes`, { choice, key: randomUUID() })

/** Papers first to last go out; gives the address of the batch. */
async function issue(no: number, first: number, last: number): Promise<string> {
  const key = randomUUID()
  const reply = await shen.post(`/ballots/${no}/papers`, { key, first: String(first), last: String(last) })
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 3_000)}`)
  return `/ballots/${no}/papers/${key}`
}

type Paper = 'spoiled' | 'blank' | 'lost' | [Door, string]
const formOf = (sheet: number, paper: Paper): Record<string, string> =>
  typeof paper === 'string'
    ? { sheet: String(sheet), state: paper, door: '' }
    : { sheet: String(sheet), state: 'filled', door: paper[0], choice: paper[1] }

const read = (who: Browser, batch: string, sheet: number, paper: Paper) =>
  who.post(`${batch}/sheets`, formOf(sheet, paper))

/** Both read the same papers. */
async function bothRead(batch: string, first: number, papers: Paper[]) {
  for (const who of [shen, gu])
    for (const [i, paper] of papers.entries()) t.equal((await read(who, batch, first + i, paper)).statusCode, 303)
}

const votesOf = (no: number) =>
  db
    .selectFrom('votes')
    .innerJoin('ballots', 'ballots.id', 'votes.ballot_id')
    .innerJoin('electorate', (join) =>
      join.onRef('electorate.ballot_id', '=', 'votes.ballot_id').onRef('electorate.voter_id', '=', 'votes.voter_id'),
    )
    .where('ballots.no', '=', no)
    .select(['line', 'choice', 'way', 'cast_at'])
    .orderBy('line')
    .execute()

async function clean(t: Test) {
  const wrong = (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
  t.same(wrong, [], 'and counted again it is the same')
}

t.test('twelve go out, eleven come back: nothing is declared before the twelfth is found', async (t) => {
  const meeting = await sitting(town)
  const doors: Door[] = ['3-101', '3-102', '3-201', '3-202', '12-601', '12-602']
  await meeting.arrive(...doors)
  const no = await open(meeting)
  const batch = await issue(no, 1, 12)
  t.match((await zhou.post(`/ballots/${no}/stop`)).body, '纸票还没收齐', 'what is in people’s hands is collected first')
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '1–12 号纸票还没收齐')
  t.match((await read(shen, batch, 1, 'blank')).body, '票还没收齐')
  later(60)
  t.equal((await shen.post(`${batch}/collection`)).statusCode, 303)
  const handed = town.clock.now
  t.equal((await shen.post(`${batch}/collection`)).statusCode, 303, 'twice is once')
  later(60)

  const papers: Paper[] = [
    ['3-101', 'for'],
    ['3-102', 'against'],
    ['3-201', 'for'],
    ['3-202', 'abstain'],
    'spoiled',
    ...Array<Paper>(6).fill('blank'),
  ]
  for (const [i, paper] of papers.entries()) t.equal((await read(shen, batch, i + 1, paper)).statusCode, 303)
  const alone = await zhou.post(`/ballots/${no}/closure`)
  t.match(alone.body, '发出 12 张，数到 0 张，还差 12 张', 'one reader is none')
  for (const [i, paper] of papers.entries()) t.equal((await read(gu, batch, i + 1, paper)).statusCode, 303)
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '发出 12 张，数到 11 张，还差 1 张（12 号）')
  t.match((await shen.post(`${batch}/count`)).body, '发出 12 张，数到 11 张，还差 1 张（12 号）')
  t.match((await shen.get(`/ballots/${no}/papers`)).body, '发出 12 张，数到 11 张，还差 1 张')
  for (const who of [shen, gu]) await read(who, batch, 12, 'lost')
  const lost = await db.selectFrom('paper_sheets').where('state', '=', 'lost').select('person_id').execute()
  t.same(
    lost.map(({ person_id }) => person_id).sort(),
    [cast.people.shen, cast.people.gu].sort(),
    'two people say by name that it is lost',
  )
  for (const page of [batch, `${batch}/print`, `/ballots/${no}/papers`])
    t.ok((await statementsOf(() => gu.get(page))) <= 3, `${page} asks little`)
  const ready = (await gu.get(batch)).body
  t.match(ready, '发出 12 张 = 计票 4 + 废票 1 + 空白 6 + 遗失 1')
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '还没计入')
  t.equal((await votesOf(no)).length, 0)

  const counted = await Promise.all([shen.post(`${batch}/count`), gu.post(`${batch}/count`)])
  t.same(
    counted.map(({ statusCode }) => statusCode),
    [303, 303],
    'both press: the papers count once',
  )
  const votes = await votesOf(no)
  t.match(votes, [
    { line: '3-101', choice: 'for', way: 'paper' },
    { line: '3-102', choice: 'against', way: 'paper' },
    { line: '3-201', choice: 'for', way: 'paper' },
    { line: '3-202', choice: 'abstain', way: 'paper' },
  ])
  t.ok(
    votes.every(({ cast_at }) => cast_at.getTime() === handed.getTime()),
    'timed when they were handed in',
  )
  t.equal((await shen.post(`${batch}/count`)).statusCode, 303, 'once more is the same')
  const told = await db.selectFrom('journal').where('verb', '=', 'ballot.papers_counted').selectAll().execute()
  t.match(told, [{ particulars: { first: 1, last: 12, filled: 4, spoiled: 1, blank: 6, lost: 1 } }])
  t.equal(told.length, 1)
  t.match((await read(shen, batch, 1, ['3-101', 'against'])).body, '已经计入，不再改')
  await t.rejects(
    sql`update paper_sheets set choice = 'against' where no = 1`.execute(db),
    /not touched again/,
    'nor past the pages',
  )

  await phone(no, '12-601', 'for')
  t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
  const ballot = await ballotShown(db, no)
  t.match(ballot.numbers, { for: 3, against: 1, abstain: 1, present: 6 })
  t.same(ballot.numbers?.ways, {
    ...{ phone: 1, desk: 0, proxy: 0, paper: 4, hands: 0 },
    ...{ spoiled: 1, blank: 6, lost: 1, replaced: 0 },
  })
  const result = (await (await town.as()).get(`/ballots/${no}`)).body
  t.match(result, '<dt>纸票</dt><dd>4 户 <small>废票 1 张，空白交回 6 张，遗失 1 张')
  t.match(result, '<dt>手机</dt><dd>1 户')
  t.match(result, '弃权 1，废票 1', 'the paragraph knows of the spoiled one too')
  t.match(result, '全部回执码（5 个）')
  await clean(t)
})

t.test('two people read for themselves, see only where they differ, and each corrects her own', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102', '3-201')
  const no = await open(meeting)
  const batch = await issue(no, 1, 2)
  later(10)
  await shen.post(`${batch}/collection`)
  const wrong = await shen.post(`${batch}/sheets`, { sheet: '1', state: 'filled', door: '99-101', choice: 'for' })
  t.equal(wrong.statusCode, 422)
  t.match(wrong.body, '名册里没有这一户')
  t.match(wrong.body, 'value="99-101"', 'what was typed is still there')
  t.match(wrong.body, 'value="for" id="choice" checked')
  t.match((await shen.post(`${batch}/sheets`, formOf(1, ['3-101', 'maybe']))).body, '票上没有这一项')
  t.match((await shen.post(`${batch}/sheets`, { sheet: '1', state: 'filled', choice: 'for' })).body, '门牌')
  await read(shen, batch, 1, ['3-101', 'for'])
  await read(shen, batch, 1, ['3-101', 'for'])
  await read(shen, batch, 2, ['3-102', 'against'])
  t.equal(
    (
      await db
        .selectFrom('paper_sheets')
        .selectAll()
        .where('person_id', '=', cast.people.shen)
        .innerJoin('paper_batches', 'paper_batches.id', 'batch_id')
        .where('key', '=', batch.slice(-36))
        .execute()
    ).length,
    2,
    'sent twice it is one reading',
  )
  const hers = (await gu.get(batch)).body
  t.notMatch(hers, '3-101', 'the second reader does not see what the first wrote')
  t.match((await shen.post(`${batch}/count`)).body, '还差 2 张', 'one person alone, twice over, is not two')
  await read(gu, batch, 1, ['3-101', 'for'])
  await read(gu, batch, 2, ['3-201', 'against'])
  const differ = (await shen.get(batch)).body
  t.match(differ, '两个人录得不一样的')
  t.match(differ, '改我录的第 2 号')
  t.notMatch(
    /两个人录得不一样的[\s\S]*?<\/section>/.exec(differ)?.[0],
    '第 1 号票',
    'where they agree nothing is shown',
  )
  t.match((await zhou.post(`/ballots/${no}/closure`)).body, '有 1 张纸票两个人录得不一样（2 号）')
  t.match((await zhou.post(`${batch}/sheets`, formOf(2, ['3-102', 'against']))).body, '不用第三个人')
  t.match((await shen.get(`${batch}?sheet=2`)).body, 'value="3-102"', 'her own reading stands in the form')
  await read(gu, batch, 2, ['3-102', 'against'])
  t.equal((await gu.post(`${batch}/count`)).statusCode, 303)
  t.same(
    (await votesOf(no)).map(({ line, choice }) => `${line} ${choice}`),
    ['3-101 for', '3-102 against'],
  )
  await t.rejects(
    sql`update paper_batches set second_by = first_by`.execute(db),
    /violates check constraint/,
    'nor can one person be both',
  )
  await zhou.post(`/ballots/${no}/closure`)
  await clean(t)
})

t.test('the last ballot of a household counts, and a paper never overrides what it cast later itself', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102', '3-201', '12-602')
  const no = await open(meeting)
  const batch = await issue(no, 1, 3)
  await phone(no, '3-101', 'for')
  later(30)
  await shen.post(`${batch}/collection`)
  later(30)
  await phone(no, '3-102', 'against')
  await bothRead(batch, 1, [
    ['3-101', 'against'],
    ['3-102', 'for'],
    ['3-201', 'for'],
  ])
  t.equal((await shen.post(`${batch}/count`)).statusCode, 303)
  t.match(await votesOf(no), [
    { line: '3-101', choice: 'against', way: 'paper' },
    { line: '3-102', choice: 'against', way: 'form' },
    { line: '3-201', choice: 'for', way: 'paper' },
  ])
  later(30)
  await phone(no, '3-201', 'abstain')
  t.equal((await shen.post(`${batch}/count`)).statusCode, 303)
  await zhou.post(`/ballots/${no}/closure`)
  const ballot = await ballotShown(db, no)
  t.match(ballot.numbers, { for: 0, against: 2, abstain: 1 })
  t.match(ballot.numbers?.ways, { phone: 2, paper: 1, replaced: 2 })
  t.match((await (await town.as()).get(`/ballots/${no}`)).body, '另有 2 张，住户后来自己又投过')
  await clean(t)
})

t.test('a paper counts from before the stop, though it is read after it; nothing is handed out after it', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102')
  await meeting.leave('3-102')
  const no = await open(meeting)
  const batch = await issue(no, 7, 8)
  later(5)
  await shen.post(`${batch}/collection`)
  t.equal((await zhou.post(`/ballots/${no}/stop`)).statusCode, 303)
  later(5)
  const after = await shen.post(`/ballots/${no}/papers`, { key: randomUUID(), first: '9', last: '9' })
  t.match(after.body, '表决已经停了')
  t.match((await phone(no, '3-101', 'for')).body, '表决已经停了')
  await bothRead(batch, 7, [
    ['3-101', 'for'],
    ['3-202', 'for'],
  ])
  t.match((await shen.post(`${batch}/count`)).body, '3-202 没有签到')
  for (const who of [shen, gu]) await read(who, batch, 8, 'spoiled')
  t.equal((await shen.post(`${batch}/count`)).statusCode, 303)
  t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
  t.match((await ballotShown(db, no)).numbers, { for: 1, ways: { paper: 1, spoiled: 1 } })
  await clean(t)
})

t.test('two papers of one door, numbers handed out twice, a batch by mistake: each is said in words', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102')
  const no = await open(meeting)
  const batch = await issue(no, 1, 2)
  const clash = await shen.post(`/ballots/${no}/papers`, { key: randomUUID(), first: '2', last: '4' })
  t.equal(clash.statusCode, 422)
  t.match(clash.body, '已经发过的')
  t.match(clash.body, 'value="4"')
  t.match(
    (await shen.post(`/ballots/${no}/papers`, { key: randomUUID(), first: '9', last: '8' })).body,
    '后面的不比前面的小',
  )
  t.match((await shen.post(`/ballots/${no}/papers`, { key: randomUUID(), first: '9', last: 'x' })).body, '正确的号码')
  const mistaken = await issue(no, 10, 99)
  t.equal((await shen.post(`${mistaken}/withdrawal`)).statusCode, 303)
  await shen.post(`${batch}/collection`)
  await bothRead(batch, 1, [
    ['3-101', 'for'],
    ['3-101', 'against'],
  ])
  t.match((await shen.post(`${batch}/count`)).body, '3-101 有不止一张票（1 2 号）')
  t.match((await shen.post(`${batch}/withdrawal`)).body, '不能撤了')
  for (const who of [shen, gu]) await read(who, batch, 2, 'spoiled')
  await shen.post(`${batch}/count`)
  await zhou.post(`/ballots/${no}/closure`)
  t.match((await ballotShown(db, no)).numbers, { for: 1, against: 0 })
  await clean(t)
})

t.test('counting a batch races the close: the papers are all in it, or nothing is declared', async (t) => {
  for (let round = 0; round < 4; round++) {
    const meeting = await sitting(town)
    await meeting.arrive('3-101', '3-102', '3-201')
    const no = await open(meeting)
    const batch = await issue(no, 1, 3)
    await shen.post(`${batch}/collection`)
    await bothRead(batch, 1, [
      ['3-101', 'for'],
      ['3-102', 'for'],
      ['3-201', 'against'],
    ])
    const [, closed] = await Promise.all([
      shen.post(`${batch}/count`),
      zhou.post(`/ballots/${no}/closure`),
      gu.post(`${batch}/count`),
    ])
    if (closed.statusCode !== 303) {
      t.equal(closed.statusCode, 409)
      t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
    }
    t.match((await ballotShown(db, no)).numbers, { for: 2, against: 1, ways: { paper: 3 } })
  }
  await clean(t)
})

t.test('a batch stays uncounted while the meeting rests, and is counted when it goes on', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101')
  const no = await open(meeting)
  const batch = await issue(no, 1, 1)
  await shen.post(`${batch}/collection`)
  await bothRead(batch, 1, [['3-101', 'for']])
  await zhou.post(`/meetings/${meeting.meetingNo}/suspension`)
  t.match((await shen.post(`${batch}/count`)).body, '休会')
  await zhou.post(`/meetings/${meeting.meetingNo}/resumption`)
  t.equal((await shen.post(`${batch}/count`)).statusCode, 303)
  await zhou.post(`/ballots/${no}/closure`)
})

t.test('a paper of every kind of rule is printed with the words of its page, and read', async (t) => {
  const plants = { options: '桂花\n月季\n广玉兰', number: '2' }
  const papers: [string, Record<string, string | string[]>, string][] = [
    ['C1', { choice: 'object', reason: '挡光' }, 'object'],
    ['PL', { choice: '2' }, '2'],
    ['AP', { pick: ['3', '1'] }, '1,3'],
    ['RC', { place: ['2', '', '1'] }, '3,1'],
    ['SC', { points: ['5', '', '1'] }, '5,0,1'],
  ]
  for (const [rule, marked, choice] of papers) {
    const meeting = await sitting(town)
    await meeting.arrive('3-101')
    const no = await open(meeting, { rule, ...(rule === 'C1' ? {} : plants) })
    const batch = await issue(no, 1, 5)
    const sheet = (await shen.get(`${batch}/print`)).body
    const page = (await (await town.as({ door: '3-101' })).get(`/ballots/${no}`)).body
    const how = /<p class="how">([^<]+)</.exec(sheet)?.[1] ?? 'nothing'
    t.match(page, how, `${rule}: how to vote`)
    const secrecy = /(记名表决：[^<]+)</.exec(sheet)?.[1] ?? 'nothing'
    t.match(page, secrecy, `${rule}: who will know`)
    t.equal(sheet.match(/class="votepaper"/g)?.length, 5)
    t.match(sheet, '第 5 号')
    await shen.post(`${batch}/collection`)
    for (const who of [shen, gu]) {
      const first = await who.post(`${batch}/sheets`, {
        sheet: '1',
        state: 'filled',
        door: '3号楼101室',
        ...marked,
      } as never)
      t.equal(first.statusCode, 303, `${rule}: ${first.body.slice(0, 200)}`)
      for (const blank of [2, 3, 4, 5]) await read(who, batch, blank, 'blank')
    }
    t.equal((await shen.post(`${batch}/count`)).statusCode, 303)
    t.match(await votesOf(no), [{ line: '3-101', choice, way: 'paper' }])
    await zhou.post(`/ballots/${no}/closure`)
  }
  await clean(t)
})

t.test('papers are the desk’s: a resident, a volunteer and another neighbourhood’s number get nothing', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101')
  const no = await open(meeting, { rule: 'S5' })
  t.match((await shen.post(`/ballots/${no}/papers`, { key: randomUUID(), first: '1', last: '2' })).body, '五方席位')
  for (const who of [await town.as('li'), await town.as({ door: '3-101' }), await town.as()])
    for (const path of ['papers', 'hands']) t.equal((await who.get(`/ballots/${no}/${path}`)).statusCode, 403)
  t.equal((await shen.get(`/ballots/${no}/papers/${randomUUID()}`)).statusCode, 404)
  await zhou.post(`/ballots/${no}/closure`)
})

t.test('the balance as a rule: every number is one of four things, read alike by two', async (t) => {
  const reading = (no: number, personId: number, state: 'filled' | 'spoiled' | 'blank' | 'lost' = 'blank') => ({
    ...{ no, personId, state, voterId: state === 'filled' ? no : null },
    ...{ line: state === 'filled' ? `3-${no}` : null, choice: state === 'filled' ? 'for' : null, reason: null },
  })
  const states = ['filled', 'spoiled', 'blank', 'lost'] as const
  const none: Batch = {
    ...{ firstNo: 1, lastNo: 40, handed: true, firstBy: 1, secondBy: 2 },
    ...{ sealed: false, counted: false, readings: [] },
  }
  let seed = 7
  const any = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % n
  }
  for (let round = 0; round < 400; round++) {
    const readings = Array.from({ length: 40 }, (_, i) => i + 1).flatMap((no) => {
      const state = states[any(4)]
      const second = any(30) === 0 ? states[any(4)] : state
      return [...(any(60) ? [reading(no, 1, state)] : []), ...(any(60) ? [reading(no, 2, second)] : [])]
    })
    const batch = { ...none, readings }
    const { issued, filled, spoiled, blank, lost, apart, missing } = balanceOf(batch)
    t.equal(issued, filled + spoiled + blank + lost + apart.length + missing.length)
    t.equal(whyNotCount(batch) === null, apart.length + missing.length === 0)
  }
  t.match(whyNotDeclare([{ ...none, handed: false }]), { key: 'batches.out' })
  t.equal(whyNotDeclare([{ ...none, counted: true }]), null)
  t.equal(whyNotDeclare([]), null)
  t.equal(whyNotIssue({ firstNo: 1, lastNo: 200 }, []), null)
  t.equal(whyNotIssue({ firstNo: 1, lastNo: 201 }, []), 'batches.tooMany')
  t.equal(whyNotIssue({ firstNo: 5, lastNo: 9 }, [{ firstNo: 9, lastNo: 12 }]), 'batches.overlap')
  t.equal(whyNotIssue({ firstNo: 5, lastNo: 8 }, [{ firstNo: 9, lastNo: 12 }]), null)
})

// Whoever holds the database can change anything in it; counted again it does not agree.
const changes: [string, ReturnType<typeof sql>, string][] = [
  ['a paper vote nobody read', sql`update votes set way = 'paper' where way = 'form'`, 'two people did not read alike'],
  [
    'a reading that became another',
    sql`update paper_sheets set choice = 'abstain' where choice = 'for' and person_id = ${cast.people.gu}`,
    'two people did not read alike',
  ],
  [
    'a sheet that vanished',
    sql`delete from paper_sheets where state = 'spoiled'`,
    'batches of papers that do not balance',
  ],
  [
    'a way that was exchanged',
    sql`update ballots set numbers = jsonb_set(numbers, '{ways,lost}', '0') where numbers #>> '{ways,lost}' = '1'`,
    'lost: 1, declared was 0',
  ],
]
for (const [what, change, found] of changes) {
  t.test(`${what} is found`, async (t) => {
    const { wrong } = await tampered(town, change)
    t.match(wrong.join('\n'), found)
  })
}
