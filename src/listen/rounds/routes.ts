import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiDay } from '../../lib/calendar.ts'
import { day, type Form, filled, line, readForm, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { doorsOfStretches, type Planner, planner, roundsGiven, unheardDoors } from './reads.ts'
import { mostStretches, type Stretch, whyNotGive } from './rules.ts'
import { endRound, giveRound } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/rounds/index': { rounds: Awaited<ReturnType<typeof roundsGiven>>; given: string | null }
    'listen/rounds/new': { offers: Planner; stretches: number; form: Form }
    'listen/rounds/unheard': Awaited<ReturnType<typeof unheardDoors>> & { building: string | null; shown: number }
  }
}

const floor = z
  .string(says('form.wrong'))
  .default('')
  .refine((text) => text === '' || /^-?\d{1,3}$/.test(text.trim()), says('form.wrong'))
  .transform((text) => (text.trim() === '' ? null : Number(text)))
const name = line({ max: 20 })
const rows = Array.from({ length: mostStretches }, (_, i) => i + 1)
/** The form has one row of these for each stretch: building1, stairwell1, from1, to1, building2 … */
const stretchFields: Record<string, typeof name | typeof floor> = Object.fromEntries(
  rows.flatMap((n) => [
    [`building${n}`, name],
    [`stairwell${n}`, name],
    [`from${n}`, floor],
    [`to${n}`, floor],
  ]),
)

const RoundForm = z.object({
  key: z.uuid(says('visits.key.wrong')),
  name: line({ max: 40, missing: 'rounds.name.missing' }),
  who: z.string(says('rounds.who.missing')).regex(/^[pt]\d{1,9}$/, says('rounds.who.missing')),
  ends: day,
  unheard: ticked,
  ...stretchFields,
})
type Round = z.output<typeof RoundForm>

const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const preset = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({ building: z.string().max(80).optional(), given: z.string().max(80).optional() }),
}
const shown = 200

/** 走访任务: who goes to which doors. */
export const rounds: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const

  app.get('/desk/rounds', { schema: preset, config: { who } }, async (req, reply) =>
    reply.page('listen/rounds/index', {
      rounds: await roundsGiven(req.db, clock()),
      given: req.query.given ?? null,
    }),
  )

  const again = async (req: FastifyRequest, reply: FastifyReply, form: Form) =>
    reply.page('listen/rounds/new', { offers: await planner(req.db), stretches: mostStretches, form })

  app.get('/desk/rounds/new', { schema: preset, config: { who } }, async (req, reply) => {
    const inAWeek = shanghaiDay(new Date(clock().getTime() + 7 * 86_400_000))
    const { building = '' } = req.query
    return again(req, reply, filled({ key: randomUUID(), ends: inAWeek, building1: building }))
  })

  app.post('/desk/rounds', { config: { who, form: RoundForm } }, async (req, reply) => {
    const input = readForm(RoundForm, req.body)
    if ('form' in input) return again(req, reply.code(422), input.form)
    const { personId } = req.me
    if (personId === null) throw notFound()
    const { key, name, who: whose, ends, unheard } = input.data
    const stretches = stretchesOf(input.data)
    const wrong = (field: string, message: MessageKey) =>
      again(req, reply.code(422), { values: typed(req.body), errors: { [field]: message } })
    if (stretches.length === 0) return wrong('building1', 'rounds.doors.missing')
    if (stretches.some(({ from, to }) => from !== null && to !== null && from > to))
      return wrong('building1', 'rounds.floors.order')
    const id = Number(whose.slice(1))
    const offers = await planner(req.db)
    const on = whose.startsWith('p') ? offers.volunteers : offers.teams
    if (!on.some((one) => one.id === id)) return wrong('who', 'rounds.who.missing')
    const doors = await doorsOfStretches(req.db, { stretches, unheard }, clock())
    const reason = whyNotGive(doors.length, ends, shanghaiDay(clock()))
    if (reason) return wrong(reason.startsWith('rounds.ends') ? 'ends' : 'building1', reason)
    const holder = whose.startsWith('p') ? { personId: id, teamId: null } : { personId: null, teamId: id }
    await giveRound(req.db, { key, name, endsOn: ends, ...holder, stretches, unheard }, { personId }, clock())
    return reply.goto(`/desk/rounds?${new URLSearchParams({ given: name })}`)
  })

  app.post('/desk/rounds/:key/closure', { schema: byKey, config: { who } }, async (req, reply) => {
    const { personId } = req.me
    if (personId === null) throw notFound()
    await endRound(req.db, req.params.key, { personId }, clock())
    return reply.goto('/desk/rounds')
  })

  app.get(
    '/desk/visits/unheard',
    { schema: preset, config: { who: ['volunteer', 'staff', 'chair'] } },
    async (req, reply) => {
      const { building } = req.query
      const list = await unheardDoors(req.db, building, clock(), shown)
      return reply.page('listen/rounds/unheard', { ...list, building: building ?? null, shown })
    },
  )
}

function stretchesOf(data: Round): Stretch[] {
  const fields = data as Record<string, unknown>
  return rows
    .map((n) => ({
      building: fields[`building${n}`] as string,
      stairwell: fields[`stairwell${n}`] as string,
      from: fields[`from${n}`] as number | null,
      to: fields[`to${n}`] as number | null,
    }))
    .filter(({ building }) => building !== '')
}
