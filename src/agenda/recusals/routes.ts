import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { Refusal } from '../../lib/refusal.ts'
import { holdGavel } from '../gavel/store.ts'
import { type Room, roomOf } from '../meetings/reads.ts'
import { recuse } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/recusals/show': { room: Room }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const recusing = {
  params: z.object({ slug: z.string(), no: number, item: number }),
  body: z.object({ seat: number, recused: z.enum(['on', 'off']) }),
}

/** 席位和回避: the table as the chair sees it, item by item. */
export const recusals: Slice = (app, { clock }) => {
  app.get('/meetings/:no/seats', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) =>
    reply.page('agenda/recusals/show', { room: await roomOf(req.db, req.params.no) }),
  )

  app.post(
    '/meetings/:no/items/:item/recusals',
    { schema: recusing, config: { who: ['chair'] } },
    async (req, reply) => {
      const { no, item } = req.params
      const { personId } = req.me
      if (personId === null) throw new Refusal('error.notAllowed', 403)
      await holdGavel(req.db, no, req.me, clock())
      const recusal = { meetingNo: no, itemNo: item, seatId: req.body.seat, recused: req.body.recused === 'on' }
      await recuse(req.db, recusal, { personId }, clock())
      return reply.goto(`/meetings/${no}/seats`)
    },
  )
}
