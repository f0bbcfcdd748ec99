import type { Updateable } from 'kysely'
import type { Database, Db, Trx } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { type By, journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { takeNoPlace } from '../meetings/endings.ts'
import type { MeetingState } from '../meetings/rules.ts'
import { lockMeeting } from '../meetings/store.ts'
import { quorumNow } from '../quorum/reads.ts'
import { isLost, whyNotAbort, whyNotResume, whyNotSuspend } from './rules.ts'

/**
 * Suspends the meeting if the departure that `leave` writes takes its quorum away. The caller holds the meeting's row:
 * two seats that leave in the same second are looked at one after the other, and the second sees that it is one too many.
 */
export async function watchQuorum(
  trx: Trx,
  meeting: { id: number; no: number; state: MeetingState },
  by: By,
  at: Date,
  leave: () => Promise<void>,
): Promise<void> {
  if (meeting.state !== 'in_session') return leave()
  const before = await quorumNow(trx, meeting.id)
  await leave()
  if (!before.met) return
  const after = await quorumNow(trx, meeting.id)
  if (!isLost(meeting.state, before, after)) return
  await change(trx, meeting, 'suspended', { suspended_at: at, suspended_by: null }, by, at, {
    here: after.here,
    needed: after.needed,
  })
}

/** 休会: the chair lets the meeting rest. An open vote freezes with it: nothing is cast, nothing is lost. */
export async function suspendMeeting(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotSuspend(meeting.state))
    const { here, needed } = await quorumNow(trx, meeting.id)
    const who = { suspended_at: at, suspended_by: by.personId ?? null }
    await change(trx, meeting, 'suspended', who, by, at, { here, needed })
  })
}

/** 复会. Refuses while the quorum is not there. */
export async function resumeMeeting(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    const quorum = await quorumNow(trx, meeting.id)
    // Whom the chair sent out for a break she may call back as they come.
    refuseIf(whyNotResume(meeting.state, meeting.suspended_by === null ? quorum : { met: true }))
    const { here, needed } = quorum
    await change(trx, meeting, 'resumed', { suspended_at: null, suspended_by: null }, by, at, { here, needed })
  })
}

/** 流会: half an hour after its time too few have come. Everything on its order waits for another evening. */
export async function abortMeeting(db: Db, letterbox: Letterbox, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    const quorum = await quorumNow(trx, meeting.id)
    refuseIf(whyNotAbort(meeting.state, meeting.starts_at, quorum, at))
    const { here, needed } = quorum
    const reason = translator('zh')('suspensions.tooFewCame', { here, needed })
    await takeNoPlace(trx, letterbox, meeting, { as: 'failed', reason }, by, at)
    await announce(trx, `count:${no}`)
  })
}

async function change(
  trx: Trx,
  meeting: { id: number; no: number; state: MeetingState },
  what: 'suspended' | 'resumed',
  signature: Updateable<Database['meetings']>,
  by: By,
  at: Date,
  particulars: { here: number; needed: number },
): Promise<void> {
  const { id, no, state } = meeting
  await trx.updateTable('meetings').set(signature).where('id', '=', id).execute()
  const became = what === 'resumed' ? 'in_session' : what
  await journal(trx, {
    subject: { kind: 'meeting', id, no },
    verb: `meeting.${what}`,
    was: state,
    became,
    by,
    at,
    particulars,
  })
  await announce(trx, `count:${no}`)
}
