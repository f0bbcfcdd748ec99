/** 集中听 — people are invited, sit together, and somebody writes along, a line for each voice (domain 3.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

export const audiences = ['all', 'buildings', 'group'] as const

/** How long a slip of the pen can be taken back without a trace on the board; afterwards a line is struck out. */
const undoSeconds = 60

interface Ended {
  closed_at: Date | null
  called_off_at: Date | null
}

export function whyNotNote(gathering: Ended): MessageKey | null {
  return whyNotHeld(gathering) ?? (gathering.closed_at ? 'gatherings.closed' : null)
}

/** May its time, its place or the number of its places still change? */
export const whyNotChange = (gathering: Ended): MessageKey | null =>
  whyNotHeld(gathering) ?? (gathering.closed_at ? 'gatherings.over' : null)

/** What was said in a room stays said: a gathering with lines is ended, not called off. */
export const whyNotCallOff = (gathering: Ended, lines: number): MessageKey | null =>
  whyNotChange(gathering) ?? (lines > 0 ? 'gatherings.spokenAlready' : null)

const whyNotHeld = ({ called_off_at: off }: Ended): MessageKey | null => (off ? 'gatherings.isCalledOff' : null)

export function whyNotTakeBack(
  line: { noted_by: number; noted_at: Date },
  personId: number,
  at: Date,
): MessageKey | null {
  if (line.noted_by !== personId) return 'gatherings.notYours'
  return undoUntil(line) >= at ? null : 'gatherings.tooLate'
}

export const undoUntil = (line: { noted_at: Date }): Date => new Date(line.noted_at.getTime() + undoSeconds * 1_000)

/** `seen` is the version her page showed: of two who correct one line in the same moment the second is told. */
export function whyNotEdit(line: { gone: string | null; rev: number }, seen: number): MessageKey | null {
  if (line.gone === 'undone') return 'gatherings.undone'
  return line.rev === seen ? null : 'gatherings.editedMeanwhile'
}

/** Whether people may still sign up: for a place, or for one that becomes free. */
export function whyNotSignUp(gathering: Ended & { announced_at: Date | null }): MessageKey | null {
  return whyNotChange(gathering) ?? (gathering.announced_at ? null : 'gatherings.notAnnounced')
}

/**
 * How many places nobody has; null: as many as come. Whoever stands in the room is counted in whatever the places say.
 * While somebody waits none is free for whoever comes after.
 */
export function placesLeft({ places, taken, waiting }: { places: number | null; taken: number; waiting: number }) {
  return places === null ? null : Math.max(0, places - taken - waiting)
}

interface Attendee {
  nth: number
  name: string
  building: string | null
  door: string | null
}

/** How a note-taker finds somebody: "3 王芳 12-602". The same in both languages, for it is typed, not read. */
export function tagOf({ nth, name, building, door }: Attendee): string {
  return [nth, name, building && door ? `${building}-${door}` : ''].filter((part) => part !== '').join(' ')
}

/**
 * Whom a tag means: her whole tag, her number alone, or a name that only one of them has. Anybody else is a name as
 * it was typed.
 */
export function speakerOf<A extends Attendee>(tag: string, attendees: readonly A[]): A | null {
  const whole = attendees.find((one) => tagOf(one) === tag || String(one.nth) === tag)
  if (whole) return whole
  const named = attendees.filter((one) => one.name !== '' && one.name === tag)
  return named.length === 1 ? (named[0] ?? null) : null
}
