import { createHash } from 'node:crypto'
import type { Db, Trx } from '../lib/db/schema.ts'
import type { Community } from '../lib/http/slice.ts'
import type { Letterbox } from '../lib/outbox.ts'
import type { SeatKey } from './story/kinds.ts'
import type { When } from './when.ts'

/** One thing that happened, and the verb that makes it happen again. */
export interface Moment {
  at: Date
  happens: (tale: Tale) => Promise<unknown>
}

/** What the telling knows by now: who is who, and what has got which number. */
export interface Tale {
  trx: Trx
  /** For verbs that own a transaction. */
  db: Db
  community: Community
  letterbox: Letterbox
  when: When
  people: Map<string, number>
  seats: Map<SeatKey, number>
  /** '12-602' → the household's id, and '12' → the building's. */
  doors: Map<string, number>
  buildings: Map<string, number>
  issues: Map<string, { id: number; no: number }>
  gatherings: Map<string, number>
}

/**
 * Lets everything happen in the order it did, so that numbers and the journal run as they would have. Nothing happens
 * that has not happened yet.
 */
export async function play(tale: Tale, moments: Moment[]): Promise<void> {
  const inOrder = moments.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  for (const { at, happens } of inOrder) {
    if (at > tale.when.now) throw new Error(`the story runs ahead of the clock: ${at.toISOString()}`)
    await happens(tale)
  }
}

export function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`the story does not know ${String(key)}`)
  return value
}

/** Chance that repeats itself: for the same words always the same numbers, below 1 and from 0 on. */
export function chance(words: string): () => number {
  let state = createHash('sha256').update(words).digest().readUInt32BE(0)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A time of day between two hours. */
export function clockTime(words: string, from: number, to: number): string {
  const minute = from * 60 + Math.floor(chance(words)() * (to - from) * 60)
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** `n` of these, in the order they are drawn. */
export function pick<T>(words: string, from: readonly T[], n: number): T[] {
  const next = chance(words)
  const rest = [...from]
  for (let i = 0; i < Math.min(n, rest.length); i++) {
    const j = i + Math.floor(next() * (rest.length - i))
    ;[rest[i], rest[j]] = [rest[j] as T, rest[i] as T]
  }
  return rest.slice(0, n)
}
