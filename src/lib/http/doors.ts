import { z } from 'zod'
import { pendingMigrations } from '../db/migrate.ts'
import type { Topic } from '../live/announce.ts'
import { isLocale } from '../live/hub.ts'
import { isOurs, sessionCookie } from './conventions.ts'
import { whoHolds } from './session.ts'
import type { App, Deps } from './slice.ts'

/** The doors every house has, whatever neighbourhoods live in it: health, looks, the live socket. */

const watch = {
  querystring: z.object({
    topic: z.preprocess((topic) => (Array.isArray(topic) ? topic : [topic]), z.array(z.string().max(60)).max(8)),
    locale: z.enum(['zh', 'en']),
  }),
}
const looks = {
  querystring: z.object({
    locale: z.enum(['zh', 'en']).optional(),
    size: z.enum(['', 'l', 'xl']).optional(),
    theme: z.enum(['', 'light', 'dark']).optional(),
    back: z.string().max(500).default('/'),
  }),
}
const aYear = 365 * 24 * 3600

export function doors(app: App, { house }: Deps): void {
  app.get('/healthz', { config: { who: 'anyone' } }, async () => ({ ok: true }))

  app.get('/readyz', { config: { who: 'anyone' } }, async (_req, reply) => {
    const pending = await pendingMigrations(house.db).catch(() => null)
    const ready = pending !== null && pending.length === 0
    // The vault was opened before we listened: without keys there is no process to answer.
    return reply
      .code(ready ? 200 : 503)
      .send({ ready, database: pending !== null, migrations: pending?.length === 0, keys: true })
  })

  // Looks are links, so they work without JavaScript: set a cookie, go back to where she was.
  app.get('/settings', { schema: looks, config: { who: 'anyone' } }, async (req, reply) => {
    const { locale, size, theme, back } = req.query
    const keep = { path: '/', maxAge: aYear, sameSite: 'lax', httpOnly: true } as const
    if (locale) reply.setCookie('lang', locale, keep)
    // Nothing: back to the normal size, or to what the device prefers.
    if (size !== undefined) reply.setCookie('size', size, keep)
    if (theme !== undefined) reply.setCookie('theme', theme, keep)
    return reply.redirect(safeBack(back), 303)
  })
}

/** The live socket of a community. Its Origin must be ours: a page elsewhere would arrive with the cookie (trust 4.7). */
export function liveDoor(app: App, { live, clock, origin }: Deps): void {
  app.get('/live', { websocket: true, schema: watch, config: { who: 'anyone', socket: true } }, async (socket, req) => {
    if (!isOurs(req.headers.origin, req, origin)) return socket.close(1008, 'foreign origin')
    const { me, community, db } = req
    const token = req.cookies[sessionCookie(community.id, origin)]
    const stillIn = async () => me.sessionId === null || (await whoHolds(db, token, clock())).sessionId === me.sessionId
    const locale = isLocale(req.query.locale) ? req.query.locale : 'zh'
    await live.join(socket, { topics: req.query.topic as Topic[], locale, me, community, db, stillIn })
  })
}

/** Only a path of ours: "//elsewhere" and "/\elsewhere" would leave the house. */
function safeBack(back: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(back) ? back : '/'
}
