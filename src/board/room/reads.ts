import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { roomOf } from '../../agenda/meetings/reads.ts'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { type BallotShown, ballotsOf } from '../../vote/ballots/reads.ts'
import { type ProxyShown, proxiesIn } from '../../vote/proxies/reads.ts'

export type RoomNow = Omit<Awaited<ReturnType<typeof roomNow>>, 'also'>

/** The room as everybody in it sees it: the meeting, what each vote said, and the one that is open. Two statements. */
export async function roomNow(db: Db, no: number) {
  const room = await roomOf(db, no)
  return withBallots(room, await ballotsOf(db, no))
}

function withBallots<R extends Awaited<ReturnType<typeof roomOf>>>(room: R, ballots: BallotShown[]) {
  const ballotOn = (itemNo: number) => ballots.findLast((ballot) => ballot.itemNo === itemNo) ?? null
  const items = room.items.map((item) => ({ ...item, vote: ballotOn(item.no) }))
  const current = items.find((item) => item.no === room.current?.no) ?? null
  // Between two items the wall keeps showing what was decided last.
  const shown = current ?? items.findLast((item) => item.state !== 'waiting') ?? null
  return {
    ...room,
    items,
    current,
    shown,
    open: ballots.find((ballot) => ballot.closedAt === null) ?? null,
    ballots: ballots.length,
    /** The number of the vote opened last, 0 before the first; later votes have greater numbers. */
    latest: ballots.at(-1)?.no ?? 0,
  }
}

/** The open vote as it is pushed into the place that waits for it (`next-<meeting>-<ordinal>`); null: none is open. */
export async function boothOf(db: Db, no: number, next: number) {
  const ballots = await ballotsOf(db, no)
  const ballot = ballots.find(({ closedAt }) => closedAt === null)
  const ordinal = ballot ? ballots.indexOf(ballot) + 1 : 0
  // The key is for whoever gets this copy: attempts are told apart by voter and key.
  return ballot && ordinal >= next ? { ballot, ordinal, key: randomUUID() } : null
}

/** What one viewer is in this meeting, for her eyes only: her door, her seat, whether she is checked in, her receipt. */
export interface Mine {
  door: { building: string; door: string } | null
  doorHere: boolean
  seat: { name: string; nameEn: string } | null
  /** Her hand is up, or she has the word. */
  hand: 'up' | 'speaking' | null
  cast: { choice: 'for' | 'against' | 'abstain'; at: string; receipt: string } | null
  /** She holds a mandate for somebody tonight; and in the vote that is open, for whom. */
  speaksFor: boolean
  proxies: ProxyShown[]
}

/** SQL for `Mine`, to be read along with the meeting `meetings` in one statement. */
const mine = (me: { personId: number | null; householdId: number | null }) => sql<Mine>`(select json_build_object(
  'door', (select json_build_object('building', b.name, 'door', h.door) from households h join buildings b on b.id = h.building_id
           where h.id = ${me.householdId}::int),
  'doorHere', exists (select from attendance a where a.meeting_id = meetings.id and a.household_id = ${me.householdId}::int
                      and a.seat_id is null and a.left_at is null),
  'seat', (select json_build_object('name', s.name, 'nameEn', s.name_en) from attendance a join seats s on s.id = a.seat_id
           where a.meeting_id = meetings.id and a.person_id = ${me.personId}::int and a.left_at is null limit 1),
  'hand', (select case when t.called_at is null then 'up' else 'speaking' end from turns t
           where t.meeting_id = meetings.id and t.lowered_at is null and t.ended_at is null
             and (t.called_at is not null or exists (select from running_order r where r.meeting_id = t.meeting_id and r.item_id = t.item_id
               and r.voting_at is null and r.deferred_at is null))
             and case when t.seat_id is null then t.household_id = ${me.householdId}::int
               else t.seat_id = (select a.seat_id from attendance a where a.meeting_id = meetings.id
                 and a.person_id = ${me.personId}::int and a.seat_id is not null and a.left_at is null limit 1) end
           order by t.id desc limit 1),
  'cast', (select json_build_object('choice', v.choice, 'at', v.cast_at, 'receipt', v.receipt)
           from ballots b join votes v on v.ballot_id = b.id
           where b.meeting_id = meetings.id and b.closed_at is null and v.voter_id = case b.electorate_kind
             when 'household' then ${me.householdId}::int
             when 'seat' then (select a.seat_id from attendance a where a.meeting_id = meetings.id and a.person_id = ${me.personId}::int
                   and a.seat_id is not null and a.left_at is null limit 1) end),
  'speaksFor', exists (select from mandates d where d.meeting_id = meetings.id and d.holder_id = ${me.householdId}::int),
  'proxies', coalesce((select ${proxiesIn(sql`${me.householdId}::int`)} from ballots b
                       where b.meeting_id = meetings.id and b.closed_at is null), '[]')))`

/** Her hand in this meeting, for the piece of the page that is hers. No such meeting here: 404. */
export async function handOf(db: Db, no: number, me: { personId: number | null; householdId: number | null }) {
  const { own } = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select(mine(me).as('own'))
    .executeTakeFirstOrThrow(notFound)
  return own.hand
}

/** The phone's page: the room and what its viewer is in it. Two statements. */
export async function roomFor(db: Db, no: number, me: { personId: number | null; householdId: number | null }) {
  const room = await roomOf(db, no, mine(me))
  return withBallots(room, await ballotsOf(db, no))
}

/** The chair's page: the room and the notes of the item it is at. Two statements. */
export async function roomForChair(db: Db, no: number) {
  const notes = sql<string | null>`(select notes from running_order r where r.meeting_id = meetings.id
    and r.introduced_at is not null and r.deferred_at is null order by r.introduced_at desc limit 1)`
  const room = await roomOf(db, no, notes)
  return withBallots(room, await ballotsOf(db, no))
}
