import { z } from 'zod'
import { line } from '../../lib/http/forms.ts'

const many = z.union([z.string().max(20), z.array(z.string().max(20)).max(12)]).optional()
/** A paper in whatever kind of rule; what stands on it is read with the ballot beside it (answers.ts). */
export const marks = {
  choice: z.string().max(20).optional(),
  pick: many,
  place: many,
  points: many,
  reason: line({ max: 200 }),
}
