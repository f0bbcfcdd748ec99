import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readDoor } from '../../agenda/attendance/rules.ts'
import { householdAt } from '../../agenda/attendance/store.ts'
import { meetingByNo } from '../../agenda/meetings/reads.ts'
import { blank, type Form, line, number, readForm, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { type BallotShown, openBallotOf } from '../ballots/reads.ts'
import { type Choice, choices } from '../ballots/rules.ts'
import { castAtDesk } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/desk/show': {
      meeting: { no: number; title: string }
      ballot: BallotShown | null
      key: string
      form: Form
      /** What was just written down, for whoever stands at the desk. */
      done: { door: string; code: string; choice: Choice } | null
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const DeskForm = z.object({
  ballot: number,
  door: line({ max: 30, missing: 'attendance.door.missing' }),
  choice: z.enum(choices, says('ballots.chooseFirst')),
  change: ticked,
  key: z.uuid(says('error.malformed')),
})

/** A "no" of castVote, as it is said to whoever sits at the desk. */
const atDesk: Partial<Record<MessageKey, MessageKey>> = {
  'ballots.notHere': 'deskVotes.notHere',
  'ballots.notListed': 'deskVotes.notListed',
  'ballots.ownVote': 'deskVotes.ownVote',
}

/** 代录: the desk votes for those who have no phone, each for her own door. */
export const deskVotes: Slice = (app, { clock }) => {
  const config = { who: ['staff', 'chair'] } as const
  app.get('/desk/meetings/:no/votes', { schema: byNo, config }, (req, reply) => page(req, reply, req.params.no, blank))

  app.post('/desk/meetings/:no/votes', { schema: byNo, config: { ...config, form: DeskForm } }, async (req, reply) => {
    const { no } = req.params
    const input = readForm(DeskForm, req.body)
    if ('form' in input) return page(req, reply.code(422), no, input.form)
    const { ballot, door, choice, change, key } = input.data
    const place = readDoor(door)
    const householdId = place && (await householdAt(req.db, place))
    const again = (errors: Form['errors'], status: number) =>
      page(req, reply.code(status), no, { values: typed(req.body), errors })
    if (!place || householdId === null) return again({ door: 'attendance.door.unknown' }, 422)
    const vote = { ballot, householdId, choice, change, key, me: req.me, at: clock() }
    return castAtDesk(req.db, vote).then(
      ({ code }) => page(req, reply, no, blank, { door: `${place.building}-${place.door}`, code, choice }),
      (error: unknown) => {
        if (!(error instanceof Refusal) || error.status >= 500) throw error
        return again({ door: atDesk[error.key] ?? error.key }, error.status)
      },
    )
  })

  async function page(
    req: FastifyRequest,
    reply: FastifyReply,
    no: number,
    form: Form,
    done: { door: string; code: string; choice: Choice } | null = null,
  ) {
    const meeting = await meetingByNo(req.db, no)
    const ballot = await openBallotOf(req.db, no)
    // A corrected form is the same attempt; one that was written down is over.
    const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
    return reply.page('vote/desk/show', { meeting, ballot, key, form, done })
  }
}
