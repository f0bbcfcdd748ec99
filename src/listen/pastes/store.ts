import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import type { NewArrival } from '../inbox/rules.ts'
import { fileArrivals, receive } from '../inbox/store.ts'

/**
 * Takes in the voices that somebody picked out of a conversation, all or nothing; what came before is left as it is. Staff
 * file them at once (`files`); from a volunteer they wait in the inbox. Gives how many were new.
 */
export async function takeVoices(
  db: Db,
  letterbox: Letterbox,
  bridgeId: number,
  voices: readonly NewArrival[],
  { by, at, files }: { by: { personId: number }; at: Date; files: boolean },
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const came = await receive(trx, letterbox, bridgeId, voices, at)
    if (came.size === 0) return 0
    const particulars = { n: came.size }
    await journal(trx, { subject: { kind: 'bridge', id: bridgeId }, verb: 'bridge.arrived', by, at, particulars })
    const ids = [...came.values()].map(({ id }) => id)
    if (files) await fileArrivals(trx, letterbox, { ids }, { by, at, text: false })
    return came.size
  })
}
