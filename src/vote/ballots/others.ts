import { type RawBuilder, sql } from 'kysely'
import { holds } from '../../agenda/mandates/reads.ts'
import type { Frozen } from './frozen.ts'
import type { Voters } from './rules.ts'
import { votingEnds } from './standing.ts'

/** What the casting statement (casting.ts) asks where a vote comes from somebody else: a proxy, or two people with a paper. */

/**
 * SQL: whether the vote `fresh` has to yield to the one that stands (domain 3.6.1). What a household says itself wins over
 * its proxy, whichever came first; and a paper never overrides what the household cast later, nor at the same moment.
 */
export const yields = (
  fresh: RawBuilder<unknown>,
  stands: RawBuilder<unknown>,
) => sql`(${stands}.way <> 'proxy' and case ${fresh}.way
  when 'proxy' then true
  when 'paper' then ${stands}.cast_at > ${fresh}.cast_at or (${stands}.cast_at = ${fresh}.cast_at and ${stands}.way <> 'paper')
  else false end)`

/** SQL: "no" to somebody who speaks for another household, on its paper or by its mandate. */
export const othersWord: Record<Voters, (ballot: Frozen) => RawBuilder<unknown>> = {
  household: ({ id, itemId, meetingId }) => sql`
        when g.way = 'proxy' and not exists (select from mandates d where d.meeting_id = ${meetingId}
          and d.principal_id = g.caster and d.holder_id = g.holder and ${holds(sql`${itemId}`)}) then 'noMandate'
        when g.way in ('proxy', 'paper') and exists (
          select from votes v, lateral (select g.way, g.at as cast_at) fresh
          where v.ballot_id = ${id} and v.voter_id = who.voter_id and ${yields(sql`fresh`, sql`v`)})
          then case g.way when 'proxy' then 'spokeItself' else 'laterVote' end`,
  seat: () => sql``,
  owner: () => sql``,
}

/** SQL: whether this household was in the room at any time while ballot `b` was open. */
export const cameToVote = ({ meetingId }: Pick<Frozen, 'meetingId'>, householdId: RawBuilder<unknown>) =>
  sql`exists (select from attendance a where a.meeting_id = ${meetingId} and a.household_id = ${householdId}
    and a.seat_id is null and (a.left_at is null or a.left_at >= b.opened_at) and a.arrived_at <= ${votingEnds})`

/**
 * SQL: whether the vote comes out of the room. Of a proxy the holder has to be there. A paper counts if the household was
 * there at any time while the vote was open: somebody may hand it in and go home (domain 3.6.1, base and participation).
 */
export const here: Record<Voters, (ballot: Frozen) => RawBuilder<unknown>> = {
  household: ({ meetingId }) => sql`(case g.way
          when 'proxy' then g.holder in (select household_id from attendance
            where meeting_id = ${meetingId} and household_id is not null and seat_id is null and left_at is null)
          when 'paper' then ${cameToVote({ meetingId }, sql`g.caster`)}
          else who.here end)`,
  seat: () => sql`who.here`,
  owner: () => sql`who.here`,
}
