import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import type { Vault } from '../../lib/vault.ts'
import { type Clash, type KnownUnit, type SettledRow, settled, standing, type UnitRow, unitName } from './rules.ts'

/** Who may read and write names: the house's key, and whose names they are. */
export interface Names {
  communityId: number
  vault: Vault
}

/** What a file does, or would do, to the register. */
export interface Comparison {
  added: SettledRow[]
  changed: SettledRow[]
  kept: SettledRow[]
  /** Left as they are: the register has another area, or other owners. */
  clashes: { row: SettledRow; what: Clash; area: number }[]
}

interface Done {
  by?: By
  at: Date
}

const atOnce = 1_000

/** What the same name is known by without being read: a signature only this house can make. */
const markOf = ({ vault, communityId }: Names, name: string): string => vault.sign(`owner ${communityId} ${name}`)

/** What these rows would do to the register; writes nothing. One statement. */
export async function compareUnits(db: Db, names: Names, rows: readonly UnitRow[]): Promise<Comparison> {
  const { rows: units } = await sql<KnownUnit>`
    select u.id, u.name, kind, area, counts_area as "countsArea", counts_head as "countsHead", delivered,
           array(select name_hmac from unit_owners uo join owners o on o.id = uo.owner_id where uo.unit_id = u.id) as owners,
           (select name_hmac from owners o where o.id = u.agreed_id) as agreed
    from units u where u.name = any(${rows.map(unitName)})`.execute(db)
  const known = new Map(units.map((unit) => [unit.name, unit]))
  const result: Comparison = { added: [], changed: [], kept: [], clashes: [] }
  for (const given of rows) {
    const unit = known.get(unitName(given))
    const row = settled(given, unit)
    const stands = standing(row, unit, (name) => markOf(names, name))
    if (!unit || stands === 'new') result.added.push(row)
    else if (stands === 'changed') result.changed.push(row)
    else if (stands === 'kept') result.kept.push(row)
    else result.clashes.push({ row, what: stands, area: unit.area })
  }
  return result
}

/**
 * Brings the rows into the register, in bulk: new units are added, known ones get what else the file says of them; an
 * area or an owner that is there already stays (see `standing`). A unit that is a door of the door register is bound to
 * it. Every unit that changes gets its line in the journal, without a name. Gives what was done.
 */
export async function importUnits(trx: Trx, names: Names, rows: readonly UnitRow[], done: Done): Promise<Comparison> {
  await lockRegister(trx)
  const result = await compareUnits(trx, names, rows)
  const written = [...result.added, ...result.changed]
  const ids = await ownersCalled(trx, names, [...new Set(written.flatMap(({ owners }) => owners))])
  for (const some of chunks(result.added)) await addUnits(trx, some, done)
  for (const some of chunks(result.changed)) await changeUnits(trx, some, done)
  for (const some of chunks(written)) await bindOwners(trx, some, ids)
  return result
}

/** Two changes of the register at once come one after the other: the second compares with what the first has left. */
export async function lockRegister(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('owners'), current_community())`.execute(trx)
}

/** The ids of the owners of these names, new ones sealed and added; and the developer is there from the first one on. */
export async function ownersCalled(trx: Trx, names: Names, called: readonly string[]): Promise<Map<string, number>> {
  await sql`insert into owners (name_sealed) values (null) on conflict (community_id) where name_hmac is null do nothing`.execute(
    trx,
  )
  const marks = new Map(called.map((name) => [markOf(names, name), name]))
  const known = await trx
    .selectFrom('owners')
    .select(['id', 'name_hmac'])
    .where('name_hmac', 'in', marks.size > 0 ? [...marks.keys()] : [''])
    .execute()
  const ids = new Map(known.map(({ id, name_hmac }) => [marks.get(name_hmac ?? '') as string, id]))
  for (const some of chunks([...marks].filter(([, name]) => !ids.has(name)))) {
    const { rows } = await sql<{ id: number; mark: string }>`
      insert into owners (name_sealed, name_hmac)
      select * from unnest(${some.map(([, name]) => names.vault.seal(names.communityId, name))}::bytea[],
                           ${some.map(([mark]) => mark)}::text[])
      returning id, name_hmac as mark`.execute(trx)
    for (const { id, mark } of rows) ids.set(marks.get(mark) as string, id)
  }
  return ids
}

async function addUnits(trx: Trx, rows: readonly SettledRow[], done: Done): Promise<void> {
  await sql`
    with ${file(rows)},
    written as (
      insert into units (building, door, name, kind, area, counts_area, counts_head, delivered, household_id)
      select f.building, f.door, f.building || '-' || f.door, kind, f.area, counts_area, counts_head, delivered, h.id
      from file f left join buildings b on b.name = f.building
      left join households h on h.building_id = b.id and h.door = f.door
      returning id, area)
    ${told('unit.added', done)}`.execute(trx)
}

async function changeUnits(trx: Trx, rows: readonly SettledRow[], done: Done): Promise<void> {
  await sql`
    with ${file(rows)},
    written as (
      update units u set kind = f.kind, counts_area = f.counts_area, counts_head = f.counts_head, delivered = f.delivered
      from file f where u.name = f.building || '-' || f.door
      returning u.id, u.area)
    ${told('unit.changed', done)}`.execute(trx)
}

/** Owners only where there are none; then whom they agreed on. */
async function bindOwners(trx: Trx, rows: readonly SettledRow[], ids: ReadonlyMap<string, number>): Promise<void> {
  const owned = rows.flatMap((row) =>
    row.owners.map((name) => ({ unit: unitName(row), owner: ids.get(name) as number })),
  )
  const agreed = rows.filter((row) => row.agreed !== '')
  await sql`
    insert into unit_owners (unit_id, owner_id)
    select u.id, f.owner from unnest(${owned.map(({ unit }) => unit)}::text[], ${owned.map(({ owner }) => owner)}::int[]) as f(unit, owner)
    join units u on u.name = f.unit
    on conflict do nothing`.execute(trx)
  await sql`
    update units u set agreed_id = f.owner
    from unnest(${agreed.map(unitName)}::text[], ${agreed.map((row) => ids.get(row.agreed))}::int[]) as f(unit, owner)
    where u.name = f.unit`.execute(trx)
}

function file(rows: readonly SettledRow[]) {
  const column = <K extends keyof SettledRow>(name: K) => rows.map((row) => row[name])
  return sql`file as (
    select * from unnest(${column('building')}::text[], ${column('door')}::text[], ${column('kind')}::text[], ${column('area')}::int[],
                         ${column('delivered')}::boolean[], ${column('countsArea')}::boolean[], ${column('countsHead')}::boolean[])
             as f(building, door, kind, area, delivered, counts_area, counts_head))`
}

/** One line of the journal a unit, in the statement that writes them: thousands of them are one trip. */
function told(verb: 'unit.added' | 'unit.changed', { by, at }: Done) {
  return sql`
    insert into journal (at, subject, subject_id, verb, person_id, particulars)
    select ${at}::timestamptz, 'unit', id, ${verb}, ${by?.personId ?? null}::int,
           jsonb_build_object('area', to_char(area / 100.0, 'FM9999990.00'))
    from written`
}

function chunks<Row>(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = []
  for (let at = 0; at < rows.length; at += atOnce) parts.push(rows.slice(at, at + atOnce))
  return parts
}
