import { createHmac, timingSafeEqual } from 'node:crypto'

/** Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, with the body just as it travelled. */

const tolerance = 5 * 60

const keyOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

const digest = (secret: string, id: string, timestamp: string, body: Buffer | string) =>
  createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest()

/** The three headers of a message; it is signed with every living secret, so that changing one loses nothing. */
export function signed(secrets: readonly string[], id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = secrets.map((secret) => `v1,${digest(secret, id, timestamp, body).toString('base64')}`).join(' ')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
}

export interface Sealed {
  id: string
  timestamp: string
  signature: string
}

/** The headers of a message that came; null where one is missing or none of ours could be. */
export function sealOf(headers: Record<string, string | string[] | undefined>): Sealed | null {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  )
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null
  const right = /^[\x21-\x7e]{1,200}$/.test(id) && /^\d{1,12}$/.test(timestamp) && signature.length <= 2_000
  return right ? { id, timestamp, signature } : null
}

export const isFresh = ({ timestamp }: Sealed, now: Date): boolean =>
  Math.abs(Number(timestamp) - now.getTime() / 1000) <= tolerance

/** Whether one of the signatures was made with one of the secrets. All are compared, each in the same time. */
export function isSigned(sealed: Sealed, body: Buffer, secrets: readonly string[]): boolean {
  const given = sealed.signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .slice(0, 10)
    .map((part) => Buffer.from(part.slice(3), 'base64'))
  let right = false
  for (const secret of secrets) {
    const expected = digest(secret, sealed.id, sealed.timestamp, body)
    for (const one of given) if (one.length === expected.length && timingSafeEqual(one, expected)) right = true
  }
  return right
}
