import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { confirmUntil } from '../../resolve/minutes/rules.ts'

interface Asked {
  /** The meeting's number. */
  no: number
  title: string
  seat: string
  seatEn: string
}

interface Rows {
  coming: (Asked & { startsAt: string; place: string })[]
  confirm: (Asked & { sentAt: string })[]
  published: { no: number; title: string; until: string }[]
  promises: { no: number; text: string; due: string }[]
  trials: { no: number; text: string; metric: string; ends: string }[]
}

/**
 * What a party is asked and told, whoever of it looks (nobody who sits on a seat leaves us a phone): meetings it was
 * told of and has not answered, minutes that wait for its word, minutes that hang out, what it promised
 * and has on trial. One statement.
 */
export async function seatPage(db: Db, seatIds: readonly number[], today: string, at: Date) {
  const mine = sql`s.id = any(${[...seatIds]}::int[])`
  const { rows } = await sql<Rows>`select
    (select coalesce(json_agg(json_build_object('no', m.no, 'title', m.title, 'seat', s.name, 'seatEn', s.name_en,
        'startsAt', m.starts_at, 'place', m.place) order by m.starts_at, s.position), '[]')
      from meetings m cross join seats s
      where ${mine} and s.vacant_since is null and m.noticed_at is not null
        and num_nonnulls(m.opened_at, m.adjourned_at, m.aborted_at) = 0
        and not exists (select from seat_answers a where a.meeting_id = m.id and a.seat_id = s.id)) as coming,
    (select coalesce(json_agg(json_build_object('no', m.no, 'title', m.title, 'seat', s.name, 'seatEn', s.name_en,
        'sentAt', n.sent_at) order by n.sent_at, s.position), '[]')
      from minutes n join meetings m on m.id = n.meeting_id
      join minutes_answers a on a.minutes_id = n.id and a.round = n.round join seats s on s.id = a.seat_id
      where ${mine} and n.sent_at is not null and n.published_at is null and a.answer is null) as confirm,
    (select coalesce(json_agg(json_build_object('no', m.no, 'title', m.title, 'until', n.public_until) order by n.published_at desc), '[]')
      from minutes n join meetings m on m.id = n.meeting_id
      where n.published_at is not null and n.archived_at is null and n.public_until >= ${today}) as published,
    (select coalesce(json_agg(json_build_object('no', r.no, 'text', r.text, 'due', r.due_on) order by r.due_on, r.id), '[]')
      from resolutions r join seats s on s.id = r.seat_id where ${mine} and r.claimed_at is null) as promises,
    (select coalesce(json_agg(json_build_object('no', r.no, 'text', r.text, 'metric', t.metric, 'ends', t.ends_on) order by t.ends_on, r.id), '[]')
      from trials t join resolutions r on r.id = t.resolution_id join seats s on s.id = r.seat_id
      where ${mine} and t.ended_at is null) as trials`.execute(db)
  const { confirm, coming, ...rest } = rows[0] as Rows
  return {
    ...rest,
    coming: coming.map(({ startsAt, ...one }) => ({ ...one, startsAt: new Date(startsAt) })),
    // After its three days a party is listed as 未确认, and there is nothing to press any more.
    confirm: confirm
      .map(({ sentAt, ...one }) => ({ ...one, until: confirmUntil(new Date(sentAt)) }))
      .filter(({ until }) => at < until),
  }
}
