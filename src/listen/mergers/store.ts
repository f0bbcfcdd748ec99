import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { tellFiler } from '../filings/store.ts'
import { type Clerk, type IssueState, isClosed } from '../issues/rules.ts'
import { indexIssues } from '../search/store.ts'
import { settle } from './objections.ts'
import { pairsBetween, whyNotPutInto, whyNotTakeOut } from './rules.ts'

/** Whether a vote on what this matter is part of has ever been opened; of `issues`. */
export const voteOpened = sql<boolean>`exists (
  select from agenda_links l join ballots b on b.item_id = l.item_id where l.issue_id = issues.id)`.as('voteOpened')

interface Act {
  no: number
  clerk: Clerk
  at: Date
}

/**
 * Puts a matter into another one: linked, never moved. Its filings, supporters and story stay with it and count for both.
 * Both rows are locked in one order, so that of two people who put them into each other the second sees what the first did.
 */
export async function mergeIssue(db: Db, letterbox: Letterbox, { no, clerk, at }: Act, into: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const both = await lockParts(trx, [no, into])
    const source = both.find((one) => one.no === no)
    if (!source) throw notFound()
    const target = both.find((one) => one.no === into)
    if (!target) throw new Refusal('issues.unknown')
    refuseIf(whyNotPutInto(source, target))
    const merger = await trx
      .insertInto('mergers')
      .values({
        issue_id: source.id,
        filing_id: null,
        into_id: target.id,
        was: source.state,
        merged_at: at,
        merged_by: clerk.personId,
        undone_at: null,
        undone_by: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await trx
      .updateTable('issues')
      .set({ state: 'merged', merged_into: target.id, closed_at: at })
      .where('id', '=', source.id)
      .execute()
    // The more delicate of the two is what the whole is.
    await trx
      .updateTable('issues')
      .set({ safety: source.safety || target.safety, frail: source.frail || target.frail })
      .where('id', '=', target.id)
      .execute()
    const by = { personId: clerk.personId }
    await journal(trx, {
      subject: { kind: 'issue', id: source.id, no },
      verb: 'issue.merged',
      was: source.state,
      became: 'merged',
      by,
      at,
      particulars: { into },
    })
    await journal(trx, {
      subject: { kind: 'issue', id: target.id, no: into },
      verb: 'issue.tookIn',
      by,
      at,
      particulars: { from: no },
    })
    await indexIssues(trx, [source.id, target.id])
    await tellBoth(trx, letterbox, merger.id, source, target)
  })
}

/** Takes it out again, as it was. What the target was told meanwhile stays in its story; votes are untouched. */
export async function takeOut(db: Db, letterbox: Letterbox, { no, clerk, at }: Act, cause: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const link = await trx
      .selectFrom('issues')
      .select(['merged_into'])
      .where('no', '=', no)
      .executeTakeFirstOrThrow(notFound)
    const both = await lockParts(trx, [no], link.merged_into)
    const source = both.find((one) => one.no === no)
    const target = both.find((one) => one.id === source?.merged_into)
    if (!source || !target) throw new Refusal('mergers.notMerged')
    refuseIf(whyNotTakeOut(source.state, target.voteOpened, clerk.chair))
    const merger = await trx
      .updateTable('mergers')
      .set({ undone_at: at, undone_by: clerk.personId })
      .where('issue_id', '=', source.id)
      .where('undone_at', 'is', null)
      .returning(['id', 'was'])
      .executeTakeFirstOrThrow()
    const was = merger.was as IssueState
    await trx
      .updateTable('issues')
      .set({ state: was, merged_into: null, closed_at: isClosed(was) ? at : null })
      .where('id', '=', source.id)
      .execute()
    const by = { personId: clerk.personId }
    await journal(trx, {
      subject: { kind: 'issue', id: source.id, no },
      verb: 'issue.takenOut',
      was: 'merged',
      became: was,
      by,
      at,
      particulars: { from: target.no, reason: cause },
    })
    await journal(trx, {
      subject: { kind: 'issue', id: target.id, no: target.no },
      verb: 'issue.gaveBack',
      by,
      at,
      particulars: { to: no },
    })
    await settle(trx, merger.id, clerk.personId, at)
    await indexIssues(trx, [source.id, target.id])
    await eachFiler(trx, [source.id], async (filer) => {
      await tellFiler(trx, letterbox, filer, `takenOut:${merger.id}:${filer.id}`, 'tell.takenOut', { no: filer.no })
    })
    return target.no
  })
}

/** A filing was put to a matter, or taken out of it: what is said against it is settled with that. */
export async function noteFilingMerged(
  trx: Trx,
  filing: { id: number; was: string },
  intoId: number,
  by: Clerk,
  at: Date,
) {
  await trx
    .insertInto('mergers')
    .values({
      issue_id: null,
      filing_id: filing.id,
      into_id: intoId,
      was: filing.was,
      merged_at: at,
      merged_by: by.personId,
      undone_at: null,
      undone_by: null,
    })
    .execute()
}

export async function noteFilingTakenOut(trx: Trx, filingId: number, by: Clerk, at: Date): Promise<void> {
  const undone = await trx
    .updateTable('mergers')
    .set({ undone_at: at, undone_by: by.personId })
    .where('filing_id', '=', filingId)
    .where('undone_at', 'is', null)
    .returning('id')
    .execute()
  for (const { id } of undone) await settle(trx, id, by.personId, at)
}

/** What a merge teaches: words that may mean the same. They count once somebody of the desk has said so. */
export async function proposePairs(trx: Trx, words: string, text: string, at: Date): Promise<void> {
  for (const { word, alike } of pairsBetween(words, text)) {
    await trx
      .insertInto('synonyms')
      .values({ word, alike, proposed_at: at, approved_at: null, approved_by: null, refused_at: null })
      .onConflict((oc) => oc.columns(['community_id', 'word', 'alike']).doUpdateSet({ times: sql`synonyms.times + 1` }))
      .execute()
  }
}

type Locked = Awaited<ReturnType<typeof lockParts>>[number]

function lockParts(trx: Trx, nos: number[], id: number | null = null) {
  return trx
    .selectFrom('issues')
    .select(['id', 'no', 'state', 'title', 'published_at', 'safety', 'frail', 'merged_into'])
    .select([
      sql<boolean>`exists (select from agenda_links l where l.issue_id = issues.id)`.as('onAgenda'),
      sql<boolean>`exists (select from issues m where m.merged_into = issues.id)`.as('holdsOthers'),
      voteOpened,
    ])
    .where((eb) => eb.or([eb('no', 'in', nos), eb('id', '=', id ?? 0)]))
    .orderBy('id')
    .forUpdate()
    .execute()
}

interface Filer {
  id: number
  no: number
  words: string
  locale: Locale
  phone_sealed: Buffer | null
  phone_quiet: boolean
  code_sealed: Buffer
}

async function eachFiler(trx: Trx, issueIds: number[], act: (filer: Filer) => Promise<void>): Promise<void> {
  const filers = await trx
    .selectFrom('filings')
    .select(['id', 'no', 'words', 'locale', 'phone_sealed', 'phone_quiet', 'code_sealed'])
    .where('issue_id', 'in', issueIds)
    .where('state', '=', 'accepted')
    .where('phone_sealed', 'is not', null)
    .execute()
  for (const filer of filers) await act(filer)
}

const excerpt = 30

/** Everybody on both sides is told once, with her own words beside the other's; of that only what anybody may read. */
async function tellBoth(
  trx: Trx,
  letterbox: Letterbox,
  mergerId: number,
  source: Locked,
  target: Locked,
): Promise<void> {
  for (const [own, other] of [
    [source, target],
    [target, source],
  ] as const) {
    await eachFiler(trx, [own.id], async (filer) => {
      const title = other.published_at ? other.title : translator(filer.locale)('mergers.unnamed')
      const mine = Array.from(filer.words.replace(/\s+/g, ' ')).slice(0, excerpt).join('')
      await tellFiler(trx, letterbox, filer, `merger:${mergerId}:${filer.id}`, 'tell.together', { mine, other: title })
    })
  }
}
