import { sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { stageOf } from '../../listen/issues/rules.ts'

/** What the home page needs besides the matters themselves: how many there are, and when people meet next. One statement. */
export async function atAGlance(db: Db, at: Date) {
  const row = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('issues')
        .where('published_at', 'is not', null)
        .where('closed_at', 'is', null)
        .select((one) => one.fn.countAll<number>().as('n'))
        .as('open'),
      jsonObjectFrom(
        eb
          .selectFrom('meetings')
          .where('noticed_at', 'is not', null)
          .where('adjourned_at', 'is', null)
          // One that never was opened is no news a day later.
          .where((one) =>
            one.or([one('opened_at', 'is not', null), one('starts_at', '>', new Date(at.getTime() - 86_400_000))]),
          )
          .select(['no', 'title', 'place', 'starts_at', 'opened_at', 'checkin_at'])
          .select((one) =>
            one
              .selectFrom('running_order')
              .whereRef('meeting_id', '=', 'meetings.id')
              .select((count) => count.fn.countAll<number>().as('n'))
              .as('items'),
          )
          .orderBy('starts_at')
          .limit(1),
      ).as('meeting'),
    ])
    .executeTakeFirstOrThrow()
  const { meeting } = row
  return {
    open: Number(row.open),
    meeting: meeting && { ...meeting, starts_at: new Date(meeting.starts_at), going: meeting.checkin_at !== null },
  }
}

export const buildingsOf = (db: Db) => db.selectFrom('buildings').select(['id', 'name']).orderBy('position').execute()

export type Told = Awaited<ReturnType<typeof storyOf>>['lines'][number]

/**
 * Lines that are the desk's own business, or that another line already tells: an issue's promise is told by the issue,
 * so the resolution need not tell it again; neighbours' support is a number, not a hundred lines.
 */
const untold = [
  'issue.worded',
  'issue.noted',
  'issue.supported',
  'issue.linked',
  'issue.unlinked',
  'issue.asked',
  'issue.followed',
  'item.created',
  'item.edited',
  'item.linked',
  'item.unlinked',
  'item.withdrawn',
  'item.placed',
  'item.removed',
  'item.introduced',
  'resolution.made',
  'resolution.claimed',
  'resolution.answered',
  'resolution.reopened',
  'resolution.recalled',
  'resolution.confirmed',
  'resolution.unanswered',
]
const storyLines = 80

/**
 * A matter's story as everybody may read it, newest first: its own lines, those of the agenda items it stood on and of
 * the promises made for it; and the number of the last promise. Who acted is a seat or a stage, never a name. One statement.
 */
export async function storyOf(db: Db, issueNo: number) {
  const row = await db
    .with('matter', (cte) => cte.selectFrom('issues').where('no', '=', issueNo).select('id'))
    .with('items', (cte) =>
      cte.selectFrom('agenda_links').innerJoin('matter', 'matter.id', 'agenda_links.issue_id').select('item_id'),
    )
    .with('promises', (cte) =>
      cte
        .selectFrom('resolutions')
        .innerJoin('items', 'items.item_id', 'resolutions.item_id')
        .select(['resolutions.id', 'resolutions.no']),
    )
    .selectNoFrom((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('journal')
          .leftJoin('seats', 'seats.id', 'journal.seat_id')
          .leftJoin('updates', (join) => join.on('updates.id', '=', sql<number>`(journal.particulars->>'update')::int`))
          .select(['journal.id', 'journal.at', 'verb', 'became', 'particulars', 'character', 'colour', 'updates.words'])
          .where((one) =>
            one.or([
              one.and([one('subject', '=', 'issue'), one('subject_id', 'in', one.selectFrom('matter').select('id'))]),
              one.and([
                one('subject', '=', 'item'),
                one('subject_id', 'in', one.selectFrom('items').select('item_id')),
              ]),
              one.and([
                one('subject', '=', 'resolution'),
                one('subject_id', 'in', one.selectFrom('promises').select('id')),
              ]),
            ]),
          )
          .where('verb', 'not in', untold)
          .orderBy('journal.id', 'desc')
          .limit(storyLines),
      ).as('lines'),
      eb
        .selectFrom('promises')
        .select((one) => one.fn.max('no').as('no'))
        .as('promise'),
    ])
    .executeTakeFirstOrThrow()
  return {
    promise: row.promise === null ? null : Number(row.promise),
    lines: row.lines.map((line) => ({
      ...line,
      at: new Date(line.at),
      particulars: line.particulars as Record<string, string | number>,
      stage: stageOfLine(line.verb, line.became),
    })),
  }
}

/** Which of the five circles a line belongs to, where no seat spoke. */
function stageOfLine(verb: string, became: string | null) {
  if (verb.startsWith('item.')) return 1
  if (verb.startsWith('resolution.')) return 3
  return stageOf(became ?? '')
}
