/** The directions in which people's answers differ most (principal components), and where each person stands along them. Pure. */

/** One person's answers: values of -1, 0 or 1 by the statement's place; NaN: not asked yet. */
export type Answers = Float32Array

/** How many statements she has answered. */
export const known = (answers: Answers) => answers.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0)

/** Chance falls the same way each time. */
export const seed = 20_260_101

const dims = 4
const passes = 40

/** Principal directions by orthogonal iteration. What nobody was asked stands at the statement's mean, so it pulls nowhere. */
export function* directions(rows: readonly Answers[], m: number): Generator<void, Float64Array[] | null> {
  const mean = new Float64Array(m)
  const asked = new Float64Array(m)
  for (const row of rows) {
    for (let j = 0; j < m; j++) {
      const value = row[j] ?? Number.NaN
      if (Number.isNaN(value)) continue
      mean[j] = (mean[j] ?? 0) + value
      asked[j] = (asked[j] ?? 0) + 1
    }
  }
  for (let j = 0; j < m; j++) mean[j] = (mean[j] ?? 0) / Math.max(1, asked[j] ?? 0)
  const said = answersSaid(rows, mean)
  if (said.off.every((value) => Math.abs(value) < 1e-6)) return null
  yield
  const random = dice(seed)
  let basis = orthonormal(Array.from({ length: dims }, () => Float64Array.from({ length: m }, () => random() - 0.5)))
  for (let pass = 0; pass < passes; pass++) {
    const next = turned(said, basis, m)
    next.sort((a, b) => length(b) - length(a))
    const straight = orthonormal(next)
    const moved = 1 - Math.min(...straight.slice(0, 2).map((one, c) => Math.abs(dot(one, basis[c] as Float64Array))))
    basis = straight
    yield
    if (moved < 1e-6) break
  }
  return rows.map((row, i) => {
    const at = new Float64Array(dims)
    const [from, to] = [said.from[i] as number, said.from[i + 1] as number]
    for (let e = from; e < to; e++)
      for (let c = 0; c < dims; c++)
        at[c] =
          (at[c] as number) + (said.off[e] as number) * ((basis[c] as Float64Array)[said.of[e] as number] as number)
    // Who answered little stands near the middle only because of that: drawn out in proportion, as Polis does.
    const stretch = Math.sqrt(m / known(row))
    return at.map((score) => score * stretch)
  })
}

/** What was answered, one after the other: most people answer a part, and the rest would be zeros. */
interface Said {
  /** Where each person's answers begin; one more than there are people. */
  from: Uint32Array
  of: Uint16Array
  /** How far from the statement's mean. */
  off: Float64Array
}

function answersSaid(rows: readonly Answers[], mean: Float64Array): Said {
  const from = new Uint32Array(rows.length + 1)
  rows.forEach((row, i) => {
    from[i + 1] = (from[i] as number) + known(row)
  })
  const of = new Uint16Array(from.at(-1) ?? 0)
  const off = new Float64Array(of.length)
  let e = 0
  for (const row of rows) {
    for (let j = 0; j < row.length; j++) {
      const value = row[j] as number
      if (Number.isNaN(value)) continue
      of[e] = j
      off[e++] = value - (mean[j] as number)
    }
  }
  return { from, of, off }
}

/**
 * The directions, each turned towards where answers differ (x'x times it). All four in one walk through the answers,
 * side by side and written out: it is nearly the whole cost of the reckoning.
 */
function turned({ from, of, off }: Said, basis: readonly Float64Array[], m: number): Float64Array[] {
  const now = Float64Array.from(
    { length: m * dims },
    (_, at) => (basis[at % dims] as Float64Array)[Math.floor(at / dims)] as number,
  )
  const next = new Float64Array(m * dims)
  for (let i = 0; i + 1 < from.length; i++) {
    const [begin, end] = [from[i] as number, from[i + 1] as number]
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let e = begin; e < end; e++) {
      const value = off[e] as number
      const at = (of[e] as number) * 4
      a += value * (now[at] as number)
      b += value * (now[at + 1] as number)
      c += value * (now[at + 2] as number)
      d += value * (now[at + 3] as number)
    }
    for (let e = begin; e < end; e++) {
      const value = off[e] as number
      const at = (of[e] as number) * 4
      next[at] = (next[at] as number) + a * value
      next[at + 1] = (next[at + 1] as number) + b * value
      next[at + 2] = (next[at + 2] as number) + c * value
      next[at + 3] = (next[at + 3] as number) + d * value
    }
  }
  return Array.from({ length: dims }, (_, c) =>
    Float64Array.from({ length: m }, (_, j) => next[j * dims + c] as number),
  )
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * (b[j] ?? 0), 0)
const length = (a: Float64Array) => Math.sqrt(dot(a, a))

/** A direction in which nothing is left becomes nothing, not NaN. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  const done: Float64Array[] = []
  for (const vector of vectors) {
    for (const other of done) {
      const share = dot(vector, other)
      for (let j = 0; j < vector.length; j++) vector[j] = (vector[j] ?? 0) - share * (other[j] ?? 0)
    }
    const size = length(vector)
    done.push(vector.map((value) => (size > 1e-9 ? value / size : 0)))
  }
  return done
}

/** Chance that falls the same way each time (mulberry32). */
export function dice(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
