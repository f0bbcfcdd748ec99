import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { termsOf } from '../kinds/store.ts'
import { lockMeeting } from '../meetings/store.ts'
import { whyNotMandate, whyNotRegister, whyNotStrike } from './rules.ts'

interface NewMandate {
  /** Of the form it came with: the same one again is the same mandate. */
  key: string
  principalId: number
  holderId: number
  /** The item it is for; null: the whole meeting. */
  itemNo: number | null
  /** Who looked at the paper. */
  seenBy: string
}

/** A "no" that belongs to one box of the form. */
export class MandateRefused extends Refusal {
  readonly field: string
  constructor({ field, key }: NonNullable<ReturnType<typeof whyNotRegister>>) {
    super(key)
    this.field = field
  }
}

/** 登记委托. Refuses a second mandate of one household, one too many of a holder, and a household that has come itself. */
export async function registerMandate(db: Db, meetingNo: number, fresh: NewMandate, by: By, at: Date): Promise<void> {
  const personId = author(by)
  await db.transaction().execute(async (trx) => {
    // The meeting's row: two desks that register in the same second, or a check-in meanwhile, wait for each other.
    const meeting = await lockMeeting(trx, meetingNo)
    refuseIf(whyNotMandate(meeting.state))
    if (await trx.selectFrom('mandates').where('key', '=', fresh.key).select('id').executeTakeFirst()) return
    const { principalId, holderId } = fresh
    const itemId = fresh.itemNo === null ? null : await itemOnOrder(trx, meeting.id, fresh.itemNo)
    const known = await trx
      .selectFrom('mandates')
      .where('meeting_id', '=', meeting.id)
      .where('struck', '=', false)
      .selectAll()
      .execute()
    const why = whyNotRegister(
      { principalId, holderId, itemId, principalCame: (await arrivals(trx, meeting.id, principalId)) > 0 },
      known.map((one) => ({ principalId: one.principal_id, holderId: one.holder_id, itemId: one.item_id })),
      (await termsOf(trx, meeting.id)).proxies,
    )
    if (why) throw new MandateRefused(why)
    await trx
      .insertInto('mandates')
      .values({
        key: fresh.key,
        meeting_id: meeting.id,
        item_id: itemId,
        principal_id: principalId,
        holder_id: holderId,
        seen_by: fresh.seenBy,
        registered_at: at,
        registered_by: personId,
      })
      .execute()
    await tell(trx, meeting, 'meeting.mandate_registered', principalId, by, at)
  })
}

/** 撤销: the household takes its mandate back at the desk. What was cast by it stands, as after a check-in. Twice is once. */
export async function revokeMandate(db: Db, meetingNo: number, key: string, by: By, at: Date): Promise<void> {
  const personId = author(by)
  await onMandate(db, meetingNo, key, async (trx, meeting, mandate) => {
    if (mandate.revoked_at) return
    const signed = { revoked_at: at, revoked_by: personId }
    await trx.updateTable('mandates').set(signed).where('id', '=', mandate.id).execute()
    await tell(trx, meeting, 'meeting.mandate_revoked', mandate.principal_id, by, at)
  })
}

/** 登记错了: it never was one. Refuses after a vote by it. */
export async function strikeMandate(db: Db, meetingNo: number, key: string, by: By, at: Date): Promise<void> {
  const personId = author(by)
  await onMandate(db, meetingNo, key, async (trx, meeting, mandate) => {
    const vote = await trx
      .selectFrom('votes')
      .innerJoin('ballots', 'ballots.id', 'votes.ballot_id')
      .where('ballots.meeting_id', '=', meeting.id)
      .where('electorate_kind', '=', 'household')
      .where('voter_id', '=', mandate.principal_id)
      .where('way', '=', 'proxy')
      .select('voter_id')
      .executeTakeFirst()
    refuseIf(whyNotStrike(vote !== undefined))
    if (mandate.struck) return
    const signed = { revoked_at: at, revoked_by: personId, struck: true }
    await trx.updateTable('mandates').set(signed).where('id', '=', mandate.id).execute()
    await tell(trx, meeting, 'meeting.mandate_struck', mandate.principal_id, by, at)
  })
}

/** Writes down that a household which had given a mandate has come itself, the first time it does: the mandate is void. */
export async function noteArrival(
  trx: Trx,
  meeting: { id: number; no: number },
  householdId: number,
  by: By,
  at: Date,
): Promise<void> {
  const mandate = await trx
    .selectFrom('mandates')
    .where('meeting_id', '=', meeting.id)
    .where('principal_id', '=', householdId)
    .where('revoked_at', 'is', null)
    .select('id')
    .executeTakeFirst()
  if (mandate && (await arrivals(trx, meeting.id, householdId)) === 1)
    await tell(trx, meeting, 'meeting.mandate_void', householdId, by, at)
}

/** How often a household came to this meeting, also when it has left again. */
async function arrivals(trx: Trx, meetingId: number, householdId: number): Promise<number> {
  const { n } = await trx
    .selectFrom('attendance')
    .where('meeting_id', '=', meetingId)
    .where('household_id', '=', householdId)
    .where('seat_id', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}

async function itemOnOrder(trx: Trx, meetingId: number, no: number): Promise<number> {
  const item = await trx
    .selectFrom('running_order')
    .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
    .where('meeting_id', '=', meetingId)
    .where('agenda_items.no', '=', no)
    .select('agenda_items.id')
    .executeTakeFirstOrThrow(notFound)
  return item.id
}

async function onMandate(
  db: Db,
  meetingNo: number,
  key: string,
  act: (trx: Trx, meeting: { id: number; no: number }, mandate: Awaited<ReturnType<typeof mandateOf>>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const meeting = await lockMeeting(trx, meetingNo)
    refuseIf(whyNotMandate(meeting.state))
    await act(trx, meeting, await mandateOf(trx, meeting.id, key))
  })
}

const mandateOf = (trx: Trx, meetingId: number, key: string) =>
  trx
    .selectFrom('mandates')
    .where('meeting_id', '=', meetingId)
    .where('key', '=', key)
    .selectAll()
    .executeTakeFirstOrThrow(notFound)

/** The journal names the building of whoever gave the mandate; which door it is stands in the desk's list. */
async function tell(
  trx: Trx,
  { id, no }: { id: number; no: number },
  what: 'meeting.mandate_registered' | 'meeting.mandate_revoked' | 'meeting.mandate_struck' | 'meeting.mandate_void',
  principalId: number,
  by: By,
  at: Date,
): Promise<void> {
  const { rows } = await sql<{ building: string }>`
    select b.name as building from households h join buildings b on b.id = h.building_id where h.id = ${principalId}`.execute(
    trx,
  )
  const particulars = { building: rows[0]?.building ?? '' }
  await journal(trx, {
    subject: { kind: 'meeting', id, no },
    verb: what,
    by: { ...by, householdId: principalId },
    at,
    particulars,
  })
}
