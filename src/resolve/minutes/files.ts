import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { translator } from '../../lib/i18n.ts'
import { deadlinesOfMeeting, deskFeed, icsOf } from './calendar.ts'
import { countsCsv } from './counts.ts'
import type { MinutesDocument } from './document.ts'
import { docxOf } from './docx.ts'
import { readFor } from './pages.ts'
import type { MinutesRead } from './reads.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/minutes/print': { minutes: MinutesRead; shown: MinutesDocument }
    'resolve/minutes/notice': { minutes: MinutesRead; shown: MinutesDocument; paper: 'a4' | 'a3'; link: string }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const papers = z.object({ paper: z.enum(['a4', 'a3']).catch('a4') })
const byToken = { params: z.object({ slug: z.string(), token: z.string().max(200) }) }

/** What leaves the house: the file for the archive, paper for the wall, numbers for a spreadsheet, days for a calendar. */
export const minutesFiles: Slice = (app, { clock, vault }) => {
  app.get(
    '/meetings/:no/minutes.docx',
    { schema: byNo, config: { who: 'anyone', perMinute: 20 } },
    async (req, reply) => {
      const { shown } = await readFor(req, req.params.no)
      const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
      return asFile(reply, type, `minutes-${req.params.no}.docx`, `${shown.title}.docx`).send(await docxOf(shown))
    },
  )

  app.get('/meetings/:no/minutes.csv', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const { minutes, shown } = await readFor(req, req.params.no)
    const csv = countsCsv(minutes.facts, translator(req.locale))
    return asFile(reply, 'text/csv; charset=utf-8', `votes-${req.params.no}.csv`, `${shown.title}.csv`).send(csv)
  })

  app.get('/meetings/:no/minutes/print', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('resolve/minutes/print', await readFor(req, req.params.no)),
  )

  const hung = { ...byNo, querystring: papers }
  app.get('/meetings/:no/minutes/notice', { schema: hung, config: { who: 'anyone' } }, async (req, reply) => {
    const read = await readFor(req, req.params.no)
    const link = `${req.letterbox.home}/meetings/${req.params.no}/minutes`
    return reply.page('resolve/minutes/notice', { ...read, paper: req.query.paper, link })
  })

  app.get(
    '/meetings/:no/deadlines.ics',
    { schema: byNo, config: { who: 'anyone', perMinute: 60 } },
    async (req, reply) => {
      const { title, deadlines } = await deadlinesOfMeeting(req.db, req.params.no)
      return calendar(req, reply, title, deadlines)
    },
  )

  app.get(
    '/deadlines/:token.ics',
    { schema: byToken, config: { who: 'anyone', perMinute: 60 } },
    async (req, reply) => {
      const deadlines = await deskFeed(req.db, vault, req.community.id, req.params.token)
      return calendar(req, reply, req.locale === 'en' ? req.community.nameEn : req.community.name, deadlines)
    },
  )

  function calendar(req: FastifyRequest, reply: FastifyReply, name: string, deadlines: Parameters<typeof icsOf>[0]) {
    const t = translator(req.locale)
    const feed = {
      name: t('minutes.calendar', { name }),
      home: req.letterbox.home,
      t,
      english: req.locale === 'en',
      now: clock(),
    }
    return asFile(reply, 'text/calendar; charset=utf-8', 'deadlines.ics').send(icsOf(deadlines, feed))
  }

  /** A file that is saved, not opened where it lies; `name` may be Chinese, an old program gets the plain one. */
  function asFile(reply: FastifyReply, type: string, plain: string, name = plain) {
    const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    return reply
      .type(type)
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`)
  }
}
