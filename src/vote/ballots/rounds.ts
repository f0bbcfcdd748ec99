import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import type { Asked } from './answers.ts'
import type { Handed, Numbers } from './numbers.ts'
import type { Rule } from './rules.ts'

/** A vote that ended in a tie, or with an objection that stands, and is to be taken up again on the same item. */
export interface Again {
  id: number
  no: number
  rule: Rule
  /** Options that tied, by their titles; empty where somebody objected. */
  tied: string[]
  /** How many of the tied are still to be chosen. */
  places: number
}

type Last = Pick<Asked, 'rule' | 'options' | 'terms'> & {
  id: number
  no: number
  outcome: string | null
  numbers: Numbers | null
}

/** SQL: the vote on this line of a running order that was opened last, as `againOf` reads it. */
export const lastBallot = (meetingId: RawBuilder<unknown>, itemId: RawBuilder<unknown>) => sql<Last | null>`(
  select json_build_object('id', id, 'no', no, 'rule', rule, 'options', options, 'terms', terms, 'outcome', outcome, 'numbers', numbers)
  from ballots where meeting_id = ${meetingId} and item_id = ${itemId} order by id desc limit 1)`

/** What the next vote on the item goes on with; null: it is a first. */
export function againOf(last: Last | null): Again | null {
  if (last?.outcome !== 'again') return null
  const { id, no, rule, options, terms, numbers } = last
  const result = numbers?.result
  const choice = result?.kind === 'plurality' || result?.kind === 'approval' ? result : null
  return {
    ...{ id, no, rule },
    tied: (choice?.tied ?? []).map((option) => options[Number(option) - 1] ?? option),
    places: Math.max(1, (terms.number ?? 1) - (choice?.chosen.length ?? 0)),
  }
}

/** Every paper of a ballot that counts, and of the rounds before it on the same question those of their voters. */
export async function papersOf(db: Db, ballotId: number): Promise<{ handed: Handed[]; before: Handed[] }> {
  const { rows } = await sql<Handed & { round: number }>`
    with recursive rounds as (
      select id, round_of, 0 as round from ballots where id = ${ballotId}
      union all select b.id, b.round_of, r.round + 1 from ballots b join rounds r on b.id = r.round_of)
    select v.voter_id as voter, v.choice, v.reason, r.round from rounds r join votes v on v.ballot_id = r.id
    order by r.round desc, v.cast_at, v.voter_id`.execute(db)
  return { handed: rows.filter(({ round }) => round === 0), before: rows.filter(({ round }) => round > 0) }
}
