import { z } from 'zod'
import { blank, type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { appealsWaiting, decideAppeal } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/appeals/index': {
      appeals: Awaited<ReturnType<typeof appealsWaiting>>
      mayDecide: boolean
      form: Form
      /** Whose form is the one with the error. */
      wrong: number | null
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const Verdict = z.object({
  verdict: z.enum(['stands', 'again'], says('appeals.verdict.missing')),
  answer: said({ max: 500, min: 2, missing: 'appeals.answer.missing' }),
})

/** The desk sees what waits; the chair decides. */
export const appeals: Slice = (app, { clock }) => {
  app.get('/desk/appeals', { config: { who: ['staff', 'chair'] } }, async (req, reply) =>
    reply.page('listen/appeals/index', {
      appeals: await appealsWaiting(req.db),
      mayDecide: req.me.roles.includes('chair'),
      form: blank,
      wrong: null,
    }),
  )

  app.post(
    '/desk/appeals/:no/decision',
    { schema: byNo, config: { who: ['chair'], form: Verdict } },
    async (req, reply) => {
      const input = readForm(Verdict, req.body)
      if ('form' in input) {
        const waiting = await appealsWaiting(req.db)
        return reply
          .code(422)
          .page('listen/appeals/index', { appeals: waiting, mayDecide: true, form: input.form, wrong: req.params.no })
      }
      const { verdict, answer } = input.data
      await decideAppeal(req.db, req.letterbox, {
        no: req.params.no,
        personId: req.me.personId ?? 0,
        upheld: verdict === 'stands',
        answer,
        at: clock(),
      })
      return reply.goto('/desk/appeals')
    },
  )
}
