import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, number, readForm, said } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { objectToMinutes, replyToObjection, replyToSeat } from './answers.ts'
import { feedToken } from './calendar.ts'
import { type MinutesLine, type MinutesRead, minutesList, minutesOf } from './reads.ts'
import { whyNotArchive, whyNotEdit, whyNotPublish } from './rules.ts'
import { archiveMinutes, publishMinutes, sendMinutes, takeBackMinutes } from './steps.ts'
import { drawUp, editPart } from './store.ts'
import { whyNotPrint } from './wording.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/minutes/desk': { meetings: MinutesLine[]; feed: string }
    'resolve/minutes/draft': {
      minutes: MinutesRead
      whyNotPublish: MessageKey | null
      whyNotArchive: MessageKey | null
      chair: boolean
      key: string
      form: Form
      /** Which form of the page it belongs to: 'back', 'words', 'seat-3', 'objection-7'. */
      at: string
    }
    'resolve/minutes/part': { minutes: MinutesRead; part: MinutesRead['parts'][number]; form: Form; moved: boolean }
  }
}

const desk = ['staff', 'chair'] as const
const chairs = ['chair'] as const
const params = z.object({ slug: z.string(), no: number })
const byNo = { params }
const byPart = { params: params.extend({ nth: z.coerce.number().int().min(0).max(1_000) }) }
const bySeat = { params: params.extend({ seat: number }) }
const byId = { params: params.extend({ id: number }) }

const open = (text: string, problem: z.RefinementCtx) => {
  const why = whyNotPrint(text)
  if (why) problem.addIssue({ code: 'custom', message: why })
}
const PartForm = z.object({
  text: said({ max: 6000, missing: 'minutes.text.missing' }).superRefine(open),
  seen: number,
})
const BackForm = z.object({ reason: line({ max: 300, missing: 'minutes.reason.missing' }) })
const reply = said({ max: 1000, missing: 'minutes.reply.missing' }).superRefine(open)
const SeatReplyForm = z.object({ reply })
const ReplyForm = z.object({ gist: line({ max: 120, missing: 'minutes.gist.missing' }).superRefine(open), reply })
const WordsForm = z.object({ key: z.uuid(), words: said({ max: 1000, missing: 'minutes.words.missing' }) })

/** 会议纪要 at the desk: drafted by itself, read and set right, sent round, hung out, put away. */
export const minutes: Slice = (app, { clock, vault }) => {
  app.get('/desk/minutes', { config: { who: desk } }, async (req, reply) => {
    const token = feedToken(vault, req.community.id, somebody(req.me).personId)
    const feed = `${req.letterbox.home}/deadlines/${token}.ics`
    return reply.page('resolve/minutes/desk', { meetings: await minutesList(req.db), feed })
  })

  app.post('/desk/meetings/:no/minutes', { schema: byNo, config: { who: desk } }, async (req, reply) => {
    await drawUp(req.db, req.params.no, req.community, somebody(req.me), clock())
    return reply.goto(`/desk/meetings/${req.params.no}/minutes`)
  })

  app.get('/desk/meetings/:no/minutes', { schema: byNo, config: { who: desk } }, async (req, reply) =>
    show(req, reply, req.params.no, blank, ''),
  )

  app.get('/desk/meetings/:no/minutes/parts/:nth', { schema: byPart, config: { who: desk } }, async (req, reply) => {
    const { minutes, part } = await partOf(req, req.params)
    const form = filled({ text: part.text, seen: String(part.rev) })
    return reply.page('resolve/minutes/part', { minutes, part, form, moved: false })
  })

  const edited = { schema: byPart, config: { who: desk, form: PartForm } }
  app.post('/desk/meetings/:no/minutes/parts/:nth', edited, async (req, reply) => {
    const { no, nth } = req.params
    const input = readForm(PartForm, req.body)
    if ('form' in input) {
      const page = await partOf(req, req.params)
      return reply.code(422).page('resolve/minutes/part', { ...page, form: input.form, moved: false })
    }
    const { text, seen } = input.data
    const kept = await editPart(req.db, { meetingNo: no, nth, text, seen }, somebody(req.me), clock())
    if (kept) return reply.goto(`/desk/meetings/${no}/minutes#part-${nth}`)
    // Somebody else was faster: her text is on the page, and what was typed here is still in the box.
    const page = await partOf(req, req.params)
    const form: Form = { values: { text, seen: String(page.part.rev) }, errors: { text: 'minutes.text.moved' } }
    return reply.code(409).page('resolve/minutes/part', { ...page, form, moved: true })
  })

  const restored = { schema: { ...byPart, body: z.object({ seen: number }) }, config: { who: desk } }
  app.post('/desk/meetings/:no/minutes/parts/:nth/restoration', restored, async (req, reply) => {
    const { no, nth } = req.params
    const back = { meetingNo: no, nth, text: null, seen: req.body.seen }
    if (!(await editPart(req.db, back, somebody(req.me), clock()))) throw new Refusal('minutes.text.moved')
    return reply.goto(`/desk/meetings/${no}/minutes#part-${nth}`)
  })

  step('sending', desk, sendMinutes)
  step('publication', chairs, publishMinutes)
  step('archive', desk, archiveMinutes)

  app.post(
    '/desk/meetings/:no/minutes/return',
    { schema: byNo, config: { who: desk, form: BackForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(BackForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, 'back')
      await takeBackMinutes(req.db, { meetingNo: no, reason: input.data.reason }, somebody(req.me), clock())
      return reply.goto(`/desk/meetings/${no}/minutes`)
    },
  )

  app.post(
    '/desk/meetings/:no/minutes/seats/:seat/reply',
    { schema: bySeat, config: { who: chairs, form: SeatReplyForm } },
    async (req, reply) => {
      const { no, seat } = req.params
      const input = readForm(SeatReplyForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, `seat-${seat}`)
      const answer = { meetingNo: no, seatId: seat, reply: input.data.reply }
      await replyToSeat(req.db, answer, somebody(req.me), clock())
      return reply.goto(`/desk/meetings/${no}/minutes`)
    },
  )

  app.post(
    '/desk/meetings/:no/minutes/objections',
    { schema: byNo, config: { who: desk, form: WordsForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(WordsForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, 'words')
      const by = somebody(req.me)
      const objection = { meetingNo: no, ...input.data, householdId: null, recordedBy: by.personId }
      await objectToMinutes(req.db, objection, by, clock())
      return reply.goto(`/desk/meetings/${no}/minutes`)
    },
  )

  app.post(
    '/desk/meetings/:no/minutes/objections/:id/reply',
    { schema: byId, config: { who: chairs, form: ReplyForm } },
    async (req, reply) => {
      const { no, id } = req.params
      const input = readForm(ReplyForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, `objection-${id}`)
      await replyToObjection(req.db, { meetingNo: no, id, ...input.data }, somebody(req.me), clock())
      return reply.goto(`/desk/meetings/${no}/minutes`)
    },
  )

  function step(noun: string, who: typeof desk | typeof chairs, verb: typeof sendMinutes) {
    app.post(`/desk/meetings/:no/minutes/${noun}`, { schema: byNo, config: { who } }, async (req, reply) => {
      await verb(req.db, req.params.no, somebody(req.me), clock())
      return reply.goto(`/desk/meetings/${req.params.no}/minutes`)
    })
  }

  async function show(req: FastifyRequest, reply: FastifyReply, no: number, form: Form, at: string) {
    const minutes = await minutesOf(req.db, no)
    const unanswered = minutes.objections.filter(({ replied_at }) => replied_at === null).length
    const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
    return reply.page('resolve/minutes/draft', {
      minutes,
      whyNotPublish: whyNotPublish(minutes.state, minutes.asked, minutes.sent_at, clock()),
      whyNotArchive: whyNotArchive(minutes.state, minutes.public_until, unanswered, clock()),
      chair: req.me.roles.includes('chair'),
      key,
      form,
      at,
    })
  }

  async function partOf(req: FastifyRequest, { no, nth }: { no: number; nth: number }) {
    const minutes = await minutesOf(req.db, no)
    const part = minutes.parts.find((one) => one.nth === nth)
    if (!part) throw new Refusal('error.notFound', 404)
    const why = whyNotEdit(minutes.state)
    if (why) throw new Refusal(why)
    return { minutes, part }
  }
}

/** Who signed in with a role is a person. */
function somebody({ personId }: Me): { personId: number } {
  if (personId === null) throw new Refusal('error.notAllowed', 403)
  return { personId }
}
