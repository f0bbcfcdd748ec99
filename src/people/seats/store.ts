import { type Insertable, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Database, Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { type Colour, faultsOf, moved, presetA, type SeatDraft, whyNotAdd, whyNotRemove } from './rules.ts'

export interface SeatInput extends SeatDraft {
  nameEn: string
  colour: Colour
  voting: boolean
  required: boolean
  /** Where it stands round the table, from 1. */
  place: number
}

/** The seats in their order, each with who speaks for it. One statement. */
export async function seatsWithHolders(db: Db) {
  return db
    .selectFrom('seats')
    .selectAll('seats')
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('seat_holders as h')
          .innerJoin('people as p', 'p.id', 'h.person_id')
          .whereRef('h.seat_id', '=', 'seats.id')
          .where('h.meeting_id', 'is', null)
          .select(['p.id', 'p.name', 'p.post', 'h.rank'])
          .orderBy('h.rank'),
      ).as('holders'),
    )
    .orderBy('position')
    .execute()
}

/** Who may be put on a seat: people who have a post, a part to play, or a seat already; not every resident. */
export async function candidates(db: Db) {
  return db
    .selectFrom('people as p')
    .select(['p.id', 'p.name', 'p.post'])
    .where('p.left_at', 'is', null)
    .where(
      sql<boolean>`(p.post <> '' or exists (select from person_roles r where r.person_id = p.id and r.role <> 'resident') or exists (select from seat_holders h where h.person_id = p.id))`,
    )
    .orderBy('p.name')
    .orderBy('p.id')
    .execute()
}

/** The five usual parties (preset A), for a community that has no seats yet. */
export async function takePreset(db: Db, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const seats = await lockSeats(trx)
    if (seats.length > 0) throw new Refusal('seats.presetLate')
    for (const [index, { nameEn, ...party }] of presetA.entries()) {
      const { id } = await trx
        .insertInto('seats')
        .values({ ...party, name_en: nameEn, position: index + 1, vacant_since: null })
        .returning('id')
        .executeTakeFirstOrThrow()
      await tellSeat(trx, id, 'seat.added', party.name, by, at)
    }
  })
}

/** Adds a seat, or changes one, with its place and its holders. Gives its id. */
export async function saveSeat(db: Db, id: number | null, seat: SeatInput, by: By, at: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const seats = await lockSeats(trx)
    const before = seats.find((other) => other.id === id)
    if (id !== null && !before) throw notFound()
    if (id === null) refuseIf(whyNotAdd(seats))
    refuseIf(Object.values(faultsOf(seat, seats, id))[0] ?? null)
    const row = {
      name: seat.name,
      name_en: seat.nameEn,
      character: seat.character,
      colour: seat.colour,
      voting: seat.voting,
      required: seat.required,
      vacant_since: seat.vacant ? (before?.vacant_since ?? at) : null,
    }
    const seatId = before?.id ?? (await insertSeat(trx, row, seats.length + 1))
    if (before) await trx.updateTable('seats').set(row).where('id', '=', seatId).execute()
    const order = seats.map((other) => other.id)
    await setOrder(trx, moved(before ? order : [...order, seatId], seatId, seat.place))
    await setHolders(trx, seatId, seat.holders)
    await tellSeat(trx, seatId, before ? 'seat.changed' : 'seat.added', seat.name, by, at)
    return seatId
  })
}

/** Takes a seat away; refuses where the papers of the community name it already. */
export async function removeSeat(db: Db, id: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const seats = await lockSeats(trx)
    const seat = seats.find((other) => other.id === id)
    if (!seat) throw notFound()
    refuseIf(whyNotRemove(seats))
    await trx.deleteFrom('seat_holders').where('seat_id', '=', id).execute()
    // Which papers may name a seat is not this stage's to know; the database does, by its foreign keys.
    await trx
      .deleteFrom('seats')
      .where('id', '=', id)
      .execute()
      .catch((error: { code?: string }) => {
        throw error.code === '23503' ? new Refusal('seats.used') : error
      })
    await setOrder(
      trx,
      seats.map((other) => other.id).filter((other) => other !== id),
    )
    await tellSeat(trx, id, 'seat.removed', seat.name, by, at)
  })
}

/** All seats in their order, locked: the rules speak of all of them, so two changes come one after the other. */
async function lockSeats(trx: Trx) {
  // Rows alone would not do: a community without seats has none to lock, and a new one would slip in beside them.
  await sql`select pg_advisory_xact_lock(hashtext('seats'), current_community())`.execute(trx)
  return trx
    .selectFrom('seats')
    .select(['id', 'name', 'character', 'vacant_since'])
    .orderBy('position')
    .forUpdate()
    .execute()
}

async function insertSeat(trx: Trx, row: Omit<Insertable<Database['seats']>, 'position'>, position: number) {
  const { id } = await trx
    .insertInto('seats')
    .values({ ...row, position })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

async function setOrder(trx: Trx, order: readonly number[]): Promise<void> {
  await sql`
    update seats set position = f.place
    from unnest(${order}::int[]) with ordinality as f(id, place)
    where seats.id = f.id`.execute(trx)
}

async function setHolders(trx: Trx, seatId: number, holders: SeatDraft['holders']): Promise<void> {
  const rows = holders.flatMap((person, rank) =>
    person === null ? [] : [{ seat_id: seatId, person_id: person, rank }],
  )
  const ids = rows.map((row) => row.person_id)
  const ranks = rows.map((row) => row.rank)
  // Who stands in for a meeting stays, unless he, or his place, is somebody's for good now.
  await trx
    .deleteFrom('seat_holders')
    .where('seat_id', '=', seatId)
    .where((eb) =>
      eb.or([eb('meeting_id', 'is', null), eb('person_id', 'in', [...ids, 0]), eb('rank', 'in', [...ranks, -1])]),
    )
    .execute()
  if (rows.length === 0) return
  const here = await trx.selectFrom('people').select('id').where('id', 'in', ids).where('left_at', 'is', null).execute()
  if (here.length < ids.length) throw notFound()
  await trx.insertInto('seat_holders').values(rows).execute()
}

async function tellSeat(trx: Trx, id: number, verb: string, name: string, by: By, at: Date): Promise<void> {
  await journal(trx, { subject: { kind: 'seat', id }, verb, by, at, particulars: { name } })
}
