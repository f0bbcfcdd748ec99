import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { z } from 'zod'
import type { House } from '../db/connect.ts'
import type { Db } from '../db/schema.ts'
import type { Egress } from '../egress.ts'
import type { Locale } from '../i18n.ts'
import type { Live } from '../live/hub.ts'
import type { Letterbox } from '../outbox.ts'
import type { Vault } from '../vault.ts'
import type { Views } from './views.ts'

const roles = ['resident', 'volunteer', 'staff', 'chair', 'manager', 'admin'] as const
export type Role = (typeof roles)[number]

/** Who may call a route: anyone; a bound door ('household'); whoever sits on a chair ('seat'); or any of these roles. */
export type Who = 'anyone' | 'household' | 'seat' | readonly Role[]

/** Who is asking, as the session knows it. Nobody signed in: no ids, no roles. */
export interface Me {
  sessionId: number | null
  personId: number | null
  householdId: number | null
  name: string
  roles: readonly Role[]
  /** Chairs this person may speak for, as titular or alternate. */
  seatIds: readonly number[]
}

export interface Community {
  id: number
  slug: string
  name: string
  nameEn: string
  prefix: string
  phone: string
}

export interface Deps {
  house: House
  clock: () => Date
  live: Live
  vault: Vault
  /** The address people type, for links that leave the page: QR codes and messages. */
  origin: string
  /** The one way out; left out: the one that asks the real world. */
  egress?: Egress
  /** Where the folders of mailboxes lie; left out: there are none. */
  dataDir?: string
}

interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>

/**
 * A slice adds routes below `/c/<slug>`, in its own encapsulated scope; only `lib/http` decorates the app.
 * In its routes `req.db` is bound to the community, `req.me` is who asks, `req.community` is where.
 */
export type Slice = (app: App, deps: Deps) => void

declare module 'fastify' {
  interface FastifyContextConfig {
    who?: Who
    /** Times a minute one address may call this route. */
    perMinute?: number
    /** The live socket; every other route is a page and refuses to be opened as one. */
    socket?: boolean
    /** Called by programs, which prove themselves by a signature or a token: no cookie counts and no page of ours is asked for. */
    machine?: boolean
    /** The schema of a form that the route reads itself with readForm; for the route table. */
    form?: z.ZodType
  }
  interface FastifyRequest {
    me: Me
    community: Community
    db: Db
    locale: Locale
    /** For telling people of this community something, with links to its pages. */
    letterbox: Letterbox
    /** Asked by htmx for a piece of a page; only replies to writes look at it. */
    wantsFragment: boolean
  }
  interface FastifyReply {
    page<V extends keyof Views>(view: V, props: Views[V]): FastifyReply
    /**
     * A page that phones keep: written as for a stranger whoever asks, so that it holds nothing of her session and may
     * be squeezed and kept like a public one. What she sees in it her own phone puts there.
     */
    shell<V extends keyof Views>(view: V, props: Views[V]): FastifyReply
    fragment<V extends keyof Views>(view: V, props: Views[V]): FastifyReply
    /** 303 to a page of this community; `path` begins with a slash. */
    goto(path: string): FastifyReply
  }
}
