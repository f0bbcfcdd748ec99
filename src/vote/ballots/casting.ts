import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { groupCode, randomCode, sha256Hex } from '../../lib/tokens.ts'
import { type Answer, whyNotAnswer } from './answers.ts'
import { type Frozen, frozen } from './frozen.ts'
import { here, othersWord, yields } from './others.ts'
import { inBatches } from './queue.ts'
import type { Voters } from './rules.ts'
import { standing } from './standing.ts'

/** Who casts, as the session knows it. */
interface Caster {
  sessionId: number | null
  personId: number | null
  householdId: number | null
  seatIds: readonly number[]
}

export interface Vote extends Answer {
  /** The ballot's number. */
  ballot: number
  /** Of this attempt: sent twice, by whatever road, it counts once and is answered with the same receipt. */
  key: string
  way: 'socket' | 'form' | 'desk' | 'proxy' | 'paper'
  me: Caster
  /** At the desk: the door that somebody of the staff writes the vote down for, and whether it may change one of its own. */
  desk?: { householdId: number; change: boolean }
  /** By a written mandate: the household this one speaks for. */
  proxy?: { principalId: number }
  /** On paper, that two people have read alike: the line of the roll it belongs to. `at` is when it was handed in. */
  paper?: { voterId: number }
  at: Date
}

export interface Receipt {
  ballot: Frozen
  code: string
  choice: string
}

/** A vote that waits for its batch: all of it already checked, nothing of it trusted by the statement. */
interface Cast {
  /** The door's id, or the id of the person who says she speaks for a seat. */
  caster: number
  /** The door whose phone it came from, where that one speaks for another. */
  holder: number | null
  sessionId: number
  personId: number | null
  choice: string
  reason: string | null
  key: string
  requestSha256: string
  receipt: string
  way: Vote['way']
  /** May take the place of a vote the household cast itself. */
  change: boolean
  at: Date
}

type Verdict = 'counted' | 'known' | keyof typeof refusals
interface Judged {
  verdict: Verdict
  receipt: string
}

const refusals = {
  keyReused: ['ballots.keyReused', 409],
  signedOut: ['ballots.signedOut', 403],
  closed: ['ballots.closed', 409],
  stopped: ['ballots.stopped', 409],
  suspended: ['ballots.suspended', 409],
  notListed: ['ballots.notListed', 403],
  notSeat: ['ballots.notSeat', 403],
  recused: ['ballots.recused', 403],
  ownVote: ['ballots.ownVote', 409],
  notHere: ['ballots.notHere', 409],
  notSpeaker: ['ballots.notSpeaker', 403],
  noMandate: ['proxies.noMandate', 403],
  spokeItself: ['proxies.spokeItself', 409],
  laterVote: ['batches.laterVote', 409],
} as const satisfies Record<string, readonly [MessageKey, 403 | 409]>

/** Votes and closings of one ballot meet at this advisory lock: (class, ballot id). */
export const voteLock = 7207

/**
 * Casts one vote; both roads call it, the socket's and the form's. Gives the receipt only after COMMIT returned.
 * Until the close a voter's last vote counts (domain 3.6.1). Refuses after the close, off the roll, out of the room, a
 * key that was used for something else, and a session that is over, as of the moment of casting, not of the handshake.
 */
export async function castVote(db: Db, vote: Vote): Promise<Receipt> {
  const { me, choice, reason = null } = vote
  const ballot = await frozen(db, vote.ballot)
  const wrong = whyNotAnswer(ballot, vote)
  if (wrong) throw new Refusal(wrong, 422)
  const other = vote.desk?.householdId ?? vote.proxy?.principalId ?? vote.paper?.voterId ?? null
  if (other !== null && ballot.voters === 'seat') throw new Refusal('ballots.deskSeats', 409)
  const caster = other ?? (ballot.voters === 'seat' ? me.personId : me.householdId)
  if (ballot.voters === 'seat' && me.personId === null) throw new Refusal('ballots.notSeat', 403)
  if (caster === null || me.sessionId === null) throw new Refusal('ballots.notBound', 403)

  const { verdict, receipt } = await boxOf(
    db,
    ballot,
  )({
    caster,
    holder: vote.proxy ? me.householdId : null,
    sessionId: me.sessionId,
    personId: me.personId,
    choice,
    reason,
    // A paper is the same paper whoever presses the button.
    key: keyOf(vote.paper ? 0 : me.sessionId, vote.key),
    requestSha256: sha256Hex(
      [ballot.id, choice, ...(reason === null ? [] : [reason]), ...(other !== null ? [caster] : [])].join(' '),
    ),
    receipt: groupCode(randomCode(8)),
    way: vote.way,
    change: vote.desk?.change ?? true,
    at: vote.at,
  })
  if (verdict === 'counted' || verdict === 'known') return { ballot, code: receipt, choice }
  const [why, status] = refusals[verdict]
  throw new Refusal(why, status)
}

/**
 * A ballot that was pushed carries the same key to every screen, so two phones of one household would meet in it, and
 * the second would be refused for voting otherwise. The key therefore counts together with the session that sent it.
 */
function keyOf(sessionId: number, key: string): string {
  const hex = createHash('sha256').update(`${sessionId} ${key.toLowerCase()}`).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const boxes = new WeakMap<Db, Map<number, (cast: Cast) => Promise<Judged>>>()

/** The ballot's box in this process: one statement in flight, the rest waits (queue.ts). */
function boxOf(db: Db, ballot: Frozen): (cast: Cast) => Promise<Judged> {
  const ours = boxes.get(db) ?? new Map<number, (cast: Cast) => Promise<Judged>>()
  boxes.set(db, ours)
  const box =
    ours.get(ballot.id) ??
    inBatches(
      (casts) => castVotes(db, ballot, casts),
      (cast: Cast) => cast.caster,
    )
  ours.set(ballot.id, box)
  return box
}

/** Casts a batch in one transaction of two statements; each caster at most once. Answers in the order given. */
async function castVotes(db: Db, ballot: Frozen, casts: Cast[]): Promise<Judged[]> {
  return db.transaction().execute(async (trx) => {
    // Many may vote at once, but the close waits for all of them and they for it. A statement of its own: the next one
    // takes a new snapshot, which shows whether the ballot was closed while we waited (trust 4.2).
    await sql`select pg_advisory_xact_lock_shared(${voteLock}, ${ballot.id})`.execute(trx)
    return judgeAndWrite(trx, ballot, casts)
  })
}

/**
 * The casting statement: judges every vote in the order of whyNotVote, writes those that count, tells the panels once.
 * A vote whose key is known is answered with its stored receipt, also after the close.
 *
 * Each look-up is a subquery that the planner cannot turn into a join: on tables it has no statistics of yet, and a
 * meeting's are always new, it would join by running through all keys of the ballot for every vote.
 */
async function judgeAndWrite(trx: Trx, ballot: Frozen, casts: Cast[]): Promise<Judged[]> {
  const seats = ballot.voters === 'seat'
  const { rows } = await sql<Judged>`
    with given as (
      select * from unnest(${casts.map((_, n) => n)}::int[], ${casts.map((c) => c.caster)}::int[],
        ${casts.map((c) => c.sessionId)}::int[], ${casts.map((c) => c.personId)}::int[], ${casts.map((c) => c.choice)}::text[],
        ${casts.map((c) => c.key)}::uuid[], ${casts.map((c) => c.requestSha256)}::text[], ${casts.map((c) => c.receipt)}::text[],
        ${casts.map((c) => c.way)}::text[], ${casts.map((c) => c.change)}::boolean[], ${casts.map((c) => c.at.toISOString())}::timestamptz[],
        ${casts.map((c) => c.reason)}::text[], ${casts.map((c) => c.holder)}::int[])
        as g (n, caster, session_id, person_id, choice, key, request_sha256, receipt, way, change, at, reason, holder)),
    judged as materialized (
      select g.*, who.voter_id, known.receipt as known_receipt, case
        when not exists (${session[ballot.voters]}) then 'signedOut'
        when known.request_sha256 = g.request_sha256 then 'known'
        when known.receipt is not null then 'keyReused'
        when b.closed_at is not null then 'closed'
        when (select stopped_at from stops where ballot_id = ${ballot.id} and resumed_at is null)
          < case when g.way = 'paper' then g.at else 'infinity' end then 'stopped'
        when (select suspended_at is not null from meetings where id = ${ballot.meetingId}) then 'suspended'
        when not exists (select from electorate e where e.ballot_id = ${ballot.id} and e.voter_id = who.voter_id)
          then ${seats ? 'notSeat' : 'notListed'}
        when ${recused[ballot.voters](ballot)} then 'recused'
        when not ${here[ballot.voters](ballot)} then 'notHere'
        when not who.speaks then 'notSpeaker'
        when not g.change and exists (select from votes v where v.ballot_id = ${ballot.id} and v.voter_id = who.voter_id
          and v.way not in ('desk', 'proxy')) then 'ownVote'
        ${othersWord[ballot.voters](ballot)}
        else 'counted' end as verdict
      from given g
      join ballots b on b.id = ${ballot.id}
      left join lateral (${standing[ballot.voters](ballot, sql`g.caster`)}) who on true
      left join lateral (
        select k.request_sha256, k.receipt from vote_keys k
        where k.ballot_id = ${ballot.id} and k.key = g.key and ${seats ? sql`true` : sql`k.voter_id = g.caster`}
        limit 1) known on true),
    counted as (
      insert into votes (ballot_id, voter_id, choice, way, person_id, cast_at, receipt, reason)
      select ${ballot.id}, voter_id, choice, way, person_id, at, receipt, reason from judged where verdict = 'counted' order by voter_id
      on conflict (community_id, ballot_id, voter_id) do update set choice = excluded.choice, rev = votes.rev + 1,
        way = excluded.way, person_id = excluded.person_id, cast_at = excluded.cast_at, receipt = excluded.receipt, reason = excluded.reason
      -- Judged above; of two in the same moment the second meets what the first wrote.
      where not ${yields(sql`excluded`, sql`votes`)}
      returning 1),
    keyed as (
      insert into vote_keys (ballot_id, voter_id, key, request_sha256, receipt)
      select ${ballot.id}, voter_id, key, request_sha256, receipt from judged where verdict = 'counted' order by voter_id),
    told as (
      select pg_notify('changed', current_community() || ' count:' || ${ballot.meetingNo}::text) where exists (select from counted))
    select verdict, coalesce(known_receipt, receipt) as receipt, (select count(*) from told) as told from judged order by n`.execute(
    trx,
  )
  return rows
}

/** A seat that steps aside on this item stays in the room and in the base, but does not vote (domain 3.6.1). */
const recused: Record<Voters, (ballot: Frozen) => RawBuilder<unknown>> = {
  household: () => sql`false`,
  seat: ({ meetingId, itemId }) => sql`exists (
    select from recusals r where r.meeting_id = ${meetingId} and r.item_id = ${itemId} and r.seat_id = who.voter_id)`,
}

/**
 * Whether the session still stands for whom it said: a phone may have been signed out, a person may have left, since
 * its socket was opened.
 */
const session: Record<Voters, RawBuilder<unknown>> = {
  household: sql`
    select s.id from sessions s left join people p on p.id = s.person_id and p.left_at is null
    where s.id = g.session_id and s.revoked_at is null and s.expires_at > g.at
      and case when g.way in ('desk', 'paper')
        then exists (select from person_roles r where r.person_id = p.id and r.role in ('staff', 'chair'))
        else coalesce(s.household_id, p.household_id) = coalesce(g.holder, g.caster) end`,
  seat: sql`
    select s.id from sessions s join people p on p.id = s.person_id and p.left_at is null
    where s.id = g.session_id and s.revoked_at is null and s.expires_at > g.at and p.id = g.caster`,
}
