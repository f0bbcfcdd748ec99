import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { coveredSince, neighbours, type Outcome } from './rules.ts'

/** The buildings with how many of their doors were visited of late, and at how many somebody was met. One statement. */
export async function coverage(db: Db, now: Date) {
  const { rows } = await sql<{ name: string; doors: number; visited: number; met: number }>`
    select b.name, count(h.id)::int as doors, count(v.household_id)::int as visited,
           (count(h.id) filter (where v.met))::int as met
    from buildings b left join households h on h.building_id = b.id
    left join (select household_id, bool_or(outcome = 'met') as met from visits
               where visited_at > ${coveredSince(now)} group by household_id) v on v.household_id = h.id
    group by b.id, b.name, b.position order by b.position, b.name`.execute(db)
  return rows
}

export interface DoorState {
  door: string
  floor: number
  stairwell: string | null
  /** How the last visit went; null: nobody has been here of late. */
  outcome: Outcome | null
  /** Whether somebody was met here of late, whatever came after. */
  heard: boolean
}

/** The doors of a building as they stand; refuses an unknown building. One statement. */
export async function doorsOf(db: Db, building: string, now: Date): Promise<DoorState[]> {
  return (await doorRows(db, building, '', now)).map(({ earlier: _, ...door }) => door)
}

interface EarlierVisit {
  key: string
  outcome: Outcome
  visitedAt: Date
  volunteerId: number
  volunteer: string
}

/** What a volunteer sees at one door: where she is on her way, and who has been here before. One statement. */
export async function doorPage(db: Db, building: string, door: string, now: Date) {
  const rows = await doorRows(db, building, door, now)
  const here = rows.find((row) => row.door === door)
  if (!here) throw notFound()
  const earlier = (here.earlier ?? []).map((visit) => ({ ...visit, visitedAt: new Date(visit.visitedAt) }))
  return {
    building,
    door,
    doors: rows.length,
    visited: rows.filter((row) => row.outcome !== null).length,
    earlier: earlier as EarlierVisit[],
    ...neighbours(rows, door),
  }
}

async function doorRows(db: Db, building: string, door: string, now: Date) {
  const { rows } = await sql<
    { [K in keyof DoorState]: DoorState[K] | null } & {
      earlier: (Omit<EarlierVisit, 'visitedAt'> & { visitedAt: string })[] | null
    }
  >`
    select h.door, h.floor, s.name as stairwell, last.outcome,
           exists (select from visits v where v.household_id = h.id and v.outcome = 'met' and v.visited_at > ${coveredSince(now)}) as heard,
           case when h.door = ${door} then (
             select json_agg(e) from (
               select v.key, v.outcome, v.visited_at as "visitedAt", v.volunteer_id as "volunteerId", p.name as volunteer
               from visits v join people p on p.id = v.volunteer_id
               where v.household_id = h.id order by v.visited_at desc, v.id desc limit 5) e) end as earlier
    from buildings b left join households h on h.building_id = b.id
    left join stairwells s on s.id = h.stairwell_id
    left join lateral (select outcome from visits v where v.household_id = h.id and v.visited_at > ${coveredSince(now)}
                       order by v.visited_at desc, v.id desc limit 1) last on true
    where b.name = ${building}`.execute(db)
  if (rows.length === 0) throw notFound()
  // A building without doors is one row with nothing in it.
  return rows.filter((row): row is DoorState & { earlier: typeof row.earlier } => row.door !== null)
}

/** One visit with what came of it, and the doors of its building for the way on. One statement. */
export async function visitByKey(db: Db, key: string) {
  const visit = await db
    .selectFrom('visits as v')
    .innerJoin('households as h', 'h.id', 'v.household_id')
    .innerJoin('buildings as b', 'b.id', 'h.building_id')
    .innerJoin('people as p', 'p.id', 'v.volunteer_id')
    .where('v.key', '=', key)
    .select((eb) => [
      'v.id',
      'v.key',
      'v.visited_at as visitedAt',
      'v.received_at as receivedAt',
      'v.outcome',
      'v.note_sealed as remarkSealed',
      'v.consent_record as record',
      'v.consent_call as call',
      'v.consent_publish as publish',
      'v.volunteer_id as volunteerId',
      'p.name as volunteer',
      'h.door',
      'b.name as building',
      jsonArrayFrom(
        eb
          .selectFrom('filings as f')
          .whereRef('f.visit_id', '=', 'v.id')
          .select([
            'f.no',
            'f.words',
            'f.place',
            'f.due_on as dueOn',
            sql<string>`encode(f.code_sealed, 'base64')`.as('code'),
          ])
          .orderBy('f.id'),
      ).as('filings'),
      jsonArrayFrom(
        eb
          .selectFrom('households as o')
          .leftJoin('stairwells as s', 's.id', 'o.stairwell_id')
          .whereRef('o.building_id', '=', 'b.id')
          .select(['o.door', 'o.floor', 's.name as stairwell']),
      ).as('doors'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...visit, after: neighbours(visit.doors, visit.door).after }
}
