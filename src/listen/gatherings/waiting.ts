import { sql } from 'kysely'
import type { Trx } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import type { lockGathering } from './store.ts'

/** 候补: who waits for a place, and who gets one. Only under the gathering's lock, so that a place is given once. */

type Gathering = Awaited<ReturnType<typeof lockGathering>>

/** How many have a place, and how many wait for one. */
export async function countsOf(trx: Trx, gatheringId: number): Promise<{ taken: number; waiting: number }> {
  return trx
    .selectFrom('gathering_signups')
    .select([
      sql<number>`(count(*) filter (where waiting_since is null))::int`.as('taken'),
      sql<number>`(count(*) filter (where waiting_since is not null))::int`.as('waiting'),
    ])
    .where('gathering_id', '=', gatheringId)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirstOrThrow()
}

/** Gives the places that are free to who waits longest, and tells them if they left a way to reach them. */
export async function giveFreePlaces(trx: Trx, letterbox: Letterbox, gathering: Gathering, at: Date): Promise<void> {
  const { id: gatheringId, no, title, places } = gathering
  const { taken, waiting } = await countsOf(trx, gatheringId)
  const free = places === null ? waiting : Math.min(waiting, places - taken)
  if (free <= 0) return
  const next = await trx
    .selectFrom('gathering_signups')
    .select(['id', 'key', 'household_id', 'phone_sealed', 'locale'])
    .where('gathering_id', '=', gatheringId)
    .where('withdrawn_at', 'is', null)
    .where('waiting_since', 'is not', null)
    .orderBy('nth')
    .limit(free)
    .execute()
  const ids = next.map(({ id }) => id)
  await trx.updateTable('gathering_signups').set({ waiting_since: null }).where('id', 'in', ids).execute()
  for (const { id, key, household_id: householdId, phone_sealed: sealed, locale } of next) {
    await journal(trx, {
      subject: { kind: 'gathering', id: gatheringId, no },
      verb: 'gathering.gotPlace',
      by: { householdId },
      at,
      particulars: { signup: id },
    })
    if (!sealed) continue
    const link = `${letterbox.home}/gatherings/${no}/signups/${key}`
    const body = translator(locale)('tell.gotPlace', { title, link })
    await tell(trx, letterbox, {
      dedupKey: `gotplace:${id}`,
      phone: letterbox.vault.open(letterbox.communityId, sealed),
      body,
    })
  }
}
