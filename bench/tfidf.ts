/**
 * Which open matters may be about the same thing: characters and pairs of characters, weighed by how rare they are
 * (TF-IDF, cosine): what suggestions were made by before, and what they are still measured against.
 */

interface Written {
  text: string
}

const bestFirst = (a: { score: number }, b: { score: number }) => b.score - a.score

/** The `top` texts most like these words, best first, each with its likeness between 0 and 1. */
export function similar<D extends Written>(
  words: string,
  documents: readonly D[],
  { top = 3, atLeast = 0.1 } = {},
): (D & { score: number })[] {
  const asked = counts(words)
  const counted = documents.map((document) => counts(document.text))
  const rarity = rarities([asked, ...counted])
  const from = vector(asked, rarity)
  return documents
    .map((document, at) => ({ ...document, score: cosine(from, vector(counted[at] as Counts, rarity)) }))
    .filter(({ score }) => score >= atLeast)
    .sort(bestFirst)
    .slice(0, top)
}

type Counts = Map<string, number>

/** Chinese by the character and by the pair; other scripts by the word. */
function counts(text: string): Counts {
  const grams: Counts = new Map()
  const add = (gram: string) => grams.set(gram, (grams.get(gram) ?? 0) + 1)
  for (const [run] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/\p{Script=Han}+|[^\P{L}\p{Script=Han}]+|\p{N}+/gu)) {
    if (!/\p{Script=Han}/u.test(run)) {
      add(run)
      continue
    }
    const characters = Array.from(run)
    characters.forEach((character, at) => {
      add(character)
      if (at > 0) add(`${characters[at - 1]}${character}`)
    })
  }
  return grams
}

function rarities(all: Counts[]): Map<string, number> {
  const seenIn = new Map<string, number>()
  for (const grams of all) for (const gram of grams.keys()) seenIn.set(gram, (seenIn.get(gram) ?? 0) + 1)
  return new Map(Array.from(seenIn, ([gram, n]) => [gram, Math.log(1 + all.length / n)]))
}

/** Of length 1, so that a long story and a short one compare. */
function vector(grams: Counts, rarity: Map<string, number>): Counts {
  const weighed = Array.from(grams, ([gram, n]) => [gram, (1 + Math.log(n)) * (rarity.get(gram) ?? 0)] as const)
  const length = Math.hypot(...weighed.map(([, weight]) => weight))
  return new Map(weighed.map(([gram, weight]) => [gram, length ? weight / length : 0]))
}

function cosine(a: Counts, b: Counts): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [gram, weight] of few) sum += weight * (many.get(gram) ?? 0)
  return Math.min(1, sum)
}
