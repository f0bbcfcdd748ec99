import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { sha256Hex } from '../../lib/tokens.ts'
import { addMessage, takeFiling } from '../filings/store.ts'
import { type AsideReason, buildingIn, inParts, type NewArrival, placeWithin } from './rules.ts'

/** By what we know that the same has been here: its number over there, or, where it has none, what it says. */
export function fingerprintOf({ sameAs, externalNo, words, place, name, saidAt }: NewArrival): string {
  if (sameAs !== undefined) return `same ${sha256Hex(sameAs)}`
  if (externalNo !== '') return `no ${externalNo}`
  return `words ${sha256Hex(JSON.stringify([words, place, name, saidAt?.getTime() ?? null]))}`
}

const atOnce = 500

/**
 * Takes in what came over a bridge, in bulk. What has been here before is left out: gives the ids of what is new, by
 * fingerprint.
 */
export async function receive(
  trx: Trx,
  { communityId, vault }: Letterbox,
  bridgeId: number,
  arrivals: readonly NewArrival[],
  at: Date,
): Promise<Map<string, { id: number; key: string }>> {
  const taken = new Map<string, { id: number; key: string }>()
  for (let from = 0; from < arrivals.length; from += atOnce) {
    const rows = arrivals.slice(from, from + atOnce).map((arrival) => ({
      bridge_id: bridgeId,
      external_no: arrival.externalNo,
      fingerprint: fingerprintOf(arrival),
      words: arrival.words,
      place: arrival.place,
      category: arrival.category,
      sender_sealed:
        arrival.name || arrival.phone
          ? vault.seal(communityId, JSON.stringify({ name: arrival.name, phone: arrival.phone }))
          : null,
      photo_key: arrival.photoKey ?? null,
      media_url: arrival.mediaUrl ?? '',
      point: arrival.point ?? '',
      said_at: arrival.saidAt,
      arrived_at: at,
      state: arrival.aside ? ('aside' as const) : ('waiting' as const),
      reason: arrival.aside ?? null,
      filing_id: null,
      decided_by: null,
      decided_at: arrival.aside ? at : null,
    }))
    const written = await trx
      .insertInto('arrivals')
      .values(rows)
      .onConflict((oc) => oc.columns(['community_id', 'bridge_id', 'fingerprint']).doNothing())
      .returning(['id', 'key', 'fingerprint'])
      .execute()
    for (const { fingerprint, id, key } of written) taken.set(fingerprint, { id, key })
  }
  return taken
}

/** Which of these fingerprints have come over the bridge already. One statement. */
export async function seenBefore(db: Db, bridgeId: number, fingerprints: readonly string[]): Promise<Set<string>> {
  if (fingerprints.length === 0) return new Set()
  const rows = await db
    .selectFrom('arrivals')
    .select('fingerprint')
    .where('bridge_id', '=', bridgeId)
    .where(sql<boolean>`fingerprint = any(${fingerprints})`)
    .execute()
  return new Set(rows.map(({ fingerprint }) => fingerprint))
}

const anHour = 3_600_000

/**
 * Seconds until a bridge may send again; 0: now. The bridge's row is locked, so that of two who come at once with the
 * last place the second waits and is refused. What people bring over the same bridge by hand (a file, a paste) does not
 * count against a program that calls: then its calls are counted instead of what arrived.
 */
export async function secondsToWait(
  trx: Trx,
  bridge: { id: number; per_hour: number },
  at: Date,
  counted: 'arrivals' | 'calls' = 'arrivals',
): Promise<number> {
  await trx.selectFrom('bridges').select('id').where('id', '=', bridge.id).forNoKeyUpdate().execute()
  const since = new Date(at.getTime() - anHour)
  const { rows } = await sql<{ at: Date }>`
    select ${sql.ref(counted === 'calls' ? 'at' : 'arrived_at')} as at from ${sql.table(counted === 'calls' ? 'hook_calls' : 'arrivals')}
    where bridge_id = ${bridge.id} and ${sql.ref(counted === 'calls' ? 'at' : 'arrived_at')} > ${since}
    order by 1 desc offset ${bridge.per_hour - 1} limit 1`.execute(trx)
  const edge = rows[0]
  return edge ? Math.max(1, Math.ceil((edge.at.getTime() + anHour - at.getTime()) / 1000)) : 0
}

interface Deciding {
  by: { personId: number }
  at: Date
}

/** `text`: whether who left a phone is written to. She left it with somebody else, so only when the desk says so. */
type Filing = Deciding & { text: boolean }

/** Makes filings of what waits, each with the words as they came. What somebody else decided meanwhile stays as it is. */
export async function fileArrivals(
  trx: Trx,
  letterbox: Letterbox,
  which: { keys: readonly string[] } | { ids: readonly number[] },
  { by, at, text }: Filing,
): Promise<number[]> {
  const waiting = await trx
    .selectFrom('arrivals')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('keys' in which ? sql<boolean>`key = any(${which.keys}::uuid[])` : sql<boolean>`id = any(${which.ids})`)
    .orderBy('id')
    .forUpdate()
    .execute()
  if (waiting.length === 0) return []
  const buildings = await trx.selectFrom('buildings').select(['id', 'name']).execute()
  const numbers: number[] = []
  for (const arrival of waiting) {
    const sender = openSender(letterbox, arrival.sender_sealed)
    const [words, ...more] = inParts(arrival.words)
    const buildingId = buildingIn(arrival.place, buildings)
    const filing = await takeFiling(
      trx,
      letterbox,
      {
        key: arrival.key,
        channel: 'bridge',
        words,
        place: buildingId === null ? arrival.place : placeWithin(arrival.place),
        buildingId,
        householdId: null,
        surname: [...sender.name].slice(0, 20).join(''),
        nameShown: false,
        phone: sender.phone,
        quiet: !text,
        locale: 'zh',
        recordedBy: by.personId,
        ...(arrival.photo_key && { photoKey: arrival.photo_key }),
      },
      by,
      at,
    )
    const link = [arrival.point, arrival.media_url].filter(Boolean).join('\n')
    for (const rest of link === '' ? more : [...more, link])
      await addMessage(trx, { filingId: filing.id, personId: null, words: rest, at })
    await trx
      .updateTable('arrivals')
      .set({ state: 'filed', filing_id: filing.id, decided_by: by.personId, decided_at: at })
      .where('id', '=', arrival.id)
      .execute()
    numbers.push(filing.no)
  }
  return numbers
}

/** Sets aside what waits, with a reason. It stays findable. Gives how many it were. */
export async function setAside(db: Db, keys: readonly string[], reason: AsideReason, { by, at }: Deciding) {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .updateTable('arrivals')
      .set({ state: 'aside', reason, decided_by: by.personId, decided_at: at })
      .where('state', '=', 'waiting')
      .where(sql<boolean>`key = any(${keys}::uuid[])`)
      .returning('bridge_id')
      .execute()
    for (const bridgeId of new Set(rows.map((row) => row.bridge_id))) {
      const n = rows.filter((row) => row.bridge_id === bridgeId).length
      const particulars = { n, reason }
      await journal(trx, { subject: { kind: 'bridge', id: bridgeId }, verb: 'bridge.setAside', by, at, particulars })
    }
    return rows.length
  })
}

/** Who sent it; for the desk, never for a page that is open to others. */
export function openSender({ communityId, vault }: Letterbox, sealed: Buffer | null): { name: string; phone: string } {
  return sealed ? JSON.parse(vault.open(communityId, sealed)) : { name: '', phone: '' }
}
