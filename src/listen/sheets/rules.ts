/** 走访单 — paper for a building's doors, and what is written on it read back in. Pure. */
import { type Outcome, outcomes } from '../visits/rules.ts'

/** As many doors as fit on one side of A4 with a code each that a phone can read. */
const doorsAPage = 18
/** Rows of the page that paper is typed off: what somebody types between two sips of tea. */
export const rowsAtOnce = 10

/** The doors, page by page, in the order they come in. */
export function pages<D>(doors: readonly D[]): D[][] {
  const count = Math.ceil(doors.length / doorsAPage)
  return Array.from({ length: count }, (_, at) => doors.slice(at * doorsAPage, (at + 1) * doorsAPage))
}

/** One key each, the number printed beside the box on the paper. */
export const outcomeKeys: { key: string; outcome: Outcome }[] = outcomes.map((outcome, at) => ({
  key: String(at + 1),
  outcome,
}))

/** A visit on paper has a day and no hour: noon of it, Shanghai time. */
export const noonOf = (day: string): Date => new Date(`${day}T12:00:00+08:00`)
