import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiDay } from '../../lib/calendar.ts'
import { day, type Form, filled, line, readForm, said, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { takeVisits } from '../doorstep/store.ts'
import { planner } from '../rounds/reads.ts'
import { doorsOf } from '../visits/reads.ts'
import { type Outcome, oldestPaper, outcomes, shortestMatter, walkingOrder } from '../visits/rules.ts'
import type { NewVisit } from '../visits/store.ts'
import { noonOf, outcomeKeys, pages, rowsAtOnce } from './rules.ts'

type Door = Awaited<ReturnType<typeof doorsOf>>[number]

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/sheets/print': {
      building: string
      pages: Door[][]
      outcomes: typeof outcomeKeys
      link: (door: string) => string
    }
    'listen/sheets/transcription': {
      building: string
      /** Every door of the building, for the list behind the box. */
      doors: string[]
      rows: number
      outcomes: typeof outcomeKeys
      /** On whose behalf it may be typed; null: one's own sheets only. */
      volunteers: { id: number; name: string }[] | null
      today: string
      saved: number
      form: Form
    }
  }
}

const ofBuilding = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({
    building: z.string().min(1).max(80),
    saved: z.coerce.number().int().min(0).max(rowsAtOnce).catch(0),
  }),
}

const row = {
  key: z.uuid(says('visits.key.wrong')),
  door: line({ max: 12 }),
  outcome: z.enum(['', ...outcomes], says('visits.outcome.missing')).default(''),
  words: said({ max: 500 }),
  record: ticked,
  publish: ticked,
}
const rows = Array.from({ length: rowsAtOnce }, (_, at) => at + 1)
/** The form has one of these for each line of the paper: key1, door1, outcome1 … */
const rowFields: Record<string, z.ZodType> = Object.fromEntries(
  rows.flatMap((n) => Object.entries(row).map(([name, field]) => [`${name}${n}`, field])),
)
const SheetForm = z.object({
  building: line({ max: 20, missing: 'form.wrong' }),
  day,
  volunteer: z
    .string()
    .regex(/^\d{0,9}$/, says('form.wrong'))
    .default(''),
  ...rowFields,
})

/** Ten lines of five hundred characters, each up to nine bytes in a form. */
const aSheet = 128 * 1024

/** 走访单 and 照单录入: paper out, paper back in. */
export const sheets: Slice = (app, { clock }) => {
  const who = ['volunteer', 'staff', 'chair'] as const

  app.get('/desk/visits/sheet', { schema: ofBuilding, config: { who } }, async (req, reply) => {
    const { building } = req.query
    const doors = walkingOrder(await doorsOf(req.db, building, clock()))
    return reply.page('listen/sheets/print', {
      building,
      pages: pages(doors),
      outcomes: outcomeKeys,
      link: (door) => `${req.letterbox.home}/door/?${new URLSearchParams({ b: building, d: door })}`,
    })
  })

  const page = async (req: FastifyRequest, reply: FastifyReply, building: string, saved: number, form: Form) => {
    const doors = walkingOrder(await doorsOf(req.db, building, clock()))
    return reply.page('listen/sheets/transcription', {
      building,
      doors: doors.map(({ door }) => door),
      rows: rowsAtOnce,
      outcomes: outcomeKeys,
      volunteers: forOthers(req) ? (await planner(req.db)).volunteers : null,
      today: shanghaiDay(clock()),
      saved,
      form,
    })
  }

  app.get('/desk/visits/transcription', { schema: ofBuilding, config: { who } }, async (req, reply) => {
    const { building, saved } = req.query
    return page(req, reply, building, saved, filled({ ...newKeys(), day: shanghaiDay(clock()) }))
  })

  app.post(
    '/desk/visits/transcription',
    { bodyLimit: aSheet, config: { who, form: SheetForm } },
    async (req, reply) => {
      const values = typed(req.body)
      const building = values.building ?? ''
      const again = (errors: Form['errors'], saved = 0) =>
        page(req, reply.code(422), building, saved, { values: { ...newKeys(), ...values }, errors })
      const input = readForm(SheetForm, req.body)
      if ('form' in input) return again(input.form.errors)
      const { personId } = req.me
      if (personId === null) throw notFound()
      const { day, volunteer } = input.data
      const wrongDay = whyNotDay(day, clock())
      if (wrongDay) return again({ day: wrongDay })
      const whose = volunteer === '' ? personId : Number(volunteer)
      const mayName =
        whose === personId || (forOthers(req) && (await planner(req.db)).volunteers.some(({ id }) => id === whose))
      if (!mayName) return again({ volunteer: 'form.wrong' })

      const lines = rows
        .map((n) => lineOf(input.data, n))
        .filter(({ door, words, outcome }) => door || words || outcome)
      if (lines.length === 0) return again({ door1: 'sheets.empty' })
      const errors: Form['errors'] = {}
      for (const line of lines) Object.assign(errors, faultsOfLine(line))
      const right = lines.filter(
        ({ n }) => !Object.keys(errors).some((field) => field.match(/\d+$/)?.[0] === String(n)),
      )
      const visits = right.map((line) => visitOf(line, { building, day, locale: req.locale, volunteerId: whose }))
      const answers = await takeVisits(req.db, req.letterbox, visits, { personId }, clock())
      for (const [at, { why }] of answers.entries()) {
        const n = right[at]?.n ?? 0
        if (why)
          errors[why === 'doorstep.noSuchDoor' ? `door${n}` : `words${n}`] =
            why === 'doorstep.noSuchDoor' ? 'sheets.door.unknown' : why
      }
      const saved = answers.filter(({ why }) => why === null).length
      if (Object.keys(errors).length > 0) return again(errors, saved)
      return reply.goto(`/desk/visits/transcription?${new URLSearchParams({ building, saved: String(saved) })}`)
    },
  )
}

const forOthers = (req: FastifyRequest) => req.me.roles.some((role) => role === 'staff' || role === 'chair')

const newKeys = () => Object.fromEntries(rows.map((n) => [`key${n}`, randomUUID()]))

function whyNotDay(day: string, now: Date): MessageKey | null {
  if (day > shanghaiDay(now)) return 'sheets.day.future'
  return noonOf(day) < oldestPaper(now) ? 'sheets.day.old' : null
}

interface Line {
  n: number
  key: string
  door: string
  outcome: Outcome | ''
  words: string
  record: boolean
  publish: boolean
}

function lineOf(data: Record<string, unknown>, n: number): Line {
  const fields = Object.fromEntries(Object.keys(row).map((name) => [name, data[`${name}${n}`]]))
  return { n, ...fields } as unknown as Line
}

function faultsOfLine({ n, door, outcome, words, record }: Line): Form['errors'] {
  if (door === '') return { [`door${n}`]: 'sheets.door.missing' }
  if (outcome === '') return { [`outcome${n}`]: 'visits.outcome.missing' }
  if (words === '') return {}
  if (words.length < shortestMatter) return { [`words${n}`]: 'visits.words.short' }
  if (outcome !== 'met') return { [`outcome${n}`]: 'visits.outcome.nobodySpoke' }
  return record ? {} : { [`record${n}`]: 'visits.record.needed' }
}

function visitOf(
  line: Line,
  sheet: Pick<NewVisit, 'building' | 'locale'> & { day: string; volunteerId: number },
): NewVisit {
  return {
    key: line.key,
    building: sheet.building,
    door: line.door,
    outcome: line.outcome || 'not_home',
    matters: line.words === '' ? [] : [{ words: line.words, place: '' }],
    remark: '',
    consent: { record: line.record, call: false, publish: line.publish },
    phone: '',
    locale: sheet.locale,
    stated: noonOf(sheet.day),
    volunteerId: sheet.volunteerId,
  }
}
