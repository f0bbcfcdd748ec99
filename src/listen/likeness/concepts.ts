import { inPlainWords } from './dialect.ts'
import { things } from './things.ts'
import { troubles } from './troubles.ts'

/** What words stand for: 班车 and 接驳车 are one notion, and a notion is a thing or what is wrong with one. Pure. */

/** Word → the notions it stands for, and how surely. */
export type Notions = ReadonlyMap<string, ReadonlyMap<string, number>>

/** Words the desk called one thing, and how often matters were put together over them. */
export interface Pair {
  word: string
  like: string
  times: number
}

/** The common notions with the neighbourhood's own pairs in them. What was merged once counts half, often nearly whole. */
export function notionsWith(learned: readonly Pair[] = []): Notions {
  if (learned.length === 0) return common
  const all = new Map(Array.from(common, ([word, notions]) => [word, new Map(notions)]))
  const add = (word: string, notion: string, weight: number) => {
    const of = all.get(word) ?? new Map<string, number>()
    all.set(word, of.set(notion, Math.max(weight, of.get(notion) ?? 0)))
  }
  for (const { word, like, times } of learned) {
    const [a, b] = [plainWord(word), plainWord(like)]
    const weight = times / (times + 1)
    // Whatever the one stands for, so does the other; and the pair is a notion of its own.
    const [ofA, ofB] = [[...(all.get(a)?.keys() ?? [])], [...(all.get(b)?.keys() ?? [])]]
    for (const notion of [...ofB, `${b}~`]) add(a, notion, weight)
    for (const notion of [...ofA, `${b}~`]) add(b, notion, weight)
  }
  return all
}

const plainWord = (word: string) => inPlainWords(word.normalize('NFKC').toLowerCase())

const lines = (data: string) =>
  data
    .trim()
    .split('\n')
    .map((line) => line.split(' '))

const wrong: ReadonlySet<string> = new Set(lines(troubles).map(([notion = '']) => notion))
/** Whether a notion says what is wrong, not with what. */
export const isTrouble = (notion: string): boolean => wrong.has(notion)

const common: Notions = (() => {
  const all = new Map<string, Map<string, number>>()
  for (const words of [...lines(things), ...lines(troubles)])
    for (const word of words)
      for (const form of [word, plainWord(word)])
        all.set(form, (all.get(form) ?? new Map<string, number>()).set(String(words[0]), 1))
  return all
})()

const longest = 7

/** The notions that stand in a text in plain words: at each place the longest word that is one. */
export function notionsIn(text: string, notions: Notions = common): [notion: string, weight: number][] {
  const found: [string, number][] = []
  for (let at = 0; at < text.length; at++) {
    for (let length = longest; length > 0; length--) {
      const known = at + length <= text.length ? notions.get(text.slice(at, at + length)) : undefined
      if (!known) continue
      found.push(...known)
      // Inside a longer word a shorter one may be meant too (斑马线红绿灯), but not a single character of it.
      if (length > 2) at += length - 2
      break
    }
  }
  return found
}

/** The notions that are heard in a run of sounds though other characters were written: 末搬车 is heard as 末班车. */
export function notionsHeard(sounds: readonly string[], soundOf: (character: string) => string): string[] {
  bySound ??= soundsOf(soundOf)
  const found: string[] = []
  for (let at = 0; at < sounds.length; at++)
    for (const length of [4, 3, 2]) {
      const known = at + length <= sounds.length ? bySound.get(sounds.slice(at, at + length).join(' ')) : undefined
      if (!known) continue
      found.push(...known)
      at += length - 1
      break
    }
  return found
}

let bySound: Map<string, Set<string>> | undefined

function soundsOf(soundOf: (character: string) => string): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>()
  for (const [word, notions] of common) {
    const characters = Array.from(word)
    if (characters.length < 2 || characters.length > 4) continue
    const key = characters.map(soundOf).join(' ')
    all.set(key, new Set([...(all.get(key) ?? []), ...notions.keys()]))
  }
  return all
}
