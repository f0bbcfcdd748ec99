import { csvOf } from '../../lib/csv.ts'
import type { T } from '../../lib/i18n.ts'
import { squareMetres } from '../../people/lines/rules.ts'
import { ownersOf } from '../../vote/ballots/decision.ts'
import { waysOfVoting } from '../../vote/ballots/numbers.ts'
import type { BallotFacts, Facts } from './record.ts'

/** Papers that became no vote. */
const papersWithout = ['spoiled', 'blank', 'lost'] as const

const columns = [
  'item',
  'title',
  'ballot',
  'question',
  'rule',
  'unit',
  'eligible',
  'present',
  'for',
  'against',
  'abstain',
  'needed',
  'outcome',
  ...waysOfVoting,
  ...papersWithout,
  'hash',
] as const

interface Measure {
  unit: BallotFacts['voters'] | 'area'
  /** On the roll, taking part, for, against, abstaining, and how many "for" it took. Empty before the close. */
  counts: (number | string)[]
}

/** What a vote was counted in: households, seats, or of the owners heads and then square metres. */
export function measuresOf({ voters, eligible, numbers }: BallotFacts): Measure[] {
  if (!numbers) return [{ unit: voters, counts: [eligible, '', '', '', '', ''] }]
  const { present, for: yes, against, abstain, needed } = numbers
  const counted = { unit: voters, counts: [numbers.eligible, present, yes, against, abstain, needed] }
  const owned = ownersOf(numbers)
  if (!owned) return [counted]
  const { total, participating, count, checks } = owned
  const needs = checks.find(({ what }) => what === 'yesArea')?.needed ?? 0
  const areas = [total.area, participating.area, owned.for.area, count.against.area, count.abstain.area, needs]
  return [counted, { unit: 'area', counts: areas.map(squareMetres) }]
}

/** 表决计数: a line a vote and measure, counts and nothing of who chose what. */
export function countsCsv(facts: Facts, t: T): string {
  const rows = facts.items.flatMap((item) =>
    item.ballots.flatMap((ballot) =>
      measuresOf(ballot).map(({ unit, counts }) => [
        item.no,
        item.title,
        ballot.no,
        ballot.question,
        t(`ballots.ruleIs.${ballot.rule}`),
        t(`minutes.unit.${unit}`),
        ...counts,
        ballot.outcome ? t(`ballots.${ballot.outcome}`) : '',
        ...[...waysOfVoting, ...papersWithout].map((way) => ballot.numbers?.ways?.[way] ?? ''),
        ballot.questionSha256,
      ]),
    ),
  )
  return csvOf([columns.map((name) => t(`minutes.csv.${name}`)), ...rows])
}
