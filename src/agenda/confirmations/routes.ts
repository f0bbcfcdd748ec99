import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { comingPage, type SeatComing } from './reads.ts'
import { counted, faultsOf, whyNotAnswer } from './rules.ts'
import { answerForSeat } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/confirmations/show': {
      meeting: Awaited<ReturnType<typeof comingPage>>
      /** Those the viewer may answer for: her own, or at the desk all of them. */
      seats: SeatComing[]
      counts: ReturnType<typeof counted<SeatComing>>
      why: ReturnType<typeof whyNotAnswer>
      desk: boolean
      /** The seat whose form was wrong. */
      wrong: number | null
      form: Form
    }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const holder = z.preprocess((value) => (value === '' || value === undefined ? null : value), number.nullable())
const AnswerForm = z.object({
  seat: number,
  coming: z.enum(['yes', 'no'], says('confirmations.coming.missing')),
  person: holder,
  alternate: holder,
  standIn: line({ max: 40 }),
})

/** 席位回执: a seat says on its own page whether it comes; the desk does so for whoever phones. */
export const confirmations: Slice = (app, { clock }) => {
  app.get('/meetings/:no/coming', { schema: byNo, config: { who: 'seat' } }, async (req, reply) =>
    page(req, reply, false, blank),
  )
  app.get('/desk/meetings/:no/coming', { schema: byNo, config: { who: desk } }, async (req, reply) =>
    page(req, reply, true, blank),
  )
  app.post('/meetings/:no/coming', { schema: byNo, config: { who: 'seat', form: AnswerForm } }, async (req, reply) =>
    answer(req, reply, false),
  )
  app.post('/desk/meetings/:no/coming', { schema: byNo, config: { who: desk, form: AnswerForm } }, async (req, reply) =>
    answer(req, reply, true),
  )

  async function answer(req: FastifyRequest, reply: FastifyReply, atDesk: boolean) {
    const { no } = req.params as { no: number }
    const input = readForm(AnswerForm, req.body)
    if ('form' in input) return page(req, reply.code(422), atDesk, input.form)
    const { seat: seatId, coming, person, alternate, standIn } = input.data
    if (!atDesk && !req.me.seatIds.includes(seatId)) throw new Refusal('error.notAllowed', 403)
    const { seats } = await comingPage(req.db, no)
    const seat = seats.find(({ id }) => id === seatId)
    if (!seat) throw notFound()
    const said = { coming: coming === 'yes', personId: person, alternateId: alternate, standIn }
    const errors = faultsOf(said, { vacant: seat.vacant, holders: seat.holders.map(({ id }) => id) })
    if (Object.keys(errors).length > 0) return page(req, reply.code(422), atDesk, { values: typed(req.body), errors })
    await answerForSeat(req.db, no, seatId, said, { personId: req.me.personId }, clock())
    return reply.goto(`${atDesk ? '/desk' : ''}/meetings/${no}/coming`)
  }

  async function page(req: FastifyRequest, reply: FastifyReply, atDesk: boolean, form: Form) {
    const meeting = await comingPage(req.db, (req.params as { no: number }).no)
    if (meeting.state === 'draft' && !atDesk) throw notFound()
    return reply.page('agenda/confirmations/show', {
      meeting,
      seats: meeting.seats.filter(({ id }) => atDesk || req.me.seatIds.includes(id)),
      counts: counted(meeting.seats),
      why: whyNotAnswer(meeting.state),
      desk: atDesk,
      wrong: number.safeParse(form.values.seat).data ?? null,
      form,
    })
  }
}
