/** 表决 — what a ballot asks, who may answer, and what its numbers mean (domain 3.6, 3.6.1). Pure; whole numbers only. */
import type { MessageKey } from '../../lib/i18n.ts'

export const choices = ['for', 'against', 'abstain'] as const
export type Choice = (typeof choices)[number]

/**
 * M1 赞成多于反对 · M2 到会过半 · M4 三分之二, of those who said yes or no (v), of those present (p), of all (e) ·
 * S5 五方席位. 过半数 is more than half, 三分之二 includes it (Civil Code art. 1259).
 */
export const rules = ['M1', 'M2', 'M4v', 'M4p', 'M4e', 'S5'] as const
export type Rule = (typeof rules)[number]

export type Voters = 'household' | 'seat'
export const votersOf = (rule: Rule): Voters => (rule === 'S5' ? 'seat' : 'household')

/** What a rule is given. */
export interface Count {
  for: number
  against: number
  abstain: number
  /** Who of the roll was in the room at any time while the ballot was open. */
  present: number
  /** The roll as it was frozen: all households, or all voting seats that somebody holds. */
  eligible: number
}

/** A party's name in both languages. */
export interface Named {
  name: string
  nameEn: string
}

/** The count, what it was measured against, and how many "for" it took: enough for anybody to recount. */
export interface Numbers extends Count {
  base: number
  needed: number
  /** Required seats that nobody came for; always empty where households vote. */
  missing: readonly Named[]
}

/** Why it passed or not. Each is a sentence: `ballots.because.<rule>.<reason>`. */
const reasons = {
  M1: ['moreFor', 'tie', 'moreAgainst', 'zero'],
  M2: ['enough', 'notEnough', 'zero'],
  M4v: ['enough', 'notEnough', 'zero'],
  M4p: ['enough', 'notEnough', 'zero'],
  M4e: ['enough', 'notEnough', 'zero'],
  S5: ['enough', 'notEnough', 'tooFew', 'requiredAway', 'zero'],
} as const satisfies Record<Rule, readonly string[]>
/** `quorumLost`: the room became too small while the vote was open, and it was given up (vote/stops). */
type Reason = (typeof reasons)[Rule][number] | 'quorumLost'
type Sentence =
  | { [R in Rule]: `ballots.because.${R}.${(typeof reasons)[R][number]}` }[Rule]
  | 'ballots.because.quorumLost'

export interface Decision {
  outcome: 'passed' | 'rejected'
  reason: Reason
  numbers: Numbers
}

/** What these numbers mean under this rule. A base of nobody fails every rule, also those with "at least". */
export function decide(rule: Rule, count: Count, missing: readonly Named[] = []): Decision {
  const base = baseOf(rule, count)
  const numbers = { ...count, base, needed: neededOf(rule, count), missing }
  const reason = base === 0 ? 'zero' : rule === 'S5' ? seatReason(numbers) : reasonOf(rule, numbers)
  return { outcome: reason === 'enough' || reason === 'moreFor' ? 'passed' : 'rejected', reason, numbers }
}

/** What "for" is measured against. Those who abstain are out of it under M1 and M4v and count as not-yes elsewhere. */
function baseOf(rule: Rule, count: Count): number {
  switch (rule) {
    case 'M1':
    case 'M4v':
      return count.for + count.against
    case 'M2':
    case 'M4p':
      return count.present
    case 'M4e':
    case 'S5':
      return count.eligible
  }
}

/** How many "for" it takes with this base: the pin on the bar. */
export function neededOf(rule: Rule, count: Count): number {
  const base = baseOf(rule, count)
  switch (rule) {
    case 'M1':
      return count.against + 1
    case 'M2':
      return Math.floor(base / 2) + 1
    case 'M4v':
    case 'M4p':
    case 'M4e':
      return Math.ceil((2 * base) / 3)
    case 'S5':
      return seatsForYes
  }
}

/** Three seats must say yes, also where the table is smaller than five. */
const seatsForYes = 3
/** Four fifths of the seats that somebody holds must be in the room. */
export const seatsNeeded = (base: number): number => Math.ceil((4 * base) / 5)

function reasonOf(rule: Exclude<Rule, 'S5'>, { for: yes, against, base }: Numbers): Reason {
  if (rule === 'M1') return yes > against ? 'moreFor' : yes === against ? 'tie' : 'moreAgainst'
  if (rule === 'M2') return 2 * yes > base ? 'enough' : 'notEnough'
  return 3 * yes >= 2 * base ? 'enough' : 'notEnough'
}

function seatReason({ for: yes, present, base, missing }: Numbers): Reason {
  if (5 * present < 4 * base) return 'tooFew'
  if (missing.length > 0) return 'requiredAway'
  return yes >= seatsForYes ? 'enough' : 'notEnough'
}

/** One sentence that says why, out of what was stored at the close; its values in both languages (names of parties differ). */
export function because(rule: Rule, { reason, numbers }: Pick<Decision, 'reason' | 'numbers'>) {
  const known: readonly string[] = reasons[rule]
  const lost = reason === 'quorumLost'
  if (!lost && !known.includes(reason)) throw new Error(`rule ${rule} has no reason ${reason}`)
  const { missing, ...counts } = numbers
  const values = { ...counts, seats: seatsNeeded(counts.base) }
  return {
    key: (lost ? 'ballots.because.quorumLost' : `ballots.because.${rule}.${reason}`) as Sentence satisfies MessageKey,
    zh: { ...values, missing: missing.map((seat) => seat.name).join('、') },
    en: { ...values, missing: missing.map((seat) => seat.nameEn).join(', ') },
  }
}

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
