import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { frozen } from '../ballots/frozen.ts'
import { type BallotShown, ballotShown } from '../ballots/reads.ts'
import { type CountShown, handsAt } from './reads.ts'
import { handsState, whyNotRaise } from './rules.ts'
import { kindOf, recordHands, recountHands, TooManyHands } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/hands/show': {
      ballot: BallotShown
      counts: CountShown[]
      state: ReturnType<typeof handsState>
      /** Households that may raise a hand. */
      room: number
      whyNot: ReturnType<typeof whyNotRaise>
      form: Form
    }
  }
}

const config = { who: ['staff', 'chair'] } as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const hands = z.preprocess(
  (said) => (said === undefined || said === '' ? 0 : said),
  z.coerce
    .number(says('hands.number'))
    .int(says('hands.number'))
    .min(0, says('hands.number'))
    .max(9999, says('hands.number')),
)
const HandsForm = z.object({ for: hands, against: hands, abstain: hands })

/** 举手: two people count raised hands, each on a device of her own. */
export const handCounts: Slice = (app, { clock }) => {
  const act = (req: FastifyRequest) => {
    if (req.me.personId === null) throw new Refusal('error.notAllowed', 403)
    return { no: (req.params as { no: number }).no, by: { personId: req.me.personId }, at: clock() }
  }

  app.get('/ballots/:no/hands', { schema: byNo, config }, (req, reply) => page(req, reply, req.params.no, blank))

  app.post('/ballots/:no/hands', { schema: byNo, config: { ...config, form: HandsForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(HandsForm, req.body)
    if ('form' in input) return page(req, reply.code(422), no, input.form)
    return recordHands(req.db, act(req), input.data).then(
      () => reply.goto(`/ballots/${no}/hands`),
      (error: unknown) => {
        if (!(error instanceof TooManyHands)) throw error
        const values = { ...typed(req.body), room: String(error.values.room) }
        return page(req, reply.code(422), no, { values, errors: { for: error.key } })
      },
    )
  })

  app.post('/ballots/:no/hands/recount', { schema: byNo, config }, async (req, reply) => {
    await recountHands(req.db, act(req))
    return reply.goto(`/ballots/${req.params.no}/hands`)
  })

  async function page(req: FastifyRequest, reply: FastifyReply, no: number, form: Form) {
    const ballot = await ballotShown(req.db, no)
    const { counts, room } = await handsAt(req.db, (await frozen(req.db, no)).id)
    const whyNot = whyNotRaise({
      ...kindOf(ballot),
      closed: ballot.closedAt !== null,
      suspended: ballot.suspended,
      stopped: ballot.stoppedAt !== null,
    })
    return reply.page('vote/hands/show', { ballot, counts, state: handsState(counts), room, whyNot, form })
  }
}
