import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Form, filled, line, number, readForm, ticked, typed } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { type Category, categories } from '../issues/rules.ts'
import { type BridgePage, bridgeList, bridgePage, keepers } from './reads.ts'
import { bridgeKinds, type Road, roadsOf, type SecretKind, secretKinds } from './rules.ts'
import { type Bridge, changeBridge, makeSecret, openBridge, revokeSecret } from './store.ts'

/** A bridge as its page shows it: without its password, and with its address only for who may wire it. */
type Shown = Omit<BridgePage, 'mail_sealed'>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/bridges/index': { bridges: Awaited<ReturnType<typeof bridgeList>>; readsInbox: boolean }
    'listen/bridges/form': {
      form: Form
      /** Null: a new one. */
      key: string | null
      kinds: typeof bridgeKinds
      categories: readonly Category[]
      keepers: Awaited<ReturnType<typeof keepers>>
    }
    'listen/bridges/show': {
      bridge: Shown
      roads: readonly Road[]
      hook: string
      open311: string
      folder: string
      readsInbox: boolean
      wires: boolean
      /** A round was made just now. */
      done: boolean
    }
    'listen/bridges/secret': {
      bridge: { key: string; name: string }
      kind: SecretKind
      secret: string
      address: string
    }
  }
}

export const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const shown = { ...byKey, querystring: z.object({ done: z.string().max(1).optional().catch(undefined) }) }
const oneSecret = { params: z.object({ slug: z.string(), key: z.uuid(), id: number }) }

const topicFields = Object.fromEntries(categories.map((category) => [`topic_${category}`, ticked]))
const BridgeForm = z.object({
  name: line({ max: 40, missing: 'bridges.name.missing' }),
  kind: z.enum(bridgeKinds, says('bridges.kind.missing')),
  keeper: z.preprocess((value) => (value === '' || value === undefined ? null : value), number.nullable()),
  per_hour: z.coerce
    .number(says('bridges.perHour.wrong'))
    .int(says('bridges.perHour.wrong'))
    .min(1, says('bridges.perHour.wrong'))
    .max(10_000, says('bridges.perHour.wrong')),
  active: ticked,
  ...topicFields,
})
const SecretForm = z.object({ kind: z.enum(secretKinds, says('form.wrong')) })

/** 桥: what passes things on to us, who looks after it, and what may come over it. */
export const bridges: Slice = (app, { clock }) => {
  const who = ['staff', 'chair', 'admin'] as const

  app.get('/desk/bridges', { config: { who } }, async (req, reply) =>
    reply.page('listen/bridges/index', { bridges: await bridgeList(req.db), readsInbox: readsInbox(req.me) }),
  )

  const formPage = async (req: FastifyRequest, key: string | null, form: Form) => ({
    form,
    key,
    kinds: bridgeKinds,
    categories,
    keepers: await keepers(req.db),
  })

  app.get('/desk/bridges/new', { config: { who } }, async (req, reply) =>
    reply.page('listen/bridges/form', await formPage(req, null, filled({ per_hour: '60', active: 'on' }))),
  )

  app.post('/desk/bridges', { config: { who, form: BridgeForm } }, async (req, reply) => {
    const input = await readBridge(req)
    if ('form' in input) return reply.code(422).page('listen/bridges/form', await formPage(req, null, input.form))
    const key = await openBridge(req.db, input.bridge, { by: { personId: req.me.personId }, at: clock() })
    return reply.goto(`/desk/bridges/${key}`)
  })

  app.get('/desk/bridges/:key', { schema: shown, config: { who } }, async (req, reply) => {
    const { mail_sealed: _, ...bridge } = await bridgePage(req.db, req.params.key)
    const { home } = req.letterbox
    return reply.page('listen/bridges/show', {
      bridge,
      roads: roadsOf(bridge.kind),
      hook: `${home}/bridges/${bridge.key}/hook`,
      open311: `${home}/open311`,
      folder: `DATA_DIR/mailboxes/${bridge.key}/new`,
      readsInbox: readsInbox(req.me),
      wires: req.me.roles.includes('admin'),
      done: req.query.done !== undefined,
    })
  })

  app.get('/desk/bridges/:key/edit', { schema: byKey, config: { who } }, async (req, reply) => {
    const bridge = await bridgePage(req.db, req.params.key)
    const form = filled({
      name: bridge.name,
      kind: bridge.kind,
      keeper: String(bridge.keeper_id ?? ''),
      per_hour: String(bridge.per_hour),
      ...(bridge.active && { active: 'on' }),
      ...Object.fromEntries(bridge.topics.map((topic) => [`topic_${topic}`, 'on'])),
    })
    return reply.page('listen/bridges/form', await formPage(req, bridge.key, form))
  })

  app.post('/desk/bridges/:key', { schema: byKey, config: { who, form: BridgeForm } }, async (req, reply) => {
    const { key } = req.params
    const input = await readBridge(req)
    if ('form' in input) return reply.code(422).page('listen/bridges/form', await formPage(req, key, input.form))
    await changeBridge(req.db, key, input.bridge, { by: { personId: req.me.personId }, at: clock() })
    return reply.goto(`/desk/bridges/${key}`)
  })

  app.post(
    '/desk/bridges/:key/secrets',
    { schema: byKey, config: { who: ['admin'], form: SecretForm } },
    async (req, reply) => {
      const input = readForm(SecretForm, req.body)
      if ('form' in input) throw notFound()
      const { key } = req.params
      const { kind } = input.data
      const secret = await makeSecret(req.db, req.letterbox, key, kind, {
        by: { personId: req.me.personId },
        at: clock(),
      })
      const { name } = await bridgePage(req.db, key)
      const address = kind === 'hook' ? `${req.letterbox.home}/bridges/${key}/hook` : `${req.letterbox.home}/open311`
      return reply.page('listen/bridges/secret', { bridge: { key, name }, kind, secret, address })
    },
  )

  app.post(
    '/desk/bridges/:key/secrets/:id/revocation',
    { schema: oneSecret, config: { who: ['admin'] } },
    async (req, reply) => {
      const { key, id } = req.params
      await revokeSecret(req.db, key, id, { by: { personId: req.me.personId }, at: clock() })
      return reply.goto(`/desk/bridges/${key}`)
    },
  )
}

/** People's words are for those who decide about them; who keeps the house running has no need of them. */
const readsInbox = (me: Me) => me.roles.includes('staff') || me.roles.includes('chair')

/** The form as a bridge, or the form again; whoever looks after it is one of our own. */
async function readBridge(req: FastifyRequest): Promise<{ bridge: Bridge } | { form: Form }> {
  const input = readForm(BridgeForm, req.body)
  if ('form' in input) return input
  const { name, kind, keeper, per_hour, active, ...topics } = input.data
  if (keeper !== null && !(await keepers(req.db)).some(({ id }) => id === keeper))
    return { form: { values: typed(req.body), errors: { keeper: 'form.wrong' } } }
  const chosen = categories.filter((category) => (topics as Record<string, unknown>)[`topic_${category}`] === true)
  return { bridge: { name, kind, keeperId: keeper, perHour: per_hour, active, topics: chosen } }
}
