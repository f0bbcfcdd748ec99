import { type Expression, type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { termsNow } from '../kinds/store.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'

/** Where the `nth` notice of a meeting hung. */
export async function proofsOf(trx: Trx, meetingId: number, nth: number) {
  return trx
    .selectFrom('notice_proofs')
    .where('meeting_id', '=', meetingId)
    .where('nth', '=', nth)
    .select(proofBuildings(sql.ref('notice_proofs.id')).as('buildings'))
    .execute()
}

export async function buildingIds(trx: Trx): Promise<number[]> {
  const rows = await trx.selectFrom('buildings').select('id').execute()
  return rows.map(({ id }) => id)
}

const proofBuildings = (proofId: Expression<number>): RawBuilder<number[]> =>
  sql<number[]>`array(select b.building_id from notice_proof_buildings b where b.proof_id = ${proofId} order by 1)`

/** Everything the page of a meeting's notice shows. One statement. No such meeting here: 404. */
export async function noticePage(db: Db, no: number) {
  const row = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select((eb) => [
      'meetings.id',
      'meetings.no',
      'meetings.title',
      'place',
      'starts_at',
      'kind',
      'notices',
      'lead_from',
      'lead_cut_at',
      ...meetingTimes,
      'aborted_as',
      'aborted_reason',
      termsNow.as('terms'),
      jsonArrayFrom(eb.selectFrom('buildings').select(['buildings.id', 'name']).orderBy('position')).as('buildings'),
      jsonArrayFrom(
        eb
          .selectFrom('notice_proofs')
          .innerJoin('people', 'people.id', 'notice_proofs.recorded_by')
          .whereRef('meeting_id', '=', 'meetings.id')
          .select((proof) => [
            'notice_proofs.key',
            'nth',
            'notice_proofs.place',
            'posted_by',
            'posted_at',
            'people.name as recordedBy',
            proof('image', 'is not', null).as('pictured'),
            proofBuildings(sql.ref('notice_proofs.id')).as('buildings'),
          ])
          .orderBy('notice_proofs.id'),
      ).as('proofs'),
      jsonArrayFrom(
        eb
          .selectFrom('overrides')
          .whereRef('overrides.meeting_id', '=', 'meetings.id')
          .select(['reason', 'at'])
          .orderBy('overrides.id'),
      ).as('overrides'),
    ])
    .executeTakeFirstOrThrow(notFound)
  const proofs = row.proofs.map((proof) => ({ ...proof, posted_at: new Date(proof.posted_at) }))
  const overrides = row.overrides.map(({ reason, at }) => ({ reason, at: new Date(at) }))
  return { ...row, proofs, overrides, state: meetingState(row) }
}

/** The picture that proves a posting; null where there is none. */
export async function proofPicture(db: Db, no: number, key: string): Promise<Buffer | null> {
  const row = await db
    .selectFrom('notice_proofs')
    .innerJoin('meetings', 'meetings.id', 'notice_proofs.meeting_id')
    .where('meetings.no', '=', no)
    .where('notice_proofs.key', '=', key)
    .select('image')
    .executeTakeFirst()
  return row?.image ?? null
}

/** 人工干预清单: every rule somebody let not count, newest first, with who by post and why. One statement. */
export async function overridesListed(db: Db) {
  return db
    .selectFrom('overrides')
    .innerJoin('meetings', 'meetings.id', 'overrides.meeting_id')
    .innerJoin('people', 'people.id', 'overrides.person_id')
    .select(['what', 'reason', 'at', 'people.post', 'meetings.no', 'meetings.title'])
    .orderBy('overrides.id', 'desc')
    .limit(200)
    .execute()
}
