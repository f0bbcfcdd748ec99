import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Facts } from './record.ts'
import { confirmUntil, minutesState, seatAnswer } from './rules.ts'

/** Everything there is to a meeting's minutes; what of it somebody may see, the page decides. One statement. None: 404. */
export async function minutesOf(db: Db, meetingNo: number) {
  const row = await db
    .selectFrom('minutes')
    .innerJoin('meetings', 'meetings.id', 'minutes.meeting_id')
    .where('meetings.no', '=', meetingNo)
    .selectAll('minutes')
    .select((eb) => [
      'meetings.no',
      jsonArrayFrom(
        eb
          .selectFrom('minutes_parts')
          .leftJoin('people', 'people.id', 'edited_by')
          .whereRef('minutes_id', '=', 'minutes.id')
          .select(['nth', 'generated', 'edited', 'rev', 'edited_at', 'people.name as editor'])
          .select(sql<boolean>`coalesce(edited_from <> generated, false)`.as('moved'))
          .orderBy('nth'),
      ).as('parts'),
      jsonArrayFrom(
        eb
          .selectFrom('minutes_answers')
          .innerJoin('seats', 'seats.id', 'minutes_answers.seat_id')
          .whereRef('minutes_id', '=', 'minutes.id')
          .select(['round', 'seat_id as seatId', 'seats.name', 'name_en as nameEn', 'character', 'colour'])
          .select(['answer', 'words', 'answered_at', 'reply', 'replied_at'])
          .orderBy('round')
          .orderBy('position'),
      ).as('answers'),
      jsonArrayFrom(
        eb
          .selectFrom('minutes_objections')
          .whereRef('minutes_id', '=', 'minutes.id')
          .select([
            'id',
            'household_id as householdId',
            'recorded_by as recordedBy',
            'words',
            'at',
            'gist',
            'reply',
            'replied_at',
          ])
          .orderBy('id'),
      ).as('objections'),
      jsonArrayFrom(
        eb
          .selectFrom('journal')
          .whereRef('subject_id', '=', 'minutes.meeting_id')
          .where('subject', '=', 'meeting')
          .where('verb', 'like', 'minutes.%')
          .select(['verb', 'at', 'particulars'])
          .orderBy('journal.id', 'desc')
          .limit(60),
      ).as('lines'),
    ])
    .executeTakeFirstOrThrow(notFound)
  const { facts, answers, parts, objections, lines, ...rest } = row
  const asked = answers.map((one) => ({
    ...one,
    stands: seatAnswer(one.answer),
    replied: one.replied_at !== null,
  }))
  return {
    ...rest,
    facts: facts as unknown as Facts,
    state: minutesState(row),
    confirmUntil: row.sent_at && confirmUntil(row.sent_at),
    parts: parts.map((part) => ({ ...part, text: part.edited ?? part.generated })),
    /** Of this round; while it is a draft nobody has been asked yet. */
    asked: row.sent_at ? asked.filter(({ round }) => round === row.round) : [],
    before: asked.filter(({ round, answer }) => round < row.round && answer === 'objected'),
    objections: objections.map((one) => ({ ...one, at: new Date(one.at) })),
    lines: lines.map((line) => ({ ...line, at: new Date(line.at) })),
  }
}

export type MinutesRead = Awaited<ReturnType<typeof minutesOf>>

const shown = 60

/** Meetings that are over, newest first, each with how far its minutes are. One statement. */
export async function minutesList(db: Db) {
  const rows = await db
    .selectFrom('meetings')
    .leftJoin('minutes', 'minutes.meeting_id', 'meetings.id')
    .where('adjourned_at', 'is not', null)
    .select((eb) => [
      'meetings.no',
      'title',
      'place',
      'starts_at',
      'drafted_at',
      'sent_at',
      'published_at',
      'public_until',
      'archived_at',
      jsonArrayFrom(
        eb
          .selectFrom('minutes_answers')
          .whereRef('minutes_id', '=', 'minutes.id')
          .whereRef('minutes_answers.round', '=', 'minutes.round')
          .select(['seat_id as seatId', 'answer']),
      ).as('asked'),
      eb
        .selectFrom('minutes_objections')
        .whereRef('minutes_id', '=', 'minutes.id')
        .where('replied_at', 'is', null)
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('open'),
    ])
    .orderBy('starts_at', 'desc')
    .limit(shown)
    .execute()
  return rows.map((row) => ({
    ...row,
    state: row.drafted_at === null ? null : minutesState(row),
    confirmUntil: row.sent_at && confirmUntil(row.sent_at),
    open: row.open ?? 0,
  }))
}

export type MinutesLine = Awaited<ReturnType<typeof minutesList>>[number]
