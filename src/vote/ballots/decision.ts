/** 结果 — what the numbers of a ballot mean under the edition of the rule it was frozen with (domain 3.6). Pure; whole numbers only. */
import { editionOf } from '../rules/catalogue.ts'
import { decideApproval, decidePlurality, rankScores } from '../rules/choosing.ts'
import { decideConsent, type Stance } from '../rules/consent.ts'
import type { Result } from '../rules/explain.ts'
import { walkGates } from '../rules/gates.ts'
import { decideShare, decideUnanimous } from '../rules/majority.ts'
import { decideOwners, type OwnersCount, type OwnersResult } from '../rules/owners.ts'
import { decideTable } from '../rules/parties.ts'
import { decideRanked } from '../rules/ranking.ts'
import type { Edition, GateRule, SeatRule, ShareRule, UnanimousRule } from '../rules/rule.ts'
import type { Asked, Terms } from './answers.ts'
import type { Count, Decision, Handed, Named, Numbers, Outcome } from './numbers.ts'
import type { Rule } from './rules.ts'

/** The edition a ballot was frozen with; of M6 with the fraction that was set. */
export function editionFor({ rule, ruleVersion, terms }: Omit<Asked, 'options'>): Edition {
  const found = editionOf(rule, ruleVersion)
  if (!found) throw new Error(`no ballot is counted by rule ${rule}, edition ${ruleVersion}`)
  if (rule !== 'M6' || found.kind !== 'share' || !terms.share) return found
  const { base, abstain, ...share } = terms.share
  return { ...found, base, abstain, share }
}

/** Rules of yes and no, which a count is enough for. */
type Counted = (ShareRule | UnanimousRule | SeatRule | GateRule) & { code: string }
export const isCounted = (edition: Edition): edition is Counted =>
  ['share', 'unanimous', 'seats', 'gates'].includes(edition.kind)

interface Given {
  missing?: readonly Named[]
  handed?: Handed[]
  before?: Handed[]
  /** Of the owners: heads and area, counted by the frozen roll (vote/owners). */
  owned?: OwnersCount | null
}

/** Heads and area, where the owners voted. */
export const ownersOf = ({ result }: Pick<Numbers, 'result'>): OwnersResult | null =>
  result?.kind === 'dual' && 'count' in result ? (result as OwnersResult) : null

/** A vote of the owners in heads, as other votes are counted; area stands in the result. */
export function numbersOf(result: OwnersResult): Numbers {
  const { count, total, participating, for: yes, checks } = result
  const heads = { for: yes.heads, against: count.against.heads, abstain: count.abstain.heads }
  const needed = checks.find(({ what }) => what === 'yesHeads')?.needed ?? 0
  const base = participating.heads
  return { ...heads, present: base, eligible: total.heads, base, needed, missing: [], checks, result }
}

/**
 * What these papers mean. `count` is enough for rules of yes and no; the others read each paper, and of a round that
 * followed an objection also what was said before.
 */
export function decideBallot(
  ballot: Asked,
  count: Count,
  { missing = [], handed = [], before = [], owned = null }: Given,
): Decision {
  const edition = editionFor(ballot)
  if (edition.kind === 'dual' && owned) {
    const result = decideOwners(edition, owned)
    return { outcome: result.outcome, reason: result.reason, numbers: numbersOf(result) }
  }
  if (isCounted(edition)) return decide(ballot.rule, count, missing, ballot.ruleVersion, ballot.terms)
  const counted = resultOf(edition, ballot, count, handed, before)
  const result = 'invalid' in counted ? { ...counted, invalid: counted.invalid + spoiledOf(count) } : counted
  const base = handed.length
  const numbers = { ...count, base, needed: 0, missing, checks: [], result }
  return { outcome: outcomeOf(result), reason: result.reason, numbers }
}

/** I: papers that say nothing one can count. They are told with the result and take no part in it (domain 3.6.1). */
const spoiledOf = ({ ways }: Count): number => ways?.spoiled ?? 0

const outcomeOf = ({ kind, outcome, reason }: Result): Outcome =>
  outcome === 'runoff' || (kind === 'consent' && reason === 'objection')
    ? 'again'
    : outcome === 'open'
      ? 'rejected'
      : outcome

function resultOf(edition: Edition, ballot: Asked, count: Count, handed: Handed[], before: Handed[]): Result {
  const options = ballot.options.map((_, i) => String(i + 1))
  const { number = 1, seed = '' } = ballot.terms
  const lists = handed.map(({ choice }) => (choice === 'none' ? [] : choice.split(',')))
  switch (edition.kind) {
    case 'plurality':
      return decidePlurality(
        options,
        handed.map(({ choice }) => (choice === 'abstain' ? '' : choice)),
      )
    case 'approval':
      return decideApproval(edition, options, lists, { number, seed: seed || null })
    case 'ranked':
      return decideRanked(edition, options, lists, seed)
    case 'score':
      return rankScores(
        edition,
        options,
        lists.map((points) => new Map(options.map((o, i) => [o, Number(points[i])]))),
      )
    case 'consent':
      return consented(count, handed, before)
    default:
      throw new Error(`no ballot is counted by rule ${edition.code}`)
  }
}

/** Silence is consent, so whoever is present and said nothing takes part too; who objected is not kept, only why. */
function consented({ present }: Count, handed: Handed[], before: Handed[]) {
  const stances = (said: Handed[]): Stance[] =>
    said.map(({ voter, choice, reason }) => ({ voter, stance: choice as Stance['stance'], reason: reason ?? '' }))
  const spoke = new Set(handed.map(({ voter }) => voter))
  const silent = Array.from({ length: Math.max(0, present - spoke.size) }, (_, i) => `silent ${i}`)
  // Words of an earlier round count only for whoever speaks again: the others are silent now.
  const earlier = before.filter(({ voter }) => spoke.has(voter))
  const result = decideConsent([stances(earlier), stances(handed)], new Set([...spoke, ...silent]))
  return { ...result, objections: result.objections.map(({ reason }, i) => ({ voter: i + 1, reason })) }
}

/** What these numbers mean under this edition of the rule. A base of nobody fails every rule, also those with "at least". */
export function decide(
  rule: Rule,
  count: Count,
  missing: readonly Named[] = [],
  version = 1,
  terms: Terms = {},
): Decision {
  const edition = editionFor({ rule, ruleVersion: version, terms })
  const result = countBy(edition, count, missing)
  const base = result.kind === 'seats' ? result.base : baseOf(edition, count)
  const checks = 'checks' in result ? result.checks : result.stages.flatMap((stage) => stage.checks)
  const numbers = { ...count, base, needed: neededOf(rule, count, version, terms), missing, checks }
  const reason = rule === 'M1' ? simple[result.reason as keyof typeof simple] : result.reason
  return { outcome: outcomeOf(result), reason, numbers }
}

/** Under M1 it is more, less or a tie rather than enough or not. */
const simple = { enough: 'moreFor', notEnough: 'moreAgainst', tie: 'tie', zero: 'zero' } as const

/** Numbers through a rule of the catalogue. Refuses (RangeError) more votes than there were voters. */
export function countBy(rule: Edition, count: Count, missing: readonly Named[]) {
  const { for: yes, against, abstain, present, eligible, recused = [], mayVote = eligible } = count
  const invalid = spoiledOf(count)
  const votes = { for: yes, against, abstain, present }
  switch (rule.kind) {
    case 'share':
      return decideShare(rule, { ...votes, invalid, all: eligible })
    case 'unanimous':
      return decideUnanimous(rule, { ...votes, invalid, all: eligible })
    case 'seats':
      return decideTable(rule, { ...votes, base: eligible, mayVote, away: missing, waived: [], recused })
    case 'gates':
      // The vote is one gate of several: that of the villagers' meeting. The others have records of their own (agenda/gates).
      return walkGates({ stages: rule.stages.filter(({ stage }) => stage === 'resolve') }, [
        { done: true, members: eligible, present, for: yes },
      ])
    default:
      throw new Error(`no count is enough for rule ${rule.code}`)
  }
}

/** What "for" is measured against. Those who abstain are out of it, or count as not-yes: the rule says. */
function baseOf(rule: Edition, count: Count): number {
  const cast = count.for + count.against + count.abstain
  switch (rule.kind) {
    case 'share': {
      const whole = { cast, present: count.present, all: count.eligible }[rule.base]
      return whole - (rule.abstain === 'out' ? count.abstain : 0)
    }
    case 'unanimous':
      return rule.strict ? count.present : count.for + count.against
    case 'seats':
      return count.eligible
    case 'gates':
      return count.present
    default:
      return cast
  }
}

/** How many "for" it takes with this base: the pin on the bar. 0 where no number is enough by itself. */
export function neededOf(rule: Rule, count: Count, version = 1, terms: Terms = {}): number {
  const edition = editionFor({ rule, ruleVersion: version, terms })
  const base = baseOf(edition, count)
  const least = ({ num, den, strict }: { num: number; den: number; strict: boolean }) =>
    strict ? Math.floor((base * num) / den) + 1 : Math.ceil((base * num) / den)
  if (rule === 'M1') return count.against + 1
  switch (edition.kind) {
    case 'share':
      return least(edition.share)
    case 'unanimous':
      return base
    case 'seats': {
      const table = countBy(edition, { ...count, for: 0, against: 0, abstain: 0 }, [])
      return table.kind === 'seats' ? table.needed : 0
    }
    case 'gates':
      return least(
        edition.stages.find(({ stage }) => stage === 'resolve')?.decision?.share ?? { num: 1, den: 2, strict: true },
      )
    default:
      return 0
  }
}

/** The length of the bar: everybody where the rule asks everybody, else those in the room. */
export function wholeOf(rule: Rule, count: Count, version = 1, terms: Terms = {}): number {
  const edition = editionFor({ rule, ruleVersion: version, terms })
  const all = edition.kind === 'seats' || (edition.kind === 'share' && edition.base === 'all')
  return all ? count.eligible : count.present
}

/** Where the base is the votes themselves the line moves with each of them. */
export function movesWithVotes(rule: Rule, version: number, terms: Terms = {}): boolean {
  const edition = editionFor({ rule, ruleVersion: version, terms })
  return (edition.kind === 'unanimous' && !edition.strict) || (edition.kind === 'share' && edition.base === 'cast')
}
