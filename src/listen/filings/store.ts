import { sql } from 'kysely'
import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, type MessageKey, translator, type Values } from '../../lib/i18n.ts'
import { type By, journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { groupCode, randomCode, sha256 } from '../../lib/tokens.ts'
import type { Category, Channel } from '../issues/rules.ts'
import { tellFollowers } from '../subscriptions/store.ts'
import { triageDays } from './rules.ts'

export const codeLength = 16

export interface NewFiling {
  /** Made by the form: sent twice, it is one filing and one answer. Left out: the database makes one. */
  key?: string
  channel: Channel
  words: string
  place: string
  buildingId: number | null
  householdId: number | null
  surname: string
  nameShown: boolean
  phone: string
  /** She left it with somebody else, to be called back: it may be called, no message goes to it. */
  quiet?: boolean
  locale: Locale
  visitId?: number
  gatheringId?: number
  /** The volunteer or member of staff who wrote it down; null: the person herself. */
  recordedBy: number | null
  photoKey?: string
  /** What whoever wrote it down took it for; the desk decides. */
  topic?: Category | null
  /** Whoever calls tells her in a message of its own. */
  toldElsewhere?: true
}

/** Takes in one person's own words and gives what she needs to follow them. Nobody edits them afterwards. */
export async function takeFiling(trx: Trx, letterbox: Letterbox, filing: NewFiling, by: By, at: Date) {
  const code = randomCode(codeLength)
  const row = await trx
    .insertInto('filings')
    .values({
      ...(filing.key !== undefined && { key: filing.key }),
      channel: filing.channel,
      words: filing.words,
      place: filing.place,
      building_id: filing.buildingId,
      household_id: filing.householdId,
      surname: filing.surname,
      name_shown: filing.nameShown,
      phone_sealed: filing.phone ? letterbox.vault.seal(letterbox.communityId, filing.phone) : null,
      phone_quiet: filing.quiet ?? false,
      locale: filing.locale,
      code_sha256: sha256(code),
      code_sealed: letterbox.vault.seal(letterbox.communityId, code),
      visit_id: filing.visitId ?? null,
      gathering_id: filing.gatheringId ?? null,
      recorded_by: filing.recordedBy,
      topic: filing.topic ?? null,
      filed_at: at,
      due_on: workingDayAfter(at, triageDays),
    })
    .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
    .returning(['id', 'key', 'no', 'due_on'])
    .executeTakeFirst()
  if (!row) return takenBefore(trx, letterbox, filing)
  await attachPhoto(trx, row.id, filing.photoKey)
  await journal(trx, {
    subject: { kind: 'filing', id: row.id, no: row.no },
    verb: 'filing.submitted',
    became: 'submitted',
    by,
    at,
    particulars: { channel: filing.channel },
  })
  if (filing.phone && !filing.quiet && !filing.toldElsewhere) {
    const t = translator(filing.locale)
    const body = t('tell.filed', { no: row.no, link: trackingLink(letterbox, code) })
    await tell(trx, letterbox, { dedupKey: `filed:${row.id}`, phone: filing.phone, body })
  }
  return { ...row, code }
}

/** A double tap, or a phone that tried again because the answer got lost: what the same form made the first time. */
async function takenBefore(trx: Trx, { communityId, vault }: Letterbox, { key = '', photoKey }: NewFiling) {
  const { code_sealed, ...row } = await trx
    .selectFrom('filings')
    .select(['id', 'key', 'no', 'due_on', 'code_sealed'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  await attachPhoto(trx, row.id, photoKey)
  return { ...row, code: vault.open(communityId, code_sealed) }
}

/** One photo a filing: also one that was forgotten at the first try, never a second one. */
async function attachPhoto(trx: Trx, filingId: number, key: string | undefined): Promise<void> {
  if (key === undefined) return
  await trx
    .updateTable('photos')
    .set({ filing_id: filingId })
    .where('key', '=', key)
    .where('filing_id', 'is', null)
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('photos as other').select('id').where('other.filing_id', '=', filingId))),
    )
    .execute()
}

/** The address a filer follows her matter at; what it opens is hers alone. */
export const trackingLink = (letterbox: Pick<Letterbox, 'home'>, code: string): string =>
  `${letterbox.home}/track/${groupCode(code)}`

/**
 * Tells every filer of these issues who left a phone, each in her own language with her own link; `{link}` is hers.
 * `about` makes the message's stable id: the same thing is told once, however often it is tried.
 */
export async function tellFilers(
  trx: Trx,
  letterbox: Letterbox,
  issueIds: number[],
  about: string,
  key: MessageKey,
  values: Values = {},
) {
  if (issueIds.length === 0) return
  const filers = await trx
    .selectFrom('filings')
    .select(['id', 'locale', 'phone_sealed', 'phone_quiet', 'code_sealed'])
    // What was put into these matters is part of them.
    .where(
      sql<boolean>`issue_id in (select i.id from issues i where i.id = any(${issueIds}) or i.merged_into = any(${issueIds}))`,
    )
    .where('state', '=', 'accepted')
    .where('phone_sealed', 'is not', null)
    .execute()
  for (const filer of filers) await tellFiler(trx, letterbox, filer, `${about}:${filer.id}`, key, values)
  await tellFollowers(trx, letterbox, issueIds, about)
}

export interface Filer {
  id: number
  locale: Locale
  phone_sealed: Buffer | null
  phone_quiet: boolean
  code_sealed: Buffer
}

/** Tells one filer, if she left us a phone to be written to. */
export async function tellFiler(
  trx: Trx,
  letterbox: Letterbox,
  filer: Filer,
  dedupKey: string,
  key: MessageKey,
  values: Values = {},
) {
  if (!filer.phone_sealed || filer.phone_quiet) return
  const code = letterbox.vault.open(letterbox.communityId, filer.code_sealed)
  const body = translator(filer.locale)(key, { ...values, link: trackingLink(letterbox, code) })
  const phone = letterbox.vault.open(letterbox.communityId, filer.phone_sealed)
  await tell(trx, letterbox, { dedupKey, phone, body })
}

/** The filing a tracking code opens; null for any other code. `code` as readCode gives it. */
export async function filingByCode(db: Db, code: string) {
  if (code.length !== codeLength) return null
  const row = await db.selectFrom('filings').selectAll().where('code_sha256', '=', sha256(code)).executeTakeFirst()
  return row ?? null
}

interface Said {
  filingId: number
  /** Who of the desk wrote it; null: the filer. */
  personId: number | null
  words: string
  at: Date
}

/** Adds to a filing's thread, whose row the caller has locked. Null: the last thing said was just this, by the same. */
export async function addMessage(trx: Trx, { filingId, personId, words, at }: Said): Promise<number | null> {
  const last = await trx
    .selectFrom('filing_messages')
    .select(['words', 'person_id'])
    .where('filing_id', '=', filingId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last && last.person_id === personId && last.words === words) return null
  const { id } = await trx
    .insertInto('filing_messages')
    .values({ filing_id: filingId, person_id: personId, words, at })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
