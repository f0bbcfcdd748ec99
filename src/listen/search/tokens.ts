import { type Notions, notionsIn } from '../likeness/concepts.ts'
import { inPlainWords } from '../likeness/dialect.ts'
import { initialOf } from '../likeness/features.ts'

/**
 * What of a text can be found again: characters, pairs of them and the words the machine's dictionary knows, words of
 * other scripts, numbers; the initials of how a title is said (bcyq → 班车延期); and the notions in it, for what is
 * alike. Nothing but letters and digits ever becomes a lexeme, so nothing people type can be an operator. Pure.
 */

/** Raised when the lexemes of a text change; what was written by another version is written anew (`npx wutong reindex`). */
const ours = 2
/** The dictionary of words comes with Node's ICU, and its lexemes change when it does. */
export const tokenizer = ours * 1000 + Math.trunc(Number.parseFloat(process.versions.icu ?? '0'))

const runs = /\p{Script=Han}+|[^\P{L}\p{Script=Han}]+|\p{Nd}+/gu
const isHan = /\p{Script=Han}/u
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const plain = (text: string) => text.normalize('NFKC').toLowerCase()
const spoken = 8

/** Lexemes of a whole text. `said` is what is also found by its initials: title and place. */
export function lexemesOf(text: string, said: string, notions?: Notions): string[] {
  const all = new Set<string>()
  for (const [run] of plain(text).matchAll(runs)) {
    if (!isHan.test(run)) {
      all.add(run.slice(0, 30))
      continue
    }
    const characters = Array.from(run)
    characters.forEach((one, at) => {
      all.add(one)
      if (at > 0) all.add(`${characters[at - 1]}${one}`)
    })
    for (const { segment } of segmenter.segment(run)) if (segment.length > 2) all.add(segment.slice(0, 12))
  }
  for (const [run] of plain(said).matchAll(/\p{Script=Han}+/gu)) {
    const initials = Array.from(run, initialOf).join('')
    for (let at = 0; at < initials.length; at++) all.add(`p_${initials.slice(at, at + spoken)}`)
  }
  for (const [notion] of notionsIn(inPlainWords(plain(text)), notions)) all.add(`k_${notion}`)
  return [...all]
}

/**
 * The tsquery for what somebody typed into a search box, `@` standing for community and shelf; null: nothing to look for.
 * Each word must be there; a number may also be the matter's own, and a word of letters the initials of what is said.
 */
export function queryFor(typed: string): string | null {
  const asked = Array.from(plain(typed).matchAll(runs), ([run]) => run).slice(0, 12)
  const parts = asked.map((run) => {
    if (isHan.test(run)) {
      const characters = Array.from(run).slice(0, 20)
      const pairs = characters.slice(1).map((one, at) => `${characters[at]}${one}`)
      return (pairs.length > 0 ? pairs : characters).map((one) => lexeme(one)).join(' & ')
    }
    const word = `${lexeme(run.slice(0, 30))}:*`
    if (/^\d+$/.test(run)) return `(${word} | ${lexeme(`n_${Number(run.slice(-9))}`)})`
    return /^[a-z]{2,8}$/.test(run) ? `(${word} | ${lexeme(`p_${run}`)}:*)` : word
  })
  // WT-2026-0147 is one number: who quotes it means that matter.
  const quoted = /^[a-z]{2,4}-20\d\d-0*(\d{1,9})$/.exec(plain(typed).trim())
  if (quoted) return lexeme(`n_${quoted[1]}`)
  return parts.length > 0 ? parts.join(' & ') : null
}

const most = 40

/** The tsquery for what may be the same matter: any of the notions, pairs and words in these words. */
export function alikeQuery(words: string, notions?: Notions): string | null {
  const all = lexemesOf(inPlainWords(plain(words)), '', notions).filter((one) => one.length > 1)
  const telling = [...all.filter((one) => one.startsWith('k_')), ...all.filter((one) => !one.startsWith('k_'))]
  return telling.length > 0 ? telling.slice(0, most).map(lexeme).join(' | ') : null
}

export const lexeme = (one: string): string => `'@${one}'`

/** What a list is filtered by, as lexemes beside the words: a rare one of many that hold a common word is found as fast. */
export const factLexemes = (facts: {
  category?: string | undefined
  buildingId?: number | null | undefined
  channel?: string | undefined
}): string[] => [
  ...(facts.category ? [`c_${facts.category}`] : []),
  ...(facts.buildingId ? [`b_${facts.buildingId}`] : []),
  ...(facts.channel ? [`h_${facts.channel}`] : []),
]
