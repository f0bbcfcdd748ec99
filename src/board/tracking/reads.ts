import { type Expression, sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { dated, threadOfFiling } from '../../listen/filings/reads.ts'
import { codeLength } from '../../listen/filings/store.ts'

/**
 * Everything a filer may see with her tracking code, in one statement: her own words and thread, how the matter that
 * became of them stands, who looked at her phone number. Of other filers of the same matter: nothing.
 */
export async function trackedFiling(db: Db, code: string) {
  if (code.length !== codeLength) throw notFound()
  const filing = await db
    .selectFrom('filings')
    .leftJoin('buildings', 'buildings.id', 'filings.building_id')
    .select(['filings.id', 'filings.no', 'channel', 'words', 'place', 'buildings.name as building', 'state', 'reason'])
    .select(['referred_to', 'filed_at', 'due_on', 'surname', 'name_shown'])
    .select((eb) => [
      eb.and([eb('phone_sealed', 'is not', null), eb('phone_quiet', '=', false)]).as('leftPhone'),
      threadOfFiling,
      eb.selectFrom('photos').select('key').whereRef('filing_id', '=', 'filings.id').orderBy('id').limit(1).as('photo'),
      jsonObjectFrom(
        eb
          .selectFrom('issues')
          .leftJoin('seats', 'seats.id', 'issues.seat_id')
          .select(['issues.no', 'title', 'public_text as text', 'state', 'next_step as nextStep', 'due_on as dueOn'])
          .select(['seats.name as seat', 'seats.name_en as seatEn', 'published_at as publishedAt'])
          .select((issue) => votedOn(issue.ref('issues.id')).as('voted'))
          // Where hers was put into another matter, that one is what she follows.
          .where(sql<boolean>`issues.id = ${wholeOf}`),
      ).as('issue'),
      mergedFor,
      jsonObjectFrom(
        eb
          .selectFrom('appeals')
          .select(['appeals.words', 'upheld', 'answer'])
          .whereRef('appeals.filing_id', '=', 'filings.id'),
      ).as('appeal'),
      eb
        .exists(
          eb
            .selectFrom('revisits')
            // Only the round that is being asked now: an earlier one ended when the work was taken up again.
            .innerJoin('resolutions', (join) =>
              join
                .onRef('resolutions.id', '=', 'revisits.resolution_id')
                .onRef('resolutions.cycle', '=', 'revisits.cycle'),
            )
            .select('revisits.id')
            .whereRef('filing_id', '=', 'filings.id')
            .where('answered_at', 'is', null)
            .where('resolutions.claimed_at', 'is not', null)
            .where('resolutions.closed_at', 'is', null),
        )
        .as('asked'),
      jsonObjectFrom(
        eb
          .selectFrom('people')
          .innerJoin('person_roles as role', 'role.person_id', 'people.id')
          .select(['people.name', 'people.post'])
          .where('role.role', '=', 'staff')
          .where('left_at', 'is', null)
          // Whoever sits at the desk all day comes before the director who may also do it.
          .orderBy(sql`exists (select from person_roles c where c.person_id = people.id and c.role = 'chair')`)
          .orderBy(sql`exists (select from seat_holders h where h.person_id = people.id)`)
          .orderBy('people.id')
          .limit(1),
      ).as('reader'),
      jsonArrayFrom(
        eb
          .selectFrom('access_log')
          .innerJoin('people as p', 'p.id', 'access_log.person_id')
          .select(['p.name', 'p.post', 'purpose', 'access_log.at'])
          .where('subject', '=', sql<string>`'filing:' || filings.no`)
          .orderBy('access_log.id', 'desc')
          .limit(20),
      ).as('looks'),
    ])
    .where('code_sha256', '=', sha256(code))
    .executeTakeFirstOrThrow(notFound)
  return {
    ...filing,
    asked: Boolean(filing.asked),
    leftPhone: Boolean(filing.leftPhone),
    thread: dated(filing.thread),
    looks: dated(filing.looks),
    mergers: filing.mergers.map((merger) => ({ ...merger, mergedAt: new Date(merger.mergedAt) })),
  }
}

export type Tracked = Awaited<ReturnType<typeof trackedFiling>>

/** Whether a ballot was ever opened on an item that this matter stands behind. */
const votedOn = (issueId: Expression<number | null>) =>
  sql<boolean>`exists (select from agenda_links l join ballots b on b.item_id = l.item_id where l.issue_id = ${issueId})`

/** Refuses what may only happen before the neighbours vote: an open ballot already counts as voting (domain 3.2, row 15). */
export async function refuseIfVotedOn(trx: Trx, code: string): Promise<void> {
  const row = await trx
    .selectFrom('filings')
    .select(
      sql<boolean>`exists (select from agenda_links l join ballots b on b.item_id = l.item_id where l.issue_id = ${wholeOf})`.as(
        'voted',
      ),
    )
    .where('code_sha256', '=', sha256(code))
    .executeTakeFirst()
  if (row?.voted) throw new Refusal('filings.voted')
}

/** The matter that the filing in the row belongs to now, with what it was put into. */
const wholeOf = sql<number | null>`(select coalesce(w.merged_into, w.id) from issues w where w.id = filings.issue_id)`

interface Merged {
  id: number
  mergedAt: string
  /** What the other side says, as everybody may read it; null: not public yet. */
  title: string | null
  text: string | null
  objected: boolean
}

/**
 * What hers was put together with by the desk, and may be said against: her filing to a matter, her matter to another, or
 * another one to hers. Of the other side only the approved wording.
 */
const mergedFor = sql<Merged[]>`(
  select coalesce(json_agg(json_build_object('id', m.id, 'mergedAt', m.merged_at,
           'title', case when o.published_at is not null then o.title end, 'text', case when o.published_at is not null then o.public_text end,
           'objected', exists (select from objections x where x.merger_id = m.id and x.filing_id = filings.id)) order by m.id), '[]')
  from mergers m join issues o on o.id = case when m.into_id = filings.issue_id and m.issue_id is not null then m.issue_id else m.into_id end
  where m.undone_at is null and m.merged_by is not null
    and (m.filing_id = filings.id or m.issue_id = filings.issue_id or (m.into_id = filings.issue_id and m.issue_id is not null)))`.as(
  'mergers',
)
