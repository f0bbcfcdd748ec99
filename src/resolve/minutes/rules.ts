/** 会议纪要 — drafted, confirmed seat by seat, hung out, archived; when each may happen (domain 3.4). Pure. */
import { isWorkingDay, shanghaiDay } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'

const dayLong = 86_400_000
/** A seat has three whole days to answer after the day it was asked. */
const confirmDays = 3
/** Minutes hang out this long at least before anything that cannot be undone. */
const noticeDays = 7

interface Times {
  sent_at: Date | null
  published_at: Date | null
  archived_at: Date | null
}

/** 起草 → 确认 → 公示 → 归档. */
export type MinutesState = 'draft' | 'confirm' | 'publicity' | 'archived'

export function minutesState(minutes: Times): MinutesState {
  if (minutes.archived_at) return 'archived'
  if (minutes.published_at) return 'publicity'
  return minutes.sent_at ? 'confirm' : 'draft'
}

/** The moment from which a seat that was asked then can answer no more: midnight in Shanghai after the third day. */
export function confirmUntil(sentAt: Date): Date {
  return new Date(`${shanghaiDay(new Date(sentAt.getTime() + (confirmDays + 1) * dayLong))}T00:00:00+08:00`)
}

/** The last day of the notice period: seven whole days on, and a day on which somebody sits at the desk. */
export function publicUntil(publishedAt: Date): string {
  let at = publishedAt.getTime() + noticeDays * dayLong
  while (!isWorkingDay(shanghaiDay(new Date(at)))) at += dayLong
  return shanghaiDay(new Date(at))
}

/** What one seat says of the minutes. Who says nothing has not confirmed them: 未确认, never 同意. */
export type SeatAnswer = 'confirmed' | 'objected' | 'silent'
export const seatAnswer = (answer: 'confirmed' | 'objected' | null): SeatAnswer => answer ?? 'silent'

export function whyNotDraw(meeting: { adjourned: boolean }): MessageKey | null {
  return meeting.adjourned ? null : 'minutes.notAdjourned'
}

/** Nothing changes under the eyes of those who are asked to confirm it: first it is taken back. */
export function whyNotEdit(state: MinutesState): MessageKey | null {
  if (state === 'draft') return null
  return state === 'confirm' ? 'minutes.underConfirm' : 'minutes.isPublic'
}

export function whyNotTakeBack(state: MinutesState): MessageKey | null {
  if (state === 'draft') return 'minutes.notSent'
  return state === 'confirm' ? null : 'minutes.isPublic'
}

export interface Asked {
  answer: 'confirmed' | 'objected' | null
  replied: boolean
}

/** `asked`: the row of her seat in this round; null: the seat was not asked. */
export function whyNotAnswer(
  state: MinutesState,
  asked: Asked | null,
  sentAt: Date | null,
  at: Date,
): MessageKey | null {
  if (state === 'draft' || sentAt === null) return 'minutes.notSent'
  if (asked === null) return 'minutes.notAsked'
  if (asked.answer !== null) return 'minutes.answered'
  return state !== 'confirm' || at >= confirmUntil(sentAt) ? 'minutes.confirmOver' : null
}

/** Every seat was heard or had its time, and every objection has an answer in writing. */
export function whyNotPublish(
  state: MinutesState,
  asked: readonly Asked[],
  sentAt: Date | null,
  at: Date,
): MessageKey | null {
  if (state === 'draft' || sentAt === null) return 'minutes.notSent'
  if (state !== 'confirm') return 'minutes.isPublic'
  if (asked.some(({ answer, replied }) => answer === 'objected' && !replied)) return 'minutes.objectionOpen'
  const waiting = asked.some(({ answer }) => answer === null)
  return waiting && at < confirmUntil(sentAt) ? 'minutes.stillAsked' : null
}

/** The chair answers an objection before the minutes are public, a neighbour's before they are put away. */
export function whyNotReply(objection: {
  answer: 'confirmed' | 'objected' | null
  replied: boolean
}): MessageKey | null {
  if (objection.answer !== 'objected') return 'minutes.noObjection'
  return objection.replied ? 'minutes.replied' : null
}

export function whyNotObject(state: MinutesState, until: string | null, at: Date): MessageKey | null {
  if (state === 'draft' || state === 'confirm' || until === null) return 'minutes.notPublic'
  return state === 'archived' || shanghaiDay(at) > until ? 'minutes.noticeOver' : null
}

export function whyNotArchive(
  state: MinutesState,
  until: string | null,
  unanswered: number,
  at: Date,
): MessageKey | null {
  if (state === 'draft' || state === 'confirm' || until === null) return 'minutes.notPublic'
  if (state === 'archived') return 'minutes.archivedAlready'
  if (shanghaiDay(at) <= until) return 'minutes.noticeRuns'
  return unanswered > 0 ? 'minutes.objectionOpen' : null
}

/** A draft is the desk's, a text that is being confirmed the seats' too; what hangs out is everybody's. */
export function mayRead(state: MinutesState, me: { desk: boolean; seated: boolean }): boolean {
  if (state === 'publicity' || state === 'archived') return true
  return me.desk || (state === 'confirm' && me.seated)
}
