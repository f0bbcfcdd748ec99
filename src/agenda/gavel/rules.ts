/** 主持 — who leads the meeting: a lease that lives by its heartbeat (domain 3.4). Pure. */

/** How long a silent console still holds, in seconds; one that is there is heard every 15 (static/console.js). */
const silentAfter = 45

export interface Gavel {
  personId: number
  sessionId: number
  beatAt: Date
  /** Laid down for somebody else to take. */
  offered: boolean
}

/**
 * May this chair lead now? She may when nobody does, when it is she herself (also at another screen), when the gavel was
 * laid down for her, and when the one who holds it has not been heard of for 45 seconds. One question for the page and the store.
 */
export function mayLead(
  gavel: Gavel | null,
  me: { personId: number | null; sessionId: number | null },
  at: Date,
): boolean {
  if (gavel === null || gavel.offered) return true
  if (gavel.sessionId === me.sessionId || gavel.personId === me.personId) return true
  return at.getTime() - gavel.beatAt.getTime() > silentAfter * 1000
}
