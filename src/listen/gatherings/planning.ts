import { z } from 'zod'
import { shanghaiMinute } from '../../lib/calendar.ts'
import { type Form, filled, line, moment, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { callOffGathering, changeGathering } from './changes.ts'
import { planOf } from './reads.ts'
import { places } from './routes.ts'
import { whyNotCallOff, whyNotChange } from './rules.ts'

type Plan = Awaited<ReturnType<typeof planOf>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/gatherings/plan': {
      gathering: Plan
      why: MessageKey | null
      whyNotCallOff: MessageKey | null
      form: Form
      /** Of the form that calls it off. */
      off: Form
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const PlanForm = z.object({
  held_at: moment,
  place: line({ max: 40 }),
  places,
  seen: number,
})
const OffForm = z.object({ why: line({ max: 200, missing: 'gatherings.why.missing' }) })

/** 改期、取消: what happens to an invitation before its evening. */
export const planning: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const

  app.get('/desk/gatherings/:no/plan', { schema: byNo, config: { who } }, async (req, reply) =>
    reply.page('listen/gatherings/plan', planPage(await planOf(req.db, req.params.no))),
  )

  app.post('/desk/gatherings/:no/plan', { schema: byNo, config: { who, form: PlanForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(PlanForm, req.body)
    if ('form' in input) {
      return reply.code(422).page('listen/gatherings/plan', planPage(await planOf(req.db, no), { form: input.form }))
    }
    const { held_at: heldAt, ...change } = input.data
    await changeGathering(req.db, req.letterbox, no, { ...change, heldAt }, mine(req.me.personId), clock())
    return reply.goto(`/desk/gatherings/${no}`)
  })

  app.post(
    '/desk/gatherings/:no/cancellation',
    { schema: byNo, config: { who, form: OffForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(OffForm, req.body)
      if ('form' in input) {
        return reply.code(422).page('listen/gatherings/plan', planPage(await planOf(req.db, no), { off: input.form }))
      }
      await callOffGathering(req.db, req.letterbox, no, input.data.why, mine(req.me.personId), clock())
      return reply.goto(`/desk/gatherings/${no}`)
    },
  )

  function planPage(gathering: Plan, forms: { form?: Form; off?: Form } = {}) {
    const { held_at: at, place, places, rev } = gathering
    const values = { held_at: shanghaiMinute(at), place, places: String(places ?? ''), seen: String(rev) }
    return {
      gathering,
      why: whyNotChange(gathering),
      whyNotCallOff: whyNotCallOff(gathering, gathering.voices),
      form: forms.form ?? filled(values),
      off: forms.off ?? filled({}),
    }
  }
}

function mine(personId: number | null): { personId: number } {
  if (personId === null) throw notFound()
  return { personId }
}
