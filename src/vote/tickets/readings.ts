import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { Refusal } from '../../lib/refusal.ts'
import { standing } from '../ballots/standing.ts'
import type { Reading } from './rules.ts'

/** What people of the desk read on a paper that was handed back, the first reader first. One statement. */
export async function readingsOf(db: Db, ticketId: number): Promise<Reading[]> {
  return db
    .selectFrom('owner_readings')
    .innerJoin('people', 'people.id', 'person_id')
    .where('ticket_id', '=', ticketId)
    .select(['person_id as personId', 'people.name', 'choice', 'handed_at as handedAt', 'outcome'])
    .orderBy('at')
    .orderBy('person_id')
    .execute()
}

export interface Unread {
  units: string[]
  apart: boolean
}

/**
 * SQL: the papers of a ballot that one person has read, or two in different ways. One that opens nothing any more (printed
 * anew, or its co-owners settled on another) is not waited for.
 */
export const unread = (ballot: { id: number; meetingId: number }) => sql<Unread>`
  select (select array_agg(name order by name collate "C") from electorate_units where ballot_id = ${ballot.id} and head = who.head) as units,
         (select building from electorate where ballot_id = ${ballot.id} and voter_id = who.voter_id) as building, readings > 1 as apart
  from (select ticket_id as session_id, count(*) as readings from owner_readings
        where ballot_id = ${ballot.id} and outcome is null group by ticket_id) g
  join tickets t on t.id = g.session_id
  join lateral (${standing.owner(ballot, sql`t.voter_id`)}) who on who.speaks
  order by g.session_id`

/** Refuses, with the number, while a paper of an owner was read once or in two ways. Whoever calls holds the vote's lock. */
export async function refuseUnreadPapers(trx: Trx, ballot: { id: number; meetingId: number }): Promise<void> {
  const { rows } = await unread(ballot).execute(trx)
  const apart = rows.filter((paper) => paper.apart).length
  if (rows.length > apart) throw new Refusal('tickets.readOnce', 409, { n: rows.length - apart })
  if (apart > 0) throw new Refusal('tickets.apart.n', 409, { n: apart })
}
