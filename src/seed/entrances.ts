import { sql } from 'kysely'
import type { Db, Trx } from '../lib/db/schema.ts'
import { sessionCookie } from '../lib/http/conventions.ts'
import { openSession } from '../lib/http/session.ts'
import type { Community } from '../lib/http/slice.ts'
import { secret, sha256 } from '../lib/tokens.ts'
import { issueEntrance } from '../people/entry/store.ts'

/** Ways in: for people who try the demonstration, and for scripts that measure or test. */

export interface Entrance {
  /** 'resident', 'volunteer', 'staff', 'secondStaff', 'chair', 'seat 1' …, 'manager', 'admin'. */
  key: string
  label: { zh: string; en: string }
  /** Who it is: a name and a post, or a door. */
  who: { zh: string; en: string }
  of: { personId: number } | { householdId: number }
}

const single = {
  volunteer: { zh: '志愿者', en: 'Volunteer' },
  staff: { zh: '社工', en: 'Staff' },
  secondStaff: { zh: '社工（复核）', en: 'Second staff' },
  chair: { zh: '主持人', en: 'Chair' },
  manager: { zh: '镇社区办', en: 'Town manager' },
  admin: { zh: '管理员', en: 'Admin' },
} as const

/** One for each part to play, as far as the community has somebody for it. */
export async function partsToPlay(db: Db): Promise<Entrance[]> {
  const people = await db
    .selectFrom('people')
    .where('left_at', 'is', null)
    .select((eb) => [
      'id',
      'name',
      'post',
      sql<string[]>`array(select role from person_roles r where r.person_id = people.id)`.as('roles'),
      eb
        .exists(eb.selectFrom('seat_holders as h').whereRef('h.person_id', '=', 'people.id').select('rank'))
        .as('seated'),
    ])
    .orderBy('id')
    .execute()
  const door = await db
    .selectFrom('households')
    .innerJoin('buildings', 'buildings.id', 'households.building_id')
    .select(['households.id', 'buildings.name as building', 'door'])
    .orderBy(sql`buildings.name = '12' and door = '602'`, 'desc')
    .orderBy('households.id')
    .limit(1)
    .executeTakeFirst()
  const seats = await db
    .selectFrom('seats')
    .innerJoin('seat_holders', 'seat_holders.seat_id', 'seats.id')
    .innerJoin('people', 'people.id', 'seat_holders.person_id')
    .where('rank', '=', 0)
    .select(['seats.position', 'seats.name as seat', 'name_en', 'people.id', 'people.name', 'people.post'])
    .orderBy('position')
    .execute()

  const entrances: Entrance[] = []
  if (door) {
    const who = { zh: `${door.building} 号楼 ${door.door} 室`, en: `Building ${door.building}, ${door.door}` }
    entrances.push({ key: 'resident', label: { zh: '居民', en: 'Resident' }, who, of: { householdId: door.id } })
  }
  // Those who do the desk's work and sit on no chair come first: with them a wording finds its second person.
  const having = (role: string) =>
    people
      .filter(({ roles }) => roles.includes(role))
      .sort((a, b) => Number(a.seated) - Number(b.seated) || a.id - b.id)
  const [staff, secondStaff] = having('staff')
  const [volunteer, chair, manager, admin] = ['volunteer', 'chair', 'manager', 'admin'].map((role) => having(role)[0])
  const playing = { volunteer, staff, secondStaff, chair, manager, admin }
  for (const [key, label] of Object.entries(single)) {
    const person = playing[key as keyof typeof playing]
    if (!person) continue
    const who = `${person.name} ${person.post}`
    entrances.push({ key, label, who: { zh: who, en: who }, of: { personId: person.id } })
  }
  for (const seat of seats) {
    const label = { zh: `席位 ${seat.seat}`, en: seat.name_en }
    const who = `${seat.name} ${seat.post}`
    entrances.push({ key: `seat ${seat.position}`, label, who: { zh: who, en: who }, of: { personId: seat.id } })
  }
  return entrances
}

export interface Place {
  community: Community
  origin: string
}

export const homeOf = ({ community, origin }: Place): string => `${origin}/c/${community.slug}`

/** A link that opens once. */
export async function linkFor(trx: Trx, place: Place, of: Entrance['of'], at: Date): Promise<string> {
  return `${homeOf(place)}/enter/${await issueEntrance(trx, of, { personId: null }, at)}`
}

/** What a script sends as its cookie to be this person or door. */
export async function cookieFor(trx: Trx, { community, origin }: Place, of: Entrance['of'], at: Date): Promise<string> {
  return `${sessionCookie(community.id, origin)}=${await openSession(trx, of, 'seed', at)}`
}

/** Signs in the first `n` doors, those in tonight's room before others: a cookie each, all in one statement. */
export async function doorCookies(trx: Trx, { community, origin }: Place, n: number, at: Date) {
  const secrets = Array.from({ length: n }, secret)
  const { rows } = await sql<{ id: number; building: string; door: string; n: number }>`
    with given as (
      select * from unnest(${secrets.map((token) => sha256(token).toString('hex'))}::text[]) with ordinality as g (hash, n)),
    doors as (
      select h.id, b.name as building, h.door, row_number() over (order by here desc, h.id) as n
      from households h join buildings b on b.id = h.building_id,
      lateral (select exists (select from attendance a join meetings m on m.id = a.meeting_id and m.adjourned_at is null
                              where a.household_id = h.id and a.left_at is null) as here) presence),
    opened as (
      insert into sessions (token_sha256, household_id, device, created_at, seen_at, expires_at)
      select decode(hash, 'hex'), id, 'seed', ${at}, ${at}, ${at}::timestamptz + interval '30 days' from given join doors using (n))
    select id, building, door, n::int from given join doors using (n) order by n`.execute(trx)
  return rows.map(({ n, ...door }) => ({
    ...door,
    cookie: `${sessionCookie(community.id, origin)}=${secrets[n - 1]}`,
  }))
}

/** Whoever says that her matter is not the one it was put into: the page of her tracking code shows it. */
export async function whoObjects(db: Db) {
  return db
    .selectFrom('objections as o')
    .innerJoin('filings as f', 'f.id', 'o.filing_id')
    .innerJoin('issues as i', 'i.id', 'f.issue_id')
    .where('o.settled_at', 'is', null)
    .select(['i.title', 'f.code_sealed'])
    .orderBy('o.id')
    .limit(1)
    .executeTakeFirst()
}

/** The meeting that is on, or comes next; with the ballot that is open in it. */
export async function meetingAhead(db: Db) {
  const meeting = await db
    .selectFrom('meetings')
    .where('adjourned_at', 'is', null)
    .where('aborted_at', 'is', null)
    .where('noticed_at', 'is not', null)
    .leftJoin('ballots', (join) => join.onRef('ballots.meeting_id', '=', 'meetings.id').on('closed_at', 'is', null))
    .select([
      'meetings.id',
      'meetings.no',
      'title',
      'code',
      'starts_at',
      'ballots.id as ballotId',
      'ballots.no as ballotNo',
    ])
    .orderBy('starts_at')
    .limit(1)
    .executeTakeFirst()
  return meeting ?? null
}
