import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { logVisit, type NewVisit } from '../visits/store.ts'
import { type Out, whyOut } from './rules.ts'

export interface Answer {
  id: string
  state: 'stored' | 'known' | 'refused'
  /** Why it was refused. */
  why: MessageKey | null
}

/**
 * Takes in what a phone brings, each visit for itself: one that is refused keeps none of the others out. What is thrown
 * beyond a refusal is a sending of unknown end, and the phone comes again with the same ids.
 */
export async function takeVisits(
  db: Db,
  letterbox: Letterbox,
  visits: readonly NewVisit[],
  by: { personId: number },
  at: Date,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const visit of visits) {
    try {
      answers.push({ id: visit.key, state: await logVisit(db, letterbox, visit, by, at), why: null })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const why = error.status === 404 ? 'doorstep.noSuchDoor' : error.key
      answers.push({ id: visit.key, state: 'refused', why })
    }
  }
  return answers
}

/** Who else was at the doors of these visits in the week before, by the visit's key. One statement. */
export async function othersAt(db: Db, keys: readonly string[], personId: number): Promise<Map<string, string[]>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<{ key: string; names: string[] }>`
    select v.key, array_agg(distinct p.name order by p.name) as names
    from visits v join visits o on o.household_id = v.household_id and o.volunteer_id <> v.volunteer_id
      and o.visited_at > v.visited_at - interval '7 days'
    join people p on p.id = o.volunteer_id
    where v.key = any(${[...keys]}::uuid[]) and v.volunteer_id = ${personId} group by v.key`.execute(db)
  return new Map(rows.map(({ key, names }) => [key, names]))
}

interface Picture {
  image: Buffer
  width: number
  height: number
}

/**
 * Puts a picture to the matter it was taken of, which is hers: one a matter. Two sendings of it in the same second wait
 * for each other at the matter's row, and the second finds it there.
 */
export async function takePhoto(
  db: Db,
  matter: string,
  picture: Picture,
  by: { personId: number },
  at: Date,
): Promise<'stored' | 'known'> {
  return db.transaction().execute(async (trx) => {
    const filing = await trx
      .selectFrom('filings')
      .select(['id', 'no'])
      .where('key', '=', matter)
      .where('recorded_by', '=', by.personId)
      .where('visit_id', 'is not', null)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const there = await trx.selectFrom('photos').select('id').where('filing_id', '=', filing.id).executeTakeFirst()
    if (there) return 'known'
    await trx
      .insertInto('photos')
      .values({ ...picture, filing_id: filing.id, taken_in_at: at })
      .execute()
    await journal(trx, { subject: { kind: 'filing', id: filing.id, no: filing.no }, verb: 'filing.pictured', by, at })
    return 'stored'
  })
}

/** What has become of the session this browser still names. One statement. */
export async function whyNotIn(db: Db, token: string | undefined): Promise<Out> {
  if (!token || token.length > 100) return 'over'
  const { rows } = await sql<{ revoked: boolean; left: boolean; mayVisit: boolean }>`
    select s.revoked_at is not null as revoked, p.left_at is not null as "left",
           -- A browser that now speaks for a door says nothing about the account that was there before.
           s.person_id is null or exists (select from person_roles r where r.person_id = s.person_id
                                          and r.role in ('volunteer', 'staff', 'chair')) as "mayVisit"
    from sessions s left join people p on p.id = s.person_id where s.token_sha256 = ${sha256(token)}`.execute(db)
  return whyOut(rows[0] ?? null)
}
