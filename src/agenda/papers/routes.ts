import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { notFound } from '../../lib/refusal.ts'
import { labelOf } from '../kinds/rules.ts'
import { meetingOnPaper } from './reads.ts'

const sheets = ['notice', 'agenda', 'signin', 'code'] as const
type Paper = Awaited<ReturnType<typeof meetingOnPaper>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/papers/print': {
      meeting: Paper
      sheets: readonly (typeof sheets)[number][]
      labelOf: typeof labelOf
      /** Where a phone checks in, and the meeting's own page, in full. */
      joinUrl: string
      pageUrl: string
    }
    'agenda/papers/agenda': { meeting: Paper; labelOf: typeof labelOf; calendarUrl: string }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = z.object({ slug: z.string(), no: number })
const asked = { params: byNo, querystring: z.object({ sheet: z.enum(sheets).optional().catch(undefined) }) }

/** 会议用纸: the notice to post, the agenda, the sheet to sign, the code for the door; A4. And the agenda for everybody. */
export const papers: Slice = (app) => {
  app.get('/desk/meetings/:no/print', { schema: asked, config: { who: desk } }, async (req, reply) => {
    const meeting = await meetingOnPaper(req.db, req.params.no)
    const { home } = req.letterbox
    return reply.page('agenda/papers/print', {
      meeting,
      sheets: req.query.sheet ? [req.query.sheet] : sheets,
      labelOf,
      joinUrl: `${home}/join/${meeting.code}`,
      pageUrl: `${home}/meetings/${meeting.no}/agenda`,
    })
  })

  app.get('/meetings/:no/agenda', { schema: { params: byNo }, config: { who: 'anyone' } }, async (req, reply) => {
    const meeting = await meetingOnPaper(req.db, req.params.no)
    // A draft is the desk's, as on the meeting's own page.
    if (meeting.noticed_at === null && !desk.some((role) => req.me.roles.includes(role))) throw notFound()
    const calendarUrl = `${req.letterbox.home}/meetings.ics`
    return reply.page('agenda/papers/agenda', { meeting, labelOf, calendarUrl })
  })
}
