import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { csrfOf, mayEnter, sessionCookie } from '../../lib/http/conventions.ts'
import { line, phone, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { squeezed } from '../../lib/http/squeeze.ts'
import { asset, workerSource } from '../../lib/http/static.ts'
import { ingestImage, uploaded } from '../../lib/http/uploads.ts'
import { isMessage, type MessageKey, says, translator } from '../../lib/i18n.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { categories } from '../issues/rules.ts'
import { herDoors, herRounds } from '../rounds/reads.ts'
import { mostMatters, outcomes, shortestMatter } from '../visits/rules.ts'
import type { NewVisit } from '../visits/store.ts'
import { mostAtOnce, statedTime } from './rules.ts'
import { type Answer, othersAt, takePhoto, takeVisits, whyNotIn } from './store.ts'
import { words } from './words.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/doorstep/shell': {
      outcomes: typeof outcomes
      matters: number
      topics: typeof categories
      /** What the scripts say, in the language of the page. */
      words: string
      /** The form that works without scripts, at the door the address names. */
      form: string
    }
  }
}

const PhoneVisit = z.object({
  id: z.uuid(says('visits.key.wrong')),
  building: line({ max: 20, missing: 'form.wrong' }),
  door: line({ max: 12, missing: 'form.wrong' }),
  outcome: z.enum(outcomes, says('visits.outcome.missing')),
  matters: z
    .array(
      z.object({
        id: z.uuid(says('visits.key.wrong')),
        words: said({ max: 500, missing: 'visits.words.missing' }).refine(
          (text) => text.length >= shortestMatter,
          says('visits.words.short'),
        ),
        place: line({ max: 40 }),
        // A topic that this house does not know is no reason to refuse a visit.
        topic: z.enum(categories).nullable().catch(null).default(null),
      }),
    )
    .max(mostMatters)
    .default([]),
  remark: said({ max: 500 }),
  record: z.boolean().default(false),
  call: z.boolean().default(false),
  publish: z.boolean().default(false),
  phone,
  // A clock that says nonsense is no reason to refuse.
  at: z.unknown().optional().transform(statedTime),
})
/** Loose on purpose: one visit that cannot be read must not keep the others out. */
const Sending = z.object({ visits: z.array(z.unknown()).max(mostAtOnce) })
const PhotoForm = z.object({ picture: z.string().optional() })

const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const atDoor = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({ b: z.string().max(80).optional(), d: z.string().max(50).optional() }),
}
/** What the shell loads, and so what must be on the phone for it to open cold. */
const files = [
  'app.css',
  'leaf.svg',
  'door.svg',
  'idb.js',
  'door-vault.js',
  'door-store.js',
  'door-send.js',
  'door-draw.js',
  'door-form.js',
  'door.js',
]
/** Fifty visits of five matters of five hundred characters, each up to six bytes on its way. */
const aSending = 1024 * 1024

/**
 * 门口: the page that works without a signal. Its shell, its scripts and its manifest hold nothing of anybody, so they
 * are open, and a phone whose session is over still shows its owner what it has not handed in.
 *
 * What is on the phone is sealed with AES-GCM. The key comes from a secret of the session (`/door/key`) and is kept by
 * the browser as a key that scripts can use and not read, so that the page opens cold. That helps against whoever gets
 * the phone's files without its browser (a copied profile without the browser's own store, a backup, a scan for words
 * on a disk) and after the wipe against everybody. It does not help against whoever holds the unlocked phone and opens
 * the page, against malware inside the browser, or against scripts of ours gone wrong: they can use the key as the
 * volunteer can. The phone's own lock is what guards against a finder.
 */
export const doorstep: Slice = (app, { clock, vault, origin }) => {
  const who = ['volunteer', 'staff', 'chair'] as const

  app.get('/door', { config: { who: 'anyone' } }, async (_req, reply) => reply.goto('/door/'))

  app.get('/door/', { schema: atDoor, config: { who: 'anyone' } }, async (req, reply) => {
    const { b, d } = req.query
    const at = new URLSearchParams({ ...(b && { building: b }), ...(b && d && { door: d }) })
    return reply.shell('listen/doorstep/shell', {
      outcomes,
      matters: mostMatters,
      topics: categories,
      words: JSON.stringify(words(translator(req.locale))),
      form: `${b && d ? '/desk/visits/new' : '/desk/visits'}${at.size > 0 ? `?${at}` : ''}`,
    })
  })

  app.get('/door/sw.js', { config: { who: 'anyone' } }, async (_req, reply) =>
    reply
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' })
      .send(squeezed(reply, workerSource('door-sw.js', files))),
  )

  app.get('/door/manifest.webmanifest', { config: { who: 'anyone' } }, async (req, reply) => {
    const t = translator(req.locale)
    const home = `/c/${req.community.slug}/door/`
    const png = (size: number, purpose: string, name = `door-${size}.png`) => ({
      ...{ src: asset(name), sizes: `${size}x${size}`, type: 'image/png', purpose },
    })
    return reply
      .headers({ 'content-type': 'application/manifest+json; charset=utf-8', 'cache-control': 'no-cache' })
      .send({
        name: t('doorstep.app'),
        short_name: t('doorstep.app.short'),
        lang: req.locale === 'en' ? 'en' : 'zh-CN',
        id: home,
        start_url: home,
        scope: home,
        display: 'standalone',
        background_color: '#f3f6f3',
        theme_color: '#0b4a2e',
        icons: [
          { src: asset('door.svg'), sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          ...[png(192, 'any'), png(512, 'any'), png(512, 'maskable', 'door-mask.png')],
        ],
      })
  })

  // Open to anyone because the answer to a phone that may not come in says why: it keeps or wipes accordingly.
  app.get('/door/key', { config: { who: 'anyone' } }, async (req, reply) => {
    reply.header('cache-control', 'no-store')
    const { sessionId, personId, name } = req.me
    if (sessionId === null || personId === null || !mayEnter(req.me, who)) {
      const token = req.cookies[sessionCookie(req.community.id, origin)]
      return reply.code(401).send({ why: await whyNotIn(req.db, token) })
    }
    return reply.send({
      secret: vault.sign(`door ${sessionId}`),
      kid: vault.sign(`door kid ${sessionId}`).slice(0, 22),
      owner: vault.sign(`door owner ${req.community.id} ${personId}`).slice(0, 22),
      name,
      csrf: csrfOf(vault, req.me),
    })
  })

  app.get('/door/doors', { config: { who } }, async (req, reply) => {
    const personId = hers(req)
    const rounds = await herRounds(req.db, personId, clock())
    const doors = await herDoors(req.db, personId, clock())
    return reply
      .headers({ 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' })
      .send(squeezed(reply, JSON.stringify({ rounds, doors })))
  })

  app.post(
    '/door/sync',
    { bodyLimit: aSending, config: { who, form: Sending, perMinute: 120 } },
    async (req, reply) => {
      const sending = Sending.safeParse(req.body)
      if (!sending.success) throw new Refusal('doorstep.unreadable', 422)
      const read = sending.data.visits.map((visit) => ({ visit, ...readVisit(req, visit) }))
      const taken = await takeVisits(
        req.db,
        req.letterbox,
        read.flatMap(({ known }) => known ?? []),
        { personId: hers(req) },
        clock(),
      )
      const others = await othersAt(
        req.db,
        taken.flatMap(({ id, state }) => (state === 'refused' ? [] : id)),
        hers(req),
      )
      const t = translator(req.locale)
      const said = (answer: Answer) => ({
        ...answer,
        sentence: answer.why && t(answer.why),
        also: others.has(answer.id) ? t('doorstep.also', { names: others.get(answer.id)?.join('、') ?? '' }) : null,
      })
      const given = taken[Symbol.iterator]()
      const answers = read.map(({ wrong }) => wrong ?? (given.next().value as Answer))
      return reply.header('cache-control', 'no-store').send({ answers: answers.map(said) })
    },
  )

  app.post(
    '/door/matters/:key/photo',
    { schema: byKey, config: { who, form: PhotoForm, perMinute: 240 } },
    async (req, reply) => {
      const bytes = uploaded(req, 'picture')
      if (!bytes) throw new Refusal('error.notImage', 415)
      const picture = await ingestImage(bytes)
      const state = await takePhoto(req.db, req.params.key, picture, { personId: hers(req) }, clock())
      return reply.header('cache-control', 'no-store').send({ state })
    },
  )
}

function hers(req: FastifyRequest): number {
  if (req.me.personId === null) throw notFound()
  return req.me.personId
}

/** One visit as the store takes it, or the answer that it cannot be read; one without an id answers to none. */
function readVisit(req: FastifyRequest, raw: unknown): { known?: NewVisit; wrong?: Answer } {
  const result = PhoneVisit.safeParse(raw)
  if (!result.success) {
    const message = result.error.issues[0]?.message ?? ''
    const why: MessageKey = isMessage(message) ? message : 'doorstep.unreadable'
    const id = (raw as { id?: unknown } | null)?.id
    return { wrong: { id: typeof id === 'string' ? id.slice(0, 36) : '', state: 'refused', why } }
  }
  const { id, matters, record, call, publish, at, ...rest } = result.data
  return {
    known: {
      ...rest,
      key: id,
      matters: matters.map(({ id: key, words, place, topic }) => ({ key, words, place, topic })),
      consent: { record, call, publish },
      stated: at,
      locale: req.locale,
    },
  }
}
