/** 走访任务 — which doors somebody is asked to go to, and until when (domain J1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

/** As many stretches of stairs as one round's form has rows for. */
export const mostStretches = 4
/** A round is walked in days; longer than this it is nobody's task. */
const longestDays = 90
/** So many doors fit into a phone and into what one team can knock at. */
const mostDoors = 400

/** Some floors of a building, in one of its stairwells or in all. */
export interface Stretch {
  building: string
  stairwell: string
  from: number | null
  to: number | null
}

interface Door {
  id: number
  building: string
  stairwell: string | null
  floor: number
  /** Whether somebody was met there in the last ninety days. */
  heard: boolean
}

/** The doors that these stretches hold; `unheard` leaves out where somebody was met of late. */
export function doorsIn<D extends Door>(doors: readonly D[], stretches: readonly Stretch[], unheard: boolean): D[] {
  return doors.filter(
    (door) =>
      !(unheard && door.heard) &&
      stretches.some(
        ({ building, stairwell, from, to }) =>
          building === door.building &&
          (stairwell === '' || stairwell === door.stairwell) &&
          (from === null || door.floor >= from) &&
          (to === null || door.floor <= to),
      ),
  )
}

/** Why a round cannot be given out: its days are 'YYYY-MM-DD'. */
export function whyNotGive(doors: number, endsOn: string, today: string): MessageKey | null {
  if (endsOn < today) return 'rounds.ends.past'
  if ((Date.parse(endsOn) - Date.parse(today)) / 86_400_000 > longestDays) return 'rounds.ends.far'
  if (doors === 0) return 'rounds.doors.none'
  return doors > mostDoors ? 'rounds.doors.many' : null
}

export function whyNotEnd(round: { closed_at: Date | null }): MessageKey | null {
  return round.closed_at === null ? null : 'rounds.closed'
}
