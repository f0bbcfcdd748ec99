import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionCookieOptions } from '../../lib/http/conventions.ts'
import { secret } from '../../lib/tokens.ts'
import type { Voice } from './store.ts'

/** Whose voice a request is, where nobody needs an account: a door's, or a browser's by the secret in its cookie. */

const aYear = 365 * 24 * 3600
const cookieOf = (origin: string) => (origin.startsWith('https:') ? '__Host-voice' : 'voice')

/** A browser that has no secret yet has not said anything. */
export function voiceOf(req: FastifyRequest, origin: string): Voice {
  const token = req.cookies[cookieOf(origin)]
  const householdId = req.me.householdId
  return { householdId, token: householdId === null && token && /^[\w-]{43}$/.test(token) ? token : null }
}

/** The same, and a browser that speaks for the first time gets a secret to be known by: a fresh one, or the one given. */
export function speaker(req: FastifyRequest, reply: FastifyReply, origin: string, token: string = secret()): Voice {
  const voice = voiceOf(req, origin)
  if (voice.householdId !== null || voice.token !== null) return voice
  reply.setCookie(cookieOf(origin), token, { ...sessionCookieOptions(origin), maxAge: aYear })
  return { householdId: null, token }
}
