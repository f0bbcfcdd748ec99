import { gunzipSync, gzipSync } from 'node:zlib'
import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound } from '../../lib/refusal.ts'
import type { NewArrival } from '../inbox/rules.ts'
import { receive } from '../inbox/store.ts'
import type { Sheet } from './rules.ts'

const day = 24 * 3_600_000

interface Doing {
  by: { personId: number }
  at: Date
}

/** Keeps a file between being sent and being imported, sealed, for a day; gives its key. */
export async function keepSheet(
  db: Db,
  { vault, communityId }: Letterbox,
  { bridgeId, name, sheet }: { bridgeId: number; name: string; sheet: Sheet },
  { by, at }: Doing,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('imports')
      .where('made_at', '<', new Date(at.getTime() - day))
      .execute()
    const packed = gzipSync(JSON.stringify(sheet)).toString('base64')
    const { key } = await trx
      .insertInto('imports')
      .values({
        bridge_id: bridgeId,
        name,
        sheet_sealed: vault.seal(communityId, packed),
        made_by: by.personId,
        made_at: at,
      })
      .returning('key')
      .executeTakeFirstOrThrow()
    return key
  })
}

/** A kept file with the bridge it is for; after a day there is none. One statement. */
export async function keptSheet(db: Db, { vault, communityId }: Letterbox, key: string, at: Date) {
  const row = await db
    .selectFrom('imports')
    .innerJoin('bridges', 'bridges.id', 'imports.bridge_id')
    .select([
      'imports.key',
      'imports.name as file',
      'sheet_sealed',
      'bridges.id as bridgeId',
      'bridges.key as bridgeKey',
    ])
    .select(['bridges.name as bridge', 'bridges.headings', 'bridges.active', 'bridges.kind'])
    .where('imports.key', '=', key)
    .where('made_at', '>=', new Date(at.getTime() - day))
    .executeTakeFirstOrThrow(notFound)
  const { sheet_sealed, ...rest } = row
  const packed = Buffer.from(vault.open(communityId, sheet_sealed), 'base64')
  return { ...rest, sheet: JSON.parse(gunzipSync(packed).toString('utf8')) as Sheet }
}

/** Remembers what the bridge's files call their columns, so that nobody has to say it twice. */
export async function rememberHeadings(
  db: Db,
  bridge: { id: number; headings: Record<string, unknown> },
  headings: Record<string, string | null>,
  { by, at }: Doing,
): Promise<void> {
  const [was, became] = [bridge.headings, headings].map((one) => JSON.stringify(Object.entries(one).toSorted()))
  if (was === became) return
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('bridges')
      .set({ headings: JSON.stringify(headings) })
      .where('id', '=', bridge.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'bridge', id: bridge.id },
      verb: 'bridge.mapped',
      was: was ?? '',
      became: became ?? '',
      by,
      at,
    })
  })
}

/** Brings what a file says into the inbox, all or nothing. What has come before is left as it is: gives how many were new. */
export async function importArrivals(
  db: Db,
  letterbox: Letterbox,
  bridgeId: number,
  arrivals: readonly NewArrival[],
  { by, at }: Doing,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { size } = await receive(trx, letterbox, bridgeId, arrivals, at)
    if (size > 0)
      await journal(trx, {
        subject: { kind: 'bridge', id: bridgeId },
        verb: 'bridge.imported',
        by,
        at,
        particulars: { n: size },
      })
    return size
  })
}
