import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import type { NewArrival } from '../inbox/rules.ts'
import { fileArrivals, receive } from '../inbox/store.ts'

/** Files the voices that somebody picked out of a conversation, all or nothing; what was filed before is left as it is. */
export async function fileVoices(
  db: Db,
  letterbox: Letterbox,
  bridgeId: number,
  voices: readonly NewArrival[],
  { by, at }: { by: { personId: number }; at: Date },
): Promise<number[]> {
  return db.transaction().execute(async (trx) => {
    const came = await receive(trx, letterbox, bridgeId, voices, at)
    if (came.size === 0) return []
    const particulars = { n: came.size }
    await journal(trx, { subject: { kind: 'bridge', id: bridgeId }, verb: 'bridge.arrived', by, at, particulars })
    return fileArrivals(trx, letterbox, { ids: [...came.values()].map(({ id }) => id) }, { by, at })
  })
}
