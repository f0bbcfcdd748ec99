/** 表决 — what a ballot asks, who may answer, and what its numbers mean (domain 3.6, 3.6.1). Pure; whole numbers only. */
import type { MessageKey } from '../../lib/i18n.ts'
import { editionOf } from '../rules/catalogue.ts'
import { decideShare, decideUnanimous, type MajorityResult } from '../rules/majority.ts'
import { decideTable, type SeatResult } from '../rules/parties.ts'
import type { SeatRule, ShareRule, UnanimousRule } from '../rules/rule.ts'
import type { Check } from '../rules/shares.ts'

export const choices = ['for', 'against', 'abstain'] as const
export type Choice = (typeof choices)[number]

/**
 * The rules of the catalogue (vote/rules) that a ballot of for, against and abstain can be counted by. What each takes
 * stands there, as dated data; 过半数 is more than half, 三分之二 includes it (Civil Code art. 1259).
 */
export const rules = ['M1', 'M2', 'M3', 'M4v', 'M4p', 'M4e', 'M5v', 'M5p', 'M5e', 'M7', 'S5'] as const
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
  /** Every comparison the rule made, in its order. */
  checks: readonly Check[]
}

/** Why it passed or not. Each is a sentence: `ballots.because.<rule>.<reason>`. */
const reasons = {
  M1: ['moreFor', 'tie', 'moreAgainst', 'zero'],
  M2: ['enough', 'notEnough', 'zero'],
  M3: ['enough', 'notEnough', 'zero'],
  M4v: ['enough', 'notEnough', 'zero'],
  M4p: ['enough', 'notEnough', 'zero'],
  M4e: ['enough', 'notEnough', 'zero'],
  M5v: ['enough', 'notEnough', 'zero'],
  M5p: ['enough', 'notEnough', 'zero'],
  M5e: ['enough', 'notEnough', 'zero'],
  M7: ['enough', 'against', 'zero'],
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

/** The edition a ballot was frozen with, of a kind that this file can count. */
export type BallotRule = (ShareRule | UnanimousRule | SeatRule) & { code: string }

export function ruleOf(rule: Rule, version: number): BallotRule {
  const found = editionOf(rule, version)
  if (found?.kind === 'share' || found?.kind === 'unanimous' || found?.kind === 'seats') return found
  throw new Error(`no ballot is counted by rule ${rule}, edition ${version}`)
}

/** What these numbers mean under this edition of the rule. A base of nobody fails every rule, also those with "at least". */
export function decide(rule: Rule, count: Count, missing: readonly Named[] = [], version = 1): Decision {
  const result = countBy(ruleOf(rule, version), count, missing)
  const base = result.kind === 'seats' ? result.base : baseOf(ruleOf(rule, version), count)
  const numbers = { ...count, base, needed: neededOf(rule, count, version), missing, checks: result.checks }
  return { outcome: result.outcome, reason: rule === 'M1' ? simple[result.reason] : result.reason, numbers }
}

/** Under M1 it is more, less or a tie rather than enough or not. */
const simple: Record<CountedResult['reason'], Reason> = {
  enough: 'moreFor',
  notEnough: 'moreAgainst',
  against: 'moreAgainst',
  tie: 'tie',
  tooFew: 'zero',
  requiredAway: 'zero',
  zero: 'zero',
}

export type CountedResult = MajorityResult | SeatResult

/** Numbers through a rule of the catalogue. Refuses (RangeError) more votes than there were voters. */
export function countBy(rule: BallotRule, count: Count, missing: readonly Named[]): CountedResult {
  const { for: yes, against, abstain, present, eligible } = count
  const votes = { for: yes, against, abstain, present }
  if (rule.kind === 'share') return decideShare(rule, { ...votes, invalid: 0, all: eligible })
  if (rule.kind === 'unanimous') return decideUnanimous(rule, { ...votes, invalid: 0, all: eligible })
  return decideTable(rule, { ...votes, base: eligible, mayVote: eligible, away: missing, waived: [], recused: [] })
}

/** What "for" is measured against. Those who abstain are out of it, or count as not-yes: the rule says. */
function baseOf(rule: BallotRule, count: Count): number {
  if (rule.kind === 'seats') return count.eligible
  if (rule.kind === 'unanimous') return count.for + count.against
  const cast = count.for + count.against + count.abstain
  const whole = { cast, present: count.present, all: count.eligible }[rule.base]
  return whole - (rule.abstain === 'out' ? count.abstain : 0)
}

/** How many "for" it takes with this base: the pin on the bar. */
export function neededOf(rule: Rule, count: Count, version = 1): number {
  const edition = ruleOf(rule, version)
  if (rule === 'M1') return count.against + 1
  const base = baseOf(edition, count)
  if (edition.kind === 'unanimous') return base
  if (edition.kind === 'seats') return edition.passes.by === 'yes' ? edition.passes.yes : base
  const { num, den, strict } = edition.share
  return strict ? Math.floor((base * num) / den) + 1 : Math.ceil((base * num) / den)
}

/** The length of the bar: everybody where the rule asks everybody, else those in the room. */
export function wholeOf(rule: Rule, count: Count, version = 1): number {
  const edition = ruleOf(rule, version)
  const all = edition.kind === 'seats' || (edition.kind === 'share' && edition.base === 'all')
  return all ? count.eligible : count.present
}

/** Where the base is the votes themselves the line moves with each of them. */
export function movesWithVotes(rule: Rule, version: number): boolean {
  const edition = ruleOf(rule, version)
  return edition.kind === 'unanimous' || (edition.kind === 'share' && edition.base === 'cast')
}

/** Four fifths of the seats that somebody holds must be in the room. */
export const seatsNeeded = (base: number): number => Math.ceil((4 * base) / 5)

/** One sentence that says why, out of what was stored at the close; its values in both languages (names of parties differ). */
export function because(rule: Rule, { reason, numbers }: Pick<Decision, 'reason' | 'numbers'>) {
  const known: readonly string[] = reasons[rule]
  const lost = reason === 'quorumLost'
  if (!lost && !known.includes(reason)) throw new Error(`rule ${rule} has no reason ${reason}`)
  const { missing, checks: _, ...counts } = numbers
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
