import { type RawBuilder, sql } from 'kysely'
import { labelOf, type Terms } from '../../agenda/kinds/rules.ts'
import { termsNow } from '../../agenda/kinds/store.ts'
import { affectedBy } from '../../agenda/options/reads.ts'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { type Cast, castSoFar } from '../owners/roll.ts'
import type { OwnersResult } from '../rules/owners.ts'
import { mostPoints, paperOf } from './answers.ts'
import { editionFor, movesWithVotes, neededOf, numbersOf, wholeOf } from './decision.ts'
import { dualOf, dualShown } from './dual.ts'
import { explained } from './explained.ts'
import { type Frozen, type FrozenRow, frozenColumns, frozenText, remember } from './frozen.ts'
import { linesOf } from './lines.ts'
import type { Count, Decision, Numbers, Outcome } from './numbers.ts'
import { againOf, lastBallot } from './rounds.ts'
import { votingEnds } from './standing.ts'
import { because } from './telling.ts'
import { handsOf, waysOf } from './ways.ts'

/** A ballot as everybody may see it: nothing in it differs between two people looking, and no covered count is in it. */
export type BallotShown = ReturnType<typeof shownOf>

/** The vote that is open in this meeting now. */
export const openBallotOf = (db: Db, meetingNo: number) => one(db, sql`m.no = ${meetingNo} and b.closed_at is null`)

/** The vote that was opened last in this meeting, open or closed. */
export const latestBallotOf = (db: Db, meetingNo: number) => one(db, sql`m.no = ${meetingNo}`)

/** Every vote of this meeting, in the order they were opened. */
export async function ballotsOf(db: Db, meetingNo: number): Promise<BallotShown[]> {
  return (await read(db, sql`m.no = ${meetingNo}`, sql`b.id`)).map(shownOf)
}

/** One ballot by its number; refuses an unknown one. */
export async function ballotShown(db: Db, no: number): Promise<BallotShown> {
  const ballot = await one(db, sql`b.no = ${no}`)
  if (!ballot) throw notFound()
  return ballot
}

/** What the panel `count:<meeting>` shows: the meeting's latest vote, or an empty place where the first will appear. */
export async function countPanel(db: Db, meetingNo: number) {
  return { meetingNo, ballot: await latestBallotOf(db, meetingNo) }
}

async function one(db: Db, where: RawBuilder<unknown>): Promise<BallotShown | null> {
  const [row] = await read(db, where, sql`b.id desc limit 1`)
  return row ? shownOf(row) : null
}

interface Row extends FrozenRow {
  itemNo: number
  subject: string
  decides: Terms['decides']
  tally_shown: 'live' | 'after_close'
  electorate_sha256: string
  eligible: number
  opened_at: Date
  closed_at: Date | null
  stopped_at: Date | null
  stopped_by: string | null
  suspended: boolean
  covered: boolean
  outcome: Outcome | null
  reason: Decision['reason'] | null
  numbers: Numbers | null
  for: number | null
  against: number | null
  abstain: number | null
  present: number | null
  closes_at: Date | null
  /** Of the owners: what was cast while the vote is open, and heads and area of it. */
  owned: Cast | null
  dual: OwnersResult | null
}

/** Counts while the vote is open; afterwards what was written at the close, however many voted. */
async function read(db: Db, where: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${frozenColumns}, i.no as "itemNo", i.subject, coalesce(m.terms, k.terms)->'decides' as decides, b.tally_shown,
           b.electorate_sha256, b.eligible, b.opened_at, b.closed_at, b.closes_at, b.outcome, b.reason, b.numbers,
           st.stopped_at, st.stopped_by, m.suspended_at is not null as suspended,
           exists (select from walls w where w.meeting_id = b.meeting_id and w.covered_at is not null) as covered, c.*,
           case when b.electorate_kind = 'owner' and b.closed_at is null then ${castSoFar} end as owned
    from ballots b join meetings m on m.id = b.meeting_id join agenda_items i on i.id = b.item_id
    join meeting_kinds k on k.code = m.kind
    left join lateral (
      select s.stopped_at, p.name as stopped_by from stops s join people p on p.id = s.stopped_by
      where s.ballot_id = b.id and s.resumed_at is null limit 1) st on b.closed_at is null
    left join lateral (${counts}) c on b.closed_at is null
    where ${where} order by ${order}`.execute(db)
  for (const row of rows) {
    remember(db, row)
    row.dual = await dualOf(db, row)
  }
  return rows
}

/** SQL: what `choice` is worth in the count; whatever else stands on a paper says something and counts as "for". */
export const isAgainst = sql`choice in ('against', 'object')`
export const isAbstain = sql`choice in ('abstain', 'aside', 'none')`

/**
 * The votes of ballot `b`, and who of its roll was in the room at any time since it opened (domain 3.6.1). A person
 * who sits for a party is present for the party, not for her door. Whoever voted was there, whatever became of the
 * line that says so.
 */
const counts = sql`
  select v.*, greatest(p.present, v."for" + v.against + v.abstain) as present from
    (select (count(*) filter (where not (${isAgainst} or ${isAbstain})))::int + max(hands.in_favour) as "for",
            (count(*) filter (where ${isAgainst}))::int + max(hands.against) as against,
            (count(*) filter (where ${isAbstain}))::int + max(hands.abstain) as abstain
     from ${handsOf} hands left join votes on ballot_id = b.id) v,
    (select count(distinct a.voter_id)::int as present
     from (select case when b.electorate_kind = 'seat' then seat_id when seat_id is null then household_id end as voter_id,
                  seat_id, person_id
           from attendance where meeting_id = b.meeting_id and (left_at is null or left_at >= b.opened_at)
             and arrived_at <= ${votingEnds}
           union all
           -- whoever somebody in the room speaks for is there by his mandate
           select d.principal_id, null, null from mandates d join attendance a
             on a.meeting_id = d.meeting_id and a.household_id = d.holder_id and a.seat_id is null
           where b.electorate_kind = 'household' and d.meeting_id = b.meeting_id and (d.item_id is null or d.item_id = b.item_id)
             and not d.struck and d.registered_at <= ${votingEnds} and (d.revoked_at is null or d.revoked_at >= b.opened_at)
             and a.arrived_at <= ${votingEnds} and (a.left_at is null or a.left_at >= b.opened_at)
             and not exists (select from attendance own where own.meeting_id = d.meeting_id and own.household_id = d.principal_id
               and own.seat_id is null and own.arrived_at < b.opened_at)) a
     -- "offset 0" keeps these look-ups what they are; see casting.ts
     where exists (select from electorate e where e.ballot_id = b.id and e.voter_id = a.voter_id offset 0)
       and (a.seat_id is null or exists (
         select from seat_holders h where h.seat_id = a.seat_id and h.person_id = a.person_id offset 0))) p`

/** The count of one open ballot, and by which ways it came, for its closing. */
export async function countOf(db: Db, ballotId: number): Promise<Omit<Count, 'eligible'>> {
  const { rows } = await sql<Omit<Count, 'eligible'>>`
    select c.*, ${waysOf} as ways from ballots b cross join lateral (${counts}) c where b.id = ${ballotId}`.execute(db)
  return rows[0] as Omit<Count, 'eligible'>
}

function shownOf(row: Row) {
  const count: Count = row.numbers ??
    (row.dual && numbersOf(row.dual)) ?? {
      for: row.for ?? 0,
      against: row.against ?? 0,
      abstain: row.abstain ?? 0,
      present: row.present ?? 0,
      eligible: row.eligible,
    }
  // What it cannot replace is said before anybody votes as well as after.
  const label = labelOf({ decides: row.decides, advises: [] }, row.subject) ?? labelOfRule(row)
  const decided = row.reason && row.numbers ? { ...row, reason: row.reason, numbers: row.numbers } : null
  const paper = paperOf(row.rule, row.ruleVersion)
  return {
    no: row.no,
    meetingNo: row.meetingNo,
    itemNo: row.itemNo,
    /** What it cannot replace; null: it decides. */
    label,
    question: row.question,
    options: row.options,
    paper,
    most: mostPoints(row),
    rule: row.rule,
    ruleVersion: row.ruleVersion,
    terms: row.terms,
    voters: row.voters,
    tallyShown: row.tally_shown,
    questionSha256: row.questionSha256,
    frozenText: frozenText(row),
    electorateSha256: row.electorate_sha256,
    eligible: row.eligible,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    closesAt: row.closes_at,
    stoppedAt: row.stopped_at,
    stoppedBy: row.stopped_by,
    suspended: row.suspended && row.closed_at === null,
    outcome: row.outcome,
    numbers: row.numbers,
    because: decided && because(decided),
    explained: decided && explained({ ...decided, label }),
    lines: decided && linesOf(decided),
    bar: barOf(row, count),
    dual: dualShown(row),
  }
}

/** A rule that only advises (M1) decides nothing in any meeting. */
const labelOfRule = (asked: FrozenRow) =>
  editionFor(asked).force === 'advice' ? ('ballots.label.advice' as const) : null

/** The bar's numbers. Of a covered count only the turnout leaves this file, and no pin that would betray it. */
function barOf(row: Row, count: Count) {
  // Which option leads is nobody's business while people still choose.
  const choosing = paperOf(row.rule, row.ruleVersion) !== 'yesno'
  const hidden = (row.tally_shown === 'after_close' || row.covered || choosing) && row.closed_at === null
  const cast = count.for + count.against + count.abstain
  const known = hidden
    ? { for: 0, against: 0, abstain: 0 }
    : { for: count.for, against: count.against, abstain: count.abstain }
  const whole = wholeOf(row.rule, count, row.ruleVersion, row.terms)
  // Where the base is the votes, the line moves with each: a pin that runs away explains nothing while votes still come.
  const moves = choosing || movesWithVotes(row.rule, row.ruleVersion, row.terms)
  return {
    ...known,
    cast,
    hidden,
    total: Math.max(whole, cast),
    needed: moves && row.closed_at === null ? null : neededOf(row.rule, count, row.ruleVersion, row.terms),
    unit: row.voters,
    id: `bar-${row.no}`,
  }
}

/** The codes of all counted votes, in the order of the alphabet and without their choices: after the close only. */
export async function receiptsOf(db: Db, ballot: Pick<Frozen, 'id'>): Promise<string[]> {
  const rows = await db
    .selectFrom('votes')
    .where('ballot_id', '=', ballot.id)
    .orderBy('receipt')
    .select('receipt')
    .execute()
  return rows.map((row) => row.receipt)
}

/** What the form for opening a vote on this item begins with. */
export async function openingOf(db: Db, meetingNo: number, itemNo: number) {
  const { last, ...opening } = await db
    .selectFrom('running_order')
    .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
    .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
    .where('meetings.no', '=', meetingNo)
    .where('agenda_items.no', '=', itemNo)
    .select([
      'meetings.no as meetingNo',
      'meetings.title as meetingTitle',
      'agenda_items.no as itemNo',
      'agenda_items.title',
      'agenda_items.question',
      'agenda_items.subject',
      lastBallot(sql.ref('running_order.meeting_id'), sql.ref('running_order.item_id')).as('last'),
      termsNow.as('terms'),
      sql<string[]>`array(select o.title from item_options o where o.item_id = agenda_items.id order by o.id)`.as(
        'options',
      ),
      affectedBy(sql.ref('agenda_items.id')).as('affected'),
      'opened_at',
      'adjourned_at',
      'suspended_at',
      'discussing_at',
      'voting_at',
      'declared_at',
      'deferred_at',
    ])
    .executeTakeFirstOrThrow(notFound)
  return { ...opening, round: againOf(last) }
}
