import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { Refusal } from '../../lib/refusal.ts'
import { lockRegister } from '../../people/owners/store.ts'
import type { RegisterUnit, Roll, Since, StoredVote } from './rules.ts'
import { rollOf } from './rules.ts'

/** The owners' register as the roll of a vote that opens now; nobody changes it meanwhile. Refuses an empty one. */
export async function rollNow(trx: Trx): Promise<Roll> {
  await lockRegister(trx)
  const { rows: register } = await sql<RegisterUnit>`
    select u.id, u.name, u.building, u.kind, u.area, u.counts_area as "countsArea", u.counts_head as "countsHead", u.delivered,
           u.agreed_id as agreed, array(select owner_id from unit_owners where unit_id = u.id order by owner_id) as owners
    from units u order by u.name collate "C"`.execute(trx)
  const developer = await trx.selectFrom('owners').where('name_hmac', 'is', null).select('id').executeTakeFirst()
  if (register.length === 0 || !developer) throw new Refusal('ballots.noOwners')
  return rollOf(register, developer.id)
}

/** Writes the units of a roll beside its ballot, in the transaction that opens it. */
export async function freezeUnits(trx: Trx, ballotId: number, { units }: Roll): Promise<void> {
  const column = <K extends keyof Roll['units'][number]>(name: K) => units.map((unit) => unit[name])
  await sql`
    insert into electorate_units (ballot_id, unit_id, head, name, area, counts_area, counts_head, owners, agreed_id)
    select ${ballotId}, id, head, name, area, counts_area, counts_head,
           -- an array of arrays must not be ragged, so each comes as a text
           coalesce(string_to_array(nullif(owners, ''), ',')::int[], '{}'), agreed
    from unnest(${column('id')}::int[], ${column('head')}::int[], ${column('name')}::text[], ${column('area')}::int[],
                ${column('countsArea')}::boolean[], ${column('countsHead')}::boolean[],
                ${units.map(({ owners }) => owners.join(','))}::text[], ${column('agreed')}::int[])
      as f(id, head, name, area, counts_area, counts_head, owners, agreed)`.execute(trx)
}

type FrozenUnits = Roll['units']
const remembered = new WeakMap<Db, Map<number, Promise<FrozenUnits>>>()

/** The units of an open or closed vote's roll. They never change, so a process reads them once. */
export function unitsOfRoll(db: Db, ballotId: number): Promise<FrozenUnits> {
  const all = remembered.get(db) ?? new Map<number, Promise<FrozenUnits>>()
  remembered.set(db, all)
  const known = all.get(ballotId) ?? readUnits(db, ballotId)
  all.set(ballotId, known)
  known.catch(() => all.delete(ballotId))
  return known
}

/** The units as they lie in the database now, past what this process remembers. */
export async function readUnits(db: Db, ballotId: number): Promise<FrozenUnits> {
  return db
    .selectFrom('electorate_units')
    .where('ballot_id', '=', ballotId)
    .select([
      'unit_id as id',
      'head',
      'name',
      'area',
      'counts_area as countsArea',
      'counts_head as countsHead',
      'owners',
      'agreed_id as agreed',
    ])
    .orderBy('unit_id')
    .execute()
}

/** What has been cast, and what has happened to the roll since: all that changes while the vote is open. */
export interface Cast extends Since {
  votes: StoredVote[]
}

/** A look-up each, not a join: on a roll that is an hour old the planner would run through all of it for every vote (casting.ts). */
const voiceOf = sql`select owner_id, head from electorate where ballot_id = v.ballot_id and voter_id = v.voter_id offset 0`

/** SQL for that, of ballot `b`, as one json: a page reads it in the statement that reads the ballot. */
export const castSoFar = sql<Cast>`json_build_object(
  'votes', (select coalesce(json_agg(json_build_object('voter', v.voter_id, 'owner', e.owner_id, 'boughtBy', v.bought_by, 'head', e.head,
                                                       'choice', v.choice, 'at', extract(epoch from v.cast_at) * 1000)), '[]')
            from votes v cross join lateral (${voiceOf}) e where v.ballot_id = b.id),
  'buyers', (select coalesce(json_agg(json_build_object('unit', u.name, 'owner', s.owner_id)), '[]')
             from electorate_buyers s join electorate_units u on u.ballot_id = s.ballot_id and u.unit_id = s.unit_id where s.ballot_id = b.id),
  'settled', (select coalesce(json_agg(json_build_object('head', s.head, 'owner', e.owner_id)), '[]')
              from electorate_settlements s join electorate e on e.ballot_id = s.ballot_id and e.voter_id = s.voter_id where s.ballot_id = b.id))`

/** The same for one ballot, by itself. */
export async function castOn(db: Db, ballotId: number): Promise<Cast> {
  const { rows } = await sql<{
    cast: Cast
  }>`select ${castSoFar} as cast from ballots b where b.id = ${ballotId}`.execute(db)
  return (rows[0] as { cast: Cast }).cast
}
