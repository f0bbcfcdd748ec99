import { sql } from 'kysely'
import type { House } from '../../lib/db/connect.ts'
import type { Db } from '../../lib/db/schema.ts'
import type { Egress } from '../../lib/egress.ts'
import { every } from '../../lib/every.ts'
import { allCommunities } from '../../lib/http/communities.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import type { Vault } from '../../lib/vault.ts'
import { forgetBridged } from '../inbox/forgetting.ts'
import { readMailbox } from '../mailboxes/reading.ts'
import { pullOpen311 } from '../open311/pulling.ts'
import { tellBridges } from '../webhooks/telling.ts'

/** Rounds: what we go and fetch from others by ourselves, and what we go and tell them. */
export interface Means {
  egress: Egress
  dataDir: string | undefined
  clock: () => Date
}

interface Setting extends Means {
  house: House
  vault: Vault
  origin: string
}

const tenMinutes = 10 * 60_000

/** Goes every ten minutes to each bridge that has something to fetch, and tells what there is to tell. Gives what stops it. */
export function startPulls(setting: Setting): () => Promise<void> {
  const ends = [
    every(20_000, () => makePulls(setting)),
    every(2_000, () => tellBridges(setting)),
    every(tenMinutes, () => forgetOld(setting)),
  ]
  return async () => {
    await Promise.all(ends.map((end) => end()))
  }
}

/** One round through all communities, to the bridges whose turn it is. Several processes may go: each takes its own. */
export async function makePulls(setting: Setting): Promise<void> {
  for (const { id, slug } of await allCommunities(setting.house)) {
    const db = setting.house.of(id)
    const letterbox = { communityId: id, vault: setting.vault, home: `${setting.origin}/c/${slug}` }
    for (const key of await claimDue(db, setting.clock())) await visitBridge(db, letterbox, setting, key)
  }
}

/** In every community, what bridges brought and nobody needs any more. */
async function forgetOld({ house, clock }: Setting): Promise<void> {
  for (const { id } of await allCommunities(house)) await forgetBridged(house.of(id), clock())
}

/** The bridges whose turn it is, marked as asked now, under a lock: of two processes one goes. */
async function claimDue(db: Db, at: Date): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('bridge rounds'), current_community()) as mine`.execute(trx)
    if (!rows[0]?.mine) return []
    const due = await trx
      .updateTable('bridges')
      .set({ asked_at: at })
      .where('active', '=', true)
      .where((eb) =>
        eb.or([eb('kind', '=', 'mailbox'), eb.and([eb('kind', '=', 'open311'), eb('source_url', '<>', '')])]),
      )
      .where((eb) => eb.or([eb('asked_at', 'is', null), eb('asked_at', '<=', new Date(at.getTime() - tenMinutes))]))
      .returning('key')
      .execute()
    return due.map(({ key }) => key)
  })
}

/** Fetches what one bridge has, and writes down how it went. */
export async function visitBridge(db: Db, letterbox: Letterbox, means: Means, key: string): Promise<void> {
  const at = means.clock()
  const bridge = await db.selectFrom('bridges').selectAll().where('key', '=', key).executeTakeFirst()
  if (!bridge?.active) return
  const fetched =
    bridge.kind === 'mailbox'
      ? await readMailbox(db, letterbox, means, bridge, at)
      : await pullOpen311(db, letterbox, means.egress, bridge, at)
  const failed = 'trouble' in fetched
  await db
    .updateTable('bridges')
    .set({
      asked_at: at,
      trouble: failed ? fetched.trouble : '',
      // Where there was more than it may send at a time, the next round begins where this one did.
      ...(!failed && !fetched.more && { answered_at: at }),
    })
    .where('id', '=', bridge.id)
    .execute()
}
