import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { answerForSeat, objectToMinutes } from './answers.ts'
import { documentOf, type MinutesDocument } from './document.ts'
import { type MinutesLine, type MinutesRead, minutesList, minutesOf } from './reads.ts'
import { mayRead, whyNotAnswer, whyNotObject } from './rules.ts'
import { whyNotPrint } from './wording.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/minutes/index': { meetings: MinutesLine[]; waiting: MinutesLine[] }
    'resolve/minutes/show': {
      minutes: MinutesRead
      shown: MinutesDocument
      /** The seats whoever looks may still answer for. */
      mine: MinutesRead['asked']
      /** What her own door has said, and why it can say no more. */
      own: MinutesRead['objections']
      whyNotObject: MessageKey | null
      key: string
      form: Form
      /** The seat whose form was not right. */
      seat: number | null
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const AnswerForm = z
  .object({
    seat: number,
    answer: z.enum(['confirmed', 'objected'], says('minutes.answer.missing')),
    words: said({ max: 1000 }),
    sha: z.string().max(64).default(''),
  })
  .superRefine(({ answer, words }, problem) => {
    const why = answer === 'objected' && words === '' ? 'minutes.words.missing' : whyNotPrint(words)
    if (answer === 'objected' && why) problem.addIssue({ code: 'custom', path: ['words'], message: why })
  })
const ObjectionForm = z.object({ key: z.uuid(), words: said({ max: 1000, missing: 'minutes.words.missing' }) })

/** 会议纪要 for everybody: seats confirm or object while it goes round, neighbours while it hangs out. */
export const minutesPages: Slice = (app, { clock }) => {
  const bySlug = { params: z.object({ slug: z.string() }) }
  app.get('/minutes', { schema: bySlug, config: { who: 'anyone' } }, async (req, reply) => {
    const all = await minutesList(req.db)
    const at = clock()
    const waits = (line: MinutesLine) =>
      line.state === 'confirm' &&
      line.asked.some(
        ({ seatId, answer }) =>
          req.me.seatIds.includes(seatId) &&
          whyNotAnswer('confirm', { answer, replied: false }, line.sent_at, at) === null,
      )
    return reply.page('resolve/minutes/index', {
      meetings: all.filter(({ state }) => state === 'publicity' || state === 'archived'),
      waiting: all.filter(waits),
    })
  })

  app.get('/meetings/:no/minutes', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    show(req, reply, req.params.no, blank, null),
  )

  app.post(
    '/meetings/:no/minutes/answer',
    { schema: byNo, config: { who: 'seat', form: AnswerForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(AnswerForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, Number(input.form.values.seat) || null)
      const { seat, ...given } = input.data
      if (req.me.personId === null || !req.me.seatIds.includes(seat)) throw new Refusal('error.notAllowed', 403)
      const by = { personId: req.me.personId }
      await answerForSeat(req.db, { meetingNo: no, seatId: seat, ...given }, by, clock())
      return reply.goto(`/meetings/${no}/minutes`)
    },
  )

  app.post(
    '/meetings/:no/minutes/objections',
    { schema: byNo, config: { who: 'household', perMinute: 10, form: ObjectionForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(ObjectionForm, req.body)
      if ('form' in input) return show(req, reply.code(422), no, input.form, null)
      const objection = { meetingNo: no, ...input.data, householdId: req.me.householdId, recordedBy: null }
      await objectToMinutes(req.db, objection, {}, clock())
      return reply.goto(`/meetings/${no}/minutes#objections`)
    },
  )

  async function show(req: FastifyRequest, reply: FastifyReply, no: number, form: Form, seat: number | null) {
    const { minutes, shown } = await readFor(req, no)
    const at = clock()
    const { householdId, seatIds } = req.me
    return reply.page('resolve/minutes/show', {
      minutes,
      shown,
      mine: minutes.asked.filter(
        (asked) => seatIds.includes(asked.seatId) && whyNotAnswer(minutes.state, asked, minutes.sent_at, at) === null,
      ),
      own: minutes.objections.filter((one) => householdId !== null && one.householdId === householdId),
      whyNotObject: whyNotObject(minutes.state, minutes.public_until, at),
      key: z.uuid().safeParse(form.values.key).data ?? randomUUID(),
      form,
      seat,
    })
  }
}

/** The minutes as this person may read them; where she may not, there are none. */
export async function readFor(
  { db, me, community }: FastifyRequest,
  no: number,
): Promise<{ minutes: MinutesRead; shown: MinutesDocument }> {
  const minutes = await minutesOf(db, no)
  const part = { desk: isDesk(me), seated: me.seatIds.length > 0 }
  if (!mayRead(minutes.state, part)) throw notFound()
  return { minutes, shown: documentOf(minutes, community, part.desk || part.seated) }
}

const isDesk = ({ roles }: Me): boolean => roles.includes('staff') || roles.includes('chair')
