import { appendFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { House } from './db/connect.ts'
import type { Db, Trx } from './db/schema.ts'
import { allCommunities } from './http/communities.ts'
import type { Vault } from './vault.ts'

/**
 * Notices people are sent (trust 4.6): written with the change they tell of, sent at least once, each with a stable id.
 * Other channels than a person's phone have senders of their own, which claim their rows alike.
 */

/** What it takes to write to people of one community. */
export interface Letterbox {
  communityId: number
  vault: Vault
  /** The address of the community's pages, for links in messages: https://wt.example.cn/c/wutongli */
  home: string
}

interface Message {
  /** The message's stable id: the same one is written once, however often this runs. */
  dedupKey: string
  /** A phone number, or a mail address where the channel says so. */
  phone: string
  channel?: 'sms' | 'mail'
  body: string
}

/** Writes a text message in the business transaction. */
export async function tell(
  trx: Trx,
  { communityId, vault }: Letterbox,
  { dedupKey, phone, channel = 'sms', body }: Message,
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({ dedup_key: dedupKey, channel, to_sealed: vault.seal(communityId, phone), body })
    .onConflict((oc) => oc.columns(['community_id', 'dedup_key']).doNothing())
    .execute()
}

const batch = 50
const lease = '30 seconds'
const giveUpAfter = 8

/**
 * Sends what waits, every second, through the sink. Without a sink messages wait in the database: nothing about a
 * person goes to a log. Several processes may run it: each claims its own rows. Gives the function that stops it.
 */
export function startOutbox(house: House, vault: Vault, sink: string | undefined): () => Promise<void> {
  if (!sink) return async () => {}
  const path = sink.slice('file:'.length)
  let stopped = false
  let turn = Promise.resolve()
  const timer = setInterval(() => {
    turn = turn.then(() => (stopped ? undefined : sendWaiting(house, vault, path).catch(() => {})))
  }, 1_000).unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await turn
    await sendWaiting(house, vault, path).catch(() => {})
  }
}

async function sendWaiting(house: House, vault: Vault, path: string): Promise<void> {
  for (const community of await allCommunities(house)) {
    const db = house.of(community.id)
    const rows = await claimWaiting(db, 'sms', batch, lease)
    for (const row of rows) {
      const line = {
        id: row.dedup_key,
        community: community.slug,
        channel: row.channel,
        to: vault.open(community.id, row.to_sealed),
        body: row.body,
      }
      const sent = await appendFile(path, `${JSON.stringify(line)}\n`).then(
        () => true,
        () => false,
      )
      if (sent) await db.updateTable('outbox').set({ sent_at: new Date() }).where('id', '=', row.id).execute()
      else if (row.attempts >= giveUpAfter)
        await db.updateTable('outbox').set({ failed_at: new Date() }).where('id', '=', row.id).execute()
    }
  }
}

/** Takes the messages of a channel whose turn it is. A sender that dies leaves its rows to be taken again after the lease. */
export async function claimWaiting(db: Db, channel: 'sms' | 'webhook', atMost: number, lease: string) {
  // Claiming moves next_at on: nobody else takes the row meanwhile.
  const { rows } = await sql<{
    id: number
    dedup_key: string
    channel: string
    to_sealed: Buffer
    body: string
    attempts: number
  }>`
    update outbox set attempts = attempts + 1, next_at = now() + ${lease}::interval
    where id in (select id from outbox where channel = ${channel} and sent_at is null and failed_at is null and next_at <= now()
                 order by id limit ${atMost} for update skip locked)
    returning id, dedup_key, channel, to_sealed, body, attempts`.execute(db)
  return rows
}
