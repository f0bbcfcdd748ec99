/** 诉求 — one person's own words, and what the desk may make of them (domain 3.2, rows 1 to 4 and 15). Pure. */
import { shanghaiDay } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'

/** Where things happen in any estate; the buildings of this one stand beside them. */
export const places = ['gate', 'stairs', 'garage', 'garden', 'bins', 'road', 'unsure'] as const
export type Place = (typeof places)[number]

/** Why a filing is not taken up (domain 3.2, row 3). */
export const reasons = ['spam', 'not_public', 'outside', 'insulting', 'court'] as const

export type FilingState = 'submitted' | 'need_info' | 'accepted' | 'declined' | 'referred' | 'withdrawn'
export const filingStates = ['submitted', 'need_info', 'accepted', 'declined', 'referred', 'withdrawn'] as const

/** Working days until the desk has decided what becomes of a filing (domain 3.2, row 1). */
export const triageDays = 1
/** Working days the desk waits for an answer; then it must decide without one (domain 3.2, row 2). */
export const answerDays = 5

/**
 * Whether the desk may decide now. `seen` is the state its page showed: of two people who decide in the same moment the
 * second is told, instead of undoing what the first did. What was declined may be taken up again, by the chair (row 3).
 */
export function whyNotDecide(state: FilingState, seen: FilingState, chair: boolean): MessageKey | null {
  if (state === 'withdrawn') return 'filings.withdrawn'
  if (state !== seen || state === 'accepted') return 'filings.decided'
  return state === 'declined' && !chair ? 'filings.chairDecides' : null
}

const beforeTheVote = ['accepted', 'assigned', 'pooled', 'referred', 'in_progress', 'on_agenda']

/** She may take her words back as long as nobody has voted on them (domain 3.2, row 15). */
export function whyNotWithdraw(state: FilingState, issueState: string | null): MessageKey | null {
  if (state === 'declined') return 'filings.over'
  return issueState === null || beforeTheVote.includes(issueState) ? null : 'filings.voted'
}

export function whyNotWrite(state: FilingState): MessageKey | null {
  return state === 'withdrawn' ? 'filings.withdrawn' : null
}

/** The number people quote: WT-2026-0147. */
export function filingNumber(prefix: string, filedAt: Date, no: number): string {
  return `${prefix}-${shanghaiDay(filedAt).slice(0, 4)}-${String(no).padStart(4, '0')}`
}

/** 138****1234: enough to know it again, not enough to call it (trust 4.11). */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/^\+?86(?=1\d{10}$)/, '')
  return `${digits.slice(0, Math.max(0, Math.min(3, digits.length - 8)))}****${digits.slice(-4)}`
}
