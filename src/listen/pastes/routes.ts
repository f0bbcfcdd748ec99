import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Form, filled, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says, translator } from '../../lib/i18n.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { bridgePage } from '../bridges/reads.ts'
import { whyNotCross } from '../bridges/rules.ts'
import { mostWords, type NewArrival, tidy, tidyLine } from '../inbox/rules.ts'
import { fingerprintOf, seenBefore } from '../inbox/store.ts'
import { goesOn, joined, mostAtOnce, mostPasted, mostVoices, type Voice, voicesIn } from './rules.ts'
import { fileVoices } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/pastes/new': { bridge: { key: string; name: string }; form: Form; most: number }
    'listen/pastes/voices': {
      bridge: { key: string; name: string }
      form: Form
      voices: (Voice & { at: number; goesOn: boolean; known: boolean; picked: boolean; joined: boolean })[]
    }
  }
}

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

/** 群里的话: a conversation is pasted, taken apart, and a tick on a voice makes it a filing. */
export const pastes: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const

  app.get('/desk/bridges/:key/paste', { schema: byKey, config: { who } }, async (req, reply) =>
    reply.page('listen/pastes/new', { bridge: await openBridge(req), form: filled({}), most: mostPasted }),
  )

  app.post(
    '/desk/bridges/:key/paste',
    { bodyLimit: aPaste, schema: byKey, config: { who, form: PasteForm } },
    async (req, reply) => {
      const bridge = await openBridge(req)
      const input = readForm(PasteForm, req.body)
      if ('form' in input)
        return reply.code(422).page('listen/pastes/new', { bridge, form: input.form, most: mostPasted })
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
          return reply.code(422).page('listen/pastes/new', { bridge, form: input.form, most: mostPasted })
        const ticks = { pick: ticksOf(req.body, 'pick'), join: ticksOf(req.body, 'join') }
        const form = { values: { text: values.text ?? '' }, errors: input.form.errors }
        return reply.code(422).page('listen/pastes/voices', await voicesPage(req, bridge, form, ticks))
      }
      if (personId === null) throw notFound()
      const { pick, join } = input.data
      const arrivals = joined(voicesIn(input.data.text), pick, join).map(asArrival)
      const doing = { by: { personId }, at: clock() }
      const filed = await fileVoices(req.db, req.letterbox, bridge.id, arrivals, doing)
      return reply.goto(`/desk/inbox?state=filed&bridge=${bridge.key}&filed=${filed.length}`)
    },
  )
}

/** The bridge of the address, as long as conversations may be pasted here. */
async function openBridge(req: FastifyRequest) {
  const { id, key, name, active, kind } = await bridgePage(req.db, (req.params as { key: string }).key)
  refuseIf(whyNotCross({ active, kind }, 'paste'))
  return { id, key, name }
}

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
