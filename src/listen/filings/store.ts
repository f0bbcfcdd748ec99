import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, type MessageKey, translator, type Values } from '../../lib/i18n.ts'
import { type By, journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { groupCode, randomCode, sha256 } from '../../lib/tokens.ts'
import type { Channel } from '../issues/rules.ts'

/** Working days until the desk has decided what becomes of a filing (domain 3.2, row 1). */
export const triageDays = 1
const codeLength = 16

export interface NewFiling {
  channel: Channel
  words: string
  place: string
  buildingId: number | null
  householdId: number | null
  surname: string
  nameShown: boolean
  phone: string
  locale: Locale
  visitId?: number
  gatheringId?: number
  /** The volunteer or member of staff who wrote it down; null: the person herself. */
  recordedBy: number | null
  photoKey?: string
}

/** Takes in one person's own words and gives what she needs to follow them. Nobody edits them afterwards. */
export async function takeFiling(trx: Trx, letterbox: Letterbox, filing: NewFiling, by: By, at: Date) {
  const code = randomCode(codeLength)
  const row = await trx
    .insertInto('filings')
    .values({
      channel: filing.channel,
      words: filing.words,
      place: filing.place,
      building_id: filing.buildingId,
      household_id: filing.householdId,
      surname: filing.surname,
      name_shown: filing.nameShown,
      phone_sealed: filing.phone ? letterbox.vault.seal(letterbox.communityId, filing.phone) : null,
      locale: filing.locale,
      code_sha256: sha256(code),
      code_sealed: letterbox.vault.seal(letterbox.communityId, code),
      visit_id: filing.visitId ?? null,
      gathering_id: filing.gatheringId ?? null,
      recorded_by: filing.recordedBy,
      filed_at: at,
      due_on: workingDayAfter(at, triageDays),
    })
    .returning(['id', 'key', 'no', 'due_on'])
    .executeTakeFirstOrThrow()
  if (filing.photoKey) {
    await trx
      .updateTable('photos')
      .set({ filing_id: row.id })
      .where('key', '=', filing.photoKey)
      .where('filing_id', 'is', null)
      .execute()
  }
  await journal(trx, {
    subject: { kind: 'filing', id: row.id, no: row.no },
    verb: 'filing.submitted',
    became: 'submitted',
    by,
    at,
    particulars: { channel: filing.channel },
  })
  if (filing.phone) {
    const t = translator(filing.locale)
    const body = t('tell.filed', { no: row.no, link: trackingLink(letterbox, code) })
    await tell(trx, letterbox, { dedupKey: `filed:${row.id}`, phone: filing.phone, body })
  }
  return { ...row, code }
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
    .select(['id', 'locale', 'phone_sealed', 'code_sealed'])
    .where('issue_id', 'in', issueIds)
    .where('phone_sealed', 'is not', null)
    .execute()
  for (const filer of filers) await tellFiler(trx, letterbox, filer, `${about}:${filer.id}`, key, values)
}

export interface Filer {
  id: number
  locale: Locale
  phone_sealed: Buffer | null
  code_sealed: Buffer
}

/** Tells one filer, if she left a phone. */
export async function tellFiler(
  trx: Trx,
  letterbox: Letterbox,
  filer: Filer,
  dedupKey: string,
  key: MessageKey,
  values: Values = {},
) {
  if (!filer.phone_sealed) return
  const code = letterbox.vault.open(letterbox.communityId, filer.code_sealed)
  const body = translator(filer.locale)(key, { ...values, link: trackingLink(letterbox, code) })
  const phone = letterbox.vault.open(letterbox.communityId, filer.phone_sealed)
  await tell(trx, letterbox, { dedupKey, phone, body })
}

/** The filing a tracking code opens; null for any other code. */
export async function filingByCode(db: Db, code: string) {
  const row = await db.selectFrom('filings').selectAll().where('code_sha256', '=', sha256(code)).executeTakeFirst()
  return row ?? null
}
