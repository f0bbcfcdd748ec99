import { z } from 'zod'
import { type Form, filled, line, number, readForm, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { colours, faultsOf, mostSeats, ranks, whyNotAdd, whyNotRemove } from './rules.ts'
import { candidates, removeSeat, type SeatInput, saveSeat, seatsWithHolders, takePreset } from './store.ts'

type Seats = Awaited<ReturnType<typeof seatsWithHolders>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/seats/index': { seats: Seats; canAdd: boolean }
    'people/seats/edit': {
      /** Null: a new one. */
      seat: Seats[number] | null
      seats: Seats
      people: Awaited<ReturnType<typeof candidates>>
      colours: typeof colours
      canRemove: boolean
      form: Form
    }
  }
}

const byId = { params: z.object({ slug: z.string(), id: number }) }
const holder = z.preprocess((value) => (value === '' || value === undefined ? null : value), number.nullable())
const SeatForm = z.object({
  name: line({ max: 20, missing: 'seats.name.missing' }),
  name_en: line({ max: 40, missing: 'seats.nameEn.missing' }),
  character: line({ max: 8, missing: 'seats.character.wrong' }).refine(
    (text) => /^[\p{L}\p{N}]$/u.test(text),
    says('seats.character.wrong'),
  ),
  colour: z.enum(colours, says('seats.colour.missing')),
  place: z.coerce.number(says('form.wrong')).int().min(1).max(mostSeats),
  voting: ticked,
  required: ticked,
  vacant: ticked,
  holder0: holder,
  holder1: holder,
  holder2: holder,
})

/** 席位: who sits at the table, as the community itself sets it. */
export const seats: Slice = (app, { clock }) => {
  const who = ['admin', 'chair'] as const

  app.get('/desk/people/seats', { config: { who } }, async (req, reply) => {
    const seats = await seatsWithHolders(req.db)
    return reply.page('people/seats/index', { seats, canAdd: whyNotAdd(seats) === null })
  })

  app.post('/desk/people/seats/preset', { config: { who } }, async (req, reply) => {
    await takePreset(req.db, { personId: req.me.personId }, clock())
    return reply.goto('/desk/people/seats')
  })

  app.get('/desk/people/seats/new', { config: { who } }, async (req, reply) => {
    const page = await editPage(req.db, null)
    const unused = colours.find((colour) => page.seats.every((seat) => seat.colour !== colour)) ?? 'leaf'
    const form = filled({ colour: unused, place: String(page.seats.length + 1), voting: 'on' })
    return reply.page('people/seats/edit', { ...page, form })
  })

  app.get('/desk/people/seats/:id', { schema: byId, config: { who } }, async (req, reply) => {
    const page = await editPage(req.db, req.params.id)
    return reply.page('people/seats/edit', { ...page, form: filled(valuesOf(page.seat)) })
  })

  app.post('/desk/people/seats', { config: { who, form: SeatForm } }, async (req, reply) => {
    const input = readForm(SeatForm, req.body)
    const read = 'form' in input ? input : await checked(req.db, input.data, null, req.body)
    if ('form' in read) {
      return reply.code(422).page('people/seats/edit', { ...(await editPage(req.db, null)), form: read.form })
    }
    await saveSeat(req.db, null, read.seat, { personId: req.me.personId }, clock())
    return reply.goto('/desk/people/seats')
  })

  app.post('/desk/people/seats/:id', { schema: byId, config: { who, form: SeatForm } }, async (req, reply) => {
    const input = readForm(SeatForm, req.body)
    const read = 'form' in input ? input : await checked(req.db, input.data, req.params.id, req.body)
    if ('form' in read) {
      return reply.code(422).page('people/seats/edit', { ...(await editPage(req.db, req.params.id)), form: read.form })
    }
    await saveSeat(req.db, req.params.id, read.seat, { personId: req.me.personId }, clock())
    return reply.goto('/desk/people/seats')
  })

  app.post('/desk/people/seats/:id/removal', { schema: byId, config: { who } }, async (req, reply) => {
    await removeSeat(req.db, req.params.id, { personId: req.me.personId }, clock())
    return reply.goto('/desk/people/seats')
  })
}

type Database = Parameters<typeof seatsWithHolders>[0]

async function editPage(db: Database, id: number | null) {
  return db.transaction().execute(async (trx) => {
    const seats = await seatsWithHolders(trx)
    const seat = seats.find((one) => one.id === id) ?? null
    if (id !== null && !seat) throw notFound()
    const canRemove = seat !== null && whyNotRemove(seats) === null
    return { seat, seats, people: await candidates(trx), colours, canRemove }
  })
}

/** The seat as the store takes it, or the form again with what is wrong with it among the others. */
async function checked(
  db: Database,
  data: z.output<typeof SeatForm>,
  id: number | null,
  body: unknown,
): Promise<{ seat: SeatInput } | { form: Form }> {
  const { name_en: nameEn, holder0, holder1, holder2, ...rest } = data
  const seat = { ...rest, nameEn, holders: [holder0, holder1, holder2] }
  const errors = faultsOf(seat, await seatsWithHolders(db), id)
  return Object.keys(errors).length > 0 ? { form: { values: typed(body), errors } } : { seat }
}

function valuesOf(seat: Seats[number] | null): Record<string, string> {
  if (!seat) return {}
  return {
    name: seat.name,
    name_en: seat.name_en,
    character: seat.character,
    colour: seat.colour,
    place: String(seat.position),
    ...(seat.voting && { voting: 'on' }),
    ...(seat.required && { required: 'on' }),
    ...(seat.vacant_since && { vacant: 'on' }),
    ...Object.fromEntries(
      ranks.map((rank) => [`holder${rank}`, String(seat.holders.find((one) => one.rank === rank)?.id ?? '')]),
    ),
  }
}
