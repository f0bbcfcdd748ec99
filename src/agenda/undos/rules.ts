/** 撤回 — a step that was taken by mistake is taken back within a minute, by whoever took it (experience 2.5). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { currentItem, type MeetingState, type RunningItem } from '../meetings/rules.ts'

export const undoSeconds = 60

/** The steps that leave no trace outside the room; a notice or an item put off has been told to people at home. */
export const undoable = [
  'meeting.checkin',
  'meeting.in_session',
  'meeting.item_introduced',
  'meeting.item_discussing',
] as const
export type Undoable = (typeof undoable)[number]

/** The last step of a meeting, out of its journal. */
export interface LastStep {
  verb: string
  at: Date
  personId: number | null
  /** The item's number, where the step was about one. */
  item: number | null
}

const isUndoable = (verb: string): verb is Undoable => undoable.some((each) => each === verb)

/** Whether the meeting stands where this step left it; whatever came after it has to be undone, or lived with, first. */
export function isLast(last: LastStep, state: MeetingState, items: readonly RunningItem[]): boolean {
  const item = currentItem(items)
  switch (last.verb as Undoable) {
    case 'meeting.checkin':
      return state === 'checkin'
    case 'meeting.in_session':
      return state === 'in_session' && items.every((each) => each.state === 'waiting')
    case 'meeting.item_introduced':
      return state === 'in_session' && item?.no === last.item && item?.state === 'introduced'
    case 'meeting.item_discussing':
      return state === 'in_session' && item?.no === last.item && item?.state === 'discussing'
  }
}

export function whyNotUndo(
  last: LastStep | null,
  state: MeetingState,
  items: readonly RunningItem[],
  by: { personId: number | null },
  at: Date,
): MessageKey | null {
  if (last === null || !isUndoable(last.verb) || !isLast(last, state, items)) return 'undos.nothing'
  if (at.getTime() - last.at.getTime() > undoSeconds * 1000) return 'undos.late'
  return last.personId === by.personId ? null : 'undos.notYours'
}
