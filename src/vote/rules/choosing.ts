/** 选项 — choosing among options: PL the most votes, AP as many as one approves of, SC points for an order. */
import { drawLots } from './lots.ts'
import type { ApprovalRule, ScoreRule } from './rule.ts'
import { natural, total } from './shares.ts'

export interface Sum {
  option: string
  sum: number
}

export interface ChoiceResult {
  kind: 'plurality' | 'approval'
  outcome: 'passed' | 'rejected' | 'runoff'
  reason: 'most' | 'chosen' | 'tie' | 'nobody'
  /** Each option with its votes, most first, else as on the ballot. */
  sums: Sum[]
  chosen: string[]
  /** Who goes to a run-off. */
  tied: string[]
  /** What the cut was decided by, where it was a lot: the tied options in the order in which they were drawn. */
  lot: string[]
  valid: number
  invalid: number
  abstain: number
}

/** PL: one ballot names one option, or abstains ('' ) and is counted apart. Unknown options are invalid. */
export function decidePlurality(options: readonly string[], ballots: readonly string[]): ChoiceResult {
  const valid = ballots.filter((option) => options.includes(option))
  const abstain = ballots.filter((option) => option === '').length
  const sums = mostFirst(options, valid)
  const most = sums[0]?.sum ?? 0
  const top = sums.filter(({ sum }) => sum === most).map(({ option }) => option)
  const [outcome, reason] =
    most === 0
      ? (['rejected', 'nobody'] as const)
      : top.length === 1
        ? (['passed', 'most'] as const)
        : (['runoff', 'tie'] as const)
  return {
    kind: 'plurality',
    outcome,
    reason,
    sums,
    chosen: outcome === 'passed' ? top : [],
    tied: outcome === 'runoff' ? top : [],
    lot: [],
    valid: valid.length,
    invalid: ballots.length - valid.length - abstain,
    abstain,
  }
}

export interface Approving {
  /** How many approvals an option takes, or how many options are chosen, as the rule goes by. */
  number: number
  /** Set in the run-off: whoever is tied there is drawn by lot with this seed. */
  seed: string | null
}

/** AP: a ballot approves of any number of options; approving of none is valid, an unknown option makes all of it invalid. */
export function decideApproval(
  rule: Pick<ApprovalRule, 'by'>,
  options: readonly string[],
  ballots: readonly (readonly string[])[],
  { number, seed }: Approving,
): ChoiceResult {
  if (natural(number) === 0) throw new RangeError('nothing to be chosen')
  const valid = ballots.filter((ballot) => ballot.every((option) => options.includes(option)))
  const sums = mostFirst(
    options,
    valid.flatMap((ballot) => [...new Set(ballot)]),
  )
  const approved = sums.filter(({ sum }) => sum > 0)
  const cut = rule.by === 'threshold' ? number : (approved[number - 1]?.sum ?? 1)
  const within = approved.filter(({ sum }) => sum >= cut)
  const safe = rule.by === 'threshold' || within.length <= number ? within : within.filter(({ sum }) => sum > cut)
  const atCut = within.filter((one) => !safe.includes(one)).map(({ option }) => option)
  const lot = seed === null ? [] : drawLots(seed, atCut)
  const chosen = [...safe.map(({ option }) => option), ...lot.slice(0, number - safe.length)]
  const open = seed === null && atCut.length > 0
  return {
    kind: 'approval',
    outcome: open ? 'runoff' : chosen.length > 0 ? 'passed' : 'rejected',
    reason: open ? 'tie' : chosen.length > 0 ? 'chosen' : 'nobody',
    sums,
    chosen,
    tied: open ? atCut : [],
    lot,
    valid: valid.length,
    invalid: ballots.length - valid.length,
    abstain: valid.filter((ballot) => ballot.length === 0).length,
  }
}

export interface ScoreResult {
  kind: 'score'
  /** An order is all it is: nothing is decided by points. */
  outcome: 'ordered' | 'rejected'
  reason: 'ordered' | 'nobody'
  /** Options with equal sums share a place, and the next place is skipped: 1, 2, 2, 4. */
  sums: (Sum & { place: number })[]
  valid: number
  invalid: number
}

/** SC: points per option. A ballot beyond the limits, or with an unknown option, is invalid as a whole. */
export function rankScores(
  { max, budget }: Pick<ScoreRule, 'max' | 'budget'>,
  options: readonly string[],
  ballots: readonly ReadonlyMap<string, number>[],
): ScoreResult {
  const fair = (points: ReadonlyMap<string, number>) =>
    [...points].every(
      ([option, n]) => options.includes(option) && Number.isSafeInteger(n) && n >= 0 && (!max || n <= max),
    ) &&
    (!budget || total(points.values()) <= budget)
  const valid = ballots.filter(fair)
  const sums = options
    .map((option) => ({ option, sum: total(valid.map((points) => points.get(option) ?? 0)) }))
    .sort((a, b) => b.sum - a.sum)
  return {
    kind: 'score',
    outcome: valid.length > 0 ? 'ordered' : 'rejected',
    reason: valid.length > 0 ? 'ordered' : 'nobody',
    sums: sums.map((one) => ({ ...one, place: sums.findIndex(({ sum }) => sum === one.sum) + 1 })),
    valid: valid.length,
    invalid: ballots.length - valid.length,
  }
}

function mostFirst(options: readonly string[], votes: readonly string[]): Sum[] {
  const sums = new Map(options.map((option) => [option, 0]))
  for (const option of votes) sums.set(option, (sums.get(option) ?? 0) + 1)
  return [...sums].map(([option, sum]) => ({ option, sum })).sort((a, b) => b.sum - a.sum)
}
