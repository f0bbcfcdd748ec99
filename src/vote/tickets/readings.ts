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

/**
 * The papers of a ballot that one person has read, or two in different ways. One that opens nothing any more (printed
 * anew, or its co-owners settled on another) is not waited for. One statement.
 */
export async function unreadOf(
  db: Db,
  ballot: { id: number; meetingId: number },
): Promise<{ units: string[]; apart: boolean }[]> {
  const { rows } = await sql<{ units: string[]; apart: boolean }>`
    select (select array_agg(name order by name collate "C") from electorate_units where ballot_id = ${ballot.id} and head = who.head) as units,
           readings > 1 as apart
    from (select ticket_id as session_id, count(*) as readings from owner_readings
          where ballot_id = ${ballot.id} and outcome is null group by ticket_id) g
    join tickets t on t.id = g.session_id
    join lateral (${standing.owner(ballot, sql`t.voter_id`)}) who on who.speaks
    order by g.session_id`.execute(db)
  return rows
}

/** Refuses, with the number, while a paper of an owner was read once or in two ways. Whoever calls holds the vote's lock. */
export async function refuseUnreadPapers(trx: Trx, ballot: { id: number; meetingId: number }): Promise<void> {
  const unread = await unreadOf(trx, ballot)
  const apart = unread.filter((paper) => paper.apart).length
  if (unread.length > apart) throw new Refusal('tickets.readOnce', 409, { n: unread.length - apart })
  if (apart > 0) throw new Refusal('tickets.apart.n', 409, { n: apart })
}
