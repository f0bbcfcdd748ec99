import type { Db } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { findPersonal } from '../privacy/rules.ts'
import { indexIssues } from '../search/store.ts'

/** The public wording of a matter: proposed by one person, approved by another (domain 3.11, J13). */

/** Puts a new wording up for approval. What is public stays as it is until somebody else approves. */
export async function proposeText(
  db: Db,
  no: number,
  text: { title: string; body: string },
  by: { personId: number },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const issue = await lock(trx, no)
    const newest = await newestText(trx, issue.id)
    // A form sent twice: the proposal is there already.
    if (newest && newest.written_by === by.personId && newest.title === text.title && newest.body === text.body) return
    await trx
      .insertInto('issue_texts')
      .values({
        issue_id: issue.id,
        ...text,
        written_by: by.personId,
        written_at: at,
        approved_by: null,
        approved_at: null,
      })
      .execute()
    await journal(trx, { subject: { kind: 'issue', id: issue.id, no }, verb: 'issue.worded', by, at })
  })
}

interface Proposal {
  id: number
  written_by: number
  approved_at: Date | string | null
}

/** Only a second person may approve, and only what was proposed last: the page shows the same reason. */
export function whyNotApprove(text: Proposal, newestId: number, personId: number): MessageKey | null {
  if (text.approved_at !== null) return 'texts.approved'
  if (text.id !== newestId) return 'texts.outdated'
  return text.written_by === personId ? 'texts.secondPerson' : null
}

/** What the machine marked must have been looked at, one by one, by the person who approves. */
export const whyNotLooked = (findings: number, looked: boolean): MessageKey | null =>
  findings > 0 && !looked ? 'privacy.look.missing' : null

/** Approves a proposed wording, which makes the matter public from now on. The database refuses one's own, too. */
export async function approveText(
  db: Db,
  no: number,
  textId: number,
  by: { personId: number },
  at: Date,
  looked = false,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const issue = await lock(trx, no)
    const text = await trx
      .selectFrom('issue_texts')
      .selectAll()
      .where('id', '=', textId)
      .where('issue_id', '=', issue.id)
      .executeTakeFirstOrThrow(notFound)
    const newest = await newestText(trx, issue.id)
    refuseIf(whyNotApprove(text, newest?.id ?? text.id, by.personId))
    const people = await trx.selectFrom('people').select('name').execute()
    const findings = findPersonal(
      `${text.title}\n${text.body}`,
      people.map(({ name }) => name),
    )
    refuseIf(whyNotLooked(findings.length, looked))
    await trx
      .updateTable('issue_texts')
      .set({ approved_by: by.personId, approved_at: at })
      .where('id', '=', text.id)
      .execute()
    await trx
      .updateTable('issues')
      .set({ title: text.title, public_text: text.body, published_at: issue.published_at ?? at })
      .where('id', '=', issue.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'issue', id: issue.id, no },
      verb: issue.published_at === null ? 'issue.published' : 'issue.reworded',
      by,
      at,
      ...(issue.published_at !== null && { was: issue.title, became: text.title }),
      ...(findings.length > 0 && { particulars: { marked: findings.length } }),
    })
    await indexIssues(trx, [issue.id])
  })
}

function lock(db: Db, no: number) {
  return db
    .selectFrom('issues')
    .select(['id', 'title', 'published_at'])
    .where('no', '=', no)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}

function newestText(db: Db, issueId: number) {
  return db
    .selectFrom('issue_texts')
    .select(['id', 'title', 'body', 'written_by'])
    .where('issue_id', '=', issueId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}
