import { sql } from 'kysely'
import type { Db, Trx } from '../db/schema.ts'
import { secret, sha256 } from '../tokens.ts'
import type { Me, Role } from './slice.ts'

export const nobody: Me = { sessionId: null, personId: null, householdId: null, name: '', roles: [], seatIds: [] }

const hour = 3_600_000
/** A door's browser stays bound a month, idle or not; a person's 12 hours, and 30 minutes idle (trust 4.8). */
const lasts = { household: 30 * 24 * hour, person: 12 * hour }
const idle = { household: 30 * 24 * hour, person: 0.5 * hour }

/** Opens a session for a door or a person and gives its secret, once; only the hash is kept. */
export async function openSession(
  trx: Trx,
  of: { householdId: number } | { personId: number },
  device: string,
  at: Date,
): Promise<string> {
  const token = secret()
  const kind = 'personId' in of ? 'person' : 'household'
  await trx
    .insertInto('sessions')
    .values({
      token_sha256: sha256(token),
      household_id: 'householdId' in of ? of.householdId : null,
      person_id: 'personId' in of ? of.personId : null,
      device: device.slice(0, 200),
      created_at: at,
      seen_at: at,
      expires_at: new Date(at.getTime() + lasts[kind]),
    })
    .execute()
  return token
}

/** Who holds this secret here and now; nobody when it is unknown, over, idle too long or revoked. One statement. */
export async function whoHolds(db: Db, token: string | undefined, at: Date): Promise<Me> {
  if (!token || token.length > 100) return nobody
  const { rows } = await sql<{
    session_id: number
    seen_at: Date
    person_id: number | null
    household_id: number | null
    name: string | null
    roles: Role[]
    seat_ids: number[]
  }>`
    select s.id as session_id, s.seen_at, s.person_id, coalesce(s.household_id, p.household_id) as household_id, p.name,
           array(select role from person_roles r where r.person_id = s.person_id) as roles,
           array(select seat_id from seat_holders h where h.person_id = s.person_id and h.meeting_id is null order by rank) as seat_ids
    from sessions s left join people p on p.id = s.person_id
    where s.token_sha256 = ${sha256(token)} and s.revoked_at is null and s.expires_at > ${at}
      and (p.id is null or p.left_at is null)`.execute(db)
  const row = rows[0]
  if (!row) return nobody
  const unseen = at.getTime() - row.seen_at.getTime()
  if (unseen > (row.person_id ? idle.person : idle.household)) return nobody
  // Written at most once a minute, so that reading a page does not cost a write.
  if (unseen > 60_000) await db.updateTable('sessions').set({ seen_at: at }).where('id', '=', row.session_id).execute()
  return {
    sessionId: row.session_id,
    personId: row.person_id,
    householdId: row.household_id,
    name: row.name ?? '',
    roles: row.roles,
    seatIds: row.seat_ids,
  }
}

export async function closeSession(db: Db, sessionId: number, at: Date): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .execute()
}
