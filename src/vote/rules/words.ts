/** 说法 — shares, heads, square metres and names as a chair reads them aloud, in either language. */

import type { MessageKey } from '../../lib/i18n.ts'
import { type Locale, type T, translator, type Values } from '../../lib/i18n.ts'
import type { Rule } from './rule.ts'
import type { Share } from './shares.ts'

/** A sentence with its values in both languages: some of them are words. */
export interface Sentence {
  key: MessageKey
  zh: Values
  en: Values
}

export interface Named {
  name: string
  nameEn: string
}

/** The same sentence twice, its words chosen by the language. */
export function say(key: MessageKey, values: (words: Words) => Values): Sentence {
  return { key, zh: values(wordsIn('zh')), en: values(wordsIn('en')) }
}

/** Sentences as one paragraph. */
export function paragraph(sentences: readonly Sentence[], locale: Locale): string {
  const said = sentences.map((sentence) => translator(locale)(sentence.key, sentence[locale]))
  return said.join(locale === 'zh' ? '' : ' ')
}

export type Words = ReturnType<typeof wordsIn>

function wordsIn(locale: Locale) {
  const t = translator(locale)
  const numeral = (n: number) => (locale === 'zh' && n < 10 ? (digits[n] ?? n) : n)
  const list = (items: readonly string[]) =>
    items.length === 0 ? '' : items.reduce((one, other) => t('rules.and', { one, other }))
  return {
    t,
    list,
    /** "more than", "half": a share in the words of a sentence. */
    over: ({ strict }: Share) => t(strict ? 'rules.over.strict' : 'rules.over.inclusive'),
    under: ({ strict }: Share) => t(strict ? 'rules.under.strict' : 'rules.under.inclusive'),
    fraction: ({ num, den }: Share) => fractionIn(t, numeral, num, den),
    /** Heads and area; what is nothing is left out, unless both are. */
    measure: ({ heads, area }: { heads: number; area: number }) => {
      const both = [heads && t('rules.heads', { n: heads }), area && t('rules.squareMetres', { n: squareMetres(area) })]
      return list(both.filter((part) => part !== 0)) || t('rules.heads', { n: 0 })
    },
    name: nameIn(locale),
    named: (parties: readonly Named[]) => list(parties.map(nameIn(locale))),
    ruleName: (code: string) => t(`rules.name.${code}` as MessageKey),
  }
}

const nameIn =
  (locale: Locale) =>
  ({ name, nameEn }: Named): string =>
    locale === 'zh' ? name : nameEn

const spelled = ['1of1', '1of2', '2of3', '3of4', '4of5'] as const

/** "五分之三" as one says it; larger numbers stay figures. */
const digits = [...'〇一二三四五六七八九']

function fractionIn(t: T, numeral: (n: number) => string | number, num: number, den: number): string {
  const known = spelled.find((name) => name === `${num}of${den}`)
  return known ? t(`rules.fraction.${known}`) : t('rules.fraction.other', { num: numeral(num), den: numeral(den) })
}

/** 321200 → "3,212.00": hundredths of a square metre, by their digits alone. */
export function squareMetres(area: number | bigint): string {
  const digits = String(area).padStart(3, '0')
  return `${grouped(digits.slice(0, -2))}.${digits.slice(-2)}`
}

/** 9000000 → "9,000,000". */
export const grouped = (n: number | bigint | string): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** When it passes, in one clause. */
export function formula(rule: Rule, words: Words): string {
  const { t } = words
  const share = (one: Share) => ({ over: words.over(one), fraction: words.fraction(one) })
  switch (rule.kind) {
    case 'share':
      if (isSimple(rule)) return t('rules.formula.simple')
      return t(`rules.formula.share.${rule.abstain}`, {
        ...share(rule.share),
        base: t(`rules.base.${rule.base}.${rule.abstain}`),
      })
    case 'unanimous':
      return t(rule.strict ? 'rules.formula.unanimous.strict' : 'rules.formula.unanimous.loose')
    case 'approval':
      return t(`rules.formula.approval.${rule.by}`)
    case 'ranked':
      return t('rules.formula.ranked', share(rule.share))
    case 'seats': {
      const { passes } = rule
      if (passes.by === 'share') {
        const yes = { overYes: words.over(passes.share), fractionYes: words.fraction(passes.share) }
        return t('rules.formula.seats.share', { ...share(rule.presence), ...yes })
      }
      if (passes.by === 'consent') return t('rules.formula.seats.consent', share(rule.presence))
      return t('rules.formula.seats.yes', { ...share(rule.presence), yes: passes.yes })
    }
    case 'dual': {
      const yes = { overYes: words.over(rule.decision), fractionYes: words.fraction(rule.decision) }
      return t('rules.formula.dual', { ...share(rule.participation), ...yes })
    }
    default:
      return t(`rules.formula.${rule.kind}`)
  }
}

/** More for than against is said as such, not as more than half of those who said yes or no. */
export const isSimple = (rule: Rule): boolean =>
  rule.kind === 'share' &&
  rule.base === 'cast' &&
  rule.abstain === 'out' &&
  rule.share.strict &&
  2 * rule.share.num === rule.share.den
