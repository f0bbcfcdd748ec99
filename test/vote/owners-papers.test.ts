import { randomUUID } from 'node:crypto'
import t from 'tap'
import { readUnits } from '../../src/people/owners/rules.ts'
import { importUnits } from '../../src/people/owners/store.ts'
import { verify } from '../../src/verify.ts'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { printPapers } from '../../src/vote/tickets/store.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

/** An owner's paper that is handed back: two people read it, and the earlier of a paper and a phone stands (domain 3.6). */

const town = await startTown(t)
const zhou = await town.as('zhou')
const shen = await town.as('shen')
const names = { vault: town.vault, communityId: town.community.id }
const by = { personId: town.cast.people.shen }
const register = [
  '楼栋,室号,用途,面积,业主,推选代表,交付',
  ...[1, 2, 3, 4, 5].map((n) => `8,10${n},住宅,80.00,业主${n},,`),
]
await town.db.transaction().execute(async (trx) => {
  await importUnits(trx, names, readUnits(Buffer.from(register.join('\n'))).rows, { by, at: town.clock.now })
})

/** A vote of all owners with everybody's paper, by the owner's name. */
async function opened() {
  const { meetingId, meetingNo, itemId, itemNo } = await sitting(town)
  await town.db.updateTable('meetings').set({ kind: 'owners' }).where('id', '=', meetingId).execute()
  await town.db.updateTable('agenda_items').set({ subject: '278-5' }).where('id', '=', itemId).execute()
  const form = { question: '同意修外墙', rule: 'D1', abstain: 'on', tally: 'live' }
  await zhou.post(`/meetings/${meetingNo}/items/${itemNo}/ballot`, form)
  const no = (await openBallotOf(town.db, meetingNo))?.no as number
  const { id } = await town.db.selectFrom('ballots').where('no', '=', no).select('id').executeTakeFirstOrThrow()
  const asked = { no, by, at: town.clock.now, building: '8', voter: null, purpose: '送达' }
  const papers = new Map<string, string>()
  for (const { name, token } of await printPapers(town.db, names, asked)) papers.set(name, `/owners-vote/${token}`)
  return { no, id, paper: (n: number) => papers.get(`业主${n}`) as string }
}

type Browser = Awaited<ReturnType<typeof town.as>>
const enter = (who: Browser, paper: string, choice: string, fields: Record<string, string> = {}) =>
  who.post(paper, { choice, key: randomUUID(), ...fields })
const votesOf = (id: number) =>
  town.db
    .selectFrom('votes')
    .where('ballot_id', '=', id)
    .select(['choice', 'way', 'person_id', 'cast_at', 'receipt'])
    .execute()
const wrong = async () => (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
/** As a form says it: minutes of this town's clock from now, in Shanghai. */
const minutes = (n: number) => new Date(town.clock.now.getTime() + (n + 480) * 60_000).toISOString().slice(0, 16)

t.test('one reading counts nothing; the second, by somebody else, casts it', async (t) => {
  const { no, id, paper } = await opened()
  t.equal((await enter(shen, paper(1), 'against')).statusCode, 303)
  t.equal((await enter(shen, paper(1), 'for')).statusCode, 303, 'the same person replaces her own')
  t.equal((await votesOf(id)).length, 0)
  t.match((await shen.get(paper(1))).body, '现在还不算')
  const other = (await zhou.get(paper(1))).body
  t.match(other, /录过一遍。请您照票再录一遍/)
  t.notMatch(other, /checked/, 'nobody is shown what the first reader wrote')
  const owner = (await (await town.as()).get(paper(1))).body
  t.notMatch(owner, '录过')
  for (const refused of [await zhou.post(`/ballots/${no}/closure`), await zhou.post(`/ballots/${no}/stop`)]) {
    t.equal(refused.statusCode, 409)
    t.match(refused.body, '还有 1 张业主选票只录了一遍')
  }
  t.match((await shen.get(`/desk/ballots/${no}/papers`)).body, '等另一个人再录：8-101。')
  t.notMatch((await (await town.as('li')).get(`/desk/ballots/${no}/papers`)).body, '等另一个人再录')
  const key = randomUUID()
  for (let i = 0; i < 2; i++)
    t.equal((await enter(zhou, paper(1), 'for', { key })).statusCode, 303, 'sent twice it counts once')
  t.match(await votesOf(id), [{ choice: 'for', way: 'desk', person_id: town.cast.people.zhou }])
  t.match((await shen.get(paper(1))).body, '录得一样，已经计入')
  const lines = await town.db.selectFrom('journal').where('verb', '=', 'ballot.paper').select('particulars').execute()
  t.match(lines, [{ particulars: { first: town.cast.people.shen, second: town.cast.people.zhou } }])

  t.test('readings that differ count nothing and stop the declaration; a third person is not needed', async (t) => {
    await enter(shen, paper(2), 'for')
    await enter(zhou, paper(2), 'against')
    t.equal((await votesOf(id)).length, 1)
    for (const reader of [shen, zhou]) t.match((await reader.get(paper(2))).body, '录得不一样')
    const refused = await zhou.post(`/ballots/${no}/closure`)
    t.equal(refused.statusCode, 409)
    t.match(refused.body, '有 1 张业主选票两个人录得不一样')
    await enter(zhou, paper(2), 'for')
    t.equal((await votesOf(id)).length, 2)
  })

  t.test('both press in the same second, one of them twice: one vote', async (t) => {
    const again = randomUUID()
    const replies = await Promise.all([
      enter(shen, paper(3), 'for'),
      enter(zhou, paper(3), 'for', { key: again }),
      enter(zhou, paper(3), 'for', { key: again }),
    ])
    t.same(
      replies.map(({ statusCode }) => statusCode),
      [303, 303, 303],
    )
    t.equal((await votesOf(id)).length, 3)
  })

  t.test('a paper that was printed anew is not waited for', async (t) => {
    await enter(shen, paper(4), 'for')
    const { voter_id: voter } = await town.db
      .selectFrom('electorate')
      .where('ballot_id', '=', id)
      .where('line', 'like', '8-104%')
      .select('voter_id')
      .executeTakeFirstOrThrow()
    await printPapers(town.db, names, { no, by, at: town.clock.now, building: '8', voter, purpose: '重印' })
    t.equal((await zhou.post(`/ballots/${no}/closure`)).statusCode, 303)
    t.same(await wrong(), [])
  })
})

t.test('a paper handed back before the phone was used stands, however late it is typed in', async (t) => {
  const { no, id, paper } = await opened()
  const phone = await town.as()
  const key = randomUUID()
  const start = town.clock.now
  const later = (n: number) => {
    town.clock.now = new Date(start.getTime() + n * 60_000)
  }
  later(30)
  for (const n of [1, 2]) t.equal((await enter(phone, paper(n), 'against', n === 1 ? { key } : {})).statusCode, 303)
  const [before] = (await votesOf(id)).filter(({ choice }) => choice === 'against')
  later(60)
  const left = await enter(shen, paper(3), 'for', { handed: '' })
  t.equal(left.statusCode, 403, 'who has been signed out meanwhile does not vote in the owner’s place')
  const [shenAgain, zhouAgain] = [await town.as('shen'), await town.as('zhou')]
  for (const [n, handed] of [
    [1, minutes(-50)],
    [2, minutes(-10)],
  ] as const) {
    await enter(shenAgain, paper(n), 'for', { handed: minutes(-55) })
    const reply = await enter(zhouAgain, paper(n), 'for', { handed })
    t.equal(reply.statusCode, n === 1 ? 303 : 409, 'of two hours that differ the later counts')
  }
  const votes = await votesOf(id)
  t.same(votes.map(({ choice, way }) => [choice, way]).sort(), [
    ['against', 'ticket'],
    ['for', 'desk'],
  ])
  const paperVote = votes.find(({ way }) => way === 'desk')
  t.equal(paperVote?.cast_at.getTime(), Math.floor((start.getTime() + 10 * 60_000) / 60_000) * 60_000)
  const kept = await town.db
    .selectFrom('superseded_papers')
    .where('ballot_id', '=', id)
    .select(['choice', 'way', 'receipt'])
    .orderBy('id')
    .execute()
  t.match(kept, [
    { choice: 'against', way: 'ticket', receipt: String },
    { choice: 'for', way: 'desk', receipt: null },
  ])
  t.ok(before && paperVote && paperVote.receipt !== kept[0]?.receipt, 'the paper has a receipt of its own')
  t.match((await phone.get(paper(1))).body, '您的纸票交回得更早，以纸票为准')
  t.equal((await enter(phone, paper(1), 'against', { key })).statusCode, 303, 'the phone’s own attempt is known')
  t.equal((await enter(phone, paper(1), 'against')).statusCode, 409, 'and she still votes once')
  t.equal((await votesOf(id)).filter(({ way }) => way === 'desk').length, 1)
  const page = (await shenAgain.get(`/desk/ballots/${no}/papers`)).body
  t.match(page, '1 位业主的纸票比手机先交')
  t.match(page, '1 张纸票交回来时业主已经投过')
  t.equal((await zhouAgain.post(`/ballots/${no}/closure`)).statusCode, 303)
  t.same(await wrong(), [])
})
