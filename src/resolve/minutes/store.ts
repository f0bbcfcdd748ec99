import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { type Facts, recordOf } from './record.ts'
import { minutesState, whyNotDraw, whyNotEdit } from './rules.ts'
import { draftOf } from './wording.ts'

/**
 * Writes the minutes of a meeting out of its record, or reads the record once more: what people made of a piece stays
 * theirs, only what stands beside it is new. Pressed twice it is once.
 */
export async function drawUp(
  db: Db,
  meetingNo: number,
  community: { name: string },
  by: { personId: number },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Whoever comes second waits for this row and finds the draft there.
    const meeting = await trx
      .selectFrom('meetings')
      .select(['id', 'adjourned_at'])
      .where('no', '=', meetingNo)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotDraw({ adjourned: meeting.adjourned_at !== null }))
    const { facts } = await recordOf(trx, meetingNo)
    const record = JSON.stringify(facts)
    const made = await trx
      .insertInto('minutes')
      .values({
        meeting_id: meeting.id,
        facts: record,
        drafted_at: at,
        drafted_by: by.personId,
        sent_at: null,
        sent_by: null,
        text_sha256: null,
        published_at: null,
        published_by: null,
        public_until: null,
        archived_at: null,
        archived_by: null,
      })
      .onConflict((oc) => oc.doNothing())
      .returning('id')
      .executeTakeFirst()
    const minutes = await lockMinutes(trx, meetingNo)
    refuseIf(whyNotEdit(minutes.state))
    const { numUpdatedRows } = await trx
      .updateTable('minutes')
      .set({ facts: record, drafted_at: at, drafted_by: by.personId })
      .where('id', '=', minutes.id)
      .where(sql<boolean>`facts <> ${record}::jsonb`)
      .executeTakeFirst()
    if (!made && Number(numUpdatedRows) === 0) return
    const pieces = draftOf(facts as Facts, community).map((generated, nth) => ({
      minutes_id: minutes.id,
      nth,
      generated,
      edited: null,
      edited_from: null,
      edited_at: null,
      edited_by: null,
    }))
    await trx
      .insertInto('minutes_parts')
      .values(pieces)
      .onConflict((oc) =>
        oc
          .columns(['community_id', 'minutes_id', 'nth'])
          .doUpdateSet((eb) => ({ generated: eb.ref('excluded.generated') })),
      )
      .execute()
    await journalMinutes(trx, minutes, made ? 'minutes.drafted' : 'minutes.redrafted', by, at, { round: minutes.round })
  })
}

export interface Edit {
  meetingNo: number
  nth: number
  /** Null: back to what was written by itself. */
  text: string | null
  /** The state of the piece its writer saw: of two who write at once the second is told. */
  seen: number
}

/** Keeps what somebody made of a piece. False: another was there first, and nothing is written. */
export async function editPart(db: Db, edit: Edit, by: { personId: number }, at: Date): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, edit.meetingNo)
    refuseIf(whyNotEdit(minutes.state))
    const part = await trx
      .selectFrom('minutes_parts')
      .select(['generated', 'edited', 'rev'])
      .where('minutes_id', '=', minutes.id)
      .where('nth', '=', edit.nth)
      .executeTakeFirstOrThrow(notFound)
    const text = edit.text === part.generated ? null : edit.text
    if (part.edited === text) return true
    if (part.rev !== edit.seen) return false
    await trx
      .updateTable('minutes_parts')
      .set({
        edited: text,
        edited_from: text === null ? null : part.generated,
        edited_at: at,
        edited_by: by.personId,
        rev: part.rev + 1,
      })
      .where('minutes_id', '=', minutes.id)
      .where('nth', '=', edit.nth)
      .execute()
    await journalMinutes(trx, minutes, text === null ? 'minutes.restored' : 'minutes.edited', by, at, {
      part: edit.nth,
    })
    return true
  })
}

/** The minutes of a meeting, held until the transaction ends: whoever presses at the same moment sees what came of it. */
export async function lockMinutes(trx: Trx, meetingNo: number) {
  const row = await trx
    .selectFrom('minutes')
    .innerJoin('meetings', 'meetings.id', 'minutes.meeting_id')
    .selectAll('minutes')
    .select('meetings.no')
    .where('meetings.no', '=', meetingNo)
    .forUpdate('minutes')
    .executeTakeFirstOrThrow(notFound)
  return { ...row, facts: row.facts as unknown as Facts, state: minutesState(row) }
}

export async function askedOf(trx: Trx, minutes: { id: number; round: number }) {
  return trx
    .selectFrom('minutes_answers')
    .select((eb) => [
      'seat_id',
      'answer',
      'words',
      'person_id',
      eb('replied_at', 'is not', null).$castTo<boolean>().as('replied'),
    ])
    .where('minutes_id', '=', minutes.id)
    .where('round', '=', minutes.round)
    .execute()
}

/** Every step of the minutes is a line of their meeting. */
export async function journalMinutes(
  trx: Trx,
  minutes: { meeting_id: number; no: number },
  verb: string,
  by: By,
  at: Date,
  particulars: Record<string, string | number> = {},
): Promise<void> {
  await journal(trx, {
    subject: { kind: 'meeting', id: minutes.meeting_id, no: minutes.no },
    verb,
    by,
    at,
    particulars,
  })
}
