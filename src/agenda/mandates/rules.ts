/** 委托 — a household that cannot come has another vote for it, by a written mandate (domain 3.6, 3.6.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { isOver, type MeetingState } from '../meetings/rules.ts'

/** A mandate as the desk has it; `itemId` null: for every vote of the meeting. */
interface Mandate {
  principalId: number
  holderId: number
  itemId: number | null
}

/** Mandates are brought to the desk from the day people were told of the meeting until it ends. */
export function whyNotMandate(state: MeetingState): MessageKey | null {
  if (isOver(state)) return 'meetings.over'
  return state === 'draft' ? 'meetings.notNoticed' : null
}

/**
 * Why this mandate is none, and at which box of the form. `known`: every mandate of the meeting, also those that are void
 * or were withdrawn, for each keeps its place: nobody collects mandates by wearing them out. `limit`: how many one holder
 * may speak for in one vote.
 */
export function whyNotRegister(
  fresh: Mandate & { principalCame: boolean },
  known: readonly Mandate[],
  limit: number,
): { field: 'principal' | 'holder'; key: MessageKey } | null {
  if (limit === 0) return { field: 'principal', key: 'mandates.none' }
  if (fresh.principalId === fresh.holderId) return { field: 'holder', key: 'mandates.self' }
  if (fresh.principalCame) return { field: 'principal', key: 'mandates.principalHere' }
  const together = known.filter((one) => one.itemId === null || fresh.itemId === null || one.itemId === fresh.itemId)
  if (together.some((one) => one.principalId === fresh.principalId))
    return { field: 'principal', key: 'mandates.second' }
  const held = together.filter((one) => one.holderId === fresh.holderId)
  return mostInOneVote(held) >= limit ? { field: 'holder', key: 'mandates.overLimit' } : null
}

/** Those for the whole meeting count in each vote, those for one item in its own. */
function mostInOneVote(held: readonly Mandate[]): number {
  const whole = held.filter(({ itemId }) => itemId === null).length
  const single = Map.groupBy(
    held.filter(({ itemId }) => itemId !== null),
    ({ itemId }) => itemId,
  )
  return whole + Math.max(0, ...[...single.values()].map((each) => each.length))
}

/** void: the principal has come himself. over: the meeting has ended, and the mandate with it. */
type MandateState = 'good' | 'revoked' | 'void' | 'over'

export function mandateState(
  mandate: { revoked: boolean; principalCame: boolean },
  meeting: MeetingState,
): MandateState {
  if (mandate.revoked) return 'revoked'
  if (mandate.principalCame) return 'void'
  return isOver(meeting) ? 'over' : 'good'
}

/** What was written down by mistake is struck out, but never after a vote was cast by it. */
export const whyNotStrike = (voted: boolean): MessageKey | null => (voted ? 'mandates.voted' : null)
