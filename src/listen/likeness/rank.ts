import { zh } from '../../messages/zh.ts'
import type { Notions } from './concepts.ts'
import { type Counts, type Features, featuresOf } from './features.ts'

/** How likely two texts are one matter: rarity-weighed agreement of words, sounds and notions, and of the building. Pure. */

export interface Document {
  text: string
  building: string | null
}

export interface Asked {
  words: string
  building?: string | null
}

/** Below this chance a resident is shown nothing; and what is much less likely than the best is not shown beside it. */
const atLeast = 0.15
const besideTheBest = 0.6

/**
 * The `top` matters that these words are most likely about, best first, each with its chance between 0 and 1. Only a
 * suggestion: a person decides. `learned` are the pairs of words the neighbourhood's own merges taught it.
 */
export function likely<D extends Document>(
  { words, building = null }: Asked,
  documents: readonly D[],
  { top = 3, notions, weights = fitted, least = atLeast }: Options = {},
): (D & { score: number })[] {
  const asked = featuresOf(words, building, notions)
  const held = documents.map((one) => featuresOf(one.text, one.building, notions))
  const rarity = rarityOf(held, background())
  const chances = held.map((one) => chance(signalsOf(asked, one, rarity), weights))
  // It is one of them at most: where several are likely, none is as likely as it looks alone.
  const all = Math.max(
    1,
    chances.reduce((sum, one) => sum + one, 0),
  )
  const ranked = documents
    .map((one, at) => ({ ...one, score: (chances[at] as number) / all }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
  return ranked.filter(({ score }) => score >= besideTheBest * (ranked[0]?.score ?? 0)).slice(0, top)
}

interface Options {
  top?: number
  notions?: Notions
  weights?: Weights
  /** The desk reads both texts anyway and looks at less likely ones, too. */
  least?: number
}

/** Fitted by `node bench/similar.ts --fit` on the half of the labelled set that tuning may read. */
export const fitted: Weights = {
  bias: -7.39,
  grams: 4.22,
  heard: 5.21,
  things: 3.31,
  troubles: 2.68,
  sameBuilding: 2.47,
  otherBuilding: -3.19,
  unsaidBuilding: -2.02,
}

let known: Rarity | undefined
/** How rare words are at all: our own messages are a thousand sentences of the same neighbourhood. Read once. */
function background(): Rarity {
  known ??= rarityOf(
    Object.values(zh)
      .filter((message) => message.length > 5)
      .map((message) => featuresOf(message, null)),
  )
  return known
}

export const signals = [
  'grams',
  'heard',
  'things',
  'troubles',
  'sameBuilding',
  'otherBuilding',
  'unsaidBuilding',
] as const
type Signal = (typeof signals)[number]
export type Signals = Record<Signal, number>
export type Weights = Record<Signal | 'bias', number>

const kinds = ['grams', 'things', 'troubles', 'heard'] as const
export type Rarity = Record<(typeof kinds)[number], Counts> & { documents: number }

/** In how many of these texts each thing stands, on top of what was counted before. */
export function rarityOf(all: readonly Features[], before?: Rarity): Rarity {
  const copies = Object.fromEntries(kinds.map((kind) => [kind, new Map(before?.[kind])])) as Omit<Rarity, 'documents'>
  for (const features of all)
    for (const kind of kinds)
      for (const one of features[kind].keys()) copies[kind].set(one, (copies[kind].get(one) ?? 0) + 1)
  return { ...copies, documents: all.length + (before?.documents ?? 0) }
}

const weightOf = (seen: number | undefined, documents: number) => Math.log(1 + documents / (0.5 + (seen ?? 0)))

export function signalsOf(asked: Features, held: Features, rarity: Rarity): Signals {
  const of = (kind: (typeof kinds)[number]) => agreement(asked[kind], held[kind], rarity[kind], rarity.documents)
  const built = asked.building !== null && held.building !== null
  return {
    grams: of('grams'),
    heard: of('heard'),
    things: of('things'),
    troubles: of('troubles'),
    sameBuilding: built && asked.building === held.building ? 1 : 0,
    otherBuilding: built && asked.building !== held.building ? 1 : 0,
    unsaidBuilding: asked.building === null && held.building !== null ? 1 : 0,
  }
}

/** The cosine of what both hold, rare things counting more. */
function agreement(asked: Counts, held: Counts, rarity: Counts, documents: number): number {
  const weight = (one: string, n: number) => sure(n) * weightOf(rarity.get(one), documents)
  let [shared, ofAsked, ofHeld] = [0, 0, 0]
  for (const [one, n] of asked) {
    const own = weight(one, n)
    ofAsked += own * own
    const there = held.get(one)
    if (there !== undefined) shared += own * weight(one, there)
  }
  for (const [one, n] of held) ofHeld += weight(one, n) ** 2
  return shared === 0 ? 0 : shared / Math.sqrt(ofAsked * ofHeld)
}

/** Twice is not twice as much; and what is only half sure (a pair learned from one merger) counts half. */
const sure = (n: number) => (n < 1 ? n : 1 + Math.log(n))

export function chance(found: Signals, weights: Weights): number {
  let sum = weights.bias
  for (const signal of signals) sum += weights[signal] * found[signal]
  return 1 / (1 + Math.exp(-sum))
}
