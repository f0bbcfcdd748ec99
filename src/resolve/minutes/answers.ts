import type { Db } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { whyNotAnswer, whyNotObject, whyNotReply } from './rules.ts'
import { askedOf, journalMinutes, lockMinutes } from './store.ts'
import { whyNotPrint } from './wording.ts'

/** What seats and neighbours say of the minutes, and what they are answered. */

interface Answer {
  meetingNo: number
  seatId: number
  answer: 'confirmed' | 'objected'
  words: string
  /** The fingerprint of the text on the page: nobody confirms what she has not read. */
  sha: string
}

/** One answer a seat, in time. The same one sent twice is one. */
export async function answerForSeat(db: Db, given: Answer, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, given.meetingNo)
    const asked = (await askedOf(trx, minutes)).find(({ seat_id }) => seat_id === given.seatId) ?? null
    const words = given.answer === 'objected' ? given.words : ''
    if (asked?.answer === given.answer && asked.words === words && asked.person_id === by.personId) return
    refuseIf(whyNotAnswer(minutes.state, asked, minutes.sent_at, at))
    if (given.sha !== minutes.text_sha256) throw new Refusal('minutes.textChanged')
    await trx
      .updateTable('minutes_answers')
      .set({ answer: given.answer, words, person_id: by.personId, answered_at: at })
      .where('minutes_id', '=', minutes.id)
      .where('round', '=', minutes.round)
      .where('seat_id', '=', given.seatId)
      .execute()
    const { name, name_en } = await trx
      .selectFrom('seats')
      .select(['name', 'name_en'])
      .where('id', '=', given.seatId)
      .executeTakeFirstOrThrow(notFound)
    const of = { seat: name, seatEn: name_en }
    await journalMinutes(trx, minutes, `minutes.${given.answer}`, { ...by, seatId: given.seatId }, at, of)
  })
}

/** The chair answers what a seat objects, in writing, once. */
export async function replyToSeat(
  db: Db,
  { meetingNo, seatId, reply }: { meetingNo: number; seatId: number; reply: string },
  by: { personId: number },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    const asked = (await askedOf(trx, minutes)).find(({ seat_id }) => seat_id === seatId)
    if (!asked) throw notFound()
    refuseIf(whyNotReply(asked))
    await trx
      .updateTable('minutes_answers')
      .set({ reply, replied_at: at, replied_by: by.personId })
      .where('minutes_id', '=', minutes.id)
      .where('round', '=', minutes.round)
      .where('seat_id', '=', seatId)
      .execute()
    await journalMinutes(trx, minutes, 'minutes.repliedSeat', { ...by, seatId }, at)
  })
}

interface NewObjection {
  meetingNo: number
  /** Of the form it came with. */
  key: string
  words: string
  /** Her door; null where the desk writes down what somebody came to say. */
  householdId: number | null
  recordedBy: number | null
}

/** More from one door would be answered by the desk sooner than read. */
const mostOfADoor = 5

/** A neighbour objects while the minutes hang out. */
export async function objectToMinutes(db: Db, objection: NewObjection, by: By, at: Date): Promise<void> {
  const { meetingNo, key, words, householdId, recordedBy } = objection
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, meetingNo)
    const sent = await trx
      .selectFrom('minutes_objections')
      .select(['key', 'household_id'])
      .where('minutes_id', '=', minutes.id)
      .execute()
    if (sent.some((one) => one.key === key)) return
    refuseIf(whyNotObject(minutes.state, minutes.public_until, at))
    const own = sent.filter((one) => householdId !== null && one.household_id === householdId)
    if (own.length >= mostOfADoor) throw new Refusal('minutes.objectedEnough')
    await trx
      .insertInto('minutes_objections')
      .values({
        key,
        minutes_id: minutes.id,
        household_id: householdId,
        recorded_by: recordedBy,
        words,
        at,
        replied_at: null,
        replied_by: null,
      })
      .execute()
    // The line is read by many: that somebody objected, not who and not from which door.
    await journalMinutes(trx, minutes, 'minutes.objection', recordedBy === null ? {} : by, at)
  })
}

/** Answers a neighbour: `gist` is what it was about, for everybody; her own words stay with the desk. */
export async function replyToObjection(
  db: Db,
  given: { meetingNo: number; id: number; gist: string; reply: string },
  by: { personId: number },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const minutes = await lockMinutes(trx, given.meetingNo)
    const row = await trx
      .selectFrom('minutes_objections')
      .select(['id', 'replied_at'])
      .where('id', '=', given.id)
      .where('minutes_id', '=', minutes.id)
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotReply({ answer: 'objected', replied: row.replied_at !== null }))
    for (const text of [given.gist, given.reply]) refuseIf(whyNotPrint(text))
    await trx
      .updateTable('minutes_objections')
      .set({ gist: given.gist, reply: given.reply, replied_at: at, replied_by: by.personId })
      .where('id', '=', row.id)
      .execute()
    await journalMinutes(trx, minutes, 'minutes.repliedObjection', by, at)
  })
}
