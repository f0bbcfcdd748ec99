import { sql } from 'kysely'
import type { Ways } from './numbers.ts'

/** SQL, a table of one row: the raised hands of ballot `b`, once two people have counted the same after it stopped. */
export const handsOf = sql`(
  select coalesce(max(agreed.in_favour), 0) as in_favour, coalesce(max(agreed.against), 0) as against,
         coalesce(max(agreed.abstain), 0) as abstain
  from (
    select min(h.in_favour) as in_favour, min(h.against) as against, min(h.abstain) as abstain
    from hand_counts h join stops s on s.id = h.stop_id
    where s.ballot_id = b.id and s.resumed_at is null group by s.id
    having count(*) = 2 and min(h.in_favour) = max(h.in_favour) and min(h.against) = max(h.against)
      and min(h.abstain) = max(h.abstain)) agreed)`

/** SQL: by which ways the votes of ballot `b` came, and what became of the papers that were counted (one of the two readings: they agree). */
export const waysOf = sql<Ways>`(
  select json_build_object('phone', v.phone, 'desk', v.desk, 'proxy', v.proxy, 'paper', v.paper,
    'hands', hands.in_favour + hands.against + hands.abstain,
    'spoiled', s.spoiled, 'blank', s.blank, 'lost', s.lost, 'replaced', s.filled - v.paper)
  from
    (select count(*) filter (where way in ('socket', 'form')) as phone, count(*) filter (where way = 'desk') as desk,
            count(*) filter (where way = 'proxy') as proxy, count(*) filter (where way = 'paper') as paper
     from votes where ballot_id = b.id) v,
    ${handsOf} hands,
    (select count(*) filter (where p.state = 'filled') as filled, count(*) filter (where p.state = 'spoiled') as spoiled,
            count(*) filter (where p.state = 'blank') as blank, count(*) filter (where p.state = 'lost') as lost
     from paper_sheets p join paper_batches t on t.id = p.batch_id and t.first_by = p.person_id
     where t.ballot_id = b.id and t.counted_at is not null) s)`
