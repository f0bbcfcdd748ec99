/** 五位一体会议 — how a meeting and each item on its running order move on (domain 3.4). Pure. */
import { shanghaiDay, shanghaiMinute } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'

/** A time as the database gives it, or as JSON does: only whether it is there matters here. */
type Moment = Date | string | null

export interface MeetingTimes {
  noticed_at: Moment
  checkin_at: Moment
  opened_at: Moment
  adjourned_at: Moment
  suspended_at: Moment
  aborted_at: Moment
}

/** The columns that say how a meeting stands; whoever reads a meeting reads them all. */
export const meetingTimes = [
  'noticed_at',
  'checkin_at',
  'opened_at',
  'adjourned_at',
  'suspended_at',
  'aborted_at',
] as const satisfies readonly (keyof MeetingTimes)[]

/** 'suspended': it has begun and rests, for too few are in the room. 'aborted': 流会, it never came to begin. */
export type MeetingState = 'draft' | 'noticed' | 'checkin' | 'in_session' | 'suspended' | 'adjourned' | 'aborted'

export function meetingState(meeting: MeetingTimes): MeetingState {
  if (meeting.aborted_at) return 'aborted'
  if (meeting.adjourned_at) return 'adjourned'
  if (meeting.opened_at) return meeting.suspended_at ? 'suspended' : 'in_session'
  if (meeting.checkin_at) return 'checkin'
  return meeting.noticed_at ? 'noticed' : 'draft'
}

/** Nothing happens in it any more, however it ended. */
export const isOver = (state: MeetingState): boolean => state === 'adjourned' || state === 'aborted'

/** It has begun and is not over, also while it rests. */
export const hasBegun = (state: MeetingState): boolean => state === 'in_session' || state === 'suspended'

export interface ItemTimes {
  introduced_at: Moment
  discussing_at: Moment
  voting_at: Moment
  declared_at: Moment
  assigned_at: Moment
  deferred_at: Moment
}

export type ItemState = 'waiting' | 'introduced' | 'discussing' | 'voting' | 'declared' | 'assigned' | 'deferred'

export function itemState(row: ItemTimes): ItemState {
  if (row.deferred_at) return 'deferred'
  if (row.assigned_at) return 'assigned'
  if (row.declared_at) return 'declared'
  if (row.voting_at) return 'voting'
  if (row.discussing_at) return 'discussing'
  return row.introduced_at ? 'introduced' : 'waiting'
}

/** One line of the running order, as far as the next step depends on it. */
export interface RunningItem {
  no: number
  state: ItemState
  /** How its last ballot ended; null while there is none, or while it runs. */
  outcome: 'passed' | 'rejected' | 'again' | 'ordered' | null
  /** Its vote has stopped and waits to be declared. */
  stopped?: boolean
}

/** Nothing more to do about it tonight. A passed item is not done before somebody has it in hand. */
const isSettled = ({ state, outcome }: RunningItem): boolean =>
  state === 'assigned' || state === 'deferred' || (state === 'declared' && outcome !== 'passed')

/** The item the room is at: begun and not settled. Null between two items. */
export function currentItem<I extends RunningItem>(items: readonly I[]): I | null {
  return items.find((item) => item.state !== 'waiting' && !isSettled(item)) ?? null
}

export interface NextStep {
  step:
    | 'notice'
    | 'checkin'
    | 'open'
    | 'introduce'
    | 'discuss'
    | 'vote'
    | 'stop'
    | 'close'
    | 'assign'
    | 'resume'
    | 'adjourn'
  /** Whom it is about, by the item's number; null: the meeting itself. */
  item: number | null
  /** Cannot be done by a key alone: the ballot's question and rule, or who takes it on and until when. */
  asks: boolean
}

/** The one thing to do next, which the chair's Space bar does. `items` in running order. Null: it is over. */
export function nextStep(state: MeetingState, items: readonly RunningItem[]): NextStep | null {
  const of = (step: NextStep['step'], item: RunningItem | null = null): NextStep => ({
    step,
    item: item?.no ?? null,
    asks: step === 'vote' || step === 'assign',
  })
  switch (state) {
    case 'draft':
      return of('notice')
    case 'noticed':
      return of('checkin')
    case 'checkin':
      return of('open')
    case 'suspended':
      return of('resume')
    case 'adjourned':
    case 'aborted':
      return null
  }
  const item = currentItem(items)
  switch (item?.state) {
    case 'introduced':
      return of('discuss', item)
    case 'discussing':
      return of('vote', item)
    case 'voting':
      // Two presses: what has stopped can still be taken back, what was declared cannot.
      return of(item.stopped ? 'close' : 'stop', item)
    case 'declared':
      return of('assign', item)
  }
  const following = items.find(({ state }) => state === 'waiting')
  return following ? of('introduce', following) : of('adjourn')
}

export function whyNotNotice(state: MeetingState): MessageKey | null {
  if (state === 'aborted') return 'meetings.over'
  return state === 'draft' ? null : 'meetings.alreadyNoticed'
}

export function whyNotStartCheckin(state: MeetingState): MessageKey | null {
  if (state === 'aborted') return 'meetings.over'
  if (state === 'draft') return 'meetings.notNoticed'
  return state === 'noticed' ? null : 'meetings.alreadyCheckin'
}

export function whyNotOpen(state: MeetingState, itemsOnOrder: number): MessageKey | null {
  if (state === 'aborted') return 'meetings.over'
  if (state === 'draft' || state === 'noticed') return 'meetings.noCheckin'
  if (state !== 'checkin') return 'meetings.alreadyOpen'
  return itemsOnOrder > 0 ? null : 'meetings.noItems'
}

export function whyNotAdjourn(state: MeetingState, items: readonly RunningItem[]): MessageKey | null {
  const item = currentItem(items)
  // A meeting that rests may end in the middle of an item, which then waits for another evening; but not of a vote.
  if (state === 'suspended') return item?.state === 'voting' ? 'meetings.giveUpVote' : null
  if (state !== 'in_session') return whyNotInSession(state)
  return item ? 'meetings.finishItem' : null
}

/** The running order is settled by the opening: who came for the third item must find it there. */
export function whyNotArrange(state: MeetingState): MessageKey | null {
  if (isOver(state)) return 'meetings.over'
  return hasBegun(state) ? 'meetings.orderFixed' : null
}

/** One item at a time, and a passed one gets an owner before the next begins. */
export function whyNotIntroduce(
  state: MeetingState,
  items: readonly RunningItem[],
  item: RunningItem,
): MessageKey | null {
  if (state !== 'in_session') return whyNotInSession(state)
  if (item.state !== 'waiting') return 'meetings.itemBegun'
  return currentItem(items) ? 'meetings.finishItem' : null
}

export function whyNotDiscuss(state: MeetingState, item: RunningItem): MessageKey | null {
  if (state !== 'in_session') return whyNotInSession(state)
  if (item.state === 'waiting') return 'meetings.introduceFirst'
  return item.state === 'introduced' ? null : 'meetings.itemBegun'
}

/** What was voted on is decided; until then an item can wait for another evening. */
export function whyNotDefer(state: MeetingState, item: RunningItem): MessageKey | null {
  if (state !== 'in_session') return whyNotInSession(state)
  if (item.state === 'voting') return 'meetings.closeFirst'
  if (item.state === 'deferred') return 'meetings.itemDeferred'
  return item.state === 'declared' || item.state === 'assigned' ? 'meetings.itemDecided' : null
}

/** Notes are taken while it happens; afterwards they are part of the record. */
export function whyNotInSession(state: MeetingState): MessageKey | null {
  if (state === 'in_session') return null
  if (state === 'suspended') return 'meetings.suspended'
  return isOver(state) ? 'meetings.over' : 'meetings.notOpen'
}

/** B: back from the discussion to the introduction, or out of an item again. What was voted on stays where it is. */
export function whyNotReturn(state: MeetingState, item: RunningItem): MessageKey | null {
  if (state !== 'in_session') return whyNotInSession(state)
  return item.state === 'introduced' || item.state === 'discussing' ? null : 'meetings.noWayBack'
}

/** A moment as the parts that a sentence in either language puts together ('{month} 月 {day} 日', '{day} {monthName}'). */
export function whenParts(at: Date): { month: number; monthName: string; day: number; time: string } {
  return { ...dayParts(shanghaiDay(at)), time: shanghaiMinute(at).slice(11) }
}

/** A day 'YYYY-MM-DD' as such parts. */
export function dayParts(iso: string): { month: number; monthName: string; day: number } {
  const [, month = '', day = ''] = iso.split('-')
  return { month: Number(month), monthName: monthNames[Number(month) - 1] ?? '', day: Number(day) }
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
