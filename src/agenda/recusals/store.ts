import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { lockMeeting, runningItems } from '../meetings/store.ts'
import { whyNotRecuse } from './rules.ts'

interface Recusal {
  meetingNo: number
  itemNo: number
  seatId: number
  /** False: the seat votes after all. */
  recused: boolean
}

/** A seat steps aside on one item, or comes back. It stays in the room, in the base and among the required (domain 3.6.1). */
export async function recuse(db: Db, recusal: Recusal, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, recusal.meetingNo)
    const item = (await runningItems(trx, meeting.id)).find(({ no }) => no === recusal.itemNo)
    if (!item) throw notFound()
    const seat = await trx
      .selectFrom('seats')
      .where('id', '=', recusal.seatId)
      .selectAll()
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotRecuse(meeting.state, item, { vacant: seat.vacant_since !== null, voting: seat.voting }))

    const key = { meeting_id: meeting.id, item_id: item.id, seat_id: seat.id }
    const changed = recusal.recused
      ? await trx
          .insertInto('recusals')
          .values({ ...key, at, by: by.personId })
          .onConflict((oc) => oc.doNothing())
          .returning('seat_id')
          .executeTakeFirst()
      : await trx
          .deleteFrom('recusals')
          .where('meeting_id', '=', meeting.id)
          .where('item_id', '=', item.id)
          .where('seat_id', '=', seat.id)
          .returning('seat_id')
          .executeTakeFirst()
    if (!changed) return
    await journal(trx, {
      subject: { kind: 'meeting', id: meeting.id, no: meeting.no },
      verb: recusal.recused ? 'meeting.seat_recused' : 'meeting.seat_readmitted',
      by: { ...by, seatId: seat.id },
      at,
      particulars: { seat: seat.name, seatEn: seat.name_en, item: item.no, title: item.title },
    })
  })
}
