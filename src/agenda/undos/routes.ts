import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { holdGavel } from '../gavel/store.ts'
import { undoStep } from './store.ts'

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 撤回: Z on the chair's console. */
export const undos: Slice = (app, { clock }) => {
  app.post('/meetings/:no/undo', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    const { no } = req.params
    await holdGavel(req.db, no, req.me, clock())
    await undoStep(req.db, no, { personId: req.me.personId }, clock())
    return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
  })
}
