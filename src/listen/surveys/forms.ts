import { z } from 'zod'
import { day, line, number, said, ticked } from '../../lib/http/forms.ts'
import { says } from '../../lib/i18n.ts'
import type { NewQuestion } from './drafting.ts'
import { audiences, kinds, limits, type Skip } from './rules.ts'

/** The forms of the survey builder, and what they mean. */

const several = (value: unknown) => (value === undefined ? [] : [value].flat())
export const ids = z.preprocess(several, z.array(number).max(200))

export const HeadForm = z.object({
  title: line({ max: 80, missing: 'surveys.title.missing' }),
  why: said({ max: 500, missing: 'surveys.why.missing' }),
  closes_on: day,
  audience: z.enum(audiences, says('surveys.audience.missing')),
  buildings: ids,
})
export const NewForm = HeadForm.extend({ key: z.uuid(says('surveys.key.wrong')) })

const most = z.preprocess(
  (value) => (value === '' || value === undefined ? null : value),
  z.coerce.number(says('surveys.most.wrong')).int(says('surveys.most.wrong')).nullable(),
)
const fields = z.object({
  kind: z.enum(kinds, says('surveys.kind.missing')),
  words: line({ max: 200, missing: 'surveys.ask.missing' }),
  options: said({ max: 70 * limits.options }).transform((text) =>
    text
      .split('\n')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
  most,
  low: line({ max: 30 }),
  high: line({ max: 30 }),
  by_building: ticked,
  to: z.preprocess(several, z.array(z.string().max(12)).max(limits.options)),
})
type Fields = z.output<typeof fields>

const fitting = (one: Fields, problem: z.RefinementCtx<Fields>) => {
  const complain = (path: string, message: string) => problem.addIssue({ code: 'custom', path: [path], message })
  const { kind, options } = one
  if (kind === 'single' || kind === 'multiple') {
    const right = options.length >= 2 && options.length <= limits.options && new Set(options).size === options.length
    if (!right || options.some((option) => [...option].length > 60)) complain('options', says('surveys.options.wrong'))
  }
  const [least, highest] = kind === 'scale' ? [3, 10] : [2, options.length]
  const wrong = one.most !== null && (one.most < least || one.most > highest)
  if (wrong && (kind === 'multiple' || kind === 'scale')) complain('most', says('surveys.most.wrong'))
  if (kind === 'scale' && one.low === '') complain('low', says('surveys.ends.missing'))
  if (kind === 'scale' && one.high === '') complain('high', says('surveys.ends.missing'))
}
export const EditForm = fields.superRefine(fitting)
export const QuestionForm = fields.extend({ key: z.uuid(says('surveys.key.wrong')) }).superRefine(fitting)

export function questionOf({ kind, words, options, most, low, high, by_building }: Fields): NewQuestion {
  const own = { kind, words, by_building }
  if (kind === 'text') return { ...own, options: [], most: null }
  if (kind === 'scale') return { ...own, options: [low, high], most: most ?? 5 }
  return { ...own, options, most: kind === 'multiple' ? most : null }
}

/** One select a choice, in their order: '' goes on, 'end' ends, and a number is the id of a question. */
export function skipsOf({ to }: Pick<Fields, 'to'>): Skip[] {
  return to.flatMap((value, at) => {
    if (value === '') return []
    return [{ choice: at + 1, to: value === 'end' ? null : /^\d{1,9}$/.test(value) ? Number(value) : 0 }]
  })
}

const quota = z.preprocess(
  (value) => (value === '' ? null : value),
  z.coerce
    .number(says('surveys.quotas.wrong'))
    .int()
    .min(1, says('surveys.quotas.wrong'))
    .max(5_000, says('surveys.quotas.wrong'))
    .nullable(),
)
/** Buildings and numbers come side by side, one of each for every building. */
export const QuotaForm = z.object({
  building: ids,
  wanted: z.preprocess(several, z.array(quota).max(200)),
  stop: ticked,
})

/** What stood beside each building when its form came back, and which of it is no number of households. */
export function typedQuotas(body: unknown): Map<number, { typed: string; wrong: boolean }> {
  const { building, wanted } = (body ?? {}) as { building?: unknown; wanted?: unknown }
  const values = several(wanted)
  return new Map(
    several(building).map((id, at) => {
      const typed = typeof values[at] === 'string' ? values[at] : ''
      return [Number(id), { typed, wrong: !quota.safeParse(typed).success }]
    }),
  )
}

export const ReleaseForm = z.object({
  voice: number,
  question: number,
  words: said({ max: limits.words, missing: 'surveys.words.missing' }),
  looked: ticked,
})
export const TakeBackForm = z.object({ voice: number, question: number })
export const PurposeForm = z.object({ purpose: line({ max: 200, missing: 'surveys.raw.missing' }) })
