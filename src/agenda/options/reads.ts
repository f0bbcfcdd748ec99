import { type Expression, type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { heard, issuesOf } from '../items/reads.ts'
import { termsNow } from '../kinds/store.ts'
import { meetingState, meetingTimes } from '../meetings/rules.ts'

export interface Affected {
  id: number
  name: string
  households: number
  /** Filings about the matter from this building, by whichever of the three ways. */
  voices: number
}

/**
 * A subquery: the buildings an item touches, in their order, each with how often it was heard about it. `itemId` must not
 * be a column of one of the aliases in here (b, t, h, f, i, l).
 */
export const affectedBy = (itemId: Expression<number>): RawBuilder<Affected[]> =>
  sql<Affected[]>`(select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name,
      'households', (select count(*) from households h where h.building_id = b.id),
      'voices', (select count(*) from filings f left join households h on h.id = f.household_id
        where coalesce(h.building_id, f.building_id) = b.id and f.state not in ('declined', 'withdrawn')
          and f.issue_id in (select i.id from issues i join agenda_links l on l.issue_id in (i.id, i.merged_into) where l.item_id = ${itemId})))
      order by b.position), '[]')
    from item_buildings t join buildings b on b.id = t.building_id where t.item_id = ${itemId})`

/** The item `agenda_items` with what there is to choose from; what the builder and the public page both show. */
const proposal = (db: Db, no: number) =>
  db
    .selectFrom('agenda_items')
    .where('agenda_items.no', '=', no)
    .select((eb) => [
      'agenda_items.id',
      'agenda_items.no',
      'agenda_items.title',
      'question',
      'background',
      'subject',
      'expert',
      'expert_name',
      'withdrawn_at',
      affectedBy(sql.ref('agenda_items.id')).as('affected'),
      sql<number>`(select count(*) from households)`.as('households'),
      jsonArrayFrom(
        eb
          .selectFrom('item_options')
          .whereRef('item_id', '=', 'agenda_items.id')
          .select(['key', 'item_options.title', 'timing', 'cost', 'per', 'bearer', 'share', 'pros', 'cons'])
          .orderBy('item_options.id'),
      ).as('options'),
      jsonArrayFrom(
        eb
          .selectFrom('running_order')
          .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
          .whereRef('running_order.item_id', '=', 'agenda_items.id')
          .select([
            'meetings.no',
            'meetings.title',
            'meetings.place',
            'starts_at',
            ...meetingTimes,
            'deferred_at',
            termsNow.as('terms'),
          ])
          .orderBy('meetings.id', 'desc'),
      ).as('meetings'),
    ])

type Row = Awaited<ReturnType<ReturnType<typeof proposal>['executeTakeFirstOrThrow']>>

function withStanding<R extends Row>({ meetings, ...item }: R) {
  const standing = meetings.find(({ deferred_at }) => deferred_at === null) ?? null
  return {
    ...item,
    /** Whether anybody outside the desk has been told that a meeting has it before it. */
    told: meetings.some(({ noticed_at }) => noticed_at !== null),
    meeting: standing && {
      ...{ no: standing.no, title: standing.title, place: standing.place, terms: standing.terms },
      startsAt: new Date(standing.starts_at),
      state: meetingState(standing),
    },
  }
}

/** The builder's page: the item, its options, whom it touches, and all buildings to tick. One statement. */
export async function builderPage(db: Db, no: number) {
  const row = await proposal(db, no)
    .select((eb) =>
      jsonArrayFrom(eb.selectFrom('buildings').select(['buildings.id', 'name']).orderBy('position')).as('buildings'),
    )
    .executeTakeFirstOrThrow(notFound)
  return withStanding(row)
}

/** An item as everybody may read it, with how it was heard and the matters behind it. One statement. */
export async function itemForAll(db: Db, no: number) {
  const row = await proposal(db, no)
    .select((eb) => [
      heard(issuesOf('agenda_items.id')).as('heard'),
      jsonArrayFrom(
        eb
          .selectFrom('agenda_links')
          .innerJoin('issues', 'issues.id', 'agenda_links.issue_id')
          .whereRef('agenda_links.item_id', '=', 'agenda_items.id')
          .where('published_at', 'is not', null)
          .select(['issues.no', 'issues.title'])
          .orderBy('issues.no'),
      ).as('issues'),
    ])
    .executeTakeFirstOrThrow(notFound)
  return withStanding(row)
}
