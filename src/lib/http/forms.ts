import { z } from 'zod'
import { isMessage, type MessageKey, says } from '../i18n.ts'

/** What a form template needs to show itself again: what was typed, and which message belongs to which field. */
export interface Form {
  values: Record<string, string>
  errors: Record<string, MessageKey>
}

export const blank: Form = { values: {}, errors: {} }

/** The form as it stands before anybody typed: with these values already there. */
export const filled = (values: Record<string, string>): Form => ({ values, errors: {} })

/** Reads a posted form, or gives it back with what was typed and one message a field. */
export function readForm<S extends z.ZodType>(schema: S, body: unknown): { data: z.output<S> } | { form: Form } {
  const result = schema.safeParse(body ?? {})
  if (result.success) return { data: result.data }
  const errors: Form['errors'] = {}
  for (const issue of result.error.issues) {
    const field = String(issue.path[0] ?? '')
    errors[field] ??= isMessage(issue.message) ? issue.message : 'form.wrong'
  }
  return { form: { values: typed(body), errors } }
}

/** The fields a person typed, as texts; whatever else a request carried is dropped. */
export function typed(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

// Control characters, bidi overrides that make text lie about itself, and halves of surrogate pairs (trust 4.9).
const forbidden = /[[\p{Cc}--[\t\n]]\p{Bidi_Control}\p{Noncharacter_Code_Point}\u{feff}]/v

interface Said {
  max: number
  /** Shown when nothing was written; left out: the field may stay empty. */
  missing?: MessageKey
  min?: number
}

/**
 * What somebody wrote in one field: NFC, trimmed, at most `max` characters, and never a
 * compatibility form (NFKC would turn full-width brackets into real ones, trust 4.9).
 */
export function said({ max, missing, min = missing ? 1 : 0 }: Said) {
  return z
    .string(says(missing ?? 'form.wrong'))
    .default('')
    .transform((text) => text.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .superRefine((text, problem) => {
      const complain = (message: MessageKey) => problem.addIssue({ code: 'custom', message })
      if (text.length > max * 8) return complain('form.long')
      if (forbidden.test(text) || !text.isWellFormed()) return complain('form.characters')
      // Code points, as the database's own limits count: a letter with its marks must not pass here and fail there.
      if (text.length > max && [...text].length > max) return complain('form.long')
      if (text.length < min) return complain(missing ?? 'form.missing')
    })
}

/** One line: as `said`, and line breaks become blanks. */
export const line = (rule: Said) => said(rule).transform((text) => text.replace(/\s*\n\s*/g, ' '))

/** A ticked box sends 'on' (or any value), an unticked one sends nothing. */
export const ticked = z.preprocess((value) => value !== undefined && value !== '', z.boolean())

/** A mainland mobile or a landline, or nothing; blanks and dashes are ours to remove. */
export const phone = z
  .string()
  .default('')
  .transform((text) => text.normalize('NFC').replace(/[\s-]/g, ''))
  .refine(
    (text) => text === '' || /^(?:\+?86)?1[3-9]\d{9}$/.test(text) || /^0?\d{7,12}$/.test(text),
    says('form.phone'),
  )

/** Whether a day exists: a calendar rolls the 30th of February over into March. */
const exists = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day

/** A day from a date field, 'YYYY-MM-DD', one that exists. */
export const day = z
  .string(says('form.date'))
  .refine((text) => /^\d{4}-\d\d-\d\d$/.test(text) && exists(text), says('form.date'))

/** A moment from a datetime-local field, read as Shanghai time. */
export const moment = z
  .string(says('form.date'))
  .refine(
    (text) =>
      /^20\d\d-\d\d-\d\dT\d\d:\d\d$/.test(text) &&
      exists(text.slice(0, 10)) &&
      !Number.isNaN(Date.parse(`${text}:00+08:00`)),
    says('form.date'),
  )
  .transform((text) => new Date(`${text}:00+08:00`))

/** A row's number or id in a form or an address: small, positive, whole. */
export const number = z.coerce.number().int().min(1).max(2_000_000_000)

/** Ids that were ticked, none to two hundred; one alone comes as no list. */
export const numbers = z.preprocess((value) => [value ?? []].flat(), z.array(number).max(200))
