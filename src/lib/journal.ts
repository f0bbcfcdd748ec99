import { sql } from 'kysely'
import type { Subject, Trx } from './db/schema.ts'
import { Refusal } from './refusal.ts'

/** Who did it: a person with a role, or a door; the seat somebody spoke for, where that matters. */
export interface By {
  personId?: number | null
  householdId?: number | null
  seatId?: number | null
}

/** Whoever does the desk's work is a person, and signs for it; a door has no business there: 403. */
export function author(by: By): number {
  if (!by.personId) throw new Refusal('error.notAllowed', 403)
  return by.personId
}

export interface Line {
  /** `no` is the number within the community; with it everyone watching `<kind>:<no>` is told. */
  subject: { kind: Subject; id: number; no?: number }
  /** 'issue.accepted': also the message that tells it on a timeline (`journal.issue.accepted`). */
  verb: string
  by: By
  at: Date
  was?: string
  became?: string
  particulars?: Record<string, string | number | boolean | null>
}

/**
 * Writes one line of the journal and announces its subject, in one statement. Nothing changes without a line here.
 * The notice says *that* something changed, never *what*: it leaves on commit, is dropped on rollback, and every
 * web process then re-reads the committed rows.
 */
export async function journal(trx: Trx, line: Line): Promise<void> {
  const { subject, by } = line
  await sql`
    with line as (
      insert into journal (at, subject, subject_id, verb, was, became, person_id, household_id, seat_id, particulars)
      values (${line.at}, ${subject.kind}, ${subject.id}, ${line.verb}, ${line.was ?? null}, ${line.became ?? null},
              ${by.personId ?? null}, ${by.householdId ?? null}, ${by.seatId ?? null}, ${JSON.stringify(line.particulars ?? {})})
      returning id)
    select case when ${subject.no ?? null}::int is null then null
           else pg_notify('changed', current_community() || ' ' || ${`${subject.kind}:${subject.no ?? ''}`}::text) end
    from line`.execute(trx)
}
