import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { author, journal } from '../../lib/journal.ts'
import { Refusal } from '../../lib/refusal.ts'
import { castVote, type Vote } from '../ballots/casting.ts'
import { type Frozen, frozen } from '../ballots/frozen.ts'

interface Entry extends Vote {
  ticket: { id: number; voter: number }
  /** A paper is timed by this, not by when it is typed in (domain 3.6.1). */
  handedAt: Date
}

/**
 * 代录纸票: somebody of the desk writes down a paper that was filled in and handed back. One that comes after its owner
 * had voted is kept as a duplicate and not counted; gives whether it counted. The journal says who wrote it down, never what.
 */
export async function enterPaper(db: Db, vote: Entry): Promise<boolean> {
  const ballot = await frozen(db, vote.ballot)
  const counted = await castVote(db, { ...vote, way: 'desk', at: vote.handedAt }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal && error.key === 'tickets.final') return false
      throw error
    },
  )
  await writeDown(db, ballot, vote, counted)
  return counted
}

async function writeDown(
  db: Db,
  { id, no }: Frozen,
  { ticket, choice, key, me, at, handedAt }: Entry,
  counted: boolean,
) {
  const person = author(me)
  await db.transaction().execute(async (trx) => {
    if (!counted)
      await sql`
        insert into superseded_papers (key, ballot_id, voter_id, choice, at, recorded_by)
        values (${key}, ${id}, ${ticket.voter}, ${choice}, ${handedAt}, ${person}) on conflict (community_id, key) do nothing`.execute(
        trx,
      )
    // Of an attempt that is sent again the line is there already.
    const told = await trx
      .selectFrom('journal')
      .where('subject', '=', 'ballot')
      .where('subject_id', '=', id)
      .where('verb', 'in', ['ballot.paper', 'ballot.duplicate'])
      .where(sql<string>`particulars ->> 'key'`, '=', key)
      .select('id')
      .executeTakeFirst()
    if (told) return
    const verb = counted ? 'ballot.paper' : 'ballot.duplicate'
    const particulars = { voter: ticket.voter, key }
    await journal(trx, { subject: { kind: 'ballot', id, no }, verb, by: { personId: person }, at, particulars })
  })
}
