/** 五方席位 — S5: are the parties in the room, and do enough of them say yes (domain 3.5, 3.6.1). */
import type { SeatRule } from './rule.ts'
import { type Check, check } from './shares.ts'

export interface Seat {
  name: string
  nameEn: string
  voting: boolean
  required: boolean
  /** Nobody holds it: it leaves the base, and if it was required that is waived. */
  vacant: boolean
  /** 回避: stays in base, presence and required, but does not vote on this. */
  recused: boolean
  present: boolean
  choice: 'for' | 'against' | 'abstain' | null
}

type Party = Pick<Seat, 'name' | 'nameEn'>

export interface SeatResult {
  kind: 'seats'
  outcome: 'passed' | 'rejected'
  reason: 'enough' | 'notEnough' | 'tooFew' | 'requiredAway' | 'zero'
  base: number
  present: number
  for: number
  against: number
  abstain: number
  checks: Check<'presence' | 'yes'>[]
  /** Yes that were needed. */
  needed: number
  away: readonly Party[]
  waived: readonly Party[]
  recused: readonly Party[]
}

/** The table, counted: what a stored result is told from again. */
export interface Table {
  /** Voting seats that somebody holds, and how many of them may vote on this. */
  base: number
  mayVote: number
  present: number
  for: number
  against: number
  abstain: number
  /** Required seats that nobody came for; required but vacant ones; those that are recused. */
  away: readonly Party[]
  waived: readonly Party[]
  recused: readonly Party[]
}

export function decideSeats(rule: SeatRule, seats: readonly Seat[]): SeatResult {
  const table = seats.filter(({ voting, vacant }) => voting && !vacant)
  const here = table.filter(({ present }) => present)
  // A seat that is not in the room, or recused, has no vote to be counted.
  const votes = here.filter(({ recused }) => !recused)
  const chose = (choice: Seat['choice']) => votes.filter((seat) => seat.choice === choice).length
  return decideTable(rule, {
    base: table.length,
    mayVote: table.filter(({ recused }) => !recused).length,
    present: here.length,
    for: chose('for'),
    against: chose('against'),
    abstain: chose('abstain'),
    away: seats.filter((seat) => seat.required && !seat.vacant && !seat.present).map(party),
    waived: seats.filter(({ required, vacant }) => required && vacant).map(party),
    recused: seats.filter(({ recused, vacant }) => recused && !vacant).map(party),
  })
}

export function decideTable(rule: SeatRule, table: Table): SeatResult {
  const { mayVote, ...counted } = table
  const presence = check('presence', table.present, table.base, rule.presence)
  const says = check('yes', table.for, ...whatItTakes(rule, mayVote))
  // A fixed number of yes is fixed: three stay three also where the table is smaller than three.
  const needed = rule.passes.by === 'yes' ? rule.passes.yes : (says.needed ?? 1)
  const enough = rule.passes.by === 'yes' ? table.for >= needed : says.holds
  const reason =
    table.base === 0
      ? 'zero'
      : !presence.holds
        ? 'tooFew'
        : table.away.length > 0
          ? 'requiredAway'
          : enough
            ? 'enough'
            : 'notEnough'
  const checks = rule.passes.by === 'yes' ? [presence] : [presence, says]
  return { kind: 'seats', outcome: reason === 'enough' ? 'passed' : 'rejected', reason, ...counted, checks, needed }
}

/** Of the seats entitled to vote on this, present or not; a recused or vacant one is not entitled. */
function whatItTakes({ passes }: SeatRule, mayVote: number): [number, { num: number; den: number; strict: boolean }] {
  // Consent: every party concerned says yes; to abstain or to stay away is not to consent.
  return [mayVote, passes.by === 'share' ? passes.share : { num: 1, den: 1, strict: false }]
}

const party = ({ name, nameEn }: Party): Party => ({ name, nameEn })
