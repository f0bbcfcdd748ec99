import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { speakerOf, whyNotEdit, whyNotNote, whyNotTakeBack } from './rules.ts'
import { lockGathering, type Person } from './store.ts'

/** 记: lines come from several hands at once; each has a key its writer made, so that sending twice is one line. */

export interface NewLine {
  key: string
  words: string
  /** Who said it: somebody who signed up, by tag, number or name, or a name as it was typed. Empty: not said. */
  speaker: string
}

/** Takes one voice down and says when. Refuses when the gathering is over. */
export async function noteLine(db: Db, no: number, line: NewLine, by: Person, at: Date): Promise<{ noted_at: Date }> {
  return db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    // Looked up under the lock, before the question whether it is over: a line that arrived is not refused for coming twice.
    const known = await trx
      .selectFrom('gathering_lines')
      .select(['id', 'gathering_id', 'words', 'rev', 'noted_at'])
      .where('key', '=', line.key)
      .executeTakeFirst()
    if (known) {
      const same = known.gathering_id === gathering.id && (known.words === line.words || known.rev > 1)
      refuseIf(same ? null : 'gatherings.alreadyNoted')
      return known
    }
    refuseIf(whyNotNote(gathering))
    const { nth } = await trx
      .selectFrom('gathering_lines')
      .select((eb) => sql<number>`coalesce(${eb.fn.max('nth')}, 0) + 1`.as('nth'))
      .where('gathering_id', '=', gathering.id)
      .executeTakeFirstOrThrow()
    const { id } = await trx
      .insertInto('gathering_lines')
      .values({
        key: line.key,
        gathering_id: gathering.id,
        nth,
        words: line.words,
        ...(await speakerIn(trx, gathering.id, line.speaker)),
        noted_by: by.personId,
        noted_at: at,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await tellJournal(trx, gathering, 'gathering.noted', by, at, { line: id })
    return { noted_at: at }
  })
}

/** Corrects a line, for the people in the room read along. The old wording stays in the journal. */
export async function editLine(
  db: Db,
  no: number,
  line: NewLine & { seen: number },
  by: Person,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { gathering, known } = await lockLine(trx, no, line.key)
    const speaker = await speakerIn(trx, gathering.id, line.speaker)
    const same =
      known.words === line.words && known.signup_id === speaker.signup_id && known.speaker === speaker.speaker
    if (same) return
    refuseIf(whyNotEdit(known, line.seen))
    await trx
      .updateTable('gathering_lines')
      .set({ words: line.words, ...speaker, rev: known.rev + 1 })
      .where('id', '=', known.id)
      .execute()
    await tellJournal(trx, gathering, 'gathering.edited', by, at, { line: known.id, was: known.words })
  })
}

/** Takes one's own line back within the minute. Sent twice, it takes back one. */
export async function takeBack(db: Db, no: number, key: string, by: Person, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { gathering, known } = await lockLine(trx, no, key)
    if (known.gone === 'undone' && known.noted_by === by.personId) return
    refuseIf(whyNotTakeBack(known, by.personId, at))
    await trx.updateTable('gathering_lines').set({ gone: 'undone' }).where('id', '=', known.id).execute()
    await tellJournal(trx, gathering, 'gathering.undone', by, at, { line: known.id })
  })
}

/** Strikes a line out, or puts it back: what is struck out at the close becomes no filing. */
export async function strikeLine(
  db: Db,
  no: number,
  { key, out }: { key: string; out: boolean },
  by: Person,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { gathering, known } = await lockLine(trx, no, key)
    refuseIf(known.gone === 'undone' ? 'gatherings.undone' : null)
    if ((known.gone === 'struck') === out) return
    await trx
      .updateTable('gathering_lines')
      .set({ gone: out ? 'struck' : null })
      .where('id', '=', known.id)
      .execute()
    await tellJournal(trx, gathering, out ? 'gathering.struck' : 'gathering.restored', by, at, { line: known.id })
  })
}

async function lockLine(trx: Trx, no: number, key: string) {
  const gathering = await lockGathering(trx, no)
  const known = await trx
    .selectFrom('gathering_lines')
    .select(['id', 'words', 'signup_id', 'speaker', 'noted_by', 'noted_at', 'rev', 'gone'])
    .where('key', '=', key)
    .where('gathering_id', '=', gathering.id)
    .executeTakeFirstOrThrow(notFound)
  refuseIf(whyNotNote(gathering))
  return { gathering, known }
}

/** A tag as its columns: somebody who signed up, or free text. */
async function speakerIn(trx: Trx, gatheringId: number, tag: string) {
  if (tag === '') return { signup_id: null, speaker: '' }
  const attendees = await trx
    .selectFrom('gathering_signups as s')
    .leftJoin('households as h', 'h.id', 's.household_id')
    .leftJoin('buildings as b', 'b.id', 'h.building_id')
    .select(['s.id', 's.nth', 's.name', 'b.name as building', 'h.door'])
    .where('s.gathering_id', '=', gatheringId)
    .where('s.withdrawn_at', 'is', null)
    .execute()
  const meant = speakerOf(tag, attendees)
  return meant ? { signup_id: meant.id, speaker: '' } : { signup_id: null, speaker: tag }
}

async function tellJournal(
  trx: Trx,
  gathering: { id: number; no: number },
  verb: string,
  by: Person,
  at: Date,
  particulars: Record<string, string | number>,
): Promise<void> {
  await journal(trx, { subject: { kind: 'gathering', id: gathering.id, no: gathering.no }, verb, by, at, particulars })
}
