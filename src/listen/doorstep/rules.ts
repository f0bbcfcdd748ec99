/** 门口 — what a volunteer's phone may keep, and what is told to it when it comes back (trust P7, domain 3.11). Pure. */

/** As many visits as one sending brings. */
export const mostAtOnce = 50

/** Why a phone is told nothing: its session is merely over, or whoever held it may not come back. */
export type Out = 'over' | 'revoked'

interface Session {
  revoked: boolean
  left: boolean
  mayVisit: boolean
}

/**
 * What has become of a session that no longer opens anything. An evening without signal is longer than half an hour,
 * so being idle must not cost a volunteer her list; being sent away, or signing out, must.
 */
export function whyOut(session: Session | null): Out {
  return session !== null && (session.revoked || session.left || !session.mayVisit) ? 'revoked' : 'over'
}

const earliest = Date.UTC(2000, 0, 1)
const latest = Date.UTC(2200, 0, 1)

/** What the phone says the time was, in milliseconds; null where that is no time a person can have meant. */
export function statedTime(milliseconds: unknown): Date | null {
  const isTime = typeof milliseconds === 'number' && milliseconds >= earliest && milliseconds < latest
  return isTime ? new Date(milliseconds) : null
}
