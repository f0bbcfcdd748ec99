/** 到会 — who is in the room and who speaks for a seat (domain 3.4, 3.6.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { hasBegun, isOver, type MeetingState } from '../meetings/rules.ts'

export interface Holder {
  seatId: number
  personId: number
  name: string
  /** 0 the titular, 1 and 2 the alternates. */
  rank: number
}

/** The titular, if in the room, speaks for the seat; else the first alternate who is. Null: nobody came for it. */
export function speakerOf(seatId: number, present: readonly Holder[]): Holder | null {
  const here = present.filter((holder) => holder.seatId === seatId)
  return here.sort((a, b) => a.rank - b.rank)[0] ?? null
}

/** People come and go from the moment check-in starts until the meeting is adjourned. */
export function whyNotComeIn(state: MeetingState): MessageKey | null {
  if (isOver(state)) return 'attendance.over'
  return state === 'checkin' || hasBegun(state) ? null : 'attendance.notYet'
}

/** A seat nobody holds any more is not taken by whoever used to (domain 3.5); a stranger to it never may. */
export function whyNotSit(seat: { vacant: boolean; holder: boolean }): MessageKey | null {
  if (!seat.holder) return 'attendance.notHolder'
  return seat.vacant ? 'attendance.vacant' : null
}

/** What was recorded by mistake is undone, but never after that door or seat has voted: its vote would hang in the air. */
export function whyNotUndo(presence: { way: string; voted: boolean }): MessageKey | null {
  if (presence.way !== 'desk') return 'attendance.ownCheckin'
  return presence.voted ? 'attendance.hasVoted' : null
}

/** Digits as an input method may type them, made plain: １２ → 12. Nothing else is touched. */
const plainDigits = (text: string): string => text.replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))

/** Six digits as people read them out and type them: '482 913', '４８２９１３'. */
export const readMeetingCode = (typed: string): string => plainDigits(typed).replace(/[\s\-－]/g, '')

/** A door as the desk types it: '12-602', '12 602', '12号楼602室'. Null: it is not one. */
export function readDoor(typed: string): { building: string; door: string } | null {
  const [, building, door] =
    /^([^\s\-–—－/#号幢栋楼]{1,20})(?:\s*(?:号楼|号|幢|栋|楼|[-–—－/#])\s*|\s+)([^\s室号幢栋楼]{1,12})\s*室?$/u.exec(
      plainDigits(typed).trim(),
    ) ?? []
  return building && door ? { building, door } : null
}

/** A party has two alternates at most, those of the day among them (domain 3.5). Null: there is no room for one more. */
export const freeRank = (taken: readonly number[]): 1 | 2 | null =>
  taken.includes(1) ? (taken.includes(2) ? null : 2) : 1

/** Only whom the party has named itself, and with room for one more alternate. */
export function whyNotMandate(seat: { vacant: boolean; named: boolean; rank: number | null }): MessageKey | null {
  if (seat.vacant) return 'attendance.vacant'
  if (!seat.named) return 'attendance.standIn.unnamed'
  return seat.rank === null ? 'attendance.standIn.enough' : null
}
