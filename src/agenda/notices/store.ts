import { sql } from 'kysely'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { termsOf } from '../kinds/store.ts'
import { takeNoPlace } from '../meetings/endings.ts'
import { whenParts } from '../meetings/rules.ts'
import { lockMeeting } from '../meetings/store.ts'
import { startsAnew, whyNotCallOff, whyNotChange, whyNotCutLead } from './rules.ts'

interface Posting {
  /** Of the form it came with: pressed twice it is one proof. */
  key: string
  place: string
  postedBy: string
  postedAt: Date
  /** Ids of the buildings; none: the board of the neighbourhood. */
  buildings: readonly number[]
  /** As `ingestImage` gives it; null: no picture was taken. */
  image: Buffer | null
}

/** Keeps where a notice hung. Before people are told it proves the first notice, after a change the newest. */
export async function recordPosting(db: Db, no: number, posting: Posting, by: By, at: Date): Promise<void> {
  const { key, place, postedBy, postedAt, image } = posting
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotChange(meeting.state))
    if (postedAt.getTime() > at.getTime()) throw new Refusal('notices.postedAt.future', 422)
    const proof = await trx
      .insertInto('notice_proofs')
      .values({
        ...{ key, place, image, meeting_id: meeting.id, nth: Math.max(1, meeting.notices) },
        ...{ posted_by: postedBy, posted_at: postedAt, recorded_at: at, recorded_by: author(by) },
      })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!proof) return
    const buildings = [...new Set(posting.buildings)]
    if (buildings.length > 0) {
      const known = await trx.selectFrom('buildings').select('id').where('id', 'in', buildings).execute()
      if (known.length < buildings.length) throw notFound()
      const rows = buildings.map((building_id) => ({ proof_id: proof.id, building_id }))
      await trx.insertInto('notice_proof_buildings').values(rows).execute()
    }
    const subject = { kind: 'meeting', id: meeting.id, no } as const
    await journal(trx, { subject, verb: 'meeting.posted', by, at, particulars: { place } })
  })
}

interface Change {
  title: string
  place: string
  startsAt: Date
}

/**
 * Changes what a meeting is called, where and when. Once people were told it is a new notice: whoever was told hears it
 * once, the paper has to hang anew, and an earlier hour gives them the lead time again. Nothing changed, nothing happens.
 */
export async function changeMeeting(db: Db, letterbox: Letterbox, no: number, change: Change, by: By, at: Date) {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotChange(meeting.state))
    const { title, place, startsAt } = change
    const elsewhere = meeting.place !== place || meeting.starts_at.getTime() !== startsAt.getTime()
    if (!elsewhere && meeting.title === title) return
    const told = meeting.state === 'noticed'
    const nth = meeting.notices + 1
    await trx
      .updateTable('meetings')
      .set({
        ...{ title, place, starts_at: startsAt },
        ...(told && { notices: nth }),
        // A cut of the lead time was given for the hour that was known then.
        ...(told && startsAnew(meeting.starts_at, startsAt) && { lead_from: at, lead_cut_at: null }),
      })
      .where('id', '=', meeting.id)
      .execute()
    const when = { ...whenParts(startsAt), place }
    const subject = { kind: 'meeting', id: meeting.id, no } as const
    const verb = told ? 'meeting.renoticed' : 'meeting.replanned'
    await journal(trx, {
      subject,
      verb,
      was: said(meeting),
      became: said({ ...change, starts_at: startsAt }),
      by,
      at,
      particulars: when,
    })
    if (elsewhere) await tellOfChange(trx, letterbox, { id: meeting.id, startsAt, place }, by, at)
  })
}

const said = ({ title, place, starts_at }: { title: string; place: string; starts_at: Date }): string =>
  `${title} · ${starts_at.toISOString()} · ${place}`

/** Whoever heard that their matter would be talked over hears the new hour, and its public page says it. */
async function tellOfChange(
  trx: Trx,
  letterbox: Letterbox,
  meeting: { id: number; startsAt: Date; place: string },
  by: By,
  at: Date,
): Promise<void> {
  const when = { ...whenParts(meeting.startsAt), place: meeting.place }
  const { rows } = await sql<{ id: number; no: number }>`
    select i.id, i.no from issues i
    where i.state = 'on_agenda' and exists (
      select from agenda_links l join running_order r on r.item_id = l.item_id
      where l.issue_id = i.id and r.meeting_id = ${meeting.id} and r.deferred_at is null)
    order by i.id for update of i`.execute(trx)
  for (const { id, no } of rows) {
    await trx
      .updateTable('issues')
      .set({ next_step: translator('zh')('issues.next.meeting', when), due_on: shanghaiDay(meeting.startsAt) })
      .where('id', '=', id)
      .execute()
    await journal(trx, { subject: { kind: 'issue', id, no }, verb: 'issue.meeting_moved', by, at, particulars: when })
  }
  const about = `meeting_moved:${meeting.id}:${at.getTime()}`
  await tellFilers(
    trx,
    letterbox,
    rows.map(({ id }) => id),
    about,
    'tell.meetingMoved',
    when,
  )
}

/**
 * The chair lets a meeting begin before its lead time is over, for a reason that stands on the public list of overrides.
 * What the law has set nobody cuts.
 */
export async function cutLead(db: Db, no: number, reason: string, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotCutLead(meeting.state, meeting, await termsOf(trx, meeting.id)))
    await trx.updateTable('meetings').set({ lead_cut_at: at }).where('id', '=', meeting.id).execute()
    await trx
      .insertInto('overrides')
      .values({ what: 'notice_lead', meeting_id: meeting.id, reason, at, person_id: author(by) })
      .execute()
    const subject = { kind: 'meeting', id: meeting.id, no } as const
    await journal(trx, { subject, verb: 'meeting.lead_cut', by, at, particulars: { reason } })
  })
}

/** 取消: the meeting does not take place, and why. Refuses once it has begun. */
export async function callOffMeeting(
  db: Db,
  letterbox: Letterbox,
  no: number,
  reason: string,
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, no)
    refuseIf(whyNotCallOff(meeting.state))
    await takeNoPlace(trx, letterbox, meeting, { as: 'called_off', reason }, by, at)
  })
}
