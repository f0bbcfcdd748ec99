import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiMinute } from '../../lib/calendar.ts'
import { blank, type Form, filled, line, moment, number, numbers, readForm, ticked } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { filingNumber } from '../filings/rules.ts'
import { closeGathering } from './closing.ts'
import { editLine, noteLine, strikeLine, takeBack } from './notes.ts'
import { buildingsOf, gatheringsHeld, lineOf, notesOf } from './reads.ts'
import { audiences, undoUntil, whyNotTakeBack } from './rules.ts'
import { announceGathering, openGathering } from './store.ts'

type Notes = Awaited<ReturnType<typeof notesOf>>
type NumberOf = (filing: { filed_at: Date | null; filing: number | null }) => string | null

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/gatherings/index': { gatherings: Awaited<ReturnType<typeof gatheringsHeld>>; canOpen: boolean; now: Date }
    'listen/gatherings/new': {
      form: Form
      audiences: typeof audiences
      buildings: Awaited<ReturnType<typeof buildingsOf>>
      /** Ids of the buildings that are ticked. */
      chosen: number[]
    }
    'listen/gatherings/show': {
      gathering: Notes
      /** Her last line, while it can be taken back. */
      undo: Undo | null
      key: string
      canClose: boolean
      numberOf: NumberOf
      form: Form
    }
    'listen/gatherings/_lines': { gathering: Notes; numberOf: NumberOf }
    'listen/gatherings/_undo': { no: number; undo: Undo | null }
    'listen/gatherings/line': { line: Awaited<ReturnType<typeof lineOf>>; form: Form }
  }
}

interface Undo {
  key: string
  until: Date
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byLine = { params: z.object({ slug: z.string(), no: number, key: z.uuid() }) }

/** How many people the room holds; empty: as many as come. */
export const places = z.preprocess(
  (value) => (value === '' || value === undefined ? null : value),
  z.coerce
    .number(says('gatherings.places.wrong'))
    .int(says('gatherings.places.wrong'))
    .min(1, says('gatherings.places.wrong'))
    .max(2_000, says('gatherings.places.wrong'))
    .nullable(),
)
const GatheringForm = z.object({
  title: line({ max: 80, missing: 'gatherings.title.missing' }),
  place: line({ max: 40 }),
  held_at: moment,
  audience: z.enum(audiences, says('gatherings.audience.missing')).default('all'),
  buildings: numbers,
  group: line({ max: 40 }),
  places,
  announced: ticked,
})
const said = { words: line({ max: 500, missing: 'gatherings.words.missing' }), speaker: line({ max: 40 }) }
const LineForm = z.object({ key: z.uuid(says('gatherings.key.wrong')), ...said })
const EditForm = z.object({ ...said, seen: number })

/** 集中听: sittings with note-taking. Staff and chairs hold them; volunteers may write along. */
export const gatherings: Slice = (app, { clock, live }) => {
  const noters = ['volunteer', 'staff', 'chair'] as const
  const holders = ['staff', 'chair'] as const
  const holds = (me: Me) => holders.some((role) => me.roles.includes(role))

  app.get('/desk/gatherings', { config: { who: noters } }, async (req, reply) =>
    reply.page('listen/gatherings/index', {
      gatherings: await gatheringsHeld(req.db),
      canOpen: holds(req.me),
      now: clock(),
    }),
  )

  app.get('/desk/gatherings/new', { config: { who: holders } }, async (req, reply) => {
    const form = filled({ held_at: shanghaiMinute(clock()), audience: 'all' })
    const buildings = await buildingsOf(req.db)
    return reply.page('listen/gatherings/new', { form, audiences, buildings, chosen: [] })
  })

  app.post('/desk/gatherings', { config: { who: holders, form: GatheringForm } }, async (req, reply) => {
    const input = readForm(GatheringForm, req.body)
    const buildings = await buildingsOf(req.db)
    const chosen = numbers.safeParse((req.body as { buildings?: unknown } | undefined)?.buildings).data ?? []
    if ('form' in input) return again(input.form)
    const { audience, group, held_at: heldAt } = input.data
    const known = buildings.filter(({ id }) => chosen.includes(id)).map(({ id }) => id)
    if (audience === 'buildings' && known.length === 0) return wrong('buildings', 'gatherings.buildings.missing')
    if (audience === 'group' && !group) return wrong('group', 'gatherings.group.missing')
    const no = await openGathering(req.db, { ...input.data, heldAt, buildings: known }, who(req.me), clock())
    return reply.goto(`/desk/gatherings/${no}`)

    function wrong(field: string, key: Form['errors'][string]) {
      const values = filled(
        Object.fromEntries(Object.entries(req.body as object).filter(([, v]) => typeof v === 'string')),
      )
      return again({ ...values, errors: { [field]: key } })
    }
    function again(form: Form) {
      return reply.code(422).page('listen/gatherings/new', { form, audiences, buildings, chosen })
    }
  })

  app.get('/desk/gatherings/:no', { schema: byNo, config: { who: noters } }, async (req, reply) =>
    reply.page('listen/gatherings/show', notePage(req, await notesOf(req.db, req.params.no), blank)),
  )

  app.post('/desk/gatherings/:no/announcement', { schema: byNo, config: { who: holders } }, async (req, reply) => {
    await announceGathering(req.db, req.params.no, who(req.me), clock())
    return reply.goto(`/desk/gatherings/${req.params.no}`)
  })

  app.post(
    '/desk/gatherings/:no/lines',
    { schema: byNo, config: { who: noters, form: LineForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(LineForm, req.body)
      if ('form' in input) {
        const page = notePage(req, await notesOf(req.db, no), input.form)
        return reply.code(422).page('listen/gatherings/show', page)
      }
      const { key } = input.data
      const noted = await noteLine(req.db, no, input.data, who(req.me), clock())
      if (!req.wantsFragment) return reply.goto(`/desk/gatherings/${no}`)
      return reply.fragment('listen/gatherings/_undo', { no, undo: { key, until: undoUntil(noted) } })
    },
  )

  app.post(
    '/desk/gatherings/:no/lines/:key/withdrawal',
    { schema: byLine, config: { who: noters } },
    async (req, reply) => {
      const { no, key } = req.params
      await takeBack(req.db, no, key, who(req.me), clock())
      return req.wantsFragment
        ? reply.fragment('listen/gatherings/_undo', { no, undo: null })
        : reply.goto(`/desk/gatherings/${no}`)
    },
  )

  app.get('/desk/gatherings/:no/lines/:key', { schema: byLine, config: { who: noters } }, async (req, reply) => {
    const line = await lineOf(req.db, req.params.no, req.params.key)
    const { words, speaker, rev } = line
    return reply.page('listen/gatherings/line', { line, form: filled({ words, speaker, seen: String(rev) }) })
  })

  app.post(
    '/desk/gatherings/:no/lines/:key',
    { schema: byLine, config: { who: noters, form: EditForm } },
    async (req, reply) => {
      const { no, key } = req.params
      const input = readForm(EditForm, req.body)
      if ('form' in input) {
        const line = await lineOf(req.db, no, key)
        return reply.code(422).page('listen/gatherings/line', { line, form: input.form })
      }
      await editLine(req.db, no, { ...input.data, key }, who(req.me), clock())
      return reply.goto(`/desk/gatherings/${no}`)
    },
  )

  for (const [path, out] of [
    ['/desk/gatherings/:no/lines/:key/deletion', true],
    ['/desk/gatherings/:no/lines/:key/restoration', false],
  ] as const) {
    app.post(path, { schema: byLine, config: { who: noters } }, async (req, reply) => {
      const { no, key } = req.params
      await strikeLine(req.db, no, { key, out }, who(req.me), clock())
      return reply.goto(`/desk/gatherings/${no}`)
    })
  }

  app.post('/desk/gatherings/:no/closure', { schema: byNo, config: { who: holders } }, async (req, reply) => {
    await closeGathering(req.db, req.letterbox, req.params.no, who(req.me), clock())
    return reply.goto(`/desk/gatherings/${req.params.no}`)
  })

  live.panel('notes', {
    view: 'listen/gatherings/_lines',
    follows: ['gathering'],
    who: noters,
    read: async (db, no, { prefix }) => ({ gathering: await notesOf(db, no), numberOf: numbersOf(prefix) }),
  })

  function notePage({ me, community }: FastifyRequest, gathering: Notes, form: Form) {
    const key = z.uuid().safeParse(form.values.key)
    const last = gathering.lines.find((line) => line.noted_by === me.personId && line.gone === null)
    const why = last && !gathering.closed_at ? whyNotTakeBack(last, me.personId ?? 0, clock()) : 'gatherings.undone'
    return {
      gathering,
      undo: last && why === null ? { key: last.key, until: undoUntil(last) } : null,
      key: key.success ? key.data : randomUUID(),
      canClose: holds(me),
      numberOf: numbersOf(community.prefix),
      form,
    }
  }
}

/** What a line is called once it is a filing; null before. */
const numbersOf =
  (prefix: string): NumberOf =>
  ({ filed_at: filedAt, filing }) =>
    filedAt && filing !== null ? filingNumber(prefix, filedAt, filing) : null

function who(me: Me): { personId: number } {
  if (me.personId === null) throw notFound()
  return { personId: me.personId }
}
