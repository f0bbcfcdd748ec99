import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { squareMetres } from '../lines/rules.ts'
import { lockRegister, type Names, ownersCalled } from './store.ts'

/** What happens to one unit after it was brought in, and who looks at the names beside it. */

interface Act {
  /** The unit's id. */
  id: number
  by: By
  at: Date
}

export interface NamedOwner {
  id: number
  name: string
  agreed: boolean
}

/** Opens the names beside a unit for somebody who says why; the look leaves a line (domain 3.11). */
export async function revealOwners(db: Db, names: Names, { id, by, at }: Act, purpose: string): Promise<NamedOwner[]> {
  return db.transaction().execute(async (trx) => {
    const unit = await lockUnit(trx, id)
    await logNames(trx, `unit:${unit.name}`, by, at, purpose)
    return namedOwners(trx, names, unit)
  })
}

/** A line in the access log: names of owners were read, whose, and what for. */
export async function logNames(trx: Trx, subject: string, by: By, at: Date, purpose: string): Promise<void> {
  await trx
    .insertInto('access_log')
    .values({ at, person_id: author(by), subject, fields: ['owner'], purpose })
    .execute()
}

async function namedOwners(trx: Trx, { vault, communityId }: Names, unit: { id: number; agreed_id: number | null }) {
  const owners = await trx
    .selectFrom('unit_owners')
    .innerJoin('owners', 'owners.id', 'unit_owners.owner_id')
    .where('unit_id', '=', unit.id)
    .select(['owners.id', 'name_sealed'])
    .orderBy('owners.id')
    .execute()
  return owners.map(({ id, name_sealed }) => ({
    id,
    name: name_sealed ? vault.open(communityId, name_sealed) : '',
    agreed: id === unit.agreed_id,
  }))
}

export interface UnitTerms {
  area: number
  countsArea: boolean
  countsHead: boolean
  delivered: boolean
}

/** 更正: the area as the deed says, and what the estate's own rules let count. */
export async function changeUnit(db: Db, { id, by, at }: Act, terms: UnitTerms): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const unit = await lockUnit(trx, id)
    await trx
      .updateTable('units')
      .set({
        area: terms.area,
        counts_area: terms.countsArea,
        counts_head: terms.countsHead,
        delivered: terms.delivered,
      })
      .where('id', '=', id)
      .execute()
    const was = {
      area: unit.area,
      countsArea: unit.counts_area,
      countsHead: unit.counts_head,
      delivered: unit.delivered,
    }
    await journal(trx, {
      subject: { kind: 'unit', id },
      verb: 'unit.changed',
      was: JSON.stringify(was),
      became: JSON.stringify(terms),
      by,
      at,
      particulars: { area: squareMetres(terms.area) },
    })
  })
}

/** 推选投票人: whom the co-owners of a unit named; null: nobody. Refuses who owns no part of it. */
export async function agreeOn(db: Db, { id, by, at }: Act, ownerId: number | null): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const unit = await lockUnit(trx, id)
    const owns = await trx
      .selectFrom('unit_owners')
      .where('unit_id', '=', id)
      .where('owner_id', '=', ownerId ?? 0)
      .select('owner_id')
      .executeTakeFirst()
    if (ownerId !== null && !owns) throw new Refusal('owners.notOwner', 422)
    if (unit.agreed_id === ownerId) return
    await trx.updateTable('units').set({ agreed_id: ownerId }).where('id', '=', id).execute()
    const verb = ownerId === null ? 'unit.disagreed' : 'unit.agreed'
    await journal(trx, { subject: { kind: 'unit', id }, verb, by, at })
  })
}

/**
 * 换业主: after a sale the first of the new owners speaks for the unit in a vote that is under way, where the old ones
 * have not voted (domain 3.6). A mistake that is put right leaves such a vote as its roll was frozen.
 */
export async function changeOwners(
  db: Db,
  names: Names,
  { id, by, at }: Act,
  { called, why }: { called: readonly string[]; why: 'sale' | 'mistake' },
): Promise<void> {
  const person = author(by)
  await db.transaction().execute(async (trx) => {
    await lockRegister(trx)
    await lockUnit(trx, id)
    const ids = await ownersCalled(trx, names, called)
    const owners = called.map((name) => ids.get(name) as number)
    await trx.updateTable('units').set({ agreed_id: null }).where('id', '=', id).execute()
    await trx.deleteFrom('unit_owners').where('unit_id', '=', id).execute()
    for (const owner of owners) await trx.insertInto('unit_owners').values({ unit_id: id, owner_id: owner }).execute()
    const [speaks] = owners
    if (why === 'sale' && speaks !== undefined)
      await trx
        .insertInto('unit_sales')
        .values({ unit_id: id, owner_id: speaks, recorded_at: at, recorded_by: person })
        .execute()
    const verb = why === 'sale' ? 'unit.sold' : 'unit.corrected'
    await journal(trx, { subject: { kind: 'unit', id }, verb, by, at, particulars: { owners: owners.length } })
  })
}

async function lockUnit(trx: Trx, id: number) {
  return trx.selectFrom('units').where('id', '=', id).selectAll().forUpdate().executeTakeFirstOrThrow(notFound)
}
