import { type RawBuilder, sql } from 'kysely'
import type { IssueState } from '../issues/rules.ts'
import { factLexemes, lexeme, queryFor } from './tokens.ts'

export interface Sought {
  /** What somebody typed. */
  typed: string
  /** Only what anybody may read, by the words anybody may read. */
  openly: boolean
  states?: readonly IssueState[] | undefined
  category?: string | undefined
  buildingId?: number | undefined
  channel?: string | undefined
  /** The number of the last matter of the page before. */
  after?: number | null
  most: number
}

/** The ids of the matters that hold all of what was typed, the latest number first; to be put after `id in`. */
export function foundIssues({ typed, openly, states, after, most, ...facts }: Sought): RawBuilder<number> {
  const words = queryFor(typed)
  if (words === null) return sql<number>`(select null::int where false)`
  const asked = [words, ...factLexemes(facts).map(lexeme)].join(' & ')
  return sql<number>`(select issue_id from found_issues(${asked}, ${openly}, ${states ? [...states] : null}::text[], ${after ?? null}::int, ${most}))`
}
