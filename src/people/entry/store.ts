import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { Refusal } from '../../lib/refusal.ts'
import { secret, sha256 } from '../../lib/tokens.ts'

const day = 24 * 3_600_000
/** A household slip is good for 30 days, a person's link for one. Both open once. */
const lasts = { household: 30 * day, person: day }

export type Entrant = { householdId: number } | { personId: number }

/** Issues a one-time entrance for a door or a person and gives its secret, once; only the hash is kept. */
export async function issueEntrance(trx: Trx, of: Entrant, by: { personId: number | null }, at: Date): Promise<string> {
  const token = secret()
  const kind = 'personId' in of ? 'person' : 'household'
  const id = 'personId' in of ? of.personId : of.householdId
  await trx
    .insertInto('entry_tokens')
    .values({
      household_id: kind === 'household' ? id : null,
      person_id: kind === 'person' ? id : null,
      token_sha256: sha256(token),
      issued_at: at,
      issued_by: by.personId,
      expires_at: new Date(at.getTime() + lasts[kind]),
    })
    .execute()
  await journal(trx, { subject: { kind, id }, verb: 'entry.issued', by, at })
  return token
}

/** Whom an entrance is for, while it can still be used; null otherwise, and nobody learns why. */
export async function entranceFor(db: Db, token: string, at: Date) {
  const row = await db
    .selectFrom('entry_tokens')
    .leftJoin('people', 'people.id', 'entry_tokens.person_id')
    .leftJoin('households', 'households.id', 'entry_tokens.household_id')
    .leftJoin('buildings', 'buildings.id', 'households.building_id')
    .select(['people.name', 'people.post', 'buildings.name as building', 'households.door'])
    .where('token_sha256', '=', sha256(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  return row ?? null
}

/** Uses an entrance up. Of two that come with the same one, the first enters and the second is refused. */
export async function useEntrance(trx: Trx, token: string, at: Date): Promise<Entrant> {
  const used = await trx
    .updateTable('entry_tokens')
    .set({ used_at: at })
    .where('token_sha256', '=', sha256(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(['household_id', 'person_id'])
    .executeTakeFirst()
  if (!used) throw new Refusal('entry.spent')
  const [kind, id] = used.person_id
    ? (['person', used.person_id] as const)
    : (['household', used.household_id as number] as const)
  await journal(trx, { subject: { kind, id }, verb: 'entry.used', by: { [`${kind}Id`]: id }, at })
  return kind === 'person' ? { personId: id } : { householdId: id }
}

/** The doors and windows one person or door has open: her own devices, newest first. */
export async function ownSessions(db: Db, me: { personId: number | null; householdId: number | null }, at: Date) {
  return db
    .selectFrom('sessions')
    .select(['id', 'device', 'created_at', 'seen_at'])
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .where((eb) => (me.personId ? eb('person_id', '=', me.personId) : eb('household_id', '=', me.householdId)))
    .orderBy('seen_at', 'desc')
    .execute()
}

/** Ends one of one's own sessions; somebody else's id changes nothing. */
export async function revokeOwn(
  db: Db,
  me: { personId: number | null; householdId: number | null },
  id: number,
  at: Date,
) {
  await db
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where((eb) => (me.personId ? eb('person_id', '=', me.personId) : eb('household_id', '=', me.householdId)))
    .execute()
}

/** Ends every session of a person, at once and everywhere (an administrator's act). */
export async function revokeAllOf(
  trx: Trx,
  personId: number,
  by: { personId: number | null },
  at: Date,
): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('person_id', '=', personId)
    .where('revoked_at', 'is', null)
    .execute()
  await journal(trx, { subject: { kind: 'person', id: personId }, verb: 'entry.revoked', by, at })
}

/** People with roles or chairs, as an administrator names them on the command line: by id or by exact name. */
export async function findPerson(db: Db, who: string) {
  return db
    .selectFrom('people')
    .select(['id', 'name', 'post'])
    .where('left_at', 'is', null)
    .where((eb) => (/^\d+$/.test(who) ? eb('id', '=', Number(who)) : eb('name', '=', who)))
    .where(
      sql<boolean>`(exists (select from person_roles r where r.person_id = people.id) or exists (select from seat_holders h where h.person_id = people.id))`,
    )
    .orderBy('id')
    .execute()
}
