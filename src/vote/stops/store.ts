import { sql } from 'kysely'
import { putOff } from '../../agenda/meetings/endings.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { voteLock } from '../ballots/casting.ts'
import { decideNow, writeClose } from '../ballots/closing.ts'
import { type Frozen, frozen } from '../ballots/frozen.ts'
import { whyNotEnd } from '../ballots/rules.ts'
import { itemOf, meetingOf } from '../ballots/sequel.ts'
import { refusePapersOut } from '../papers/reads.ts'
import { refuseUnreadPapers } from '../tickets/readings.ts'
import { whyNotGiveUp, whyNotStop, whyNotTakeBack } from './rules.ts'

interface Press {
  /** The ballot's number. */
  no: number
  by: { personId: number }
  at: Date
}

/**
 * 停止投票: from here on nothing is cast. Nothing is declared either: the room sees that the vote has stopped, and the
 * chair has a minute to take that back, and raised hands with it (vote/hands). Refuses what has stopped or closed already,
 * while the meeting rests, and while papers are in people's hands or an owner's has not been read twice.
 */
export async function stopVote(db: Db, { no, by, at }: Press): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, stop, closesAt }) => {
    refuseIf(whyNotStop(state, stop) ?? whyNotEnd({ closesAt }, at))
    await refusePapersOut(trx, ballot.id)
    await refuseUnreadPapers(trx, ballot)
    await trx.insertInto('stops').values({ ballot_id: ballot.id, stopped_at: at, stopped_by: by.personId }).execute()
    await tell(trx, ballot, 'ballot.stopped', by, at)
  })
}

/** 撤回停票: the vote goes on, with every vote it had. */
export async function takeBackStop(db: Db, { no, by, at }: Press): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, stop }) => {
    refuseIf(whyNotTakeBack(state, stop, by.personId, at))
    await trx
      .updateTable('stops')
      .set({ resumed_at: at })
      .where('ballot_id', '=', ballot.id)
      .where('resumed_at', 'is', null)
      .execute()
    await tell(trx, ballot, 'ballot.goes_on', by, at)
  })
}

/**
 * 作废: a vote that froze because the room had become too small is given up. It is kept with its numbers as a vote that
 * decided nothing, and its item waits for another evening.
 */
export async function giveUpVote(db: Db, letterbox: Letterbox, { no, by, at }: Press): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, eligible }) => {
    refuseIf(whyNotGiveUp(state))
    const { numbers } = await decideNow(trx, ballot, eligible)
    await writeClose(trx, ballot, { outcome: 'rejected', reason: 'quorumLost', numbers }, { by, at })
    const [item, meeting] = [await itemOf(trx, ballot.itemId), await meetingOf(trx, ballot.meetingId)]
    await putOff(trx, letterbox, meeting, item, by, at)
    await announce(trx, `count:${ballot.meetingNo}`)
  })
}

interface On {
  ballot: Frozen
  state: { closed: boolean; suspended: boolean }
  closesAt: Date | null
  stop: { id: number; at: Date; by: number } | null
  eligible: number
}

/** The ballot with everything about it held: the meeting first, as everywhere, then the votes in flight. */
export async function onBallot<R>(db: Db, no: number, act: (trx: Trx, on: On) => Promise<R>): Promise<R> {
  const ballot = await frozen(db, no)
  return db.transaction().execute(async (trx) => {
    const meeting = await trx
      .selectFrom('meetings')
      .where('id', '=', ballot.meetingId)
      .select('suspended_at')
      .forUpdate()
      .executeTakeFirstOrThrow()
    await sql`select pg_advisory_xact_lock(${voteLock}, ${ballot.id})`.execute(trx)
    const row = await trx
      .selectFrom('ballots')
      .leftJoin('stops', (join) => join.onRef('stops.ballot_id', '=', 'ballots.id').on('stops.resumed_at', 'is', null))
      .where('ballots.id', '=', ballot.id)
      .select(['closed_at', 'closes_at', 'eligible', 'stops.id as stop_id', 'stopped_at', 'stopped_by'])
      .executeTakeFirstOrThrow()
    return act(trx, {
      ballot,
      closesAt: row.closes_at,
      state: { closed: row.closed_at !== null, suspended: meeting.suspended_at !== null },
      stop:
        row.stop_id && row.stopped_at && row.stopped_by
          ? { id: row.stop_id, at: row.stopped_at, by: row.stopped_by }
          : null,
      eligible: row.eligible,
    })
  })
}

async function tell(
  trx: Trx,
  ballot: Frozen,
  verb: 'ballot.stopped' | 'ballot.goes_on',
  by: Press['by'],
  at: Date,
): Promise<void> {
  await journal(trx, { subject: { kind: 'ballot', id: ballot.id, no: ballot.no }, verb, by, at })
  await announce(trx, `meeting:${ballot.meetingNo}`)
  await announce(trx, `count:${ballot.meetingNo}`)
}
