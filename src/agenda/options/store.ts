import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { whyNotEdit } from '../items/rules.ts'
import { lockItem } from '../items/store.ts'
import { whyNotBring } from '../kinds/rules.ts'
import { termsOf } from '../kinds/store.ts'
import { type bearers, type pers, type shares, whyNotAddOption } from './rules.ts'

interface Brief {
  subject: string
  expert: string
  expertName: string
  /** Ids of the buildings it touches. */
  buildings: readonly number[]
}

/** Keeps whose to decide an item is, whom it touches and what an expert says. Refuses what its meeting may not have before it. */
export async function saveBrief(db: Db, no: number, brief: Brief, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    refuseIf(whyNotEdit(item))
    if (item.standing) refuseIf(whyNotBring(await termsOf(trx, item.standing.id), brief.subject))
    const { subject, expert, expertName } = brief
    const words = { subject, expert, expert_name: expertName }
    await trx.updateTable('agenda_items').set(words).where('id', '=', item.id).execute()
    await trx.deleteFrom('item_buildings').where('item_id', '=', item.id).execute()
    const buildings = [...new Set(brief.buildings)]
    if (buildings.length > 0) {
      const known = await trx.selectFrom('buildings').select('id').where('id', 'in', buildings).execute()
      if (known.length < buildings.length) throw notFound()
      const rows = buildings.map((building_id) => ({ item_id: item.id, building_id }))
      await trx.insertInto('item_buildings').values(rows).execute()
    }
    const particulars = { subject, buildings: buildings.length }
    await journal(trx, { subject: { kind: 'item', id: item.id, no }, verb: 'item.briefed', by, at, particulars })
  })
}

export interface Option {
  /** Of the form it came with; that of an option there is changes it. */
  key: string
  title: string
  timing: string
  /** In 分. */
  cost: number
  per: (typeof pers)[number]
  bearer: (typeof bearers)[number]
  share: (typeof shares)[number]
  pros: string
  cons: string
}

/** Adds an option to an item, or changes the one with this key. The same press again is the same option. */
export async function saveOption(db: Db, no: number, option: Option, by: By, at: Date): Promise<void> {
  const personId = author(by)
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    refuseIf(whyNotEdit(item))
    const { key, ...words } = option
    const others = await trx.selectFrom('item_options').where('item_id', '=', item.id).select('key').execute()
    const known = others.some((other) => other.key === key)
    if (!known) refuseIf(whyNotAddOption(others.length))
    if (known) {
      await trx.updateTable('item_options').set(words).where('key', '=', key).execute()
    } else {
      await trx
        .insertInto('item_options')
        .values({ ...words, key, item_id: item.id, added_at: at, added_by: personId })
        .execute()
    }
    await tell(trx, item, known ? 'item.option_changed' : 'item.option_added', option.title, by, at)
  })
}

/** Takes an option away. Gone twice is gone once. */
export async function removeOption(db: Db, no: number, key: string, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    refuseIf(whyNotEdit(item))
    const gone = await trx
      .deleteFrom('item_options')
      .where('item_id', '=', item.id)
      .where('key', '=', key)
      .returning('title')
      .executeTakeFirst()
    if (gone) await tell(trx, item, 'item.option_removed', gone.title, by, at)
  })
}

async function tell(
  trx: Trx,
  { id, no }: { id: number; no: number },
  verb: 'item.option_added' | 'item.option_changed' | 'item.option_removed',
  option: string,
  by: By,
  at: Date,
): Promise<void> {
  await journal(trx, { subject: { kind: 'item', id, no }, verb, by, at, particulars: { option } })
}
