import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'

const mostEntries = 100

/** Meetings everybody has been told of, the newest hundred; `no`: that one alone. One statement. */
export async function meetingsTold(db: Db, no?: number) {
  let query = db
    .selectFrom('meetings')
    .where('noticed_at', 'is not', null)
    .select((eb) => [
      'no',
      'title',
      'place',
      'starts_at',
      'notices',
      'noticed_at',
      'lead_from',
      'aborted_at',
      'aborted_reason',
      jsonArrayFrom(
        eb
          .selectFrom('running_order')
          .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
          .whereRef('meeting_id', '=', 'meetings.id')
          .select(['agenda_items.title', 'minutes'])
          .orderBy('position'),
      ).as('items'),
    ])
  if (no !== undefined) query = query.where('no', '=', no)
  return query.orderBy('starts_at', 'desc').limit(mostEntries).execute()
}
