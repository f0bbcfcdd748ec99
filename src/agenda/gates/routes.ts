import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, day, type Form, number, readForm, said, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { gatesPage } from './reads.ts'
import { faultsOf, gates, isCounted, whyNotRecord } from './rules.ts'
import { recordGate } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/gates/show': {
      item: Awaited<ReturnType<typeof gatesPage>>
      gates: readonly {
        gate: (typeof gates)[number]
        counted: boolean
        why: ReturnType<typeof whyNotRecord>
      }[]
      /** The stage whose form stands open: the next that may be recorded; null: none. */
      open: (typeof gates)[number] | null
      form: Form
    }
  }
}

const who = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const heads = z.preprocess(
  (value) => (value === '' || value === undefined ? null : value),
  z.coerce
    .number(says('gates.number'))
    .int(says('gates.number'))
    .min(0, says('gates.number'))
    .max(99_999, says('gates.number'))
    .nullable(),
)
const GateForm = z.object({
  gate: z.enum(gates),
  heldOn: day,
  due: heads,
  attended: heads,
  yes: heads,
  note: said({ max: 200 }),
})

/** 四议两公开: the stages of an item, recorded one after the other. */
export const gateSlice: Slice = (app, { clock }) => {
  app.get('/desk/agenda/:no/gates', { schema: byNo, config: { who } }, async (req, reply) => page(req, reply, blank))

  app.post('/desk/agenda/:no/gates', { schema: byNo, config: { who, form: GateForm } }, async (req, reply) => {
    const input = readForm(GateForm, req.body)
    if ('form' in input) return page(req, reply.code(422), input.form)
    const errors = faultsOf(input.data.gate, input.data)
    if (Object.keys(errors).length > 0) return page(req, reply.code(422), { values: typed(req.body), errors })
    await recordGate(req.db, req.params.no, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}/gates`)
  })

  async function page(req: FastifyRequest, reply: FastifyReply, form: Form) {
    const { no } = req.params as { no: number }
    const item = await gatesPage(req.db, no)
    const lines = gates.map((gate) => ({
      gate,
      counted: isCounted(gate),
      why: whyNotRecord(gate, item.recorded, item.adopted),
    }))
    const asked = lines.find(({ gate }) => gate === form.values.gate)
    const next = lines.find(({ gate, why }) => !why && !item.recorded.some((one) => one.gate === gate && one.passed))
    return reply.page('agenda/gates/show', { item, gates: lines, open: (asked ?? next)?.gate ?? null, form })
  }
}
