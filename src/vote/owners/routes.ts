import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, moment, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says, translator } from '../../lib/i18n.ts'
import { squareMetres } from '../rules/words.ts'
import { paperBallot } from '../tickets/reads.ts'
import { adviceOn, callOwners } from './calling.ts'
import { type HeldHead, heldHeads, publicRoll, type RollLine } from './reads.ts'
import { type NamedVoice, revealVoices, settle } from './settling.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/owners/units': {
      ballot: Awaited<ReturnType<typeof paperBallot>>
      buildings: string[]
      building: string
      lines: RollLine[]
      squareMetres: typeof squareMetres
    }
    'vote/owners/assembly': { advice: Awaited<ReturnType<typeof adviceOn>>; key: string; form: Form }
    'vote/owners/held': {
      ballot: Awaited<ReturnType<typeof paperBallot>>
      held: HeldHead[]
      /** Whose names were opened a moment ago. */
      opened: { head: number; voices: NamedVoice[] } | null
      form: Form
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const ofBuilding = { ...byNo, querystring: z.object({ building: line({ max: 20 }) }) }
const Assembly = z.object({
  key: z.uuid(says('error.malformed')),
  title: line({ max: 80, missing: 'meetings.title.missing' }),
  place: line({ max: 120, missing: 'meetings.place.missing' }),
  startsAt: moment,
})
const Purpose = z.object({ head: number, purpose: line({ max: 100, min: 2, missing: 'triage.purpose.missing' }) })
const Settled = z.object({
  head: number,
  voter: z.coerce.number(says('owners.agreed.missing')).int().min(1).max(1_000_000),
})

/** 业主表决的名册: everybody reads units and areas; the desk sees which co-owners have to settle something. */
export const ownersRoll: Slice = (app, { clock, vault }) => {
  const who = ['staff', 'chair'] as const

  app.get('/ballots/:no/units', { schema: ofBuilding, config: { who: 'anyone' } }, async (req, reply) => {
    const ballot = await paperBallot(req.db, req.params.no)
    const { buildings, linesIn } = await publicRoll(req.db, ballot)
    const building = buildings.find((name) => name === req.query.building) ?? buildings[0] ?? ''
    return reply.page('vote/owners/units', { ballot, buildings, building, lines: linesIn(building), squareMetres })
  })

  app.get('/ballots/:no/assembly', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    const advice = await adviceOn(req.db, req.params.no)
    const title = translator(req.locale)('calling.for', { title: advice.title })
    return reply.page('vote/owners/assembly', {
      advice,
      key: randomUUID(),
      form: filled({ title: [...title].slice(0, 80).join('') }),
    })
  })

  app.post(
    '/ballots/:no/assembly',
    { schema: byNo, config: { who: ['chair'], form: Assembly } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(Assembly, req.body)
      if ('form' in input) {
        const key = z.uuid().safeParse(input.form.values.key).data ?? randomUUID()
        return reply
          .code(422)
          .page('vote/owners/assembly', { advice: await adviceOn(req.db, no), key, form: input.form })
      }
      const by = { personId: req.me.personId }
      return reply.goto(`/desk/meetings/${await callOwners(req.db, req.letterbox, { ...input.data, no }, by, clock())}`)
    },
  )

  app.get('/desk/ballots/:no/held', { schema: byNo, config: { who } }, (req, reply) => page(req, reply, {}))

  app.post('/desk/ballots/:no/held/names', { schema: byNo, config: { who, form: Purpose } }, async (req, reply) => {
    const input = readForm(Purpose, req.body)
    if ('form' in input) return page(req, reply.code(422), { form: input.form })
    const { head, purpose } = input.data
    const names = { vault, communityId: req.community.id }
    const opened = { head, voices: await revealVoices(req.db, names, { ...act(req), head }, purpose) }
    return page(req, reply, { opened })
  })

  app.post(
    '/desk/ballots/:no/held/settlement',
    { schema: byNo, config: { who, form: Settled } },
    async (req, reply) => {
      const input = readForm(Settled, req.body)
      if ('form' in input) return page(req, reply.code(422), { form: input.form })
      const { head, voter } = input.data
      await settle(req.db, { ...act(req), head }, voter)
      return reply.goto(`/desk/ballots/${req.params.no}/held`)
    },
  )

  type Asked = FastifyRequest<{ Params: { no: number } }>
  const act = (req: Asked) => ({ no: req.params.no, by: { personId: req.me.personId }, at: clock() })

  interface Shown {
    opened?: { head: number; voices: NamedVoice[] }
    form?: Form
  }

  async function page(req: Asked, reply: FastifyReply, { opened, form = blank }: Shown) {
    const ballot = await paperBallot(req.db, req.params.no)
    const held = await heldHeads(req.db, ballot)
    return reply.page('vote/owners/held', { ballot, held, opened: opened ?? null, form })
  }
}
