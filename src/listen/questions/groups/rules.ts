/** Who thinks alike: groups of people whose answers lie near one another. Pure, and reproducible. */
import { type Answers, dice, directions, known, seed } from '../directions/rules.ts'
import { enough, smallest } from '../rules.ts'

const mostGroups = 5

export interface Group {
  size: number
  /** Where it stands in the picture and how far it spreads, each from 0 to 1. */
  x: number
  y: number
  r: number
}

export interface Grouping {
  /** Group of each person, in the order they were given. */
  of: number[]
  groups: Group[]
}

/** Runs `grouping` in one go; the job yields between its steps instead, so that nobody waits for it. */
export function groupsOf(people: readonly Answers[]): Grouping | null {
  const steps = grouping(people)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Groups of people who answer alike: the four directions in which answers differ most, then the nearest middles
 * (k-means), as many groups as the silhouette likes best, from two to five and none too small to be shown. Null: too
 * few people, or no difference to speak of. Whoever comes first in the list makes no difference, and chance is seeded.
 */
export function* grouping(people: readonly Answers[]): Generator<void, Grouping | null> {
  const statements = people[0]?.length ?? 0
  const counted = people
    .map((answers, at) => ({ answers, at }))
    .filter(({ answers }) => known(answers) >= enough.answers)
  if (counted.length < enough.people) return null
  counted.sort((a, b) => inOrder(a.answers, b.answers))
  const points = yield* directions(
    counted.map(({ answers }) => answers),
    statements,
  )
  if (!points) return null
  let best: { labels: Uint8Array; score: number } | null = null
  for (let k = 2; k <= mostGroups; k++) {
    const labels = kMeans(points, k)
    yield
    const sizes = sizesOf(labels, k)
    const score = Math.min(...sizes) < smallest ? -1 : silhouette(points, labels, k)
    // A group more has to explain something: a hair's breadth is noise.
    if (score > (best?.score ?? 0) + 0.005) best = { labels, score }
    yield
  }
  if (!best) return null
  // Named by size, so that the same people are "group A" whatever k-means called them.
  const found = sizesOf(best.labels, mostGroups)
  const order = [...found.keys()]
    .filter((one) => (found[one] ?? 0) > 0)
    .sort((a, b) => (found[b] ?? 0) - (found[a] ?? 0))
  const of = new Array<number>(people.length).fill(-1)
  counted.forEach(({ at }, i) => {
    of[at] = order.indexOf(best.labels[i] ?? 0)
  })
  return { of, groups: shapes(points, best.labels, order) }
}

function inOrder(a: Answers, b: Answers): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    return Number.isNaN(x) ? -1 : Number.isNaN(y) ? 1 : x - y
  }
  return 0
}

const starts = 6
const rounds = 40

function kMeans(points: readonly Float64Array[], k: number): Uint8Array {
  const random = dice(seed + k)
  let best = { labels: new Uint8Array(points.length), cost: Number.POSITIVE_INFINITY }
  for (let start = 0; start < starts; start++) {
    const middles = spreadOut(points, k, random)
    const labels = new Uint8Array(points.length)
    let cost = 0
    for (let round = 0; round < rounds; round++) {
      let moved = 0
      cost = 0
      points.forEach((point, i) => {
        const { at, far } = nearest(point, middles)
        if (labels[i] !== at) moved++
        labels[i] = at
        cost += far
      })
      if (round > 0 && moved === 0) break
      for (let c = 0; c < k; c++) recentre(points, labels, c, middles[c] as Float64Array)
    }
    if (cost < best.cost - 1e-9) best = { labels, cost }
  }
  return best.labels
}

/** First middles far from one another (k-means++). */
function spreadOut(points: readonly Float64Array[], k: number, random: () => number): Float64Array[] {
  const first = points[Math.floor(random() * points.length)] as Float64Array
  const middles = [Float64Array.from(first)]
  while (middles.length < k) {
    const far = points.map((point) => nearest(point, middles).far)
    let left = random() * far.reduce((sum, one) => sum + one, 0)
    let at = 0
    while (at < far.length - 1 && left > (far[at] as number)) left -= far[at++] as number
    middles.push(Float64Array.from(points[at] as Float64Array))
  }
  return middles
}

function nearest(point: Float64Array, middles: readonly Float64Array[]): { at: number; far: number } {
  let at = 0
  let far = Number.POSITIVE_INFINITY
  for (let c = 0; c < middles.length; c++) {
    const one = apart(point, middles[c] as Float64Array)
    if (one < far) [at, far] = [c, one]
  }
  return { at, far }
}

function apart(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let c = 0; c < a.length; c++) sum += ((a[c] as number) - (b[c] as number)) ** 2
  return sum
}

/** A middle nobody is nearest to stays where it is. */
function recentre(points: readonly Float64Array[], labels: Uint8Array, label: number, middle: Float64Array): void {
  const sum = new Float64Array(middle.length)
  let n = 0
  points.forEach((point, i) => {
    if (labels[i] !== label) return
    n++
    for (let c = 0; c < sum.length; c++) sum[c] = (sum[c] as number) + (point[c] as number)
  })
  if (n > 0) for (let c = 0; c < sum.length; c++) middle[c] = (sum[c] as number) / n
}

function sizesOf(labels: Uint8Array, k: number): number[] {
  const sizes = new Array<number>(k).fill(0)
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1
  return sizes
}

const sampled = 600

/** How much nearer people are to their own than to the next group, -1 to 1; on an even sample where there are many. */
function silhouette(points: readonly Float64Array[], labels: Uint8Array, k: number): number {
  const stride = Math.max(1, Math.ceil(points.length / sampled))
  const picked = points.map((_, i) => i).filter((i) => i % stride === 0)
  let total = 0
  for (const i of picked) {
    const sum = new Float64Array(k)
    const n = new Float64Array(k)
    for (const j of picked) {
      if (i === j) continue
      const label = labels[j] as number
      sum[label] = (sum[label] as number) + Math.sqrt(apart(points[i] as Float64Array, points[j] as Float64Array))
      n[label] = (n[label] as number) + 1
    }
    const own = labels[i] as number
    if (n[own] === 0) continue
    const inside = (sum[own] as number) / (n[own] as number)
    let outside = Number.POSITIVE_INFINITY
    for (let c = 0; c < k; c++)
      if (c !== own && n[c]) outside = Math.min(outside, (sum[c] as number) / (n[c] as number))
    const wider = Math.max(inside, outside)
    if (Number.isFinite(outside) && wider > 0) total += (outside - inside) / wider
  }
  return picked.length > 0 ? total / picked.length : 0
}

/** Nobody is a point in the picture: a group is a round about where most of it stands. */
function shapes(points: readonly Float64Array[], labels: Uint8Array, order: readonly number[]): Group[] {
  const raw = order.map((label) => {
    const own = points.filter((_, i) => labels[i] === label)
    const mid = (c: number) => own.reduce((sum, point) => sum + (point[c] ?? 0), 0) / own.length
    const [x, y] = [mid(0), mid(1)]
    const off = own.reduce((sum, point) => sum + ((point[0] ?? 0) - x) ** 2 + ((point[1] ?? 0) - y) ** 2, 0)
    return { size: own.length, x, y, r: Math.sqrt(off / own.length) }
  })
  const left = Math.min(...raw.map(({ x, r }) => x - r))
  const top = Math.min(...raw.map(({ y, r }) => y - r))
  const width = Math.max(...raw.map(({ x, r }) => x + r)) - left
  const height = Math.max(...raw.map(({ y, r }) => y + r)) - top
  const scale = Math.max(width, height, 1e-9)
  const round = (value: number) => Math.round(value * 1e3) / 1e3
  return raw.map(({ size, x, y, r }) => ({
    size,
    x: round((x - left + (scale - width) / 2) / scale),
    y: round((y - top + (scale - height) / 2) / scale),
    r: round(r / scale),
  }))
}
