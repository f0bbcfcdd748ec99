/** 法定人数 — are enough in the room to go on? The meeting's own quorum, no part of a voting rule (domain 3.5, 3.6.1). Pure. */

/** What a kind of meeting asks for: a share a/b of its seats (at least), the required ones among them. */
export interface QuorumRule {
  share: { a: number; b: number }
  required: boolean
}

/** 五位一体: four fifths of the seats that somebody holds, and every required one. */
const fiveParty: QuorumRule = { share: { a: 4, b: 5 }, required: true }

interface SeatHere {
  name: string
  nameEn: string
  voting: boolean
  required: boolean
  vacant: boolean
  here: boolean
}

export interface Quorum {
  met: boolean
  /** Seats with somebody in the room, of those that count: voting and held. */
  here: number
  base: number
  needed: number
  /** The required seats, and those of them that nobody came for. A vacant one is waived. */
  required: SeatHere[]
  missing: SeatHere[]
  /** Seats nobody holds: they are out of the base, and the minutes say so. */
  vacant: SeatHere[]
}

/** A recused seat counts like any other: it sits at the table. A base of nobody is never enough. */
export function quorumOf(seats: readonly SeatHere[], rule: QuorumRule = fiveParty): Quorum {
  const held = seats.filter((seat) => seat.voting && !seat.vacant)
  const here = held.filter((seat) => seat.here).length
  const required = rule.required ? held.filter((seat) => seat.required) : []
  const missing = required.filter((seat) => !seat.here)
  const needed = Math.ceil((rule.share.a * held.length) / rule.share.b)
  const met = held.length > 0 && rule.share.b * here >= rule.share.a * held.length && missing.length === 0
  return { met, here, base: held.length, needed, required, missing, vacant: seats.filter((seat) => seat.vacant) }
}
