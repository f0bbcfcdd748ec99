import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import type { Clerk } from '../issues/rules.ts'
import { declineFiling } from './decisions.ts'
import { reasons } from './rules.ts'
import { undoDecision } from './undo.ts'

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }

const picked = z.preprocess((value) => [value ?? []].flat(), z.array(number).min(1, says('selection.none')).max(50))
const Selection = z.object({
  no: picked,
  reason: z.enum(reasons, says('triage.reason.missing')),
  kindly: said({ max: 500, min: 2, missing: 'triage.kindly.missing' }),
})

/** What makes twenty matters in ten minutes possible: one answer to several at once, and a minute to take it back. */
export const swift: Slice = (app, { clock }) => {
  app.post('/desk/triage/:no/undo', { schema: byNo, config: { who: desk } }, async (req, reply) => {
    await undoDecision(req.db, req.letterbox, { no: req.params.no, clerk: clerk(req), at: clock() })
    return reply.goto(`/desk/triage/${req.params.no}`)
  })

  // One transaction each: what somebody else decided meanwhile is left as it is, the others are done.
  app.post('/desk/triage/selection', { config: { who: desk, form: Selection } }, async (req, reply) => {
    const input = readForm(Selection, req.body)
    if ('form' in input) {
      const [first] = Object.keys(input.form.errors)
      return reply.goto(`/desk/triage?wrong=${first === 'no' ? 'none' : first === 'reason' ? 'reason' : 'words'}`)
    }
    const { no: nos, reason, kindly } = input.data
    let left = 0
    for (const no of nos) {
      const decision = { no, seen: 'submitted' as const, clerk: clerk(req), at: clock() }
      const done = await declineFiling(req.db, req.letterbox, decision, { reason, words: kindly }).then(
        () => true,
        (error: { status?: number }) => {
          if (error.status === undefined) throw error
          return false
        },
      )
      if (!done) left++
    }
    return reply.goto(`/desk/triage?declined=${nos.length - left}${left ? `&left=${left}` : ''}`)
  })

  const clerk = ({ me }: FastifyRequest): Clerk => ({ personId: me.personId ?? 0, chair: me.roles.includes('chair') })
}
