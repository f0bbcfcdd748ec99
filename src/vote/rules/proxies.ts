/** 委托 — which mandates are good, from when to when, and which ballots by proxy stand (domain 3.6.1). */
import type { Cast, Voter } from './counting.ts'

export interface Mandate {
  id: number
  principal: Voter
  holder: Voter
  written: boolean
  registeredAt: number
  /** Null: not for one ballot only. */
  ballot: number | null
  expiresAt: number | null
  revokedAt: number | null
}

/** Null: as good as it looks. `until`: from that moment on it is void. */
export interface Standing {
  mandate: Mandate
  refused: 'otherMatter' | 'unwritten' | 'second' | 'overLimit' | null
  until: number | null
}

export interface ProxyTerms {
  ballot: number
  /** How many principals one holder may speak for; a community's own rule. */
  limit: number
  /** When each principal first checked in. */
  checkins: ReadonlyMap<Voter, number>
}

/** In the order of registration. A guardian or a firm's representative acts in his own right and is no holder of a mandate. */
export function weighMandates(mandates: readonly Mandate[], { ballot, limit, checkins }: ProxyTerms): Standing[] {
  const places = new Map<Voter, number>()
  const spokenFor = new Set<Voter>()
  return [...mandates]
    .sort((a, b) => a.registeredAt - b.registeredAt || a.id - b.id)
    .map((mandate) => {
      const { principal, holder, expiresAt, revokedAt } = mandate
      const ends = [expiresAt, revokedAt, checkins.get(principal)].filter((at) => at !== null && at !== undefined)
      const until = ends.length > 0 ? Math.min(...ends) : null
      const refuse = (refused: Standing['refused']) => ({ mandate, refused, until })
      if (mandate.ballot !== null && mandate.ballot !== ballot) return refuse('otherMatter')
      if (!mandate.written) return refuse('unwritten')
      // One per principal: the first, also when it is void by now; a second one takes no place with its holder.
      if (spokenFor.has(principal)) return refuse('second')
      spokenFor.add(principal)
      const place = (places.get(holder) ?? 0) + 1
      places.set(holder, place)
      // The first n count; a void one keeps its place, so that nobody collects mandates by wearing them out.
      return place > limit ? refuse('overLimit') : refuse(null)
    })
}

export interface ProxyCast<C> extends Cast<C> {
  /** Null: the principal's own ballot. */
  holder: Voter | null
}

/**
 * Takes out the ballots by proxy that do not stand: without a good mandate at that moment, or of a principal who has
 * cast a valid ballot of his own in time, whichever came first. What is left goes on to be counted.
 */
export function standingCasts<K extends ProxyCast<unknown>>(
  casts: readonly K[],
  standings: readonly Standing[],
  closesAt: number,
  isValid: (cast: K) => boolean = ({ choice }) => choice !== null,
): { stand: K[]; fall: K[] } {
  const spoke = new Set(
    casts.filter((cast) => isOwn(cast) && isValid(cast) && cast.at < closesAt).map(({ voter }) => voter),
  )
  const stands = (cast: K): boolean => {
    if (isOwn(cast)) return true
    const good = standings.some(
      ({ mandate, refused, until }) =>
        refused === null &&
        mandate.principal === cast.voter &&
        mandate.holder === cast.holder &&
        cast.at >= mandate.registeredAt &&
        (until === null || cast.at < until),
    )
    return good && !spoke.has(cast.voter)
  }
  return { stand: casts.filter(stands), fall: casts.filter((cast) => !stands(cast)) }
}

/** Who is in the room, in person or by a good mandate to somebody who is: the attendance that `gather` asks for. */
export function presentOrSpokenFor(attendance: ReadonlySet<Voter>, standings: readonly Standing[]): Set<Voter> {
  const spokenFor = standings.filter(({ mandate, refused }) => refused === null && attendance.has(mandate.holder))
  return new Set([...attendance, ...spokenFor.map(({ mandate }) => mandate.principal)])
}

const isOwn = ({ holder }: ProxyCast<unknown>): boolean => holder === null
