import { z } from 'zod'
import { sessionCookie, sessionCookieOptions } from '../../lib/http/conventions.ts'
import { number } from '../../lib/http/forms.ts'
import { closeSession, openSession } from '../../lib/http/session.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { entranceFor, ownSessions, revokeOwn, useEntrance } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/entry/show': { entrance: NonNullable<Awaited<ReturnType<typeof entranceFor>>> | null; token: string }
    'people/entry/sessions': { sessions: Awaited<ReturnType<typeof ownSessions>>; current: number }
  }
}

const byToken = { params: z.object({ slug: z.string(), token: z.string().max(100) }) }
const byId = { params: z.object({ slug: z.string(), id: number }) }

/** 进门: how a browser becomes somebody. A link is opened by a press, never by looking: previews would use it up. */
export const entry: Slice = (app, { clock, origin }) => {
  app.get('/enter/:token', { schema: byToken, config: { who: 'anyone', perMinute: 60 } }, async (req, reply) => {
    const entrance = await entranceFor(req.db, req.params.token, clock())
    return reply.code(entrance ? 200 : 404).page('people/entry/show', { entrance, token: req.params.token })
  })

  app.post('/enter/:token', { schema: byToken, config: { who: 'anyone', perMinute: 60 } }, async (req, reply) => {
    const at = clock()
    const device = String(req.headers['user-agent'] ?? '')
    const { who, secret } = await req.db.transaction().execute(async (trx) => {
      const who = await useEntrance(trx, req.params.token, at)
      return { who, secret: await openSession(trx, who, device, at) }
    })
    // A new id at every entrance: an id somebody planted before it is worth nothing.
    if (req.me.sessionId !== null) await closeSession(req.db, req.me.sessionId, at)
    reply.setCookie(sessionCookie(req.community.id, origin), secret, {
      ...sessionCookieOptions(origin),
      maxAge: 30 * 24 * 3600,
    })
    return reply.goto('personId' in who ? '/desk' : '/')
  })

  app.post('/leave', { config: { who: 'anyone' } }, async (req, reply) => {
    if (req.me.sessionId !== null) await closeSession(req.db, req.me.sessionId, clock())
    reply.clearCookie(sessionCookie(req.community.id, origin), sessionCookieOptions(origin))
    return reply.goto('/')
  })

  app.get('/sessions', { config: { who: 'anyone' } }, async (req, reply) => {
    if (req.me.sessionId === null) return reply.goto('/')
    const sessions = await ownSessions(req.db, req.me, clock())
    return reply.page('people/entry/sessions', { sessions, current: req.me.sessionId })
  })

  app.post('/sessions/:id/revocation', { schema: byId, config: { who: 'anyone' } }, async (req, reply) => {
    if (req.me.sessionId !== null) await revokeOwn(req.db, req.me, req.params.id, clock())
    return reply.goto('/sessions')
  })
}
