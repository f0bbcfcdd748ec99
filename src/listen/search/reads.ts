import { type RawBuilder, sql } from 'kysely'
import type { IssueState } from '../issues/rules.ts'
import { queryFor } from './tokens.ts'

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

/** The ids of the matters that hold all of what was typed, newest first; to be put after `id in`. */
export function foundIssues(sought: Sought): RawBuilder<number> {
  const asked = queryFor(sought.typed)
  if (asked === null) return sql<number>`(select null::int where false)`
  return sql<number>`(select issue_id from found_issues(${asked}, ${sought.openly}, ${sought.states ? [...sought.states] : null}::text[],
    ${sought.category ?? null}, ${sought.buildingId ?? null}::int, ${sought.channel ?? null}, ${sought.after ?? null}::int, ${sought.most}))`
}
