import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ZodType, type z } from 'zod'
import { byCalendar } from '../calendar.ts'
import { type MessageKey, translator, type Values } from '../i18n.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { Vault } from '../vault.ts'
import { calendarOf, communityBySlug } from './communities.ts'
import { nobody, whoHolds } from './session.ts'
import type { App, Deps, Me, Who } from './slice.ts'
import { squeezed, squeezedPage } from './squeeze.ts'
import { render, type Viewer } from './views.ts'

/** What every route in the house gets: who may enter, where, which language, page or fragment, how a "no" reads. */
export function conventions(app: App, { house, clock, vault, origin }: Deps): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.who) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
  })

  app.setValidatorCompiler(({ schema, httpPart }) => (data) => {
    if (!(schema instanceof ZodType)) throw new Error('every schema in the house is a zod schema')
    const result = (schema as z.ZodType).safeParse(data)
    if (result.success) return { value: result.data }
    // A wrong address is a page that does not exist; a wrong body is ours to explain.
    return { error: httpPart === 'body' ? new Refusal('error.malformed', 422) : new Refusal('error.notFound', 404) }
  })

  app.decorateRequest('me')
  app.decorateRequest('community')
  app.decorateRequest('db')
  app.decorateRequest('letterbox')
  app.decorateRequest('locale', 'zh')
  app.decorateRequest('wantsFragment', false)

  app.addHook('onRequest', async (req) => {
    req.me = nobody
    req.locale = localeOf(req)
    req.wantsFragment = req.headers['hx-request'] === 'true' && req.headers['hx-boosted'] !== 'true'
    // The plugin would log the address of a page that somebody opens as a socket, and that may hold a token.
    if (req.ws && !req.routeOptions.config.socket) throw notFound()
    const { machine } = req.routeOptions.config
    if (!machine) refuseForeign(req, origin)
    const slug = (req.params as { slug?: string }).slug
    if (slug === undefined) return
    req.community = await communityBySlug(house, slug)
    req.db = house.of(req.community.id)
    req.letterbox = { communityId: req.community.id, vault, home: `${origin}/c/${slug}` }
    const at = clock()
    if (!machine) req.me = await whoHolds(req.db, req.cookies[sessionCookie(req.community.id, origin)], at)
    if (!mayEnter(req.me, req.routeOptions.config.who)) throw new Refusal('error.notAllowed', 403)
  })

  // After the body was read: reading it would leave the calendar behind.
  app.addHook('preHandler', (req, _reply, done) => {
    if (req.community === undefined) return done()
    byCalendar(calendarOf(house, req.community.slug), done)
  })

  // A second lock behind Sec-Fetch-Site: a form of a signed-in person carries a token of her session (trust 4.9).
  // Before validation: a route's schema keeps only its own fields, and the token is none of them.
  app.addHook('preValidation', async (req) => {
    if (isSafe(req) || req.me.sessionId === null || req.is404) return
    const given = (req.body as { _csrf?: unknown } | null | undefined)?._csrf ?? req.headers['x-csrf']
    if (given !== csrfOf(vault, req.me)) throw new Refusal('error.stale', 403)
  })

  const viewer = (req: FastifyRequest): Viewer => ({
    locale: req.locale,
    community: req.community ?? null,
    me: req.me ?? nobody,
    csrf: csrfOf(vault, req.me ?? nobody),
    path: req.url,
    ...looksOf(req),
  })

  app.decorateReply('page', function (this: FastifyReply, view, props) {
    const html = render(view, props, viewer(this.request))
    if (!this.request.me?.sessionId) return common(this, html)
    return this.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(squeezedPage(this, html))
  })
  app.decorateReply('shell', function (this: FastifyReply, view, props) {
    return common(this, render(view, props, { ...viewer(this.request), me: nobody, csrf: '' }))
  })
  app.decorateReply('fragment', function (this: FastifyReply, view, props) {
    return this.type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(squeezedPage(this, render(view, props, viewer(this.request))))
  })
  app.decorateReply('goto', function (this: FastifyReply, path) {
    return this.redirect(`/c/${this.request.community.slug}${path}`, 303)
  })

  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, req, reply) => {
    const { key, status } = reasonOf(error)
    if (status >= 500)
      req.log.error({ err: { message: error.message, stack: error.stack, code: error.code } }, 'failed')
    // The rate limiter has said it better already.
    if ((status === 503 || status === 429) && !reply.hasHeader('retry-after')) reply.header('retry-after', '5')
    return sayNo(req, reply.code(status), key, error instanceof Refusal ? error.values : {})
  })
  app.setNotFoundHandler({}, (req, reply) => sayNo(req, reply.code(404), 'error.notFound'))

  function sayNo(req: FastifyRequest, reply: FastifyReply, key: MessageKey, values: Values = {}) {
    const message = translator(req.locale)(key, values)
    // A script of ours reads the sentence and shows it where it belongs.
    if (req.headers.accept === 'application/json') return reply.header('cache-control', 'no-store').send({ message })
    // A refused fragment must not overwrite the panel that asked for it.
    if (req.wantsFragment) {
      return reply.header('hx-retarget', '#notice').header('hx-reswap', 'innerHTML').fragment('_notice', { message })
    }
    return reply.page('error', { message, ...(reply.statusCode >= 500 && { requestId: String(req.id) }) })
  }
}

/** Form tokens kept at hand: a page asks for its session's each time. */
const signed = new WeakMap<Vault, Map<number, string>>()
const mostSigned = 20_000

/** The token of a session's forms; a script of ours sends the same as `x-csrf`. */
export function csrfOf(vault: Vault, { sessionId }: Me): string {
  if (sessionId === null) return ''
  const ours = signed.get(vault) ?? new Map<number, string>()
  signed.set(vault, ours)
  const token = ours.get(sessionId) ?? vault.sign(`form ${sessionId}`)
  if (ours.size >= mostSigned) ours.clear()
  ours.set(sessionId, token)
  return token
}

const isSafe = (req: FastifyRequest) => req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS'

/** Writes come from our own pages only. Old browsers without Sec-Fetch-Site must name our origin. */
function refuseForeign(req: FastifyRequest, origin: string): void {
  if (isSafe(req)) return
  const site = req.headers['sec-fetch-site']
  const ours = site === undefined ? isOurs(req.headers.origin, req, origin) : site === 'same-origin' || site === 'none'
  if (!ours) throw new Refusal('error.foreign', 403)
}

/** Whether a page of ours sent this: the configured address, or the very host it was asked of. */
export function isOurs(from: string | undefined, req: FastifyRequest, origin: string): boolean {
  return from === origin || from === `${req.protocol}://${req.host}`
}

export function mayEnter(me: Me, who: Who | undefined): boolean {
  if (who === 'anyone') return true
  if (who === 'household') return me.householdId !== null
  if (who === 'seat') return me.seatIds.length > 0
  return who?.some((role) => me.roles.includes(role)) ?? false
}

/** One session cookie a community: entering one never speaks for another. */
export function sessionCookie(communityId: number, origin: string): string {
  return origin.startsWith('https:') ? `__Host-wt${communityId}` : `wt${communityId}`
}

export const sessionCookieOptions = (origin: string) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:') }) as const

function localeOf(req: FastifyRequest) {
  const chosen = req.cookies.lang
  if (chosen === 'zh' || chosen === 'en') return chosen
  // Chinese unless the browser plainly speaks something else: residents' old phones often send nothing.
  return /^en\b/i.test(req.headers['accept-language'] ?? '') ? 'en' : 'zh'
}

function looksOf(req: FastifyRequest) {
  const asked = (req.query as { size?: unknown } | undefined)?.size
  const size = asked === 'l' || asked === 'xl' ? asked : req.cookies.size
  const theme = req.cookies.theme
  return {
    size: size === 'l' || size === 'xl' ? size : '',
    theme: theme === 'dark' || theme === 'light' ? theme : '',
  } as const
}

/** Weak: the same page may come squeezed or not. */
const etagOf = (html: string) => `W/"${createHash('sha1').update(html).digest('base64url')}"`

/** A page that everybody gets the same: a browser may keep it, and while it is unchanged it is not sent again. */
function common(reply: FastifyReply, html: string): FastifyReply {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache')
  if (reply.request.method !== 'GET' || reply.statusCode !== 200) return reply.send(html)
  const etag = etagOf(html)
  reply.header('etag', etag)
  if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.send(squeezed(reply, html, etag))
}

const busy = new Set(['55P03', '57014', '57P01', '57P03', '40P01', '40001', '53300', 'ECONNREFUSED', 'ECONNRESET'])

/** Every answer that is not a success has a known meaning (contract: never a 5xx of unknown meaning). */
export function reasonOf(error: Error & { statusCode?: number; code?: string }): { key: MessageKey; status: number } {
  if (error instanceof Refusal) return { key: error.key, status: error.status }
  if (busy.has(error.code ?? '')) return { key: 'error.busy', status: 503 }
  const status = error.statusCode ?? 500
  if (status === 413) return { key: 'error.tooLarge', status }
  if (status === 415) return { key: 'error.malformed', status }
  if (status === 429) return { key: 'error.tooMany', status }
  if (status === 404) return { key: 'error.notFound', status }
  if (status >= 400 && status < 500) return { key: 'error.malformed', status: 422 }
  return { key: 'error.ours', status: 500 }
}
