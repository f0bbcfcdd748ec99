/** 回避 — a seat with an interest in the matter does not vote on it (domain 3.5, 3.6.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { type ItemState, isOver, type MeetingState } from '../meetings/rules.ts'

/** Who may vote is settled when the vote opens: nobody is sent aside, or called back, while the votes come in. */
export function whyNotRecuse(
  state: MeetingState,
  item: { state: ItemState },
  seat: { vacant: boolean; voting: boolean },
): MessageKey | null {
  if (isOver(state)) return 'meetings.over'
  if (item.state === 'voting') return 'recusals.voteOpen'
  if (item.state !== 'waiting' && item.state !== 'introduced' && item.state !== 'discussing')
    return 'meetings.itemDecided'
  return seat.vacant || !seat.voting ? 'recusals.noVote' : null
}
