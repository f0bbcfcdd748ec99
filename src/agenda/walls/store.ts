import type { Updateable } from 'kysely'
import type { Database, Db } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { isOver } from '../meetings/rules.ts'
import { lockMeeting } from '../meetings/store.ts'

/** What can hang on the wall. 'follow': whatever the meeting is at. */
export const frames = ['follow', 'welcome', 'agenda', 'timer', 'black'] as const
export type Frame = (typeof frames)[number]

export interface WallChange {
  frame?: Frame | undefined
  frozen?: boolean | undefined
  covered?: boolean | undefined
}

/** Hangs something on the wall, lets it stand still or follow again, covers the count or shows it. */
export async function changeWall(db: Db, meetingNo: number, change: WallChange, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    refuseIf(isOver(meeting.state) ? 'meetings.over' : null)
    const row: Updateable<Database['walls']> = {
      ...(change.frame && { frame: change.frame }),
      ...(change.frozen !== undefined && { frozen_at: change.frozen ? at : null }),
      ...(change.covered !== undefined && { covered_at: change.covered ? at : null }),
    }
    if (Object.keys(row).length === 0) return
    await trx
      .insertInto('walls')
      .values({ ...row, meeting_id: meeting.id })
      .onConflict((oc) => oc.columns(['community_id', 'meeting_id']).doUpdateSet(row))
      .execute()
    const { id, no } = meeting
    await journal(trx, { subject: { kind: 'meeting', id, no }, verb: verbOf(change), by, at })
    await announce(trx, `count:${no}`)
  })
}

function verbOf({ frozen, covered }: WallChange): string {
  if (frozen !== undefined) return frozen ? 'meeting.wall_frozen' : 'meeting.wall_follows'
  if (covered !== undefined) return covered ? 'meeting.count_covered' : 'meeting.count_shown'
  return 'meeting.wall_changed'
}
