/**
 * 表决规则 — what a rule is made of (domain 3.6): data that a community may change, never numbers in code. A ballot keeps
 * the whole rule as it was when it was frozen, so a result is counted again by what was in force then.
 */
import type { MessageKey } from '../../lib/i18n.ts'
import type { Share } from './shares.ts'

interface Dated {
  /** From this day on, until a later edition of the same code. */
  validFrom: string
  version: number
  article: MessageKey
  /** What a result is: advice, a decision of the meeting, a decision of the owners under art. 278, an order of things. */
  force: 'advice' | 'meeting' | 'owners' | 'order'
  /** Whether a voter's last ballot counts, or the first one only (statutory votes are cast once). */
  repeats: 'last' | 'first'
}

/** A share of those who voted (Y+N+A), who were present, or who are on the roll; abstentions stay in it or are taken out. */
export interface ShareRule extends Dated {
  kind: 'share'
  base: 'cast' | 'present' | 'all'
  abstain: 'out' | 'notYes'
  share: Share
}
/** Nobody against; strict: everybody present in favour. */
export interface UnanimousRule extends Dated {
  kind: 'unanimous'
  strict: boolean
}
interface ConsentRule extends Dated {
  kind: 'consent'
}
interface PluralityRule extends Dated {
  kind: 'plurality'
}
/** So many options win (places), or each that reaches a count (threshold); the ballot says how many. */
export interface ApprovalRule extends Dated {
  kind: 'approval'
  by: 'threshold' | 'places'
}
export interface RankedRule extends Dated {
  kind: 'ranked'
  share: Share
}
/** Each option up to `max` points (0: no limit), all together up to `budget` (0: no limit). */
export interface ScoreRule extends Dated {
  kind: 'score'
  max: number
  budget: number
}
/** Presence of seats, then so many yes, or every party concerned, or a share of the seats that may vote. */
export interface SeatRule extends Dated {
  kind: 'seats'
  presence: Share
  passes: { by: 'yes'; yes: number } | { by: 'consent' } | { by: 'share'; share: Share }
}
/** Both measures twice: who takes part of all, and who says yes of those who take part. */
export interface DualRule extends Dated {
  kind: 'dual'
  participation: Share
  decision: Share
  /** Which matters of art. 278 it decides. */
  subjects: readonly number[]
}
/** One gate of 四议两公开: something that is done, or a vote of a body with its own presence and majority. */
export interface Stage {
  stage: 'propose' | 'discuss' | 'review' | 'resolve' | 'publish' | 'report'
  attendance: Share | null
  decision: { of: 'present' | 'all'; share: Share } | null
}
export interface GateRule extends Dated {
  kind: 'gates'
  stages: readonly Stage[]
}

export type Rule =
  | ShareRule
  | UnanimousRule
  | ConsentRule
  | PluralityRule
  | ApprovalRule
  | RankedRule
  | ScoreRule
  | SeatRule
  | DualRule
  | GateRule
export type Edition = Rule & { code: string }

/** A share is a part: more than none of it, at most all of it, and "more than all" is nobody's rule. */
export function whyNotShare({ num, den, strict }: Share): MessageKey | null {
  const whole = Number.isSafeInteger(num) && Number.isSafeInteger(den)
  return whole && num > 0 && den > 0 && num <= den && !(strict && num === den) ? null : 'rules.badShare'
}

/** A vote of the owners decides the matters of art. 278 it was made for: using the maintenance fund (5) is not raising it (6). */
export function whyNotForSubject(rule: Rule, subject: number | null): MessageKey | null {
  return rule.kind === 'dual' && subject !== null && !rule.subjects.includes(subject) ? 'rules.wrongSubject' : null
}

/** What a result is worth for a matter of art. 278 (null: for no such matter). No other vote replaces the owners'. */
export function forceOf(rule: Rule, subject: number | null): Rule['force'] {
  if (rule.force === 'order' || subject === null) return rule.force
  return rule.kind === 'dual' && rule.subjects.includes(subject) ? 'owners' : 'advice'
}
