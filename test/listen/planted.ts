import type { Answers } from '../../src/listen/questions/directions/rules.ts'

interface Plan {
  people: number
  statements: number
  groups: number
  /** How often somebody answers otherwise than her group. */
  noise: number
  /** How often she was not asked. */
  missing: number
  seed: number
}

/** People of so many groups, each group with an opinion of its own on every statement; and whose each is. */
export function planted({ people, statements, groups, noise, missing, seed }: Plan): {
  people: Answers[]
  truth: number[]
} {
  let state = seed * 7919 + 17
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) / 0x7fffff
  }
  const beliefs = Array.from({ length: groups }, () =>
    Array.from({ length: statements }, () => (random() < 0.5 ? 1 : -1)),
  )
  const truth = Array.from({ length: people }, (_, i) => i % groups)
  const answers = truth.map((group) =>
    Float32Array.from({ length: statements }, (_, j) => {
      const believes = beliefs[group]?.[j] ?? 0
      const [chance, asked] = [random(), random()]
      if (asked < missing) return Number.NaN
      return chance < noise ? (random() < 0.4 ? 0 : -believes) : believes
    }),
  )
  return { people: answers, truth }
}

/** How far two groupings agree: 1 the same, 0 what chance would give (adjusted Rand index). */
export function adjustedRand(one: readonly number[], two: readonly number[]): number {
  const pairs = (n: number) => (n * (n - 1)) / 2
  const count = (keys: string[]) =>
    [...Map.groupBy(keys, (key) => key).values()].reduce((sum, all) => sum + pairs(all.length), 0)
  const together = count(one.map((label, i) => `${label} ${two[i]}`))
  const [a, b] = [count(one.map(String)), count(two.map(String))]
  const expected = (a * b) / pairs(one.length)
  return (together - expected) / ((a + b) / 2 - expected)
}
