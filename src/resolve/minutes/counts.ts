import { csvOf } from '../../lib/csv.ts'
import type { T } from '../../lib/i18n.ts'
import { waysOfVoting } from '../../vote/ballots/decision.ts'
import type { Facts } from './record.ts'

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

/** 表决计数: a line a vote, counts and nothing of who chose what. */
export function countsCsv(facts: Facts, t: T): string {
  const rows = facts.items.flatMap((item) =>
    item.ballots.map(({ no, question, rule, voters, eligible, numbers, outcome, questionSha256 }) => [
      item.no,
      item.title,
      no,
      question,
      t(`ballots.ruleIs.${rule}`),
      t(`minutes.unit.${voters}`),
      eligible,
      ...(numbers
        ? [numbers.present, numbers.for, numbers.against, numbers.abstain, numbers.needed]
        : ['', '', '', '', '']),
      outcome ? t(`ballots.${outcome}`) : '',
      ...[...waysOfVoting, ...papersWithout].map((way) => numbers?.ways?.[way] ?? ''),
      questionSha256,
    ]),
  )
  return csvOf([columns.map((name) => t(`minutes.csv.${name}`)), ...rows])
}
