import { gzipSync } from 'node:zlib'
import type { FastifyReply } from 'fastify'

/** Public pages are the same for everybody, so the same bytes are squeezed once. By what they hold. */
const kept = new Map<string, Buffer>()
const most = 300
/** Twice as fast as the usual level and a tenth larger: these are small pages, made anew each time. */
const level = 3

/**
 * What is read as gzip for a browser that takes it: phones pay by the byte, and there may be no proxy in front.
 *
 * What is secret in a page must not be squeezed together with what a stranger put there: its length would tell, guess by
 * guess, whether the two are alike (BREACH). What a page of a session keeps secret is its form token and what the person
 * may read. A stranger's way in is the address, and of an address only the query is his to choose: a path that is no
 * route of ours is a 404. So a page of a session is squeezed only where its address has no query and the answer is the
 * page itself, never an error or a form that came back. Pages without a session hold nothing a stranger cannot ask for
 * himself. Answers to writes stay as they are, and so do the pages of whoever works here: what anybody reports stands on
 * them unread, beside the token. What is written as for a stranger (`reply.shell`) has no secret, whoever asks for it.
 */
export function squeezedPage(reply: FastifyReply, html: string): string | Buffer {
  return reply.request.me?.roles.length ? html : squeezed(reply, html)
}

/**
 * The same for what holds no secret: data without a token and without words of strangers, pages written for a stranger.
 * `known` names a page that everybody gets the same.
 */
export function squeezed(reply: FastifyReply, text: string, known: string | null = null): string | Buffer {
  const { request } = reply
  if (request.method !== 'GET' || reply.statusCode !== 200) return text
  reply.header('vary', 'accept-encoding')
  if (known === null && request.url.includes('?')) return text
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return text
  reply.header('content-encoding', 'gzip')
  const bytes = (known !== null && kept.get(known)) || gzipSync(text, { level })
  if (known !== null) {
    if (kept.size >= most) kept.clear()
    kept.set(known, bytes)
  }
  return bytes
}
