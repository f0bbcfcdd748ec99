import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Form, filled, line, number, phone, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { invitationOf, invitations, signupOf } from './invitations.ts'
import { boardOf, householdAt, listOf, roomBehind } from './reads.ts'
import { whyNotSignUp } from './rules.ts'
import { arrive, signUp, tickArrival, withdrawSignup } from './signups.ts'

type Board = NonNullable<Awaited<ReturnType<typeof boardOf>>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/gatherings/coming': { gatherings: Awaited<ReturnType<typeof invitations>> }
    'listen/gatherings/invitation': {
      gathering: Awaited<ReturnType<typeof invitationOf>>
      why: MessageKey | null
      household: boolean
      form: Form
    }
    'listen/gatherings/signup': { signup: Awaited<ReturnType<typeof signupOf>> }
    'listen/gatherings/arrive': {
      gathering: Awaited<ReturnType<typeof roomBehind>>
      household: boolean
      /** Her number, once she is in. */
      nth: number | null
      form: Form
    }
    'listen/gatherings/list': { gathering: Awaited<ReturnType<typeof listOf>>; form: Form }
    'listen/gatherings/board': { board: Board; arriveUrl: string; topic: string }
    'listen/gatherings/_board': { board: Board; arriveUrl: string }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byKey = { params: z.object({ slug: z.string(), no: number, key: z.uuid() }) }
const byDoor = {
  params: z.object({ slug: z.string(), no: number, door: z.uuid() }),
  querystring: z.object({ nth: number.optional().catch(undefined) }),
}
const SignupForm = z.object({
  key: z.uuid(says('gatherings.key.wrong')),
  name: line({ max: 40 }),
  phone,
  website: z.string().max(0).optional(),
})
const ListForm = z.object({
  key: z.uuid(says('gatherings.key.wrong')),
  name: line({ max: 40 }),
  building: line({ max: 20 }),
  door: line({ max: 12 }),
  phone,
})

/** 请出来: the invitation, signing up, being there; and the board on the room's screen. */
export const arrivals: Slice = (app, { clock, live, origin }) => {
  const noters = ['volunteer', 'staff', 'chair'] as const
  const fresh = () => filled({ key: randomUUID() })

  app.get('/gatherings', { config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('listen/gatherings/coming', { gatherings: await invitations(req.db) }),
  )

  app.get('/gatherings/:no', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const household = req.me.householdId !== null
    const gathering = await invitationOf(req.db, req.params.no, req.me.householdId)
    return reply.page('listen/gatherings/invitation', {
      gathering,
      why: whyNotSignUp(gathering),
      household,
      form: fresh(),
    })
  })

  app.post(
    '/gatherings/:no/signups',
    { schema: byNo, config: { who: 'anyone', perMinute: 20, form: SignupForm } },
    async (req, reply) => {
      const { no } = req.params
      const householdId = req.me.householdId
      const input = readForm(SignupForm, req.body)
      const form = 'form' in input ? input.form : nameless(householdId, input.data.name, req.body)
      if (form || 'form' in input) {
        const gathering = await invitationOf(req.db, no, householdId)
        return reply.code(422).page('listen/gatherings/invitation', {
          gathering,
          why: whyNotSignUp(gathering),
          household: householdId !== null,
          form: form as Form,
        })
      }
      const signup = { ...input.data, householdId, locale: req.locale }
      const { key } = await signUp(req.db, req.letterbox, no, signup, clock())
      return reply.goto(`/gatherings/${no}/signups/${key}`)
    },
  )

  app.get('/gatherings/:no/signups/:key', { schema: byKey, config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('listen/gatherings/signup', { signup: await signupOf(req.db, req.params.no, req.params.key) }),
  )

  app.post(
    '/gatherings/:no/signups/:key/withdrawal',
    { schema: byKey, config: { who: 'anyone' } },
    async (req, reply) => {
      const { no, key } = req.params
      await withdrawSignup(req.db, req.letterbox, no, key, clock())
      return reply.goto(`/gatherings/${no}/signups/${key}`)
    },
  )

  app.get('/gatherings/:no/arrivals/:door', { schema: byDoor, config: { who: 'anyone' } }, async (req, reply) => {
    const gathering = await roomBehind(req.db, req.params.no, req.params.door)
    const household = req.me.householdId !== null
    return reply.page('listen/gatherings/arrive', {
      gathering,
      household,
      nth: req.query.nth ?? null,
      form: fresh(),
    })
  })

  app.post(
    '/gatherings/:no/arrivals/:door',
    { schema: byDoor, config: { who: 'anyone', form: SignupForm } },
    async (req, reply) => {
      const { no, door } = req.params
      const householdId = req.me.householdId
      const input = readForm(SignupForm, req.body)
      const form = 'form' in input ? input.form : nameless(householdId, input.data.name, req.body)
      if (form || 'form' in input) {
        const gathering = await roomBehind(req.db, no, door)
        const household = householdId !== null
        return reply.code(422).page('listen/gatherings/arrive', { gathering, household, nth: null, form: form as Form })
      }
      const signup = { ...input.data, householdId, locale: req.locale }
      const { nth } = await arrive(req.db, req.letterbox, no, { door, signup }, clock())
      // Her number, not her private address: whoever types a neighbour's name must not get the neighbour's page.
      return reply.goto(`/gatherings/${no}/arrivals/${door}?nth=${nth}`)
    },
  )

  app.get('/desk/gatherings/:no/signups', { schema: byNo, config: { who: noters } }, async (req, reply) =>
    reply.page('listen/gatherings/list', { gathering: await listOf(req.db, req.params.no), form: fresh() }),
  )

  app.post(
    '/desk/gatherings/:no/signups',
    { schema: byNo, config: { who: noters, form: ListForm } },
    async (req, reply) => {
      const { no } = req.params
      if (req.me.personId === null) throw notFound()
      const input = readForm(ListForm, req.body)
      if ('form' in input) return again(input.form)
      const { building, door, ...signup } = input.data
      const householdId = building && door ? await householdAt(req.db, building, door) : null
      if ((building || door) && householdId === null) return wrong('door', 'gatherings.door.unknown')
      if (householdId === null && signup.name === '') return wrong('name', 'gatherings.name.missing')
      const by = { personId: req.me.personId }
      const here = { ...signup, householdId, locale: req.locale }
      await arrive(req.db, req.letterbox, no, { by, signup: here }, clock())
      return reply.goto(`/desk/gatherings/${no}/signups`)

      function wrong(field: string, key: MessageKey) {
        return again({ values: typed(req.body), errors: { [field]: key } })
      }
      async function again(form: Form) {
        return reply.code(422).page('listen/gatherings/list', { gathering: await listOf(req.db, no), form })
      }
    },
  )

  app.post(
    '/desk/gatherings/:no/signups/:key/arrival',
    { schema: byKey, config: { who: noters } },
    async (req, reply) => {
      if (req.me.personId === null) throw notFound()
      await tickArrival(req.db, req.params.no, req.params.key, { personId: req.me.personId }, clock())
      return reply.goto(`/desk/gatherings/${req.params.no}/signups`)
    },
  )

  // The words on the board are as they were said, and nobody has read them over yet: so it is not public by its number.
  // The address is random and stands on the note-takers' page; the room's screen needs no sign-in and no mouse.
  app.get('/gatherings/:no/board/:key', { schema: byKey, config: { who: 'anyone' } }, async (req, reply) => {
    const { no, key } = req.params
    const board = await boardOf(req.db, no)
    if (board?.board_key !== key) throw notFound()
    const arriveUrl = arriveAt(req.community.slug, board)
    return reply.page('listen/gatherings/board', { board, arriveUrl, topic: `heard:${no}:${key}` })
  })

  live.panel('heard', {
    view: 'listen/gatherings/_board',
    follows: ['gathering'],
    who: 'anyone',
    pass: async (db, no) => (await boardOf(db, no))?.board_key ?? null,
    read: async (db, no, { slug }) => {
      const board = await boardOf(db, no)
      return board && { board, arriveUrl: arriveAt(slug, board) }
    },
  })

  const arriveAt = (slug: string, { no, door_key: door }: Board) =>
    `${origin}/c/${slug}/gatherings/${no}/arrivals/${door}`
}

/** A visitor gives a name; of a household the door is known. */
function nameless(householdId: number | null, name: string, body: unknown): Form | null {
  return householdId === null && name === ''
    ? { values: typed(body), errors: { name: 'gatherings.name.missing' } }
    : null
}
