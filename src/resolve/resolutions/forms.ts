import { z } from 'zod'
import { day, line, said } from '../../lib/http/forms.ts'
import { says } from '../../lib/i18n.ts'
import { trialFields } from '../trials/forms.ts'
import { readSteps } from './rules.ts'

/** A seat and a person of it, chosen in one list: "4-17". */
const owner = z
  .string(says('resolutions.owner.missing'))
  .regex(/^[1-9]\d{0,8}-[1-9]\d{0,8}$/, says('resolutions.owner.missing'))
  .transform((text) => text.split('-').map(Number) as [seatId: number, personId: number])

const steps = said({ max: 1000 }).transform((text, problem) => {
  const read = readSteps(text)
  if ('steps' in read) return read.steps
  problem.addIssue({ code: 'custom', message: read.wrong })
  return z.NEVER
})

export const ResolutionForm = z.object({
  text: line({ max: 200, missing: 'resolutions.text.missing' }),
  owner,
  due: day,
  steps,
  ...trialFields,
})

export const UpdateForm = z.object({ words: said({ max: 500, missing: 'resolutions.update.missing' }) })
export const StepForm = z.object({ evidence: said({ max: 500, missing: 'resolutions.step.missing' }) })
export const ClaimForm = z.object({ evidence: said({ max: 1000, missing: 'resolutions.evidence.missing' }) })
export const RecallForm = z.object({ reason: said({ max: 300, missing: 'resolutions.recall.missing' }) })
