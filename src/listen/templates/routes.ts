import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { acts, removeTemplate, saveTemplate, templatesOf } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/templates/show': { templates: Awaited<ReturnType<typeof templatesOf>>; acts: typeof acts; form: Form }
  }
}

const desk = ['staff', 'chair'] as const
const byId = { params: z.object({ slug: z.string(), id: number }) }
const Template = z.object({
  act: z.enum(acts, says('templates.act.missing')),
  name: line({ max: 30, missing: 'templates.name.missing' }),
  words: said({ max: 500, min: 2, missing: 'templates.words.missing' }),
})

/** 回复模板: the sentences this desk says again and again, by what it is doing. Same name, same act: the newer one stands. */
export const templates: Slice = (app, { clock }) => {
  app.get('/desk/templates', { config: { who: desk } }, async (req, reply) => show(req, reply, blank))

  app.post('/desk/templates', { config: { who: desk, form: Template } }, async (req, reply) => {
    const input = readForm(Template, req.body)
    if ('form' in input) return show(req, reply.code(422), input.form)
    await saveTemplate(req.db, input.data, req.me.personId ?? 0, clock())
    return reply.goto('/desk/templates')
  })

  app.post('/desk/templates/:id/removal', { schema: byId, config: { who: desk } }, async (req, reply) => {
    await removeTemplate(req.db, req.params.id, req.me.personId ?? 0, clock())
    return reply.goto('/desk/templates')
  })

  async function show(req: FastifyRequest, reply: FastifyReply, form: Form) {
    return reply.page('listen/templates/show', { templates: await templatesOf(req.db), acts, form })
  }
}
