/** 选票送达 — what became of a ballot paper (domain 3.6: delivered and silent is not taking part). Pure. */

/** Into the owner's hands, into the letterbox, sent; or nobody was found. The last one recorded is what counts. */
export const ways = ['handed', 'letterbox', 'sent', 'notFound'] as const
export type Way = (typeof ways)[number]

/** One person's reading of a paper that was handed back. */
export interface Reading {
  personId: number
  name: string
  choice: string
  handedAt: Date
  /** Null: it waits. */
  outcome: 'counted' | 'duplicate' | null
}

/** mine: waits for another person. theirs: waits for this one. apart: the two differ. taken: two others have read it. */
export type ReadingState = 'unread' | 'mine' | 'theirs' | 'apart' | 'taken' | 'counted' | 'duplicate'

/** How far a paper is, as one person of the desk is told. */
export function readingState(readings: readonly Reading[], me: number): ReadingState {
  const [first, second] = readings
  if (!first) return 'unread'
  if (first.outcome) return first.outcome
  if (!second) return first.personId === me ? 'mine' : 'theirs'
  return readings.some(({ personId }) => personId === me) ? 'apart' : 'taken'
}

/** When the paper was handed back: as the two say, and where they differ the later. Null: they have not read alike. */
export function agreedOn([first, second]: readonly Reading[]): Date | null {
  if (!first || !second || first.choice !== second.choice) return null
  return first.handedAt > second.handedAt ? first.handedAt : second.handedAt
}
