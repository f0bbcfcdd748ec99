import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { indexIssues } from '../search/store.ts'
import { type Category, type Channel, type IssueState, isClosed, whyNotMove, whyNotSupport } from './rules.ts'

export interface NewIssue {
  title: string
  body: string
  category: Category
  place: string
  buildingId: number | null
  seatId: number | null
  safety: boolean
  frail: boolean
}

/** Opens a matter with a first proposal for its public wording. Nobody but the desk sees it until that is approved. */
export async function openIssue(trx: Trx, issue: NewIssue, channel: Channel, by: { personId: number }, at: Date) {
  const row = await trx
    .insertInto('issues')
    .values({
      title: issue.title,
      category: issue.category,
      state: 'accepted',
      place: issue.place,
      building_id: issue.buildingId,
      seat_id: issue.seatId,
      safety: issue.safety,
      frail: issue.frail,
      opened_at: at,
      published_at: null,
      closed_at: null,
      due_on: null,
    })
    .returning(['id', 'no'])
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('issue_texts')
    .values({
      issue_id: row.id,
      title: issue.title,
      body: issue.body,
      written_by: by.personId,
      written_at: at,
      approved_by: null,
      approved_at: null,
    })
    .execute()
  await journal(trx, {
    subject: { kind: 'issue', id: row.id, no: row.no },
    verb: 'issue.accepted',
    became: 'accepted',
    by,
    at,
    particulars: { channel },
  })
  await indexIssues(trx, [row.id])
  return row
}

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

/** 附议: a household says "us too", once; saying it again changes nothing. Only for what everybody can read. */
export async function supportIssue(db: Db, no: number, householdId: number, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const issue = await trx
      .selectFrom('issues')
      .select(['id', 'state'])
      .where('no', '=', no)
      .where('published_at', 'is not', null)
      .forShare()
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotSupport(issue.state))
    const added = await trx
      .insertInto('supports')
      .values({ issue_id: issue.id, household_id: householdId, at })
      .onConflict((oc) => oc.columns(['community_id', 'issue_id', 'household_id']).doNothing())
      .returning('household_id')
      .executeTakeFirst()
    if (!added) return
    await journal(trx, {
      subject: { kind: 'issue', id: issue.id, no },
      verb: 'issue.supported',
      by: { householdId },
      at,
    })
  })
}
