import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import type { NewArrival } from '../inbox/rules.ts'
import { fingerprintOf, receive, secondsToWait } from '../inbox/store.ts'

export type Taken =
  | { is: 'taken'; key: string }
  /** This number or these words have come over the bridge before. */
  | { is: 'known'; key: string }
  /** This very message has been here. */
  | { is: 'replayed' }
  | { is: 'wait'; seconds: number }

/**
 * Takes in one thing a program sends, once: the id of its message is remembered in the same transaction. Of two that
 * come with one id in the same moment the second waits for the first and changes nothing.
 */
export async function takeCall(
  db: Db,
  letterbox: Letterbox,
  bridge: { id: number; per_hour: number },
  { webhookId, arrival }: { webhookId: string; arrival: NewArrival },
  at: Date,
): Promise<Taken> {
  return db.transaction().execute(async (trx) => {
    // The bridge's row first: whoever comes with the same id at once has then to wait here.
    const seconds = await secondsToWait(trx, bridge, at, 'calls')
    if (await wasHere(trx, bridge.id, webhookId)) return { is: 'replayed' }
    if (seconds > 0) return { is: 'wait', seconds }
    const taken = await takeOne(trx, letterbox, bridge.id, arrival, at)
    await trx
      .insertInto('hook_calls')
      .values({ bridge_id: bridge.id, webhook_id: webhookId, arrival_id: taken.id, at })
      .execute()
    return { is: taken.known ? 'known' : 'taken', key: taken.key }
  })
}

/** Whether a message with this id has been here already. */
export async function wasHere(db: Db, bridgeId: number, webhookId: string): Promise<boolean> {
  const row = await db
    .selectFrom('hook_calls')
    .select('at')
    .where('bridge_id', '=', bridgeId)
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst()
  return row !== undefined
}

/** Takes in one arrival that a program brought, or finds the one it brought before. */
export async function takeOne(trx: Trx, letterbox: Letterbox, bridgeId: number, arrival: NewArrival, at: Date) {
  const fingerprint = fingerprintOf(arrival)
  const taken = (await receive(trx, letterbox, bridgeId, [arrival], at)).get(fingerprint)
  if (!taken) {
    const known = await trx
      .selectFrom('arrivals')
      .select(['id', 'key'])
      .where('bridge_id', '=', bridgeId)
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirstOrThrow()
    return { ...known, known: true }
  }
  const particulars = { n: 1 }
  await journal(trx, { subject: { kind: 'bridge', id: bridgeId }, verb: 'bridge.arrived', by: {}, at, particulars })
  return { ...taken, known: false }
}
