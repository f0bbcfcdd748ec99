import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { holdGavel } from '../gavel/store.ts'
import { changeWall, frames } from './store.ts'

const onOff = z
  .enum(['on', 'off'])
  .transform((word) => word === 'on')
  .optional()
const changing = {
  params: z.object({ slug: z.string(), no: number }),
  body: z.object({ frame: z.enum(frames).optional(), frozen: onOff, covered: onOff }),
}

/** 投影: what hangs on the wall, chosen from the chair's console. */
export const walls: Slice = (app, { clock }) => {
  app.post('/meetings/:no/wall', { schema: changing, config: { who: ['chair'] } }, async (req, reply) => {
    const { no } = req.params
    await holdGavel(req.db, no, req.me, clock())
    await changeWall(req.db, no, req.body, { personId: req.me.personId }, clock())
    return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
  })
}
