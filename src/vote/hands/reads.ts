import { sql } from 'kysely'
import { holds } from '../../agenda/mandates/reads.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { type HandCount, whyNotDeclare } from './rules.ts'

export interface CountShown extends HandCount {
  name: string
}

/**
 * What has been counted since ballot `id` stopped, and how many may raise a hand: households of its roll that are in the
 * room, or have somebody there who speaks for them, and have not voted. One statement.
 */
export async function handsAt(db: Db, id: number): Promise<{ counts: CountShown[]; room: number }> {
  const { rows } = await sql<{ counts: CountShown[]; room: number }>`
    select
      (select coalesce(json_agg(json_build_object('personId', h.person_id, 'name', p.name, 'for', h.in_favour,
         'against', h.against, 'abstain', h.abstain) order by h.at, h.person_id), '[]')
       from hand_counts h join stops s on s.id = h.stop_id join people p on p.id = h.person_id
       where s.ballot_id = b.id and s.resumed_at is null) as counts,
      (with here as (
         select a.household_id as voter_id from attendance a
         where a.meeting_id = b.meeting_id and a.household_id is not null and a.seat_id is null
           and (a.left_at is null or a.left_at >= st.stopped_at) and (st.stopped_at is null or a.arrived_at <= st.stopped_at))
       select count(distinct who.voter_id)::int from (
         select voter_id from here
         union all
         select d.principal_id from mandates d join here on here.voter_id = d.holder_id
         where d.meeting_id = b.meeting_id and ${holds(sql`b.item_id`)}) who
       where exists (select from electorate e where e.ballot_id = b.id and e.voter_id = who.voter_id)
         and not exists (select from votes v where v.ballot_id = b.id and v.voter_id = who.voter_id)) as room
    from ballots b left join stops st on st.ballot_id = b.id and st.resumed_at is null
    where b.id = ${id}`.execute(db)
  return rows[0] ?? { counts: [], room: 0 }
}

/** Refuses while one person's numbers wait for the other's, or differ. Whoever calls holds the vote's lock. */
export async function refuseUnfinishedHands(trx: Trx, ballotId: number): Promise<void> {
  refuseIf(whyNotDeclare((await handsAt(trx, ballotId)).counts))
}
