import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import type { Clerk } from '../issues/rules.ts'
import { keepTogether } from './objections.ts'
import { settlePair } from './pairs.ts'
import { objectionsWaiting, proposedPairs, sideBySide } from './reads.ts'
import { whyNotPutInto } from './rules.ts'
import { mergeIssue, takeOut } from './store.ts'

type Both = Awaited<ReturnType<typeof sideBySide>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/mergers/show': Both & { asked: number | null; why: MessageKey | null; form: Form }
    'listen/mergers/objections': { rows: Awaited<ReturnType<typeof objectionsWaiting>> }
    'listen/mergers/pairs': { pairs: Awaited<ReturnType<typeof proposedPairs>> }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byId = { params: z.object({ slug: z.string(), id: number }) }
const looking = { ...byNo, querystring: z.object({ into: number.optional().catch(undefined) }) }
const Merger = z.object({ into: number })
const Separation = z.object({ cause: line({ max: 200, min: 2, missing: 'triage.cause.missing' }) })
const Pair = z.object({ verdict: z.enum(['yes', 'no']) })

/** 并案: two steps, both texts in full before the second; and the way back. */
export const mergers: Slice = (app, { clock }) => {
  app.get('/desk/issues/:no/merger', { schema: looking, config: { who: desk } }, async (req, reply) =>
    reply.page('listen/mergers/show', await page(req, req.query.into ?? null)),
  )

  app.post('/desk/issues/:no/merger', { schema: byNo, config: { who: desk, form: Merger } }, async (req, reply) => {
    const input = readForm(Merger, req.body)
    if ('form' in input) return reply.code(422).page('listen/mergers/show', await page(req, null, input.form))
    await mergeIssue(req.db, req.letterbox, act(req), input.data.into)
    return reply.goto(`/desk/issues/${input.data.into}`)
  })

  app.post(
    '/desk/issues/:no/separation',
    { schema: byNo, config: { who: desk, form: Separation } },
    async (req, reply) => {
      const input = readForm(Separation, req.body)
      if ('form' in input) return again(req, reply, input.form)
      await takeOut(req.db, req.letterbox, act(req), input.data.cause)
      return reply.goto(`/desk/issues/${req.params.no}`)
    },
  )

  app.get('/desk/objections', { config: { who: desk } }, async (req, reply) =>
    reply.page('listen/mergers/objections', { rows: await objectionsWaiting(req.db) }),
  )

  app.post('/desk/objections/:id/kept', { schema: byId, config: { who: desk } }, async (req, reply) => {
    await keepTogether(req.db, req.params.id, clerk(req), clock())
    return reply.goto('/desk/objections')
  })

  app.get('/desk/words', { config: { who: desk } }, async (req, reply) =>
    reply.page('listen/mergers/pairs', { pairs: await proposedPairs(req.db) }),
  )

  app.post('/desk/words/:id', { schema: byId, config: { who: desk, form: Pair } }, async (req, reply) => {
    const input = readForm(Pair, req.body)
    if ('data' in input) await settlePair(req.db, req.params.id, input.data.verdict === 'yes', clerk(req), clock())
    return reply.goto('/desk/words')
  })

  const clerk = ({ me }: FastifyRequest): Clerk => ({ personId: me.personId ?? 0, chair: me.roles.includes('chair') })

  type Asked = FastifyRequest<{ Params: { no: number } }>
  const act = (req: Asked) => ({ no: req.params.no, clerk: clerk(req), at: clock() })

  async function page(req: Asked, into: number | null, form: Form = blank) {
    const both = await sideBySide(req.db, req.params.no, into)
    return { ...both, asked: into, why: both.target && whyNotPutInto(both.source, both.target), form }
  }

  async function again(req: Asked, reply: FastifyReply, form: Form) {
    return reply.code(422).page('listen/mergers/show', await page(req, null, form))
  }
}
