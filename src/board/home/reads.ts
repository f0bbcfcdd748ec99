import { sql } from 'kysely'
import { jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { stageOf } from '../../listen/issues/rules.ts'
import { type TrialRow, trialRow, trialShown } from '../../resolve/trials/reads.ts'

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
      eb
        .selectFrom('surveys')
        .where('opened_at', 'is not', null)
        .where('closed_at', 'is', null)
        .where('closes_at', '>', at)
        .select((one) => one.fn.countAll<number>().as('n'))
        .as('surveys'),
      jsonObjectFrom(
        eb
          .selectFrom('meetings')
          .where('noticed_at', 'is not', null)
          .where('adjourned_at', 'is', null)
          .where('aborted_at', 'is', null)
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
      // The next evening people are invited to; it rides along, for the front room may ask three times at most.
      jsonObjectFrom(
        eb
          .selectFrom('gatherings')
          .where('announced_at', 'is not', null)
          .where('closed_at', 'is', null)
          .where('called_off_at', 'is', null)
          .where('held_at', '>', new Date(at.getTime() - 10_800_000))
          .select(['no', 'title', 'place', 'held_at'])
          .orderBy('held_at')
          .limit(1),
      ).as('gathering'),
    ])
    .executeTakeFirstOrThrow()
  const { meeting, gathering } = row
  return {
    open: Number(row.open),
    surveys: Number(row.surveys),
    gathering: gathering && { ...gathering, held_at: new Date(gathering.held_at) },
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
  'issue.followConfirmed',
  'issue.unfollowed',
  'item.created',
  'item.edited',
  'item.linked',
  'item.unlinked',
  'item.withdrawn',
  'item.placed',
  'item.removed',
  'item.introduced',
  'resolution.made',
  // Numbers stand in the table of the trial.
  'resolution.read',
  'resolution.trial_over',
  'resolution.claimed',
  'resolution.answered',
  'resolution.reopened',
  'resolution.recalled',
  'resolution.confirmed',
  'resolution.unanswered',
]
const storyLines = 80

interface StoryLine {
  id: number
  at: string
  verb: string
  became: string | null
  particulars: Record<string, string | number>
  /** Of the seat that acted, where one did. */
  character: string | null
  colour: string | null
  /** Of the update the line is about. */
  words: string | null
}

/**
 * A matter's story as everybody may read it, newest first: its own lines, those of the agenda items it stood on and of
 * the promises made for it; and the last promise: its number, and the trial it is. Who acted is a seat or a stage, never a name. One statement.
 */
export async function storyOf(db: Db, issueNo: number, now: Date) {
  const { rows } = await sql<{ promise: number | null; trial: TrialRow | null; lines: StoryLine[] }>`
    with matter as materialized (select id from issues where no = ${issueNo}),
    subjects as materialized (
      select 'issue' as subject, id, null::int as no from matter
      union all
      select 'item', l.item_id, null from agenda_links l join matter on matter.id = l.issue_id
      union all
      select 'resolution', r.id, r.no
      from resolutions r join agenda_links l on l.item_id = r.item_id join matter on matter.id = l.issue_id)
    select (select max(no) from subjects) as promise, ${trialRow(sql`(select max(no) from subjects)`)} as trial, coalesce((
      select json_agg(line order by line.id desc) from (
        select j.id, j.at, j.verb, j.became, j.particulars, s.character, s.colour, u.words
        from subjects
        -- One subject at a time, the newest first: the planner would otherwise read the whole journal for three of them.
        cross join lateral (
          select * from journal j
          where j.subject = subjects.subject and j.subject_id = subjects.id and j.verb <> all (${untold}::text[])
          order by j.id desc limit ${storyLines}) j
        left join seats s on s.id = j.seat_id
        left join updates u on u.id = (j.particulars->>'update')::int
        order by j.id desc limit ${storyLines}) line), '[]') as lines`.execute(db)
  const row = rows[0] as (typeof rows)[number]
  return {
    promise: row.promise,
    trial: row.trial && trialShown(row.trial, now),
    lines: row.lines.map((line) => ({
      ...line,
      at: new Date(line.at),
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
