import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { askFilers } from '../revisits/store.ts'
import { lockResolution, type Resolution, reopenResolution } from './endings.ts'
import { type Actor, isOwner, mayReport, whyNotClaim, whyNotComplete, whyNotRecall, whyNotUpdate } from './rules.ts'

/** A word on how it goes, public at once. */
export async function addUpdate(db: Db, update: { no: number; words: string }, actor: Actor, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const resolution = await lockResolution(trx, { no: update.no })
    mustBe(mayReport(actor, resolution))
    refuseIf(whyNotUpdate(resolution))
    const { id } = await trx
      .insertInto('updates')
      .values({ resolution_id: resolution.id, words: update.words, at, person_id: actor.personId as number })
      .returning('id')
      .executeTakeFirstOrThrow()
    await tellJournal(trx, resolution, 'resolution.updated', actor, at, { update: id })
  })
}

/** One step is done, and this is how anybody can see it. */
export async function completeStep(
  db: Db,
  done: { no: number; stepId: number; evidence: string },
  actor: Actor,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const resolution = await lockResolution(trx, { no: done.no })
    mustBe(mayReport(actor, resolution))
    const step = await trx
      .selectFrom('steps')
      .select(['id', 'title', 'done_at'])
      .where('id', '=', done.stepId)
      .where('resolution_id', '=', resolution.id)
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotComplete(resolution, step))
    await trx
      .updateTable('steps')
      .set({ evidence: done.evidence, done_at: at, done_by: actor.personId })
      .where('id', '=', step.id)
      .execute()
    await tellJournal(trx, resolution, 'resolution.stepped', actor, at, { step: step.title })
  })
}

/**
 * The owner says it is done. That makes nothing solved: the public word is "the owner believes it is", and from here
 * everybody who spoke is asked (domain 3.2, rows 11 and 12).
 */
export async function claimDone(
  db: Db,
  letterbox: Letterbox,
  claim: { no: number; evidence: string },
  actor: Actor,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const resolution = await lockResolution(trx, { no: claim.no })
    mustBe(isOwner(actor, resolution))
    const steps = await trx.selectFrom('steps').select('done_at').where('resolution_id', '=', resolution.id).execute()
    refuseIf(
      whyNotClaim(
        resolution,
        steps.map((step) => ({ done: step.done_at !== null })),
        claim.evidence,
      ),
    )
    await trx
      .updateTable('resolutions')
      .set({ claimed_at: at, claimed_by: actor.personId, evidence: claim.evidence })
      .where('id', '=', resolution.id)
      .execute()
    await tellJournal(trx, resolution, 'resolution.claimed', actor, at, { evidence: claim.evidence })
    await askFilers(trx, letterbox, resolution, bySeat(actor, resolution), at)
  })
}

/** The chair sends it back, with a reason for everybody to read: it was closed too soon, or nobody calls it solved. */
export async function recallResolution(
  db: Db,
  letterbox: Letterbox,
  recall: { no: number; reason: string },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const resolution = await lockResolution(trx, { no: recall.no })
    refuseIf(whyNotRecall(resolution, at))
    await reopenResolution(trx, letterbox, resolution, { by, at, reason: recall.reason })
  })
}

function mustBe(allowed: boolean): void {
  if (!allowed) throw new Refusal('error.notAllowed', 403)
}

/** An owner speaks for the seat; the desk speaks for itself. */
function bySeat(actor: Actor, resolution: Resolution): By {
  const speaks = actor.seatIds.includes(resolution.seat_id) || actor.personId === resolution.person_id
  return { personId: actor.personId, seatId: speaks ? resolution.seat_id : null }
}

async function tellJournal(
  trx: Trx,
  resolution: Resolution,
  verb: string,
  actor: Actor,
  at: Date,
  particulars: Record<string, string | number>,
): Promise<void> {
  await journal(trx, {
    subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
    verb,
    by: bySeat(actor, resolution),
    at,
    particulars,
  })
}
