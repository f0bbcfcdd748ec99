import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, moment, number, phone, readForm, typed } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { filingNumber } from '../filings/rules.ts'
import {
  closeGathering,
  gatheringByNo,
  gatheringsHeld,
  householdAt,
  noteLine,
  openGathering,
  takeBack,
} from './store.ts'

type Gathering = Awaited<ReturnType<typeof gatheringByNo>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/gatherings/index': { gatherings: Awaited<ReturnType<typeof gatheringsHeld>>; canOpen: boolean }
    'listen/gatherings/new': { form: Form }
    'listen/gatherings/show': {
      gathering: Gathering
      /** The key of the line she may take back; null: none. */
      last: string | null
      key: string
      canClose: boolean
      number: (line: { filed_at: Date; no: number }) => string
      form: Form
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byLine = { params: z.object({ slug: z.string(), no: number, key: z.uuid() }) }
const GatheringForm = z.object({
  title: line({ max: 80, missing: 'gatherings.title.missing' }),
  place: line({ max: 40 }),
  held_at: moment,
})
const LineForm = z.object({
  key: z.uuid(says('gatherings.key.wrong')),
  words: line({ max: 500, missing: 'gatherings.words.missing' }),
  building: line({ max: 20 }),
  door: line({ max: 12 }),
  phone,
})

/** 集中听: sittings with note-taking. Staff and chairs hold them; volunteers may write along. */
export const gatherings: Slice = (app, { clock }) => {
  const noters = ['volunteer', 'staff', 'chair'] as const
  const holders = ['staff', 'chair'] as const
  const holds = (me: Me) => holders.some((role) => me.roles.includes(role))

  app.get('/desk/gatherings', { config: { who: noters } }, async (req, reply) =>
    reply.page('listen/gatherings/index', { gatherings: await gatheringsHeld(req.db), canOpen: holds(req.me) }),
  )

  app.get('/desk/gatherings/new', { config: { who: holders } }, async (_req, reply) =>
    reply.page('listen/gatherings/new', { form: filled({ held_at: shanghaiMinute(clock()) }) }),
  )

  app.post('/desk/gatherings', { config: { who: holders, form: GatheringForm } }, async (req, reply) => {
    const input = readForm(GatheringForm, req.body)
    if ('form' in input) return reply.code(422).page('listen/gatherings/new', { form: input.form })
    const { title, place, held_at: heldAt } = input.data
    const no = await openGathering(req.db, { title, place, heldAt }, who(req.me), clock())
    return reply.goto(`/desk/gatherings/${no}`)
  })

  app.get('/desk/gatherings/:no', { schema: byNo, config: { who: noters } }, async (req, reply) =>
    reply.page('listen/gatherings/show', notePage(req, await gatheringByNo(req.db, req.params.no), blank)),
  )

  app.post(
    '/desk/gatherings/:no/lines',
    { schema: byNo, config: { who: noters, form: LineForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(LineForm, req.body)
      if ('form' in input) return again(input.form)
      const { building, door, ...line } = input.data
      const household = building && door ? await householdAt(req.db, building, door) : null
      if ((building || door) && !household) {
        return again({ values: typed(req.body), errors: { door: 'gatherings.door.unknown' } })
      }
      await noteLine(req.db, req.letterbox, no, { ...line, household, locale: req.locale }, who(req.me), clock())
      return reply.goto(`/desk/gatherings/${no}`)

      async function again(form: Form) {
        const gathering = await gatheringByNo(req.db, no)
        return reply.code(422).page('listen/gatherings/show', notePage(req, gathering, form))
      }
    },
  )

  app.post(
    '/desk/gatherings/:no/lines/:key/withdrawal',
    { schema: byLine, config: { who: noters } },
    async (req, reply) => {
      await takeBack(req.db, req.params.no, req.params.key, who(req.me), clock())
      return reply.goto(`/desk/gatherings/${req.params.no}`)
    },
  )

  app.post('/desk/gatherings/:no/closure', { schema: byNo, config: { who: holders } }, async (req, reply) => {
    await closeGathering(req.db, req.params.no, who(req.me), clock())
    return reply.goto(`/desk/gatherings/${req.params.no}`)
  })

  function notePage({ me, community }: FastifyRequest, gathering: Gathering, form: Form) {
    const key = z.uuid().safeParse(form.values.key)
    const last = gathering.lines.find((line) => line.recorded_by === me.personId)
    return {
      gathering,
      last: last?.state === 'submitted' ? last.key : null,
      key: key.success ? key.data : randomUUID(),
      canClose: holds(me),
      number: (line: { filed_at: Date; no: number }) => filingNumber(community.prefix, line.filed_at, line.no),
      form,
    }
  }
}

function who(me: Me): { personId: number } {
  if (me.personId === null) throw notFound()
  return { personId: me.personId }
}

/** A moment as a date field of the neighbourhood's clock shows it. */
const shanghaiMinute = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16)
