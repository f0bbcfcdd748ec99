import { sql } from 'kysely'
import type { House } from '../../lib/db/connect.ts'
import type { Db } from '../../lib/db/schema.ts'
import { type Egress, NoWayOut } from '../../lib/egress.ts'
import { allCommunities } from '../../lib/http/communities.ts'
import { claimWaiting } from '../../lib/outbox.ts'
import type { Vault } from '../../lib/vault.ts'
import { bridgeForHook } from '../bridges/reads.ts'
import { isOver } from '../inbox/rules.ts'
import { signed } from './signing.ts'

/** Who passed something on is told how it stands: signed, at least once, each time with the same id. */
export interface Telling {
  house: House
  vault: Vault
  egress: Egress
  clock: () => Date
}

const atOnce = 10
/** Longer than all the questions of one turn may take. */
const lease = '60 seconds'
const giveUpAfter = 10
const answerAtMost = 64 * 1024

/** Sends what waits for bridges. Gives how many were told. */
export async function tellBridges(telling: Telling): Promise<number> {
  let told = 0
  for (const community of await allCommunities(telling.house)) {
    const db = telling.house.of(community.id)
    const rows = await claimWaiting(db, 'webhook', atOnce, lease)
    const ends = await Promise.all(rows.map((row) => tellOne(telling, community.id, db, row)))
    told += ends.filter((end) => end === 'told').length
  }
  return told
}

type Row = Awaited<ReturnType<typeof claimWaiting>>[number]

async function tellOne(telling: Telling, communityId: number, db: Db, row: Row): Promise<'told' | 'later' | 'never'> {
  const at = telling.clock()
  const end = await deliver(telling, communityId, db, row, at)
  const update = db.updateTable('outbox').where('id', '=', row.id)
  if (end === 'told') await update.set({ sent_at: at }).execute()
  else if (end === 'never' || row.attempts >= giveUpAfter) await update.set({ failed_at: at }).execute()
  // By the database's clock, which also says whose turn it is.
  else
    await update.set({ next_at: sql`now() + ${Math.round(delay(row.attempts))} * interval '1 millisecond'` }).execute()
  return end
}

async function deliver({ vault, egress }: Telling, communityId: number, db: Db, row: Row, at: Date) {
  const bridge = await bridgeForHook(db, row.to_sealed.toString('utf8'))
  if (!bridge?.active || bridge.push_url === '') return 'never'
  const secrets = bridge.sealed.map((one) => vault.open(communityId, Buffer.from(one, 'base64')))
  // Unsigned nobody could trust it; there may be a secret later.
  if (secrets.length === 0) return 'later'
  const body = JSON.stringify(asEvent(JSON.parse(row.body)))
  try {
    const { status } = await egress.ask(bridge.push_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed(secrets, row.dedup_key, at, body) },
      body,
      hosts: bridge.hosts,
      atMost: answerAtMost,
    })
    if (status === 410) return 'never'
    return status >= 200 && status < 300 ? 'told' : 'later'
  } catch (error) {
    if (error instanceof NoWayOut) return 'later'
    throw error
  }
}

/** What a change was written down as, in the words of the contract. */
function asEvent({
  at,
  id,
  number,
  filing,
  issue,
  aside,
  public: no,
}: Record<string, string | number | null | undefined>) {
  const state = aside ? ('aside' as const) : ('filed' as const)
  const standing = { state, reason: text(aside), filing: text(filing), issue: text(issue) }
  return {
    type: 'arrival.status',
    timestamp: at,
    data: {
      id,
      number,
      status: isOver(standing) ? 'closed' : 'open',
      state: standing.issue ?? standing.filing ?? state,
      ...(aside && { reason: aside }),
      ...(no && { issue: no }),
    },
  }
}

const text = (value: string | number | null | undefined) => (value ? String(value) : null)

/** Half a minute, two, eight, half an hour, two hours, six: and never two bridges in step. */
function delay(attempts: number): number {
  const wait = Math.min(30_000 * 4 ** (attempts - 1), 6 * 3_600_000)
  return wait * (0.8 + Math.random() * 0.4)
}
