import type { Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { whyNotMerge } from '../issues/rules.ts'
import { indexIssues } from '../search/store.ts'

/** Who says "me too": a door, or, where nobody knows which, a browser. */
interface Voice {
  householdId: number | null
  browser: string
}

/**
 * 我也是: her own sentence is kept as a filing of its own and put to the matter a neighbour has raised, which counts
 * her once. Where that is closed by now, or not public any more, her filing waits for the desk like any other: what
 * somebody typed is never lost. False: it waits.
 */
export async function joinNeighbour(
  trx: Trx,
  filingId: number,
  issueNo: number,
  voice: Voice,
  at: Date,
): Promise<boolean> {
  const filing = await trx
    .selectFrom('filings')
    .select(['id', 'no', 'state', 'channel'])
    .where('id', '=', filingId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (filing.state !== 'submitted') return filing.state === 'accepted'
  const issue = await trx
    .selectFrom('issues')
    .select(['id', 'no', 'state'])
    .where('no', '=', issueNo)
    .where('published_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!issue || whyNotMerge(issue.state) !== null) return false
  await trx.updateTable('filings').set({ state: 'accepted', issue_id: issue.id }).where('id', '=', filing.id).execute()
  await trx
    .insertInto('mergers')
    .values({
      issue_id: null,
      filing_id: filing.id,
      into_id: issue.id,
      was: 'submitted',
      merged_at: at,
      merged_by: null,
      undone_at: null,
      undone_by: null,
    })
    .execute()
  await count(trx, issue.id, voice, at)
  await journal(trx, {
    subject: { kind: 'filing', id: filing.id, no: filing.no },
    verb: 'filing.merged',
    was: 'submitted',
    became: 'accepted',
    by: { householdId: voice.householdId },
    at,
    particulars: { issue: issue.no, herself: true },
  })
  // The public timeline tells that it was heard once more, never from whom.
  await journal(trx, {
    subject: { kind: 'issue', id: issue.id, no: issue.no },
    verb: 'issue.joined',
    by: {},
    at,
    particulars: { channel: filing.channel },
  })
  await indexIssues(trx, [issue.id])
  return true
}

/** 附议, once a household or once a browser: saying it again changes nothing. */
async function count(trx: Trx, issueId: number, { householdId, browser }: Voice, at: Date): Promise<void> {
  if (householdId !== null) {
    await trx
      .insertInto('supports')
      .values({ issue_id: issueId, household_id: householdId, at })
      .onConflict((oc) => oc.columns(['community_id', 'issue_id', 'household_id']).doNothing())
      .execute()
    return
  }
  await trx
    .insertInto('nods')
    .values({ issue_id: issueId, browser_sha256: sha256(browser), at })
    .onConflict((oc) => oc.columns(['community_id', 'issue_id', 'browser_sha256']).doNothing())
    .execute()
}
