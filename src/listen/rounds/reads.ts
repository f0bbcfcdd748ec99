import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import { coveredSince, type Outcome } from '../visits/rules.ts'
import { doorsIn, type Stretch } from './rules.ts'

export interface RoundLine {
  key: string
  name: string
  endsOn: string
  /** Whose it is: a volunteer's or a team's name. */
  who: string
  team: boolean
  doors: number
  /** At how many of its doors somebody has knocked since the round was given out. */
  visited: number
  met: number
  closedAt: Date | null
}

/** Every round of late: those that run first, then those that are over. One statement. */
export async function roundsGiven(db: Db, now: Date): Promise<(RoundLine & { over: boolean })[]> {
  const { rows } = await sql<RoundLine & { over: boolean }>`
    select r.key, r.name, to_char(r.ends_on, 'YYYY-MM-DD') as "endsOn", coalesce(p.name, t.name) as who, r.team_id is not null as team,
           count(rd.household_id)::int as doors, (count(rd.household_id) filter (where v.met is not null))::int as visited,
           (count(rd.household_id) filter (where v.met))::int as met, r.closed_at as "closedAt",
           (r.closed_at is not null or r.ends_on < ${shanghaiDay(now)}::date) as over
    from rounds r left join people p on p.id = r.person_id left join teams t on t.id = r.team_id
    join round_doors rd on rd.round_id = r.id
    left join lateral (select bool_or(outcome = 'met') as met from visits v
                       where v.household_id = rd.household_id and v.visited_at >= r.created_at
                         and v.visited_at < coalesce(r.closed_at, 'infinity')) v on true
    where r.created_at > ${new Date(now.getTime() - 180 * 86_400_000)}
    group by r.id, r.key, r.name, r.ends_on, r.team_id, r.closed_at, p.name, t.name order by over, r.ends_on, r.id`.execute(
    db,
  )
  return rows
}

/** What the planner offers: buildings with their stairwells and floors, volunteers, teams. One statement. */
export async function planner(db: Db) {
  return db
    .selectNoFrom((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('buildings as b')
          .innerJoin('households as h', 'h.building_id', 'b.id')
          .leftJoin('stairwells as s', 's.id', 'h.stairwell_id')
          .select(['b.name', sql<string[]>`array_remove(array_agg(distinct s.name), null)`.as('stairwells')])
          .select((f) => [f.fn.max('h.floor').as('top')])
          .groupBy(['b.id', 'b.name', 'b.position'])
          .orderBy('b.position')
          .orderBy('b.name'),
      ).as('buildings'),
      jsonArrayFrom(
        eb
          .selectFrom('people as p')
          .select(['p.id', 'p.name'])
          .where('p.left_at', 'is', null)
          .where((f) =>
            f.exists(
              f
                .selectFrom('person_roles as r')
                .select('r.person_id')
                .whereRef('r.person_id', '=', 'p.id')
                .where('r.role', '=', 'volunteer'),
            ),
          )
          .orderBy('p.name'),
      ).as('volunteers'),
      jsonArrayFrom(eb.selectFrom('teams').select(['id', 'name']).orderBy('id')).as('teams'),
    ])
    .executeTakeFirstOrThrow()
}

export type Planner = Awaited<ReturnType<typeof planner>>

export interface HerDoor {
  building: string
  door: string
  floor: number
  stairwell: string | null
  outcome: Outcome | null
  /** Who was here last, of late, and when. */
  volunteer: string | null
  visitedAt: Date | null
}

/**
 * The doors a volunteer may carry on her phone: those of her open rounds and of her team's, and without any those of
 * her own stairwell. Nobody carries the estate (domain 3.11). One statement.
 */
export async function herDoors(db: Db, personId: number, now: Date): Promise<HerDoor[]> {
  const { rows } = await sql<HerDoor>`
    with me as (select p.id, p.team_id, h.building_id, h.stairwell_id
                from people p left join households h on h.id = p.household_id where p.id = ${personId}),
    mine as (select r.id from rounds r join me on r.person_id = me.id or r.team_id = me.team_id
             where r.closed_at is null and r.ends_on >= ${shanghaiDay(now)}::date)
    select b.name as building, h.door, h.floor, s.name as stairwell, last.outcome, last.name as volunteer,
           last.visited_at as "visitedAt"
    from households h join buildings b on b.id = h.building_id left join stairwells s on s.id = h.stairwell_id
    left join lateral (select v.outcome, v.visited_at, p.name from visits v join people p on p.id = v.volunteer_id
                       where v.household_id = h.id and v.visited_at > ${coveredSince(now)}
                       order by v.visited_at desc, v.id desc limit 1) last on true
    where h.id in (select rd.household_id from round_doors rd join mine on mine.id = rd.round_id)
       or (not exists (select from mine) and exists (
             select from me where me.building_id = h.building_id and h.stairwell_id is not distinct from me.stairwell_id))
    order by b.position, b.name`.execute(db)
  return rows
}

/** The names of her open rounds, for the head of her page. One statement. */
export async function herRounds(db: Db, personId: number, now: Date): Promise<{ name: string; endsOn: string }[]> {
  const { rows } = await sql<{ name: string; endsOn: string }>`
    select r.name, to_char(r.ends_on, 'YYYY-MM-DD') as "endsOn" from rounds r join people p on p.id = ${personId}
    where r.closed_at is null and r.ends_on >= ${shanghaiDay(now)}::date
      and (r.person_id = p.id or r.team_id = p.team_id) order by r.ends_on, r.id`.execute(db)
  return rows
}

/** The doors a round would hold. One statement. */
export async function doorsOfStretches(
  db: Db,
  { stretches, unheard }: { stretches: readonly Stretch[]; unheard: boolean },
  now: Date,
): Promise<{ id: number }[]> {
  const { rows } = await sql<{
    id: number
    building: string
    stairwell: string | null
    floor: number
    heard: boolean
  }>`
    select h.id, b.name as building, s.name as stairwell, h.floor,
           exists (select from visits v where v.household_id = h.id and v.outcome = 'met'
                   and v.visited_at > ${coveredSince(now)}) as heard
    from households h join buildings b on b.id = h.building_id left join stairwells s on s.id = h.stairwell_id
    where b.name = any(${stretches.map(({ building }) => building)})`.execute(db)
  return doorsIn(rows, stretches, unheard)
}

export interface UnheardDoor {
  building: string
  door: string
  floor: number
  stairwell: string | null
  outcome: Outcome | null
  visitedAt: Date | null
}

/** At most `limit` doors where nobody was met of late, those longest unvisited first; and how many there are. One statement. */
export async function unheardDoors(db: Db, building: string | undefined, now: Date, limit: number) {
  const { rows } = await sql<UnheardDoor & { total: number; doors: number }>`
    select b.name as building, h.door, h.floor, s.name as stairwell, last.outcome, last.visited_at as "visitedAt",
           (count(*) over ())::int as total,
           (select count(*)::int from households o join buildings ob on ob.id = o.building_id
            where ${building ?? null}::text is null or ob.name = ${building ?? null}) as doors
    from households h join buildings b on b.id = h.building_id left join stairwells s on s.id = h.stairwell_id
    left join lateral (select v.outcome, v.visited_at from visits v where v.household_id = h.id
                       order by v.visited_at desc, v.id desc limit 1) last on true
    where (${building ?? null}::text is null or b.name = ${building ?? null})
      and not exists (select from visits v where v.household_id = h.id and v.outcome = 'met'
                      and v.visited_at > ${coveredSince(now)})
    order by last.visited_at nulls first, b.position, h.floor desc, h.door limit ${limit}`.execute(db)
  return { doors: rows as UnheardDoor[], total: rows[0]?.total ?? 0, of: rows[0]?.doors ?? 0 }
}
