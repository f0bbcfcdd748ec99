import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Slice } from '../../lib/http/slice.ts'
import { bridgeForHook } from '../bridges/reads.ts'
import { mayCarry, whyNotCross } from '../bridges/rules.ts'
import { mostWords, type NewArrival, tidy, tidyLine, tidyPhone } from '../inbox/rules.ts'
import { categories } from '../issues/rules.ts'
import { isFresh, isSigned, sealOf } from './signing.ts'
import { takeCall, wasHere } from './store.ts'

/** What a program may pass on (docs/contract.md). What else it says is not read. */
const Payload = z.object({
  number: z.string().max(100).default(''),
  words: z.string().max(mostWords),
  place: z.string().max(500).default(''),
  category: z.enum(categories).nullish(),
  name: z.string().max(200).default(''),
  phone: z.string().max(40).default(''),
  said_at: z.iso.datetime({ offset: true }).nullish(),
})

const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const mostBody = 64 * 1024

/** Signed messages of other systems. Programs read the answers: JSON, with one word that says what was wrong. */
export const webhooks: Slice = (app, { clock }) => {
  // The signature is over the bytes as they came, so nothing here may read them first.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBody }, (_req, body, done) => done(null, body))

  app.post(
    '/bridges/:key/hook',
    {
      bodyLimit: mostBody,
      schema: byKey,
      config: { who: 'anyone', machine: true, perMinute: 600, form: Payload },
    },
    async (req, reply) => {
      const at = clock()
      const bridge = await bridgeForHook(req.db, req.params.key)
      const sealed = sealOf(req.headers)
      const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
      const { vault, communityId } = req.letterbox
      const secrets = (bridge?.sealed ?? []).map((one) => vault.open(communityId, Buffer.from(one, 'base64')))
      // Who has no secret of a bridge does not learn whether there is one.
      if (!bridge || !sealed || !isSigned(sealed, body, secrets)) return say(reply, 401, 'signature')
      if (!isFresh(sealed, at)) return say(reply, 401, 'timestamp')
      // A message that was taken is answered alike for ever, whatever has become of the bridge.
      if (await wasHere(req.db, bridge.id, sealed.id)) return say(reply, 200, 'replayed')
      if (whyNotCross(bridge, 'hook')) return say(reply, 403, 'off')
      const read = readPayload(body)
      if (!read) return say(reply, 422, 'payload')
      if (!mayCarry(bridge.topics, read.category)) return say(reply, 403, 'category')
      const taken = await takeCall(req.db, req.letterbox, bridge, { webhookId: sealed.id, arrival: read }, at)
      switch (taken.is) {
        case 'replayed':
          return say(reply, 200, 'replayed')
        case 'wait':
          return say(reply.header('retry-after', String(taken.seconds)), 429, 'rate')
        case 'known':
          return reply.code(200).send({ result: 'known', id: taken.key })
        case 'taken':
          return reply.code(202).send({ result: 'taken', id: taken.key })
      }
    },
  )
}

const say = (reply: FastifyReply, status: number, result: string) => reply.code(status).send({ result })

function readPayload(body: Buffer): NewArrival | null {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return null
  }
  const { success, data } = Payload.safeParse(json)
  const words = success ? tidy(data.words, mostWords) : ''
  if (!success || words === '') return null
  return {
    externalNo: tidyLine(data.number, 100),
    words,
    place: tidyLine(data.place, 120),
    category: data.category ?? null,
    name: tidyLine(data.name, 40),
    phone: tidyPhone(data.phone),
    saidAt: data.said_at ? new Date(data.said_at) : null,
  }
}
