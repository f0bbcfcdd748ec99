import { sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { issueStates, whyNotMerge } from '../issues/rules.ts'
import { learned, mostLikely, type Spoken, sharing } from '../likeness/reads.ts'

/** Where a filing can point to, and the door this browser is bound to. One statement. */
export async function whereabouts(db: Db, householdId: number | null) {
  return db
    .selectNoFrom((eb) => [
      jsonArrayFrom(eb.selectFrom('buildings').select(['id', 'name']).orderBy('position')).as('buildings'),
      jsonObjectFrom(
        eb
          .selectFrom('households')
          .innerJoin('buildings', 'buildings.id', 'households.building_id')
          .select(['buildings.id as buildingId', 'buildings.name as building', 'door'])
          .where('households.id', '=', householdId ?? 0),
      ).as('door'),
    ])
    .executeTakeFirstOrThrow()
}

export type Whereabouts = Awaited<ReturnType<typeof whereabouts>>

const mergeable = issueStates.filter((state) => whyNotMerge(state) === null)

const shown = 50
const lately = 30 * 24 * 3_600_000

/** What waits for the desk: filings to decide, those that wait for an answer last; and messages nobody has answered. */
export async function triageQueue(db: Db, at: Date) {
  const { waiting, written, count } = await db
    .selectNoFrom((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('filings')
          .leftJoin('buildings', 'buildings.id', 'filings.building_id')
          .select(['no', 'channel', 'place', 'buildings.name as building', 'state', 'filed_at', 'due_on'])
          .select((f) => [
            excerpt('filings.words'),
            f.exists(f.selectFrom('photos').select('id').whereRef('filing_id', '=', 'filings.id')).as('photo'),
          ])
          .where('state', 'in', ['submitted', 'need_info'])
          .orderBy(sql`state = 'need_info'`)
          .orderBy('filed_at')
          .orderBy('filings.id')
          .limit(shown),
      ).as('waiting'),
      jsonArrayFrom(
        eb
          .selectFrom('filing_messages as m')
          .innerJoin('filings', 'filings.id', 'm.filing_id')
          .select(['no', 'channel', 'filed_at', 'm.at'])
          .select(excerpt('m.words'))
          .where('m.person_id', 'is', null)
          .where('m.at', '>', new Date(at.getTime() - lately))
          .where('filings.state', 'not in', ['submitted', 'need_info', 'withdrawn'])
          .where((m) =>
            m.not(
              m.exists(
                m
                  .selectFrom('filing_messages as later')
                  .select('later.id')
                  .whereRef('later.filing_id', '=', 'm.filing_id')
                  .whereRef('later.id', '>', 'm.id'),
              ),
            ),
          )
          .orderBy('m.at')
          .limit(shown),
      ).as('written'),
      eb
        .selectFrom('filings')
        .select((f) => f.fn.countAll<number>().as('n'))
        .where('state', 'in', ['submitted', 'need_info'])
        .as('count'),
    ])
    .executeTakeFirstOrThrow()
  return { waiting, written: dated(written), count: count ?? 0 }
}

const excerpt = (column: string) => sql<string>`left(${sql.ref(column)}, 140)`.as('excerpt')

/** One filing as the desk may see it: her words, where, her thread. Her phone comes sealed. One statement. */
export async function filingOnDesk(db: Db, no: number) {
  const filing = await db
    .selectFrom('filings')
    .leftJoin('buildings', 'buildings.id', 'filings.building_id')
    .leftJoin('people', 'people.id', 'filings.recorded_by')
    .leftJoin('issues', 'issues.id', 'filings.issue_id')
    .selectAll('filings')
    .select([
      'buildings.name as building',
      'people.name as recorder',
      'issues.no as issueNo',
      'issues.title as issueTitle',
      'issues.state as issueState',
    ])
    .select((eb) => [
      threadOfFiling,
      learned,
      eb.selectFrom('photos').select('key').whereRef('filing_id', '=', 'filings.id').limit(1).as('photo'),
      jsonObjectFrom(
        eb
          .selectFrom('arrivals')
          .innerJoin('bridges', 'bridges.id', 'arrivals.bridge_id')
          .select(['bridges.name as bridge', 'external_no as externalNo'])
          .whereRef('arrivals.filing_id', '=', 'filings.id'),
      ).as('cameBy'),
    ])
    .where('filings.no', '=', no)
    .executeTakeFirstOrThrow(notFound)
  return { ...filing, thread: dated(filing.thread) }
}

export interface Message {
  words: string
  at: Date
  /** Who of the desk wrote it; null: the filer. */
  name: string | null
  post: string | null
}

/** The thread of the row of `filings` that the query stands on, oldest first; `dated` makes its times times again. */
export const threadOfFiling = sql<(Omit<Message, 'at'> & { at: string })[]>`(
  select coalesce(json_agg(json_build_object('words', m.words, 'at', m.at, 'name', p.name, 'post', p.post) order by m.id), '[]')
  from filing_messages m left join people p on p.id = m.person_id where m.filing_id = filings.id)`.as('thread')

export const dated = <R extends { at: string }>(rows: readonly R[]): (Omit<R, 'at'> & { at: Date })[] =>
  rows.map((row) => ({ ...row, at: new Date(row.at) }))

/** A clerk reads both texts before she decides, so even a small chance is shown to her. */
const worthALook = 0.06

/**
 * What the deciding page offers: buildings and seats to choose from, the open matters most like these words, and the
 * matter (`into`) that she is asked to look at before merging. One statement.
 */
export async function offersFor(db: Db, { spoken, into }: { spoken: Spoken | null; into: number | null }) {
  const { open, ...offers } = await db
    .selectNoFrom((eb) => [
      jsonArrayFrom(eb.selectFrom('buildings').select(['id', 'name']).orderBy('position')).as('buildings'),
      jsonArrayFrom(eb.selectFrom('seats').select(['id', 'name', 'name_en as nameEn']).orderBy('position')).as('seats'),
      jsonArrayFrom(
        eb.selectFrom('reply_templates').select(['id', 'act', 'name', 'words']).orderBy('name').limit(200),
      ).as('templates'),
      jsonArrayFrom(
        eb
          .selectFrom('issues')
          .leftJoin('buildings', 'buildings.id', 'issues.building_id')
          .select(['no', 'title', 'public_text as body', 'category', 'buildings.name as building'])
          .select(
            sql<string>`concat_ws(' ', title, public_text, (select string_agg(w.words, ' ') from
              (select words from filings where issue_id = issues.id and state = 'accepted' order by id limit 5) w))`.as(
              'text',
            ),
          )
          .where('state', 'in', mergeable)
          .where(
            'issues.id',
            'in',
            spoken === null ? sql<number>`(select null::int where false)` : sharing(spoken, false),
          ),
      ).as('open'),
      jsonObjectFrom(
        eb
          .selectFrom('issues')
          .select(['no', 'title', 'public_text', 'state'])
          .select((issue) =>
            jsonArrayFrom(
              issue
                .selectFrom('filings')
                .select(['no', 'channel', 'words'])
                .whereRef('issue_id', '=', 'issues.id')
                .where('state', '=', 'accepted')
                .orderBy('id')
                .limit(20),
            ).as('voices'),
          )
          .where('no', '=', into ?? 0),
      ).as('into'),
    ])
    .executeTakeFirstOrThrow()
  const likely =
    spoken === null
      ? []
      : mostLikely(spoken, open, worthALook).map(({ no, title, body, score }) => ({ no, title, body, score }))
  return { ...offers, likely }
}

export type Offers = Awaited<ReturnType<typeof offersFor>>
