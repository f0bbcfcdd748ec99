import { type Expression, sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { lockMeeting, runningItems } from '../meetings/store.ts'
import { type LastStep, type Undoable, whyNotUndo } from './rules.ts'

/** SQL: the last step of a meeting as its journal has it; people coming and going are no steps. */
export const lastStep = (meetingId: Expression<number>) => sql<(Omit<LastStep, 'at'> & { at: string }) | null>`(
  select json_build_object('verb', verb, 'at', at, 'personId', person_id, 'item', (particulars ->> 'item')::int)
  from journal where subject = 'meeting' and subject_id = ${meetingId} and verb in (
    'meeting.noticed', 'meeting.checkin', 'meeting.in_session', 'meeting.suspended', 'meeting.resumed', 'meeting.adjourned',
    'meeting.aborted', 'meeting.item_introduced', 'meeting.item_discussing', 'meeting.item_returned', 'meeting.item_deferred',
    'meeting.step_undone')
  order by id desc limit 1)`

/** Takes the last step back. Refuses after a minute, to anybody but whoever took it, and a step that people were told of. */
export async function undoStep(db: Db, meetingNo: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    const items = await runningItems(trx, meeting.id)
    const { rows } = await sql<{ last: (Omit<LastStep, 'at'> & { at: string }) | null }>`
      select ${lastStep(sql`${meeting.id}::int`)} as last`.execute(trx)
    const last = rows[0]?.last ? { ...rows[0].last, at: new Date(rows[0].last.at) } : null
    refuseIf(whyNotUndo(last, meeting.state, items, { personId: by.personId ?? null }, at))
    const item = items.find(({ no }) => no === last?.item)
    await takeBack(trx, meeting.id, item?.id ?? 0, last?.verb as Undoable)
    await journal(trx, {
      subject: { kind: 'meeting', id: meeting.id, no: meeting.no },
      verb: 'meeting.step_undone',
      by,
      at,
      particulars: { step: last?.verb ?? '', ...(item && { item: item.no, title: item.title }) },
    })
  })
}

async function takeBack(trx: Trx, meetingId: number, itemId: number, verb: Undoable): Promise<void> {
  const meeting = trx.updateTable('meetings').where('id', '=', meetingId)
  const row = trx.updateTable('running_order').where('meeting_id', '=', meetingId).where('item_id', '=', itemId)
  switch (verb) {
    case 'meeting.checkin':
      await meeting.set({ checkin_at: null, checkin_by: null }).execute()
      return
    case 'meeting.in_session':
      await meeting.set({ opened_at: null, opened_by: null }).execute()
      return
    case 'meeting.item_introduced':
      await row.set({ introduced_at: null }).execute()
      return
    case 'meeting.item_discussing':
      await row.set({ discussing_at: null }).execute()
  }
}
