import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { addQuestion, editQuestion, moveQuestion, removeQuestion } from './drafting.ts'
import { EditForm, QuestionForm, questionOf, skipsOf } from './forms.ts'
import { surveyAtDesk } from './reads.ts'
import { type Asked, choicesOf, kinds, maySkip, whyNotEdit, whyNotOrder } from './rules.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/surveys/question': {
      no: number
      /** Which question it is, from 1; null: one that is to be added. */
      nth: number | null
      question: Asked | null
      /** Those its answers may lead to, with their places. */
      later: { id: number; nth: number; words: string }[]
      choices: string[]
      /** What stands in the select of each choice. */
      to: string[]
      form: Form
      key: string
      kinds: typeof kinds
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byId = { params: z.object({ slug: z.string(), no: number, id: number }) }
const way = z.object({ way: z.enum(['up', 'down']) })

/** The questions of a draft: added, changed, moved, taken out. */
export const surveyQuestions: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const
  const by = (req: FastifyRequest) => ({ personId: req.me.personId })

  app.post('/desk/surveys/:no/questions', { schema: byNo, config: { who, form: QuestionForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(QuestionForm, req.body)
    if ('form' in input) return questionPage(req, reply.code(422), no, null, input.form)
    const { questions } = await draftOf(req, no)
    const question = { ...questionOf(input.data), id: 0, skips: [] }
    const wrong = fieldOf(whyNotOrder([...questions, question]))
    if (wrong) return questionPage(req, reply.code(422), no, null, { values: typed(req.body), errors: wrong })
    await addQuestion(req.db, no, { ...questionOf(input.data), key: input.data.key }, by(req), clock())
    return reply.goto(`/desk/surveys/${no}#questions`)
  })

  app.get('/desk/surveys/:no/questions/:id', { schema: byId, config: { who } }, async (req, reply) =>
    questionPage(req, reply, req.params.no, req.params.id, null),
  )

  app.post('/desk/surveys/:no/questions/:id', { schema: byId, config: { who, form: EditForm } }, async (req, reply) => {
    const { no, id } = req.params
    const input = readForm(EditForm, req.body)
    if ('form' in input) return questionPage(req, reply.code(422), no, id, input.form)
    const { questions } = await draftOf(req, no)
    const question = questionOf(input.data)
    const skips = maySkip(question.kind)
      ? skipsOf(input.data).filter(({ choice }) => choice <= choicesOf(question))
      : []
    const wrong = fieldOf(whyNotOrder(questions.map((one) => (one.id === id ? { ...question, id, skips } : one))))
    if (wrong) return questionPage(req, reply.code(422), no, id, { values: typed(req.body), errors: wrong })
    await editQuestion(req.db, no, id, { ...question, skips }, by(req), clock())
    return reply.goto(`/desk/surveys/${no}#questions`)
  })

  app.post(
    '/desk/surveys/:no/questions/:id/moves',
    { schema: { ...byId, body: way }, config: { who } },
    async (req, reply) => {
      const { no, id } = req.params
      await moveQuestion(req.db, no, id, req.body.way, by(req), clock())
      return reply.goto(`/desk/surveys/${no}#questions`)
    },
  )

  app.post('/desk/surveys/:no/questions/:id/removal', { schema: byId, config: { who } }, async (req, reply) => {
    const { no, id } = req.params
    await removeQuestion(req.db, no, id, by(req), clock())
    return reply.goto(`/desk/surveys/${no}#questions`)
  })

  async function draftOf(req: FastifyRequest, no: number) {
    const survey = await surveyAtDesk(req.db, no)
    refuseIf(whyNotEdit(survey))
    return survey
  }

  async function questionPage(
    req: FastifyRequest,
    reply: FastifyReply,
    no: number,
    id: number | null,
    form: Form | null,
  ) {
    const { questions } = await draftOf(req, no)
    const at = questions.findIndex((one) => one.id === id)
    const question = questions[at] ?? null
    if (id !== null && !question) throw notFound()
    const typedTo = [(req.body as { to?: unknown } | undefined)?.to ?? []].flat().map(String)
    const choices = question && maySkip(question.kind) ? namesOf(question) : []
    return reply.page('listen/surveys/question', {
      no,
      nth: question ? at + 1 : null,
      question,
      later: questions.slice(at + 1).map((one, i) => ({ id: one.id, nth: at + 2 + i, words: one.words })),
      choices,
      to: form ? typedTo : choices.map((_, i) => selected(question?.skips.find(({ choice }) => choice === i + 1))),
      form: form ?? (question ? filled(valuesOf(question)) : blank),
      key: z.uuid().safeParse(form?.values.key).data ?? randomUUID(),
      kinds,
    })
  }
}

/** At which field of the form a wrong order is told. */
function fieldOf(why: MessageKey | null): Form['errors'] | null {
  if (why === null) return null
  return why.startsWith('surveys.byBuilding') ? { by_building: why } : { to: why }
}

const selected = (skip: { to: number | null } | undefined) => (skip === undefined ? '' : String(skip.to ?? 'end'))
const namesOf = (question: Asked) =>
  question.kind === 'scale'
    ? Array.from({ length: choicesOf(question) }, (_, i) => String(i + 1))
    : [...question.options]

function valuesOf({ kind, words, options, most, by_building }: Asked): Record<string, string> {
  const scale = kind === 'scale'
  return {
    kind,
    words,
    options: scale ? '' : options.join('\n'),
    most: most === null ? '' : String(most),
    low: scale ? (options[0] ?? '') : '',
    high: scale ? (options[1] ?? '') : '',
    ...(by_building && { by_building: 'on' }),
  }
}
