import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { mayLead } from '../../agenda/gavel/rules.ts'
import { isOver } from '../../agenda/meetings/rules.ts'
import { tooFew } from '../../agenda/quorum/rules.ts'
import { whyNotAbort } from '../../agenda/suspensions/rules.ts'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { notFound } from '../../lib/refusal.ts'
import { boothOf, handOf, type Mine, type RoomNow, roomFor, roomForChair, roomNow } from './reads.ts'

/**
 * The chair's screen. `few`: why the meeting cannot begin yet; `late`: too few have come for so long that it may fail
 * (suspensions/rules).
 */
interface Console {
  room: RoomNow
  few: ReturnType<typeof tooFew>
  late: boolean
  now: Date
}

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/room/show': { room: RoomNow; mine: Mine; key: string; now: Date }
    'board/room/_room': { room: RoomNow; now: Date }
    'board/room/_hand': { no: number; hand: Mine['hand'] }
    'board/room/_booth': NonNullable<Awaited<ReturnType<typeof boothOf>>>
    /** `watching`: somebody else leads, so this page is for reading. */
    'board/room/chair': Console & { notes: string | null; watching: boolean }
    'board/room/_chair': Console
    'board/room/projector': { room: RoomNow; now: Date; joinUrl: string; host: string }
    'board/room/_projector': { room: RoomNow; now: Date; joinUrl: string; host: string }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }

/** 会场: one meeting on three screens, the phone's, the chair's and the wall's. Later stages meet here. */
export const room: Slice = (app, { live, origin, clock }) => {
  app.get('/meetings/:no', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const room = await roomFor(req.db, req.params.no, req.me)
    // A draft is the chair's: it may still change before anybody is told of it.
    if (room.state === 'draft' && !req.me.roles.includes('chair') && !req.me.roles.includes('staff')) throw notFound()
    return reply.page('board/room/show', { room, mine: room.also, key: randomUUID(), now: clock() })
  })

  app.get('/meetings/:no/hand', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const { no } = req.params
    return reply.fragment('board/room/_hand', { no, hand: await handOf(req.db, no, req.me) })
  })

  app.get('/meetings/:no/chair', { schema: byNo, config: { who: ['chair'] } }, async (req, reply) => {
    const room = await roomForChair(req.db, req.params.no)
    const now = clock()
    const watching = !isOver(room.state) && !mayLead(room.gavel, req.me, now)
    return reply.page('board/room/chair', { ...consoleOf(room, now), notes: room.also, watching })
  })

  // The wall needs no sign-in and no mouse. It shows what everybody in the room may know.
  app.get('/meetings/:no/projector', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const { wall, ...room } = await roomNow(req.db, req.params.no)
    // A wall that stands still has nothing to show to a screen that has just been switched on but where we are.
    const shown = { ...room, wall: wall.frozen ? { ...wall, frame: 'welcome' as const } : wall }
    return reply.page('board/room/projector', {
      room: shown,
      now: clock(),
      ...addressOf(req.community.slug, room.meeting.code),
    })
  })

  const addressOf = (slug: string, code: string) => ({
    joinUrl: `${origin}/c/${slug}/join/${code}`,
    host: new URL(origin).host,
  })

  live.panel('room', {
    view: 'board/room/_room',
    follows: ['meeting'],
    who: 'anyone',
    read: async (db, no) => ({ room: await roomNow(db, no), now: clock() }),
  })
  // `booth:7:2`: the page has the ballots before the second, and they need not come down the line again.
  live.panel('booth', {
    view: 'board/room/_booth',
    follows: ['meeting'],
    who: 'anyone',
    read: (db, no, _community, next) => boothOf(db, no, Number(next) || 1),
  })
  live.panel('chair', {
    view: 'board/room/_chair',
    follows: ['meeting', 'count'],
    who: ['chair'],
    read: async (db, no) => consoleOf(await roomNow(db, no), clock()),
  })
  live.panel('projector', {
    view: 'board/room/_projector',
    follows: ['meeting', 'count'],
    who: 'anyone',
    read: async (db, no, community) => {
      const room = await roomNow(db, no)
      // Frozen: nothing comes, and the last frame stays.
      if (room.wall.frozen) return null
      return { room, now: clock(), ...addressOf(community.slug, room.meeting.code) }
    },
  })
}

function consoleOf(room: RoomNow, now: Date): Console {
  const few = room.state === 'checkin' ? tooFew(room.quorum) : null
  return { room, few, late: whyNotAbort(room.state, room.meeting.starts_at, room.quorum, now) === null, now }
}
