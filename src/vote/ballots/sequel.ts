import { putOff } from '../../agenda/meetings/endings.ts'
import type { Trx } from '../../lib/db/schema.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { moveIssue } from '../../listen/issues/store.ts'
import { editionFor } from './decision.ts'
import type { Frozen } from './frozen.ts'
import type { Decision } from './numbers.ts'
import { countsOf, valuesOf, wordOf } from './telling.ts'

interface Declared {
  /** The chair. */
  by: { personId: number | null }
  at: Date
}

/** What becomes of the item and the issues behind it, and who hears of it. */
export async function goOn(
  trx: Trx,
  letterbox: Letterbox,
  ballot: Frozen,
  decision: Decision,
  declared: Declared,
): Promise<void> {
  const { at, by } = declared
  const { outcome } = decision
  const line = trx
    .updateTable('running_order')
    .where('meeting_id', '=', ballot.meetingId)
    .where('item_id', '=', ballot.itemId)
  // A tie or an objection: back to the discussion, and whoever waits for the result hears that of the last round.
  if (outcome === 'again') return void (await line.set({ voting_at: null }).execute())
  await line.set({ declared_at: at }).execute()
  const { subject, ...item } = await itemOf(trx, ballot.itemId)
  if (outcome === 'ordered' || (subject !== 'common' && editionFor(ballot).kind !== 'dual')) {
    // Advice: the item goes on to whoever decides it, the owners, or to the meetings that treat it in this order.
    const meeting = await meetingOf(trx, ballot.meetingId)
    const tell = { about: `ballot:${ballot.id}`, key: outcome === 'ordered' ? 'tell.ordered' : 'tell.advised' } as const
    return putOff(trx, letterbox, meeting, item, by, at, { ...tell, values: countsOf(decision.numbers) })
  }
  const issueIds = await moveIssuesOn(trx, ballot, decision, declared)
  const word = wordOf({ ...decision, outcome })
  await tellFilers(trx, letterbox, issueIds, `ballot:${ballot.id}`, `tell.${word}`, valuesOf(ballot, decision))
}

export const itemOf = (trx: Trx, id: number) =>
  trx.selectFrom('agenda_items').where('id', '=', id).select(['id', 'no', 'title', 'subject']).executeTakeFirstOrThrow()

export const meetingOf = (trx: Trx, id: number) =>
  trx.selectFrom('meetings').where('id', '=', id).select(['id', 'no', 'starts_at']).executeTakeFirstOrThrow()

/** What was on the agenda is decided; what was voted down ends here, and the public page says with which numbers. Gives their ids. */
async function moveIssuesOn(trx: Trx, ballot: Frozen, decision: Decision, { by, at }: Declared) {
  const { outcome } = decision
  const word = wordOf(decision)
  const issues = await trx
    .selectFrom('agenda_links')
    .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
    .where('agenda_links.item_id', '=', ballot.itemId)
    // One that was taken off the agenda meanwhile has gone its own way and must not stop the vote from being declared.
    .where('issues.state', '=', 'on_agenda')
    .select('issues.id')
    .orderBy('issues.id')
    .forUpdate('issues')
    .execute()
  for (const { id } of issues) {
    const move = { issueId: id, by, at, nextStep: '', dueOn: null }
    const particulars = { ballot: ballot.no, outcome, ...valuesOf(ballot, decision) }
    await moveIssue(trx, {
      ...move,
      to: 'decided',
      verb: word === 'chosen' || word === 'agreed' ? `issue.${word}` : 'issue.decided',
      particulars,
    })
    if (outcome === 'rejected') await moveIssue(trx, { ...move, to: 'closed_not_adopted', particulars })
  }
  return issues.map(({ id }) => id)
}
