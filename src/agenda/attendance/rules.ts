/** 到会 — who is in the room and who speaks for a seat (domain 3.4, 3.6.1). Pure. */

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
