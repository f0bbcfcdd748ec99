import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Form, filled, line, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { readDoor } from '../attendance/rules.ts'
import { householdAt } from '../attendance/store.ts'
import { mandateByKey, mandatesOf } from './reads.ts'
import { whyNotMandate } from './rules.ts'
import { MandateRefused, registerMandate, revokeMandate, strikeMandate } from './store.ts'

type Card = Awaited<ReturnType<typeof mandateByKey>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/mandates/index': {
      meeting: Awaited<ReturnType<typeof mandatesOf>>
      whyNot: ReturnType<typeof whyNotMandate>
      form: Form
    }
    'agenda/mandates/show': Card
    'agenda/mandates/card': Card & { link: string }
  }
}

const config = { who: ['staff', 'chair'] } as const
const byNo = z.object({ slug: z.string(), no: number })
const one = z.object({ slug: z.string(), no: number, key: z.uuid() })
const door = line({ max: 30, missing: 'attendance.door.missing' })
const MandateForm = z.object({
  principal: door,
  holder: door,
  item: z.union([z.literal('').transform(() => null), number], says('error.malformed')).default(null),
  seenBy: line({ max: 30, missing: 'mandates.seenBy.missing' }),
  key: z.uuid(says('error.malformed')),
})

/** 委托: written mandates at the meeting's desk, and the card that says who speaks for whom. */
export const mandates: Slice = (app, { clock }) => {
  app.get('/desk/meetings/:no/mandates', { schema: { params: byNo }, config }, (req, reply) =>
    page(req, reply, req.params.no, filled({ seenBy: req.me.name })),
  )

  app.post(
    '/desk/meetings/:no/mandates',
    { schema: { params: byNo }, config: { ...config, form: MandateForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(MandateForm, req.body)
      if ('form' in input) return page(req, reply.code(422), no, input.form)
      const { principal, holder, item, ...rest } = input.data
      const ids = { principal: await doorOf(req, principal), holder: await doorOf(req, holder) }
      const again = (errors: Form['errors']) => page(req, reply.code(422), no, { values: typed(req.body), errors })
      if (ids.principal === null || ids.holder === null) {
        return again({
          ...(ids.principal === null && { principal: 'attendance.door.unknown' as const }),
          ...(ids.holder === null && { holder: 'attendance.door.unknown' as const }),
        })
      }
      const fresh = { ...rest, principalId: ids.principal, holderId: ids.holder, itemNo: item }
      return registerMandate(req.db, no, fresh, { personId: req.me.personId }, clock()).then(
        () => reply.goto(`/desk/meetings/${no}/mandates`),
        (error: unknown) => {
          if (!(error instanceof MandateRefused)) throw error
          return again({ [error.field]: error.key })
        },
      )
    },
  )

  app.post('/desk/meetings/:no/mandates/:key/revocation', { schema: { params: one }, config }, async (req, reply) => {
    const { no, key } = req.params
    await revokeMandate(req.db, no, key, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${no}/mandates`)
  })

  app.post('/desk/meetings/:no/mandates/:key/correction', { schema: { params: one }, config }, async (req, reply) => {
    const { no, key } = req.params
    await strikeMandate(req.db, no, key, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${no}/mandates`)
  })

  const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
  app.get('/mandates/:key/card', { schema: byKey, config }, async (req, reply) => {
    const card = await mandateByKey(req.db, req.params.key)
    return reply.page('agenda/mandates/card', { ...card, link: `${req.letterbox.home}/mandates/${req.params.key}` })
  })

  // Whoever holds the card may read what stands on it: two doors, and whether it still holds.
  app.get('/mandates/:key', { schema: byKey, config: { who: 'anyone', perMinute: 30 } }, async (req, reply) =>
    reply.page('agenda/mandates/show', await mandateByKey(req.db, req.params.key)),
  )

  async function page(req: FastifyRequest, reply: FastifyReply, no: number, { values, errors }: Form) {
    const meeting = await mandatesOf(req.db, no)
    // A corrected form is the same attempt.
    const key = z.uuid().safeParse(values.key).data ?? randomUUID()
    return reply.page('agenda/mandates/index', {
      meeting,
      whyNot: whyNotMandate(meeting.state),
      form: { values: { ...values, key }, errors },
    })
  }
}

async function doorOf(req: FastifyRequest, said: string): Promise<number | null> {
  const place = readDoor(said)
  return place && householdAt(req.db, place)
}
