import { sql } from 'kysely'
import type { Trx } from '../lib/db/schema.ts'
import { importRegister } from '../people/register/store.ts'
import type { RegisterRow } from '../people/register/rules.ts'
import { officials, seats, teams } from './story/people.ts'
import type { SeatKey } from './story/kinds.ts'

/** The place and its people: doors, parties, posts, teams. */

/** Buildings with one stairwell and with two: 1,512 doors on eighteen floors. */
const small = ['3', '8', '11']
const buildings = Array.from({ length: 12 }, (_, i) => String(i + 1))
const floors = 18
/** Exclusive areas along a landing, in 0.01 m². */
const areas = [12_860, 8_950, 8_950, 11_875]

export async function layOut(trx: Trx, at: Date): Promise<void> {
  const rows: Omit<RegisterRow, 'line'>[] = []
  for (const building of buildings) {
    const stairwells = small.includes(building) ? ['1'] : ['1', '2']
    for (const [offset, stairwell] of stairwells.entries()) {
      for (let floor = 1; floor <= floors; floor++) {
        for (const [n, area] of areas.entries()) {
          const door = `${floor}${String(offset * areas.length + n + 1).padStart(2, '0')}`
          rows.push({ building, stairwell, floor, door, area: area + (floor === floors ? 640 : 0), ownerHeads: null })
        }
      }
    }
  }
  await importRegister(
    trx,
    rows.map((row, i) => ({ line: i + 2, ...row })),
    { at },
  )
}

export async function doorsOf(trx: Trx) {
  const rows = await trx
    .selectFrom('households')
    .innerJoin('buildings', 'buildings.id', 'households.building_id')
    .select(['households.id', 'building_id', 'buildings.name as building', 'door'])
    .orderBy('households.id')
    .execute()
  return {
    doors: new Map(rows.map((row) => [`${row.building}-${row.door}`, row.id])),
    buildings: new Map(rows.map((row) => [row.building, row.building_id])),
  }
}

export async function seatParties(trx: Trx): Promise<Map<SeatKey, number>> {
  const rows = await trx
    .insertInto('seats')
    .values(
      seats.map(({ key: _, nameEn, ...seat }, i) => ({ ...seat, name_en: nameEn, position: i + 1, vacant_since: null })),
    )
    .returning(['id', 'position'])
    .execute()
  return new Map(rows.map(({ id, position }) => [seats[position - 1]?.key as SeatKey, id]))
}

/** Everybody with a post, a seat or a team. Gives their ids by name. */
export async function bringPeople(
  trx: Trx,
  at: Date,
  seatIds: ReadonlyMap<SeatKey, number>,
  doors: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const teamRows = await trx
    .insertInto('teams')
    .values(teams.map(({ name }) => ({ name })))
    .returning(['id', 'name'])
    .execute()
  const teamIds = new Map(teamRows.map(({ id, name }) => [name, id]))
  const volunteers = teams.flatMap((team) =>
    team.members.map(([name, door, leads]) => ({
      name,
      post: leads ? `${leads} 号楼楼组长` : '志愿者',
      door,
      team: team.name,
      roles: ['volunteer'] as const,
      seat: undefined,
    })),
  )
  const all = [...officials.map((person) => ({ door: undefined, team: undefined, ...person })), ...volunteers]
  const rows = await trx
    .insertInto('people')
    .values(
      all.map(({ name, post, door, team }) => ({
        name,
        post,
        household_id: door ? (doors.get(door) ?? null) : null,
        team_id: team ? (teamIds.get(team) ?? null) : null,
        created_at: at,
        left_at: null,
      })),
    )
    .returning(['id', 'name'])
    .execute()
  const ids = new Map(rows.map(({ id, name }) => [name, id]))
  const idOf = (name: string) => ids.get(name) as number
  await trx
    .insertInto('person_roles')
    .values(all.flatMap(({ name, roles }) => roles.map((role) => ({ person_id: idOf(name), role, granted_at: at }))))
    .execute()
  await trx
    .insertInto('seat_holders')
    .values(
      all.flatMap(({ name, seat }) =>
        seat ? [{ seat_id: seatIds.get(seat[0]) as number, person_id: idOf(name), rank: seat[1] }] : [],
      ),
    )
    .execute()
  await sql`
    insert into journal (at, subject, subject_id, verb, particulars)
    select ${at}, 'person', id, 'person.added', jsonb_build_object('name', name) from people order by id`.execute(trx)
  return ids
}
