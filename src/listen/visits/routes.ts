import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, phone, readForm, said, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { groupCode } from '../../lib/tokens.ts'
import { filingNumber } from '../filings/rules.ts'
import { trackingLink } from '../filings/store.ts'
import { categories } from '../issues/rules.ts'
import { coverage, doorPage, doorsOf, visitByKey } from './reads.ts'
import { faultsOf, floors, isFreshOwn, maySee, mostMatters, outcomes, type Said, shortestMatter } from './rules.ts'
import { logLook, logVisit } from './store.ts'

type Visit = Awaited<ReturnType<typeof visitByKey>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/visits/index': { buildings: Awaited<ReturnType<typeof coverage>> }
    'listen/visits/doors': {
      building: string
      stairs: ReturnType<typeof floors<Awaited<ReturnType<typeof doorsOf>>[number]>>
    }
    'listen/visits/new': {
      place: Awaited<ReturnType<typeof doorPage>>
      mine: (visit: { volunteerId: number }) => boolean
      outcomes: typeof outcomes
      matters: number
      topics: typeof categories
      key: string
      saved: string | null
      form: Form
    }
    'listen/visits/show': {
      visit: Omit<Visit, 'remarkSealed'>
      number: (no: number) => string
      /** The remark itself, 'closed' where a chair may ask for it, 'over' where its time is over, null where there is none. */
      remark: { text: string } | 'closed' | 'over' | null
      form: Form
    }
    'listen/visits/slip': {
      visit: Omit<Visit, 'remarkSealed'>
      slips: { number: string; words: string; dueOn: string; code: string; link: string }[]
    }
  }
}

const building = z.string().min(1).max(80)
const optionalBuilding = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({ building: building.optional() }),
}
const oneDoor = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({ building, door: z.string().min(1).max(50), saved: z.string().max(50).optional() }),
}
const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }

const topic = z.enum(categories).nullable().catch(null).default(null)
const words = said({ max: 500 }).refine(
  (text) => text === '' || text.length >= shortestMatter,
  says('visits.words.short'),
)
const place = line({ max: 40 })
const VisitForm = z.object({
  key: z.uuid(says('visits.key.wrong')),
  building: line({ max: 20, missing: 'form.wrong' }),
  door: line({ max: 12, missing: 'form.wrong' }),
  outcome: z.enum(outcomes, says('visits.outcome.missing')),
  words1: words,
  place1: place,
  words2: words,
  place2: place,
  words3: words,
  place3: place,
  words4: words,
  place4: place,
  words5: words,
  place5: place,
  topic1: topic,
  topic2: topic,
  topic3: topic,
  topic4: topic,
  topic5: topic,
  remark: said({ max: 500 }),
  record: ticked,
  call: ticked,
  publish: ticked,
  phone,
})
const LookForm = z.object({ purpose: line({ max: 200, missing: 'visits.purpose.missing' }) })

/** Five boxes of five hundred characters, each up to twelve bytes on its way, and room for what is too long to keep. */
const aVisit = 256 * 1024

/** 走访: the doors of a building, one after the other, and what was said at them. */
export const visits: Slice = (app, { clock }) => {
  const who = ['volunteer', 'staff', 'chair'] as const

  app.get('/desk/visits', { schema: optionalBuilding, config: { who } }, async (req, reply) => {
    const { building } = req.query
    if (building === undefined) return reply.page('listen/visits/index', { buildings: await coverage(req.db, clock()) })
    const stairs = floors(await doorsOf(req.db, building, clock()))
    return reply.page('listen/visits/doors', { building, stairs })
  })

  const doorForm = async (req: FastifyRequest, at: { building: string; door: string }, form: Form) => {
    const key = z.uuid().safeParse(form.values.key)
    return {
      place: await doorPage(req.db, at.building, at.door, clock()),
      mine: (visit: { volunteerId: number }) => maySee(visit, req.me),
      outcomes,
      matters: mostMatters,
      topics: categories,
      key: key.success ? key.data : randomUUID(),
      saved: null,
      form,
    }
  }

  app.get('/desk/visits/new', { schema: oneDoor, config: { who } }, async (req, reply) => {
    const page = await doorForm(req, req.query, blank)
    return reply.page('listen/visits/new', { ...page, saved: req.query.saved ?? null })
  })

  app.post('/desk/visits', { bodyLimit: aVisit, config: { who, form: VisitForm } }, async (req, reply) => {
    const input = readForm(VisitForm, req.body)
    const read = 'form' in input ? input : whatWasSaid(input.data, req.body)
    if ('form' in read) {
      const { building = '', door = '' } = read.form.values
      return reply.code(422).page('listen/visits/new', await doorForm(req, { building, door }, read.form))
    }
    if (!('data' in input) || req.me.personId === null) throw notFound()
    const { key, building, door } = input.data
    const visit = { ...read.said, key, building, door, locale: req.locale }
    await logVisit(req.db, req.letterbox, visit, { personId: req.me.personId }, clock())
    if (visit.matters.length > 0) return reply.goto(`/desk/visits/${key}/slip`)
    const { after } = await doorPage(req.db, building, door, clock())
    return reply.goto(
      after
        ? `/desk/visits/new?${new URLSearchParams({ building, door: after.door, saved: door })}`
        : `/desk/visits?${new URLSearchParams({ building })}`,
    )
  })

  app.get('/desk/visits/:key', { schema: byKey, config: { who } }, async (req, reply) => {
    const { remarkSealed, ...visit } = await visitByKey(req.db, req.params.key)
    if (!maySee(visit, req.me)) throw notFound()
    const own = remarkSealed !== null && isFreshOwn(visit, req.me.personId, clock())
    const remark = own
      ? { text: req.letterbox.vault.open(req.community.id, remarkSealed) }
      : remarkSealed && (req.me.roles.includes('chair') ? 'closed' : 'over')
    return reply.page('listen/visits/show', { visit, number: numberOf(req, visit), remark, form: blank })
  })

  // A post, because it writes: whoever reads a private remark leaves her name and her reason.
  app.post(
    '/desk/visits/:key/remark',
    { schema: byKey, config: { who: ['chair'], form: LookForm } },
    async (req, reply) => {
      const { remarkSealed, ...visit } = await visitByKey(req.db, req.params.key)
      const { personId } = req.me
      if (remarkSealed === null || personId === null) throw notFound()
      const input = readForm(LookForm, req.body)
      if ('form' in input) {
        return reply
          .code(422)
          .page('listen/visits/show', { visit, number: numberOf(req, visit), remark: 'closed', form: input.form })
      }
      await req.db.transaction().execute((trx) => logLook(trx, visit.id, personId, input.data.purpose, clock()))
      const remark = { text: req.letterbox.vault.open(req.community.id, remarkSealed) }
      return reply.page('listen/visits/show', { visit, number: numberOf(req, visit), remark, form: blank })
    },
  )

  // The codes open what she follows her matter by: only the one who stood at her door may print them, and not for ever.
  app.get('/desk/visits/:key/slip', { schema: byKey, config: { who } }, async (req, reply) => {
    const { remarkSealed: _, ...visit } = await visitByKey(req.db, req.params.key)
    if (!isFreshOwn(visit, req.me.personId, clock())) throw notFound()
    const slips = visit.filings.map(({ code: sealed, no, words, dueOn }) => {
      const code = req.letterbox.vault.open(req.community.id, Buffer.from(sealed, 'base64'))
      return {
        number: numberOf(req, visit)(no),
        words,
        dueOn,
        code: groupCode(code),
        link: trackingLink(req.letterbox, code),
      }
    })
    return reply.page('listen/visits/slip', { visit, slips })
  })
}

// The year of a number is the one in which it was given: a phone may bring a visit of last year.
const numberOf = (req: FastifyRequest, visit: { visitedAt: Date; receivedAt: Date | null }) => (no: number) =>
  filingNumber(req.community.prefix, visit.receivedAt ?? visit.visitedAt, no)

/** What the form says, as the rules know it; or the form again with what cannot be kept of it. */
function whatWasSaid(data: z.output<typeof VisitForm>, body: unknown): { said: Said } | { form: Form } {
  const boxes = [
    [data.words1, data.place1, data.topic1],
    [data.words2, data.place2, data.topic2],
    [data.words3, data.place3, data.topic3],
    [data.words4, data.place4, data.topic4],
    [data.words5, data.place5, data.topic5],
  ] as const
  const said: Said = {
    outcome: data.outcome,
    matters: boxes.filter(([words]) => words !== '').map(([words, place, topic]) => ({ words, place, topic })),
    remark: data.remark,
    consent: { record: data.record, call: data.call, publish: data.publish },
    phone: data.phone,
  }
  const errors = faultsOf(said)
  boxes.forEach(([words, place], at) => {
    if (words === '' && place !== '') errors[`words${at + 1}`] = 'visits.words.missing'
  })
  return Object.keys(errors).length > 0 ? { form: { values: typed(body), errors } } : { said }
}
