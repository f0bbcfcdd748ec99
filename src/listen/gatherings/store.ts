import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { Locale } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { takeFiling } from '../filings/store.ts'
import { whyNotNote, whyNotTakeBack } from './rules.ts'

interface By {
  personId: number
}

const linesShown = 200

/** The gatherings, newest first, with how many voices each heard. One statement. */
export async function gatheringsHeld(db: Db) {
  return db
    .selectFrom('gatherings as g')
    .select((eb) => [
      'g.no',
      'g.title',
      'g.place',
      'g.held_at',
      'g.closed_at',
      eb
        .selectFrom('filings as f')
        .whereRef('f.gathering_id', '=', 'g.id')
        .where('f.state', '<>', 'withdrawn')
        .select((f) => sql<number>`${f.fn.countAll()}::int`.as('n'))
        .as('voices'),
    ])
    .orderBy('g.held_at', 'desc')
    .orderBy('g.id', 'desc')
    .limit(200)
    .execute()
}

/** One gathering with its lines, newest first, and the buildings a speaker may come from. One statement. */
export async function gatheringByNo(db: Db, no: number) {
  const gathering = await db
    .selectFrom('gatherings as g')
    .where('g.no', '=', no)
    .select((eb) => [
      'g.no',
      'g.title',
      'g.place',
      'g.held_at',
      'g.closed_at',
      eb
        .selectFrom('filings as f')
        .whereRef('f.gathering_id', '=', 'g.id')
        .where('f.state', '<>', 'withdrawn')
        .select((f) => sql<number>`${f.fn.countAll()}::int`.as('n'))
        .as('voices'),
      jsonArrayFrom(
        eb
          .selectFrom('filings as f')
          .leftJoin('households as h', 'h.id', 'f.household_id')
          .leftJoin('buildings as b', 'b.id', 'f.building_id')
          .leftJoin('people as p', 'p.id', 'f.recorded_by')
          .whereRef('f.gathering_id', '=', 'g.id')
          .where('f.state', '<>', 'withdrawn')
          .select(['f.key', 'f.no', 'f.words', 'f.state', 'b.name as building', 'h.door', 'p.name as recorder'])

          .select(['f.filed_at', 'f.recorded_by', sql<boolean>`f.phone_sealed is not null`.as('phoned')])
          .orderBy('f.id', 'desc')
          .limit(linesShown),
      ).as('lines'),
      jsonArrayFrom(eb.selectFrom('buildings as b').select('b.name').orderBy('b.position').orderBy('b.name')).as(
        'buildings',
      ),
    ])
    .executeTakeFirstOrThrow(notFound)
  const lines = gathering.lines.map((line) => ({ ...line, filed_at: new Date(line.filed_at) }))
  return { ...gathering, lines, voices: gathering.voices ?? 0 }
}

/** Opens a gathering and gives its number. The same one asked for twice, by a second press, is one. */
export async function openGathering(
  db: Db,
  { title, place, heldAt }: { title: string; place: string; heldAt: Date },
  by: By,
  at: Date,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    // Her own row is the queue: two presses of one button come one after the other.
    await trx
      .selectFrom('people')
      .select('id')
      .where('id', '=', by.personId)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const same = await trx
      .selectFrom('gatherings')
      .select('no')
      .where('title', '=', title)
      .where('place', '=', place)
      .where('held_at', '=', heldAt)
      .where('created_by', '=', by.personId)
      .where('closed_at', 'is', null)
      .executeTakeFirst()
    if (same) return same.no
    const { id, no } = await trx
      .insertInto('gatherings')
      .values({
        title,
        place,
        held_at: heldAt,
        created_by: by.personId,
        created_at: at,
        closed_at: null,
        closed_by: null,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    await journal(trx, {
      subject: { kind: 'gathering', id, no },
      verb: 'gathering.opened',
      by,
      at,
      particulars: { title },
    })
    return no
  })
}

export interface NewLine {
  /** Made by the sender: the same line sent twice is one line. */
  key: string
  words: string
  /** Where the speaker lives, when she says so; null: she does not. */
  household: { id: number; buildingId: number } | null
  phone: string
  locale: Locale
}

/** Files one voice. Refuses when the gathering is over. */
export async function noteLine(
  db: Db,
  letterbox: Letterbox,
  no: number,
  line: NewLine,
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    // Looked up under the lock, before the question whether it is over: a line that arrived is not refused for coming twice.
    const known = await trx
      .selectFrom('filings')
      .select(['gathering_id', 'words'])
      .where('key', '=', line.key)
      .executeTakeFirst()
    if (known) {
      const same = known.gathering_id === gathering.id && known.words === line.words
      return refuseIf(same ? null : 'gatherings.alreadyNoted')
    }
    refuseIf(whyNotNote(gathering))
    await takeFiling(
      trx,
      letterbox,
      {
        key: line.key,
        channel: 'gather',
        words: line.words,
        place: '',
        buildingId: line.household?.buildingId ?? null,
        householdId: line.household?.id ?? null,
        surname: '',
        nameShown: false,
        phone: line.phone,
        locale: line.locale,
        gatheringId: gathering.id,
        recordedBy: by.personId,
      },
      by,
      at,
    )
  })
}

/** Takes one's own last line back. Sent twice, it takes back one. */
export async function takeBack(db: Db, no: number, key: string, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    refuseIf(whyNotNote(gathering))
    const line = await trx
      .selectFrom('filings')
      .select(['id', 'no', 'key', 'state', 'recorded_by'])
      .where('key', '=', key)
      .where('gathering_id', '=', gathering.id)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    if (line.state === 'withdrawn' && line.recorded_by === by.personId) return
    const last = await trx
      .selectFrom('filings')
      .select('key')
      .where('gathering_id', '=', gathering.id)
      .where('recorded_by', '=', by.personId)
      .where('state', '<>', 'withdrawn')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    refuseIf(whyNotTakeBack(line, last, by.personId))
    await trx.updateTable('filings').set({ state: 'withdrawn' }).where('id', '=', line.id).execute()
    await journal(trx, {
      subject: { kind: 'filing', id: line.id, no: line.no },
      verb: 'filing.takenBack',
      was: 'submitted',
      became: 'withdrawn',
      by,
      at,
    })
  })
}

/** Ends the note-taking; once. */
export async function closeGathering(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    if (gathering.closed_at) return
    await trx
      .updateTable('gatherings')
      .set({ closed_at: at, closed_by: by.personId })
      .where('id', '=', gathering.id)
      .execute()
    await journal(trx, { subject: { kind: 'gathering', id: gathering.id, no }, verb: 'gathering.closed', by, at })
  })
}

/** The door somebody names; null for one that is not ours. */
export async function householdAt(db: Db, building: string, door: string) {
  const row = await db
    .selectFrom('households as h')
    .innerJoin('buildings as b', 'b.id', 'h.building_id')
    .select(['h.id', 'h.building_id as buildingId'])
    .where('b.name', '=', building)
    .where('h.door', '=', door)
    .executeTakeFirst()
  return row ?? null
}

async function lockGathering(trx: Trx, no: number) {
  return trx
    .selectFrom('gatherings')
    .select(['id', 'closed_at'])
    .where('no', '=', no)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}
