/** 停票 — between the last vote and the declared result lies a step that can be taken back (experience 2.5). Pure. */
import { undoSeconds } from '../../agenda/undos/rules.ts'
import type { MessageKey } from '../../lib/i18n.ts'

export interface Stop {
  at: Date
  by: number
}

export function whyNotStop(ballot: { closed: boolean; suspended: boolean }, stop: Stop | null): MessageKey | null {
  if (ballot.closed) return 'ballots.closedAlready'
  if (ballot.suspended) return 'ballots.suspendedAlready'
  return stop ? 'stops.already' : null
}

/** For a minute, by the chair who stopped it, and never after the result was declared: what was published stays. */
export function whyNotTakeBack(
  ballot: { closed: boolean },
  stop: Stop | null,
  by: number,
  at: Date,
): MessageKey | null {
  if (ballot.closed) return 'stops.declared'
  if (stop === null) return 'undos.nothing'
  if (at.getTime() - stop.at.getTime() > undoSeconds * 1000) return 'stops.late'
  return stop.by === by ? null : 'undos.notYours'
}

/** Only a vote in a meeting that rests is given up, and the vote is all there is to give up. */
export function whyNotGiveUp(ballot: { closed: boolean; suspended: boolean }): MessageKey | null {
  if (ballot.closed) return 'ballots.closedAlready'
  return ballot.suspended ? null : 'stops.goesOn'
}
