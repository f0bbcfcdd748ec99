import type { Db } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { lockMeeting } from '../meetings/store.ts'
import { type Answer, faultsOf, whyNotAnswer } from './rules.ts'

/** Keeps what a party says of coming; the last word counts. `by`: itself, or the desk on its behalf. */
export async function answerForSeat(db: Db, no: number, seatId: number, answer: Answer, by: By, at: Date) {
  const personId = author(by)
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotAnswer(meeting.state))
    const seat = await trx
      .selectFrom('seats')
      .where('id', '=', seatId)
      .select(['id', 'name', 'name_en', 'vacant_since'])
      .executeTakeFirstOrThrow(notFound)
    const holders = await trx
      .selectFrom('seat_holders')
      .where('seat_id', '=', seatId)
      .where('meeting_id', 'is', null)
      .select('person_id')
      .execute()
    const known = { vacant: seat.vacant_since !== null, holders: holders.map(({ person_id }) => person_id) }
    refuseIf(Object.values(faultsOf(answer, known))[0] ?? null)
    const { coming } = answer
    const row = {
      coming,
      person_id: coming ? answer.personId : null,
      alternate_id: coming ? answer.alternateId : null,
      stand_in: coming ? answer.standIn : '',
      answered_at: at,
      answered_by: personId,
    }
    await trx
      .insertInto('seat_answers')
      .values({ meeting_id: meeting.id, seat_id: seatId, ...row })
      .onConflict((oc) => oc.columns(['community_id', 'meeting_id', 'seat_id']).doUpdateSet(row))
      .execute()
    await journal(trx, {
      subject: { kind: 'meeting', id: meeting.id, no },
      verb: coming ? 'meeting.seat_coming' : 'meeting.seat_away',
      by: { ...by, seatId },
      at,
      particulars: { seat: seat.name, seatEn: seat.name_en },
    })
  })
}
