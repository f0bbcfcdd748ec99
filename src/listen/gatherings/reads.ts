import { type ExpressionBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Database, Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { tagOf } from './rules.ts'

const linesShown = 200
const linesOnTheWall = 7

type OfGathering = ExpressionBuilder<Database & { g: Database['gatherings'] }, 'g'>

/** The gatherings, newest first, with how many voices each heard. One statement. */
export async function gatheringsHeld(db: Db) {
  return db
    .selectFrom('gatherings as g')
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.announced_at', 'g.called_off_at'])
    .select([voices.as('voices'), taken.as('taken'), waiting.as('waiting')])
    .orderBy('g.held_at', 'desc')
    .orderBy('g.id', 'desc')
    .limit(200)
    .execute()
}

/** One gathering as the note-takers see it: lines, newest first, and whom a tag may mean. One statement. */
export async function notesOf(db: Db, no: number) {
  const gathering = await db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.announced_at', 'g.board_key'])
    .select((eb) => [
      'g.called_off_at',
      'g.called_off_why',
      'g.moved_at',
      voices.as('voices'),
      here.as('here'),
      jsonArrayFrom(
        eb
          .selectFrom('gathering_lines as l')
          .leftJoin('gathering_signups as s', 's.id', 'l.signup_id')
          .leftJoin('households as h', 'h.id', 's.household_id')
          .leftJoin('buildings as b', 'b.id', 'h.building_id')
          .leftJoin('people as p', 'p.id', 'l.noted_by')
          .leftJoin('filings as f', 'f.id', 'l.filing_id')
          .whereRef('l.gathering_id', '=', 'g.id')
          .where((one) => one.or([one('l.gone', 'is', null), one('l.gone', '=', 'struck')]))
          .select(['l.key', 'l.nth', 'l.words', 'l.speaker', 'l.rev', 'l.gone', 'l.noted_at', 'l.noted_by'])
          .select(['s.nth as who', 's.name', 'b.name as building', 'h.door', 'p.name as recorder'])
          .select(['f.no as filing', 'f.filed_at'])
          .orderBy('l.nth', 'desc')
          .limit(linesShown),
      ).as('lines'),
      jsonArrayFrom(attendees(eb)).as('attendees'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return {
    ...gathering,
    attendees: gathering.attendees.map(tagOf),
    lines: gathering.lines.map((line) => ({
      ...line,
      noted_at: new Date(line.noted_at),
      filed_at: line.filed_at && new Date(line.filed_at),
      speaker: line.who === null ? line.speaker : tagOf({ ...line, nth: line.who, name: line.name ?? '' }),
    })),
  }
}

/** What stands on the room's screen: the last lines without whose they are, and the way to say "I am here". One statement. */
export async function boardOf(db: Db, no: number) {
  const gathering = await db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .select(['g.no', 'g.title', 'g.closed_at', 'g.called_off_at', 'g.board_key', 'g.door_key'])
    .select((eb) => [
      voices.as('voices'),
      here.as('here'),
      jsonArrayFrom(
        eb
          .selectFrom('gathering_lines as l')
          .whereRef('l.gathering_id', '=', 'g.id')
          .where('l.gone', 'is', null)
          .select(['l.nth', 'l.words', 'l.rev'])
          .orderBy('l.nth', 'desc')
          .limit(linesOnTheWall),
      ).as('lines'),
    ])
    .executeTakeFirst()
  return gathering ?? null
}

/** One line, to be corrected. One statement. */
export async function lineOf(db: Db, no: number, key: string) {
  const line = await db
    .selectFrom('gathering_lines as l')
    .innerJoin('gatherings as g', 'g.id', 'l.gathering_id')
    .leftJoin('gathering_signups as s', 's.id', 'l.signup_id')
    .leftJoin('households as h', 'h.id', 's.household_id')
    .leftJoin('buildings as b', 'b.id', 'h.building_id')
    .where('g.no', '=', no)
    .where('l.key', '=', key)
    .select([
      'g.no',
      'g.title',
      'g.closed_at',
      'g.called_off_at',
      'l.key',
      'l.nth',
      'l.words',
      'l.speaker',
      'l.rev',
      'l.gone',
    ])
    .select(['s.nth as who', 's.name', 'b.name as building', 'h.door'])
    .select((eb) => jsonArrayFrom(attendees(eb)).as('attendees'))
    .executeTakeFirstOrThrow(notFound)
  return {
    ...line,
    speaker: line.who === null ? line.speaker : tagOf({ ...line, nth: line.who, name: line.name ?? '' }),
    attendees: line.attendees.map(tagOf),
  }
}

/** The list at the door: who signed up, who is there. One statement. */
export async function listOf(db: Db, no: number) {
  return db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .select(['g.no', 'g.title', 'g.closed_at', 'g.called_off_at', 'g.called_off_why', 'g.places'])
    .select((eb) => [
      taken.as('taken'),
      waiting.as('waiting'),
      here.as('here'),
      jsonArrayFrom(
        attendees(eb).select([
          's.key',
          's.arrived_at',
          's.waiting_since',
          sql<boolean>`s.phone_sealed is not null`.as('phoned'),
        ]),
      ).as('signups'),
      jsonArrayFrom(eb.selectFrom('buildings as b').select('b.name').orderBy('b.position').orderBy('b.name')).as(
        'buildings',
      ),
    ])
    .executeTakeFirstOrThrow(notFound)
}

/** What may still be changed about one. One statement. */
export async function planOf(db: Db, no: number) {
  return db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.places', 'g.rev', 'g.called_off_at'])
    .select([taken.as('taken'), waiting.as('waiting'), voices.as('voices')])
    .executeTakeFirstOrThrow(notFound)
}

/** The gathering whose room this code hangs in. One statement. */
export async function roomBehind(db: Db, no: number, door: string) {
  return db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .where('g.door_key', '=', door)
    .select(['g.no', 'g.title', 'g.place', 'g.held_at', 'g.closed_at', 'g.called_off_at', 'g.door_key'])
    .executeTakeFirstOrThrow(notFound)
}

/** The door somebody names; null for one that is not ours. */
export async function householdAt(db: Db, building: string, door: string): Promise<number | null> {
  const row = await db
    .selectFrom('households as h')
    .innerJoin('buildings as b', 'b.id', 'h.building_id')
    .select('h.id')
    .where('b.name', '=', building)
    .where('h.door', '=', door)
    .executeTakeFirst()
  return row?.id ?? null
}

export const buildingsOf = (db: Db) => db.selectFrom('buildings').select(['id', 'name']).orderBy('position').execute()

export const voices = sql<number>`(select count(*)::int from gathering_lines l where l.gathering_id = g.id and l.gone is null)`
export const taken = sql<number>`(select count(*)::int from gathering_signups s where s.gathering_id = g.id
  and s.withdrawn_at is null and s.waiting_since is null)`
export const waiting = sql<number>`(select count(*)::int from gathering_signups s where s.gathering_id = g.id
  and s.withdrawn_at is null and s.waiting_since is not null)`
const here = sql<number>`(select count(*)::int from gathering_signups s
  where s.gathering_id = g.id and s.withdrawn_at is null and s.arrived_at is not null)`
const attendees = (eb: OfGathering) =>
  eb
    .selectFrom('gathering_signups as s')
    .leftJoin('households as h', 'h.id', 's.household_id')
    .leftJoin('buildings as b', 'b.id', 'h.building_id')
    .whereRef('s.gathering_id', '=', 'g.id')
    .where('s.withdrawn_at', 'is', null)
    .select(['s.nth', 's.name', 'b.name as building', 'h.door'])
    .orderBy('s.nth')
