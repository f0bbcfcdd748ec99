import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { holdGavel } from '../../agenda/gavel/store.ts'
import { labelOf, whyNotBring, whyNotVoteBy } from '../../agenda/kinds/rules.ts'
import { unheard } from '../../agenda/options/rules.ts'
import { blank, type Form, filled, line, moment, number, readForm, said, ticked, typed } from '../../lib/http/forms.ts'
import type { App, Deps, Slice } from '../../lib/http/slice.ts'
import { renderShared } from '../../lib/http/views.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import type { Caller } from '../../lib/live/hub.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { whyNotShare } from '../rules/rule.ts'
import { type Terms as BallotTerms, namesOptions, paperOf, readAnswer, readOptions } from './answers.ts'
import { castVote } from './casting.ts'
import { closeBallot } from './closing.ts'
import { type Frozen, frozen } from './frozen.ts'
import { marks } from './marks.ts'
import { openBallot } from './opening.ts'
import { type BallotShown, ballotShown, countPanel, openingOf, receiptsOf } from './reads.ts'
import { answerOf, receiptHtml } from './receipt.ts'
import { type Rule, rules, votersOf, whyNotOpen, whyNotVote } from './rules.ts'
import { type VoterShown, voterOf } from './voter.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/ballots/show': {
      ballot: BallotShown
      voter: VoterShown
      why: MessageKey | null
      /** Its hour has passed, and the chair has not declared it yet. */
      over: boolean
      /** Of the attempt the form on the page would be; null: no form on the page. */
      key: string | null
      /** Of the attempts at ballots by mandate. */
      proxyKey: string
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
      /** Those that may be used for this matter. */
      rules: readonly Rule[]
      form: Form
    }
    'vote/ballots/_form': { ballot: Frozen | BallotShown; key: string; note?: MessageKey }
    'vote/ballots/_receipt': {
      ballot: Frozen | BallotShown
      code: string
      choice: string
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

const VoteForm = z.object({ ...marks, key: z.uuid(says('error.malformed')) })
/** The same vote as it comes up the socket; htmx adds HEADERS, which we have no use for. */
const Message = VoteForm.extend({ ballot: number })
const count = (most: number) => z.coerce.number().int().min(1).max(most)
const OpeningForm = z.object({
  question: line({ max: 120, missing: 'ballots.questionMissing' }),
  options: said({ max: 1000 }),
  number: z.preprocess((typed) => typed || 1, count(100_000)),
  num: z.preprocess((typed) => typed || 1, count(1000)),
  den: z.preprocess((typed) => typed || 2, count(1000)),
  over: z.enum(['least', 'more']).default('more'),
  base: z.enum(['cast', 'present', 'all']).default('present'),
  rule: z.enum(rules, says('ballots.ruleMissing')),
  follow: ticked,
  closes: z.union([z.literal('').transform(() => null), moment]).default(null),
  abstain: ticked,
  tally: z.enum(['live', 'after_close'], says('ballots.tallyMissing')),
})

/** 表决: a ballot's page and its count, the vote by form or by socket, the opening and the close. */
export const ballots: Slice = (app, deps) => {
  const { clock, live } = deps

  app.get('/ballots/:no', { schema: onPage, config: { who: 'anyone' } }, async (req, reply) =>
    ballotPage(req, reply, req.params.no, blank, clock()),
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
    const again = (note: MessageKey) => {
      const form = { values: typed(req.body), errors: { choice: note } }
      if (!req.wantsFragment) return ballotPage(req, reply.code(422), no, form, clock())
      return reply
        .code(422)
        .header('hx-retarget', `#booth-note-${no}`)
        .header('hx-reswap', 'outerHTML')
        .fragment('vote/ballots/_note', { no, note })
    }
    if ('form' in input) return again(Object.values(input.form.errors)[0] ?? 'error.malformed')
    const answer = readAnswer(await frozen(req.db, no), input.data)
    if (typeof answer === 'string') return again(answer)
    const { key } = input.data
    const receipt = await castVote(req.db, { ...answer, key, ballot: no, way: 'form', me: req.me, at: clock() })
    if (req.wantsFragment) return reply.fragment('vote/ballots/_receipt', answerOf(receipt))
    return reply.goto(`/ballots/${no}`)
  })

  app.get('/meetings/:no/items/:item/ballot', { schema: byItem, config: { who: ['chair'] } }, async (req, reply) => {
    const opening = await openingOf(req.db, req.params.no, req.params.item)
    const form = filled({ ...beginning(opening), abstain: 'on', tally: 'live', over: 'more', base: 'present' })
    return reply.page('vote/ballots/new', { opening, ...before(opening), form })
  })

  app.post(
    '/meetings/:no/items/:item/ballot',
    { schema: byItem, config: { who: ['chair'], form: OpeningForm } },
    async (req, reply) => {
      const { no, item } = req.params
      const input = readForm(OpeningForm, req.body)
      const again = async (form: Form) => {
        const opening = await openingOf(req.db, no, item)
        return reply.code(422).page('vote/ballots/new', { opening, ...before(opening), form })
      }
      if ('form' in input) return again(input.form)
      const paper = askedIn(input.data)
      if ('errors' in paper) return again({ values: typed(req.body), errors: paper.errors })
      const { question, rule, abstain, tally, closes } = input.data
      const owners = votersOf(rule) === 'owner'
      if (owners && closes && closes <= clock())
        return again({ values: typed(req.body), errors: { closes: 'ballots.closesPast' } })
      const asked = { question, rule, abstain, tallyShown: tally, ...paper, closesAt: owners ? closes : null }
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

/** What the form begins with: the item's own question, rule and options; in a further round those that tied. */
function beginning({ question, terms, options, round }: Awaited<ReturnType<typeof openingOf>>) {
  const rule = rules.find((one) => one === (round?.rule ?? terms.rule)) ?? ''
  const listed = round && round.tied.length > 0 ? round.tied : options
  return { question, rule, options: listed.join('\n'), number: String(round?.places ?? 1) }
}

/** What a rule asks for besides the question: options to choose from, how many, a fraction of the by-laws' own. */
function askedIn({ rule, options: typed, number, num, den, over, base, follow }: z.output<typeof OpeningForm>) {
  const options = namesOptions(paperOf(rule)) ? readOptions(typed) : []
  if (typeof options === 'string') return { errors: { options } }
  if (rule === 'AP' && number >= options.length) return { errors: { number: 'ballots.numberHigh' as const } }
  const share = { num, den, strict: over === 'more', base, abstain: base === 'cast' ? 'out' : 'notYes' } as const
  const wrong = rule === 'M6' ? whyNotShare(share) : null
  if (wrong) return { errors: { num: wrong } }
  const terms: BallotTerms =
    rule === 'AP' || rule === 'APt'
      ? { number }
      : rule === 'M6'
        ? { share }
        : votersOf(rule) === 'owner'
          ? { follow }
          : {}
  return { options, terms }
}

/** What the chair is to know before opening this vote. */
function before(opening: Awaited<ReturnType<typeof openingOf>>) {
  const { terms, subject, affected } = opening
  const offered = rules.filter((rule) => whyNotVoteBy(terms, subject, rule) === null)
  return {
    why: whyNotOpen(opening) ?? whyNotBring(terms, subject),
    label: labelOf(terms, subject),
    unheard: unheard(affected),
    rules: offered,
  }
}

async function ballotPage(req: FastifyRequest, reply: FastifyReply, no: number, form: Form, at: Date) {
  const ballot = await ballotShown(req.db, no)
  const voter = await voterOf(req.db, await frozen(req.db, no), req.me)
  const why = whyNotVote({
    ...voter,
    closed: ballot.closedAt !== null,
    stopped: ballot.stoppedAt !== null,
    suspended: ballot.suspended,
  })
  const { change } = req.query as { change?: string }
  const over = ballot.closedAt === null && ballot.closesAt !== null && ballot.closesAt <= at
  // She who has voted finds her receipt, and the form again when she asks for it.
  const wants = voter.cast === null || change !== undefined || form.errors.choice !== undefined
  const key = why === null && wants ? randomUUID() : null
  return reply.page('vote/ballots/show', { ballot, voter, why, over, form, key, proxyKey: randomUUID() })
}

/**
 * A vote that came up the socket: the same schema, the same castVote, the same receipt as by the form. Whatever the
 * answer, it goes to this socket alone. Null: not a vote at all, which the hub counts as a strike.
 */
async function hear(app: App, { clock }: Deps, message: Record<string, unknown>, caller: Caller) {
  const input = Message.safeParse(message)
  if (!input.success) return null
  const { ballot, key, ...marked } = input.data
  const cast = async () => {
    const answer = readAnswer(await frozen(caller.db, ballot), marked)
    // No page of ours sends that.
    if (answer === 'ballots.noSuchChoice') throw notFound()
    if (typeof answer === 'string') throw new Refusal(answer, 422)
    return castVote(caller.db, { ...answer, ballot, key, way: 'socket', me: caller.me, at: clock() })
  }
  return cast().then(
    (receipt) => receiptHtml(receipt, placeOf(caller)),
    (error: unknown) => {
      if (!(error instanceof Refusal)) app.log.error({ err: error }, 'a vote by socket failed')
      if (error instanceof Refusal && error.status === 404) return null
      return noteFor(ballot, error instanceof Refusal ? error.key : 'ballots.unsure', caller)
    },
  )
}

/** A "no" beside the button; the form and what was chosen in it stay as they are. */
const noteFor = (no: number, note: MessageKey, caller: Caller) =>
  renderShared('vote/ballots/_note', { no, note }, placeOf(caller))

/** Where and in which language; a template has no business with the rest of a caller. */
const placeOf = ({ locale, community }: Caller) => ({ locale, community })
