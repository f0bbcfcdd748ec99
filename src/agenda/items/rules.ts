/** 议题 — issues grouped into something a meeting can decide (domain 3.3, 3.4). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { hasBegun, isOver, type MeetingState } from '../meetings/rules.ts'

/** An item, as far as what may be done with it depends on it. */
export interface Item {
  withdrawn: boolean
  /** How the meeting stands on whose running order it is; null: on none, or put off by the last one. */
  meeting: MeetingState | null
}

/** Its words are frozen while it is before the meeting, and for good once the meeting has dealt with it. */
export function whyNotEdit(item: Item): MessageKey | null {
  if (item.withdrawn) return 'items.isWithdrawn'
  if (item.meeting === null) return null
  if (hasBegun(item.meeting)) return 'items.inSession'
  return isOver(item.meeting) ? 'items.isDecided' : null
}

export function whyNotWithdraw(item: Item): MessageKey | null {
  return whyNotEdit(item) ?? (item.meeting ? 'items.onOrder' : null)
}

/** An item without an issue would be nobody's: it is withdrawn, not emptied. */
export function whyNotUnlink(item: Item, issues: number): MessageKey | null {
  return whyNotEdit(item) ?? (issues > 1 ? null : 'items.lastIssue')
}

/**
 * May it go onto a running order? `waiting`: how many of its issues wait in the pool or are on an agenda already. One that
 * stands by itself (`alone`) needs none: a question put to everybody answers to what people said there, and what was
 * decided for a time is asked again whatever has become of its issues.
 */
export function whyNotPlace(item: Item, waiting: number, alone: boolean): MessageKey | null {
  if (item.withdrawn) return 'items.isWithdrawn'
  if (item.meeting) return isOver(item.meeting) ? 'items.isDecided' : 'items.onOrder'
  return waiting > 0 || alone ? null : 'items.nothingWaiting'
}
