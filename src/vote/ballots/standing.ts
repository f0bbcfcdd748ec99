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
}
