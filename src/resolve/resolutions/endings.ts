import type { Selectable } from 'kysely'
import type { Database, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { linkedIssueIds, moveLinked } from './linked.ts'
import { dueAfterReopening, stateOf } from './rules.ts'

export type Resolution = Selectable<Database['resolutions']>

/** Everything that changes a resolution locks its row first: two answers, or an answer and a claim, come one by one. */
export async function lockResolution(trx: Trx, which: { no: number } | { id: number }): Promise<Resolution> {
  const query = trx.selectFrom('resolutions').selectAll().forUpdate()
  const one = 'no' in which ? query.where('no', '=', which.no) : query.where('id', '=', which.id)
  return one.executeTakeFirstOrThrow(notFound)
}

/** Who promised and until when, as messages and timelines put it in either language. */
export async function promiseWords(trx: Trx, promise: { seat_id: number; due_on: string }) {
  const seat = await trx
    .selectFrom('seats')
    .select(['name', 'name_en'])
    .where('id', '=', promise.seat_id)
    .executeTakeFirstOrThrow(notFound)
  const [year = 0, month = 0, day = 0] = promise.due_on.split('-').map(Number)
  return { seat: seat.name, seatEn: seat.name_en, due: promise.due_on, year, month, day }
}

/**
 * It was not done after all: another round with a day of its own. Steps keep their evidence; the claim does not.
 * `reason` is the chair's, for everybody to read; an answer that reopens gives none, so that nobody is pointed at.
 */
export async function reopenResolution(
  trx: Trx,
  letterbox: Letterbox,
  resolution: Resolution,
  { by, at, reason }: { by: By; at: Date; reason?: string },
): Promise<void> {
  const cycle = resolution.cycle + 1
  const dueOn = dueAfterReopening(resolution.due_on, at)
  await trx
    .updateTable('resolutions')
    .set({ cycle, due_on: dueOn, claimed_at: null, claimed_by: null, evidence: '', closed_at: null })
    .where('id', '=', resolution.id)
    .execute()
  const words = await promiseWords(trx, { seat_id: resolution.seat_id, due_on: dueOn })
  await journal(trx, {
    subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
    verb: reason ? 'resolution.recalled' : 'resolution.reopened',
    by,
    at,
    was: stateOf(resolution, 1),
    became: 'in_progress',
    particulars: { ...words, wasDue: resolution.due_on, cycle, ...(reason && { reason }) },
  })
  await moveLinked(trx, resolution, {
    from: ['revisiting', 'closed_resolved'],
    through: [
      { to: 'reopened', verb: reason ? 'issue.recalled' : 'issue.unsolved' },
      { to: 'resolving', verb: 'issue.promised' },
    ],
    unless: null,
    by,
    at,
    particulars: words,
    nextStep: resolution.text,
    dueOn,
  })
  const issueIds = await linkedIssueIds(trx, resolution.item_id)
  await tellFilers(trx, letterbox, issueIds, `reopened:${resolution.id}:${cycle}`, 'tell.reopened', words)
}

/** Closed because those who spoke confirm it, or nobody said a word in the time there was, or there was nobody to ask. */
export async function closeResolution(
  trx: Trx,
  resolution: Resolution,
  { how, by, at }: { how: 'confirmed' | 'unanswered' | 'unasked'; by: By; at: Date },
): Promise<void> {
  await trx.updateTable('resolutions').set({ closed_at: at }).where('id', '=', resolution.id).execute()
  await journal(trx, {
    subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
    verb: `resolution.${how}`,
    by,
    at,
    was: stateOf(resolution, 1),
    became: 'closed',
  })
  await moveLinked(trx, resolution, {
    from: ['revisiting'],
    through: [{ to: 'closed_resolved', verb: `issue.${how}` }],
    unless: 'open',
    by,
    at,
    nextStep: '',
    dueOn: null,
  })
}
