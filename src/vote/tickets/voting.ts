import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, moment, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { castVote } from '../ballots/casting.ts'
import { type BallotShown, ballotShown } from '../ballots/reads.ts'
import { enterPaper } from './entering.ts'
import { readingsOf } from './readings.ts'
import { type TicketShown, ticketShown } from './reads.ts'
import { type ReadingState, readingState } from './rules.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/tickets/show': {
      ticket: TicketShown
      ballot: BallotShown
      secret: string
      /** Of the attempt the form on the page would be; null: no form. */
      key: string | null
      why: MessageKey | null
      /** Somebody of the desk holds it: a paper that was handed back. */
      clerk: boolean
      /** How far she and the other reader are, and who has read it. */
      reading: ReadingState
      readers: string[]
      /** It was cast a moment ago. */
      fresh: boolean
      form: Form
    }
  }
}

const bySecret = { params: z.object({ slug: z.string(), secret: z.string().max(60) }) }
const shown = { ...bySecret, querystring: z.object({ done: z.string().max(4).optional() }) }
const VoteForm = z.object({
  choice: z.string(says('ballots.chooseFirst')).max(20, says('ballots.noSuchChoice')),
  key: z.uuid(says('error.malformed')),
  /** Of a paper that was handed back: when. */
  handed: z.union([z.literal('').transform(() => null), moment]).default(null),
})

/** 凭票投: an owner's ballot paper, opened by the code on it, without an account, a sign-in or a place in the room. */
export const ticketVotes: Slice = (app, { clock }) => {
  // The address is a capability (as a filer's tracking code is): nothing on the way may keep the page.
  app.addHook('onSend', async (_req, reply) => void reply.header('cache-control', 'no-store'))

  app.get('/owners-vote/:secret', { schema: shown, config: { who: 'anyone', perMinute: 120 } }, (req, reply) =>
    page(req, reply, blank, req.query.done !== undefined),
  )

  app.post(
    '/owners-vote/:secret',
    { schema: bySecret, config: { who: 'anyone', perMinute: 60, form: VoteForm } },
    async (req, reply) => {
      const input = readForm(VoteForm, req.body)
      if ('form' in input) return page(req, reply.code(422), input.form)
      const { id, ballotNo, voter } = await ticketShown(req.db, req.params.secret)
      const { handed, ...answer } = input.data
      const at = clock()
      const vote = { ...answer, ballot: ballotNo, way: 'ticket', me: req.me, ticket: { id, voter }, at } as const
      // The desk's form, of somebody whose session is over: it must not become the owner's own vote.
      if (!isClerk(req) && 'handed' in typed(req.body)) throw new Refusal('tickets.clerkGone', 403)
      if (!isClerk(req)) await castVote(req.db, vote)
      else {
        const wrong = handed && whyNotHanded(await ballotShown(req.db, ballotNo), handed, at)
        if (wrong) return page(req, reply.code(422), { values: typed(req.body), errors: { handed: wrong } })
        const state = await enterPaper(req.db, { ...vote, handed })
        if (state === 'duplicate')
          return page(req, reply.code(409), { values: {}, errors: { choice: 'tickets.superseded' } })
      }
      return reply.goto(`/owners-vote/${req.params.secret}?done=1`)
    },
  )

  async function page(req: FastifyRequest, reply: FastifyReply, form: Form, fresh = false) {
    const { secret } = req.params as { secret: string }
    const ticket = await ticketShown(req.db, secret)
    const ballot = await ballotShown(req.db, ticket.ballotNo)
    const over = whyNot(ballot, clock())
    const why = over === 'ballots.timeUp' && isClerk(req) ? null : over
    // The desk may write down a paper that comes back after its owner has voted: it is kept as a duplicate.
    const clerk = isClerk(req)
    const readings = clerk ? await readingsOf(req.db, ticket.id) : []
    const reading = readingState(readings, req.me.personId ?? 0)
    const open = clerk ? !['taken', 'counted', 'duplicate'].includes(reading) : ticket.cast === null
    const key = why === null && open ? randomUUID() : null
    const readers = readings.map(({ name }) => name)
    return reply.page('vote/tickets/show', { ticket, ballot, secret, key, why, fresh, clerk, reading, readers, form })
  }
}

const isClerk = ({ me }: FastifyRequest): boolean => me.roles.some((role) => role === 'staff' || role === 'chair')

/** A paper is handed back while the vote is open, and not tomorrow. */
function whyNotHanded({ openedAt }: BallotShown, handed: Date, now: Date): MessageKey | null {
  if (handed > now) return 'tickets.handed.late'
  return handed < openedAt ? 'tickets.handed.early' : null
}

/** The casting statement judges by the same order (vote/ballots/casting.ts). */
function whyNot({ closedAt, closesAt, stoppedAt, suspended }: BallotShown, at: Date): MessageKey | null {
  if (closedAt) return 'ballots.closed'
  if (closesAt && closesAt <= at) return 'ballots.timeUp'
  if (stoppedAt) return 'ballots.stopped'
  return suspended ? 'ballots.suspended' : null
}
