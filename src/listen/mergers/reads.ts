import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'

/** Two matters side by side, with every raw voice in them: what the desk reads before it puts one into the other. */
export async function sideBySide(db: Db, no: number, into: number | null) {
  const rows = await db
    .selectFrom('issues')
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .select([
      'issues.id',
      'no',
      'title',
      'public_text as body',
      'place',
      'state',
      'buildings.name as building',
      'published_at',
    ])
    .select((eb) => [
      sql<boolean>`exists (select from agenda_links l where l.issue_id = issues.id)`.as('onAgenda'),
      sql<boolean>`exists (select from issues m where m.merged_into = issues.id)`.as('holdsOthers'),
      sql<number | null>`(select t.no from issues t where t.id = issues.merged_into)`.as('mergedInto'),
      jsonArrayFrom(
        eb
          .selectFrom('filings')
          .select(['filings.no', 'words', 'channel'])
          .whereRef('issue_id', '=', 'issues.id')
          .where('filings.state', '=', 'accepted')
          .orderBy('filings.id')
          .limit(20),
      ).as('voices'),
    ])
    .where('no', 'in', [no, into ?? no])
    .execute()
  const source = rows.find((row) => row.no === no)
  if (!source) throw notFound()
  return { source, target: into === null ? null : (rows.find((row) => row.no === into) ?? null) }
}

const shown = 50

/** What filers say against having been put together, oldest first: hers, and what it was put to. One statement. */
export async function objectionsWaiting(db: Db) {
  const rows = await db
    .selectFrom('objections as o')
    .innerJoin('mergers as m', 'm.id', 'o.merger_id')
    .innerJoin('filings', 'filings.id', 'o.filing_id')
    .innerJoin('issues as target', 'target.id', 'm.into_id')
    .leftJoin('issues as source', 'source.id', 'm.issue_id')
    .select(['o.id', 'o.words as objection', 'o.at', 'filings.no as filing', 'filings.words'])
    .select(['target.no as into', 'target.title', 'target.public_text as body', 'source.no as issue'])
    .where('o.settled_at', 'is', null)
    .orderBy('o.id')
    .limit(shown)
    .execute()
  return rows
}

/** Pairs of words that merges proposed, the most frequent first. One statement. */
export const proposedPairs = (db: Db) =>
  db
    .selectFrom('synonyms')
    .select(['id', 'word', 'alike', 'times', 'approved_at'])
    .where('refused_at', 'is', null)
    .orderBy(sql`approved_at is not null`)
    .orderBy('times', 'desc')
    .orderBy('id')
    .limit(200)
    .execute()
