import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { issueByNo } from '../issues/reads.ts'
import { askToSubscribe, confirmSubscription, endSubscription, subscriptionBy } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/subscriptions/new': { no: number; title: string; asked: boolean; form: Form }
    'listen/subscriptions/show': { one: Awaited<ReturnType<typeof subscriptionBy>>; token: string }
  }
}

const byNo = {
  params: z.object({ slug: z.string(), no: number }),
  querystring: z.object({ asked: z.string().max(4).optional() }),
}
const byToken = { params: z.object({ slug: z.string(), token: z.string().regex(/^[\w-]{43}$/) }) }

const mail = /^[a-z0-9](?:[\w.+-]{0,62}[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,4}[a-z]{2,20}$/
const mobile = /^(?:\+?86)?1[3-9]\d{9}$/
/** A mobile number or a mail address, told apart by how it looks. */
const Wish = z.object({
  address: z
    .string(says('subscriptions.address.wrong'))
    .max(120, says('subscriptions.address.wrong'))
    .transform((text) => text.normalize('NFC').replace(/[\s]/g, '').toLowerCase())
    .refine((text) => mail.test(text) || mobile.test(text.replaceAll('-', '')), says('subscriptions.address.wrong')),
})

/** No account, no password: an address, a link to say yes, a link to leave. */
export const subscriptions: Slice = (app, { clock }) => {
  // The token in the address opens somebody's subscription: nothing on the way may keep the page.
  app.addHook('onSend', async (_req, reply) => void reply.header('cache-control', 'no-store'))

  app.get('/issues/:no/subscriptions', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    show(req, reply, blank, req.query.asked !== undefined),
  )

  app.post(
    '/issues/:no/subscriptions',
    { schema: byNo, config: { who: 'anyone', perMinute: 6, form: Wish } },
    async (req, reply) => {
      const input = readForm(Wish, req.body)
      if ('form' in input) return show(req, reply.code(422), input.form, false)
      const channel = input.data.address.includes('@') ? 'mail' : 'sms'
      const address =
        channel === 'mail' ? input.data.address : input.data.address.replaceAll('-', '').replace(/^\+?86(?=1)/, '')
      await askToSubscribe(req.db, req.letterbox, { no: req.params.no, channel, address, locale: req.locale }, clock())
      return reply.goto(`/issues/${req.params.no}/subscriptions?asked=1`)
    },
  )

  app.get('/subscriptions/:token', { schema: byToken, config: { who: 'anyone', perMinute: 60 } }, async (req, reply) =>
    reply.page('listen/subscriptions/show', {
      one: await subscriptionBy(req.db, req.params.token),
      token: req.params.token,
    }),
  )

  app.post(
    '/subscriptions/:token/confirmation',
    { schema: byToken, config: { who: 'anyone', perMinute: 20 } },
    async (req, reply) => {
      await confirmSubscription(req.db, req.params.token, clock())
      return reply.goto(`/subscriptions/${req.params.token}`)
    },
  )

  app.post(
    '/subscriptions/:token/end',
    { schema: byToken, config: { who: 'anyone', perMinute: 20 } },
    async (req, reply) => {
      await endSubscription(req.db, req.params.token, clock())
      return reply.goto(`/subscriptions/${req.params.token}`)
    },
  )

  async function show(
    req: FastifyRequest<{ Params: { no: number } }>,
    reply: FastifyReply,
    form: Form,
    asked: boolean,
  ) {
    const { no, title } = await issueByNo(req.db, req.params.no)
    return reply.page('listen/subscriptions/new', { no, title, asked, form })
  }
}
