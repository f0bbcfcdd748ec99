import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { groupCode, randomCode, sha256Hex } from '../../lib/tokens.ts'
import { type Answer, whyNotAnswer } from './answers.ts'
import { type Frozen, frozen } from './frozen.ts'
import { here, othersWord, yields } from './others.ts'
import { inBatches } from './queue.ts'
import { castOnce, recused, session, standing } from './standing.ts'

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
  way: 'socket' | 'form' | 'desk' | 'ticket' | 'proxy' | 'paper'
  me: Caster
  /** At the desk: the door that somebody of the staff writes the vote down for, and whether it may change one of its own. */
  desk?: { householdId: number; change: boolean }
  /** By a written mandate: the household this one speaks for. */
  proxy?: { principalId: number }
  /** On paper, that two people have read alike: the line of the roll it belongs to. `at` is when it was handed in. */
  paper?: { voterId: number }
  /** Of the owners: the paper that stands for a voice of the roll (vote/tickets), whoever holds it. */
  ticket?: { id: number; voter: number }
  at: Date
}

export interface Receipt {
  ballot: Frozen
  code: string
  choice: string
}

/** A vote that waits for its batch: all of it already checked, nothing of it trusted by the statement. */
interface Cast {
  /** The door's id, the id of the person who says she speaks for a seat, or the voice an owner's ticket stands for. */
  caster: number
  /** The door whose phone it came from, where that one speaks for another. */
  holder: number | null
  /** What proves it: a session, or an owner's ticket. */
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
  ticketVoid: ['tickets.unknown', 403],
  closed: ['ballots.closed', 409],
  over: ['ballots.timeUp', 409],
  stopped: ['ballots.stopped', 409],
  suspended: ['ballots.suspended', 409],
  notListed: ['ballots.notListed', 403],
  notSeat: ['ballots.notSeat', 403],
  recused: ['ballots.recused', 403],
  ownVote: ['ballots.ownVote', 409],
  notHere: ['ballots.notHere', 409],
  notSpeaker: ['ballots.notSpeaker', 403],
  notVoice: ['ballots.notVoice', 409],
  once: ['tickets.final', 409],
  noMandate: ['proxies.noMandate', 403],
  spokeItself: ['proxies.spokeItself', 409],
  laterVote: ['batches.laterVote', 409],
} as const satisfies Record<string, readonly [MessageKey, 403 | 409]>

/** Votes and closings of one ballot meet at this advisory lock: (class, ballot id). */
export const voteLock = 7207

/**
 * Casts one vote; both roads call it, the socket's and the form's. Gives the receipt only after COMMIT returned.
 * Until the close a voter's last vote counts, of the owners the first one (domain 3.6.1). Refuses after the close, off the
 * roll, out of the room, a key that was used for something else, and a session that is over, as of the moment of casting,
 * not of the handshake.
 */
export async function castVote(db: Db, vote: Vote): Promise<Receipt> {
  const ballot = await frozen(db, vote.ballot)
  return receiptOf(ballot, vote.choice, await boxOf(db, ballot)(castOf(ballot, vote)))
}

/** The same within a transaction that holds the vote's lock alone: what goes with the vote is written with it or not at all. */
export async function castHeld(trx: Trx, ballot: Frozen, vote: Vote): Promise<Receipt> {
  const [judged] = await judgeAndWrite(trx, ballot, [castOf(ballot, vote)])
  if (!judged) throw new Error('a vote that was cast was not judged')
  return receiptOf(ballot, vote.choice, judged)
}

function receiptOf(ballot: Frozen, choice: string, { verdict, receipt }: Judged): Receipt {
  if (verdict === 'counted' || verdict === 'known') return { ballot, code: receipt, choice }
  const [why, status] = refusals[verdict]
  throw new Refusal(why, status)
}

/** A vote with all that can be checked beforehand checked. */
function castOf(ballot: Frozen, vote: Vote): Cast {
  const { me, choice, reason = null } = vote
  const wrong = whyNotAnswer(ballot, vote)
  if (wrong) throw new Refusal(wrong, 422)
  const other = vote.desk?.householdId ?? vote.proxy?.principalId ?? vote.paper?.voterId ?? null
  if (other !== null && ballot.voters === 'seat') throw new Refusal('ballots.deskSeats', 409)
  if (ballot.voters === 'owner' && !vote.ticket) throw new Refusal('ballots.byTicket', 403)
  const caster = other ?? casterOf(ballot, vote)
  if (ballot.voters === 'seat' && me.personId === null) throw new Refusal('ballots.notSeat', 403)
  const proof = vote.ticket?.id ?? me.sessionId
  if (caster === null || proof === null) throw new Refusal('ballots.notBound', 403)

  return {
    caster,
    holder: vote.proxy ? me.householdId : null,
    sessionId: proof,
    personId: me.personId,
    choice,
    reason,
    // A paper is the same paper whoever presses the button.
    key: keyOf(vote.ticket ? `ticket ${proof}` : vote.paper ? '0' : String(proof), vote.key),
    requestSha256: sha256Hex(
      [ballot.id, choice, ...(reason === null ? [] : [reason]), ...(other !== null ? [caster] : [])].join(' '),
    ),
    receipt: groupCode(randomCode(8)),
    way: vote.way,
    change: vote.desk?.change ?? true,
    at: vote.at,
  }
}

function casterOf({ voters }: Frozen, { ticket, me }: Vote): number | null {
  if (ticket) return ticket.voter
  return voters === 'seat' ? me.personId : me.householdId
}

/**
 * A ballot that was pushed carries the same key to every screen, so two phones of one household would meet in it, and
 * the second would be refused for voting otherwise. The key therefore counts together with the session that sent it.
 */
function keyOf(proof: string, key: string): string {
  const hex = createHash('sha256').update(`${proof} ${key.toLowerCase()}`).digest('hex')
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
    const judged = await judgeAndWrite(trx, ballot, casts)
    if (ballot.voters !== 'owner' || judged.every(({ verdict }) => verdict !== 'once')) return judged
    // Votes that are cast once may meet the same attempt in another process: a new snapshot knows its key.
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
  const owners = ballot.voters === 'owner'
  // Of two in the same moment the second meets what the first wrote, and one of these may have to give way to it.
  const yielding = owners || casts.some(({ way }) => way === 'proxy' || way === 'paper')
  const { rows } = await sql<Judged>`
    with given as (
      select * from unnest(${casts.map((_, n) => n)}::int[], ${casts.map((c) => c.caster)}::int[],
        ${casts.map((c) => c.sessionId)}::int[], ${casts.map((c) => c.personId)}::int[], ${casts.map((c) => c.choice)}::text[],
        ${casts.map((c) => c.key)}::uuid[], ${casts.map((c) => c.requestSha256)}::text[], ${casts.map((c) => c.receipt)}::text[],
        ${casts.map((c) => c.way)}::text[], ${casts.map((c) => c.change)}::boolean[], ${casts.map((c) => c.at.toISOString())}::timestamptz[],
        ${casts.map((c) => c.reason)}::text[], ${casts.map((c) => c.holder)}::int[])
        as g (n, caster, session_id, person_id, choice, key, request_sha256, receipt, way, change, at, reason, holder)),
    judged as materialized (
      select g.*, who.voter_id, ${owners ? sql`who.bought_by` : sql`null::int as bought_by`}, known.receipt as known_receipt, case
        when not exists (${session[ballot.voters]}) then ${owners ? 'ticketVoid' : 'signedOut'}
        when known.request_sha256 = g.request_sha256 then 'known'
        when known.receipt is not null then 'keyReused'
        when b.closed_at is not null then 'closed'
        when b.closes_at <= g.at then 'over'
        when (select stopped_at from stops where ballot_id = ${ballot.id} and resumed_at is null)
          < case when g.way = 'paper' then g.at else 'infinity' end then 'stopped'
        when (select suspended_at is not null from meetings where id = ${ballot.meetingId}) then 'suspended'
        when not exists (select from electorate e where e.ballot_id = ${ballot.id} and e.voter_id = who.voter_id)
          then ${seats ? 'notSeat' : 'notListed'}
        when ${recused[ballot.voters](ballot)} then 'recused'
        when not ${here[ballot.voters](ballot)} then 'notHere'
        when not who.speaks then ${owners ? 'notVoice' : 'notSpeaker'}
        when ${owners ? castOnce(ballot) : sql`false`} then 'once'
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
      insert into votes (ballot_id, voter_id, choice, way, person_id, cast_at, receipt, reason, bought_by)
      select ${ballot.id}, voter_id, choice, way, person_id, at, receipt, reason, bought_by from judged where verdict = 'counted' order by voter_id
      on conflict (community_id, ballot_id, voter_id) ${owners ? earliestCounts : lastCounts}
      returning voter_id),
    keyed as (
      insert into vote_keys (ballot_id, voter_id, key, request_sha256, receipt)
      select ${ballot.id}, voter_id, key, request_sha256, receipt from judged
      where verdict = 'counted' ${yielding ? sql`and voter_id in (select voter_id from counted)` : sql``} order by voter_id),
    told as (
      select pg_notify('changed', current_community() || ' count:' || ${ballot.meetingNo}::text) where exists (select from counted))
    select ${yielding ? sql`case when verdict = 'counted' and voter_id not in (select voter_id from counted) then ${tooLate(owners)} else verdict end as verdict` : sql`verdict`},
           coalesce(known_receipt, receipt) as receipt, (select count(*) from told) as told from judged order by n`.execute(
    trx,
  )
  return rows
}

/** Until the close a voter's last vote is the one that counts. */
const lastCounts = sql`do update set choice = excluded.choice, rev = votes.rev + 1, way = excluded.way, person_id = excluded.person_id,
  cast_at = excluded.cast_at, receipt = excluded.receipt, reason = excluded.reason
  where not ${yields(sql`excluded`, sql`votes`)}`

/** Of the owners the first one; that may be a paper, which was handed back before the phone was used (domain 3.6). */
const earliestCounts = sql`do update set choice = excluded.choice, rev = votes.rev + 1, way = excluded.way, person_id = excluded.person_id,
  cast_at = excluded.cast_at, receipt = excluded.receipt
  where excluded.way = 'desk' and excluded.cast_at < votes.cast_at and excluded.bought_by is not distinct from votes.bought_by`

/** What is said to a vote that met another one in the same moment and gave way to it. */
const tooLate = (owners: boolean) =>
  owners ? sql`'once'` : sql`case way when 'proxy' then 'spokeItself' else 'laterVote' end`
