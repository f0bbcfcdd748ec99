import type { Trx } from '../../lib/db/schema.ts'
import type { By } from '../../lib/journal.ts'
import type { IssueState } from '../../listen/issues/rules.ts'
import { moveIssue } from '../../listen/issues/store.ts'

/** The issues a resolution answers to: those its agenda item was made of. */

interface Moved {
  /** Issues elsewhere stay where they are: somebody may have sent one another way. */
  from: readonly IssueState[]
  /** Each issue goes through these states, one after the other, each told by its own message. */
  through: readonly { to: IssueState; verb: string }[]
  /** What another resolution of the same issue must not be: an issue waits for the last of its promises. */
  unless: 'unclaimed' | 'open' | null
  by: By
  at: Date
  particulars?: Record<string, string | number>
  nextStep: string
  dueOn: string | null
}

/**
 * Moves the issues of a resolution. Rows are locked first and looked at after: of two resolutions of one issue that end
 * in the same second, the second sees the first.
 */
export async function moveLinked(trx: Trx, resolution: { id: number; item_id: number }, move: Moved): Promise<void> {
  for (const issue of await lockedIssues(trx, resolution.item_id)) {
    if (!move.from.some((state) => state === issue.state)) continue
    if (move.unless && (await heldByAnother(trx, issue.id, resolution.id, move.unless))) continue
    for (const { to, verb } of move.through) {
      await moveIssue(trx, {
        issueId: issue.id,
        to,
        verb,
        by: move.by,
        at: move.at,
        nextStep: move.nextStep,
        dueOn: move.dueOn,
        ...(move.particulars && { particulars: move.particulars }),
      })
    }
  }
}

export async function linkedIssueIds(trx: Trx, itemId: number): Promise<number[]> {
  const rows = await trx.selectFrom('agenda_links').select('issue_id').where('item_id', '=', itemId).execute()
  return rows.map((row) => row.issue_id)
}

/** In the order of their ids, so that two who lock the same issues wait for each other and never for ever. */
async function lockedIssues(trx: Trx, itemId: number) {
  return trx
    .selectFrom('issues')
    .select(['id', 'state'])
    .where('id', 'in', (eb) => eb.selectFrom('agenda_links').select('issue_id').where('item_id', '=', itemId))
    .orderBy('id')
    .forUpdate()
    .execute()
}

async function heldByAnother(trx: Trx, issueId: number, resolutionId: number, what: 'unclaimed' | 'open') {
  const other = await trx
    .selectFrom('resolutions')
    .innerJoin('agenda_links', 'agenda_links.item_id', 'resolutions.item_id')
    .select('resolutions.id')
    .where('agenda_links.issue_id', '=', issueId)
    .where('resolutions.id', '<>', resolutionId)
    .where('closed_at', 'is', null)
    .$if(what === 'unclaimed', (query) => query.where('claimed_at', 'is', null))
    .executeTakeFirst()
  return other !== undefined
}
