/**
 * 举手 — those who have neither phone nor paper raise a hand, and two people count (domain 3.6). Pure.
 *
 * Nobody may count twice. A raised hand has no name, so it cannot take the place of a vote or give way to one: hands are
 * counted last. The vote has stopped, every paper is counted, and whoever is in the room and has not voted may raise a
 * hand; after that nothing else comes in. Taking the stop back takes the hands back with it, and all begins anew.
 */
import type { MessageKey } from '../../lib/i18n.ts'

export interface Hands {
  for: number
  against: number
  abstain: number
}

/** What one person counted. */
export interface HandCount extends Hands {
  personId: number
}

const sumOf = (hands: Hands): number => hands.for + hands.against + hands.abstain

const same = (a: Hands, b: Hands): boolean => a.for === b.for && a.against === b.against && a.abstain === b.abstain

/** none: nobody has counted. one: the second person is missing. apart: they differ. agreed: it is part of the count. */
export function handsState(counts: readonly HandCount[]): 'none' | 'one' | 'apart' | 'agreed' {
  const [first, second] = counts
  if (!first) return 'none'
  if (!second) return 'one'
  return same(first, second) ? 'agreed' : 'apart'
}

/** Where a ballot stands when hands are to be counted. */
export interface Raising {
  households: boolean
  yesno: boolean
  closed: boolean
  suspended: boolean
  stopped: boolean
}

export function whyNotRaise({ households, yesno, closed, suspended, stopped }: Raising): MessageKey | null {
  if (!households || !yesno) return 'hands.notThis'
  if (closed) return 'ballots.closedAlready'
  if (suspended) return 'ballots.suspendedAlready'
  return stopped ? null : 'hands.stopFirst'
}

/** `room`: households in the room that have not voted. The same numbers once more say nothing new, so nothing is refused. */
export function whyNotRecord(
  counts: readonly HandCount[],
  personId: number,
  hands: Hands,
  room: number,
): MessageKey | null {
  if (counts.length === 2 && !counts.some((count) => count.personId === personId)) return 'hands.twoAlready'
  const own = counts.find((count) => count.personId === personId)
  if (handsState(counts) === 'agreed' && own && !same(own, hands)) return 'hands.agreedAlready'
  return sumOf(hands) > room ? 'hands.tooMany' : null
}

/** Nothing is declared while one person's numbers wait for the other's. */
export function whyNotDeclare(counts: readonly HandCount[]): MessageKey | null {
  const state = handsState(counts)
  if (state === 'one') return 'hands.waiting'
  return state === 'apart' ? 'hands.apart' : null
}
