import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Form, filled, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { says, translator } from '../../lib/i18n.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { bridgePage, bridgesKeptBy } from '../bridges/reads.ts'
import { whyNotCross } from '../bridges/rules.ts'
import { mostWords, type NewArrival, tidy, tidyLine } from '../inbox/rules.ts'
import { fingerprintOf, seenBefore } from '../inbox/store.ts'
import { goesOn, joined, mostAtOnce, mostPasted, mostVoices, type Voice, voicesIn } from './rules.ts'
import { takeVoices } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/pastes/mine': { bridges: Awaited<ReturnType<typeof bridgesKeptBy>> }
    'listen/pastes/new': {
      bridge: { key: string; name: string }
      form: Form
      limits: typeof limits
      desk: boolean
      handed: number | null
    }
    'listen/pastes/voices': {
      bridge: { key: string; name: string }
      form: Form
      desk: boolean
      voices: (Voice & { at: number; goesOn: boolean; known: boolean; picked: boolean; joined: boolean })[]
    }
  }
}

const limits = { most: mostPasted, once: mostAtOnce }
const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const text = z
  .string(says('pastes.missing'))
  .default('')
  .refine((typed) => typed.trim() !== '', says('pastes.missing'))
  .refine((typed) => typed.length <= mostPasted, says('pastes.long'))
const PasteForm = z.object({ text })
const positions = z.preprocess(
  (value) => (value === undefined ? [] : [value].flat()),
  z.array(z.coerce.number(says('form.wrong')).int().min(0).max(mostVoices)),
)
const VoicesForm = z.object({
  text,
  pick: positions
    .refine((all) => all.length > 0, says('pastes.pickFirst'))
    .refine((all) => all.length <= mostAtOnce, says('pastes.tooMany')),
  join: positions,
})

/** Fifty thousand characters, each nine bytes on its way in a form, and room to say that it was too much. */
const aPaste = 1024 * 1024

const came = { ...byKey, querystring: z.object({ handed: number.or(z.literal('0')).optional().catch(undefined) }) }

/**
 * 群里的话: a conversation is pasted, taken apart, and a tick on a voice makes it a filing. A volunteer may paste from a
 * group in her care; what she ticks waits in the inbox, and the desk decides.
 */
export const pastes: Slice = (app, { clock }) => {
  const who = ['volunteer', 'staff', 'chair'] as const

  app.get('/desk/pastes', { config: { who } }, async (req, reply) =>
    reply.page('listen/pastes/mine', { bridges: await bridgesKeptBy(req.db, req.me.personId ?? 0) }),
  )

  app.get('/desk/bridges/:key/paste', { schema: came, config: { who } }, async (req, reply) => {
    const page = newPage(req, await openBridge(req), filled({}))
    return reply.page('listen/pastes/new', { ...page, handed: given(req.query.handed) })
  })

  app.post(
    '/desk/bridges/:key/paste',
    { bodyLimit: aPaste, schema: byKey, config: { who, form: PasteForm } },
    async (req, reply) => {
      const bridge = await openBridge(req)
      const input = readForm(PasteForm, req.body)
      if ('form' in input) return reply.code(422).page('listen/pastes/new', newPage(req, bridge, input.form))
      return reply.page('listen/pastes/voices', await voicesPage(req, bridge, filled({ text: input.data.text }), null))
    },
  )

  app.post(
    '/desk/bridges/:key/voices',
    { bodyLimit: aPaste, schema: byKey, config: { who, form: VoicesForm } },
    async (req, reply) => {
      const bridge = await openBridge(req)
      const { personId } = req.me
      const input = readForm(VoicesForm, req.body)
      if ('form' in input) {
        const values = typed(req.body)
        if ('text' in input.form.errors)
          return reply.code(422).page('listen/pastes/new', newPage(req, bridge, input.form))
        const ticks = { pick: ticksOf(req.body, 'pick'), join: ticksOf(req.body, 'join') }
        const form = { values: { text: values.text ?? '' }, errors: input.form.errors }
        return reply.code(422).page('listen/pastes/voices', await voicesPage(req, bridge, form, ticks))
      }
      if (personId === null) throw notFound()
      const { pick, join } = input.data
      const arrivals = joined(voicesIn(input.data.text), pick, join).map(asArrival)
      const files = isDesk(req.me)
      const doing = { by: { personId }, at: clock(), files }
      const n = await takeVoices(req.db, req.letterbox, bridge.id, arrivals, doing)
      if (!files) return reply.goto(`/desk/bridges/${bridge.key}/paste?handed=${n}`)
      return reply.goto(`/desk/inbox?state=filed&bridge=${bridge.key}&filed=${n}`)
    },
  )
}

const isDesk = (me: Me): boolean => me.roles.includes('staff') || me.roles.includes('chair')

/** The bridge of the address, as long as conversations may be pasted here, and by her. */
async function openBridge(req: FastifyRequest) {
  const { id, key, name, active, kind, keeper_id } = await bridgePage(req.db, (req.params as { key: string }).key)
  if (!isDesk(req.me) && keeper_id !== req.me.personId) throw new Refusal('pastes.notKeeper', 403)
  refuseIf(whyNotCross({ active, kind }, 'paste'))
  return { id, key, name }
}

const newPage = (req: FastifyRequest, bridge: { key: string; name: string }, form: Form) => ({
  bridge,
  form,
  limits,
  desk: isDesk(req.me),
  handed: null,
})

const given = (handed: number | '0' | undefined) => (handed === undefined ? null : Number(handed))

async function voicesPage(
  req: FastifyRequest,
  bridge: { id: number; key: string; name: string },
  form: Form,
  ticks: { pick: number[]; join: number[] } | null,
) {
  const voices = voicesIn(form.values.text ?? '').slice(0, mostVoices)
  const prints = voices.map((voice) => fingerprintOf(asArrival(voice)))
  const known = await seenBefore(req.db, bridge.id, prints)
  return {
    bridge,
    form,
    desk: isDesk(req.me),
    voices: voices.map((voice, at) => ({
      ...voice,
      at,
      goesOn: goesOn(voices, at),
      known: known.has(prints[at] ?? ''),
      picked: ticks?.pick.includes(at) ?? false,
      joined: ticks ? ticks.join.includes(at) : goesOn(voices, at),
    })),
  }
}

const ticksOf = (body: unknown, name: string): number[] =>
  [(body as Record<string, unknown>)[name] ?? []].flat().map(Number)

/** Her own words first; what they answer stands below, without the name of whom they answer. */
function asArrival({ speaker, when, quote, text }: Voice): NewArrival {
  const answered = quote.replace(/^「[^:：\n]{1,40}[:：]\s*/, '').replace(/^「|」$/g, '')
  const words = answered === '' ? text : `${text}\n${translator('zh')('pastes.inReplyTo', { words: answered })}`
  return {
    externalNo: '',
    words: tidy(words, mostWords) || '…',
    place: '',
    category: null,
    name: tidyLine(speaker, 40),
    phone: '',
    saidAt: when === null ? null : new Date(`${when}:00+08:00`),
  }
}
