import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'

export interface Totals {
  units: number
  /** TH, TA: what a vote of all owners is measured against. */
  heads: number
  area: number
  /** Of them, what is not sold or not handed over and so the developer's. */
  developers: number
  developersArea: number
  /** Units of several owners who have not agreed on who votes. */
  undecided: number
}

/**
 * TH and TA as a vote that opened now would freeze them: the same set of owners is one head with all they own, and all
 * that is unsold or not handed over is the developer's one (vote/rules/electorate.ts counts the same). One statement.
 */
export async function totalsOf(db: Db): Promise<Totals> {
  const { rows } = await sql<Totals>`
    with sets as (
      select u.area, u.counts_area, u.counts_head, u.agreed_id, coalesce(o.n, 0) as n, coalesce(case when u.delivered then o.owners end, '{}') as owners
      from units u left join lateral (
        select array_agg(owner_id order by owner_id) as owners, count(*) as n from unit_owners where unit_id = u.id) o on true),
    heads as (
      select owners, bool_or(counts_head) as counts, coalesce(sum(area) filter (where counts_area), 0) as area, count(*) as units
      from sets group by owners)
    select (select count(*) from sets) as units, (count(*) filter (where counts))::int as heads, coalesce(sum(area), 0)::bigint as area,
           coalesce(sum(units) filter (where owners = '{}'), 0)::int as developers,
           coalesce(sum(area) filter (where owners = '{}'), 0)::bigint as "developersArea",
           (select count(*) from sets where n > 1 and agreed_id is null) as undecided
    from heads`.execute(db)
  return rows[0] as Totals
}

/** The buildings of the register in the order people count, with how many units each has and how large they are. */
export async function unitsByBuilding(db: Db) {
  const { rows } = await sql<{ building: string; units: number; area: number; unsold: number }>`
    select building, count(*) as units, sum(area)::bigint as area,
           count(*) filter (where not exists (select from unit_owners where unit_id = u.id)) as unsold
    from units u group by building`.execute(db)
  return rows.sort((a, b) => inOrder(a.building, b.building))
}

/** The units of a building, without a name. */
export async function unitsOf(db: Db, building: string) {
  const { rows } = await sql<{
    id: number
    name: string
    kind: UnitShown['kind']
    area: number
    owners: number
    agreed: boolean
  }>`
    select id, name, kind, area, agreed_id is not null as agreed,
           (select count(*) from unit_owners where unit_id = u.id) as owners
    from units u where building = ${building}`.execute(db)
  if (rows.length === 0) throw notFound()
  return rows.sort((a, b) => inOrder(a.name, b.name))
}

/** 2 before 12, as people count. */
const inOrder = new Intl.Collator('zh', { numeric: true }).compare

export type UnitShown = Awaited<ReturnType<typeof unitShown>>

/** One unit as its page shows it to whoever has not said why she wants to see names. Two statements. */
export async function unitShown(db: Db, id: number) {
  const unit = await db
    .selectFrom('units')
    .where('id', '=', id)
    .select(['id', 'building', 'door', 'name', 'kind', 'area', 'counts_area', 'counts_head', 'delivered'])
    .select((eb) => [
      eb('agreed_id', 'is not', null).as('agreed'),
      eb
        .selectFrom('unit_owners')
        .whereRef('unit_id', '=', 'units.id')
        .select((o) => o.fn.countAll<number>().as('n'))
        .as('owners'),
    ])
    .executeTakeFirstOrThrow(notFound)
  const sales = await db
    .selectFrom('unit_sales')
    .where('unit_id', '=', id)
    .select('recorded_at')
    .orderBy('id', 'desc')
    .limit(5)
    .execute()
  return { ...unit, owners: Number(unit.owners ?? 0), sales: sales.map(({ recorded_at }) => recorded_at) }
}

/** The unit somebody typed ("12-602"), or null. */
export async function unitNamed(db: Db, name: string): Promise<number | null> {
  const unit = await db.selectFrom('units').where('name', '=', name).select('id').executeTakeFirst()
  return unit?.id ?? null
}
