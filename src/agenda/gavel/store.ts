import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { meetingState } from '../meetings/rules.ts'
import { mayLead } from './rules.ts'

interface Chair {
  personId: number | null
  sessionId: number | null
}

/**
 * Every step a chair takes goes through here first: it renews her lease, takes it where nobody leads, and refuses where
 * somebody else does. So two consoles cannot move one meeting, with scripts or without. Before check-in and after the end
 * there is nothing to lead, and votes never ask: a chair who is lost stops no vote that is open.
 */
export async function holdGavel(db: Db, meetingNo: number, me: Chair, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { meeting, gavel } = await lockGavel(trx, meetingNo)
    if (!['checkin', 'in_session', 'suspended'].includes(meeting.state)) return
    if (!mayLead(gavel, me, at)) throw new Refusal('gavel.held')
    await hold(trx, meeting, gavel, me, at)
  })
}

/** A heartbeat: says that this console is still there. Only the one that leads is heard. */
export async function beat(db: Db, meetingNo: number, me: Chair, at: Date): Promise<void> {
  await db
    .updateTable('gavels')
    .set({ beat_at: at })
    .where('meeting_id', 'in', (eb) => eb.selectFrom('meetings').where('no', '=', meetingNo).select('id'))
    .where('session_id', '=', me.sessionId)
    .execute()
}

/** Lays the gavel down: the next chair who takes it leads at once. Refuses who does not hold it. */
export async function offerGavel(db: Db, meetingNo: number, me: Chair, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { meeting, gavel } = await lockGavel(trx, meetingNo)
    if (gavel?.personId !== me.personId) throw new Refusal('gavel.held')
    if (gavel?.offered) return
    await trx.updateTable('gavels').set({ offered_at: at }).where('meeting_id', '=', meeting.id).execute()
    await tell(trx, meeting, 'meeting.gavel_offered', me, at)
  })
}

/** The meeting's row is the lock: of two chairs who take the gavel in the same second one gets it, the other a "no". */
async function lockGavel(trx: Trx, meetingNo: number) {
  const row = await trx
    .selectFrom('meetings')
    .where('no', '=', meetingNo)
    .selectAll()
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  const gavel = await trx.selectFrom('gavels').where('meeting_id', '=', row.id).selectAll().executeTakeFirst()
  const held = gavel && {
    personId: gavel.person_id,
    sessionId: gavel.session_id,
    beatAt: gavel.beat_at,
    offered: gavel.offered_at !== null,
  }
  return { meeting: { ...row, state: meetingState(row) }, gavel: held ?? null }
}

type Locked = Awaited<ReturnType<typeof lockGavel>>

async function hold(trx: Trx, meeting: Locked['meeting'], gavel: Locked['gavel'], me: Chair, at: Date) {
  const { personId, sessionId } = me
  if (personId === null || sessionId === null) throw new Refusal('error.notAllowed', 403)
  const same = gavel !== null && gavel.sessionId === sessionId && !gavel.offered
  const lease = { person_id: personId, session_id: sessionId, beat_at: at, offered_at: null }
  await trx
    .insertInto('gavels')
    .values({ ...lease, meeting_id: meeting.id, taken_at: at })
    .onConflict((oc) =>
      oc.columns(['community_id', 'meeting_id']).doUpdateSet(same ? { beat_at: at } : { ...lease, taken_at: at }),
    )
    .execute()
  if (!same) await tell(trx, meeting, 'meeting.gavel_taken', me, at)
}

async function tell(
  trx: Trx,
  { id, no }: Locked['meeting'],
  verb: 'meeting.gavel_taken' | 'meeting.gavel_offered',
  { personId }: Chair,
  at: Date,
) {
  await journal(trx, { subject: { kind: 'meeting', id, no }, verb, by: { personId }, at })
}
