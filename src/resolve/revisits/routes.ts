import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says, translator } from '../../lib/i18n.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { revealContact } from '../../listen/filings/contact.ts'
import { filingNumber } from '../../listen/filings/rules.ts'
import { type Question, questionOf, revisitToRecord, ripeResolutions, type ToRecord, waitingRevisits } from './reads.ts'
import { isHandler, satisfactions, solutions, ways, whyNotAnswer } from './rules.ts'
import { answerRevisit, settleRevisits } from './store.ts'

type Contact = Awaited<ReturnType<typeof revealContact>>
/** The number people quote for a filing. */
type Numbered = (filing: { filedAt: Date; filingNo: number }) => string

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/revisits/answer': { question: Question; code: string; form: Form }
    'resolve/revisits/desk': Awaited<ReturnType<typeof waitingRevisits>> &
      Awaited<ReturnType<typeof ripeResolutions>> & { settled: number | undefined; number: Numbered }
    'resolve/revisits/record': { revisit: ToRecord; number: string; contact: Contact | null; form: Form }
  }
}

const byCode = { params: z.object({ slug: z.string(), code: z.string().max(60) }) }
const byId = { params: z.object({ slug: z.string(), id: number }) }
const bySlug = { params: z.object({ slug: z.string() }) }
const after = z.object({ after: number.optional(), settled: z.coerce.number().int().min(0).max(100_000).optional() })

const AnswerForm = z.object({
  solved: z.enum(solutions, says('revisits.solved.missing')),
  satisfied: z.enum(satisfactions, says('revisits.satisfied.missing')).transform(Number),
  why: said({ max: 1000 }),
})
const RecordForm = AnswerForm.extend({ way: z.enum(ways, says('revisits.record.way.missing')) })

/** 评: the people who spoke say whether it is solved; the desk asks those who did not answer by themselves. */
export const revisits: Slice = (app, { clock }) => {
  // Somebody's words, and what she says of the work: nothing on the way may keep a page.
  app.addHook('onSend', async (_req, reply) => void reply.header('cache-control', 'no-store'))

  const anybody = { who: 'anyone', perMinute: 60 } as const
  const desk = { who: ['staff', 'chair'] } as const

  app.get('/track/:code/answer', { schema: byCode, config: anybody }, async (req, reply) =>
    reply.page('resolve/revisits/answer', {
      question: await questionOf(req.db, req.params.code, clock()),
      code: req.params.code,
      form: blank,
    }),
  )

  app.post('/track/:code/answer', { schema: byCode, config: { ...anybody, form: AnswerForm } }, async (req, reply) => {
    const { code } = req.params
    const question = await questionOf(req.db, code, clock())
    if (question.id === null) return reply.goto(`/track/${code}/answer`)
    const input = readForm(AnswerForm, req.body)
    if ('form' in input) {
      refuseIf(whyNotAnswer(question, question, clock()))
      return reply.code(422).page('resolve/revisits/answer', { question, code, form: input.form })
    }
    const answer = { ...input.data, revisitId: question.id, way: 'link' } as const
    await answerRevisit(req.db, req.letterbox, answer, null, clock())
    return reply.goto(`/track/${code}/answer`)
  })

  app.get('/desk/revisits', { schema: { ...bySlug, querystring: after }, config: desk }, async (req, reply) => {
    const page = {
      ...(await waitingRevisits(req.db, req.query.after, req.me)),
      ...(await ripeResolutions(req.db, clock())),
    }
    return reply.page('resolve/revisits/desk', { ...page, settled: req.query.settled, number: numbered(req) })
  })

  app.post('/desk/revisits/settlement', { schema: bySlug, config: desk }, async (req, reply) => {
    const settled = await settleRevisits(req.db, req.letterbox, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/revisits?settled=${settled}`)
  })

  app.get('/desk/revisits/:id', { schema: byId, config: desk }, async (req, reply) =>
    record(req, reply, req.params.id, blank, null),
  )

  app.post('/desk/revisits/:id/contact', { schema: byId, config: desk }, async (req, reply) => {
    const revisit = await revisitToRecord(req.db, req.params.id)
    if (isHandler(req.me, revisit)) throw new Refusal('revisits.handler', 403)
    const clerk = { personId: req.me.personId ?? 0, chair: req.me.roles.includes('chair') }
    const purpose = translator('zh')('revisits.record.purpose')
    const contact = await revealContact(req.db, req.letterbox, { no: revisit.filingNo, clerk, at: clock() }, purpose)
    return record(req, reply, req.params.id, blank, contact)
  })

  app.post('/desk/revisits/:id/answer', { schema: byId, config: { ...desk, form: RecordForm } }, async (req, reply) => {
    const { id } = req.params
    const input = readForm(RecordForm, req.body)
    if ('form' in input) return record(req, reply.code(422), id, input.form, null)
    await answerRevisit(req.db, req.letterbox, { ...input.data, revisitId: id }, req.me, clock())
    return reply.goto('/desk/revisits')
  })

  async function record(req: FastifyRequest, reply: FastifyReply, id: number, form: Form, contact: Contact | null) {
    const revisit = await revisitToRecord(req.db, id)
    if (isHandler(req.me, revisit)) throw new Refusal('revisits.handler', 403)
    refuseIf(whyNotAnswer(revisit, revisit, clock()))
    return reply.page('resolve/revisits/record', { revisit, number: numbered(req)(revisit), contact, form })
  }

  function numbered(req: FastifyRequest): Numbered {
    return ({ filedAt, filingNo }) => filingNumber(req.community.prefix, filedAt, filingNo)
  }
}
