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
  away: Party[]
  waived: Party[]
  recused: Party[]
}

export function decideSeats(rule: SeatRule, seats: readonly Seat[]): SeatResult {
  const table = seats.filter(({ voting, vacant }) => voting && !vacant)
  const here = table.filter(({ present }) => present)
  // A seat that is not in the room, or recused, has no vote to be counted.
  const votes = here.filter(({ recused }) => !recused)
  const chose = (choice: Seat['choice']) => votes.filter((seat) => seat.choice === choice).length
  const yes = chose('for')
  const mayVote = table.filter(({ recused }) => !recused).length
  const presence = check('presence', here.length, table.length, rule.presence)
  const says = check('yes', yes, ...whatItTakes(rule, mayVote))
  // A fixed number of yes is fixed: three stay three also where the table is smaller than three.
  const needed = rule.passes.by === 'yes' ? rule.passes.yes : (says.needed ?? 1)
  const enough = rule.passes.by === 'yes' ? yes >= needed : says.holds
  const away = seats.filter((seat) => seat.required && !seat.vacant && !seat.present)
  const reason =
    table.length === 0
      ? 'zero'
      : !presence.holds
        ? 'tooFew'
        : away.length > 0
          ? 'requiredAway'
          : enough
            ? 'enough'
            : 'notEnough'
  return {
    kind: 'seats',
    outcome: reason === 'enough' ? 'passed' : 'rejected',
    reason,
    base: table.length,
    present: here.length,
    for: yes,
    against: chose('against'),
    abstain: chose('abstain'),
    checks: rule.passes.by === 'yes' ? [presence] : [presence, says],
    needed,
    away: away.map(party),
    waived: seats.filter(({ required, vacant }) => required && vacant).map(party),
    recused: seats.filter(({ recused, vacant }) => recused && !vacant).map(party),
  }
}

/** Of the seats entitled to vote on this, present or not; a recused or vacant one is not entitled. */
function whatItTakes({ passes }: SeatRule, mayVote: number): [number, { num: number; den: number; strict: boolean }] {
  // Consent: every party concerned says yes; to abstain or to stay away is not to consent.
  return [mayVote, passes.by === 'share' ? passes.share : { num: 1, den: 1, strict: false }]
}

const party = ({ name, nameEn }: Party): Party => ({ name, nameEn })
