import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import { doorKey, type KnownDoor, type RegisterRow, standing } from './rules.ts'

interface Clash {
  row: RegisterRow
  /** The area the register already has, in 0.01 m². */
  area: number
}

/** What a file does, or would do, to the register. */
export interface Comparison {
  added: RegisterRow[]
  changed: (RegisterRow & { id: number })[]
  /** Doors that were there already, word for word. */
  kept: RegisterRow[]
  /** Doors whose area in the register is another one; left as they are. */
  clashes: Clash[]
}

interface Done {
  by?: By
  /** Left out: the database's clock. */
  at?: Date
}

const atOnce = 1_000

/** What these rows would do to the register; writes nothing. One statement. */
export async function compareRegister(db: Db, rows: readonly RegisterRow[]): Promise<Comparison> {
  const buildings = [...new Set(rows.map((row) => row.building))]
  const { rows: doors } = await sql<KnownDoor & { id: number }>`
    select h.id, b.name as building, s.name as stairwell, h.floor, h.door, h.area, h.owner_heads as "ownerHeads"
    from buildings b join households h on h.building_id = b.id left join stairwells s on s.id = h.stairwell_id
    where b.name = any(${buildings})`.execute(db)
  const known = new Map(doors.map((door) => [doorKey(door), door]))
  const result: Comparison = { added: [], changed: [], kept: [], clashes: [] }
  for (const row of rows) {
    const door = known.get(doorKey(row))
    const stands = standing(row, door)
    if (!door || stands === 'new') result.added.push(row)
    else if (stands === 'changed') result.changed.push({ ...row, id: door.id })
    else if (stands === 'clash') result.clashes.push({ row, area: door.area })
    else result.kept.push(row)
  }
  return result
}

/**
 * Brings the rows into the register, in bulk: new doors are added, known ones get what else the file says of them, and
 * an area that is already there stays (see `standing`). Buildings and stairwells are made as they come up. Every door
 * that changes gets its line in the journal. Gives what was done.
 */
export async function importRegister(trx: Trx, rows: readonly RegisterRow[], done: Done = {}): Promise<Comparison> {
  // Two files at once come one after the other: the second compares with what the first has left.
  await sql`select pg_advisory_xact_lock(hashtext('register'), current_community())`.execute(trx)
  const result = await compareRegister(trx, rows)
  const written = [...result.added, ...result.changed]
  await addBuildings(trx, written)
  await addStairwells(trx, written)
  for (const some of chunks(result.added)) await addDoors(trx, some, done)
  for (const some of chunks(result.changed)) await changeDoors(trx, some, done)
  return result
}

async function addBuildings(trx: Trx, rows: readonly RegisterRow[]): Promise<void> {
  // 2 before 12, as people count; new ones stand behind those that are there.
  const names = [...new Set(rows.map((row) => row.building))].sort(new Intl.Collator('zh', { numeric: true }).compare)
  await sql`
    insert into buildings (name, position)
    select name, (select coalesce(max(position), 0) from buildings) + place
    from unnest(${names}::text[]) with ordinality as f(name, place)
    on conflict do nothing`.execute(trx)
}

async function addStairwells(trx: Trx, rows: readonly RegisterRow[]): Promise<void> {
  const named = [
    ...new Map(rows.filter((row) => row.stairwell).map((row) => [`${row.building}\n${row.stairwell}`, row])).values(),
  ]
  if (named.length === 0) return
  await sql`
    insert into stairwells (building_id, name)
    select b.id, f.name
    from unnest(${named.map((row) => row.building)}::text[], ${named.map((row) => row.stairwell)}::text[]) as f(building, name)
    join buildings b on b.name = f.building
    on conflict do nothing`.execute(trx)
}

async function addDoors(trx: Trx, rows: readonly RegisterRow[], done: Done): Promise<void> {
  await sql`
    with ${file(rows)},
    written as (
      insert into households (building_id, stairwell_id, floor, door, area, owner_heads)
      select b.id, s.id, f.floor, f.door, f.area, coalesce(f.heads, 1)
      from file f join buildings b on b.name = f.building
      left join stairwells s on s.building_id = b.id and s.name = f.stairwell
      on conflict do nothing
      returning id, area)
    ${told('register.added', done)}`.execute(trx)
}

async function changeDoors(trx: Trx, rows: Comparison['changed'], done: Done): Promise<void> {
  await sql`
    with ${file(rows)},
    ids as (select * from unnest(${rows.map((row) => row.id)}::int[]) with ordinality as i(id, n)),
    written as (
      update households h
      set floor = f.floor, stairwell_id = coalesce(s.id, h.stairwell_id), owner_heads = coalesce(f.heads, h.owner_heads)
      from ids i join file f using (n)
      join buildings b on b.name = f.building
      left join stairwells s on s.building_id = b.id and s.name = f.stairwell
      where h.id = i.id and h.area = f.area
      returning h.id, h.area)
    ${told('register.changed', done)}`.execute(trx)
}

function file(rows: readonly RegisterRow[]) {
  const column = <K extends keyof RegisterRow>(name: K) => rows.map((row) => row[name])
  return sql`file as (
    select * from unnest(${column('building')}::text[], ${column('stairwell')}::text[], ${column('floor')}::int[],
                         ${column('door')}::text[], ${column('area')}::int[], ${column('ownerHeads')}::int[])
             with ordinality as f(building, stairwell, floor, door, area, heads, n))`
}

/** One line of the journal a door, in the same statement as the doors: thousands of them are one trip. */
function told(verb: 'register.added' | 'register.changed', { by, at }: Done) {
  return sql`
    insert into journal (at, subject, subject_id, verb, person_id, particulars)
    select coalesce(${at ?? null}::timestamptz, now()), 'household', id, ${verb}, ${by?.personId ?? null}::int,
           jsonb_build_object('area', to_char(area / 100.0, 'FM9999990.00'))
    from written`
}

function chunks<Row>(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = []
  for (let at = 0; at < rows.length; at += atOnce) parts.push(rows.slice(at, at + atOnce))
  return parts
}

/** How many doors and buildings the register holds. */
export async function registerSize(db: Db) {
  return db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('buildings')
        .select((b) => b.fn.countAll<number>().as('n'))
        .as('buildings'),
      eb
        .selectFrom('households')
        .select((h) => h.fn.countAll<number>().as('n'))
        .as('doors'),
    ])
    .executeTakeFirstOrThrow()
}
