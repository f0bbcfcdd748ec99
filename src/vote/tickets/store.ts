import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { secret, sha256 } from '../../lib/tokens.ts'
import { logNames } from '../../people/owners/changes.ts'
import type { Names } from '../../people/owners/store.ts'
import type { Way } from './rules.ts'

interface Act {
  /** The ballot's number. */
  no: number
  by: By
  at: Date
}

export interface Paper {
  voter: number
  /** Of the owner; empty: the developer. */
  name: string
  token: string
}

/**
 * Prints the papers of a building (null: the developer's), or one of them, and gives their secrets, once. Papers printed
 * before stop working; a vote that was cast with one stands. Names are on them, so the look leaves a line.
 */
export async function printPapers(
  db: Db,
  names: Names,
  { building, voter, purpose, ...act }: Act & { building: string | null; voter: number | null; purpose: string },
): Promise<Paper[]> {
  return db.transaction().execute(async (trx) => {
    const ballot = await openOwners(trx, act.no)
    const voices = await trx
      .selectFrom('electorate')
      .innerJoin('owners', 'owners.id', 'electorate.owner_id')
      .where('ballot_id', '=', ballot.id)
      .where((eb) => (building === null ? eb('building', 'is', null) : eb('building', '=', building)))
      .$if(voter !== null, (query) => query.where('voter_id', '=', voter ?? 0))
      .select(['voter_id as voter', 'owners.id as owner', 'name_sealed'])
      .orderBy('voter_id')
      .execute()
    if (voices.length === 0) throw notFound()
    await logNames(trx, `ballot:${act.no}`, act.by, act.at, purpose)
    const papers = voices.map((voice) => ({ ...voice, token: secret() }))
    await issue(trx, ballot.id, papers, act)
    await journal(trx, {
      subject: { kind: 'ballot', id: ballot.id, no: act.no },
      verb: 'ballot.printed',
      by: act.by,
      at: act.at,
      particulars: { building: building ?? '', n: papers.length },
    })
    return papers.map(({ voter, name_sealed, token }) => {
      return { voter, token, name: name_sealed ? names.vault.open(names.communityId, name_sealed) : '' }
    })
  })
}

/** One of the ballots that are open and the owners'; held, so that of two who print the later ones' papers live. */
async function openOwners(trx: Trx, no: number) {
  const ballot = await trx
    .selectFrom('ballots')
    .where('no', '=', no)
    .where('electorate_kind', '=', 'owner')
    .select(['id', 'closed_at'])
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  if (ballot.closed_at) throw new Refusal('ballots.closedAlready')
  return ballot
}

async function issue(
  trx: Trx,
  ballotId: number,
  papers: readonly { voter: number; owner: number; token: string }[],
  { by, at }: Act,
): Promise<void> {
  await sql`
    with fresh as (
      select * from unnest(${papers.map(({ voter }) => voter)}::int[], ${papers.map(({ owner }) => owner)}::int[],
                           ${papers.map(({ token }) => sha256(token))}::bytea[]) as f(voter, owner, hash)),
    spent as (
      update tickets set revoked_at = ${at} where ballot_id = ${ballotId} and voter_id in (select voter from fresh) and revoked_at is null)
    insert into tickets (ballot_id, voter_id, owner_id, token_sha256, issued_at, issued_by)
    select ${ballotId}, voter, owner, hash, ${at}, ${author(by)} from fresh`.execute(trx)
}

/** 买家的选票: who bought all a head holds while the vote is open may vote in its place, until somebody has (domain 3.6). */
export async function issueToBuyer(db: Db, { no, by, at }: Act, voter: number): Promise<Paper> {
  return db.transaction().execute(async (trx) => {
    const ballot = await openOwners(trx, no)
    const { rows } = await sql<{ buyer: number | null; voted: boolean }>`
      select case when count(distinct s.owner_id) = 1 and count(s.owner_id) = count(*) then min(s.owner_id) end as buyer,
             exists (select from votes v join electorate o on o.ballot_id = v.ballot_id and o.voter_id = v.voter_id
                     where v.ballot_id = ${ballot.id} and o.head = e.head) as voted
      from electorate e join electorate_units u on u.ballot_id = e.ballot_id and u.head = e.head
      left join electorate_buyers s on s.ballot_id = u.ballot_id and s.unit_id = u.unit_id
      where e.ballot_id = ${ballot.id} and e.voter_id = ${voter} group by e.head`.execute(trx)
    const [found] = rows
    if (!found) throw notFound()
    if (found.voted) throw new Refusal('tickets.votedBefore')
    if (found.buyer === null) throw new Refusal('tickets.notAllSold')
    const paper = { voter, owner: found.buyer, token: secret() }
    await issue(trx, ballot.id, [paper], { no, by, at })
    const subject = { kind: 'ballot', id: ballot.id, no } as const
    await journal(trx, { subject, verb: 'ballot.buyer', by, at, particulars: { voter } })
    return { voter, token: paper.token, name: '' }
  })
}

/** 送达: what became of these papers, by whom and when. Of a vote that is over nothing is delivered any more. */
export async function recordDelivery(
  db: Db,
  { no, by, at, building, voters, how }: Act & { building: string | null; voters: readonly number[]; how: Way },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const ballot = await openOwners(trx, no)
    const { rows } = await sql<{ voter_id: number }>`
      insert into deliveries (ballot_id, voter_id, how, at, recorded_by)
      select ballot_id, voter_id, ${how}, ${at}, ${author(by)} from electorate
      where ballot_id = ${ballot.id} and voter_id = any(${[...voters]}) and building is not distinct from ${building}
      returning voter_id`.execute(trx)
    if (rows.length === 0) throw new Refusal('tickets.noneChosen', 422)
    const subject = { kind: 'ballot', id: ballot.id, no } as const
    const particulars = { how, n: rows.length, building: building ?? '' }
    await journal(trx, { subject, verb: 'ballot.delivered', by, at, particulars })
  })
}
