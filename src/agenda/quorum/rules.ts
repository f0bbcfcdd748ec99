/** 法定人数 — are enough in the room to go on? The meeting's own quorum, no part of a voting rule (domain 3.4, 3.6.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import type { Terms } from '../kinds/rules.ts'

interface SeatHere {
  name: string
  nameEn: string
  voting: boolean
  required: boolean
  vacant: boolean
  here: boolean
}

export interface Quorum {
  /** What is counted. 'none': any number will do, and owners are counted at the close of their vote, not in the room. */
  of: 'none' | 'seats' | 'heads'
  met: boolean
  /** Of what is counted: in the room, out of how many, and how many it takes. */
  here: number
  base: number
  needed: number
  /** Where seats are counted, those that have to be there, and those of them that nobody came for. A vacant one is waived. */
  required: SeatHere[]
  missing: SeatHere[]
  /** Seats nobody holds: they are out of the base, and the minutes say so. */
  vacant: SeatHere[]
  /** The table, whatever is counted. */
  seats: { here: number; held: number }
}

/**
 * `asked` is what the meeting's kind says; `households`: in the room, and all there are. A recused seat counts like any
 * other: it sits at the table. Vacant seats shrink the number it takes. A base of nobody is never enough.
 */
export function quorumOf(
  asked: Terms['quorum'],
  seats: readonly SeatHere[],
  households: { here: number; all: number },
): Quorum {
  const held = seats.filter((seat) => seat.voting && !seat.vacant)
  const here = held.filter((seat) => seat.here).length
  const table = { vacant: seats.filter((seat) => seat.vacant), seats: { here, held: held.length } }
  if (asked.of === 'seats') {
    const required = asked.required ? held.filter((seat) => seat.required) : []
    const missing = required.filter((seat) => !seat.here)
    const needed = Math.min(asked.least, held.length)
    const met = held.length > 0 && here >= needed && missing.length === 0
    return { of: 'seats', met, here, base: held.length, needed, required, missing, ...table }
  }
  const nobody = { required: [], missing: [] }
  if (asked.of === 'heads') {
    const { here, all } = households
    const share = asked.num * all
    const met = all > 0 && (asked.strict ? asked.den * here > share : asked.den * here >= share)
    const needed = asked.strict ? Math.floor(share / asked.den) + 1 : Math.ceil(share / asked.den)
    return { of: 'heads', met, here, base: all, needed, ...nobody, ...table }
  }
  return { of: 'none', met: true, here, base: held.length, needed: 0, ...nobody, ...table }
}

/**
 * Why a meeting cannot begin yet, with who or how many are missing; null: it can (domain 3.4). The page asks what the
 * store refuses by.
 */
export function tooFew({ of, met, here, needed, missing }: Quorum): {
  key: MessageKey
  values: Record<string, string | number>
} | null {
  if (met) return null
  const more = Math.max(0, needed - here)
  const who = {
    seats: missing.map(({ name }) => name).join('、'),
    seatsEn: missing.map(({ nameEn }) => nameEn).join(', '),
  }
  const values = { here, needed, more, ...who }
  if (of === 'heads') return { key: 'quorum.tooFew.heads', values }
  if (missing.length === 0) return { key: 'quorum.tooFew.seats', values }
  return { key: more > 0 ? 'quorum.tooFew.both' : 'quorum.tooFew.required', values }
}
