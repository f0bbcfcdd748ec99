import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { holdGavel } from '../../agenda/gavel/store.ts'
import { isNotCounted, labelOf, type Terms, whyNotBring, whyNotVoteBy } from '../../agenda/kinds/rules.ts'
import { unheard } from '../../agenda/options/rules.ts'
import { blank, type Form, filled, line, number, readForm, ticked } from '../../lib/http/forms.ts'
import type { App, Deps, Slice } from '../../lib/http/slice.ts'
import { renderShared } from '../../lib/http/views.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import type { Caller } from '../../lib/live/hub.ts'
import { Refusal } from '../../lib/refusal.ts'
import { castVote } from './casting.ts'
import { closeBallot } from './closing.ts'
import { type Frozen, frozen } from './frozen.ts'
import { openBallot } from './opening.ts'
import { type BallotShown, ballotShown, countPanel, openingOf, receiptsOf } from './reads.ts'
import { answerOf, receiptHtml } from './receipt.ts'
import { type Choice, choices, type Rule, rules, whyNotOpen, whyNotVote } from './rules.ts'
import { type VoterShown, voterOf } from './voter.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/ballots/show': {
      ballot: BallotShown
      voter: VoterShown
      why: MessageKey | null
      /** Of the attempt the form on the page would be; null: no form on the page. */
      key: string | null
      form: Form
    }
    'vote/ballots/arithmetic': { ballot: BallotShown }
    'vote/ballots/receipts': { ballot: BallotShown; receipts: string[] }
    'vote/ballots/new': {
      opening: Awaited<ReturnType<typeof openingOf>>
      why: MessageKey | null
      /** What the vote cannot replace; and the buildings it touches that nobody has listened to. */
      label: MessageKey | null
      unheard: readonly { name: string }[]
      /** Those that may be used for this matter and counted here; and the kind's own where it cannot be. */
      rules: readonly Rule[]
      notCounted: Terms['rule'] | null
      form: Form
    }
    'vote/ballots/_form': { ballot: Frozen | BallotShown; key: string; note?: MessageKey }
    'vote/ballots/_receipt': {
      ballot: Frozen | BallotShown
      code: string
      choice: Choice
      at: Date | null
      key: string | null
      why?: MessageKey | null
    }
    'vote/ballots/_note': { no: number; note?: MessageKey }
    'vote/ballots/_count': Awaited<ReturnType<typeof countPanel>>
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const onPage = { ...byNo, querystring: z.object({ change: z.string().max(5).optional() }) }
const byItem = { params: z.object({ slug: z.string(), no: number, item: number }) }

const VoteForm = z.object({
  choice: z.enum(choices, says('ballots.chooseFirst')),
  key: z.uuid(says('error.malformed')),
})
/** The same vote as it comes up the socket; htmx adds HEADERS, which we have no use for. */
const Message = VoteForm.extend({ ballot: number })
const OpeningForm = z.object({
  question: line({ max: 120, missing: 'ballots.questionMissing' }),
  rule: z.enum(rules, {
    error: ({ input }) =>
      (isNotCounted(String(input)) ? 'ballots.notCountedYet' : 'ballots.ruleMissing') satisfies MessageKey,
  }),
  abstain: ticked,
  tally: z.enum(['live', 'after_close'], says('ballots.tallyMissing')),
})

/** 表决: a ballot's page and its count, the vote by form or by socket, the opening and the close. */
export const ballots: Slice = (app, deps) => {
  const { clock, live } = deps

  app.get('/ballots/:no', { schema: onPage, config: { who: 'anyone' } }, async (req, reply) =>
    ballotPage(req, reply, req.params.no, blank),
  )

  app.get('/ballots/:no/count', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const ballot = await ballotShown(req.db, req.params.no)
    return reply.fragment('vote/ballots/_count', { meetingNo: ballot.meetingNo, ballot })
  })

  app.get('/ballots/:no/receipts', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const ballot = await ballotShown(req.db, req.params.no)
    const receipts = ballot.closedAt ? await receiptsOf(req.db, await frozen(req.db, ballot.no)) : []
    return reply.page('vote/ballots/receipts', { ballot, receipts })
  })

  app.get('/ballots/:no/arithmetic', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('vote/ballots/arithmetic', { ballot: await ballotShown(req.db, req.params.no) }),
  )

  // Who is told by castVote, not here: a door where households vote, a person where seats do.
  app.post('/ballots/:no/votes', { schema: byNo, config: { who: 'anyone', form: VoteForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(VoteForm, req.body)
    if ('form' in input) {
      if (!req.wantsFragment) return ballotPage(req, reply.code(422), no, input.form)
      const note = input.form.errors.choice ?? 'error.malformed'
      return reply
        .code(422)
        .header('hx-retarget', `#booth-note-${no}`)
        .header('hx-reswap', 'outerHTML')
        .fragment('vote/ballots/_note', { no, note })
    }
    const receipt = await castVote(req.db, { ...input.data, ballot: no, way: 'form', me: req.me, at: clock() })
    if (req.wantsFragment) return reply.fragment('vote/ballots/_receipt', answerOf(receipt))
    return reply.goto(`/ballots/${no}`)
  })

  app.get('/meetings/:no/items/:item/ballot', { schema: byItem, config: { who: ['chair'] } }, async (req, reply) => {
    const opening = await openingOf(req.db, req.params.no, req.params.item)
    const rule = rules.find((one) => one === opening.terms.rule) ?? ''
    const form = filled({ question: opening.question, rule, abstain: 'on', tally: 'live' })
    return reply.page('vote/ballots/new', { opening, ...before(opening), form })
  })

  app.post(
    '/meetings/:no/items/:item/ballot',
    { schema: byItem, config: { who: ['chair'], form: OpeningForm } },
    async (req, reply) => {
      const { no, item } = req.params
      const input = readForm(OpeningForm, req.body)
      if ('form' in input) {
        const opening = await openingOf(req.db, no, item)
        return reply.code(422).page('vote/ballots/new', { opening, ...before(opening), form: input.form })
      }
      const { question, rule, abstain, tally } = input.data
      const asked = { question, rule, abstain, tallyShown: tally }
      await holdGavel(req.db, no, req.me, clock())
      await openBallot(req.db, { ...asked, meetingNo: no, itemNo: item, by: req.me, at: clock() })
      return reply.goto(`/meetings/${no}/chair`)
    },
  )

  app.post('/ballots/:no/closure', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    const { meetingNo } = await frozen(req.db, req.params.no)
    await holdGavel(req.db, meetingNo, req.me, clock())
    await closeBallot(req.db, req.letterbox, { no: req.params.no, by: req.me, at: clock() })
    return reply.goto(`/meetings/${meetingNo}/chair`)
  })

  live.panel('count', { view: 'vote/ballots/_count', follows: ['count', 'meeting'], who: 'anyone', read: countPanel })
  live.hear((message, caller) => hear(app, deps, message, caller))
}

/** What the chair is to know before opening this vote. */
function before(opening: Awaited<ReturnType<typeof openingOf>>) {
  const { terms, subject, affected } = opening
  const offered = rules.filter((rule) => whyNotVoteBy(terms, subject, rule) === null)
  const none = offered.length === 0 ? ('ballots.ownersNotCounted' as const) : null
  return {
    why: whyNotOpen(opening) ?? whyNotBring(terms, subject) ?? none,
    label: labelOf(terms, subject),
    unheard: unheard(affected),
    rules: offered,
    notCounted: isNotCounted(terms.rule) ? terms.rule : null,
  }
}

async function ballotPage(req: FastifyRequest, reply: FastifyReply, no: number, form: Form) {
  const ballot = await ballotShown(req.db, no)
  const voter = await voterOf(req.db, await frozen(req.db, no), req.me)
  const why = whyNotVote({
    ...voter,
    closed: ballot.closedAt !== null,
    stopped: ballot.stoppedAt !== null,
    suspended: ballot.suspended,
  })
  const { change } = req.query as { change?: string }
  // She who has voted finds her receipt, and the form again when she asks for it.
  const wants = voter.cast === null || change !== undefined || form.errors.choice !== undefined
  return reply.page('vote/ballots/show', { ballot, voter, why, form, key: why === null && wants ? randomUUID() : null })
}

/**
 * A vote that came up the socket: the same schema, the same castVote, the same receipt as by the form. Whatever the
 * answer, it goes to this socket alone. Null: not a vote at all, which the hub counts as a strike.
 */
async function hear(app: App, { clock }: Deps, message: Record<string, unknown>, caller: Caller) {
  const input = Message.safeParse(message)
  if (!input.success) {
    const without = Message.omit({ choice: true }).safeParse(message)
    return without.success && message.choice === undefined
      ? noteFor(without.data.ballot, 'ballots.chooseFirst', caller)
      : null
  }
  const vote = { ...input.data, way: 'socket' as const, me: caller.me, at: clock() }
  return castVote(caller.db, vote).then(
    (receipt) => receiptHtml(receipt, placeOf(caller)),
    (error: unknown) => {
      if (!(error instanceof Refusal)) app.log.error({ err: error }, 'a vote by socket failed')
      if (error instanceof Refusal && error.status === 404) return null
      return noteFor(vote.ballot, error instanceof Refusal ? error.key : 'ballots.unsure', caller)
    },
  )
}

/** A "no" beside the button; the form and what was chosen in it stay as they are. */
const noteFor = (no: number, note: MessageKey, caller: Caller) =>
  renderShared('vote/ballots/_note', { no, note }, placeOf(caller))

/** Where and in which language; a template has no business with the rest of a caller. */
const placeOf = ({ locale, community }: Caller) => ({ locale, community })
