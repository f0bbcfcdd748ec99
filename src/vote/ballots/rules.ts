/** 表决 — by which rules it is voted, who may answer, and when a vote may open (domain 3.6, 3.6.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

export type Choice = 'for' | 'against' | 'abstain'

/**
 * The rules of the catalogue (vote/rules) that a ballot can be counted by. What each takes stands there, as dated data;
 * 过半数 is more than half, 三分之二 includes it (Civil Code art. 1259).
 */
export const rules = [
  ...['M1', 'M2', 'M3', 'M4v', 'M4p', 'M4e', 'M5v', 'M5p', 'M5e', 'M6', 'M7', 'M7s'],
  ...['S5', 'S5c', 'S5m', 'G4', 'C1', 'PL', 'AP', 'APt', 'RC', 'SC'],
] as const
export type Rule = (typeof rules)[number]

export type Voters = 'household' | 'seat'
export const votersOf = (rule: Rule): Voters => (rule.startsWith('S5') ? 'seat' : 'household')

/** Where a voter stands towards a ballot. */
export interface Standing {
  closed: boolean
  /** The chair has stopped it and may still take that back. */
  stopped: boolean
  /** The meeting rests: the room is too small. */
  suspended: boolean
  voters: Voters
  /** A browser bound to a door, or a person who sits for a party; false: we do not know who asks. */
  known: boolean
  /** On the roll that was frozen. */
  listed: boolean
  /** Checked in and not gone. */
  here: boolean
  /** For a seat: whether tonight this person speaks for it (domain 3.6.1: the titular, if in the room). */
  speaks: boolean
  /** For a seat: it steps aside on this item. */
  recused: boolean
}

/** The page asks this before it shows the form; the casting statement judges by the same order (casting.ts). */
export function whyNotVote(voter: Standing): MessageKey | null {
  if (voter.closed) return 'ballots.closed'
  if (voter.stopped) return 'ballots.stopped'
  if (voter.suspended) return 'ballots.suspended'
  if (!voter.known) return voter.voters === 'seat' ? 'ballots.notSeat' : 'ballots.notBound'
  if (!voter.listed) return voter.voters === 'seat' ? 'ballots.notSeat' : 'ballots.notListed'
  if (voter.recused) return 'ballots.recused'
  if (!voter.here) return 'ballots.notHere'
  if (!voter.speaks) return 'ballots.notSpeaker'
  return null
}

/** Where an item stands on tonight's running order. */
export interface Place {
  opened_at: Date | null
  adjourned_at: Date | null
  suspended_at: Date | null
  discussing_at: Date | null
  voting_at: Date | null
  declared_at: Date | null
  deferred_at: Date | null
}

/** A vote opens in a meeting that sits, on the item that is being discussed, once. */
export function whyNotOpen(place: Place): MessageKey | null {
  if (!place.opened_at || place.adjourned_at) return 'ballots.notInSession'
  if (place.suspended_at) return 'ballots.suspendedAlready'
  if (place.declared_at) return 'ballots.alreadyDecided'
  if (place.voting_at) return 'ballots.alreadyOpen'
  if (place.deferred_at) return 'ballots.deferred'
  if (!place.discussing_at) return 'ballots.notDiscussed'
  return null
}
