import { firstDayNotOver, shanghaiDay } from '../../lib/calendar.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { seatPage } from './reads.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/seat/show': Awaited<ReturnType<typeof seatPage>> & { firstDayNotOver: string; today: string }
  }
}

/** 我的席位: what waits for whoever speaks for a party, on one page. */
export const seat: Slice = (app, { clock }) => {
  app.get('/seat', { config: { who: 'seat' } }, async (req, reply) => {
    const now = clock()
    const today = shanghaiDay(now)
    const page = await seatPage(req.db, req.me.seatIds, today, now)
    return reply.page('board/seat/show', { ...page, firstDayNotOver: firstDayNotOver(now), today })
  })
}
