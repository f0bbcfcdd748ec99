/**
 * 分数 — whether a part of a whole is enough (domain 3.6). Integers only: numbers are multiplied across, nothing is
 * divided before it is compared, and products are taken as BigInt, so an estate of any size is counted to 0.01 m².
 */

/** "超过" and "过半数" are strict (>); "以上" includes the number (≥): Civil Code art. 1259. */
export interface Share {
  num: number
  den: number
  strict: boolean
}

/** One line of the arithmetic, with everything needed to do it again by hand: den × part against num × whole. */
export interface Check<What extends string = string> extends Share {
  what: What
  part: number
  whole: number
  holds: boolean
  /** The smallest part that would do with this whole; null where none would. */
  needed: number | null
  /** How much the part lacks; 0 where it holds, null where nothing can be enough. */
  short: number | null
}

/** A whole of nothing is never enough, also with ≥ (domain 3.6.1). */
export function check<What extends string>(what: What, part: number, whole: number, share: Share): Check<What> {
  const { num, den, strict } = share
  const [left, right] = sides(part, whole, share)
  const holds = whole > 0 && (strict ? left > right : left >= right)
  const needed = whole > 0 ? least(right, BigInt(den), strict) : null
  return {
    what,
    part,
    whole,
    num,
    den,
    strict,
    holds,
    needed,
    short: needed === null ? null : Math.max(0, needed - part),
  }
}

/** The two products that are compared. */
export function sides(part: number, whole: number, { num, den }: Pick<Share, 'num' | 'den'>): [bigint, bigint] {
  return [BigInt(den) * BigInt(natural(part)), BigInt(num) * BigInt(natural(whole))]
}

/**
 * How many further yes it takes when each also makes the whole one bigger, as a ballot that is still out does: the
 * smallest k with den × (part + k) against num × (whole + k). Null where a no can never be made up for (unanimity).
 */
export function further(part: number, whole: number, share: Share): number | null {
  const [left, right] = sides(part, whole, share)
  if (whole > 0 && (share.strict ? left > right : left >= right)) return 0
  const gain = BigInt(share.den - share.num)
  // Nobody has voted yet: the first yes is the whole, and it is enough for whatever is less than more than everything.
  if (gain === 0n) return !share.strict && whole === part ? 1 : null
  return Math.max(1, least(right - left, gain, share.strict) ?? 1)
}

/** The smallest k with gain × k > gap, or ≥ gap. */
function least(gap: bigint, gain: bigint, strict: boolean): number {
  if (gap < 0n) return 0
  return Number(strict ? gap / gain + 1n : (gap + gain - 1n) / gain)
}

/** Refuses what is no count: a fraction, less than nothing, or beyond what a number holds exactly. */
export function natural(n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`not a count: ${n}`)
  return n
}

/** Adds up counts; refuses a sum that would no longer be exact. */
export const total = (counts: Iterable<number>): number => {
  let sum = 0
  for (const n of counts) sum = natural(sum + natural(n))
  return sum
}
