import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, day, type Form, filled, line, number, readForm, said } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { nextFor, questionAtDesk, questionsAsked, resultsOf } from './reads.ts'
import { createReckoner } from './reckoning.ts'
import { enough, opinions, smallest, whyNotAnswer } from './rules.ts'
import { addStatement, answerStatement, askQuestion, decideStatement, type Voice } from './store.ts'
import { speaker, voiceOf } from './voice.ts'

type Next = Awaited<ReturnType<typeof nextFor>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/questions/index': { questions: Awaited<ReturnType<typeof questionsAsked>>; now: Date }
    'listen/questions/show': Asking & { form: Form; key: string; thanked: boolean }
    'listen/questions/_next': Asking
    'listen/questions/results': {
      question: Awaited<ReturnType<typeof resultsOf>>
      enough: typeof enough
      smallest: number
      canBring: boolean
    }
    'listen/questions/desk': { questions: Awaited<ReturnType<typeof questionsAsked>>; now: Date; form: Form }
    'listen/questions/moderation': {
      question: Awaited<ReturnType<typeof questionAtDesk>>
      why: MessageKey | null
      form: Form
      key: string
      /** Of the statement whose rejection lacked its reason. */
      wrong: number | null
    }
  }
}

interface Asking {
  question: Next
  why: MessageKey | null
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const onPage = { ...byNo, querystring: z.object({ said: z.string().max(2).optional().catch(undefined) }) }
const byStatement = { params: z.object({ slug: z.string(), no: number, statement: number }) }
const most = 60

const QuestionForm = z.object({
  key: z.uuid(says('questions.key.wrong')),
  title: line({ max: 80, missing: 'questions.title.missing' }),
  lead: said({ max: 500 }),
  closes_on: day,
  statements: said({ max: 140 * most, missing: 'questions.statements.missing' })
    .transform((text) => [...new Set(text.split('\n').map((one) => one.trim()))].filter((one) => one !== ''))
    .refine((all) => all.length <= most, says('questions.statements.many'))
    .refine((all) => all.every((one) => [...one].length <= 140), says('questions.statement.long')),
})
const AnswerForm = z.object({ statement: number, opinion: z.enum(opinions, says('questions.opinion.missing')) })
const StatementForm = z.object({
  key: z.uuid(says('questions.key.wrong')),
  words: line({ max: 140, missing: 'questions.words.missing' }),
  website: z.string().max(0).optional(),
})
const RejectionForm = z.object({ reason: line({ max: 200, missing: 'questions.reason.missing' }) })

/** 大家说: a question to everybody, a statement at a time; what it comes to; and the desk's side of it. */
export const questions: Slice = (app, { house, clock, origin }) => {
  const desk = ['staff', 'chair'] as const
  const works = (me: Me) => desk.some((role) => me.roles.includes(role))
  const reckoner = createReckoner(house, clock, {
    failed: (error) => app.log.error({ err: error }, 'a question could not be reckoned'),
  })
  app.addHook('onClose', () => reckoner.settle())
  app.get('/questions', { config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('listen/questions/index', { questions: await questionsAsked(req.db, clock()), now: clock() }),
  )

  app.get('/questions/:no', { schema: onPage, config: { who: 'anyone' } }, async (req, reply) =>
    askingPage(req, reply, voiceOf(req, origin), blank),
  )

  app.post(
    '/questions/:no/answers',
    { schema: byNo, config: { who: 'anyone', perMinute: 120, form: AnswerForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(AnswerForm, req.body)
      if ('form' in input) return askingPage(req, reply.code(422), voiceOf(req, origin), input.form)
      const voice = speaker(req, reply, origin)
      reckoner.soon(req.community.id, await answerStatement(req.db, no, input.data, voice, clock()))
      if (!req.wantsFragment) return reply.goto(`/questions/${no}`)
      const question = await nextFor(req.db, no, voice)
      return reply.fragment('listen/questions/_next', { question, why: whyNotAnswer(question, clock()) })
    },
  )

  app.post(
    '/questions/:no/statements',
    { schema: byNo, config: { who: 'anyone', perMinute: 6, form: StatementForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(StatementForm, req.body)
      if ('form' in input) return askingPage(req, reply.code(422), voiceOf(req, origin), input.form)
      const { key, words } = input.data
      await addStatement(req.db, no, { key, words }, { voice: speaker(req, reply, origin) }, clock())
      return reply.goto(`/questions/${no}?said=1`)
    },
  )

  app.get('/questions/:no/results', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const question = await resultsOf(req.db, req.params.no)
    // A process that ended before it reckoned left this behind; nobody waits for it here.
    if (question.stale) reckoner.soon(req.community.id, question.id)
    return reply.page('listen/questions/results', { question, enough, smallest, canBring: works(req.me) })
  })

  app.get('/desk/questions', { config: { who: desk } }, async (req, reply) =>
    reply.page('listen/questions/desk', {
      questions: await questionsAsked(req.db, clock()),
      now: clock(),
      form: filled({ key: randomUUID() }),
    }),
  )

  app.post('/desk/questions', { config: { who: desk, form: QuestionForm } }, async (req, reply) => {
    const input = readForm(QuestionForm, req.body)
    const closesAt = 'form' in input ? clock() : endOf(input.data.closes_on)
    const form = 'form' in input ? input.form : closesAt <= clock() ? past(req.body) : null
    if (form || 'form' in input) {
      const page = { questions: await questionsAsked(req.db, clock()), now: clock(), form: form as Form }
      return reply.code(422).page('listen/questions/desk', page)
    }
    const no = await askQuestion(req.db, { ...input.data, closesAt }, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/questions/${no}`)
  })

  app.get('/desk/questions/:no', { schema: byNo, config: { who: desk } }, async (req, reply) =>
    moderationPage(req, reply, blank, null),
  )

  app.post(
    '/desk/questions/:no/statements',
    { schema: byNo, config: { who: desk, form: StatementForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(StatementForm, req.body)
      if ('form' in input) return moderationPage(req, reply.code(422), input.form, null)
      const { key, words } = input.data
      await addStatement(req.db, no, { key, words }, { by: { personId: req.me.personId } }, clock())
      return reply.goto(`/desk/questions/${no}`)
    },
  )

  app.post(
    '/desk/questions/:no/statements/:statement/approval',
    { schema: byStatement, config: { who: desk } },
    async (req, reply) => {
      const { no, statement } = req.params
      const by = { personId: req.me.personId }
      reckoner.soon(req.community.id, await decideStatement(req.db, no, { statement, reason: null }, by, clock()))
      return reply.goto(`/desk/questions/${no}`)
    },
  )

  app.post(
    '/desk/questions/:no/statements/:statement/rejection',
    { schema: byStatement, config: { who: desk, form: RejectionForm } },
    async (req, reply) => {
      const { no, statement } = req.params
      const input = readForm(RejectionForm, req.body)
      if ('form' in input) return moderationPage(req, reply.code(422), input.form, statement)
      const by = { personId: req.me.personId }
      const decision = { statement, reason: input.data.reason }
      reckoner.soon(req.community.id, await decideStatement(req.db, no, decision, by, clock()))
      return reply.goto(`/desk/questions/${no}`)
    },
  )

  async function askingPage(req: FastifyRequest, reply: FastifyReply, voice: Voice, form: Form) {
    const { no } = req.params as { no: number }
    const question = await nextFor(req.db, no, voice)
    const thanked = (req.query as { said?: string }).said !== undefined
    const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
    return reply.page('listen/questions/show', { question, why: whyNotAnswer(question, clock()), form, key, thanked })
  }

  async function moderationPage(req: FastifyRequest, reply: FastifyReply, form: Form, wrong: number | null) {
    const question = await questionAtDesk(req.db, (req.params as { no: number }).no)
    const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
    return reply.page('listen/questions/moderation', {
      question,
      why: whyNotAnswer(question, clock()),
      form,
      key,
      wrong,
    })
  }
}

/** The last day counts wholly. */
const endOf = (date: string) => new Date(`${date}T23:59:59+08:00`)

function past(body: unknown): Form {
  const values = filled(Object.fromEntries(Object.entries(body as object).filter(([, v]) => typeof v === 'string')))
  return { ...values, errors: { closes_on: 'questions.closes.past' } }
}
