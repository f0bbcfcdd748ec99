import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { issueEntrance, revokeAllOf } from '../entry/store.ts'

/** Everybody with a part to play: a role beyond resident, or a seat. By team, then by name. One statement. */
export async function roster(db: Db, at: Date) {
  const people = await db
    .selectFrom('people as p')
    .leftJoin('teams as t', 't.id', 'p.team_id')
    .where('p.left_at', 'is', null)
    .where(hasAPart)
    .select((eb) => [
      'p.id',
      'p.name',
      'p.post',
      't.name as team',
      sql<
        string[]
      >`array(select role from person_roles r where r.person_id = p.id and r.role <> 'resident' order by role)`.as(
        'roles',
      ),
      jsonArrayFrom(
        eb
          .selectFrom('seat_holders as h')
          .innerJoin('seats as s', 's.id', 'h.seat_id')
          .whereRef('h.person_id', '=', 'p.id')
          .select(['s.character', 's.colour', 's.name', 's.name_en', 'h.rank'])
          .orderBy('s.position'),
      ).as('seats'),
      eb
        .selectFrom('sessions as d')
        .whereRef('d.person_id', '=', 'p.id')
        .where('d.revoked_at', 'is', null)
        .where('d.expires_at', '>', at)
        .select((d) => d.fn.countAll<number>().as('n'))
        .as('devices'),
    ])
    .orderBy(sql`t.name nulls first`)
    .orderBy('p.name')
    .orderBy('p.id')
    .execute()
  return people.map((person) => ({ ...person, devices: Number(person.devices ?? 0) }))
}

/** Issues a sign-in link for a person and gives its secret, once. Links she has not used yet stop working. */
export async function issueLink(db: Db, personId: number, by: { personId: number | null }, at: Date) {
  return db.transaction().execute(async (trx) => {
    const person = await findInRoster(trx, personId)
    await spendLinks(trx, personId, at)
    return { person, token: await issueEntrance(trx, { personId }, by, at) }
  })
}

/** Signs a person out everywhere, and takes back the links she has not used yet. */
export async function revokePerson(db: Db, personId: number, by: { personId: number | null }, at: Date) {
  await db.transaction().execute(async (trx) => {
    await findInRoster(trx, personId)
    await spendLinks(trx, personId, at)
    await revokeAllOf(trx, personId, by, at)
  })
}

const hasAPart = sql<boolean>`(exists (select from person_roles r where r.person_id = p.id and r.role <> 'resident') or exists (select from seat_holders h where h.person_id = p.id))`

/** Locked, so that of two links issued in the same second only the later one lives. */
async function findInRoster(trx: Trx, personId: number) {
  return trx
    .selectFrom('people as p')
    .select(['p.id', 'p.name', 'p.post'])
    .where('p.id', '=', personId)
    .where('p.left_at', 'is', null)
    .where(hasAPart)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}

async function spendLinks(trx: Trx, personId: number, at: Date) {
  await trx
    .updateTable('entry_tokens')
    .set({ expires_at: at })
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .execute()
}
