import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiDay } from '../../lib/calendar.ts'
import { blank, type Form, filled, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { type MessageKey, translator } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { cut, findPersonal, type Piece } from '../privacy/rules.ts'
import { exportSheets, resultsCsv } from './export.ts'
import { HeadForm, ids, NewForm, PurposeForm, QuotaForm, ReleaseForm, TakeBackForm, typedQuotas } from './forms.ts'
import { buildingsOf, liveCounts, surveyAtDesk, surveysAsked, wordsWritten } from './reads.ts'
import { settledResult } from './reckoning.ts'
import { releaseWords, takeBackWords } from './releases.ts'
import { audiences, kinds, type State, stateOf, whyNotRelease } from './rules.ts'
import { closeSurvey, drawUp, editSurvey, openSurvey, setQuotas } from './store.ts'

type AtDesk = Awaited<ReturnType<typeof surveyAtDesk>>
type Written = Awaited<ReturnType<typeof wordsWritten>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/surveys/desk': {
      surveys: Awaited<ReturnType<typeof surveysAsked>>
      stateOf: (survey: Parameters<typeof stateOf>[0]) => State
      /** Null: she may look but not draw one up. */
      head: Head | null
      form: Form
    }
    'listen/surveys/draft': {
      survey: AtDesk
      head: Head
      form: Form
      /** What was typed beside each building, where it came back. */
      quotas: { wanted: ReturnType<typeof typedQuotas>; stop: boolean }
      asking: Form
      key: string
      kinds: typeof kinds
    }
    'listen/surveys/running': {
      survey: AtDesk
      state: State
      live: Awaited<ReturnType<typeof liveCounts>>
      form: Form
    }
    'listen/surveys/progress': { survey: AtDesk; state: State; works: boolean }
    'listen/surveys/words': {
      survey: Omit<Written, 'texts'> & { texts: (Written['texts'][number] & { pieces: Piece[] })[] }
      why: MessageKey | null
      /** Whose release was refused, with what was typed. */
      form: Form
    }
  }
}

interface Head {
  audiences: typeof audiences
  buildings: { id: number; name: string }[]
  /** Ids of those that are ticked. */
  chosen: number[]
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 问卷, the desk's side: drawing one up, opening it, watching it, letting words through, taking results along. */
export const surveyDesk: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const
  const watchers = ['volunteer', 'staff', 'chair'] as const
  const works = (me: Me) => who.some((role) => me.roles.includes(role))
  const by = (req: FastifyRequest) => ({ personId: req.me.personId })

  app.get('/desk/surveys', { config: { who: watchers } }, async (req, reply) =>
    listPage(req, reply, filled({ key: randomUUID(), audience: 'all' }), []),
  )

  app.post('/desk/surveys', { config: { who, form: NewForm } }, async (req, reply) => {
    const buildings = await buildingsOf(req.db)
    const head = readHead(NewForm, req.body, buildings, clock())
    if ('form' in head) return listPage(req, reply.code(422), head.form, head.chosen)
    const no = await drawUp(req.db, { ...head.data, key: head.data.key }, by(req), clock())
    return reply.goto(`/desk/surveys/${no}`)
  })

  app.get('/desk/surveys/:no', { schema: byNo, config: { who } }, async (req, reply) => atDesk(req, reply))

  app.post('/desk/surveys/:no', { schema: byNo, config: { who, form: HeadForm } }, async (req, reply) => {
    const { no } = req.params
    const head = readHead(HeadForm, req.body, await buildingsOf(req.db), clock())
    if ('form' in head) return atDesk(req, reply.code(422), head.form, head.chosen)
    await editSurvey(req.db, no, head.data, by(req), clock())
    return reply.goto(`/desk/surveys/${no}`)
  })

  app.post('/desk/surveys/:no/quotas', { schema: byNo, config: { who, form: QuotaForm } }, async (req, reply) => {
    const input = readForm(QuotaForm, req.body)
    if ('form' in input) return atDesk(req, reply.code(422), { values: {}, errors: input.form.errors })
    const { building, wanted, stop } = input.data
    const quotas = { wanted: new Map(building.map((id, at) => [id, wanted[at] ?? null])), stop }
    await setQuotas(req.db, req.params.no, quotas, by(req), clock())
    return reply.goto(`/desk/surveys/${req.params.no}`)
  })

  app.post('/desk/surveys/:no/opening', { schema: byNo, config: { who } }, async (req, reply) => {
    await openSurvey(req.db, req.params.no, by(req), clock())
    return reply.goto(`/desk/surveys/${req.params.no}`)
  })

  app.post('/desk/surveys/:no/closure', { schema: byNo, config: { who } }, async (req, reply) => {
    await closeSurvey(req.db, req.params.no, by(req), clock())
    return reply.goto(`/desk/surveys/${req.params.no}`)
  })

  app.get('/desk/surveys/:no/progress', { schema: byNo, config: { who: watchers } }, async (req, reply) => {
    const survey = await surveyAtDesk(req.db, req.params.no)
    if (survey.opened_at === null && !works(req.me)) throw new Refusal('error.notFound', 404)
    return reply.page('listen/surveys/progress', { survey, state: stateOf(survey, clock()), works: works(req.me) })
  })

  app.get('/desk/surveys/:no/words', { schema: byNo, config: { who } }, async (req, reply) => wordsPage(req, reply))

  app.post('/desk/surveys/:no/releases', { schema: byNo, config: { who, form: ReleaseForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(ReleaseForm, req.body)
    if ('form' in input) return wordsPage(req, reply.code(422), input.form)
    const { voice, question, words, looked } = input.data
    const { names } = await wordsWritten(req.db, no)
    if (!looked && findPersonal(words, names).length > 0) {
      const form: Form = { values: typed(req.body), errors: { words: 'privacy.look.missing' } }
      return wordsPage(req, reply.code(422), form)
    }
    await releaseWords(req.db, { no, voice, question }, { words, looked }, by(req), clock())
    return reply.goto(`/desk/surveys/${no}/words`)
  })

  app.post(
    '/desk/surveys/:no/releases/withdrawal',
    { schema: { ...byNo, body: TakeBackForm }, config: { who } },
    async (req, reply) => {
      await takeBackWords(req.db, { no: req.params.no, ...req.body }, by(req), clock())
      return reply.goto(`/desk/surveys/${req.params.no}/words`)
    },
  )

  app.get('/desk/surveys/:no/results.csv', { schema: byNo, config: { who } }, async (req, reply) => {
    const { no } = req.params
    const survey = await surveyAtDesk(req.db, no)
    const result = survey.result ?? (await settledResult(req.db, no, clock()))
    if (!result) throw new Refusal('surveys.words.early')
    return file(reply, `survey-${no}.csv`, resultsCsv(result, translator(req.locale)))
  })

  app.post('/desk/surveys/:no/export', { schema: byNo, config: { who, form: PurposeForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(PurposeForm, req.body)
    if ('form' in input) return atDesk(req, reply.code(422), input.form)
    const asked = { ...input.data, t: translator(req.locale) }
    return file(reply, `survey-${no}-sheets.csv`, await exportSheets(req.db, no, asked, by(req), clock()))
  })

  async function listPage(req: FastifyRequest, reply: FastifyReply, form: Form, chosen: number[]) {
    const may = works(req.me)
    return reply.page('listen/surveys/desk', {
      surveys: await surveysAsked(req.db, clock(), { drafts: may }),
      stateOf: (survey) => stateOf(survey, clock()),
      head: may ? { audiences, buildings: await buildingsOf(req.db), chosen } : null,
      form,
    })
  }

  async function atDesk(req: FastifyRequest, reply: FastifyReply, form: Form = blank, ticked: number[] | null = null) {
    const { no } = req.params as { no: number }
    const survey = await surveyAtDesk(req.db, no)
    const state = stateOf(survey, clock())
    if (state !== 'draft') {
      const live = await liveCounts(req.db, no)
      return reply.page('listen/surveys/running', { survey, state, live, form })
    }
    const chosen = ticked ?? survey.buildings.filter(({ invited }) => invited).map(({ id }) => id)
    const { title, why, audience } = survey
    const values = { title, why, audience, closes_on: shanghaiDay(survey.closes_at), ...form.values }
    return reply.page('listen/surveys/draft', {
      survey,
      head: { audiences, buildings: survey.buildings, chosen },
      quotas: form.errors.wanted
        ? { wanted: typedQuotas(req.body), stop: 'stop' in (req.body as object) }
        : { wanted: new Map(), stop: survey.stop_at_quota },
      form: { ...form, values },
      asking: filled({ kind: 'single' }),
      key: randomUUID(),
      kinds,
    })
  }

  async function wordsPage(req: FastifyRequest, reply: FastifyReply, form: Form = blank) {
    const survey = await wordsWritten(req.db, (req.params as { no: number }).no)
    const texts = survey.texts.map((text) => ({
      ...text,
      pieces: cut(text.words, findPersonal(text.words, survey.names)),
    }))
    return reply.page('listen/surveys/words', {
      survey: { ...survey, texts },
      why: whyNotRelease(survey, clock()),
      form,
    })
  }
}

function file(reply: FastifyReply, name: string, text: string) {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(text)
}

type HeadData = z.output<typeof HeadForm>

/** Reads what stands above the questions; of the buildings only ours are taken. */
function readHead<S extends typeof HeadForm>(
  schema: S,
  body: unknown,
  buildings: { id: number }[],
  at: Date,
): { form: Form; chosen: number[] } | { data: z.output<S> & { closesAt: Date; buildings: number[] } } {
  const ticked = ids.safeParse((body as { buildings?: unknown } | undefined)?.buildings).data ?? []
  const chosen = buildings.filter(({ id }) => ticked.includes(id)).map(({ id }) => id)
  const input = readForm(schema, body)
  if ('form' in input) return { form: input.form, chosen }
  const data: z.output<S> & HeadData = input.data
  // The last day counts wholly.
  const closesAt = new Date(`${data.closes_on}T23:59:59+08:00`)
  const errors: Form['errors'] = {
    ...(closesAt <= at && { closes_on: 'surveys.closes.past' as const }),
    ...(data.audience === 'buildings' && chosen.length === 0 && { buildings: 'surveys.buildings.missing' as const }),
  }
  if (Object.keys(errors).length > 0) return { form: { values: typed(body), errors }, chosen }
  return { data: { ...data, closesAt, buildings: chosen } }
}
