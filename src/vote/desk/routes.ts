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
import { readAnswer } from '../ballots/answers.ts'
import { frozen } from '../ballots/frozen.ts'
import { marks } from '../ballots/marks.ts'
import { type BallotShown, openBallotOf } from '../ballots/reads.ts'
import { castAtDesk } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/desk/show': {
      meeting: { no: number; title: string }
      ballot: BallotShown | null
      key: string
      form: Form
      /** What was just written down, for whoever stands at the desk. */
      done: { door: string; code: string; choice: string } | null
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const DeskForm = z.object({
  ballot: number,
  door: line({ max: 30, missing: 'attendance.door.missing' }),
  ...marks,
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
    const { ballot, door, change, key, ...marked } = input.data
    const place = readDoor(door)
    const householdId = place && (await householdAt(req.db, place))
    const again = (errors: Form['errors'], status: number) =>
      page(req, reply.code(status), no, { values: typed(req.body), errors })
    if (!place || householdId === null) return again({ door: 'attendance.door.unknown' }, 422)
    const answer = readAnswer(await frozen(req.db, ballot), marked)
    if (typeof answer === 'string') return again({ choice: answer }, 422)
    const vote = { ...answer, ballot, householdId, change, key, me: req.me, at: clock() }
    return castAtDesk(req.db, vote).then(
      ({ code, choice }) => page(req, reply, no, blank, { door: `${place.building}-${place.door}`, code, choice }),
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
    done: { door: string; code: string; choice: string } | null = null,
  ) {
    const meeting = await meetingByNo(req.db, no)
    const ballot = await openBallotOf(req.db, no)
    // A corrected form is the same attempt; one that was written down is over.
    const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
    return reply.page('vote/desk/show', { meeting, ballot, key, form, done })
  }
}
