import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Answer } from '../ballots/answers.ts'
import { castVote, type Receipt } from '../ballots/casting.ts'

interface DeskVote extends Answer {
  ballot: number
  householdId: number
  /** The household stands at the desk and wants its own earlier vote changed. */
  change: boolean
  key: string
  me: Parameters<typeof castVote>[1]['me']
  at: Date
}

/**
 * 代录一票: somebody without a phone says her choice at the desk, and it is written down for her door. The same castVote
 * as by phone: same roll, same room, same close, and whatever the household casts itself later takes its place. The
 * journal says who wrote it down, never what.
 */
export async function castAtDesk(db: Db, vote: DeskVote): Promise<Receipt> {
  const { householdId, change, key, me, at } = vote
  const receipt = await castVote(db, { ...vote, way: 'desk', desk: { householdId, change } })
  await db.transaction().execute(async (trx) => {
    const { id, no } = receipt.ballot
    // Of an attempt that is sent again the line is there already, or a crash has swallowed it and it is written now.
    await trx.selectFrom('votes').where('ballot_id', '=', id).where('voter_id', '=', householdId).forUpdate().execute()
    const told = await trx
      .selectFrom('journal')
      .where('subject', '=', 'ballot')
      .where('subject_id', '=', id)
      .where('verb', '=', 'ballot.desk_vote')
      .where(sql<string>`particulars ->> 'key'`, '=', key)
      .select('id')
      .executeTakeFirst()
    if (told) return
    const { building } = await trx
      .selectFrom('households')
      .innerJoin('buildings', 'buildings.id', 'households.building_id')
      .where('households.id', '=', householdId)
      .select('buildings.name as building')
      .executeTakeFirstOrThrow()
    await journal(trx, {
      subject: { kind: 'ballot', id, no },
      verb: 'ballot.desk_vote',
      by: { personId: me.personId, householdId },
      at,
      particulars: { building, key },
    })
  })
  return receipt
}
