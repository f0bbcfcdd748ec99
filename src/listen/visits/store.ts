import type { Db, Trx } from '../../lib/db/schema.ts'
import type { Locale } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { takeFiling } from '../filings/store.ts'
import { faultsOf, type Said, whenVisited } from './rules.ts'

export interface NewVisit extends Said {
  /** Made by the sender: the same visit sent twice is one visit. */
  key: string
  building: string
  door: string
  locale: Locale
  /** When it was by the phone that brings it later; left out: now. Null: the phone could not say. */
  stated?: Date | null
  /** Who was at the door, where somebody else types it off paper; left out: whoever sends it. */
  volunteerId?: number
}

/**
 * Logs a visit and takes in what was said, all or nothing, and says whether it was known already. Sent again with the same key it changes nothing; with the
 * same key but other words it is refused, so that a correction is not lost in silence.
 */
export async function logVisit(
  db: Db,
  letterbox: Letterbox,
  visit: NewVisit,
  by: { personId: number },
  at: Date,
): Promise<'stored' | 'known'> {
  refuseIf(Object.values(faultsOf(visit))[0] ?? null)
  const late = visit.stated !== undefined
  const volunteerId = visit.volunteerId ?? by.personId
  return db.transaction().execute(async (trx) => {
    const household = await trx
      .selectFrom('households as h')
      .innerJoin('buildings as b', 'b.id', 'h.building_id')
      .select(['h.id', 'h.building_id'])
      .where('b.name', '=', visit.building)
      .where('h.door', '=', visit.door)
      .executeTakeFirstOrThrow(notFound)
    // Of two that come with one key in the same moment, the second waits here until the first has committed.
    const row = await trx
      .insertInto('visits')
      .values({
        key: visit.key,
        household_id: household.id,
        volunteer_id: volunteerId,
        visited_at: whenVisited(visit.stated ?? null, at),
        stated_at: visit.stated ?? null,
        received_at: late ? at : null,
        outcome: visit.outcome,
        note_sealed: visit.remark ? letterbox.vault.seal(letterbox.communityId, visit.remark) : null,
        consent_record: visit.consent.record,
        consent_call: visit.consent.call,
        consent_publish: visit.consent.publish,
      })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) {
      await refuseOther(trx, letterbox, visit, { householdId: household.id, personId: volunteerId })
      return 'known'
    }
    for (const matter of visit.matters) {
      await takeFiling(
        trx,
        letterbox,
        {
          ...(matter.key !== undefined && { key: matter.key }),
          channel: 'door',
          words: matter.words,
          place: matter.place,
          topic: matter.topic ?? null,
          buildingId: household.building_id,
          householdId: household.id,
          surname: '',
          nameShown: false,
          phone: visit.phone,
          locale: visit.locale,
          visitId: row.id,
          recordedBy: volunteerId,
        },
        by,
        at,
      )
    }
    await refuseStrangers(trx, row.id, visit.matters.length)
    await journal(trx, {
      subject: { kind: 'visit', id: row.id },
      verb: 'visit.logged',
      became: visit.outcome,
      by,
      at,
      particulars: { filings: visit.matters.length },
    })
    return 'stored'
  })
}

/** A matter whose key is already another visit's would be taken for known and lost: then the whole visit is refused. */
async function refuseStrangers(trx: Trx, visitId: number, matters: number): Promise<void> {
  if (matters === 0) return
  const { n } = await trx
    .selectFrom('filings')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('visit_id', '=', visitId)
    .executeTakeFirstOrThrow()
  if (Number(n) !== matters) throw new Refusal('visits.matter.taken')
}

/** Opens the private remark for somebody who gives a reason; the look leaves a line (domain 3.11). */
export async function logLook(trx: Trx, visitId: number, personId: number, purpose: string, at: Date): Promise<void> {
  await trx
    .insertInto('access_log')
    .values({ at, person_id: personId, subject: `visit:${visitId}`, fields: ['remark'], purpose })
    .execute()
}

/** Refuses a known key that comes with something else than the first time. */
async function refuseOther(
  trx: Trx,
  { vault, communityId }: Letterbox,
  visit: NewVisit,
  whose: { householdId: number; personId: number },
): Promise<void> {
  const kept = await trx.selectFrom('visits').selectAll().where('key', '=', visit.key).executeTakeFirstOrThrow()
  const filings = await trx
    .selectFrom('filings')
    .select(['words', 'place', 'phone_sealed'])
    .where('visit_id', '=', kept.id)
    .orderBy('id')
    .execute()
  const open = (sealed: Buffer | null | undefined) => (sealed ? vault.open(communityId, sealed) : '')
  const before = [
    kept.household_id,
    kept.volunteer_id,
    kept.outcome,
    open(kept.note_sealed),
    kept.consent_record,
    kept.consent_call,
    kept.consent_publish,
    open(filings[0]?.phone_sealed),
    filings.map((filing) => [filing.words, filing.place]),
  ]
  const now = [
    whose.householdId,
    whose.personId,
    visit.outcome,
    visit.remark,
    visit.consent.record,
    visit.consent.call,
    visit.consent.publish,
    visit.phone,
    visit.matters.map((matter) => [matter.words, matter.place]),
  ]
  if (JSON.stringify(before) !== JSON.stringify(now)) throw new Refusal('visits.alreadySaved')
}
