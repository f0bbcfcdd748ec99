import { randomUUID } from 'node:crypto'
import { isIPv6 } from 'node:net'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyRequest, type RouteOptions } from 'fastify'
import { front } from './board/front/routes.ts'
import { conventions } from './lib/http/conventions.ts'
import { doors, liveDoor } from './lib/http/doors.ts'
import type { App, Deps, Slice } from './lib/http/slice.ts'
import { staticFiles } from './lib/http/static.ts'
import { socketLimits } from './lib/live/hub.ts'
import { slices } from './slices.ts'

interface Settings {
  logLevel?: string
  trustProxy?: string | undefined
  rateLimits?: boolean
  /** Where else each slice's routes are told: the route table listens here. */
  onRoute?: (route: RouteOptions) => void
}

/** Builds the whole app on what it is given; two may live in one process. */
export async function buildApp(deps: Deps, settings: Settings = {}): Promise<App> {
  const app: App = Fastify({
    logger: {
      level: settings.logLevel ?? 'silent',
      serializers: { req: quietly, res: (res) => ({ statusCode: res.statusCode }) },
    },
    genReqId: () => randomUUID().slice(0, 8),
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    connectionTimeout: 20_000,
    forceCloseConnections: 'idle',
    ...(settings.trustProxy && { trustProxy: settings.trustProxy }),
  })
  // Answers under way when the close begins leave their connections idle afterwards, and nobody would close those.
  app.addHook('preClose', async () => {
    if (!app.server.listening) return
    const sweep = setInterval(() => app.server.closeIdleConnections(), 200)
    app.server.once('close', () => clearInterval(sweep))
  })
  await app.register(cookie)
  await app.register(formbody)
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { fileSize: 10 * 1024 * 1024, files: 1, fields: 40, fieldSize: 32 * 1024 },
  })
  await app.register(helmet, {
    contentSecurityPolicy: contentPolicy(deps.origin),
    hsts: deps.origin.startsWith('https:'),
    referrerPolicy: { policy: 'same-origin' },
  })
  await app.register(websocket, { options: { maxPayload: socketLimits.maxPayload, perMessageDeflate: false } })
  if (settings.onRoute) app.addHook('onRoute', settings.onRoute)
  if (settings.rateLimits !== false) {
    // Before the plugin: it looks at each route as it is added, in a hook of its own, and must find the limit there.
    app.addHook('onRoute', (route) => {
      const max = route.config?.perMinute
      if (max) route.config = { ...route.config, rateLimit: { max, timeWindow: '1 minute' } }
    })
    await app.register(rateLimit, { global: false, keyGenerator: whoAsks })
  }
  conventions(app, deps)
  staticFiles(app)
  doors(app, deps)
  front(app, deps)
  await app.register(
    async (scope) => {
      liveDoor(scope as App, deps)
      for (const slice of slices) await scope.register(async (inner) => (slice as Slice)(inner as App, deps))
    },
    { prefix: '/c/:slug' },
  )
  return app
}

/**
 * Whose requests are counted together: an address's, or, of somebody we know, a session's, because a hall full of
 * phones shares one address and must not be held up by it. Of an IPv6 address it is the network a provider hands out.
 */
function whoAsks({ me, ip }: FastifyRequest): string {
  if (me.sessionId !== null) return `session ${me.sessionId}`
  if (!isIPv6(ip) || ip.startsWith('::ffff:')) return ip
  const [begin = '', end = ''] = ip.split('::')
  const groups = [begin, end].map((part) => part.split(':').filter(Boolean))
  const zeros = Array(8 - groups.flat().length).fill('0')
  return [...(groups[0] ?? []), ...zeros, ...(groups[1] ?? [])].slice(0, 4).join(':')
}

/** Nothing but our own files: no inline script, no inline style, no other origin (trust 4.9). */
function contentPolicy(origin: string) {
  const socket = origin.replace(/^http/, 'ws')
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'", socket],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
  }
}

/** A log line of a request: its route, never the address asked for, which may hold a token. */
function quietly(req: { method: string; routeOptions?: { url?: string | undefined } }) {
  return { method: req.method, route: req.routeOptions?.url ?? 'unknown' }
}
