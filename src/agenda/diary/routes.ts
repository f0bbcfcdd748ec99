import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { translator } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { calendarOf, type Entry } from './calendar.ts'
import { meetingsTold } from './reads.ts'

const byNo = { params: z.object({ slug: z.string(), no: number }) }
type Told = Awaited<ReturnType<typeof meetingsTold>>[number]
/** Without items an evening is taken to last this long. */
const anEvening = 60

/** 日历: one meeting for a calendar, and a feed of all of them to subscribe to. */
export const diary: Slice = (app) => {
  app.get('/meetings.ics', { config: { who: 'anyone', perMinute: 60 } }, async (req, reply) =>
    file(req, reply, await meetingsTold(req.db)),
  )

  app.get(
    '/meetings/:no/meeting.ics',
    { schema: byNo, config: { who: 'anyone', perMinute: 60 } },
    async (req, reply) => {
      const meetings = await meetingsTold(req.db, req.params.no)
      if (meetings.length === 0) throw notFound()
      return file(req, reply, meetings)
    },
  )
}

function file(req: FastifyRequest, reply: FastifyReply, meetings: Told[]) {
  const { home } = req.letterbox
  const t = translator(req.locale)
  const name = req.locale === 'en' ? req.community.nameEn : req.community.name
  const entryOf = (meeting: Told): Entry => ({
    uid: `meeting-${meeting.no}@${req.community.slug}.wutong`,
    title: meeting.aborted_at ? t('diary.off', { title: meeting.title }) : meeting.title,
    place: meeting.place,
    url: `${home}/meetings/${meeting.no}/agenda`,
    description: [meeting.aborted_reason, ...meeting.items.map(({ title }, i) => `${i + 1}. ${title}`)]
      .filter(Boolean)
      .join('\n'),
    startsAt: meeting.starts_at,
    minutes: meeting.items.reduce((sum, { minutes }) => sum + minutes, 0) || anEvening,
    sequence: meeting.notices + (meeting.aborted_at ? 1 : 0),
    calledOff: meeting.aborted_at !== null,
    stamp: meeting.aborted_at ?? meeting.lead_from ?? meeting.noticed_at ?? meeting.starts_at,
  })
  return reply
    .type('text/calendar; charset=utf-8')
    .header('content-disposition', 'attachment; filename="meetings.ics"')
    .header('cache-control', 'no-cache')
    .send(calendarOf(t('diary.name', { name }), meetings.map(entryOf)))
}
