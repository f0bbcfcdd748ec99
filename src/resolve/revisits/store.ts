import { sql } from 'kysely'
import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { tellFiler } from '../../listen/filings/store.ts'
import { closeResolution, lockResolution, type Resolution, reopenResolution } from '../resolutions/endings.ts'
import { moveLinked } from '../resolutions/linked.ts'
import type { Actor } from '../resolutions/rules.ts'
import { askedLongAgo, isHandler, type Solved, verdict, whyNotAnswer } from './rules.ts'

/** Working days in which the desk reaches those who were asked (domain 3.2, row 11). */
const askDays = 3

/**
 * Asks everybody whose words the resolution answers to, whichever way they came: a row a filing and round, and a
 * message with her own link to those who left a phone. Called by the claim, inside its transaction.
 */
export async function askFilers(trx: Trx, letterbox: Letterbox, resolution: Resolution, by: By, at: Date) {
  const filers = await trx
    .selectFrom('filings')
    .innerJoin('issues', 'issues.id', 'filings.issue_id')
    // Whose matter was put into another one is asked with that.
    .innerJoin('agenda_links', (join) =>
      join.on('agenda_links.issue_id', '=', sql<number>`coalesce(issues.merged_into, issues.id)`),
    )
    .select(['filings.id', 'locale', 'phone_sealed', 'phone_quiet', 'code_sealed'])
    .where('agenda_links.item_id', '=', resolution.item_id)
    .where('filings.state', '<>', 'withdrawn')
    .orderBy('filings.id')
    .execute()
  if (filers.length > 0) {
    const asked = filers.map((filer) => ({
      resolution_id: resolution.id,
      filing_id: filer.id,
      cycle: resolution.cycle,
      asked_at: at,
      answered_at: null,
      solved: null,
      satisfied: null,
      way: null,
      recorded_by: null,
    }))
    await trx.insertInto('revisits').values(asked).execute()
  }
  await moveLinked(trx, resolution, {
    from: ['resolving'],
    through: [
      { to: 'claimed_done', verb: 'issue.claimed' },
      { to: 'revisiting', verb: 'issue.asked' },
    ],
    unless: 'unclaimed',
    by,
    at,
    nextStep: '',
    dueOn: workingDayAfter(at, askDays),
  })
  for (const filer of filers) {
    const key = `revisit:${resolution.id}:${resolution.cycle}:${filer.id}`
    await tellFiler(trx, letterbox, filer, key, 'tell.revisit')
  }
}

export interface NewAnswer {
  revisitId: number
  solved: Solved
  satisfied: number
  why: string
  /** 'link': the filer herself. */
  way: 'link' | 'phone' | 'door' | 'desk'
}

/**
 * Takes one answer, once, and draws the conclusion at once. `recorder` is whoever took it down at a door or on the
 * phone, null when the filer answers by her own link; refuses the handler (domain 3.2, invariant iii). An answer to a
 * round that is already over is kept and moves nothing.
 */
export async function answerRevisit(
  db: Db,
  letterbox: Letterbox,
  answer: NewAnswer,
  recorder: Actor | null,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { resolution_id } = await trx
      .selectFrom('revisits')
      .select('resolution_id')
      .where('id', '=', answer.revisitId)
      .executeTakeFirstOrThrow(notFound)
    const resolution = await lockResolution(trx, { id: resolution_id })
    const revisit = await trx
      .selectFrom('revisits')
      .select(['id', 'cycle', 'answered_at'])
      .where('id', '=', answer.revisitId)
      .executeTakeFirstOrThrow(notFound)
    if (recorder && isHandler(recorder, resolution)) throw new Refusal('revisits.handler', 403)
    refuseIf(whyNotAnswer(resolution, revisit, at))
    const { solved, satisfied, why, way } = answer
    await trx
      .updateTable('revisits')
      .set({ solved, satisfied, why, way, answered_at: at, recorded_by: recorder?.personId ?? null })
      .where('id', '=', revisit.id)
      .execute()
    // Neither who answered nor what: the line says only that there was an answer, and what follows follows by itself.
    await journal(trx, {
      subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
      verb: 'resolution.answered',
      by: { personId: recorder?.personId ?? null },
      at,
    })
    if (revisit.cycle === resolution.cycle) await conclude(trx, letterbox, resolution, {}, at)
  })
}

/**
 * Concludes what has waited long enough: everybody was asked more than seven days ago. Pressed on the desk; pressing
 * twice is harmless. Gives how many were settled.
 */
export async function settleRevisits(db: Db, letterbox: Letterbox, by: By, at: Date): Promise<number> {
  const claimed = await db
    .selectFrom('resolutions')
    .select('id')
    .where('claimed_at', '<', askedLongAgo(at))
    .where('closed_at', 'is', null)
    .orderBy('id')
    .execute()
  let settled = 0
  for (const { id } of claimed) {
    const outcome = await db.transaction().execute(async (trx) => {
      const resolution = await lockResolution(trx, { id })
      return conclude(trx, letterbox, resolution, by, at)
    })
    if (outcome !== 'waiting') settled++
  }
  return settled
}

/** What all answers of this round together make of it; the row of the resolution is locked. */
async function conclude(trx: Trx, letterbox: Letterbox, resolution: Resolution, by: By, at: Date) {
  if (!resolution.claimed_at) return 'waiting'
  const answers = await trx
    .selectFrom('revisits')
    .select(['solved', 'satisfied'])
    .where('resolution_id', '=', resolution.id)
    .where('cycle', '=', resolution.cycle)
    .execute()
  const outcome = verdict(answers, resolution.claimed_at, at)
  if (outcome === 'reopened') await reopenResolution(trx, letterbox, resolution, { by, at })
  else if (outcome !== 'waiting' && !resolution.closed_at) {
    // A question put to everybody keeps no name to ask; the line does not say that somebody was asked and kept silent.
    const how = answers.length === 0 ? 'unasked' : outcome
    await closeResolution(trx, resolution, { how, by, at })
  }
  return outcome
}
