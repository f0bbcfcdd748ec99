import { type RawBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { present, seated, seatRows } from '../attendance/reads.ts'
import { heard, issuesOf } from '../items/reads.ts'
import { termsNow } from '../kinds/store.ts'
import { quorumOf } from '../quorum/rules.ts'
import { turnRows } from '../speakers/reads.ts'
import { floorOf } from '../speakers/rules.ts'
import { isLast, undoable } from '../undos/rules.ts'
import { lastStep } from '../undos/store.ts'
import type { Frame } from '../walls/store.ts'
import { currentItem, itemState, meetingState, meetingTimes, nextStep } from './rules.ts'

/** A meeting and how it stands. No such meeting here: 404. */
export async function meetingByNo(db: Db, no: number) {
  const meeting = await db.selectFrom('meetings').where('no', '=', no).selectAll().executeTakeFirstOrThrow(notFound)
  return { ...meeting, state: meetingState(meeting) }
}

export type Room = Awaited<ReturnType<typeof roomOf>>

/**
 * A meeting as everybody in the room may see it: its running order, the item it is at, what comes next, who sits at the
 * table and how many came. The same for every viewer and about no resident in particular, so a panel may push it;
 * notes are not in it. `also` is one more thing a page wants of the meeting `meetings` in the same statement; a panel asks
 * for nothing more. One statement. No such meeting here: 404.
 */
export async function roomOf<A = null>(db: Db, no: number, also: RawBuilder<A> = sql<A>`null::text`) {
  const {
    items: rows,
    seats,
    ...row
  } = await db
    .selectFrom('meetings')
    .where('no', '=', no)
    .select((eb) => [
      'meetings.id',
      'meetings.no',
      'meetings.title',
      'place',
      'starts_at',
      'code',
      ...meetingTimes,
      'suspended_by',
      jsonArrayFrom(
        eb
          .selectFrom('running_order')
          .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
          .whereRef('meeting_id', '=', 'meetings.id')
          .select([
            'agenda_items.no',
            'agenda_items.title',
            'question',
            'background',
            'position',
            'minutes',
            'extra_minutes as extra',
            'introduced_at',
            'discussing_at',
            'voting_at',
            'declared_at',
            'assigned_at',
            'deferred_at',
            sql<number>`(select count(*) from agenda_links where item_id = agenda_items.id)`.as('issues'),
            heard(issuesOf('agenda_items.id')).as('heard'),
            recusedFrom,
            sql<{ no: number; outcome: 'passed' | 'rejected' | null; stopped: boolean } | null>`(
              select json_build_object('no', b.no, 'outcome', b.outcome, 'stopped', exists (
                select from stops s where s.ballot_id = b.id and s.resumed_at is null)) from ballots b
              where b.meeting_id = running_order.meeting_id and b.item_id = running_order.item_id
              order by b.id desc limit 1)`.as('ballot'),
          ])
          .orderBy('position'),
      ).as('items'),
      jsonArrayFrom(seatRows(db, sql.ref('meetings.id'))).as('seats'),
      present(sql.ref('meetings.id')).as('present'),
      termsNow.as('terms'),
      gavelOf(sql.ref('meetings.id')).as('gavel'),
      wallOf(sql.ref('meetings.id')).as('wall'),
      turnRows(sql.ref('meetings.id')).as('turns'),
      lastStep(sql.ref('meetings.id')).as('last'),
      minutesMade.as('minutes'),
      also.as('also'),
    ])
    .executeTakeFirstOrThrow(notFound)

  const { present: came, terms, also: extra, gavel, wall, turns, last, ...meeting } = row
  const state = meetingState(meeting)
  const items = rows.map(
    ({ introduced_at, discussing_at, voting_at, declared_at, assigned_at, deferred_at, ...item }) => ({
      ...item,
      state: itemState({ introduced_at, discussing_at, voting_at, declared_at, assigned_at, deferred_at }),
      outcome: item.ballot?.outcome ?? null,
      stopped: item.ballot !== null && item.ballot.outcome === null && item.ballot.stopped,
      /** When the room began with it, for the clock. */
      begun: introduced_at === null ? null : new Date(introduced_at),
    }),
  )
  const current = currentItem(items)
  const round = seated(seats)
  return {
    meeting,
    state,
    items,
    current,
    next: nextStep(state, items),
    seats: round,
    quorum: quorumOf(terms.quorum, round, { here: came.households, all: came.all }),
    /** Who speaks, who waits, who spoke for how long. */
    floor: floorOf(turns, current?.no ?? null),
    gavel: gavel && { ...gavel, beatAt: new Date(gavel.beatAt) },
    wall: wall ?? { frame: 'follow' as const, frozen: false, covered: false },
    /** The last step, where it is one that can be taken back; for a minute (undos/rules). */
    last:
      last && isUndoable(last.verb) && isLast({ ...last, at: new Date(last.at) }, state, items)
        ? { ...last, at: new Date(last.at) }
        : null,
    households: came.households,
    people: came.people,
    also: extra as A,
  }
}

/**
 * SQL on `meetings`: whether its minutes are written, and whether they hang out for everybody. They are a later stage's;
 * here they are only a link at the end of the evening.
 */
export const minutesMade = sql<'made' | 'public' | null>`(
  select case when n.published_at is null then 'made' else 'public' end from minutes n where n.meeting_id = meetings.id)`

const isUndoable = (verb: string) => undoable.some((each) => each === verb)

interface GavelShown {
  personId: number
  sessionId: number
  name: string
  beatAt: string
  offered: boolean
}

const gavelOf = (meetingId: RawBuilder<number>) => sql<GavelShown | null>`(
  select json_build_object('personId', g.person_id, 'sessionId', g.session_id, 'name', p.name, 'beatAt', g.beat_at,
    'offered', g.offered_at is not null)
  from gavels g join people p on p.id = g.person_id where g.meeting_id = ${meetingId})`

const wallOf = (meetingId: RawBuilder<number>) => sql<{ frame: Frame; frozen: boolean; covered: boolean } | null>`(
  select json_build_object('frame', frame, 'frozen', frozen_at is not null, 'covered', covered_at is not null)
  from walls w where w.meeting_id = ${meetingId})`

/** The seats that step aside on an item (domain 3.6.1). */
const recusedFrom = sql<{ id: number; name: string; nameEn: string }[]>`(
  select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'nameEn', s.name_en) order by s.position), '[]')
  from recusals c join seats s on s.id = c.seat_id
  where c.meeting_id = running_order.meeting_id and c.item_id = running_order.item_id)`.as('recused')

const shownMeetings = 60

/** The meetings of the neighbourhood, those still to come first. One statement. */
export async function meetingList(db: Db) {
  const meetings = await db
    .selectFrom('meetings')
    .select((eb) => [
      'id',
      'no',
      'title',
      'place',
      'starts_at',
      ...meetingTimes,
      eb
        .selectFrom('running_order')
        .whereRef('meeting_id', '=', 'meetings.id')
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('items'),
    ])
    .orderBy((eb) => eb.or([eb('adjourned_at', 'is not', null), eb('aborted_at', 'is not', null)]))
    .orderBy('starts_at', 'desc')
    .limit(shownMeetings)
    .execute()
  return meetings.map((meeting) => ({ ...meeting, state: meetingState(meeting) }))
}
