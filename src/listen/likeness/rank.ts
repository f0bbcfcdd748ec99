import { zh } from '../../messages/zh.ts'
import type { Notions } from './concepts.ts'
import { type Counts, type Features, featuresOf, shareOf } from './features.ts'

/** How likely two texts are one matter: rarity-weighed agreement of words, sounds and notions, and of the building. Pure. */

export interface Document {
  text: string
  building: string | null
  category: string
}

export interface Asked {
  words: string
  building?: string | null
}

/** Below this chance a resident is shown nothing; and what is much less likely than the best is not shown beside it. */
const atLeast = 0.3
const besideTheBest = 0.45

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
  const held = documents.map((one) => ({ ...featuresOf(one.text, one.building, notions), category: one.category }))
  const rarity = rarityOf(held, background())
  const ranked = documents
    .map((one, at) => ({ ...one, score: chance(signalsOf(asked, held[at] as Held, rarity), weights) }))
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

type Held = Features & { category: string }

/** Fitted by `npm run bench -- similar --fit` on the half of the labelled set that tuning may read. */
export const fitted: Weights = {
  bias: -8.02,
  grams: 2.01,
  sounds: 3.03,
  notions: 4.1,
  heard: 4.93,
  category: 1.39,
  agreed: -0.87,
  covered: 1.66,
  kept: 0.67,
  sameBuilding: 2.77,
  otherBuilding: -2.84,
  unsaidBuilding: -2.9,
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

export interface Weights {
  bias: number
  grams: number
  sounds: number
  notions: number
  heard: number
  category: number
  agreed: number
  covered: number
  kept: number
  sameBuilding: number
  otherBuilding: number
  unsaidBuilding: number
}

export const signals = [
  'grams',
  'sounds',
  'notions',
  'heard',
  'category',
  'agreed',
  'covered',
  'kept',
  'sameBuilding',
  'otherBuilding',
  'unsaidBuilding',
] as const
export type Signals = Record<(typeof signals)[number], number>

export interface Rarity {
  grams: Counts
  sounds: Counts
  notions: Counts
  heard: Counts
  documents: number
}

/** In how many of these texts each thing stands, on top of what was counted before. */
export function rarityOf(all: readonly Features[], before?: Rarity): Rarity {
  const copy = (kind: Kind) => new Map(before?.[kind])
  const rarity: Rarity = {
    grams: copy('grams'),
    sounds: copy('sounds'),
    notions: copy('notions'),
    heard: copy('heard'),
    documents: all.length + (before?.documents ?? 0),
  }
  for (const features of all)
    for (const kind of kinds)
      for (const one of features[kind].keys()) rarity[kind].set(one, (rarity[kind].get(one) ?? 0) + 1)
  return rarity
}

const kinds = ['grams', 'sounds', 'notions', 'heard'] as const
type Kind = (typeof kinds)[number]

const weightOf = (seen: number | undefined, documents: number) => Math.log(1 + documents / (0.5 + (seen ?? 0)))

export function signalsOf(asked: Features, held: Held, rarity: Rarity): Signals {
  const { documents } = rarity
  const grams = agreement(asked.grams, held.grams, rarity.grams, documents)
  const sounds = agreement(asked.sounds, held.sounds, rarity.sounds, documents)
  const notions = agreement(asked.notions, held.notions, rarity.notions, documents)
  const heard = agreement(asked.heard, held.heard, rarity.heard, documents)
  const both = asked.building !== null && held.building !== null
  return {
    grams: grams.cosine,
    sounds: sounds.cosine,
    notions: notions.cosine,
    heard: heard.cosine,
    category: shareOf(held.category, asked),
    // Each alone may be chance; where words and notions agree, they seldom err together.
    agreed: Math.sqrt(Math.max(grams.cosine, sounds.cosine) * notions.cosine),
    covered: notions.covered,
    kept: notions.kept,
    sameBuilding: both && asked.building === held.building ? 1 : 0,
    otherBuilding: both && asked.building !== held.building ? 1 : 0,
    unsaidBuilding: asked.building === null && held.building !== null ? 1 : 0,
  }
}

function agreement(asked: Counts, held: Counts, rarity: Counts, documents: number) {
  let [shared, ofAsked, ofHeld, massAsked, massHeld, massShared] = [0, 0, 0, 0, 0, 0]
  for (const [one, n] of asked) {
    const w = weightOf(rarity.get(one), documents)
    const weight = (1 + Math.log(n)) * w
    ofAsked += weight * weight
    massAsked += w
    const there = held.get(one)
    if (there === undefined) continue
    shared += weight * (1 + Math.log(there)) * w
    massShared += w
  }
  for (const [one, n] of held) {
    const w = weightOf(rarity.get(one), documents)
    ofHeld += ((1 + Math.log(n)) * w) ** 2
    massHeld += w
  }
  return {
    cosine: shared === 0 ? 0 : shared / Math.sqrt(ofAsked * ofHeld),
    covered: massAsked ? massShared / massAsked : 0,
    kept: massHeld ? massShared / massHeld : 0,
  }
}

export function chance(found: Signals, weights: Weights): number {
  let sum = weights.bias
  for (const signal of signals) sum += weights[signal] * found[signal]
  return 1 / (1 + Math.exp(-sum))
}
