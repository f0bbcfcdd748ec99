import ical from 'ical-generator'
import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import type { T } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Vault } from '../../lib/vault.ts'
import { confirmUntil } from './rules.ts'

/** 期限: what is due when, for the calendars people carry with them. */

interface Deadline {
  kind: 'promise' | 'trial' | 'confirm' | 'notice'
  /** The resolution's number, or the meeting's. */
  no: number
  text: string
  seat: string
  seatEn: string
  at: Date
}

/** A day's work is due at six in the evening (domain 3.10). */
const dayEnds = (day: string): Date => new Date(`${day}T18:00:00+08:00`)

interface Row {
  kind: Deadline['kind']
  no: number
  text: string
  seat: string
  seat_en: string
  day: string | null
  sent_at: Date | null
}

/** When what one meeting promised is due, until when it is on trial, and until when its minutes hang out. Nothing in it that is not public. */
export async function deadlinesOfMeeting(db: Db, meetingNo: number): Promise<{ title: string; deadlines: Deadline[] }> {
  const meeting = await db
    .selectFrom('meetings')
    .select(['id', 'title'])
    .where('no', '=', meetingNo)
    .where('noticed_at', 'is not', null)
    .executeTakeFirstOrThrow(notFound)
  const { rows } = await sql<Row>`
    select 'promise' as kind, r.no, r.text, s.name as seat, s.name_en as seat_en, r.due_on::text as day, null::timestamptz as sent_at
    from resolutions r join seats s on s.id = r.seat_id where r.meeting_id = ${meeting.id}
    union all
    select 'trial', r.no, r.text, s.name, s.name_en, t.ends_on::text, null
    from trials t join resolutions r on r.id = t.resolution_id join seats s on s.id = r.seat_id where r.meeting_id = ${meeting.id}
    union all
    select 'notice', ${meetingNo}, ${meeting.title}, '', '', public_until::text, null
    from minutes where meeting_id = ${meeting.id} and published_at is not null
    order by day, no`.execute(db)
  return { title: meeting.title, deadlines: rows.map(deadlineOf) }
}

/** Everything the desk of a community has to be ready for: open promises, trials, seats that are being asked, notices that hang out. */
async function deadlinesOfDesk(db: Db): Promise<Deadline[]> {
  const { rows } = await sql<Row>`
    select 'promise' as kind, r.no, r.text, s.name as seat, s.name_en as seat_en, r.due_on::text as day, null::timestamptz as sent_at
    from resolutions r join seats s on s.id = r.seat_id where r.claimed_at is null
    union all
    select 'trial', r.no, r.text, s.name, s.name_en, t.ends_on::text, null
    from trials t join resolutions r on r.id = t.resolution_id join seats s on s.id = r.seat_id where t.ended_at is null
    union all
    select case when n.published_at is null then 'confirm' else 'notice' end, m.no, m.title, '', '', n.public_until::text, n.sent_at
    from minutes n join meetings m on m.id = n.meeting_id where n.sent_at is not null and n.archived_at is null
    order by day, no`.execute(db)
  return rows.map(deadlineOf)
}

function deadlineOf({ kind, no, text, seat, seat_en, day, sent_at }: Row): Deadline {
  const at = kind === 'confirm' ? confirmUntil(sent_at as Date) : dayEnds(day as string)
  return { kind, no, text, seat, seatEn: seat_en, at }
}

interface Feed {
  name: string
  home: string
  t: T
  english: boolean
  now: Date
}

/** The file: times end in Z, so that a phone shows the right hour wherever the server stands. */
export function icsOf(deadlines: readonly Deadline[], { name, home, t, english, now }: Feed): string {
  const feed = ical({
    name,
    prodId: { company: 'Wutong', product: 'deadlines', language: english ? 'EN' : 'ZH' },
    ttl: 3_600,
  })
  for (const { kind, no, text, seat, seatEn, at } of deadlines) {
    const path = kind === 'promise' || kind === 'trial' ? `/resolutions/${no}` : `/meetings/${no}/minutes`
    feed.createEvent({
      id: `${kind}-${no}@${new URL(home).host}${new URL(home).pathname.replaceAll('/', '-')}`,
      stamp: now,
      start: new Date(at.getTime() - halfHour),
      end: at,
      summary: t(`minutes.due.${kind}`, { text, seat: english ? seatEn : seat }),
      url: `${home}${path}`,
    })
  }
  return feed.toString()
}

const halfHour = 1_800_000
const purpose = 'deadlines '

/** The address of the desk's feed for one person: sealed by the house, so that it opens nothing else and cannot be made up. */
export const feedToken = (vault: Vault, communityId: number, personId: number): string =>
  vault.seal(communityId, `${purpose}${personId}`).toString('base64url')

/** The desk's deadlines, for a program that carries nothing but the address. It ends when the person leaves the desk. */
export async function deskFeed(db: Db, vault: Vault, communityId: number, token: string): Promise<Deadline[]> {
  const person = await db
    .selectFrom('person_roles')
    .innerJoin('people', 'people.id', 'person_id')
    .select('person_id')
    .where('person_id', '=', personIn(vault, communityId, token))
    .where('role', 'in', ['staff', 'chair'])
    .where('left_at', 'is', null)
    .executeTakeFirst()
  if (!person) throw notFound()
  return deadlinesOfDesk(db)
}

function personIn(vault: Vault, communityId: number, token: string): number {
  try {
    const text = vault.open(communityId, Buffer.from(token, 'base64url'))
    return text.startsWith(purpose) ? Number(text.slice(purpose.length)) : 0
  } catch {
    return 0
  }
}
