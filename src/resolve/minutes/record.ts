import { sql } from 'kysely'
import { type Heard, heard, issuesOf } from '../../agenda/items/reads.ts'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Asked } from '../../vote/ballots/answers.ts'
import type { Numbers, Outcome, Reason } from '../../vote/ballots/numbers.ts'
import type { Voters } from '../../vote/ballots/rules.ts'

/**
 * What happened, as the journal and the records have it: the one source of everything the minutes print. Of households
 * it knows how many; what a household chose is not read here and so can stand in no minutes.
 */

export interface Facts {
  no: number
  title: string
  place: string
  startsAt: string
  openedAt: string | null
  adjournedAt: string
  /** Who opened it: the post for everybody, the name for those with a part in it. */
  chair: { name: string; post: string } | null
  seats: SeatFacts[]
  /** Doors that came at any time. */
  households: number
  items: ItemFacts[]
}

export interface SeatFacts {
  id: number
  name: string
  nameEn: string
  voting: boolean
  /** Nobody holds it: it shrinks the base and nobody is called absent. */
  vacant: boolean
  came: { name: string; post: string; alternate: boolean; arrivedAt: string; leftAt: string | null }[]
}

export interface ItemFacts {
  no: number
  title: string
  question: string
  background: string
  heard: Heard
  notes: string
  introduced: boolean
  deferred: boolean
  /** Seats that stepped aside on it, by name (domain 3.5). */
  recused: string[]
  ballots: BallotFacts[]
  resolution: ResolutionFacts | null
}

export interface BallotFacts extends Asked {
  no: number
  question: string
  questionSha256: string
  voters: Voters
  eligible: number
  outcome: Outcome | null
  reason: Reason | null
  numbers: Numbers | null
  /** Seats that did not vote for it, by name. Empty wherever households vote. */
  dissent: { seat: string; seatEn: string; choice: string }[]
}

interface ResolutionFacts {
  no: number
  text: string
  seat: string
  seatEn: string
  post: string
  name: string
  /** Where it holds for a time only. Minutes that were drawn up before there were trials say nothing of it. */
  trial?: { endsOn: string; metric: string; unit: string; target: number } | null
  /** 'YYYY-MM-DD', as it was promised: a later round has a day of its own, and that is not what this meeting said. */
  due: string
}

/** Reads a meeting's record. One statement. No such meeting here: 404. */
export async function recordOf(db: Db, meetingNo: number): Promise<{ meetingId: number; facts: Facts | null }> {
  const { rows } = await sql<{ id: number; over: boolean; facts: Facts }>`
    select m.id, m.adjourned_at is not null as over, json_build_object(
      'no', m.no, 'title', m.title, 'place', m.place, 'startsAt', m.starts_at,
      'openedAt', coalesce(${lineOf(sql`'meeting.in_session'`)}, m.opened_at),
      'adjournedAt', coalesce(${lineOf(sql`'meeting.adjourned'`)}, m.adjourned_at),
      'chair', (select json_build_object('name', p.name, 'post', p.post) from people p where p.id = m.opened_by),
      'seats', (select coalesce(json_agg(json_build_object(
          'id', s.id, 'name', s.name, 'nameEn', s.name_en, 'voting', s.voting,
          'vacant', coalesce(s.vacant_since < m.adjourned_at, false), 'came', ${came}) order by s.position), '[]') from seats s),
      'households', (select count(distinct household_id) from attendance where meeting_id = m.id and seat_id is null),
      'items', (select coalesce(json_agg(json_build_object(
          'no', item.no, 'title', item.title, 'question', item.question, 'background', item.background,
          'heard', ${heard(issuesOf('item.id'))}, 'notes', o.notes, 'introduced', o.introduced_at is not null,
          'deferred', o.deferred_at is not null, 'recused', ${recused}, 'ballots', ${ballots}, 'resolution', ${resolution}) order by o.position), '[]')
        from running_order o join agenda_items item on item.id = o.item_id where o.meeting_id = m.id)
    ) as facts
    from meetings m where m.no = ${meetingNo}`.execute(db)
  const [row] = rows
  if (!row) throw notFound()
  return { meetingId: row.id, facts: row.over ? row.facts : null }
}

const lineOf = (verb: ReturnType<typeof sql>) => sql`(select at from journal
  where subject = 'meeting' and subject_id = m.id and verb = ${verb} order by id limit 1)`

/** Whoever sat for seat `s`, in the order they came; somebody who went out and came back is one. */
const came = sql`(select coalesce(json_agg(json_build_object('name', p.name, 'post', p.post, 'alternate', coalesce(h.rank, 1) > 0,
      'arrivedAt', a.arrived, 'leftAt', a.gone) order by h.rank, a.arrived), '[]')
    from (select person_id, min(arrived_at) as arrived,
                 case when bool_or(left_at is null) then null else max(left_at) end as gone
          from attendance where meeting_id = m.id and seat_id = s.id and person_id is not null group by person_id) a
    join people p on p.id = a.person_id
    left join seat_holders h on h.seat_id = s.id and h.person_id = a.person_id)`

const recused = sql`(select coalesce(json_agg(s.name order by s.position), '[]') from recusals c join seats s on s.id = c.seat_id
    where c.meeting_id = o.meeting_id and c.item_id = o.item_id)`

const ballots = sql`(select coalesce(json_agg(json_build_object(
      'no', b.no, 'question', b.question, 'questionSha256', b.question_sha256, 'rule', b.rule,
      'ruleVersion', b.rule_version, 'options', b.options, 'terms', b.terms, 'voters', b.electorate_kind,
      'eligible', b.eligible, 'outcome', b.outcome, 'reason', b.reason, 'numbers', b.numbers,
      'dissent', (select coalesce(json_agg(json_build_object('seat', s.name, 'seatEn', s.name_en, 'choice', v.choice) order by s.position), '[]')
                  from votes v join electorate e on e.ballot_id = v.ballot_id and e.voter_id = v.voter_id
                  join seats s on s.id = e.seat_id
                  where v.ballot_id = b.id and b.electorate_kind = 'seat' and b.closed_at is not null and v.choice <> 'for')
    ) order by b.id), '[]') from ballots b where b.meeting_id = o.meeting_id and b.item_id = o.item_id)`

const resolution = sql`(select json_build_object('no', r.no, 'text', r.text, 'seat', s.name, 'seatEn', s.name_en, 'post', p.post,
      'name', p.name, 'trial', (select json_build_object('endsOn', t.ends_on, 'metric', t.metric, 'unit', t.unit, 'target', t.target)
        from trials t where t.resolution_id = r.id), 'due', coalesce((select particulars->>'due' from journal where subject = 'resolution' and subject_id = r.id
                                       and verb = 'resolution.made' order by id limit 1), r.due_on::text))
    from resolutions r join seats s on s.id = r.seat_id join people p on p.id = r.person_id
    where r.meeting_id = o.meeting_id and r.item_id = o.item_id)`
