import { sql } from 'kysely'
import { handsOf } from './ways.ts'

/** What `verify` asks of the votes that came by other ways than a phone: each has its two witnesses, or its mandate. */

/** SQL, of ballot `b`: votes on paper for which no counted batch has two equal readings of that line, at the hour it was handed in. */
export const unread = sql`(select count(*)::int from votes v where v.ballot_id = b.id and v.way = 'paper' and not exists (
  select from paper_batches t join paper_sheets x on x.batch_id = t.id and x.person_id = t.first_by
  join paper_sheets y on y.batch_id = t.id and y.person_id = t.second_by and y.no = x.no
  where t.ballot_id = b.id and t.sealed_at is not null and t.first_by <> t.second_by and t.handed_at = v.cast_at
    and (x.state, x.voter_id, x.choice) = ('filled', v.voter_id, v.choice)
    and (y.state, y.voter_id, y.choice) = ('filled', v.voter_id, v.choice)))`

/**
 * SQL, of ballot `b`: votes by mandate without one that held at that moment (agenda/mandates), give or take what a vote may
 * wait for its turn while the household comes in or takes the mandate back.
 */
export const unmandated = sql`(select count(*)::int from votes v where v.ballot_id = b.id and v.way = 'proxy' and not exists (
  select from mandates d where d.meeting_id = b.meeting_id and (d.item_id is null or d.item_id = b.item_id)
    and d.principal_id = v.voter_id and d.registered_at <= v.cast_at and (d.revoked_at is null or d.revoked_at >= v.cast_at - interval '10 seconds')
    and not exists (select from attendance own where own.meeting_id = d.meeting_id and own.household_id = d.principal_id
      and own.seat_id is null and own.arrived_at < v.cast_at - interval '10 seconds')))`

/** SQL, of ballot `b`: counted batches in which some number was not read alike by two. */
export const unbalanced = sql`(select count(*)::int from paper_batches t where t.ballot_id = b.id and t.counted_at is not null
  and t.last_no - t.first_no + 1 <> (
    select count(*) from paper_sheets x join paper_sheets y on y.batch_id = x.batch_id and y.no = x.no and y.person_id = t.second_by
    where x.batch_id = t.id and x.person_id = t.first_by and x.no between t.first_no and t.last_no and x.state = y.state
      and x.voter_id is not distinct from y.voter_id and x.choice is not distinct from y.choice
      and x.reason is not distinct from y.reason))`

/** SQL, of ballot `b`: whether the journal's last word on raised hands is another than what stands in the count. */
export const handsApart = sql`(select coalesce((
    select case verb when 'ballot.hands_counted' then array[(particulars ->> 'for')::int, (particulars ->> 'against')::int,
      (particulars ->> 'abstain')::int] else array[0, 0, 0] end
    from journal where subject = 'ballot' and subject_id = b.id
      and verb in ('ballot.hands_counted', 'ballot.hands_again', 'ballot.goes_on') order by id desc limit 1), array[0, 0, 0])
  <> array[hands.in_favour, hands.against, hands.abstain] from ${handsOf} hands)`
