import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { holdGavel } from '../gavel/store.ts'
import { abortMeeting, resumeMeeting, suspendMeeting } from './store.ts'

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 休会、复会、流会: a meeting that rests, goes on, or does not take place. */
export const suspensions: Slice = (app, { clock }) => {
  step('suspension', suspendMeeting)
  step('resumption', resumeMeeting)
  step('abortion', (db, no, by, at, letterbox) => abortMeeting(db, letterbox, no, by, at))

  function step(noun: string, verb: (...press: [...Parameters<typeof suspendMeeting>, Letterbox]) => Promise<void>) {
    app.post(`/meetings/:no/${noun}`, { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
      const { no } = req.params
      await holdGavel(req.db, no, req.me, clock())
      await verb(req.db, no, { personId: req.me.personId }, clock(), req.letterbox)
      return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
    })
  }
}
