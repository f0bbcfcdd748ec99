import { itemPage } from '../../agenda/items/reads.ts'
import { whyNotPlace } from '../../agenda/items/rules.ts'
import { createMeeting } from '../../agenda/meetings/store.ts'
import { placeItem } from '../../agenda/order/store.ts'
import type { Db } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'

interface Call {
  /** The ballot whose result is advice only. */
  no: number
  /** Of the form, so that pressing twice makes one assembly. */
  key: string
  title: string
  place: string
  startsAt: Date
}

/** A vote of a meeting that could only advise on what belongs to the owners; refuses any other. */
export async function adviceOn(db: Db, no: number) {
  const advice = await db
    .selectFrom('ballots')
    .innerJoin('agenda_items', 'agenda_items.id', 'ballots.item_id')
    .where('ballots.no', '=', no)
    .select([
      'ballots.no',
      'ballots.question',
      'closed_at',
      'electorate_kind',
      'subject',
      'agenda_items.no as itemNo',
      'title',
    ])
    .executeTakeFirst()
  if (!advice || advice.subject === 'common' || advice.electorate_kind === 'owner') throw notFound()
  return advice
}

/**
 * 开业主大会表决: what the five parties could only advise on goes before the owners. Makes an assembly in draft with the
 * item on it; gives its number. Told to the owners, proven to hang and opened it is like any other (agenda/meetings).
 */
export async function callOwners(db: Db, letterbox: Letterbox, call: Call, by: By, at: Date): Promise<number> {
  const { closed_at, itemNo } = await adviceOn(db, call.no)
  if (!closed_at) throw new Refusal('calling.notYet')
  const item = await itemPage(db, itemNo)
  // Asked here too: an assembly nobody could put the item on would be left behind empty.
  const known = await db.selectFrom('meetings').where('key', '=', call.key).select('no').executeTakeFirst()
  if (known && item.meeting?.no === known.no) return known.no
  refuseIf(whyNotPlace({ withdrawn: item.withdrawn_at !== null, meeting: item.meeting?.state ?? null }, 1, false))
  const { key, title, place, startsAt } = call
  const no = await createMeeting(db, { key, title, place, startsAt, kind: 'owners' }, by, at)
  await placeItem(db, letterbox, { meetingNo: no, itemNo, minutes: 30 }, by, at)
  return no
}
