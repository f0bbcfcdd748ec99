import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { moveIssue } from '../../listen/issues/store.ts'
import { meetingState, whenParts } from '../meetings/rules.ts'
import { whyNotEdit, whyNotUnlink, whyNotWithdraw } from './rules.ts'

interface Words {
  title: string
  question: string
  background: string
}

/**
 * Makes an item of issues that wait in the pool, given by their numbers; they stay in the pool until it stands on a
 * meeting. Gives its number. The same `key` again gives the same item. Refuses an issue that has left the pool.
 */
export async function createItem(db: Db, item: Words & { key: string; issues: number[] }, by: By, at: Date) {
  const { key, issues: issueNos, ...words } = item
  return db.transaction().execute(async (trx) => {
    const issues = await trx
      .selectFrom('issues')
      .where('no', 'in', issueNos)
      .select(['id', 'no', 'state'])
      .orderBy('id')
      .forUpdate()
      .execute()
    if (issues.length < new Set(issueNos).size) throw notFound()
    const known = await trx.selectFrom('agenda_items').select('no').where('key', '=', key).executeTakeFirst()
    if (known) return known.no
    refuseIf(issues.every((issue) => issue.state === 'pooled') ? null : 'items.notPooled')

    const made = await trx
      .insertInto('agenda_items')
      .values({ ...words, key, created_at: at, created_by: author(by) })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    const particulars = { issues: issues.length }
    await journal(trx, { subject: { kind: 'item', ...made }, verb: 'item.created', by, at, particulars })
    for (const issue of issues) await link(trx, made, issue, by, at)
    return made.no
  })
}

/** Changes an item's words. Refuses while a meeting has it before it, and afterwards. */
export async function editItem(db: Db, no: number, words: Words, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    refuseIf(whyNotEdit(item))
    await trx.updateTable('agenda_items').set(words).where('id', '=', item.id).execute()
    const change = { was: item.question, became: words.question }
    await journal(trx, { subject: { kind: 'item', id: item.id, no }, verb: 'item.edited', ...change, by, at })
  })
}

/** Adds an issue of the pool to an item; where the item stands on a running order, the issue goes along. */
export async function linkIssue(db: Db, letterbox: Letterbox, no: number, issueNo: number, by: By, at: Date) {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    const issue = await issueByNo(trx, issueNo)
    refuseIf(whyNotEdit(item))
    const linked = await trx
      .selectFrom('agenda_links')
      .where('item_id', '=', item.id)
      .where('issue_id', '=', issue.id)
      .select('issue_id')
      .executeTakeFirst()
    if (linked) return
    refuseIf(issue.state === 'pooled' ? null : 'items.notPooled')
    await link(trx, item, issue, by, at)
    const subject = { kind: 'item', id: item.id, no } as const
    await journal(trx, { subject, verb: 'item.linked', by, at, particulars: { issue: issueNo } })
    if (item.standing) await putOnAgenda(trx, letterbox, item.standing, item.id, by, at)
  })
}

/** Takes an issue out of an item; where the item stands on a running order, the issue returns to the pool. */
export async function unlinkIssue(db: Db, no: number, issueNo: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    const issue = await issueByNo(trx, issueNo)
    const links = await trx.selectFrom('agenda_links').where('item_id', '=', item.id).select('issue_id').execute()
    if (!links.some((each) => each.issue_id === issue.id)) return
    refuseIf(whyNotUnlink(item, links.length))
    if (item.standing) await returnToPool(trx, item.id, 'issue.off_agenda', by, at, issue.id)
    await trx.deleteFrom('agenda_links').where('item_id', '=', item.id).where('issue_id', '=', issue.id).execute()
    const particulars = { item: no, title: item.title }
    await journal(trx, { subject: { kind: 'issue', ...issue }, verb: 'issue.unlinked', by, at, particulars })
    await journal(trx, {
      subject: { kind: 'item', id: item.id, no },
      verb: 'item.unlinked',
      by,
      at,
      particulars: { issue: issueNo },
    })
  })
}

/** Gives an item up; its issues stay in the pool. Refuses while it stands on a running order. */
export async function withdrawItem(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const item = await lockItem(trx, no)
    refuseIf(whyNotWithdraw(item))
    await trx.updateTable('agenda_items').set({ withdrawn_at: at }).where('id', '=', item.id).execute()
    await journal(trx, { subject: { kind: 'item', id: item.id, no }, verb: 'item.withdrawn', by, at })
  })
}

/** An item's row, held until the transaction ends, with the meeting on whose running order it stands. */
export async function lockItem(trx: Trx, no: number) {
  const item = await trx
    .selectFrom('agenda_items')
    .where('no', '=', no)
    .select(['id', 'no', 'title', 'question', 'subject', 'withdrawn_at'])
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  const standing = await trx
    .selectFrom('running_order')
    .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
    .where('item_id', '=', item.id)
    .where('deferred_at', 'is', null)
    .selectAll('meetings')
    .executeTakeFirst()
  return {
    ...item,
    withdrawn: item.withdrawn_at !== null,
    standing: standing ?? null,
    meeting: standing ? meetingState(standing) : null,
  }
}

interface WhereAndWhen {
  id: number
  no: number
  place: string
  starts_at: Date
}

/** Moves an item's pooled issues onto the agenda of a meeting and tells their filers when and where it meets. */
export async function putOnAgenda(
  trx: Trx,
  letterbox: Letterbox,
  meeting: WhereAndWhen,
  itemId: number,
  by: By,
  at: Date,
): Promise<void> {
  const issues = await issuesIn(trx, itemId, 'pooled')
  const when = { ...whenParts(meeting.starts_at), place: meeting.place }
  for (const { id } of issues) {
    await moveIssue(trx, {
      issueId: id,
      to: 'on_agenda',
      particulars: { ...when, meeting: meeting.no },
      nextStep: translator('zh')('issues.next.meeting', when),
      dueOn: shanghaiDay(meeting.starts_at),
      by,
      at,
    })
  }
  const ids = issues.map(({ id }) => id)
  await tellFilers(trx, letterbox, ids, `on_agenda:${meeting.id}:${at.getTime()}`, 'tell.onAgenda', when)
}

/**
 * Moves an item's issues (or the one given) from the agenda back to the pool, unless another item still brings them to
 * a meeting. Gives the ids of those it moved.
 */
export async function returnToPool(
  trx: Trx,
  itemId: number,
  verb: 'issue.off_agenda' | 'issue.deferred',
  by: By,
  at: Date,
  onlyIssueId?: number,
): Promise<number[]> {
  const issues = (await issuesIn(trx, itemId, 'on_agenda')).filter(({ id }) => (onlyIssueId ?? id) === id)
  const ids: number[] = []
  for (const { id } of issues) {
    const elsewhere = await trx
      .selectFrom('agenda_links')
      .innerJoin('running_order', 'running_order.item_id', 'agenda_links.item_id')
      .where('issue_id', '=', id)
      .where('agenda_links.item_id', '<>', itemId)
      .where('deferred_at', 'is', null)
      .where('declared_at', 'is', null)
      .select('issue_id')
      .executeTakeFirst()
    if (elsewhere) continue
    const nextStep = translator('zh')('issues.next.pool')
    await moveIssue(trx, { issueId: id, to: 'pooled', verb, nextStep, dueOn: null, by, at })
    ids.push(id)
  }
  return ids
}

/** The issues of an item in this state, in the order in which every verb locks them. */
async function issuesIn(trx: Trx, itemId: number, state: 'pooled' | 'on_agenda') {
  return trx
    .selectFrom('issues')
    .innerJoin('agenda_links', 'agenda_links.issue_id', 'issues.id')
    .where('item_id', '=', itemId)
    .where('state', '=', state)
    .select('issues.id')
    .orderBy('issues.id')
    .execute()
}

async function link(
  trx: Trx,
  item: { id: number; no: number; title?: string },
  issue: { id: number; no: number },
  by: By,
  at: Date,
): Promise<void> {
  await trx
    .insertInto('agenda_links')
    .values({ item_id: item.id, issue_id: issue.id, linked_at: at, linked_by: author(by) })
    .execute()
  await journal(trx, {
    subject: { kind: 'issue', ...issue },
    verb: 'issue.linked',
    by,
    at,
    particulars: { item: item.no },
  })
}

function issueByNo(trx: Trx, no: number) {
  return trx
    .selectFrom('issues')
    .where('no', '=', no)
    .select(['id', 'no', 'state'])
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}
