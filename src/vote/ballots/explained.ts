import { arithmetic } from '../rules/arithmetic.ts'
import { editionOf } from '../rules/catalogue.ts'
import { explain, type Result } from '../rules/explain.ts'
import { decideShare } from '../rules/majority.ts'
import { decideTable } from '../rules/parties.ts'
import type { Edition } from '../rules/rule.ts'
import type { Sentence } from '../rules/words.ts'
import type { Numbers, Rule, Voters } from './rules.ts'

interface Closed {
  rule: Rule
  /** The edition that was frozen with the ballot. */
  version: number
  voters: Voters
  numbers: Numbers
}

/** A closed ballot told from what was stored at the close: the paragraph under it, and the sums to follow. */
export function explained({ rule, version, voters, numbers }: Closed): { said: Sentence[]; sums: Sentence[] } {
  const edition = editionOf(rule, version)
  if (!edition) throw new Error(`no edition ${version} of rule ${rule}`)
  const result = recounted(edition, numbers)
  return { said: explain(edition, result, { unit: voters, subject: null }), sums: arithmetic(result) }
}

/** The same numbers through the same edition of the rule. */
export function recounted(edition: Edition, { eligible, missing, ...count }: Numbers): Result {
  const { for: yes, against, abstain, present } = count
  const votes = { for: yes, against, abstain, present }
  if (edition.kind === 'share') return decideShare(edition, { ...votes, invalid: 0, all: eligible })
  if (edition.kind === 'seats')
    return decideTable(edition, { ...votes, base: eligible, mayVote: eligible, away: missing, waived: [], recused: [] })
  throw new Error(`no ballot asks by rule ${edition.code}`)
}
