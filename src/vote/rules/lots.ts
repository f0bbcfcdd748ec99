/** 抽签 — a lot anybody can draw again: the seed is published before the vote opens (domain 3.6.1). */
import { createHash } from 'node:crypto'

/** Options in the order of SHA-256(seed ‖ option), lowest first. The first one drawn is the luckiest. */
export function drawLots<O extends string>(seed: string, options: Iterable<O>): O[] {
  const drawn = [...options].map((option) => ({
    option,
    lot: createHash('sha256').update(seed).update(option).digest('hex'),
  }))
  return drawn.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : 0)).map(({ option }) => option)
}
