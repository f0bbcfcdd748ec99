import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { logNames } from '../../people/owners/changes.ts'
import type { Names } from '../../people/owners/store.ts'

interface Act {
  /** The ballot's number, and which set of co-owners. */
  no: number
  head: number
  by: By
  at: Date
}

export interface NamedVoice {
  voter: number
  name: string
}

/** The co-owners of a head by name, for somebody who says why; the look leaves a line (domain 3.11). */
export async function revealVoices(
  db: Db,
  { vault, communityId }: Names,
  act: Act,
  purpose: string,
): Promise<NamedVoice[]> {
  return db.transaction().execute(async (trx) => {
    const voices = await voicesOf(trx, act)
    await logNames(trx, `ballot:${act.no}`, act.by, act.at, purpose)
    return voices.map(({ voter_id, name_sealed }) => {
      return { voter: voter_id, name: name_sealed ? vault.open(communityId, name_sealed) : '' }
    })
  })
}

/**
 * 共有人一致: co-owners have said in writing whose ballot is theirs. It counts, the others' are void, whatever order they
 * came in (domain 3.6.1). Refuses after the close, and for somebody who is not one of them.
 */
export async function settle(db: Db, act: Act, voter: number): Promise<void> {
  const { no, head, by, at } = act
  await db.transaction().execute(async (trx) => {
    const [voice] = (await voicesOf(trx, act)).filter(({ voter_id }) => voter_id === voter)
    if (!voice) throw new Refusal('owners.notOwner', 422)
    if (voice.closed_at) throw new Refusal('ballots.closedAlready')
    await sql`
      insert into electorate_settlements (ballot_id, head, voter_id, at, by) values (${voice.ballot_id}, ${head}, ${voter}, ${at}, ${author(by)})
      on conflict (community_id, ballot_id, head) do update set voter_id = excluded.voter_id, at = excluded.at, by = excluded.by`.execute(
      trx,
    )
    const subject = { kind: 'ballot', id: voice.ballot_id, no } as const
    await journal(trx, { subject, verb: 'ballot.settled', by, at, particulars: { head, voter } })
    await announce(trx, `count:${voice.meetingNo}`)
  })
}

/** More than one, or there is nothing to settle; the ballot is held against a close in the same moment. */
async function voicesOf(trx: Trx, { no, head }: Act) {
  const voices = await trx
    .selectFrom('electorate')
    .innerJoin('ballots', 'ballots.id', 'electorate.ballot_id')
    .innerJoin('meetings', 'meetings.id', 'ballots.meeting_id')
    .innerJoin('owners', 'owners.id', 'electorate.owner_id')
    .where('ballots.no', '=', no)
    .where('head', '=', head)
    .select(['voter_id', 'name_sealed', 'ballot_id', 'closed_at', 'meetings.no as meetingNo'])
    .orderBy('voter_id')
    .forUpdate('ballots')
    .execute()
  if (voices.length < 2) throw notFound()
  return voices
}
