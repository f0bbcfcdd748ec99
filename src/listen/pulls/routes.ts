import { z } from 'zod'
import { createEgress } from '../../lib/egress.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { bridgePage } from '../bridges/reads.ts'
import { whyNotCross } from '../bridges/rules.ts'
import { visitBridge } from './pulls.ts'

const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }

/** The button beside the clock: fetch now what a bridge has. */
export const pulls: Slice = (app, { clock, egress = createEgress(), dataDir }) => {
  app.post(
    '/desk/bridges/:key/rounds',
    { schema: byKey, config: { who: ['staff', 'chair', 'admin'], perMinute: 10 } },
    async (req, reply) => {
      const bridge = await bridgePage(req.db, req.params.key)
      refuseIf(whyNotCross(bridge, bridge.kind === 'mailbox' ? 'mail' : 'pull'))
      await visitBridge(req.db, req.letterbox, { egress, dataDir, clock }, bridge.key)
      return reply.goto(`/desk/bridges/${bridge.key}?done=1`)
    },
  )
}
