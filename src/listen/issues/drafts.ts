import { z } from 'zod'
import { line, said, ticked } from '../../lib/http/forms.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { categories } from './rules.ts'
import { whyNotPublic } from './wording.ts'

/** Fields that more than one of the desk's forms has. */

interface Listed {
  id: number
}
export interface Listing {
  buildings: readonly Listed[]
  seats: readonly Listed[]
}

/** For the route table, which shows a form before anything is on offer. */
export const noOffers: Listing = { buildings: [], seats: [] }

/** A field everybody will read: refused where it gives somebody away. */
export const open = <S extends z.ZodType<string>>(text: S) =>
  text.superRefine((value, problem) => {
    const reason = whyNotPublic(value)
    if (reason) problem.addIssue({ code: 'custom', message: reason })
  })

/** One of the rows on offer, by its id; or none. */
export const among = (rows: readonly Listed[]) =>
  z
    .string(says('form.wrong'))
    .default('')
    .refine((value) => value === '' || rows.some(({ id }) => String(id) === value), says('form.wrong'))
    .transform((value) => (value === '' ? null : Number(value)))

const missing: MessageKey = 'texts.title.missing'

export const wordingFields = {
  title: open(line({ max: 60, min: 4, missing })),
  body: open(said({ max: 1000 })),
}

export const factFields = ({ buildings, seats }: Listing) => ({
  category: z.enum(categories, says('issues.category.missing')),
  place: open(line({ max: 40 })),
  buildingId: among(buildings),
  seatId: among(seats),
  safety: ticked,
  frail: ticked,
})

export const draftFields = (offers: Listing) => ({ ...wordingFields, ...factFields(offers) })
