import { sql } from 'kysely'
import type { Trx } from '../../lib/db/schema.ts'
import { present, seated, seatRows } from '../attendance/reads.ts'
import { termsNow } from '../kinds/store.ts'
import { type Quorum, quorumOf } from './rules.ts'

/** Whether enough are in the room now, by what the meeting's kind asks. Two statements. */
export async function quorumNow(trx: Trx, meetingId: number): Promise<Quorum> {
  const { terms, came } = await trx
    .selectFrom('meetings')
    .where('id', '=', meetingId)
    .select([termsNow.as('terms'), present(sql.ref('meetings.id')).as('came')])
    .executeTakeFirstOrThrow()
  const seats = seated(await seatRows(trx, meetingId).execute())
  return quorumOf(terms.quorum, seats, { here: came.households, all: came.all })
}
