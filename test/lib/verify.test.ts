import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import t from 'tap'
import { verify } from '../../src/verify.ts'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { startTown } from '../harness.ts'
import { tampered } from '../tamper.ts'
import { sitting } from '../vote/sitting.ts'

const town = await startTown(t)
const zhou = await town.as('zhou')
const doors = ['12-602', '12-601', '3-101'] as const

/** A vote of three households, opened, cast and closed as people would. */
async function voted(rule: string, ...choices: string[]) {
  const meeting = await sitting(town)
  await meeting.arrive(...doors)
  const form = { question: '同意班车延长至 23:00', rule, abstain: 'on', tally: 'live', options: '桂花\n月季' }
  await zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, form)
  const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number
  for (const [at, choice] of choices.entries()) {
    const door = await town.as({ door: doors[at] as (typeof doors)[number] })
    await door.post(`/ballots/${no}/votes`, { choice, key: randomUUID() })
  }
  await zhou.post(`/ballots/${no}/closure`)
  return no
}

const passed = await voted('M2', 'for', 'for', 'against')
const rejected = await voted('M4e', 'for', 'against', 'abstain')
const chosen = await voted('PL', '1', '1', '2')

t.test('what was declared agrees with the votes', async (t) => {
  const { checked, wrong } = await verify(town.house)
  t.same(wrong, [])
  const said = checked.join('\n')
  t.match(said, 'wutongli: 3 closed ballots counted again')
  t.match(said, '3 questions and 3 rolls (72 voters)')
  t.match(said, '9 votes')
})

// Whoever holds the database can change anything in it. Each of these is found by counting again.
const changes: [string, RawBuilder<unknown>, string][] = [
  [
    'a vote that became another',
    sql`update votes set choice = 'against' where ballot_id = (select id from ballots where no = ${passed}) and choice = 'for'`,
    `ballot ${passed}: 0 votes for, 2 were declared`,
  ],
  [
    'a vote that vanished',
    sql`delete from votes where ballot_id = (select id from ballots where no = ${passed}) and choice = 'against'`,
    `ballot ${passed}: 1 receipts whose vote is not there`,
  ],
  [
    'a paper that names another option',
    sql`update votes set choice = '2' where ballot_id = (select id from ballots where no = ${chosen})`,
    `ballot ${chosen}: its papers, counted again, come to something else`,
  ],
  [
    'an option that was exchanged',
    sql`update ballots set options = '{月季,桂花}' where no = ${chosen}`,
    `ballot ${chosen}: what was asked is not what its fingerprint was taken of`,
  ],
  [
    'an outcome that was turned round',
    sql`update ballots set outcome = 'passed', reason = 'enough' where no = ${rejected}`,
    `ballot ${rejected}: these numbers are rejected (notEnough), declared was passed (enough)`,
  ],
  [
    'numbers that were made up together with the outcome',
    sql`update ballots set outcome = 'passed', reason = 'enough', numbers = numbers || '{"for": 20}' where no = ${rejected}`,
    `ballot ${rejected}: 1 votes for, 20 were declared`,
  ],
  [
    'a rule that was exchanged',
    sql`update ballots set rule = 'M1' where no = ${rejected}`,
    `ballot ${rejected}: what was asked is not what its fingerprint was taken of`,
  ],
  [
    'an edition that was exchanged',
    sql`update ballots set rule_version = 9 where no = ${rejected}`,
    `ballot ${rejected}: rule M4e, edition 9, cannot have been given these numbers`,
  ],
  [
    'a sum that was made up',
    sql`update ballots set numbers = jsonb_set(numbers, '{checks,0,den}', '4') where no = ${rejected}`,
    `ballot ${rejected}: its sums are not the ones its numbers make`,
  ],
  [
    'a question that was reworded',
    sql`update ballots set question = '同意涨物业费' where no = ${passed}`,
    `ballot ${passed}: what was asked is not what its fingerprint was taken of`,
  ],
  [
    'a door that was taken off the roll',
    sql`delete from electorate where ballot_id = (select id from ballots where no = ${passed}) and line = '12-502'`,
    `ballot ${passed}: the roll is not the one its fingerprint was taken of`,
  ],
  [
    'an issue that was moved past the journal',
    sql`update issues set state = 'closed_resolved' where no = (select min(no) from issues)`,
    'is closed_resolved, the journal says decided',
  ],
]

for (const [what, change, found] of changes) {
  t.test(`${what} is found`, async (t) => {
    const { wrong } = await tampered(town, change)
    t.match(wrong.join('\n'), found)
  })
}
