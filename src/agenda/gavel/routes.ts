import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { beat, holdGavel, offerGavel } from './store.ts'

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 主持权: taking the gavel, keeping it by a heartbeat, laying it down for somebody else. */
export const gavel: Slice = (app, { clock }) => {
  app.post('/meetings/:no/gavel', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    await holdGavel(req.db, req.params.no, req.me, clock())
    return reply.goto(`/meetings/${req.params.no}/chair`)
  })

  app.post('/meetings/:no/gavel/beat', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    await beat(req.db, req.params.no, req.me, clock())
    return reply.code(204).send()
  })

  app.post('/meetings/:no/gavel/offer', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    await offerGavel(req.db, req.params.no, req.me, clock())
    return reply.goto(`/meetings/${req.params.no}/chair`)
  })
}
