import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { type Clerk, whyNotSplit } from '../issues/rules.ts'
import { noteFilingTakenOut, voteOpened } from '../mergers/store.ts'
import { indexIssues } from '../search/store.ts'
import { triageDays } from './rules.ts'
import { tellFiler } from './store.ts'

/** A slip of a key is taken back within a minute; what opened a matter is not: that has its own way back (分案). */
const undoSeconds = 60
const undoable = ['filing.declined', 'filing.referred', 'filing.asked', 'filing.merged']

interface Last {
  verb: string
  at: Date
  person_id: number | null
}

function whyNotUndo(last: Last | null, personId: number, now: Date): MessageKey | null {
  if (!last || !undoable.includes(last.verb) || last.person_id !== personId) return 'undo.nothing'
  return now.getTime() - last.at.getTime() > undoSeconds * 1000 ? 'undo.late' : null
}

/** Takes back what this person decided about a filing just now: it waits again, and what was written to her and not yet sent is not. */
export async function undoDecision(
  db: Db,
  letterbox: Letterbox,
  { no, clerk, at }: { no: number; clerk: Clerk; at: Date },
) {
  await db.transaction().execute(async (trx) => {
    const filing = await trx
      .selectFrom('filings')
      .select(['id', 'no', 'state', 'issue_id', 'locale', 'phone_sealed', 'phone_quiet', 'code_sealed'])
      .where('no', '=', no)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const last = await trx
      .selectFrom('journal')
      .select(['verb', 'at', 'person_id'])
      .where('subject', '=', 'filing')
      .where('subject_id', '=', filing.id)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    refuseIf(whyNotUndo(last ?? null, clerk.personId, at))
    const issue = await trx
      .selectFrom('issues')
      .select(['id', 'no', 'state', voteOpened])
      .where('id', '=', filing.issue_id ?? 0)
      .executeTakeFirst()
    if (issue) refuseIf(whyNotSplit(issue.state, issue.voteOpened, clerk.chair))
    await trx
      .updateTable('filings')
      .set({
        state: 'submitted',
        issue_id: null,
        reason: null,
        referred_to: null,
        due_on: workingDayAfter(at, triageDays),
      })
      .where('id', '=', filing.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'filing', id: filing.id, no },
      verb: 'filing.undone',
      was: filing.state,
      became: 'submitted',
      by: { personId: clerk.personId },
      at,
    })
    if (issue) {
      await noteFilingTakenOut(trx, filing.id, clerk, at)
      await journal(trx, { subject: { kind: 'issue', id: issue.id, no: issue.no }, verb: 'issue.left', by: {}, at })
      await indexIssues(trx, [issue.id])
    }
    const said = await trx
      .deleteFrom('filing_messages')
      .where('filing_id', '=', filing.id)
      .where('person_id', '=', clerk.personId)
      .where('at', '=', (last as Last).at)
      .returning('id')
      .execute()
    const keys = said.map(({ id }) => `message:${id}`)
    const unsent = await trx
      .deleteFrom('outbox')
      .where('dedup_key', 'in', [...keys, ''])
      .where('sent_at', 'is', null)
      .where('attempts', '=', 0)
      .returning('id')
      .execute()
    // It is on her phone already: then she is told that it does not hold.
    if (filing.phone_sealed && unsent.length === 0)
      await tellFiler(trx, letterbox, filing, `undone:${filing.id}:${at.getTime()}`, 'tell.returned', { no })
  })
}
