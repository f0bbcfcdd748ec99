import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiDay } from '../../lib/calendar.ts'
import { type Form, filled, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { mayReport } from '../resolutions/rules.ts'
import { ReadingForm } from './forms.ts'
import { type TrialShown, trialOf } from './reads.ts'
import { whyNotRead } from './rules.ts'
import { readTrial } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/trials/show': { trial: TrialShown; mayRead: boolean; form: Form }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 试行: what was measured while a decision is on trial, and the box its owner writes the next number in. */
export const trials: Slice = (app, { clock }) => {
  app.get('/resolutions/:no/trial', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    show(req, reply, req.params.no, filled({ day: shanghaiDay(clock()) })),
  )

  app.post(
    '/resolutions/:no/readings',
    { schema: byNo, config: { who: 'anyone', form: ReadingForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(ReadingForm, req.body)
      if ('form' in input) return show(req, reply, no, input.form)
      const trial = await trialOf(req.db, no, clock())
      if (!trial) throw notFound()
      const wrong = may(req, trial) ? whyNotRead(trial, input.data.day, clock()) : null
      if (wrong) return show(req, reply, no, { values: typed(req.body), errors: { day: wrong } })
      await readTrial(req.db, no, input.data, req.me, clock())
      return reply.goto(`/resolutions/${no}/trial`)
    },
  )

  async function show(req: FastifyRequest, reply: FastifyReply, no: number, form: Form) {
    const trial = await trialOf(req.db, no, clock())
    if (!trial) throw notFound()
    const wrong = Object.keys(form.errors).length > 0
    if (wrong && !may(req, trial)) throw new Refusal('error.notAllowed', 403)
    if (wrong) reply.code(422)
    return reply.page('resolve/trials/show', { trial, mayRead: may(req, trial) && trial.endedAs === null, form })
  }
}

const may = ({ me }: FastifyRequest, { seatId, personId }: TrialShown): boolean =>
  mayReport(me, { seat_id: seatId, person_id: personId })
