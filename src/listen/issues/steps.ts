import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../filings/store.ts'
import { indexIssues } from '../search/store.ts'
import { type Category, type Clerk, type IssueState, isClosed, whyNotMoveAtDesk } from './rules.ts'
import { moveIssue } from './store.ts'

/** What the desk does with a matter by itself, without a meeting or a resolution (即办). */

/** The verb that marks what the desk handled itself (即办), apart from what a resolution had done. */
const handledAtDesk = 'issue.handled'

/** Who said at the desk that the row of `issues` is done; null where the last such word came from a resolution. */
export const handledBy = sql<number | null>`(
  select case when verb = ${handledAtDesk} then person_id end from journal
  where subject = 'issue' and subject_id = issues.id and became = 'claimed_done' order by journal.id desc limit 1)`.as(
  'handledBy',
)

const verbs: Partial<Record<IssueState, string>> = { assigned: 'issue.dispatched', claimed_done: handledAtDesk }

const news: Partial<Record<IssueState, MessageKey>> = {
  assigned: 'tell.assigned',
  pooled: 'tell.pooled',
  referred: 'tell.handedOn',
  in_progress: 'tell.begun',
  claimed_done: 'tell.handled',
  closed_resolved: 'tell.resolved',
  closed_explained: 'tell.explained',
  closed_referred: 'tell.explained',
  reopened: 'tell.again',
}

interface DeskMove {
  no: number
  to: IssueState
  /** Where the page showed the matter to be: of two who move it in the same moment the second is told. */
  seen?: IssueState
  clerk: Clerk
  at: Date
  /** Public: stands under the step on the timeline. */
  words: string
  nextStep: string
  dueOn: string | null
  /** Who handles it from now on (派单). */
  seatId: number | null
  /** The office it was handed on to (转办). */
  target: string
}

/** A step the desk takes without a meeting: 派单, 待议, 转办, 办理, 即办办结, 回访, 关闭. Tells every filer who left a phone. */
export async function moveAtDesk(db: Db, letterbox: Letterbox, move: DeskMove): Promise<void> {
  const { to, clerk, at } = move
  await db.transaction().execute(async (trx) => {
    const issue = await trx
      .selectFrom('issues')
      .select(['id', 'state'])
      .select(handledBy)
      .where('no', '=', move.no)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const reason = whyNotMoveAtDesk(issue, to, clerk)
    if (reason === 'issues.chairOnly') throw new Refusal(reason, 403)
    refuseIf(reason ?? (move.seen && move.seen !== issue.state ? 'issues.cannotMove' : null))
    const seat = move.seatId === null ? null : await handTo(trx, issue.id, move.seatId)
    await moveIssue(trx, {
      issueId: issue.id,
      to,
      by: { personId: clerk.personId },
      at,
      verb: verbs[to] ?? `issue.${to}`,
      particulars: { words: move.words, ...seat, ...(move.target && { target: move.target }) },
      nextStep: isClosed(to) ? '' : move.nextStep,
      dueOn: isClosed(to) ? null : move.dueOn,
    })
    const key = news[to]
    if (key) await tellFilers(trx, letterbox, [issue.id], `${to}:${issue.id}:${at.getTime()}`, key)
  })
}

async function handTo(trx: Trx, issueId: number, seatId: number) {
  const seat = await trx
    .selectFrom('seats')
    .select(['name as seat', 'name_en as seatEn'])
    .where('id', '=', seatId)
    .executeTakeFirstOrThrow(notFound)
  await trx.updateTable('issues').set({ seat_id: seatId }).where('id', '=', issueId).execute()
  return seat
}

interface Facts {
  category: Category
  place: string
  building_id: number | null
  seat_id: number | null
  next_step: string
  due_on: string | null
  safety: boolean
  frail: boolean
}

/** Sets what is known about a matter, without moving it. The journal keeps what each changed fact was and became. */
export async function noteFacts(db: Db, no: number, facts: Facts, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const issue = await trx
      .selectFrom('issues')
      .selectAll()
      .where('no', '=', no)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const changed = Object.keys(facts).filter(
      (fact): fact is keyof Facts => issue[fact as keyof Facts] !== facts[fact as keyof Facts],
    )
    if (changed.length === 0) return
    await trx.updateTable('issues').set(facts).where('id', '=', issue.id).execute()
    await indexIssues(trx, [issue.id])
    await journal(trx, {
      subject: { kind: 'issue', id: issue.id, no },
      verb: 'issue.noted',
      was: JSON.stringify(Object.fromEntries(changed.map((fact) => [fact, issue[fact]]))),
      became: JSON.stringify(Object.fromEntries(changed.map((fact) => [fact, facts[fact]]))),
      by,
      at,
    })
  })
}
