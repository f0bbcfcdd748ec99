import { pinyin } from 'pinyin-pro'
import { isTrouble, type Notions, notionsHeard, notionsIn } from './concepts.ts'
import { inPlainWords } from './dialect.ts'

/** What of a text is compared: its characters and pairs, the things and troubles in it, also as they sound, the building it names. Pure. */

export interface Features {
  grams: Counts
  /** What it speaks of, and what is wrong with that. */
  things: Counts
  troubles: Counts
  /** Notions heard, whatever characters were written. */
  heard: Counts
  building: string | null
}

export type Counts = Map<string, number>

export function featuresOf(text: string, building: string | null, notions?: Notions): Features {
  const plain = inPlainWords(text.normalize('NFKC').toLowerCase())
  const named = building ?? buildingIn(plain)
  const words = plain.replace(numbered, ' ')
  const [grams, heardAs]: [Counts, Counts] = [new Map(), new Map()]
  for (const [run] of words.matchAll(runs)) {
    if (!han.test(run)) {
      count(grams, run)
      continue
    }
    const characters = Array.from(run).filter((one) => !empty.has(one))
    characters.forEach((one, at) => {
      count(grams, one)
      const before = characters[at - 1]
      if (before !== undefined) count(grams, before + one)
    })
    for (const notion of notionsHeard(Array.from(run, soundOf), soundOf)) count(heardAs, notion)
  }
  const [things, troubles]: [Counts, Counts] = [new Map(), new Map()]
  for (const [notion, weight] of notionsIn(words, notions)) count(isTrouble(notion) ? troubles : things, notion, weight)
  return { grams, things, troubles, heard: heardAs, building: named }
}

const runs = /\p{Script=Han}+|[^\P{L}\p{Script=Han}]+|\p{N}+/gu
const han = /\p{Script=Han}/u
/** Words that carry no matter; they only make two texts look alike that are not. */
const empty = new Set('的了是在我你他们不也就都要有和吧呢吗啊哦呀好很能可以把被给这那个一上下去来得会着到又再还请')

const count = (all: Counts, one: string, weight = 1) => all.set(one, (all.get(one) ?? 0) + weight)

const digits = '零一二三四五六七八九'
const numbered = /(\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:号楼|号门|栋|幢|#)/gu

/** The building a sentence names, as the register writes it: 十二号楼 is "12". */
export function buildingIn(text: string): string | null {
  const [, said] = text.matchAll(numbered).next().value ?? []
  return said === undefined ? null : /\d/.test(said) ? String(Number(said)) : String(spoken(said))
}

function spoken(said: string): number {
  if (!said.includes('十')) return Number(Array.from(said, (one) => digits.indexOf(one)).join(''))
  const [tens = '', ones = ''] = said.split('十')
  return (tens ? digits.indexOf(tens) : 1) * 10 + (ones ? digits.indexOf(ones) : 0)
}

const heard = new Map<string, string>()

/** How a character sounds here: without tone, and with what the region does not tell apart (zh/z, n/ng, l/n) as one. */
export function soundOf(character: string): string {
  const known = heard.get(character)
  if (known !== undefined) return known
  const sound = pinyin(character, { toneType: 'none' })
    .replace(/^([zcs])h/, '$1')
    .replace(/([aei])ng$/, '$1n')
  heard.set(character, sound)
  return sound
}

const first = new Map<string, string>()

/** The letter a character's reading begins with: 班 is b. What has no reading is itself. */
export function initialOf(character: string): string {
  const known = first.get(character)
  if (known !== undefined) return known
  const letter = pinyin(character, { toneType: 'none' }).slice(0, 1)
  first.set(character, letter)
  return letter
}
