/** 休会、流会 — a meeting that has become too small rests; one that never had enough does not take place (domain 3.4). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { type MeetingState, whyNotInSession } from '../meetings/rules.ts'

/** How long after its time a meeting waits for those who have not come. */
const lateMinutes = 30

/** The rule, not a person, suspends: when a departure takes the quorum away. A meeting that never had it cannot lose it. */
export const isLost = (state: MeetingState, before: { met: boolean }, after: { met: boolean }): boolean =>
  state === 'in_session' && before.met && !after.met

export function whyNotSuspend(state: MeetingState): MessageKey | null {
  return whyNotInSession(state)
}

export function whyNotResume(state: MeetingState, quorum: { met: boolean }): MessageKey | null {
  if (state !== 'suspended') return state === 'in_session' ? 'suspensions.goesOn' : whyNotInSession(state)
  return quorum.met ? null : 'suspensions.tooFew'
}

export function whyNotAbort(
  state: MeetingState,
  startsAt: Date,
  quorum: { met: boolean },
  at: Date,
): MessageKey | null {
  if (state !== 'checkin') return state === 'suspended' ? 'suspensions.adjournInstead' : 'suspensions.notWaiting'
  if (quorum.met) return 'suspensions.enough'
  return at.getTime() - startsAt.getTime() >= lateMinutes * 60_000 ? null : 'suspensions.early'
}
