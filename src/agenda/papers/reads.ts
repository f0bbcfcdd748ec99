import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { seatsComing } from '../confirmations/reads.ts'
import { termsNow } from '../kinds/store.ts'
import { minutesMade } from '../meetings/reads.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'

/** A meeting as it is put on paper: when, where, its kind, its items, its seats. One statement. No such meeting: 404. */
export async function meetingOnPaper(db: Db, no: number) {
  const row = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select((eb) => [
      'id',
      'no',
      'title',
      'place',
      'starts_at',
      'code',
      'notices',
      ...meetingTimes,
      'aborted_as',
      'aborted_reason',
      termsNow.as('terms'),
      minutesMade.as('minutes'),
      seatsComing.as('seats'),
      sql<number>`(select count(*) from households)`.as('households'),
      jsonArrayFrom(
        eb
          .selectFrom('running_order')
          .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
          .whereRef('meeting_id', '=', 'meetings.id')
          .select((item) => [
            'agenda_items.no',
            'agenda_items.title',
            'question',
            'subject',
            'minutes',
            item
              .selectFrom('item_options')
              .whereRef('item_options.item_id', '=', 'agenda_items.id')
              .select((count) => count.fn.countAll<number>().as('n'))
              .as('options'),
          ])
          .orderBy('position'),
      ).as('items'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...row, state: meetingState(row) }
}
