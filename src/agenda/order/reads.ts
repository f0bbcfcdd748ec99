import { type RawBuilder, sql } from 'kysely'
import { type SeatComing, seatsComing } from '../confirmations/reads.ts'
import type { Terms } from '../kinds/rules.ts'
import { termsNow } from '../kinds/store.ts'
import { type Affected, affectedBy } from '../options/reads.ts'

/** What is still to be seen to before the meeting `meetings`, for the page on which it is prepared; dates as JSON has them. */
export interface Preparing {
  terms: Terms
  notices: number
  leadFrom: string | null
  leadCutAt: string | null
  /** Of the newest notice: at which buildings each paper hung. */
  proofs: { buildings: number[] }[]
  buildings: number[]
  seats: SeatComing[]
  /** Of each item on the running order, by its number, whom it touches. */
  affected: { no: number; subject: string; buildings: Affected[] }[]
  abortedAs: 'called_off' | 'failed' | null
  abortedReason: string | null
}

export const preparing: RawBuilder<Preparing> = sql<Preparing>`(select json_build_object(
  'terms', ${termsNow}, 'notices', meetings.notices, 'leadFrom', meetings.lead_from, 'leadCutAt', meetings.lead_cut_at,
  'proofs', (select coalesce(json_agg(json_build_object('buildings',
      array(select b.building_id from notice_proof_buildings b where b.proof_id = p.id))), '[]')
    from notice_proofs p where p.meeting_id = meetings.id and p.nth = greatest(1, meetings.notices)),
  'buildings', array(select id from buildings),
  'seats', ${seatsComing},
  'affected', (select coalesce(json_agg(json_build_object('no', agenda_items.no, 'subject', agenda_items.subject, 'buildings', ${affectedBy(sql.ref('agenda_items.id'))})), '[]')
    from running_order r join agenda_items on agenda_items.id = r.item_id where r.meeting_id = meetings.id),
  'abortedAs', meetings.aborted_as, 'abortedReason', meetings.aborted_reason))`
