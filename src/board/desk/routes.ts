import { z } from 'zod'
import { firstDayNotOver, shanghaiDay, workingDaysLeft } from '../../lib/calendar.ts'
import { line, number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { filingNumber } from '../../listen/filings/rules.ts'
import { categories, channels, isClosed, type Stage } from '../../listen/issues/rules.ts'
import { type DeskRow, deskCounts, deskLedger } from './reads.ts'

type Row = DeskRow & { number: string; left: number | null; late: boolean }

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/desk/show': {
      rows: Row[]
      next: number | null
      filter: z.output<typeof search.querystring>
      counts: Awaited<ReturnType<typeof deskCounts>>
      channels: typeof channels
      categories: typeof categories
    }
    'board/desk/volunteer': Record<never, never>
  }
}

const search = {
  querystring: z.object({
    stage: z.coerce.number().int().min(0).max(4).optional().catch(undefined),
    channel: z.enum(channels).optional().catch(undefined),
    seat: z.coerce.number().int().min(1).max(7).optional().catch(undefined),
    q: line({ max: 40 }).catch(''),
    category: z.enum(categories).optional().catch(undefined),
    after: number.optional().catch(undefined),
  }),
}

/** 工作台: where people who work here begin. Those who only knock on doors begin with their doors. */
export const desk: Slice = (app, { clock }) => {
  app.get('/desk', { schema: search, config: { who: 'anyone' } }, async (req, reply) => {
    const { roles, seatIds, personId } = req.me
    if (!roles.some((role) => role === 'staff' || role === 'chair' || role === 'admin' || role === 'manager')) {
      if (roles.includes('volunteer')) return reply.page('board/desk/volunteer', {})
      // A party's representative has what it is asked, and the promises it made, to look after.
      return reply.goto(personId !== null && seatIds.length > 0 ? '/seat' : '/')
    }
    const now = clock()
    const { after, ...filter } = req.query
    const { ledger, counts } = {
      ledger: await deskLedger(req.db, { ...filter, stage: filter.stage as Stage | undefined }, after ?? null),
      counts: await deskCounts(req.db, firstDayNotOver(now), seatIds, shanghaiDay(now)),
    }
    const rows = ledger.rows.map((row) => {
      const left = row.dueOn && !isClosed(row.state) ? workingDaysLeft(row.dueOn, now) : null
      const waits = row.state === 'claimed_done' || row.state === 'revisiting'
      return {
        ...row,
        number: filingNumber(req.community.prefix, row.openedAt, row.no),
        left,
        late: left !== null && left < 0 && !waits,
      }
    })
    return reply.page('board/desk/show', { rows, next: ledger.next, filter: req.query, counts, channels, categories })
  })
}
