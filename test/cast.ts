import type { House } from '../src/lib/db/connect.ts'
import type { Db } from '../src/lib/db/schema.ts'
import { communityBySlug } from '../src/lib/http/communities.ts'
import type { Community, Role } from '../src/lib/http/slice.ts'

/** The fixed, invented cast of every test: two buildings, a dozen doors, the five parties, a desk. */

const folk = {
  zhou: ['周敏', '居民区党支部书记', ['chair'], 1, 0],
  wu: ['吴建国', '居委主任', ['chair', 'staff'], 2, 0],
  qian: ['钱立', '业委会主任', [], 3, 0],
  feng: ['冯涛', '物业经理', [], 4, 0],
  han: ['韩警官', '社区民警', [], 5, 0],
  sun: ['孙莉', '居委副主任', ['staff'], 2, 1],
  shen: ['沈洁', '社工', ['staff'], null, 0],
  gu: ['顾萍', '社工', ['staff'], null, 0],
  li: ['李阿姨', '志愿者', ['volunteer'], null, 0],
  xu: ['许师傅', '志愿者', ['volunteer'], null, 0],
  tang: ['唐镇', '镇社区办', ['manager'], null, 0],
  admin: ['管理员', '系统管理员', ['admin'], null, 0],
} as const satisfies Record<string, readonly [string, string, readonly Role[], number | null, number]>

const parties = [
  ['党组织', 'Party branch', '党', 'seal', false],
  ['居委会', "Residents' Committee", '居', 'leaf', true],
  ['业委会', "Owners' Committee", '业', 'sky', false],
  ['物业', 'Property manager', '物', 'gold', false],
  ['社区民警', 'Community police', '警', 'dusk', false],
] as const

const doorNames = ['101', '102', '201', '202', '301', '302', '401', '402', '501', '502', '601', '602'] as const

export interface Cast {
  people: Record<keyof typeof folk, number>
  /** Household ids by building and door: '12-602' is resident Wang's. */
  doors: Record<`${3 | 12}-${(typeof doorNames)[number]}`, number>
  /** Seat ids by position: 党 居 业 物 警. */
  seats: number[]
  buildings: { 3: number; 12: number }
}

/** Builds a neighbourhood with the whole cast in it; a second one for tests of who must not see what. */
export async function settle(house: House, at: Date, slug = 'wutongli'): Promise<{ community: Community; cast: Cast }> {
  await house.db
    .insertInto('communities')
    .values({ slug, name: '梧桐里居民区', name_en: 'Wutongli', prefix: 'WT', phone: '021-5555 0123' })
    .execute()
  const community = await communityBySlug(house, slug)
  const db = house.of(community.id)
  const cast = await db.transaction().execute(async (trx) => {
    const buildings = { 3: await building(trx, '3', 1), 12: await building(trx, '12', 2) }
    const doors: Record<string, number> = {}
    for (const [name, buildingId] of Object.entries(buildings)) {
      const rows = doorNames.map((door) => ({
        building_id: buildingId,
        stairwell_id: null,
        floor: Number(door[0]),
        door,
        area: 8_950,
        owner_heads: 1,
      }))
      for (const row of await trx.insertInto('households').values(rows).returning(['id', 'door']).execute())
        doors[`${name}-${row.door}`] = row.id
    }
    const seats: number[] = []
    for (const [at, [name, nameEn, character, colour, required]] of parties.entries()) {
      const seat = { position: at + 1, name, name_en: nameEn, character, colour, required, vacant_since: null }
      seats.push((await trx.insertInto('seats').values(seat).returning('id').executeTakeFirstOrThrow()).id)
    }
    const people: Record<string, number> = {}
    for (const [key, [name, post, roles, seat, rank]] of Object.entries(folk)) {
      const person = { name, post, household_id: null, team_id: null, left_at: null, created_at: at }
      const { id } = await trx.insertInto('people').values(person).returning('id').executeTakeFirstOrThrow()
      people[key] = id
      for (const role of roles) await trx.insertInto('person_roles').values({ person_id: id, role }).execute()
      const seatId = seat === null ? undefined : seats[seat - 1]
      if (seatId) await trx.insertInto('seat_holders').values({ seat_id: seatId, person_id: id, rank }).execute()
    }
    return { people, doors, seats, buildings } as Cast
  })
  return { community, cast }
}

async function building(db: Db, name: string, position: number): Promise<number> {
  return (await db.insertInto('buildings').values({ name, position }).returning('id').executeTakeFirstOrThrow()).id
}
