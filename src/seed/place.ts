import type { Trx } from '../lib/db/schema.ts'
import type { Role } from '../lib/http/slice.ts'
import type { RegisterRow } from '../people/register/rules.ts'
import { importRegister } from '../people/register/store.ts'
import { takePreset } from '../people/seats/store.ts'
import { within } from './found.ts'
import type { SeatKey } from './story/kinds.ts'
import { officials, teams } from './story/people.ts'

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

const order: readonly SeatKey[] = ['party', 'committee', 'owners', 'property', 'police']

/** The five usual parties. Gives their ids. */
export async function seatParties(trx: Trx, at: Date): Promise<Map<SeatKey, number>> {
  await takePreset(within(trx), {}, at)
  const rows = await trx.selectFrom('seats').select('id').orderBy('position').execute()
  return new Map(rows.map(({ id }, i) => [order[i] as SeatKey, id]))
}

interface Part {
  name: string
  post: string
  roles: readonly Role[]
  seat?: readonly [SeatKey, number] | undefined
  door?: string | undefined
  team?: string | undefined
}

const volunteers: Part[] = teams.flatMap((team) =>
  team.members.map(([name, door, leads]) => {
    const post = leads ? `${leads} 号楼楼组长` : '志愿者'
    return { name, post, door, team: team.name, roles: ['volunteer'] as const }
  }),
)

/** Everybody of the story with a post, a seat or a team. */
export const everybody: readonly Part[] = [...officials, ...volunteers]
/** Who it takes to run a community: the table, the desk, one volunteer. They live nowhere. */
export const theTable: readonly Part[] = [...everybody.slice(0, officials.length + 1)].map(
  ({ door: _door, team: _team, ...part }) => part,
)
export const adminAlone: readonly Part[] = officials.filter(({ roles }) => roles.includes('admin'))

/** Brings people in with their roles, seats, teams and doors. Gives their ids by name. */
export async function bringPeople(
  trx: Trx,
  at: Date,
  parts: readonly Part[],
  seatIds: ReadonlyMap<SeatKey, number>,
  doors: ReadonlyMap<string, number> = new Map(),
): Promise<Map<string, number>> {
  const teamIds = await formTeams(trx, [...new Set(parts.flatMap(({ team }) => team ?? []))])
  const rows = await trx
    .insertInto('people')
    .values(
      parts.map(({ name, post, door, team }) => ({
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
    .values(parts.flatMap(({ name, roles }) => roles.map((role) => ({ person_id: idOf(name), role, granted_at: at }))))
    .execute()
  const holders = parts.flatMap(({ name, seat }) =>
    seat ? [{ seat_id: seatIds.get(seat[0]) as number, person_id: idOf(name), rank: seat[1] }] : [],
  )
  if (holders.length > 0) await trx.insertInto('seat_holders').values(holders).execute()
  return ids
}

async function formTeams(trx: Trx, names: string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map()
  const rows = await trx
    .insertInto('teams')
    .values(names.map((name) => ({ name })))
    .returning(['id', 'name'])
    .execute()
  return new Map(rows.map(({ id, name }) => [name, id]))
}
