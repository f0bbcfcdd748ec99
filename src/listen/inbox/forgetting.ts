import type { Db } from '../../lib/db/schema.ts'

/** 到期就忘: what a bridge brought along and nobody needs any more (trust 4.11: the shortest time that serves). */

const day = 24 * 3_600_000
/** A sender tries for days, with the same id: within them a second try has to be known. */
const callsKept = 30 * day
/** A filing has the name and the phone from then on; what was set aside may be asked back about for a while. */
const sendersKept = 30 * day
const filesKept = day

/** Forgets ids of signed messages, who sent what was decided long ago, and files nobody imported. Twice is once. */
export async function forgetBridged(db: Db, at: Date): Promise<void> {
  const before = (ms: number) => new Date(at.getTime() - ms)
  await db.deleteFrom('hook_calls').where('at', '<', before(callsKept)).execute()
  await db
    .updateTable('arrivals')
    .set({ sender_sealed: null })
    .where('sender_sealed', 'is not', null)
    .where('decided_at', '<', before(sendersKept))
    .execute()
  await db.deleteFrom('imports').where('made_at', '<', before(filesKept)).execute()
}
