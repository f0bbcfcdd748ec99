import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { placesLeft, whyNotChange, whyNotNote, whyNotSignUp } from './rules.ts'
import { lockGathering, type Person } from './store.ts'
import { countsOf, giveFreePlaces } from './waiting.ts'

/** 报名、签到: who says she will come, and who is there. */

export interface NewSignup {
  key: string
  householdId: number | null
  /** May be empty where a household is known. */
  name: string
  phone: string
  locale: Locale
}

type Gathering = Awaited<ReturnType<typeof lockGathering>>

/**
 * Puts somebody on the list and gives her private key; when all places are taken she waits in line for one. A household
 * is on it once; the same form twice is one.
 */
export async function signUp(
  db: Db,
  letterbox: Letterbox,
  no: number,
  signup: NewSignup,
  at: Date,
): Promise<{ key: string }> {
  return db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    const known = await signedUpBefore(trx, gathering, signup)
    if (known) return known
    refuseIf(whyNotSignUp(gathering))
    const waits = placesLeft({ ...gathering, ...(await countsOf(trx, gathering.id)) }) === 0
    const { id } = await addSignup(trx, letterbox, gathering, { ...signup, addedBy: null, arrivedAt: null, waits }, at)
    await journal(trx, {
      subject: { kind: 'gathering', id: gathering.id, no },
      verb: waits ? 'gathering.waits' : 'gathering.signedUp',
      by: { householdId: signup.householdId },
      at,
      particulars: { signup: id },
    })
    if (signup.phone) {
      const link = `${letterbox.home}/gatherings/${no}/signups/${signup.key}`
      const body = translator(signup.locale)(waits ? 'tell.waits' : 'tell.signedUp', { title: gathering.title, link })
      await tell(trx, letterbox, { dedupKey: `signedup:${id}`, phone: signup.phone, body })
    }
    return { key: signup.key }
  })
}

/** Takes her off the list, her number with her; her place goes to whoever waits first. Twice is once. */
export async function withdrawSignup(db: Db, letterbox: Letterbox, no: number, key: string, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    const signup = await signupIn(trx, gathering, key)
    if (signup.withdrawn_at) return
    refuseIf(whyNotChange(gathering) ?? (signup.arrived_at ? 'gatherings.hereAlready' : null))
    await trx
      .updateTable('gathering_signups')
      .set({ withdrawn_at: at, phone_sealed: null })
      .where('id', '=', signup.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'gathering', id: gathering.id, no },
      verb: 'gathering.signedOff',
      by: { householdId: signup.household_id },
      at,
      particulars: { signup: signup.id },
    })
    await giveFreePlaces(trx, letterbox, gathering, at)
  })
}

export type Arrival = { door: string; signup: NewSignup } | { by: Person; signup: NewSignup }

/**
 * Somebody is there: by the code on the wall (`door`), or written down at the desk (`by`). Who had signed up, as this
 * household or under this name, is that one; anybody else is new, whatever the places say. Gives her number.
 */
export async function arrive(
  db: Db,
  letterbox: Letterbox,
  no: number,
  arrival: Arrival,
  at: Date,
): Promise<{ nth: number }> {
  return db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    if ('door' in arrival && arrival.door !== gathering.door_key) throw notFound()
    refuseIf(whyNotNote(gathering))
    const { signup } = arrival
    const expected = await expectedAs(trx, gathering, signup)
    if (expected?.arrived_at) return expected
    const addedBy = 'by' in arrival ? arrival.by.personId : null
    const phone = signup.phone ? letterbox.vault.seal(letterbox.communityId, signup.phone) : null
    if (expected) {
      await trx
        .updateTable('gathering_signups')
        .set({ arrived_at: at, waiting_since: null, ...(phone && !expected.phone_sealed && { phone_sealed: phone }) })
        .where('id', '=', expected.id)
        .execute()
    }
    const here =
      expected ?? (await addSignup(trx, letterbox, gathering, { ...signup, addedBy, arrivedAt: at, waits: false }, at))
    await journal(trx, {
      subject: { kind: 'gathering', id: gathering.id, no },
      verb: 'gathering.arrived',
      by: addedBy === null ? { householdId: signup.householdId } : { personId: addedBy },
      at,
      particulars: { signup: here.id },
    })
    return here
  })
}

/** The desk sees somebody on the list come in. Twice is once. */
export async function tickArrival(db: Db, no: number, key: string, by: Person, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    const signup = await signupIn(trx, gathering, key)
    refuseIf(whyNotNote(gathering) ?? (signup.withdrawn_at ? 'gatherings.signedOff' : null))
    if (signup.arrived_at) return
    await trx
      .updateTable('gathering_signups')
      .set({ arrived_at: at, waiting_since: null })
      .where('id', '=', signup.id)
      .execute()
    const subject = { kind: 'gathering' as const, id: gathering.id, no }
    await journal(trx, { subject, verb: 'gathering.arrived', by, at, particulars: { signup: signup.id } })
  })
}

async function signupIn(trx: Trx, { id }: Gathering, key: string) {
  return trx
    .selectFrom('gathering_signups')
    .select(['id', 'household_id', 'arrived_at', 'withdrawn_at'])
    .where('key', '=', key)
    .where('gathering_id', '=', id)
    .executeTakeFirstOrThrow(notFound)
}

async function signedUpBefore(trx: Trx, { id }: Gathering, { key, householdId }: NewSignup) {
  const sent = await trx
    .selectFrom('gathering_signups')
    .select(['key', 'gathering_id'])
    .where('key', '=', key)
    .executeTakeFirst()
  refuseIf(sent && sent.gathering_id !== id ? 'error.malformed' : null)
  if (sent || householdId === null) return sent
  return trx
    .selectFrom('gathering_signups')
    .select(['key'])
    .where('gathering_id', '=', id)
    .where('household_id', '=', householdId)
    .where('withdrawn_at', 'is', null)
    .where('added_by', 'is', null)
    .executeTakeFirst()
}

/**
 * Who on the list this is: the same form again; the same household; without one, the same name that nobody has
 * answered to yet. Two of one name are two: the second to come in finds the first taken.
 */
async function expectedAs(trx: Trx, { id }: Gathering, { key, householdId, name }: NewSignup) {
  const among = trx
    .selectFrom('gathering_signups')
    .select(['id', 'nth', 'arrived_at', 'phone_sealed'])
    .where('gathering_id', '=', id)
    .where('withdrawn_at', 'is', null)
    .orderBy('nth')
    .limit(1)
  const again = await among.where('key', '=', key).executeTakeFirst()
  if (again) return again
  const elsewhere = await trx.selectFrom('gathering_signups').select('id').where('key', '=', key).executeTakeFirst()
  refuseIf(elsewhere ? 'gatherings.signedOff' : null)
  if (householdId !== null) {
    const theirs = among.where('household_id', '=', householdId)
    // At the desk two of one household may be two voices: then it is the name that tells them apart.
    return name === ''
      ? theirs.executeTakeFirst()
      : theirs.where('name', 'in', ['', name]).where('arrived_at', 'is', null).executeTakeFirst()
  }
  return among
    .where('household_id', 'is', null)
    .where('name', '=', name)
    .where('arrived_at', 'is', null)
    .executeTakeFirst()
}

async function addSignup(
  trx: Trx,
  letterbox: Letterbox,
  { id }: Gathering,
  signup: NewSignup & { addedBy: number | null; arrivedAt: Date | null; waits: boolean },
  at: Date,
) {
  const { nth } = await trx
    .selectFrom('gathering_signups')
    .select((eb) => sql<number>`coalesce(${eb.fn.max('nth')}, 0) + 1`.as('nth'))
    .where('gathering_id', '=', id)
    .executeTakeFirstOrThrow()
  return trx
    .insertInto('gathering_signups')
    .values({
      key: signup.key,
      gathering_id: id,
      nth,
      household_id: signup.householdId,
      name: signup.name,
      phone_sealed: signup.phone ? letterbox.vault.seal(letterbox.communityId, signup.phone) : null,
      locale: signup.locale,
      added_by: signup.addedBy,
      signed_at: at,
      arrived_at: signup.arrivedAt,
      waiting_since: signup.waits ? at : null,
    })
    .returning(['id', 'nth'])
    .executeTakeFirstOrThrow()
}
