import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { secret, sha256 } from '../../lib/tokens.ts'

/** A slip is handed over at the door within days; after 30 it opens nothing (trust 4.8). */
export const slipDays = 30

export interface Slip {
  door: string
  token: string
}

/** The buildings with how many of their doors have come in by a slip, and how many slips are still out. One statement. */
export async function slipCounts(db: Db, at: Date) {
  const { rows } = await sql<{ name: string; doors: number; out: number; bound: number }>`
    select b.name, count(h.id)::int as doors,
           (count(h.id) filter (where exists (select from entry_tokens e where e.household_id = h.id
                                              and e.used_at is null and e.expires_at > ${at})))::int as out,
           (count(h.id) filter (where exists (select from sessions s where s.household_id = h.id
                                              and s.revoked_at is null and s.expires_at > ${at})))::int as bound
    from buildings b left join households h on h.building_id = b.id
    group by b.id, b.name, b.position order by b.position, b.name`.execute(db)
  return rows
}

/**
 * Issues fresh slips for the doors of a building, or for one door of it, and gives their secrets, once. The slips
 * those doors have not used yet stop working. Refuses an unknown building or door as a page that does not exist.
 */
export async function issueSlips(
  db: Db,
  { building, door }: { building: string; door: string | null },
  by: { personId: number | null },
  at: Date,
): Promise<Slip[]> {
  return db.transaction().execute(async (trx) => {
    // Locked: of two who print the same building in the same second, only the later ones' slips live.
    const place = await trx
      .selectFrom('buildings')
      .select('id')
      .where('name', '=', building)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const doors = await trx
      .selectFrom('households')
      .select(['id', 'door'])
      .where('building_id', '=', place.id)
      .$if(door !== null, (query) => query.where('door', '=', door ?? ''))
      .orderBy('floor')
      .orderBy(sql`length(door)`)
      .orderBy('door')
      .execute()
    if (doors.length === 0) throw notFound()
    const slips = doors.map((one) => ({ ...one, token: secret() }))
    const ends = new Date(at.getTime() + slipDays * 24 * 3_600_000)
    await sql`
      with fresh as (
        select * from unnest(${slips.map((slip) => slip.id)}::int[], ${slips.map((slip) => sha256(slip.token))}::bytea[]) as f(household_id, hash)),
      spent as (
        update entry_tokens set expires_at = ${at}
        where household_id in (select household_id from fresh) and used_at is null and expires_at > ${at}),
      issued as (
        insert into entry_tokens (household_id, token_sha256, issued_at, issued_by, expires_at)
        select household_id, hash, ${at}, ${by.personId}, ${ends} from fresh)
      insert into journal (at, subject, subject_id, verb, person_id)
      select ${at}::timestamptz, 'household', household_id, 'entry.issued', ${by.personId}::int from fresh`.execute(trx)
    return slips.map(({ door, token }) => ({ door, token }))
  })
}
