import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sessionCookieOptions } from '../../lib/http/conventions.ts'
import { type Form, filled, line, number, phone, readForm, said, ticked, typed } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { ingestImage, uploaded } from '../../lib/http/uploads.ts'
import { type MessageKey, says, translator } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { groupCode, secret } from '../../lib/tokens.ts'
import { type Neighbour, neighboursSaid } from '../likeness/reads.ts'
import { keepPhoto } from '../photos/store.ts'
import { joinNeighbour } from './joining.ts'
import { type Whereabouts, whereabouts } from './reads.ts'
import { type Place, places } from './rules.ts'
import { takeFiling } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/filings/new': {
      form: Form
      places: readonly Place[]
      buildings: Whereabouts['buildings']
      /** The door this browser is bound to, when it speaks for itself. */
      door: Whereabouts['door']
      /** Somebody who works here writes down what a resident says. */
      onBehalf: boolean
    }
    /** The page between form and filing, where there is no script: these look like it, is it one of them? */
    'listen/filings/alike': { matches: Neighbour[]; values: Record<string, string> }
    /** The same beside the box while she types. */
    'listen/filings/_alike': { matches: Neighbour[] }
  }
}

const unspoken = 'unsure' satisfies Place
const key = z.uuid().catch(() => randomUUID())

/** The one form a resident needs. `where` is a chip: one of the common places, or `b` and a building's id. */
const newReportForm = (buildings: Whereabouts['buildings']) =>
  z.object({
    what: said({ max: 1000, min: 5, missing: 'report.what.missing' }),
    where: z
      .string(says('form.wrong'))
      .default('')
      .refine(
        (chip) => chip === '' || places.includes(chip as Place) || buildings.some(({ id }) => chip === `b${id}`),
        says('form.wrong'),
      ),
    spot: line({ max: 80 }),
    phone,
    surname: line({ max: 20 }),
    shown: ticked,
    apart: ticked,
    key,
    // People do not see this box, programs that fill in everything do.
    website: z.string().max(0, says('report.again')).default(''),
    /** Our own form says so: before it is kept, show what a neighbour may have said. A script's form is kept at once. */
    look: ticked,
    /** She has seen it. */
    looked: ticked,
    /** 我也是: the number of the matter hers is the same as. */
    alike: number.optional().catch(undefined),
  })

type ReportForm = ReturnType<typeof newReportForm>
type Report = z.output<ReportForm>

/** A schema costs more to make than to use, so the form of each set of buildings is made once. */
const forms = new Map<string, ReportForm>()
function reportForm(buildings: Whereabouts['buildings']): ReportForm {
  const which = buildings.map(({ id }) => id).join()
  const form = forms.get(which) ?? newReportForm(buildings)
  forms.set(which, form)
  return form
}

const Look = z.object({ what: said({ max: 1000 }), where: line({ max: 20 }) })
/** Less than this says nothing yet. */
const enough = 4
/** Knows a browser again that said "me too" without a door, so that it counts once. */
const browserCookie = 'wtb'

const preset = { querystring: z.object({ b: z.string().max(20).optional() }) }

/** 反映一件事: no account, one mandatory box, the answer is a number and a tracking code. */
export const filings: Slice = (app, { clock, origin }) => {
  app.get('/report', { schema: preset, config: { who: 'anyone' } }, async (req, reply) => {
    const around = await whereabouts(req.db, req.me.householdId)
    const at = around.buildings.find(({ name }) => name === req.query.b)?.id ?? around.door?.buildingId
    const form = filled({ key: randomUUID(), ...(at !== undefined && { where: `b${at}` }) })
    return reply.page('listen/filings/new', page(req.me, around, form))
  })

  app.post('/report/alike', { config: { who: 'anyone', perMinute: 60, form: Look } }, async (req, reply) => {
    const input = readForm(Look, req.body)
    if ('form' in input || input.data.what.length < enough)
      return reply.fragment('listen/filings/_alike', { matches: [] })
    const building = /^b(\d{1,9})$/.exec(input.data.where)?.[1]
    const matches = await neighboursSaid(req.db, input.data.what, building ? Number(building) : null)
    return reply.fragment('listen/filings/_alike', { matches })
  })

  app.post('/filings', { config: { who: 'anyone', perMinute: 30, form: reportForm([]) } }, async (req, reply) => {
    const at = clock()
    const around = await whereabouts(req.db, req.me.householdId)
    const picture = await pictureOf(req, at)
    const input = readForm(reportForm(around.buildings), req.body)
    const errors = { ...('form' in input && input.form.errors), ...(picture.wrong && { picture: picture.wrong }) }
    const photoKey = picture.key ?? photoBefore(req.body)
    if ('form' in input || picture.wrong) {
      const values = { ...typed(req.body), key: key.parse(typed(req.body).key), photo: photoKey ?? '', website: '' }
      return reply.code(422).page('listen/filings/new', page(req.me, around, { values, errors }))
    }
    const filing = asFiling(input.data, req, around)
    const { look, looked, alike } = input.data
    if (look && !looked && alike === undefined) {
      const matches = await neighboursSaid(req.db, filing.words, filing.buildingId)
      const values = { ...typed(req.body), photo: photoKey ?? '' }
      if (matches.length > 0) return reply.page('listen/filings/alike', { matches, values })
    }
    const browser = req.cookies[browserCookie] ?? secret()
    const { code } = await req.db.transaction().execute(async (trx) => {
      const by = filing.recordedBy === null ? { householdId: filing.householdId } : { personId: filing.recordedBy }
      const taken = await takeFiling(trx, req.letterbox, { ...filing, ...(photoKey && { photoKey }) }, by, at)
      // Who writes down what others say has one browser for all of them: each of them counts.
      const voice = { householdId: filing.householdId, browser: filing.recordedBy === null ? browser : secret() }
      if (alike !== undefined) await joinNeighbour(trx, taken.id, alike, voice, at)
      return taken
    })
    if (alike !== undefined && filing.householdId === null && filing.recordedBy === null)
      reply.setCookie(browserCookie, browser, { ...sessionCookieOptions(origin), maxAge: 365 * 86_400 })
    return reply.goto(`/track/${groupCode(code)}?new=1`)
  })
}

const worksHere = (me: Me) => me.personId !== null && me.roles.some((role) => role !== 'resident')

function page(me: Me, { buildings, door }: Whereabouts, form: Form) {
  const onBehalf = worksHere(me)
  return { form, places, buildings, door: onBehalf ? null : door, onBehalf }
}

function asFiling(report: Report, req: FastifyRequest, { door, buildings }: Whereabouts) {
  const onBehalf = worksHere(req.me)
  const ownDoor = onBehalf || report.apart ? null : door
  // Places are data of the neighbourhood and read by its desk: in its language, whoever writes.
  const place = places.find((one) => one === report.where && one !== unspoken)
  return {
    key: keyOf(report),
    channel: 'bridge' as const,
    words: report.what,
    place: [place && translator('zh')(`report.place.${place}`), report.spot].filter(Boolean).join(' '),
    buildingId: buildings.find(({ id }) => report.where === `b${id}`)?.id ?? null,
    householdId: ownDoor ? req.me.householdId : null,
    surname: report.surname,
    nameShown: report.shown && report.surname !== '',
    phone: report.phone,
    locale: req.locale,
    recordedBy: onBehalf ? req.me.personId : null,
  }
}

/**
 * The same form sent twice is one filing. A form that came back by the browser's back button still holds its key: with
 * other words in it it is another filing, so the words are part of what is the same.
 */
function keyOf({ key, what, where, spot }: Report): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([key, what, where, spot]))
    .digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** The key of the picture that an earlier try of this form brought, unless she does not want it any more. */
function photoBefore(body: unknown): string | undefined {
  const { photo, drop } = typed(body)
  return drop === undefined ? z.uuid().safeParse(photo).data : undefined
}

/** The picture that came with the form, kept at once, so that an error in the form does not lose it. */
async function pictureOf(req: FastifyRequest, at: Date): Promise<{ key?: string; wrong?: MessageKey }> {
  const bytes = uploaded(req, 'picture')
  if (!bytes) return {}
  const picture = await ingestImage(bytes).catch((error: unknown) => {
    if (error instanceof Refusal) return error
    throw error
  })
  return picture instanceof Refusal ? { wrong: picture.key } : { key: await keepPhoto(req.db, picture, at) }
}
