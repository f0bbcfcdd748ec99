import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, number, readForm, ticked } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { isOver } from '../meetings/rules.ts'
import { deskPage, joinPage } from './reads.ts'
import { readDoor, readMeetingCode, whyNotComeIn } from './rules.ts'
import { seatStandIn } from './standins.ts'
import { comeIn, goHome, householdAt, noteDeparture, undoArrival } from './store.ts'

type Door = NonNullable<Awaited<ReturnType<typeof joinPage>>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/attendance/code': { form: Form }
    'agenda/attendance/join': { meeting: Door; whyNotComeIn: ReturnType<typeof whyNotComeIn>; form: Form }
    'agenda/attendance/desk': {
      meeting: Awaited<ReturnType<typeof deskPage>>
      /** The door that was just written down, as '12-602'. */
      came: string
      whyNotComeIn: ReturnType<typeof whyNotComeIn>
      form: Form
    }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = z.object({ slug: z.string(), no: number })
const byCode = z.object({ slug: z.string(), code: z.string().max(40) })
const Code = z.object({
  code: z
    .string(says('attendance.code.wrong'))
    .max(40, says('attendance.code.wrong'))
    .transform(readMeetingCode)
    .refine((code) => /^[0-9]{6}$/.test(code), says('attendance.code.wrong')),
})
/** Which seat, an empty one being none, and whether she comes for her door too. */
const Arrival = z.object({ seat: z.union([z.literal('').transform(() => null), number]).optional(), door: ticked })

const building = z.string().max(20).optional().catch(undefined)
const looking = z.object({ building, came: z.string().max(40).optional().catch(undefined) })
const Door = z.object({ door: line({ max: 30, missing: 'attendance.door.missing' }), building })
const Sitting = z.object({ seat: number, person: number, building })
const StandIn = z.object({ seat: number, building })
const Presence = z.object({ presence: number, building })

/** 到会: coming in with a phone, or at the desk by the entrance; and going home. */
export const attendance: Slice = (app, { clock }) => {
  app.get('/join', { config: { who: 'anyone' } }, async (_req, reply) =>
    reply.page('agenda/attendance/code', { form: blank }),
  )

  app.post('/join', { config: { who: 'anyone', perMinute: 30, form: Code } }, async (req, reply) => {
    const input = readForm(Code, req.body)
    if ('form' in input) return reply.code(422).page('agenda/attendance/code', input)
    const meeting = await joinPage(req.db, input.data, req.me)
    if (meeting && !isOver(meeting.state)) return reply.goto(`/join/${input.data.code}`)
    const code = meeting ? 'attendance.code.old' : 'attendance.code.unknown'
    return reply.code(422).page('agenda/attendance/code', { form: { values: input.data, errors: { code } } })
  })

  const joining = { schema: { params: byCode }, config: { who: 'anyone', perMinute: 30 } } as const
  app.get('/join/:code', joining, async (req, reply) => {
    const code = readMeetingCode(req.params.code)
    const meeting = /^[0-9]{6}$/.test(code) ? await joinPage(req.db, { code }, req.me) : null
    if (meeting) return joinView(reply, meeting, blank)
    const form: Form = { values: { code }, errors: { code: 'attendance.code.unknown' } }
    return reply.code(404).page('agenda/attendance/code', { form })
  })

  const arriving = { schema: { params: byNo }, config: { who: 'anyone', perMinute: 30, form: Arrival } } as const
  app.post('/meetings/:no/attendance', arriving, async (req, reply) => {
    const { me } = req
    if (me.householdId === null && me.seatIds.length === 0) throw new Refusal('attendance.unbound', 403)
    const input = readForm(Arrival, req.body)
    const asked = 'data' in input ? comesFor(input.data, me) : null
    if (asked === null) {
      const meeting = await joinPage(req.db, req.params, me)
      if (!meeting) throw notFound()
      return joinView(reply.code(422), meeting, { values: {}, errors: { seat: 'attendance.chooseOne' } })
    }
    const arrival = { ...asked, meetingNo: req.params.no, personId: me.personId, way: 'code' } as const
    await comeIn(req.db, arrival, { personId: me.personId, householdId: asked.householdId }, clock())
    return reply.goto(`/meetings/${req.params.no}`)
  })

  app.post('/meetings/:no/departure', { schema: { params: byNo }, config: { who: 'anyone' } }, async (req, reply) => {
    const { personId, householdId } = req.me
    if (householdId === null && personId === null) throw new Refusal('attendance.unbound', 403)
    await goHome(req.db, req.params.no, { personId, householdId }, { personId, householdId }, clock())
    return reply.goto(`/meetings/${req.params.no}`)
  })

  const looks = { schema: { params: byNo, querystring: looking }, config: { who: desk } }
  app.get('/desk/meetings/:no/desk', looks, async (req, reply) =>
    deskView(req, reply, req.params.no, req.query.building, req.query.came, blank),
  )

  const doors = { schema: { params: byNo }, config: { who: desk, form: Door } }
  app.post('/desk/meetings/:no/doors', doors, async (req, reply) => {
    const { no } = req.params
    const input = readForm(Door, req.body)
    if ('form' in input) return deskView(req, reply.code(422), no, input.form.values.building, undefined, input.form)
    const door = readDoor(input.data.door)
    const householdId = door && (await householdAt(req.db, door))
    if (!door || householdId === null) {
      const form: Form = { values: { door: input.data.door }, errors: { door: 'attendance.door.unknown' } }
      return deskView(req, reply.code(422), no, input.data.building, undefined, form)
    }
    const arrival = { meetingNo: no, householdId, personId: null, seatId: null, way: 'desk' } as const
    await comeIn(req.db, arrival, { personId: req.me.personId }, clock())
    return backToDesk(reply, no, input.data.building, `${door.building}-${door.door}`)
  })

  const seats = { schema: { params: byNo, body: Sitting }, config: { who: desk } }
  app.post('/desk/meetings/:no/seats', seats, async (req, reply) => {
    const { seat, person, building } = req.body
    const arrival = {
      meetingNo: req.params.no,
      householdId: null,
      personId: person,
      seatId: seat,
      way: 'desk',
    } as const
    await comeIn(req.db, arrival, { personId: req.me.personId }, clock())
    return backToDesk(reply, req.params.no, building)
  })

  const standingIn = { schema: { params: byNo, body: StandIn }, config: { who: desk } }
  app.post('/desk/meetings/:no/stand-ins', standingIn, async (req, reply) => {
    const at = { meetingNo: req.params.no, seatId: req.body.seat }
    await seatStandIn(req.db, at, { personId: req.me.personId }, clock())
    return backToDesk(reply, req.params.no, req.body.building)
  })

  const leaving = { schema: { params: byNo, body: Presence }, config: { who: desk } }
  app.post('/desk/meetings/:no/departures', leaving, async (req, reply) => {
    await noteDeparture(req.db, req.params.no, req.body.presence, { personId: req.me.personId }, clock())
    return backToDesk(reply, req.params.no, req.body.building)
  })

  app.post('/desk/meetings/:no/corrections', leaving, async (req, reply) => {
    await undoArrival(req.db, req.params.no, req.body.presence, { personId: req.me.personId }, clock())
    return backToDesk(reply, req.params.no, req.body.building)
  })

  async function deskView(
    req: FastifyRequest,
    reply: FastifyReply,
    no: number,
    building: string | undefined,
    came: string | undefined,
    form: Form,
  ) {
    const meeting = await deskPage(req.db, no, building ?? null)
    return reply.page('agenda/attendance/desk', {
      meeting,
      came: came ?? '',
      whyNotComeIn: whyNotComeIn(meeting.state),
      form,
    })
  }
}

function joinView(reply: FastifyReply, meeting: Door, form: Form) {
  return reply.page('agenda/attendance/join', { meeting, whyNotComeIn: whyNotComeIn(meeting.state), form })
}

function backToDesk(reply: FastifyReply, no: number, building: string | undefined, came?: string) {
  const query = new URLSearchParams({ ...(building && { building }), ...(came && { came }) })
  return reply.goto(`/desk/meetings/${no}/desk${query.size > 0 ? `?${query}` : ''}`)
}

/**
 * Which door and which seat somebody comes for. Nothing said: her own seat, else her own door. Null: she was asked and
 * chose neither.
 */
function comesFor({ seat, door }: z.output<typeof Arrival>, me: Me) {
  if (me.seatIds.length === 0) return { householdId: me.householdId, seatId: null }
  if (seat === undefined && !door) return { householdId: null, seatId: me.seatIds[0] ?? null }
  const asked = { householdId: door ? me.householdId : null, seatId: seat ?? null }
  return asked.householdId === null && asked.seatId === null ? null : asked
}
