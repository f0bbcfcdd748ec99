import { sql } from 'kysely'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { sha256Hex } from '../../lib/tokens.ts'
import { confirmUntil, publicUntil, whyNotArchive, whyNotEdit, whyNotPublish, whyNotTakeBack } from './rules.ts'
import { askedOf, journalMinutes, lockMinutes } from './store.ts'
import { whyNotPrint } from './wording.ts'

/** 送各席确认: from here on the text stands still, and every seat that somebody holds is asked. */
export async function sendMinutes(db: Db, meetingNo: number, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    refuseIf(whyNotEdit(minutes.state))
    const texts = await textsOf(trx, minutes.id)
    for (const text of texts) refuseIf(whyNotPrint(text))
    const held = minutes.facts.seats.filter(({ vacant }) => !vacant).map(({ id }) => id)
    const seats = await trx
      .selectFrom('seats')
      .select('id')
      .where('id', 'in', [...held, 0])
      .execute()
    if (seats.length === 0) throw new Refusal('minutes.nobodyToAsk')
    await trx
      .updateTable('minutes')
      .set({ sent_at: at, sent_by: by.personId, text_sha256: fingerprintOf(texts) })
      .where('id', '=', minutes.id)
      .execute()
    await trx
      .insertInto('minutes_answers')
      .values(
        seats.map(({ id }) => ({
          minutes_id: minutes.id,
          round: minutes.round,
          seat_id: id,
          answer: null,
          person_id: null,
          answered_at: null,
          replied_at: null,
          replied_by: null,
        })),
      )
      .execute()
    await journalMinutes(trx, minutes, 'minutes.sent', by, at, { round: minutes.round, seats: seats.length })
  })
}

/** Something is not right: the text is the desk's again, and everybody will be asked anew. What was answered stays on record. */
export async function takeBackMinutes(
  db: Db,
  { meetingNo, reason }: { meetingNo: number; reason: string },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    refuseIf(whyNotTakeBack(minutes.state))
    await trx
      .updateTable('minutes')
      .set({ sent_at: null, sent_by: null, text_sha256: null, round: minutes.round + 1 })
      .where('id', '=', minutes.id)
      .execute()
    await journalMinutes(trx, minutes, 'minutes.takenBack', by, at, { reason })
  })
}

/** 公示. */
export async function publishMinutes(db: Db, meetingNo: number, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    const asked = await askedOf(trx, minutes)
    refuseIf(whyNotPublish(minutes.state, asked, minutes.sent_at, at))
    const until = publicUntil(at)
    await trx
      .updateTable('minutes')
      .set({ published_at: at, published_by: by.personId, public_until: until })
      .where('id', '=', minutes.id)
      .execute()
    const count = (answer: string | null) => asked.filter((one) => one.answer === answer).length
    await journalMinutes(trx, minutes, 'minutes.published', by, at, {
      until,
      confirmed: count('confirmed'),
      objected: count('objected'),
      silent: count(null),
    })
  })
}

/** 归档: the notice period is over and everybody who objected has an answer. */
export async function archiveMinutes(db: Db, meetingNo: number, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    refuseIf(await whyNotArchiveNow(trx, minutes, at))
    await archive(trx, minutes, by, at)
  })
}

type Minutes = Awaited<ReturnType<typeof lockMinutes>>

async function whyNotArchiveNow(trx: Trx, { id, state, public_until }: Minutes, at: Date) {
  const { n } = await trx
    .selectFrom('minutes_objections')
    .where('minutes_id', '=', id)
    .where('replied_at', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return whyNotArchive(state, public_until, n, at)
}

async function archive(trx: Trx, minutes: Minutes, by: By, at: Date): Promise<void> {
  await trx
    .updateTable('minutes')
    .set({ archived_at: at, archived_by: by.personId ?? null })
    .where('id', '=', minutes.id)
    .execute()
  await journalMinutes(trx, minutes, 'minutes.archived', by, at)
}

/** By the clock: minutes whose notice period is over, and to which no objection waits for an answer, are put away. */
export async function archiveOver(db: Db, at: Date): Promise<void> {
  const due = await db
    .selectFrom('minutes')
    .innerJoin('meetings', 'meetings.id', 'minutes.meeting_id')
    .where('archived_at', 'is', null)
    .where('public_until', '<', shanghaiDay(at))
    .select('meetings.no')
    .execute()
  for (const { no } of due) {
    await db.transaction().execute(async (trx) => {
      const minutes = await lockMinutes(trx, no)
      if ((await whyNotArchiveNow(trx, minutes, at)) === null) await archive(trx, minutes, {}, at)
    })
  }
}

/** By the clock: when the three days are over, the record says once which parties said nothing. 未确认, never 同意. */
export async function noteSilence(db: Db, at: Date): Promise<void> {
  const asked = await db
    .selectFrom('minutes')
    .innerJoin('meetings', 'meetings.id', 'minutes.meeting_id')
    .where('published_at', 'is', null)
    .where('sent_at', 'is not', null)
    .select(['meetings.no', 'sent_at'])
    .execute()
  for (const { no, sent_at } of asked) {
    if (sent_at === null || at < confirmUntil(sent_at)) continue
    await db.transaction().execute(async (trx) => {
      const minutes = await lockMinutes(trx, no)
      if (minutes.state !== 'confirm' || (await silenceNoted(trx, minutes))) return
      const silent = (await askedOf(trx, minutes)).filter(({ answer }) => answer === null).map(({ seat_id }) => seat_id)
      if (silent.length === 0) return
      const seats = await trx
        .selectFrom('seats')
        .where('id', 'in', silent)
        .select(['name', 'name_en'])
        .orderBy('position')
        .execute()
      const who = { seats: seats.map(({ name }) => name).join('、'), seatsEn: seats.map((s) => s.name_en).join(', ') }
      await journalMinutes(trx, minutes, 'minutes.silent', {}, at, { ...who, round: minutes.round })
    })
  }
}

async function silenceNoted(trx: Trx, { meeting_id, round }: Minutes): Promise<boolean> {
  const line = await trx
    .selectFrom('journal')
    .where('subject', '=', 'meeting')
    .where('subject_id', '=', meeting_id)
    .where('verb', '=', 'minutes.silent')
    .where(sql<boolean>`(particulars->>'round')::int = ${round}`)
    .select('id')
    .executeTakeFirst()
  return line !== undefined
}

/** What was confirmed: the pieces as they stood, one after the other. */
const fingerprintOf = (texts: readonly string[]): string => sha256Hex(texts.join('\n\n'))

async function textsOf(trx: Trx, minutesId: number): Promise<string[]> {
  const parts = await trx
    .selectFrom('minutes_parts')
    .select(['generated', 'edited'])
    .where('minutes_id', '=', minutesId)
    .orderBy('nth')
    .execute()
  return parts.map(({ generated, edited }) => edited ?? generated)
}
