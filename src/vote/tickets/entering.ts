import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, journal } from '../../lib/journal.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { castHeld, type Vote } from '../ballots/casting.ts'
import type { Frozen } from '../ballots/frozen.ts'
import { onBallot } from '../stops/store.ts'
import { readingsOf } from './readings.ts'
import { agreedOn, type ReadingState, readingState } from './rules.ts'

interface Entry extends Vote {
  ticket: { id: number; voter: number }
  /** When it was handed back, which times it (domain 3.6.1). Null: as the other reader said, else now. */
  handed: Date | null
}

/**
 * 代录纸票: one of two people of the desk writes down a paper that was filled in and handed back; again corrects her own
 * reading. Once the two say the same it is cast, in the same transaction: of a voter's two ballots the one that was earlier
 * stands, the other is kept as a duplicate. The journal says who wrote it down, never what.
 */
export async function enterPaper(db: Db, entry: Entry): Promise<ReadingState> {
  const me = author(entry.me)
  return onBallot(db, entry.ballot, async (trx, { ballot, state, stop, closesAt }) => {
    const before = await readingsOf(trx, entry.ticket.id)
    const was = readingState(before, me)
    if (was === 'counted' || was === 'duplicate') return was
    if (was === 'taken') throw new Refusal('tickets.twoAlready', 409)
    const own = before.find(({ personId }) => personId === me)
    const handedAt = entry.handed ?? own?.handedAt ?? before[0]?.handedAt ?? entry.at
    refuseIf(whyNotRead({ ...state, stopped: stop !== null }, closesAt, handedAt))
    await read(trx, ballot, entry, me, handedAt)
    const readings = await readingsOf(trx, entry.ticket.id)
    const agreed = agreedOn(readings)
    if (!agreed) return readingState(readings, me)
    const outcome = await count(trx, ballot, entry, agreed)
    await trx.updateTable('owner_readings').set({ outcome }).where('ticket_id', '=', entry.ticket.id).execute()
    const particulars = {
      voter: entry.ticket.voter,
      first: before[0]?.personId ?? me,
      second: before[1]?.personId ?? me,
    }
    await journal(trx, {
      subject: { kind: 'ballot', id: ballot.id, no: ballot.no },
      verb: outcome === 'counted' ? 'ballot.paper' : 'ballot.duplicate',
      by: { personId: me },
      at: entry.at,
      particulars,
    })
    return outcome
  })
}

/** Nothing is left waiting that could not be cast: the same order as the casting statement's. */
function whyNotRead(
  { closed, stopped, suspended }: { closed: boolean; stopped: boolean; suspended: boolean },
  closesAt: Date | null,
  handedAt: Date,
) {
  if (closed) return 'ballots.closed'
  if (closesAt && closesAt <= handedAt) return 'ballots.timeUp'
  if (stopped) return 'ballots.stopped'
  return suspended ? 'ballots.suspended' : null
}

async function read(trx: Trx, ballot: Frozen, { ticket, choice, at }: Entry, me: number, handedAt: Date) {
  const row = { choice, handed_at: handedAt }
  await trx
    .insertInto('owner_readings')
    .values({ ticket_id: ticket.id, person_id: me, ballot_id: ballot.id, ...row, at })
    .onConflict((oc) => oc.columns(['community_id', 'ticket_id', 'person_id']).doUpdateSet(row))
    .execute()
}

/** Casts what two people read alike. Whoever calls holds the vote's lock, so no phone comes in between. */
async function count(trx: Trx, ballot: Frozen, entry: Entry, at: Date): Promise<'counted' | 'duplicate'> {
  const { voter } = entry.ticket
  const phone = await trx
    .selectFrom('votes')
    .where('ballot_id', '=', ballot.id)
    .where('voter_id', '=', voter)
    .select(['choice', 'cast_at', 'way', 'receipt'])
    .executeTakeFirst()
  const counted = await castHeld(trx, ballot, { ...entry, way: 'desk', at }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal && error.key === 'tickets.final') return false
      throw error
    },
  )
  const paper = { choice: entry.choice, cast_at: at, way: 'desk', receipt: null }
  const lost = counted ? phone : paper
  if (lost)
    await sql`
      insert into superseded_papers (key, ballot_id, voter_id, choice, at, recorded_by, way, receipt)
      values (${randomUUID()}, ${ballot.id}, ${voter}, ${lost.choice}, ${lost.cast_at}, ${author(entry.me)}, ${lost.way}, ${lost.receipt})`.execute(
      trx,
    )
  return counted ? 'counted' : 'duplicate'
}
