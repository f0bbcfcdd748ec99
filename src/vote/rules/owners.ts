/** 业主表决 — D1, D2: heads and area, each twice: taking part, and saying yes (Civil Code art. 278). */
import type { Cast, Voter } from './counting.ts'
import { developer, type Electorate, type Head } from './electorate.ts'
import type { DualRule } from './rule.ts'
import { type Check, check, further } from './shares.ts'

/** follow: 从众, a choice printed on the ballot where the community's rules allow it. */
type OwnersChoice = 'for' | 'against' | 'abstain' | 'follow'

/** `voter`: the co-owner; cast for one of the units that owner set holds. */
export interface OwnersCast extends Cast<OwnersChoice> {
  unit: string
}

export interface Measure {
  heads: number
  area: number
}

export interface OwnersCount {
  total: Measure
  participating: Measure
  for: Measure
  against: Measure
  abstain: Measure
  follow: Measure
  /** Co-owners whose ballots differ: not taking part until that is settled, but still in the totals. */
  held: Measure
  heldKeys: string[]
  invalid: number
  /** Ballots that do not count: after the close, by somebody who may not speak for the unit, or cast once before. */
  late: number[]
  strangers: number[]
  superseded: number[]
}

export interface OwnersTerms {
  closesAt: number
  followAllowed: boolean
  /** Sold since the roll was frozen: unit → who bought it. Buyers vote where the old owners have not; see maySpeak. */
  buyers: ReadonlyMap<string, Voter>
}

/** Statutory votes are cast once: the earliest valid ballot counts. */
export function countOwners(electorate: Electorate, casts: readonly OwnersCast[], terms: OwnersTerms): OwnersCount {
  const count: OwnersCount = {
    total: { heads: electorate.totalHeads, area: electorate.totalArea },
    ...{ participating: none(), for: none(), against: none(), abstain: none(), follow: none(), held: none() },
    ...{ heldKeys: [], invalid: 0, late: [], strangers: [], superseded: [] },
  }
  const words = new Map<string, Map<Voter, OwnersChoice>>()
  const spoiled = new Set<string>()
  for (const cast of [...casts].sort((a, b) => a.at - b.at || a.id - b.id)) {
    const head = electorate.heads.get(electorate.headOf.get(cast.unit) ?? '')
    const speaks = head && maySpeak(head, cast.voter, terms.buyers)
    if (cast.at >= terms.closesAt) count.late.push(cast.id)
    else if (!head || !speaks) count.strangers.push(cast.id)
    else if (cast.choice === null || (cast.choice === 'follow' && !terms.followAllowed)) spoiled.add(head.key)
    else {
      const said = words.get(head.key) ?? new Map<Voter, OwnersChoice>()
      words.set(head.key, said)
      // Who bought and who sold are one voice: whichever of them was first stands.
      const sold =
        head.owners.length > 0 &&
        ((said.size > 0 && !head.owners.includes(cast.voter)) ||
          [...said.keys()].some((voter) => !head.owners.includes(voter)))
      if (said.has(cast.voter) || sold) count.superseded.push(cast.id)
      else said.set(cast.voter, cast.choice)
    }
  }
  for (const [key, said] of words) {
    const head = electorate.heads.get(key)
    const [choice, ...others] = new Set(said.values())
    if (!head || choice === undefined) continue
    // Yes against abstain differs too, and so does paper against phone.
    if (others.length > 0) count.heldKeys.push(key)
    add(others.length > 0 ? count.held : count[choice], head)
    if (others.length === 0) add(count.participating, head)
  }
  count.invalid = [...spoiled].filter((key) => !words.has(key)).length
  return count
}

/** Where one co-owner was agreed on, the others' ballots are void. A buyer speaks for a head once all of it is his: the roll is frozen whole. */
function maySpeak(head: Head, voter: Voter, buyers: ReadonlyMap<string, Voter>): boolean {
  if (head.owners.length === 0) return voter === developer
  if (head.units.every((unit) => buyers.get(unit) === voter)) return true
  return head.agreed === null ? head.owners.includes(voter) : head.agreed === voter
}

export interface DualResult {
  kind: 'dual'
  outcome: 'passed' | 'rejected'
  reason: 'enough' | 'participation' | 'notEnough' | 'zero'
  /** TH TA · PH PA · YH YA. */
  total: Measure
  participating: Measure
  for: Measure
  checks: Check<'partHeads' | 'partArea' | 'yesHeads' | 'yesArea'>[]
  /** Still needed: to take part, and to say yes where every further ballot is a yes. Null: out of reach. */
  missing: { participation: Measure; decision: { heads: number | null; area: number | null } }
}

/** Passes when all four shares hold. Nobody on the roll, or no area, passes nothing. */
export function decideDual(rule: DualRule, counted: Pick<OwnersCount, 'total' | 'participating' | 'for'>): DualResult {
  const { total, participating: part, for: yes } = counted
  for (const measure of ['heads', 'area'] as const)
    if (yes[measure] > part[measure] || part[measure] > total[measure]) throw new RangeError('more votes than owners')
  const checks: DualResult['checks'] = [
    check('partHeads', part.heads, total.heads, rule.participation),
    check('partArea', part.area, total.area, rule.participation),
    check('yesHeads', yes.heads, part.heads, rule.decision),
    check('yesArea', yes.area, part.area, rule.decision),
  ]
  const takesPart = checks.slice(0, 2).every(({ holds }) => holds)
  const passes = takesPart && checks.every(({ holds }) => holds)
  const zero = total.heads === 0 || total.area === 0
  const participation = { heads: checks[0]?.short ?? 0, area: checks[1]?.short ?? 0 }
  const reach = (measure: keyof Measure): number | null => {
    const more = further(yes[measure], part[measure], rule.decision)
    const needed = more === null ? null : Math.max(more, participation[measure])
    return needed === null || needed > total[measure] - part[measure] ? null : needed
  }
  return {
    kind: 'dual',
    outcome: passes ? 'passed' : 'rejected',
    reason: zero ? 'zero' : passes ? 'enough' : takesPart ? 'notEnough' : 'participation',
    total,
    participating: part,
    for: yes,
    checks,
    missing: { participation, decision: { heads: reach('heads'), area: reach('area') } },
  }
}

export interface OwnersResult extends DualResult {
  count: OwnersCount
  /** Where ballots follow the majority: which way, and what it is without them. Split: heads and area point apart, so they follow nobody. */
  followed: { to: 'for' | 'against' | 'split'; without: DualResult } | null
}

export function decideOwners(rule: DualRule, count: OwnersCount): OwnersResult {
  const without = decideDual(rule, count)
  if (count.follow.heads === 0 && count.follow.area === 0) return { ...without, count, followed: null }
  const more = (a: Measure, b: Measure) => a.heads > b.heads && a.area > b.area
  const to = more(count.for, count.against) ? 'for' : more(count.against, count.for) ? 'against' : 'split'
  const yes = { heads: count.for.heads + count.follow.heads, area: count.for.area + count.follow.area }
  const result = to === 'for' ? decideDual(rule, { ...count, for: yes }) : without
  return { ...result, count, followed: { to, without } }
}

const none = (): Measure => ({ heads: 0, area: 0 })

function add(sum: Measure, { heads, area }: Measure) {
  sum.heads += heads
  sum.area += area
}
