import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { workingDaysLeft } from '../../lib/calendar.ts'
import { type Form, line, number, readForm, said, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { draftFields, type Listing, noOffers } from '../issues/drafts.ts'
import type { Clerk } from '../issues/rules.ts'
import { revealContact } from './contact.ts'
import {
  acceptFiling,
  askFiler,
  declineFiling,
  mergeFiling,
  moveFiling,
  referFiling,
  replyToFiler,
} from './decisions.ts'
import { offersFor, triageQueue } from './reads.ts'
import { type OneFiling, type Opened, recordOf, type Shown } from './record.ts'
import { type FilingState, filingNumber, filingStates, reasons } from './rules.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/filings/queue': Awaited<ReturnType<typeof triageQueue>> & {
      number: Numbered
      left: (due: string) => number
      /** What has just been decided, from the list. */
      after: z.output<typeof queue.querystring>
      reasons: typeof reasons
    }
    'listen/filings/triage': OneFiling
    'listen/filings/_record': OneFiling
  }
}

type Numbered = (row: { filed_at: string; no: number }) => string
const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const looking = {
  ...byNo,
  querystring: z.object({ into: number.optional().catch(undefined), say: number.optional().catch(undefined) }),
}
const queue = {
  querystring: z.object({
    done: number.optional().catch(undefined),
    taken: number.optional().catch(undefined),
    declined: number.optional().catch(undefined),
    left: number.optional().catch(undefined),
    wrong: z.enum(['none', 'reason', 'words']).optional().catch(undefined),
  }),
}

const seen = z.enum(filingStates).default('submitted')
const words = (field: 'question' | 'kindly' | 'reply') => said({ max: 500, min: 2, missing: `triage.${field}.missing` })
const Question = z.object({ seen, question: words('question') })
const Refusal = z.object({ seen, reason: z.enum(reasons, says('triage.reason.missing')), kindly: words('kindly') })
const Referral = z.object({
  seen,
  target: line({ max: 60, missing: 'triage.target.missing' }),
  referral: words('kindly'),
})
const Merger = z.object({ seen, issue: number, merged: words('kindly') })
const Reply = z.object({ reply: words('reply') })
const Purpose = z.object({ purpose: line({ max: 100, min: 2, missing: 'triage.purpose.missing' }) })
const Transfer = z.object({
  // Left empty: back to the queue.
  to: z
    .literal('')
    .transform(() => null)
    .or(number),
  cause: line({ max: 200, min: 2, missing: 'triage.cause.missing' }),
})
const Acceptance = (offers: Listing) => z.object({ seen, ...draftFields(offers) })

/** 分诊: the desk decides what becomes of each filing. Raw words are read here and edited nowhere. */
export const triage: Slice = (app, { clock }) => {
  app.get('/desk/triage', { schema: queue, config: { who: desk } }, async (req, reply) => {
    const now = clock()
    const number: Numbered = ({ filed_at, no }) => filingNumber(req.community.prefix, new Date(filed_at), no)
    const left = (due: string) => workingDaysLeft(due, now)
    return reply.page('listen/filings/queue', {
      ...(await triageQueue(req.db, now)),
      number,
      left,
      after: req.query,
      reasons,
    })
  })

  app.get('/desk/triage/:no', { schema: looking, config: { who: desk } }, async (req, reply) =>
    reply.page('listen/filings/triage', await page(req, { into: req.query.into ?? null, say: req.query.say ?? null })),
  )

  app.get('/desk/triage/:no/record', { schema: looking, config: { who: desk } }, async (req, reply) =>
    reply.fragment('listen/filings/_record', {
      ...(await page(req, { into: req.query.into ?? null })),
      beside: true,
    }),
  )

  app.post(
    '/desk/triage/:no/acceptance',
    { schema: byNo, config: { who: desk, form: Acceptance(noOffers) } },
    async (req, reply) => {
      const offers = await offersFor(req.db, { spoken: null, into: null })
      const input = readForm(Acceptance(offers), req.body)
      if ('form' in input) return again(req, reply, input.form, 'acceptance')
      const { seen, ...draft } = input.data
      const issueNo = await acceptFiling(req.db, req.letterbox, decision(req, seen), draft)
      // Not taken back by a key: a matter has its own way back (分案).
      return reply.goto(typed(req.body).beside ? `/desk/triage?taken=${issueNo}` : `/desk/issues/${issueNo}`)
    },
  )

  app.post('/desk/triage/:no/merger', { schema: byNo, config: { who: desk, form: Merger } }, async (req, reply) => {
    const input = readForm(Merger, req.body)
    if ('form' in input) return again(req, reply, input.form, 'merger')
    const { seen, issue, merged } = input.data
    await mergeFiling(req.db, req.letterbox, decision(req, seen), { issueNo: issue, words: merged })
    return reply.goto(next(req, `/desk/issues/${issue}`))
  })

  app.post('/desk/triage/:no/question', { schema: byNo, config: { who: desk, form: Question } }, async (req, reply) => {
    const input = readForm(Question, req.body)
    if ('form' in input) return again(req, reply, input.form, 'question')
    await askFiler(req.db, req.letterbox, decision(req, input.data.seen), input.data.question)
    return reply.goto(next(req, '/desk/triage'))
  })

  app.post('/desk/triage/:no/refusal', { schema: byNo, config: { who: desk, form: Refusal } }, async (req, reply) => {
    const input = readForm(Refusal, req.body)
    if ('form' in input) return again(req, reply, input.form, 'refusal')
    const { seen, reason, kindly } = input.data
    await declineFiling(req.db, req.letterbox, decision(req, seen), { reason, words: kindly })
    return reply.goto(next(req, '/desk/triage'))
  })

  app.post('/desk/triage/:no/referral', { schema: byNo, config: { who: desk, form: Referral } }, async (req, reply) => {
    const input = readForm(Referral, req.body)
    if ('form' in input) return again(req, reply, input.form, 'referral')
    const { seen, target, referral } = input.data
    await referFiling(req.db, req.letterbox, decision(req, seen), { target, words: referral })
    return reply.goto(next(req, '/desk/triage'))
  })

  app.post('/desk/triage/:no/messages', { schema: byNo, config: { who: desk, form: Reply } }, async (req, reply) => {
    const input = readForm(Reply, req.body)
    if ('form' in input) return again(req, reply, input.form, 'reply')
    await replyToFiler(req.db, req.letterbox, act(req), input.data.reply)
    return reply.goto(`/desk/triage/${req.params.no}`)
  })

  app.post('/desk/triage/:no/transfer', { schema: byNo, config: { who: desk, form: Transfer } }, async (req, reply) => {
    const input = readForm(Transfer, req.body)
    if ('form' in input) return again(req, reply, input.form, 'move')
    const { to, cause } = input.data
    await moveFiling(req.db, req.letterbox, act(req), { to, reason: cause })
    return reply.goto(to === null ? `/desk/triage/${req.params.no}` : `/desk/issues/${to}`)
  })

  // Answers with the page itself, not a redirect: what it shows is shown once and kept by no address.
  app.post('/desk/triage/:no/contact', { schema: byNo, config: { who: desk, form: Purpose } }, async (req, reply) => {
    const input = readForm(Purpose, req.body)
    if ('form' in input) return again(req, reply, input.form, 'contact')
    const contact = await revealContact(req.db, req.letterbox, act(req), input.data.purpose)
    return reply.page('listen/filings/triage', await page(req, { contact }))
  })

  const clerk = ({ me }: FastifyRequest): Clerk => ({ personId: me.personId ?? 0, chair: me.roles.includes('chair') })

  /** Whoever decided from the list goes back to it, and may take it back there. */
  const next = (req: FastifyRequest<{ Params: { no: number } }>, page: string) =>
    typed(req.body).beside ? `/desk/triage?done=${req.params.no}` : page

  type Asked = FastifyRequest<{ Params: { no: number } }>
  const act = (req: Asked) => ({ no: req.params.no, clerk: clerk(req), at: clock() })
  const decision = (req: Asked, seen: FilingState) => ({ ...act(req), seen })

  const page = (req: Asked, shown: Shown = {}) => recordOf(req, { ...shown, clerk: clerk(req), at: clock() })

  async function again(req: Asked, reply: FastifyReply, form: Form, opened: Opened) {
    const into = number.safeParse(form.values.issue).data ?? null
    const beside = Boolean(typed(req.body).beside)
    return reply.code(422).page('listen/filings/triage', { ...(await page(req, { form, opened, into })), beside })
  }
}
