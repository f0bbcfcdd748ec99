import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { type Actor, isOwner } from '../resolutions/rules.ts'
import { type NewTrial, type Reading, whyNotRead } from './rules.ts'

/** Makes a trial of a resolution that is being made, in the same transaction. */
export async function beginTrial(
  trx: Trx,
  resolution: { id: number; no: number },
  trial: NewTrial,
  by: { personId: number },
  at: Date,
): Promise<void> {
  const { endsOn, metric, unit, target } = trial
  const [year = 0, month = 0, day = 0] = endsOn.split('-').map(Number)
  await trx
    .insertInto('trials')
    .values({ resolution_id: resolution.id, ends_on: endsOn, metric, unit, target, item_id: null })
    .execute()
  await journal(trx, {
    subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
    verb: 'resolution.on_trial',
    by,
    at,
    particulars: { due: endsOn, year, month, day, metric, unit, target },
  })
}

/** Keeps the number of a day; once more for the same day corrects it. The owner reads it off, or the desk for him. */
export async function readTrial(db: Db, no: number, reading: Reading, actor: Actor, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const trial = await lockTrial(trx, no)
    const owner = isOwner(actor, trial)
    if (actor.personId === null || !(owner || actor.roles.includes('staff'))) throw new Refusal('error.notAllowed', 403)
    const stands = { endsOn: trial.ends_on, madeOn: shanghaiDay(trial.made_at) }
    refuseIf(whyNotRead({ ...stands, endedAs: trial.ended_as }, reading.day, at))
    const row = { value: reading.value, note: reading.note, at, person_id: actor.personId }
    await trx
      .insertInto('trial_readings')
      .values({ resolution_id: trial.resolution_id, day: reading.day, ...row })
      .onConflict((oc) => oc.columns(['community_id', 'resolution_id', 'day']).doUpdateSet(row))
      .execute()
    await journal(trx, {
      subject: { kind: 'resolution', id: trial.resolution_id, no },
      verb: 'resolution.read',
      by: { personId: actor.personId, seatId: owner ? trial.seat_id : null },
      at,
      particulars: { day: reading.day, value: reading.value, unit: trial.unit },
    })
  })
}

/** A trial with the resolution it is of, by the resolution's number; held until the transaction ends. None: 404. */
export async function lockTrial(trx: Trx, no: number) {
  return trx
    .selectFrom('trials')
    .innerJoin('resolutions', 'resolutions.id', 'trials.resolution_id')
    .where('resolutions.no', '=', no)
    .selectAll('trials')
    .select(['resolutions.no', 'text', 'seat_id', 'resolutions.person_id', 'made_at', 'made_by'])
    .select('resolutions.item_id as decided_item')
    .forUpdate('trials')
    .executeTakeFirstOrThrow(notFound)
}
