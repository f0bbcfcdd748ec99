/** 席位回执 — whether a party comes, who for it, and who instead (domain 3.5, J4). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { hasBegun, isOver, type MeetingState } from '../meetings/rules.ts'

/** A party answers from the notice on until the meeting sits: what happens then is the attendance list's to say. */
export function whyNotAnswer(state: MeetingState): MessageKey | null {
  if (isOver(state)) return 'meetings.over'
  if (state === 'draft') return 'meetings.notNoticed'
  return hasBegun(state) ? 'confirmations.late' : null
}

export interface Answer {
  coming: boolean
  /** Who comes, of those on the register for the seat. */
  personId: number | null
  /** Who comes if that one cannot. */
  alternateId: number | null
  /** Somebody else, with a written mandate for the day. */
  standIn: string
}

/** What is wrong with an answer; `holders`: the ids of those who may speak for the seat. */
export function faultsOf(
  answer: Answer,
  seat: { vacant: boolean; holders: readonly number[] },
): Record<string, MessageKey> {
  const { coming, personId, alternateId, standIn } = answer
  if (seat.vacant) return { coming: 'attendance.vacant' }
  if (!coming) return {}
  const named = [personId, alternateId].filter((id) => id !== null)
  if (named.some((id) => !seat.holders.includes(id))) return { person: 'attendance.notHolder' }
  if (personId === null && standIn === '') return { person: 'confirmations.nobody' }
  return personId !== null && personId === alternateId ? { alternate: 'confirmations.same' } : {}
}

interface Answered {
  vacant: boolean
  required: boolean
  answer: { coming: boolean } | null
}

/** "5 席里 4 席说了来": of the seats somebody holds, how many come, how many do not, and which have not said. */
export function counted<S extends Answered>(seats: readonly S[]) {
  const held = seats.filter(({ vacant }) => !vacant)
  return {
    of: held.length,
    coming: held.filter(({ answer }) => answer?.coming).length,
    away: held.filter(({ answer }) => answer?.coming === false),
    silent: held.filter(({ answer }) => answer === null),
  }
}
