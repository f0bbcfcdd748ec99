import { sql } from 'kysely'
import { workingDayAfter } from '../../lib/calendar.ts'
import type { Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { indexIssues } from '../search/store.ts'
import { triageDays, whyNotWithdraw, whyNotWrite } from './rules.ts'
import { addMessage } from './store.ts'

/** What a filer does with her own filing, by her tracking code. */

async function lockByCode(trx: Trx, code: string) {
  return trx
    .selectFrom('filings')
    .select(['id', 'no', 'state', 'issue_id', 'household_id'])
    .where('code_sha256', '=', sha256(code))
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}

/** Adds a message of hers. It answers the desk's question, if there is one, and starts the desk's clock again. */
export async function writeToDesk(trx: Trx, code: string, words: string, at: Date): Promise<void> {
  const filing = await lockByCode(trx, code)
  refuseIf(whyNotWrite(filing.state))
  const message = await addMessage(trx, { filingId: filing.id, personId: null, words, at })
  if (message === null) return
  const answers = filing.state === 'need_info'
  if (answers) {
    await trx
      .updateTable('filings')
      .set({ state: 'submitted', due_on: workingDayAfter(at, triageDays) })
      .where('id', '=', filing.id)
      .execute()
  }
  await journal(trx, {
    subject: { kind: 'filing', id: filing.id, no: filing.no },
    verb: answers ? 'filing.answered' : 'filing.wrote',
    by: { householdId: filing.household_id },
    at,
    ...(answers && { was: 'need_info', became: 'submitted' }),
  })
}

/**
 * Takes her words back (domain 3.2, row 15). The stub stays; the matter goes on without her voice, and a matter that
 * had no other voice disappears from the public pages. Doing it twice is doing it once.
 */
export async function withdrawFiling(trx: Trx, code: string, at: Date): Promise<void> {
  const filing = await lockByCode(trx, code)
  if (filing.state === 'withdrawn') return
  const issue =
    filing.issue_id === null
      ? undefined
      : await trx
          .selectFrom('issues')
          .select(['id', 'no', 'state', 'published_at', 'merged_into'])
          .where('id', '=', filing.issue_id)
          .forUpdate()
          .executeTakeFirstOrThrow()
  const whole = issue?.merged_into
    ? await trx
        .selectFrom('issues')
        .select(['state'])
        .where('id', '=', issue.merged_into)
        .forUpdate()
        .executeTakeFirst()
    : issue
  refuseIf(whyNotWithdraw(filing.state, whole?.state ?? null))
  await trx.updateTable('filings').set({ state: 'withdrawn', issue_id: null }).where('id', '=', filing.id).execute()
  const by = { householdId: filing.household_id }
  await journal(trx, {
    subject: { kind: 'filing', id: filing.id, no: filing.no },
    verb: 'filing.withdrawn',
    was: filing.state,
    became: 'withdrawn',
    by,
    at,
    particulars: { issue: issue?.no ?? null },
  })
  if (!issue) return
  await indexIssues(trx, [issue.id])
  // The public timeline must not tell whose voice went: the line of the matter names nobody.
  const line = { subject: { kind: 'issue', id: issue.id, no: issue.no }, by: {}, at } as const
  await journal(trx, { ...line, verb: 'issue.left' })
  if (issue.published_at === null || issue.state === 'on_agenda' || (await hasOtherVoices(trx, issue.id))) return
  await trx.updateTable('issues').set({ published_at: null }).where('id', '=', issue.id).execute()
  await journal(trx, { ...line, verb: 'issue.unpublished' })
}

async function hasOtherVoices(trx: Trx, issueId: number): Promise<boolean> {
  const { voices } = await trx
    .selectNoFrom((eb) =>
      eb
        .or([
          eb.exists(
            eb
              .selectFrom('filings')
              .select('id')
              .where(
                sql<boolean>`issue_id in (select id from issues where id = ${issueId} or merged_into = ${issueId})`,
              )
              .where('state', '=', 'accepted'),
          ),
          eb.exists(eb.selectFrom('supports').select('issue_id').where('issue_id', '=', issueId)),
        ])
        .as('voices'),
    )
    .executeTakeFirstOrThrow()
  return Boolean(voices)
}
