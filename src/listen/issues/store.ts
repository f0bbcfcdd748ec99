import type { Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { type IssueState, isClosed, whyNotMove } from './rules.ts'

interface Move {
  issueId: number
  to: IssueState
  by: By
  at: Date
  /** The message that tells it: 'issue.pooled' becomes `journal.issue.pooled`. Left out: `issue.<to>`. */
  verb?: string
  particulars?: Record<string, string | number | boolean | null>
  /** What the public page promises next, in the words of whoever moves it; left out: unchanged. */
  nextStep?: string
  dueOn?: string | null
}

/**
 * Moves an issue along its states (domain 3.2) and writes the journal's line. Refuses a step the table does not have.
 * The row is locked first, so that of two who move it in the same second the second sees where the first left it.
 */
export async function moveIssue(trx: Trx, move: Move): Promise<void> {
  const issue = await trx
    .selectFrom('issues')
    .select(['id', 'no', 'state', 'reopens'])
    .where('id', '=', move.issueId)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  refuseIf(whyNotMove(issue.state, move.to))
  await trx
    .updateTable('issues')
    .set({
      state: move.to,
      closed_at: isClosed(move.to) ? move.at : null,
      reopens: move.to === 'reopened' ? issue.reopens + 1 : issue.reopens,
      ...(move.nextStep !== undefined && { next_step: move.nextStep }),
      ...(move.dueOn !== undefined && { due_on: move.dueOn }),
    })
    .where('id', '=', issue.id)
    .execute()
  await journal(trx, {
    subject: { kind: 'issue', id: issue.id, no: issue.no },
    verb: move.verb ?? `issue.${move.to}`,
    was: issue.state,
    became: move.to,
    by: move.by,
    at: move.at,
    ...(move.particulars && { particulars: move.particulars }),
  })
}
