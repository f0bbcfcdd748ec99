/** 票数 — what a rule is given and what it came to, as it is stored with a closed ballot. */
import type { Result } from '../rules/explain.ts'
import type { Check } from '../rules/shares.ts'

/** What a rule is given. Of a paper with options, "for" are those that say something; of one without objection, consent. */
export interface Count {
  for: number
  against: number
  abstain: number
  /** Who of the roll was in the room at any time while the ballot was open. */
  present: number
  /** The roll as it was frozen: all households, or all voting seats that somebody holds. */
  eligible: number
  /** Seats that step aside on this item, and how many are left to vote on it. */
  recused?: readonly Named[]
  mayVote?: number
  /** By which ways they came. */
  ways?: Ways
}

/** 一票多种投法: how many votes came by phone, at the desk, by mandate, on paper, by raised hands; and the papers without a vote. */
export interface Ways {
  phone: number
  desk: number
  proxy: number
  paper: number
  hands: number
  spoiled: number
  blank: number
  lost: number
  /** Filled in, but the household voted again by another way, or another of its papers stands. */
  replaced: number
}

/** In this order they are told. */
export const waysOfVoting = ['phone', 'desk', 'proxy', 'paper', 'hands'] as const

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
  /** What the rule came to, where that is more than a yes or no: sums, rounds, reasons of objections. */
  result?: Result
}

/** again: a tie, or an objection that stands; the item is talked over and voted on once more. ordered: points put them in order. */
export type Outcome = 'passed' | 'rejected' | 'again' | 'ordered'

/** Why it passed or not, as the rule calls it. `quorumLost`: the room became too small, and the vote was given up (vote/stops). */
export type Reason = Result['reason'] | 'moreFor' | 'moreAgainst' | 'quorumLost'

export interface Decision {
  outcome: Outcome
  reason: Reason
  numbers: Numbers
}

/** One paper that was handed in. `voter` tells two apart and is nobody's name. */
export interface Handed {
  voter: number
  choice: string
  reason: string | null
}
