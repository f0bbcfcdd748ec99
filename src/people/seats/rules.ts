/** 席位 — the parties at the table: data of the community, three to seven of them (domain 3.5). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

const fewestSeats = 3
export const mostSeats = 7
export const colours = ['seal', 'leaf', 'sky', 'gold', 'dusk', 'plum', 'teal'] as const
export type Colour = (typeof colours)[number]

/** The titular first, then at most two alternates. */
export const ranks = [0, 1, 2] as const

/** Preset A of domain 3.5: the five parties most neighbourhoods have. The Residents' Committee has to be there. */
export const presetA: readonly {
  name: string
  nameEn: string
  character: string
  colour: Colour
  required: boolean
}[] = [
  { name: '党组织', nameEn: 'Party branch', character: '党', colour: 'seal', required: false },
  { name: '居委会', nameEn: "Residents' Committee", character: '居', colour: 'leaf', required: true },
  { name: '业委会', nameEn: "Owners' Committee", character: '业', colour: 'sky', required: false },
  { name: '物业', nameEn: 'Property manager', character: '物', colour: 'gold', required: false },
  { name: '社区民警', nameEn: 'Community police', character: '警', colour: 'dusk', required: false },
]

interface SeatLike {
  id: number
  character: string
  name: string
}

export interface SeatDraft {
  character: string
  name: string
  vacant: boolean
  /** People by rank; null: nobody at that rank. */
  holders: readonly (number | null)[]
}

export function whyNotAdd(seats: readonly SeatLike[]): MessageKey | null {
  return seats.length >= mostSeats ? 'seats.tooMany' : null
}

export function whyNotRemove(seats: readonly SeatLike[]): MessageKey | null {
  return seats.length <= fewestSeats ? 'seats.tooFew' : null
}

/** What is wrong with a seat among the others, field by field. `id` is its own, when it has one already. */
export function faultsOf(draft: SeatDraft, seats: readonly SeatLike[], id: number | null): Record<string, MessageKey> {
  const others = seats.filter((seat) => seat.id !== id)
  const faults: Record<string, MessageKey> = {}
  // The picture of the table shows nothing but the character: two alike could not be told apart.
  if (others.some((seat) => seat.character === draft.character)) faults.character = 'seats.characterTaken'
  if (others.some((seat) => seat.name === draft.name)) faults.name = 'seats.nameTaken'
  const [titular, ...alternates] = draft.holders
  const people = draft.holders.filter((person) => person !== null)
  if (draft.vacant && people.length > 0) faults.vacant = 'seats.vacantHolder'
  else if (!titular && alternates.some((person) => person !== null)) faults.holder0 = 'seats.alternateAlone'
  else if (new Set(people).size < people.length) faults.holder1 = 'seats.holderTwice'
  return faults
}

/** The order round the table after one seat moves to a place, counted from 1. */
export function moved(order: readonly number[], id: number, place: number): number[] {
  const others = order.filter((other) => other !== id)
  const at = Math.max(0, Math.min(others.length, place - 1))
  return [...others.slice(0, at), id, ...others.slice(at)]
}
