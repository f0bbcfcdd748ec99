import { type RawBuilder, sql } from 'kysely'
import type { Voters } from './rules.ts'

interface Of {
  id: number
  meetingId: number
}

/** SQL: until when ballot `b` could be voted on; who comes in after that is not part of it. */
export const votingEnds = sql`coalesce((select s.stopped_at from stops s where s.ballot_id = b.id and s.resumed_at is null), 'infinity')`

/**
 * SQL: which line of the roll a caster may be (`voter_id`), whether that voter is in the room (`here`) and whether it is
 * this caster who speaks (`speaks`). `caster` is a door's id where households vote, else the id of a person.
 */
export const standing: Record<Voters, (ballot: Of, caster: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  household: ({ meetingId }, caster) => sql`
    select ${caster} as voter_id, true as speaks,
      -- "in", so that a batch reads the room once and looks each voter up in memory
      ${caster} in (select household_id from attendance
        where meeting_id = ${meetingId} and household_id is not null and seat_id is null and left_at is null) as here`,

  // The titular, if in the room, speaks for the seat, else the first alternate who is; and one person speaks for one
  // seat at a time (domain 3.6.1). Of several seats somebody may hold, the one she can vote for tonight comes first.
  seat: ({ id, meetingId }, caster) => sql`
    select h.seat_id as voter_id, a.id is not null and not exists (
        select from seat_holders better
        join attendance o on o.seat_id = better.seat_id and o.person_id = better.person_id
        where better.seat_id = h.seat_id and better.rank < h.rank and o.meeting_id = ${meetingId} and o.left_at is null
      ) as speaks, a.id is not null as here
    from seat_holders h
    left join electorate e on e.ballot_id = ${id} and e.voter_id = h.seat_id
    left join attendance a
      on a.meeting_id = ${meetingId} and a.seat_id = h.seat_id and a.person_id = h.person_id and a.left_at is null
    where h.person_id = ${caster}
    order by e.voter_id is not null desc, 2 desc, 3 desc, h.seat_id
    limit 1`,

  // A voice of the roll by the ticket that was given for it, in the room or not. Whoever bought all its head holds speaks
  // in its place; and where co-owners have settled whose ballot is theirs nobody else does (domain 3.6).
  owner: ({ id }, caster) => sql`
    select e.voter_id, true as here, nullif(k.owner_id, e.owner_id) as bought_by, e.head,
      (k.owner_id = e.owner_id or not exists (
        select from electorate_units u where u.ballot_id = ${id} and u.head = e.head and not exists (
          select from electorate_buyers s where s.ballot_id = ${id} and s.unit_id = u.unit_id and s.owner_id = k.owner_id)))
      and not exists (select from electorate_settlements t where t.ballot_id = ${id} and t.head = e.head and t.voter_id <> e.voter_id) as speaks
    from tickets k join electorate e on e.ballot_id = k.ballot_id and e.voter_id = k.voter_id
    where k.id = g.session_id and k.ballot_id = ${id} and k.voter_id = ${caster} and k.revoked_at is null`,
}

/**
 * Statutory votes are cast once; and who bought and who sold are one voice: whichever of them was first stands. A paper that
 * its owner handed back before she used her phone was first, whenever it is typed in.
 */
export const castOnce = ({ id }: Of) => sql`exists (
  select from electorate o where o.ballot_id = ${id} and o.head = who.head and exists (
    select from votes v where v.ballot_id = ${id} and v.voter_id = o.voter_id
      and (v.voter_id = who.voter_id or v.bought_by is not null or who.bought_by is not null)
      and not (g.way = 'desk' and g.at < v.cast_at and v.voter_id = who.voter_id and v.bought_by is not distinct from who.bought_by)
      offset 0) offset 0)`

/** A seat that steps aside on this item stays in the room and in the base, but does not vote (domain 3.6.1). */
export const recused: Record<Voters, (ballot: Of & { itemId: number }) => RawBuilder<unknown>> = {
  household: () => sql`false`,
  owner: () => sql`false`,
  seat: ({ meetingId, itemId }) => sql`exists (
    select from recusals r where r.meeting_id = ${meetingId} and r.item_id = ${itemId} and r.seat_id = who.voter_id)`,
}

/**
 * Whether the session still stands for whom it said: a phone may have been signed out, a person may have left, since
 * its socket was opened.
 */
export const session: Record<Voters, RawBuilder<unknown>> = {
  household: sql`
    select s.id from sessions s left join people p on p.id = s.person_id and p.left_at is null
    where s.id = g.session_id and s.revoked_at is null and s.expires_at > g.at
      and case when g.way in ('desk', 'paper')
        then exists (select from person_roles r where r.person_id = p.id and r.role in ('staff', 'chair'))
        else coalesce(s.household_id, p.household_id) = coalesce(g.holder, g.caster) end`,
  seat: sql`
    select s.id from sessions s join people p on p.id = s.person_id and p.left_at is null
    where s.id = g.session_id and s.revoked_at is null and s.expires_at > g.at and p.id = g.caster`,
  owner: sql`select k.id from tickets k where k.id = g.session_id and k.voter_id = g.caster and k.revoked_at is null`,
}
