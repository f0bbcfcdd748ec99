import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { workingDaysLeft } from '../../lib/calendar.ts'
import { blank, type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { groupCode, readCode } from '../../lib/tokens.ts'
import { appeal, whyNotAppeal } from '../../listen/appeals/store.ts'
import { filingNumber, whyNotWithdraw, whyNotWrite } from '../../listen/filings/rules.ts'
import { filingByCode, trackingLink } from '../../listen/filings/store.ts'
import { withdrawFiling, writeToDesk } from '../../listen/filings/thread.ts'
import { isClosed, type Stage, stageOf } from '../../listen/issues/rules.ts'
import { objectTo } from '../../listen/mergers/objections.ts'
import { whyNotObject } from '../../listen/mergers/rules.ts'
import { refuseIfVotedOn, type Tracked, trackedFiling } from './reads.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/tracking/find': { form: Form }
    'board/tracking/slip': { filing: Tracked; number: string; code: string; link: string }
    'board/tracking/show': {
      filing: Tracked
      number: string
      code: string
      link: string
      /** She has just sent it. */
      fresh: boolean
      stage: Stage
      done: boolean
      left: number | null
      mayWithdraw: boolean
      mayWrite: boolean
      mayAppeal: boolean
      /** What hers was put together with, while she may still say that it is not one matter. */
      together: Tracked['mergers']
      form: Form
    }
  }
}

const byCode = { params: z.object({ slug: z.string(), code: z.string().max(40) }) }
const shown = { ...byCode, querystring: z.object({ new: z.string().max(4).optional() }) }

const Find = z.object({
  code: z.string(says('track.code.missing')).min(1, says('track.code.missing')).max(60, says('track.unknown')),
})
const Words = z.object({ words: said({ max: 1000, missing: 'track.words.missing' }) })

const Appeal = z.object({ appeal: said({ max: 1000, min: 2, missing: 'appeals.words.missing' }) })
const Objection = z.object({ merger: number, why: said({ max: 500 }) })

/** 查进度: a filer's own page, by the code she was given. Whoever has another code, or none, sees nothing of it. */
export const tracking: Slice = (app, { clock }) => {
  // A code in the address opens somebody's words: nothing on the way may keep the page.
  app.addHook('onSend', async (_req, reply) => void reply.header('cache-control', 'no-store'))

  app.get('/track', { config: { who: 'anyone', perMinute: 20 } }, async (_req, reply) =>
    reply.page('board/tracking/find', { form: blank }),
  )

  app.post('/track', { config: { who: 'anyone', perMinute: 20, form: Find } }, async (req, reply) => {
    const input = readForm(Find, req.body)
    if ('form' in input) return reply.code(422).page('board/tracking/find', input)
    const code = readCode(input.data.code)
    if (await filingByCode(req.db, code)) return reply.goto(`/track/${groupCode(code)}`)
    const form = { values: { code: input.data.code }, errors: { code: 'track.unknown' } } satisfies Form
    return reply.code(422).page('board/tracking/find', { form })
  })

  app.get('/track/:code', { schema: shown, config: { who: 'anyone', perMinute: 120 } }, async (req, reply) =>
    reply.page('board/tracking/show', await page(req, { fresh: req.query.new !== undefined })),
  )

  app.get('/track/:code/slip', { schema: byCode, config: { who: 'anyone', perMinute: 60 } }, async (req, reply) => {
    const { filing, number, code, link } = await page(req, {})
    return reply.page('board/tracking/slip', { filing, number, code, link })
  })

  app.post(
    '/track/:code/appeal',
    { schema: byCode, config: { who: 'anyone', perMinute: 20, form: Appeal } },
    async (req, reply) => {
      const input = readForm(Appeal, req.body)
      if ('form' in input) return again(req, reply, input.form)
      const code = readCode(req.params.code)
      await req.db.transaction().execute((trx) => appeal(trx, code, input.data.appeal, clock()))
      return reply.goto(`/track/${groupCode(code)}`)
    },
  )

  app.post(
    '/track/:code/messages',
    { schema: byCode, config: { who: 'anyone', perMinute: 20, form: Words } },
    async (req, reply) => {
      const input = readForm(Words, req.body)
      if ('form' in input) return again(req, reply, input.form)
      const code = readCode(req.params.code)
      await req.db.transaction().execute((trx) => writeToDesk(trx, code, input.data.words, clock()))
      return reply.goto(`/track/${groupCode(code)}`)
    },
  )

  app.post(
    '/track/:code/withdrawal',
    { schema: byCode, config: { who: 'anyone', perMinute: 20 } },
    async (req, reply) => {
      const code = readCode(req.params.code)
      await req.db.transaction().execute(async (trx) => {
        await refuseIfVotedOn(trx, code)
        await withdrawFiling(trx, code, clock())
      })
      return reply.goto(`/track/${groupCode(code)}`)
    },
  )

  app.post(
    '/track/:code/objections',
    { schema: byCode, config: { who: 'anyone', perMinute: 20, form: Objection } },
    async (req, reply) => {
      const input = readForm(Objection, req.body)
      if ('form' in input) return again(req, reply, input.form)
      const code = readCode(req.params.code)
      const { merger: mergerId, why: words } = input.data
      await req.db.transaction().execute(async (trx) => {
        const filing = await trackedFiling(trx, code)
        const merger = filing.mergers.find(({ id }) => id === mergerId)
        if (!merger) throw new Refusal('mergers.notMerged')
        if (merger.objected) return
        refuseIf(whyNotObject({ ...merger, undone: false }, clock()))
        await objectTo(trx, { mergerId, filing, words, at: clock() })
      })
      return reply.goto(`/track/${groupCode(code)}`)
    },
  )

  type Asked = FastifyRequest<{ Params: { code: string } }>

  async function page(req: Asked, { form = blank, fresh = false }: { form?: Form; fresh?: boolean }) {
    const code = readCode(req.params.code)
    const filing = await trackedFiling(req.db, code)
    const { issue } = filing
    const due = issue ? issue.dueOn : filing.due_on
    return {
      filing,
      number: filingNumber(req.community.prefix, filing.filed_at, filing.no),
      code: groupCode(code),
      link: trackingLink(req.letterbox, code),
      fresh,
      stage: issue ? stageOf(issue.state) : 0,
      done: issue ? isClosed(issue.state) : false,
      left: due === null ? null : workingDaysLeft(due, clock()),
      mayWithdraw:
        filing.state !== 'withdrawn' && !issue?.voted && whyNotWithdraw(filing.state, issue?.state ?? null) === null,
      mayWrite: whyNotWrite(filing.state) === null,
      mayAppeal: whyNotAppeal(filing.state, filing.appeal !== null) === null,
      together: filing.mergers.filter(
        (merger) => merger.objected || whyNotObject({ ...merger, undone: false }, clock()) === null,
      ),
      form,
    } as const
  }

  async function again(req: Asked, reply: FastifyReply, form: Form) {
    return reply.code(422).page('board/tracking/show', await page(req, { form }))
  }
}
