import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, moment, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { holdGavel } from '../gavel/store.ts'
import { kindsOf } from '../kinds/store.ts'
import { adjournMeeting } from './endings.ts'
import { meetingList } from './reads.ts'
import { createMeeting, noticeMeeting, openMeeting, startCheckin } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/meetings/index': {
      meetings: Awaited<ReturnType<typeof meetingList>>
      kinds: Awaited<ReturnType<typeof kindsOf>>
      form: Form
      key: string
    }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const NewMeeting = z.object({
  key: z.uuid(),
  kind: z
    .string(says('meetings.kind.missing'))
    .regex(/^[a-z_]{2,20}$/, says('meetings.kind.missing'))
    .default('five_party'),
  title: line({ max: 80, missing: 'meetings.title.missing' }),
  place: line({ max: 120, missing: 'meetings.place.missing' }),
  startsAt: moment,
})

/** 五位一体会议: planning one, and its way from draft to adjourned. */
export const meetings: Slice = (app, { clock }) => {
  app.get('/desk/meetings', { config: { who: desk } }, async (req, reply) => list(req, reply, blank, randomUUID()))

  app.post('/desk/meetings', { config: { who: desk, form: NewMeeting } }, async (req, reply) => {
    const input = readForm(NewMeeting, req.body)
    if ('form' in input) {
      // The same key again, so that correcting a field does not make a second meeting.
      const key = z.uuid().safeParse(input.form.values.key).data ?? randomUUID()
      return list(req, reply.code(422), input.form, key)
    }
    const no = await createMeeting(req.db, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${no}`)
  })

  step('notice', noticeMeeting)
  step('checkin', startCheckin)
  step('opening', openMeeting)
  step('adjournment', (db, no, by, at, letterbox) => adjournMeeting(db, letterbox, no, by, at))

  /** One press of the chair. htmx only hears that it happened: the pushed panels show it. */
  function step(noun: string, verb: (...press: [...Parameters<typeof noticeMeeting>, Letterbox]) => Promise<void>) {
    app.post(`/meetings/:no/${noun}`, { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
      await holdGavel(req.db, req.params.no, req.me, clock())
      await verb(req.db, req.params.no, { personId: req.me.personId }, clock(), req.letterbox)
      return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${req.params.no}/chair`)
    })
  }

  async function list(req: FastifyRequest, reply: FastifyReply, form: Form, key: string) {
    return reply.page('agenda/meetings/index', {
      meetings: await meetingList(req.db),
      kinds: await kindsOf(req.db),
      form,
      key,
    })
  }
}
