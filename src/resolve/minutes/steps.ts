import type { Db, Trx } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { sha256Hex } from '../../lib/tokens.ts'
import { publicUntil, whyNotArchive, whyNotEdit, whyNotPublish, whyNotTakeBack } from './rules.ts'
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
    const { n } = await trx
      .selectFrom('minutes_objections')
      .where('minutes_id', '=', minutes.id)
      .where('replied_at', 'is', null)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    refuseIf(whyNotArchive(minutes.state, minutes.public_until, n, at))
    await trx
      .updateTable('minutes')
      .set({ archived_at: at, archived_by: by.personId })
      .where('id', '=', minutes.id)
      .execute()
    await journalMinutes(trx, minutes, 'minutes.archived', by, at)
  })
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
