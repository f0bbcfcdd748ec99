import { sql } from 'kysely'
import { jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { taken, voices, waiting } from './reads.ts'
import { placesLeft } from './rules.ts'

/** What people who are invited read. */

const heldShown = 20

/** The invitations that stand: what is still to come first, then the last that were held. One statement. */
export async function invitations(db: Db) {
  const gatherings = await db
    .selectFrom('gatherings as g')
    .where('g.announced_at', 'is not', null)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.places', 'g.audience', 'g.for_group'])
    .select([voices.as('voices'), taken.as('taken'), waiting.as('waiting'), invited.as('buildings')])
    .select(['g.called_off_at', 'g.moved_at'])
    .orderBy(sql`g.closed_at is not null or g.called_off_at is not null`)
    .orderBy((eb) => sql`abs(extract(epoch from ${eb.ref('g.held_at')} - now()))`)
    .limit(heldShown)
    .execute()
  return gatherings.map((gathering) => ({ ...gathering, left: placesLeft(gathering) }))
}

/** One invitation, and whether this household is on its list already. One statement. */
export async function invitationOf(db: Db, no: number, householdId: number | null) {
  const gathering = await db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .where('g.announced_at', 'is not', null)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.places', 'g.audience', 'g.for_group'])
    .select((eb) => [
      'g.announced_at',
      'g.called_off_at',
      'g.called_off_why',
      'g.moved_at',
      voices.as('voices'),
      taken.as('taken'),
      waiting.as('waiting'),
      invited.as('buildings'),
      jsonObjectFrom(
        eb
          .selectFrom('gathering_signups as s')
          .whereRef('s.gathering_id', '=', 'g.id')
          .where('s.household_id', '=', householdId)
          .where('s.withdrawn_at', 'is', null)
          .where('s.added_by', 'is', null)
          .select(['s.key', 's.waiting_since'])
          .limit(1),
      ).as('mine'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...gathering, left: placesLeft(gathering) }
}

/** What she sees who knows the private key of a place on the list. One statement. */
export async function signupOf(db: Db, no: number, key: string) {
  return db
    .selectFrom('gathering_signups as s')
    .innerJoin('gatherings as g', 'g.id', 's.gathering_id')
    .where('g.no', '=', no)
    .where('s.key', '=', key)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at'])
    .select(['g.called_off_at', 'g.called_off_why', 'g.moved_at'])
    .select(['s.key', 's.nth', 's.name', 's.arrived_at', 's.withdrawn_at', 's.waiting_since'])
    .select(
      // How many stand before her in the line, and she.
      sql<number>`(select count(*)::int from gathering_signups w where w.gathering_id = s.gathering_id
        and w.withdrawn_at is null and w.waiting_since is not null and w.nth <= s.nth)`.as('line'),
    )
    .executeTakeFirstOrThrow(notFound)
}

/** The names of the buildings it is for. */
const invited = sql<string[]>`array(select b.name from gathering_buildings gb join buildings b on b.id = gb.building_id
  where gb.gathering_id = g.id order by b.position, b.name)`
