import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { isMessage, type MessageKey, says } from '../../lib/i18n.ts'
import { few } from '../cells/rules.ts'
import { speaker, voiceOf } from '../questions/voice.ts'
import { answerSurvey } from './answering.ts'
import type { SurveyResult } from './counts/rules.ts'
import { surveyFor, surveysAsked } from './reads.ts'
import { settledResult } from './reckoning.ts'
import { type Answer, type Asked, isSkippable, limits, readSheet, stateOf, whyNotAnswer, whyNotFull } from './rules.ts'

type Survey = Awaited<ReturnType<typeof surveyFor>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/surveys/index': {
      surveys: Told<Awaited<ReturnType<typeof surveysAsked>>[number]>[]
      isOver: (survey: Times) => boolean
    }
    'listen/surveys/show': {
      survey: Told<Survey>
      why: MessageKey | null
      /** What stands in the boxes: what she sent before, or what she has just typed. */
      given: ReadonlyMap<number, Answer>
      form: Form
      key: string
      thanks: MessageKey | null
      skippable: (at: number) => boolean
    }
    'listen/surveys/results': { survey: Survey; result: SurveyResult }
  }
}

type Times = Parameters<typeof stateOf>[0]
/** How many answered, as everybody may read it: a number under five is not told before the close either. */
type Told<S> = Omit<S, 'households' | 'visitors'> & { households: number | null; visitors: number | null }
const told = <S extends { households: number; visitors: number }>(survey: S): Told<S> => ({
  ...survey,
  households: few(survey.households),
  visitors: few(survey.visitors),
})

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const onPage = { ...byNo, querystring: z.object({ sent: z.enum(['1', '2']).optional().catch(undefined) }) }
const SheetForm = z.object({ key: z.uuid(says('surveys.key.wrong')), website: z.string().max(0).optional() })

/** 问卷: what is asked just now, a sheet to fill in, and what came of those that are over. */
export const surveys: Slice = (app, { clock, origin, vault }) => {
  app.get('/surveys', { config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('listen/surveys/index', {
      surveys: (await surveysAsked(req.db, clock())).map(told),
      isOver: (survey) => stateOf(survey, clock()) === 'closed',
    }),
  )

  app.get('/surveys/:no', { schema: onPage, config: { who: 'anyone' } }, async (req, reply) => {
    const survey = await surveyFor(req.db, req.params.no, voiceOf(req, origin))
    if (stateOf(survey, clock()) !== 'closed') return sheetPage(req, reply, survey, survey.answers, blank)
    const result = survey.result ?? (await settledResult(req.db, survey.no, clock()))
    return reply.page('listen/surveys/results', { survey, result: result as SurveyResult })
  })

  app.post(
    '/surveys/:no/answers',
    { schema: byNo, config: { who: 'anyone', perMinute: 30, form: SheetForm } },
    async (req, reply) => {
      const { no } = req.params
      const survey = await surveyFor(req.db, no, voiceOf(req, origin))
      const { given, errors } = givenIn(survey.questions, req.body)
      const sheet = readSheet(survey.questions, given)
      for (const [id, error] of sheet.errors) errors[`q${id}`] ??= error
      const input = readForm(SheetForm, req.body)
      const wrong = { ...errors, ...('form' in input && input.form.errors) }
      // Closed, full, or not for her: the verb says which, and nothing typed is wrong.
      if (Object.keys(wrong).length > 0 || 'form' in input)
        return sheetPage(req, reply.code(422), survey, given, { values: {}, errors: wrong })
      // A browser without a secret gets one that its form decides: pressed twice, it is one browser all the same.
      const voice = speaker(req, reply, origin, vault.sign(`sheet ${no} ${input.data.key}`))
      await answerSurvey(req.db, no, given, voice, clock())
      return reply.goto(`/surveys/${no}?sent=${sheet.ignored.length > 0 ? 2 : 1}`)
    },
  )

  function sheetPage(
    req: FastifyRequest,
    reply: FastifyReply,
    survey: Survey,
    given: ReadonlyMap<number, Answer>,
    form: Form,
  ) {
    const { sent } = req.query as { sent?: string }
    const typed = (req.body as { key?: unknown } | undefined)?.key
    const thanks = sent === '2' ? 'surveys.thanks.skipped' : 'surveys.thanks'
    return reply.page('listen/surveys/show', {
      survey: told(survey),
      why: whyNotAnswer(survey, clock()) ?? whyNotHers(req, survey),
      given,
      form,
      key: z.uuid().safeParse(typed).data ?? randomUUID(),
      thanks: sent !== undefined && survey.answers.size > 0 ? thanks : null,
      skippable: (at) => isSkippable(survey.questions, at),
    })
  }
}

/** Who has answered may change it, whatever became full since. */
function whyNotHers({ me }: FastifyRequest, survey: Survey): MessageKey | null {
  if (me.householdId === null || survey.answers.size > 0) return null
  if (survey.audience === 'buildings' && !survey.invited) return 'surveys.notYours'
  return whyNotFull(survey, survey.wanted, survey.answered)
}

const Words = said({ max: limits.words })

/** What a form says to each question, as it was typed. */
function givenIn(questions: readonly Asked[], body: unknown) {
  const fields = (body ?? {}) as Record<string, unknown>
  const given = new Map<number, Answer>()
  const errors: Record<string, MessageKey> = {}
  for (const { id, kind } of questions) {
    const values = [fields[`q${id}`] ?? []].flat().filter((one) => typeof one === 'string' && one !== '') as string[]
    if (kind !== 'text') {
      given.set(id, { choices: values.map((one) => (/^\d{1,2}$/.test(one) ? Number(one) : 0)), words: '' })
      continue
    }
    const words = Words.safeParse(values[0] ?? '')
    given.set(id, { choices: [], words: words.success ? words.data : (values[0] ?? '') })
    const message = words.error?.issues[0]?.message ?? 'form.wrong'
    if (!words.success) errors[`q${id}`] = isMessage(message) ? message : 'form.wrong'
  }
  return { given, errors }
}
