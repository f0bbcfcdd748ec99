import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { journal } from '../lib/journal.ts'
import { groupCode, randomCode, sha256Hex } from '../lib/tokens.ts'
import { moveIssue } from '../listen/issues/store.ts'
import type { Asked as Paper } from '../vote/ballots/answers.ts'
import { decideBallot } from '../vote/ballots/decision.ts'
import { openBallot } from '../vote/ballots/opening.ts'
import { countOf } from '../vote/ballots/reads.ts'
import { papersOf } from '../vote/ballots/rounds.ts'
import type { Choice } from '../vote/ballots/rules.ts'
import { valuesOf, wordOf } from '../vote/ballots/telling.ts'
import type { Asked, Meeting, SeatKey } from './story/kinds.ts'
import { chance, known, pick, type Tale } from './tale.ts'
import { later, minutes } from './when.ts'

/** 决: a vote of an evening that is over. */

export interface Putting {
  meetingNo: number
  itemNo: number
  question: string
  asked: Asked
  meeting: Meeting
  by: { personId: number }
  opened: Date
}

/** Opens a ballot and lets everybody of the story cast. Gives its number. */
export async function putToTheVote(tale: Tale, putting: Putting): Promise<number> {
  const { asked, meeting, opened, ...rest } = putting
  const { rule, tally } = asked
  const options = 'options' in asked ? { options: asked.options } : {}
  const { no } = await openBallot(tale.db, { ...rest, ...options, abstain: true, rule, tallyShown: tally, at: opened })
  const ballot = await ballotOf(tale, no)
  const votes = 'seats' in asked ? seatVotes(tale, meeting, asked.seats) : await doorVotes(tale, ballot, asked.doors)
  await cast(tale, ballot.id, votes, opened)
  return no
}

const ballotOf = (tale: Tale, no: number) =>
  tale.trx.selectFrom('ballots').selectAll().where('no', '=', no).executeTakeFirstOrThrow()

type Ballot = Awaited<ReturnType<typeof ballotOf>>

interface Vote {
  voter: number
  choice: string
  personId: number | null
}

function seatVotes(tale: Tale, meeting: Meeting, said: Partial<Record<SeatKey, Choice>>): Vote[] {
  return (Object.entries(said) as [SeatKey, Choice][]).map(([seat, choice]) => ({
    voter: known(tale.seats, seat),
    choice,
    // The story names the titular first, where she came.
    personId: known(tale.people, meeting.seats[seat]?.[0] ?? ''),
  }))
}

async function doorVotes(tale: Tale, ballot: Ballot, said: Record<string, number>): Promise<Vote[]> {
  const here = await tale.trx
    .selectFrom('attendance')
    .select('household_id')
    .where('meeting_id', '=', ballot.meeting_id)
    .where('household_id', 'is not', null)
    .orderBy('id')
    .execute()
  const voters = pick(
    `ballot ${ballot.no}`,
    here.map(({ household_id }) => household_id as number),
    here.length,
  )
  const mixed = pick(
    `choices ${ballot.no}`,
    Object.entries(said).flatMap(([choice, n]) => Array<string>(n).fill(choice)),
    voters.length,
  )
  return mixed.map((choice, i) => ({ voter: voters[i] as number, choice, personId: null }))
}

async function cast(tale: Tale, ballotId: number, votes: Vote[], opened: Date): Promise<void> {
  const next = chance(`cast ${ballotId}`)
  const times = votes.map(() => later(opened, minutes(2.5) * next()).toISOString()).sort()
  await sql`
    with given as (
      select * from unnest(
        ${votes.map(({ voter }) => voter)}::int[], ${votes.map(({ choice }) => choice)}::text[],
        ${votes.map(({ personId }) => personId)}::int[], ${times}::timestamptz[],
        ${votes.map(({ choice }) => sha256Hex(`${ballotId} ${choice}`))}::text[],
        ${votes.map(() => groupCode(randomCode(8)))}::text[], ${votes.map(() => randomUUID())}::uuid[])
        as g (voter_id, choice, person_id, at, request, receipt, key)),
    keyed as (
      insert into vote_keys (ballot_id, voter_id, key, request_sha256, receipt)
      select ${ballotId}, voter_id, key, request, receipt from given)
    insert into votes (ballot_id, voter_id, choice, way, person_id, cast_at, receipt)
    select ${ballotId}, voter_id, choice, 'socket', person_id, at, receipt from given`.execute(tale.trx)
}

/**
 * Declares a ballot that was closed on a past evening. closeBallot cannot do it: it closes at the database's clock,
 * now, and that is as it must be. The rule, the count and the lines are the same.
 */
export async function declareBallot(tale: Tale, no: number, by: { personId: number }, at: Date): Promise<void> {
  const { trx } = tale
  const ballot = await ballotOf(tale, no)
  const { eligible, rule, rule_version: ruleVersion, options, terms } = ballot
  const paper = { rule, ruleVersion, options, terms } as Paper
  const count = { ...(await countOf(trx, ballot.id)), eligible }
  const decision = decideBallot(paper, count, await papersOf(trx, ballot.id))
  const { outcome, reason, numbers } = decision
  const word = wordOf(decision)
  await trx
    .updateTable('ballots')
    .set({ closed_at: at, closed_by: by.personId, outcome, reason, numbers: JSON.stringify(numbers) })
    .where('id', '=', ballot.id)
    .execute()
  await trx
    .updateTable('running_order')
    .set({ declared_at: at })
    .where('meeting_id', '=', ballot.meeting_id)
    .where('item_id', '=', ballot.item_id)
    .execute()
  const values = valuesOf(paper, decision)
  await journal(trx, {
    subject: { kind: 'ballot', id: ballot.id, no },
    verb: `ballot.${word}`,
    was: 'open',
    became: outcome,
    by,
    at,
    particulars: { rule: ballot.rule, reason, ...values, present: numbers.present },
  })
  const issues = await trx
    .selectFrom('agenda_links')
    .select('issue_id')
    .where('item_id', '=', ballot.item_id)
    .orderBy('issue_id')
    .execute()
  for (const { issue_id: issueId } of issues) {
    const move = { issueId, by, at, nextStep: '', dueOn: null, particulars: { ballot: no, outcome, ...values } }
    await moveIssue(trx, { ...move, to: 'decided', verb: word === 'chosen' ? 'issue.chosen' : 'issue.decided' })
    if (outcome === 'rejected') await moveIssue(trx, { ...move, to: 'closed_not_adopted' })
  }
}
