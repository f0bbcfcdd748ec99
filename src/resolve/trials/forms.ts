import { z } from 'zod'
import { day, line, readForm, ticked } from '../../lib/http/forms.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import type { NewTrial } from './rules.ts'

const most = 1_000_000

/** A whole number as people type it; null: it is none, or out of bounds. */
function whole(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/[\s,]/g, '')
  return /^\d{1,7}$/.test(plain) && Number(plain) <= most ? Number(plain) : null
}

/** What the form of a resolution asks of a trial; nothing of it counts while the box is not ticked. */
export const trialFields = {
  trial: ticked,
  ends: z.string().max(20).default(''),
  metric: line({ max: 40 }),
  unit: line({ max: 12 }),
  target: z.string().max(20).default(''),
}

/** The trial somebody asked for, or what is wrong with it field by field; null: it is none. */
export function readTrialFields(body: unknown): { trial: NewTrial | null } | { errors: Record<string, MessageKey> } {
  const form = readForm(z.object(trialFields), body)
  if ('form' in form) return { errors: form.form.errors }
  const typed = form.data
  if (!typed.trial) return { trial: null }
  const target = whole(typed.target)
  const ends = day.safeParse(typed.ends)
  const errors: Record<string, MessageKey> = {
    ...(!ends.success && { ends: 'trials.ends.missing' as const }),
    ...(typed.metric === '' && { metric: 'trials.metric.missing' as const }),
    ...(typed.unit === '' && { unit: 'trials.unit.missing' as const }),
    ...(target === null && { target: 'trials.number' as const }),
  }
  if (!ends.success || target === null || Object.keys(errors).length > 0) return { errors }
  return { trial: { endsOn: ends.data, metric: typed.metric, unit: typed.unit, target } }
}

export const ReadingForm = z.object({
  day,
  value: z
    .string(says('trials.number'))
    .max(20, says('trials.number'))
    .transform((text, problem) => {
      const value = whole(text)
      if (value !== null) return value
      problem.addIssue({ code: 'custom', message: says('trials.number') })
      return z.NEVER
    }),
  note: line({ max: 120 }),
})
