import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { moveIssue } from '../../listen/issues/store.ts'
import { voteLock } from './casting.ts'
import { type Frozen, frozen } from './frozen.ts'
import { countOf, votingEnds } from './reads.ts'
import { type Decision, decide, type Named } from './rules.ts'

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
    const { opened_at, closed_at, eligible, required_seats } = await trx
      .selectFrom('ballots')
      .where('id', '=', ballot.id)
      .select(['opened_at', 'closed_at', 'eligible', 'required_seats'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    if (closed_at) throw new Refusal('ballots.closedAlready')
    if (await isSuspended(trx, ballot.meetingId)) throw new Refusal('ballots.suspendedAlready')

    const count = await countOf(trx, ballot.id)
    const missing = required_seats.length ? await seatsAway(trx, ballot, required_seats, opened_at) : []
    const decision = decide(ballot.rule, { ...count, eligible }, missing, ballot.ruleVersion)
    await write(trx, ballot, decision, closing)
    const issueIds = await moveIssuesOn(trx, ballot, decision, closing)
    const said = `tell.${decision.outcome}` as const
    await tellFilers(trx, letterbox, issueIds, `ballot:${ballot.id}`, said, countsOf(decision.numbers))
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

async function write(trx: Trx, ballot: Frozen, decision: Decision, { by, at }: Closing) {
  await writeClose(trx, ballot, decision, { by, at })
  await trx
    .updateTable('running_order')
    .set({ declared_at: at })
    .where('meeting_id', '=', ballot.meetingId)
    .where('item_id', '=', ballot.itemId)
    .execute()
}

/** Closes a ballot with what it came to, and writes it down. Whoever calls holds the vote's lock. */
export async function writeClose(
  trx: Trx,
  ballot: Frozen,
  { outcome, reason, numbers }: Decision,
  { by, at }: Omit<Closing, 'no'>,
): Promise<void> {
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
    verb: `ballot.${outcome}`,
    was: 'open',
    became: outcome,
    by,
    at,
    particulars: { rule: ballot.rule, reason, ...countsOf(numbers), present: numbers.present },
  })
}

/** What was on the agenda is decided; what was voted down ends here, and the public page says with which numbers. Gives their ids. */
async function moveIssuesOn(trx: Trx, ballot: Frozen, { outcome, numbers }: Decision, { by, at }: Closing) {
  const issues = await trx
    .selectFrom('agenda_links')
    .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
    .where('agenda_links.item_id', '=', ballot.itemId)
    // One that was taken off the agenda meanwhile has gone its own way and must not stop the vote from being declared.
    .where('issues.state', '=', 'on_agenda')
    .select('issues.id')
    .orderBy('issues.id')
    .forUpdate('issues')
    .execute()
  for (const { id } of issues) {
    const move = { issueId: id, by, at, nextStep: '', dueOn: null }
    const particulars = { ballot: ballot.no, outcome, ...countsOf(numbers) }
    await moveIssue(trx, { ...move, to: 'decided', verb: 'issue.decided', particulars })
    if (outcome === 'rejected') await moveIssue(trx, { ...move, to: 'closed_not_adopted', particulars })
  }
  return issues.map(({ id }) => id)
}

const countsOf = ({ for: yes, against, abstain }: Decision['numbers']) => ({ for: yes, against, abstain })
