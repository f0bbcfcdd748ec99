import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { holdGavel } from '../../agenda/gavel/store.ts'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { Refusal } from '../../lib/refusal.ts'
import { frozen } from '../ballots/frozen.ts'
import { giveUpVote, stopVote, takeBackStop } from './store.ts'

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 停票: stopping a vote, taking that back, giving up one that the room has become too small for. */
export const stops: Slice = (app, { clock }) => {
  step('stop', (req, press) => stopVote(req.db, press))
  step('resumption', (req, press) => takeBackStop(req.db, press))
  step('abandonment', (req, press) => giveUpVote(req.db, req.letterbox, press))

  function step(noun: string, verb: (req: FastifyRequest, press: Parameters<typeof stopVote>[1]) => Promise<void>) {
    app.post(`/ballots/:no/${noun}`, { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
      const { no } = req.params
      const { personId } = req.me
      if (personId === null) throw new Refusal('error.notAllowed', 403)
      const { meetingNo } = await frozen(req.db, no)
      await holdGavel(req.db, meetingNo, req.me, clock())
      await verb(req, { no, by: { personId }, at: clock() })
      return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${meetingNo}/chair`)
    })
  }
}
