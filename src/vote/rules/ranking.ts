/** 排序复选 — RC: who has a majority of the ballots that still go on wins; else the last one drops out, round by round. */

import type { Sum } from './choosing.ts'
import { drawLots } from './lots.ts'
import type { RankedRule } from './rule.ts'
import { type Check, check } from './shares.ts'

interface Round {
  sums: Sum[]
  /** Ballots that still name somebody who is in. */
  continuing: number
  exhausted: number
  check: Check<'leader'>
  /** Who drops out after this round, and by what; null in the last. */
  out: { option: string; by: 'fewest' | 'lookBack' | 'lot'; round: number | null } | null
}

export interface RankedResult {
  kind: 'ranked'
  outcome: 'passed' | 'rejected'
  reason: 'majority' | 'nobody'
  chosen: string[]
  rounds: Round[]
  valid: number
  /** Blank, with an unknown option, or with the same one twice. */
  invalid: number
}

export function decideRanked(
  { share }: Pick<RankedRule, 'share'>,
  options: readonly string[],
  ballots: readonly (readonly string[])[],
  seed: string,
): RankedResult {
  const valid = ballots.filter((ballot) => isRanking(ballot, options))
  const rounds: Round[] = []
  let left = [...options]
  while (left.length > 0 && valid.length > 0) {
    const round = countRound(left, valid, share)
    rounds.push(round)
    if (round.check.holds || left.length === 1) break
    round.out = dropsOut(rounds, seed)
    left = left.filter((option) => option !== round.out?.option)
  }
  const leader = rounds.at(-1)?.check.holds ? rounds.at(-1)?.sums[0]?.option : undefined
  return {
    kind: 'ranked',
    outcome: leader === undefined ? 'rejected' : 'passed',
    reason: leader === undefined ? 'nobody' : 'majority',
    chosen: leader === undefined ? [] : [leader],
    rounds,
    valid: valid.length,
    invalid: ballots.length - valid.length,
  }
}

const isRanking = (ballot: readonly string[], options: readonly string[]): boolean =>
  ballot.length > 0 && new Set(ballot).size === ballot.length && ballot.every((option) => options.includes(option))

function countRound(
  left: readonly string[],
  ballots: readonly (readonly string[])[],
  share: RankedRule['share'],
): Round {
  const sums = new Map(left.map((option) => [option, 0]))
  let continuing = 0
  for (const ballot of ballots) {
    const first = ballot.find((option) => sums.has(option))
    if (first === undefined) continue
    continuing++
    sums.set(first, (sums.get(first) ?? 0) + 1)
  }
  const sorted = [...sums].map(([option, sum]) => ({ option, sum })).sort((a, b) => b.sum - a.sum)
  const leader = check('leader', sorted[0]?.sum ?? 0, continuing, share)
  return { sums: sorted, continuing, exhausted: ballots.length - continuing, check: leader, out: null }
}

/** The fewest votes; of equals whoever had fewest in the latest earlier round that tells them apart; else the last one drawn. */
function dropsOut(rounds: readonly Round[], seed: string): NonNullable<Round['out']> {
  let lowest = options(rounds.at(-1)?.sums ?? [])
  for (let at = rounds.length - 1; at >= 0; at--) {
    const sums = (rounds[at]?.sums ?? []).filter(({ option }) => lowest.includes(option))
    const fewest = Math.min(...sums.map(({ sum }) => sum))
    // Those who were equal in this round too look further back among themselves.
    lowest = options(sums.filter(({ sum }) => sum === fewest))
    const [option] = lowest
    if (lowest.length > 1 || option === undefined) continue
    return at === rounds.length - 1 ? { option, by: 'fewest', round: null } : { option, by: 'lookBack', round: at + 1 }
  }
  return { option: drawLots(seed, lowest).at(-1) ?? '', by: 'lot', round: null }
}

const options = (sums: readonly Sum[]): string[] => sums.map(({ option }) => option)
