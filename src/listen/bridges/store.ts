import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { secret, sha256 } from '../../lib/tokens.ts'
import { type BridgeKind, type SecretKind, whyNotMakeSecret } from './rules.ts'

export interface Bridge {
  name: string
  kind: BridgeKind
  keeperId: number | null
  topics: string[]
  perHour: number
  active: boolean
}

/** How a bridge is wired to the world outside; an administrator's affair. */
export interface Wiring {
  hosts: string[]
  sourceUrl: string
  pushUrl: string
  mail: { host: string; port: number; user: string } | null
  /** Null: the one that is there stays. */
  mailPassword: string | null
}

interface Doing {
  by: { personId: number | null }
  at: Date
}

const columns = ({ name, kind, keeperId, topics, perHour, active }: Bridge) => ({
  name,
  kind,
  keeper_id: keeperId,
  topics,
  per_hour: perHour,
  active,
})

/** Opens a bridge and gives its key. */
export async function openBridge(db: Db, bridge: Bridge, { by, at }: Doing): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('bridges')
      .values({
        ...columns(bridge),
        headings: '{}',
        mail: '{}',
        mail_sealed: null,
        asked_at: null,
        answered_at: null,
        created_by: by.personId as number,
        created_at: at,
      })
      .returning(['id', 'key'])
      .executeTakeFirstOrThrow()
    const particulars = { name: bridge.name, kind: bridge.kind }
    await journal(trx, { subject: { kind: 'bridge', id: row.id }, verb: 'bridge.opened', by, at, particulars })
    return row.key
  })
}

export async function changeBridge(db: Db, key: string, bridge: Bridge, { by, at }: Doing): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const was = await bridgeToChange(trx, key)
    await trx.updateTable('bridges').set(columns(bridge)).where('id', '=', was.id).execute()
    await journal(trx, {
      subject: { kind: 'bridge', id: was.id },
      verb: 'bridge.changed',
      was: JSON.stringify([was.name, was.kind, was.keeper_id, was.topics, was.per_hour, was.active]),
      became: JSON.stringify(Object.values(columns(bridge))),
      by,
      at,
      particulars: { name: bridge.name },
    })
  })
}

export async function wireBridge(
  db: Db,
  { vault, communityId }: Letterbox,
  key: string,
  wiring: Wiring,
  { by, at }: Doing,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id, name } = await bridgeToChange(trx, key)
    await trx
      .updateTable('bridges')
      .set({
        hosts: wiring.hosts,
        source_url: wiring.sourceUrl,
        push_url: wiring.pushUrl,
        mail: JSON.stringify(wiring.mail ?? {}),
        ...(wiring.mailPassword !== null && { mail_sealed: vault.seal(communityId, wiring.mailPassword) }),
        trouble: '',
        asked_at: null,
      })
      .where('id', '=', id)
      .execute()
    await journal(trx, {
      subject: { kind: 'bridge', id },
      verb: 'bridge.wired',
      by,
      at,
      particulars: { name, hosts: wiring.hosts.join(' '), source: wiring.sourceUrl, push: wiring.pushUrl },
    })
  })
}

/** Makes a secret for the programs over there and gives it, once. */
export async function makeSecret(
  db: Db,
  { vault, communityId }: Letterbox,
  key: string,
  kind: SecretKind,
  { by, at }: Doing,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const bridge = await bridgeToChange(trx, key)
    const living = await trx
      .selectFrom('bridge_secrets')
      .select('id')
      .where('bridge_id', '=', bridge.id)
      .where('kind', '=', kind)
      .where('revoked_at', 'is', null)
      .execute()
    refuseIf(whyNotMakeSecret(bridge.kind, kind, living.length))
    const made = kind === 'hook' ? `whsec_${randomBytes(32).toString('base64')}` : secret()
    await trx
      .insertInto('bridge_secrets')
      .values({
        bridge_id: bridge.id,
        kind,
        sealed: kind === 'hook' ? vault.seal(communityId, made) : null,
        token_sha256: kind === 'token' ? sha256(made) : null,
        made_by: by.personId as number,
        made_at: at,
        revoked_at: null,
      })
      .execute()
    const particulars = { name: bridge.name, kind }
    await journal(trx, { subject: { kind: 'bridge', id: bridge.id }, verb: 'bridge.secretMade', by, at, particulars })
    return made
  })
}

/** From now on nothing that proves itself with this secret is let in. Doing it twice is doing it once. */
export async function revokeSecret(db: Db, key: string, id: number, { by, at }: Doing): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const bridge = await bridgeToChange(trx, key)
    const row = await trx
      .updateTable('bridge_secrets')
      .set({ revoked_at: sql`coalesce(revoked_at, ${at})` })
      .where('bridge_id', '=', bridge.id)
      .where('id', '=', id)
      .returning('kind')
      .executeTakeFirstOrThrow(notFound)
    const particulars = { name: bridge.name, kind: row.kind }
    await journal(trx, {
      subject: { kind: 'bridge', id: bridge.id },
      verb: 'bridge.secretRevoked',
      by,
      at,
      particulars,
    })
  })
}

function bridgeToChange(trx: Trx, key: string) {
  return trx.selectFrom('bridges').where('key', '=', key).selectAll().forUpdate().executeTakeFirstOrThrow(notFound)
}
