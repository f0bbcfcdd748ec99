import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, number, readForm, said, ticked } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { uploaded } from '../../lib/http/uploads.ts'
import { says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { areaOf, groupedMetres, type RefusedLine, squareMetres } from '../lines/rules.ts'
import { agreeOn, changeOwners, changeUnit, type NamedOwner, revealOwners } from './changes.ts'
import { type Totals, totalsOf, type UnitShown, unitNamed, unitShown, unitsByBuilding, unitsOf } from './reads.ts'
import { readOwners, readUnits, severalUnits, writeUnits } from './rules.ts'
import { type Comparison, compareUnits, importUnits } from './store.ts'

interface Table {
  squareMetres: (area: number) => string
}

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/owners/index': Table & {
      totals: Totals
      buildings: Awaited<ReturnType<typeof unitsByBuilding>>
      form: Form
    }
    'people/owners/building': Table & { building: string; units: Awaited<ReturnType<typeof unitsOf>> }
    'people/owners/import': { form: Form }
    'people/owners/report': Table & {
      found: Comparison
      refused: RefusedLine[]
      several: ReturnType<typeof severalUnits>
      /** The lines to import, to be sent back; null when it was done just now. */
      file: string | null
    }
    'people/owners/unit': Table & {
      unit: UnitShown
      /** Opened a moment ago by whoever looks, who said why; null: closed. */
      owners: NamedOwner[] | null
      form: Form
    }
  }
}

const byId = { params: z.object({ slug: z.string(), id: number }) }
const byBuilding = { params: z.object({ slug: z.string(), building: z.string().max(80) }) }
const onList = { querystring: z.object({ unit: line({ max: 41 }) }) }
const Import = z.object({ register: z.string(says('error.malformed')).min(1, says('error.malformed')) })
const Purpose = z.object({ purpose: line({ max: 100, min: 2, missing: 'triage.purpose.missing' }) })
const Terms = z.object({
  area: z.string(says('register.bad.area')).transform((text, context) => {
    const area = areaOf(text.trim())
    if (area === null) context.addIssue({ code: 'custom', message: says('register.bad.area') })
    return area ?? 0
  }),
  delivered: ticked,
  countsArea: ticked,
  countsHead: ticked,
})
const Agreed = z.object({
  owner: z.union([z.literal('').transform(() => null), number], says('owners.agreed.missing')),
})
const Owners = z
  .object({ names: said({ max: 500 }), why: z.enum(['sale', 'mistake'], says('owners.why.missing')) })
  .transform(({ names, why }, context) => {
    const { owners, why: wrong } = readOwners(names)
    const message = wrong ?? (why === 'sale' && owners.length === 0 ? 'owners.names.missing' : null)
    if (message) context.addIssue({ code: 'custom', path: ['names'], message: says(message) })
    return { called: owners, why }
  })
const aFile = 4 * 1024 * 1024

/** 业主名册: what there is, who owns it, and what a vote of all owners is measured against. Names only for a reason. */
export const owners: Slice = (app, { clock, vault }) => {
  const who = ['admin', 'chair', 'staff'] as const

  app.get('/desk/owners', { schema: onList, config: { who } }, async (req, reply) => {
    const { unit } = req.query
    const id = unit === '' ? null : await unitNamed(req.db, unit)
    if (id !== null) return reply.goto(`/desk/owners/units/${id}`)
    const form: Form = unit === '' ? blank : { values: { unit }, errors: { unit: 'owners.unit.unknown' } }
    const [totals, buildings] = await Promise.all([totalsOf(req.db), unitsByBuilding(req.db)])
    return reply
      .code(unit === '' ? 200 : 422)
      .page('people/owners/index', { totals, buildings, squareMetres: groupedMetres, form })
  })

  app.get('/desk/owners/buildings/:building', { schema: byBuilding, config: { who } }, async (req, reply) => {
    const { building } = req.params
    return reply.page('people/owners/building', { building, units: await unitsOf(req.db, building), squareMetres })
  })

  app.get('/desk/owners/import', { config: { who: ['admin'] } }, async (_req, reply) =>
    reply.page('people/owners/import', { form: blank }),
  )

  app.post('/desk/owners/check', { config: { who: ['admin'], perMinute: 20 } }, async (req, reply) => {
    const bytes = uploaded(req, 'file')
    if (!bytes) {
      const form: Form = { values: {}, errors: { file: 'register.file.missing' } }
      return reply.code(422).page('people/owners/import', { form })
    }
    const { rows, refused } = readUnits(bytes)
    const found = await compareUnits(req.db, names(req), rows)
    const file = writeUnits([...found.added, ...found.changed])
    return reply.page('people/owners/report', { found, refused, several: severalUnits(rows), squareMetres, file })
  })

  // What was checked comes back with the confirmation and is read and compared again: nothing of it is kept meanwhile.
  app.post(
    '/desk/owners/import',
    { bodyLimit: aFile, config: { who: ['admin'], perMinute: 20, form: Import } },
    async (req, reply) => {
      const input = readForm(Import, req.body)
      if ('form' in input) throw new Refusal('error.malformed', 422)
      const { rows, refused } = readUnits(Buffer.from(input.data.register))
      if (rows.length === 0 || refused.length > 0) throw new Refusal('error.malformed', 422)
      const found = await req.db
        .transaction()
        .execute((trx) => importUnits(trx, names(req), rows, { by: req.me, at: clock() }))
      return reply.page('people/owners/report', { found, refused: [], several: [], squareMetres, file: null })
    },
  )

  app.get('/desk/owners/units/:id', { schema: byId, config: { who } }, (req, reply) => unitPage(req, reply, {}))

  app.post('/desk/owners/units/:id/names', { schema: byId, config: { who, form: Purpose } }, async (req, reply) => {
    const input = readForm(Purpose, req.body)
    if ('form' in input) return unitPage(req, reply.code(422), { form: input.form })
    return unitPage(req, reply, { opened: await revealOwners(req.db, names(req), act(req), input.data.purpose) })
  })

  app.post('/desk/owners/units/:id/terms', { schema: byId, config: { who, form: Terms } }, async (req, reply) => {
    const input = readForm(Terms, req.body)
    if ('form' in input) return unitPage(req, reply.code(422), { form: input.form })
    await changeUnit(req.db, act(req), input.data)
    return reply.goto(`/desk/owners/units/${req.params.id}`)
  })

  app.post('/desk/owners/units/:id/agreed', { schema: byId, config: { who, form: Agreed } }, async (req, reply) => {
    const input = readForm(Agreed, req.body)
    if ('form' in input) return unitPage(req, reply.code(422), { form: input.form })
    await agreeOn(req.db, act(req), input.data.owner)
    return reply.goto(`/desk/owners/units/${req.params.id}`)
  })

  app.post('/desk/owners/units/:id/owners', { schema: byId, config: { who, form: Owners } }, async (req, reply) => {
    const input = readForm(Owners, req.body)
    if ('form' in input) return unitPage(req, reply.code(422), { form: input.form })
    await changeOwners(req.db, names(req), act(req), input.data)
    return reply.goto(`/desk/owners/units/${req.params.id}`)
  })

  const names = ({ community }: FastifyRequest) => ({ vault, communityId: community.id })

  type Asked = FastifyRequest<{ Params: { id: number } }>
  const act = (req: Asked) => ({ id: req.params.id, by: { personId: req.me.personId }, at: clock() })

  async function unitPage(
    req: Asked,
    reply: FastifyReply,
    { opened = null, form }: { opened?: NamedOwner[] | null; form?: Form },
  ) {
    const unit = await unitShown(req.db, req.params.id)
    const ticks = { delivered: unit.delivered, countsArea: unit.counts_area, countsHead: unit.counts_head }
    const on = Object.entries(ticks).flatMap(([what, yes]) => (yes ? [[what, 'on']] : []))
    const stands = filled({ area: squareMetres(unit.area), ...Object.fromEntries(on) })
    return reply.page('people/owners/unit', { unit, owners: opened, squareMetres, form: form ?? stands })
  }
}
