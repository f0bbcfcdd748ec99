/** 会议通知 — told early enough, told where people pass, and told again when something changes (domain 3.4). Pure. */
import { shanghaiDay } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import type { Terms } from '../kinds/rules.ts'
import { hasBegun, isOver, type MeetingState } from '../meetings/rules.ts'

/** The day a number of days after another, 'YYYY-MM-DD'. */
const daysAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/**
 * The first day on which the meeting may begin: the day of the notice does not count (Civil Code art. 201), so three
 * days' notice given on the 1st lets it begin on the 4th, from midnight in Shanghai.
 */
export const earliestDay = (leadFrom: Date, terms: Pick<Terms, 'leadDays'>): string =>
  daysAfter(shanghaiDay(leadFrom), terms.leadDays)

export interface Lead {
  lead_from: Date | null
  lead_cut_at: Date | null
}

/** The day people were promised time until, while it is still to come; null: it may begin. */
export function tooEarlyUntil(lead: Lead, terms: Pick<Terms, 'leadDays'>, at: Date): string | null {
  if (lead.lead_from === null || lead.lead_cut_at !== null) return null
  const day = earliestDay(lead.lead_from, terms)
  return shanghaiDay(at) < day ? day : null
}

/** Where a notice hung: at these buildings, by id; at none of them: on the board of the whole neighbourhood. */
export interface Proof {
  buildings: readonly number[]
}

/** Whether it hung where it had to. `buildings`: the ids of all there are. */
export function whyNotProven(
  terms: Pick<Terms, 'proof'>,
  proofs: readonly Proof[],
  buildings: readonly number[],
): MessageKey | null {
  if (terms.proof === 'none') return null
  if (proofs.length === 0) return terms.proof === 'one' ? 'notices.noProof' : 'notices.noProofOfAll'
  // The board of the whole neighbourhood does not stand at everybody's door.
  return terms.proof === 'one' || withoutProof(proofs, buildings).length === 0 ? null : 'notices.noProofOfAll'
}

/** The buildings where nothing hung yet. */
export function withoutProof(proofs: readonly Proof[], buildings: readonly number[]): number[] {
  return buildings.filter((id) => !proofs.some((proof) => proof.buildings.includes(id)))
}

/** Title, place and hour may change, and a paper may still be hung, until people are let in. */
export function whyNotChange(state: MeetingState): MessageKey | null {
  if (state === 'draft' || state === 'noticed') return null
  return isOver(state) ? 'meetings.over' : 'notices.tooLateToChange'
}

/**
 * Whether the lead time starts anew: who was told a later hour has to be given the days again. An hour that moves back
 * only gives people more time, and a new place or name costs nobody a day.
 */
export const startsAnew = (told: Date, now: Date): boolean => now.getTime() < told.getTime()

export function whyNotCutLead(state: MeetingState, lead: Lead, terms: Pick<Terms, 'leadFixed'>): MessageKey | null {
  if (state !== 'noticed') return state === 'draft' ? 'meetings.notNoticed' : 'notices.leadOver'
  if (terms.leadFixed) return 'notices.leadIsLaw'
  return lead.lead_cut_at ? 'notices.leadCut' : null
}

/** 取消 is before the meeting sits; what too few people do to it afterwards is the quorum's to say (suspensions). */
export function whyNotCallOff(state: MeetingState): MessageKey | null {
  if (isOver(state)) return 'meetings.over'
  return hasBegun(state) ? 'notices.begun' : null
}
