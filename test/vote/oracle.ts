import { createHash } from 'node:crypto'
import { type Code, editionOf } from '../../src/vote/rules/catalogue.ts'
import type { Edition, Rule } from '../../src/vote/rules/rule.ts'

/**
 * The rules once more, by other means than the ones under test: a threshold is found by dividing and looking at the
 * remainder, ballots are looked through one by one for each voter, and ranked choice compares whole histories.
 */

/** The first edition of a rule that ships. */
export function edition(code: Code): Edition {
  const found = editionOf(code, 1)
  if (!found) throw new Error(`no rule ${code}`)
  return found
}

export type Kind<K extends Rule['kind']> = Extract<Rule, { kind: K }> & { code: string }

export function rule<K extends Rule['kind']>(code: Code, kind: K): Kind<K> {
  const found = edition(code)
  if (found.kind !== kind) throw new Error(`${code} is ${found.kind}`)
  return found as Kind<K>
}

/** At least (or more than) so many of these: the threshold by division. */
export function enough(part: number, whole: number, [num, den, strict]: readonly [number, number, boolean]): boolean {
  if (whole === 0) return false
  const quotient = (BigInt(whole) * BigInt(num)) / BigInt(den)
  const remains = (BigInt(whole) * BigInt(num)) % BigInt(den) > 0n
  const threshold = strict || remains ? quotient + 1n : quotient
  return BigInt(part) >= threshold
}

/** What the catalogue promises, written down a second time from the document. */
export const promised = {
  M1: ['v', 1, 2, true],
  M2: ['p', 1, 2, true],
  M3: ['e', 1, 2, true],
  M4v: ['v', 2, 3, false],
  M4p: ['p', 2, 3, false],
  M4e: ['e', 2, 3, false],
  M5v: ['v', 3, 4, false],
  M5p: ['p', 3, 4, false],
  M5e: ['e', 3, 4, false],
} as const

export interface Votes {
  yes: number
  no: number
  abstain: number
  silent: number
  away: number
}

export function majority(code: keyof typeof promised, { yes, no, abstain, silent, away }: Votes): boolean {
  const [of, num, den, strict] = promised[code]
  const base = yes + no + (of === 'v' ? 0 : abstain + silent) + (of === 'e' ? away : 0)
  return enough(yes, base, [num, den, strict])
}

/** Who wins, and in which order the others drop out: of the smallest history, read from now backwards; then the last lot. */
export function ranked(options: string[], ballots: string[][], seed: string) {
  const valid = ballots.filter((b) => b.length > 0 && b.every((o, i) => options.includes(o) && b.indexOf(o) === i))
  const out: string[] = []
  const history = new Map(options.map((option) => [option, [] as number[]]))
  const lot = (option: string) => createHash('sha256').update(`${seed}${option}`).digest('hex')
  for (;;) {
    const left = options.filter((option) => !out.includes(option))
    const tops = valid.map((ballot) => ballot.filter((option) => !out.includes(option))[0])
    for (const option of left) history.get(option)?.unshift(tops.filter((top) => top === option).length)
    const going = tops.filter((top) => top !== undefined).length
    const votes = (option: string) => history.get(option)?.[0] ?? 0
    const winner = left.find((option) => votes(option) > going - votes(option))
    if (winner !== undefined || left.length <= 1 || valid.length === 0) return { winner: winner ?? null, out }
    const worse = (a: string, b: string) => {
      const [one = [], other = []] = [history.get(a), history.get(b)]
      const at = one.findIndex((n, i) => n !== other[i])
      if (at >= 0) return (one[at] ?? 0) < (other[at] ?? 0)
      return lot(a) > lot(b)
    }
    out.push(left.reduce((worst, option) => (worse(option, worst) ? option : worst)))
  }
}

/** Of each option, how many options have at least as many approvals, and how many have more. */
export function approved(options: string[], ballots: string[][], places: number) {
  const valid = ballots.filter((ballot) => !ballot.some((option) => !options.includes(option)))
  const n = (option: string) => valid.reduce((sum, ballot) => sum + (ballot.includes(option) ? 1 : 0), 0)
  const loved = options.filter((option) => n(option) > 0)
  const safe = loved.filter((option) => loved.filter((other) => n(other) >= n(option)).length <= places)
  const atCut = loved.filter((o) => !safe.includes(o) && loved.filter((other) => n(other) > n(o)).length < places)
  return { safe, atCut, n }
}

export interface OwnedUnit {
  name: string
  owners: string[]
  area: number
  countsArea: boolean
  countsHead: boolean
}
export interface OwnersBallot {
  id: number
  unit: string
  voter: string
  choice: 'for' | 'against' | 'abstain' | null
  at: number
}

/** Heads and area as one would with a pencil: for each set of owners look through all units and all ballots again. */
export function ownersTotals(units: OwnedUnit[], ballots: OwnersBallot[], closesAt: number) {
  const sets = [...new Set(units.map(({ owners }) => [...owners].sort().join('+')))]
  const sums = { TH: 0, TA: 0, PH: 0, PA: 0, YH: 0, YA: 0 }
  for (const set of sets) {
    const theirs = units.filter(({ owners }) => [...owners].sort().join('+') === set)
    const head = theirs.filter(({ countsHead }) => countsHead).length > 0 ? 1 : 0
    let area = 0
    for (const unit of theirs) if (unit.countsArea) area += unit.area
    sums.TH += head
    sums.TA += area
    const words = (theirs[0]?.owners ?? []).flatMap((owner) => {
      const own = ballots.filter((b) => b.voter === owner && theirs.some(({ name }) => name === b.unit))
      const valid = own.filter(({ choice, at }) => choice !== null && at < closesAt)
      const first = valid.filter((b) => !valid.some((c) => c.at < b.at || (c.at === b.at && c.id < b.id)))[0]
      return first ? [first.choice] : []
    })
    if (words.length === 0 || words.some((word) => word !== words[0])) continue
    sums.PH += head
    sums.PA += area
    if (words[0] !== 'for') continue
    sums.YH += head
    sums.YA += area
  }
  return sums
}

export function dual(code: 'D1' | 'D2', { TH, TA, PH, PA, YH, YA }: ReturnType<typeof ownersTotals>): boolean {
  const yes = code === 'D1' ? ([1, 2, true] as const) : ([3, 4, false] as const)
  const takePart = enough(PH, TH, [2, 3, false]) && enough(PA, TA, [2, 3, false])
  return takePart && enough(YH, PH, yes) && enough(YA, PA, yes)
}
