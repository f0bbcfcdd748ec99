import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { refuseUnfinishedHands } from '../hands/reads.ts'
import { ownersCount } from '../owners/reads.ts'
import { refuseUnfinishedPapers } from '../papers/reads.ts'
import { refuseUnreadPapers } from '../tickets/readings.ts'
import { voteLock } from './casting.ts'
import { decideBallot, editionFor, isCounted } from './decision.ts'
import { type Frozen, frozen } from './frozen.ts'
import type { Count, Decision, Named } from './numbers.ts'
import { countOf } from './reads.ts'
import { papersOf } from './rounds.ts'
import { whyNotEnd } from './rules.ts'
import { goOn } from './sequel.ts'
import { votingEnds } from './standing.ts'
import { valuesOf, wordOf } from './telling.ts'

interface Closing {
  /** The ballot's number. */
  no: number
  /** The chair. */
  by: { personId: number | null }
  at: Date
}

/**
 * Closes the vote and declares what it means, in one transaction: whatever was acknowledged is counted, nothing is
 * counted later. The issues behind the item move on with it, and their filers are told. Refuses kindly when it is closed already.
 */
export async function closeBallot(
  db: Db,
  letterbox: Letterbox,
  closing: Closing,
): Promise<Frozen & { outcome: Decision['outcome'] }> {
  const ballot = await frozen(db, closing.no)
  return db.transaction().execute(async (trx) => {
    // Waits for the votes in flight and holds off new ones until we commit (casting.ts).
    await sql`select pg_advisory_xact_lock(${voteLock}, ${ballot.id})`.execute(trx)
    const { opened_at, closed_at, closes_at, eligible, required_seats } = await trx
      .selectFrom('ballots')
      .where('id', '=', ballot.id)
      .select(['opened_at', 'closed_at', 'closes_at', 'eligible', 'required_seats'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    if (closed_at) throw new Refusal('ballots.closedAlready')
    refuseIf(whyNotEnd({ closesAt: closes_at }, closing.at))
    if (await isSuspended(trx, ballot.meetingId)) throw new Refusal('ballots.suspendedAlready')
    // Nothing is declared while a paper is unaccounted for, or two people have not counted the same hands.
    await refuseUnfinishedPapers(trx, ballot.id)
    await refuseUnfinishedHands(trx, ballot.id)
    await refuseUnreadPapers(trx, ballot)

    const missing = required_seats.length ? await seatsAway(trx, ballot, required_seats, opened_at) : []
    const decision = await decideNow(trx, ballot, eligible, missing)
    await writeClose(trx, ballot, decision, closing)
    await goOn(trx, letterbox, ballot, decision, closing)
    await announce(trx, `meeting:${ballot.meetingNo}`)
    await announce(trx, `count:${ballot.meetingNo}`)
    return { ...ballot, outcome: decision.outcome }
  })
}

/** Required seats for which nobody was in the room at any time while the vote was open. */
async function seatsAway(trx: Trx, { id, meetingId }: Frozen, required: number[], since: Date): Promise<Named[]> {
  const { rows } = await sql<Named>`
    select name, name_en as "nameEn" from seats s where id = any(${required}::int[]) and not exists (
      select from attendance a join seat_holders h on h.seat_id = a.seat_id and h.person_id = a.person_id
      where a.meeting_id = ${meetingId} and a.seat_id = s.id and (a.left_at is null or a.left_at >= ${since})
        and a.arrived_at <= (select ${votingEnds} from ballots b where b.id = ${id}))
    order by position`.execute(trx)
  return rows
}

/** Too few are in the room: nothing is declared before they are back (domain 3.4). */
async function isSuspended(trx: Trx, meetingId: number): Promise<boolean> {
  const meeting = await trx
    .selectFrom('meetings')
    .where('id', '=', meetingId)
    .select('suspended_at')
    .executeTakeFirstOrThrow()
  return meeting.suspended_at !== null
}

/** What the votes as they stand come to. Whoever calls holds the vote's lock. */
export async function decideNow(trx: Trx, ballot: Frozen, eligible: number, missing: Named[] = []): Promise<Decision> {
  const { kind } = editionFor(ballot)
  if (kind === 'dual') return decideBallot(ballot, noCount, { owned: await ownersCount(trx, ballot) })
  const papers = isCounted(editionFor(ballot)) ? {} : await papersOf(trx, ballot.id)
  return decideBallot(ballot, await wholeCount(trx, ballot, eligible), { missing, ...papers })
}

/** Heads and area are counted by the roll (vote/owners), not by who is in the room. */
const noCount: Count = { for: 0, against: 0, abstain: 0, present: 0, eligible: 0 }

/** The count, and where seats vote who of them steps aside on this item. */
async function wholeCount(trx: Trx, ballot: Frozen, eligible: number): Promise<Count> {
  const count = { ...(await countOf(trx, ballot.id)), eligible }
  if (ballot.voters !== 'seat') return count
  const { rows: recused } = await sql<Named>`
    select s.name, s.name_en as "nameEn" from recusals r join seats s on s.id = r.seat_id
    join electorate e on e.ballot_id = ${ballot.id} and e.voter_id = r.seat_id
    where r.meeting_id = ${ballot.meetingId} and r.item_id = ${ballot.itemId} order by s.position`.execute(trx)
  return recused.length > 0 ? { ...count, recused, mayVote: eligible - recused.length } : count
}

/** Closes a ballot with what it came to, and writes it down. Whoever calls holds the vote's lock. */
export async function writeClose(
  trx: Trx,
  ballot: Frozen,
  decision: Decision,
  { by, at }: Omit<Closing, 'no'>,
): Promise<void> {
  const { outcome, reason, numbers } = decision
  await trx
    .updateTable('ballots')
    // The database's clock: what was in time is not for a web server to say (trust 4.2).
    .set({
      closed_at: sql`clock_timestamp()`,
      closed_by: by.personId,
      outcome,
      reason,
      numbers: JSON.stringify(numbers),
    })
    .where('id', '=', ballot.id)
    .execute()
  await journal(trx, {
    subject: { kind: 'ballot', id: ballot.id, no: ballot.no },
    verb: `ballot.${wordOf(decision)}`,
    was: 'open',
    became: outcome,
    by,
    at,
    particulars: { rule: ballot.rule, reason, ...valuesOf(ballot, decision), present: numbers.present },
  })
}
