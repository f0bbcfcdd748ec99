import type { Db, Trx } from '../../lib/db/schema.ts'
import type { Values } from '../../lib/i18n.ts'
import type { By } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { returnToPool } from '../items/store.ts'
import { whenParts, whyNotAdjourn } from './rules.ts'
import { journalItem, lockMeeting, move, runningItems } from './store.ts'

/** 散会. Refuses in the middle of an item; what was never begun waits for another evening, its issues in the pool. */
export async function adjournMeeting(db: Db, letterbox: Letterbox, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    const items = await runningItems(trx, meeting.id)
    refuseIf(whyNotAdjourn(meeting.state, items))
    // A meeting that rests may end in the middle of an item.
    const left = items.filter(({ state }) => ['waiting', 'introduced', 'discussing'].includes(state))
    for (const item of left) await putOff(trx, letterbox, meeting, item, by, at)
    const signature = { adjourned_at: at, adjourned_by: by.personId ?? null, suspended_at: null }
    await endMandates(trx, meeting.id)
    await move(trx, meeting, 'adjourned', signature, by, at)
  })
}

/**
 * Ends a meeting that does not take place: what is on its order returns to the pool, and whoever was told hears it. The
 * caller holds the meeting and has asked whether it may.
 */
export async function takeNoPlace(
  trx: Trx,
  letterbox: Letterbox,
  meeting: Awaited<ReturnType<typeof lockMeeting>>,
  { as, reason }: { as: 'called_off' | 'failed'; reason: string },
  by: By,
  at: Date,
): Promise<void> {
  const tell = { about: `called_off:${meeting.id}`, key: 'tell.calledOff' } as const
  for (const item of await runningItems(trx, meeting.id)) await putOff(trx, letterbox, meeting, item, by, at, tell)
  const signature = { aborted_at: at, aborted_by: by.personId ?? null, aborted_as: as, aborted_reason: reason }
  await endMandates(trx, meeting.id)
  await move(trx, meeting, 'aborted', signature, by, at, { as, reason })
}

/** Who stood in for a seat did so for this meeting. */
async function endMandates(trx: Trx, meetingId: number): Promise<void> {
  await trx.deleteFrom('seat_holders').where('meeting_id', '=', meetingId).execute()
}

/**
 * Puts an item of a meeting off: its line stays as what the meeting did with it, its issues return to the pool, and who
 * was told that it would be talked over hears that it was not.
 */
export async function putOff(
  trx: Trx,
  letterbox: Letterbox,
  meeting: { id: number; no: number; starts_at: Date },
  item: { id: number; no: number; title: string },
  by: By,
  at: Date,
  tell: {
    about: string
    key: 'tell.deferred' | 'tell.calledOff' | 'tell.advised' | 'tell.ordered'
    values?: Values
  } = {
    about: `deferred:${meeting.id}`,
    key: 'tell.deferred',
  },
): Promise<void> {
  // Its issues first: a line that is deferred no longer holds them.
  const issueIds = await returnToPool(trx, item.id, 'issue.deferred', by, at)
  await trx
    .updateTable('running_order')
    .set({ deferred_at: at })
    .where('meeting_id', '=', meeting.id)
    .where('item_id', '=', item.id)
    .execute()
  await journalItem(trx, meeting, item, 'deferred', by, at)
  await tellFilers(trx, letterbox, issueIds, tell.about, tell.key, tell.values ?? whenParts(meeting.starts_at))
}
