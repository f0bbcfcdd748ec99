import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isWorkingDay, shanghaiDay, workingDayAfter } from '../../lib/calendar.ts'
import { forgetCalendar } from '../../lib/http/communities.ts'
import { blank, day, type Form, line, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { clearDay, daysSet, setDay } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/calendar/show': {
      days: Awaited<ReturnType<typeof daysSet>>
      /** The next two weeks, as promises count them. */
      ahead: { day: string; working: boolean }[]
      /** When a promise of one working day made now would be due. */
      due: string
      form: Form
    }
  }
}

const admin = ['admin'] as const
const byDay = { params: z.object({ slug: z.string(), day }) }
const OneDay = z.object({
  day,
  kind: z.enum(['working', 'off'], says('calendar.kind.missing')),
  note: line({ max: 60, missing: 'calendar.note.missing' }),
})
const shownAhead = 14

/** 工作日: what an administrator knows better than the statutory calendar. Every promise made from then on counts by it. */
export const calendar: Slice = (app, { clock, house }) => {
  app.get('/desk/calendar', { config: { who: admin } }, async (req, reply) => show(req, reply, blank))

  app.post('/desk/calendar', { config: { who: admin, form: OneDay } }, async (req, reply) => {
    const input = readForm(OneDay, req.body)
    if ('form' in input) return show(req, reply.code(422), input.form)
    const { kind, ...rest } = input.data
    await setDay(req.db, { ...rest, working: kind === 'working' }, req.me.personId ?? 0, clock())
    forgetCalendar(house, req.community.slug)
    return reply.goto('/desk/calendar')
  })

  app.post('/desk/calendar/:day/removal', { schema: byDay, config: { who: admin } }, async (req, reply) => {
    await clearDay(req.db, req.params.day, req.me.personId ?? 0, clock())
    forgetCalendar(house, req.community.slug)
    return reply.goto('/desk/calendar')
  })

  async function show(req: FastifyRequest, reply: FastifyReply, form: Form) {
    const now = clock()
    const ahead = Array.from({ length: shownAhead }, (_, n) => {
      const one = shanghaiDay(new Date(now.getTime() + n * 86_400_000))
      return { day: one, working: isWorkingDay(one) }
    })
    return reply.page('people/calendar/show', {
      days: await daysSet(req.db),
      ahead,
      due: workingDayAfter(now, 1),
      form,
    })
  }
}
