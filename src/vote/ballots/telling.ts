/** 说结果 — a closed ballot told again from what was stored: why, in one sentence or in all of them, and in which words. */
import type { MessageKey } from '../../lib/i18n.ts'
import { explain, type Result } from '../rules/explain.ts'
import type { Sentence } from '../rules/words.ts'
import type { Asked } from './answers.ts'
import { countBy, editionFor } from './decision.ts'
import type { Decision, Named, Numbers, Outcome, Reason } from './numbers.ts'
import type { Rule, Voters } from './rules.ts'

/** What of the numbers stands in the journal and in messages. */
export const countsOf = ({ for: yes, against, abstain }: Numbers) => ({ for: yes, against, abstain })

/** In which words a result is told: by its count, by what was chosen, or as what nobody objects to any more. */
export function wordOf({ outcome, numbers }: Pick<Decision, 'outcome' | 'numbers'>): Outcome | 'chosen' | 'agreed' {
  const kind = numbers.result?.kind
  if (outcome !== 'passed' || kind === undefined || kind === 'dual') return outcome
  return kind === 'consent' ? 'agreed' : 'chosen'
}

/** The values of those words. */
export function valuesOf(ballot: Pick<Asked, 'options'>, { numbers }: Pick<Decision, 'numbers'>) {
  const { result } = numbers
  const chosen = result && 'chosen' in result ? result.chosen : []
  const titles = titlesOf(ballot)
  return {
    ...countsOf(numbers),
    ...(chosen.length > 0 && { chosen: chosen.map((one) => titles.get(one)?.name).join('、') }),
  }
}

/** Four fifths of the seats that somebody holds must be in the room. */
export const seatsNeeded = (base: number): number => Math.ceil((4 * base) / 5)

/** A closed ballot, as it was stored. */
export interface Closed extends Asked {
  reason: Reason
  numbers: Numbers
  voters: Voters
}

/** The result told again from what was stored: a rule of yes and no is counted anew, another keeps what it came to. */
export const resultAgain = (closed: Closed): Result =>
  closed.numbers.result ?? countBy(editionFor(closed), closed.numbers, closed.numbers.missing)

/** Options by their numbers, in the words the chair gave them; a title is in one language. */
export const titlesOf = ({ options }: Pick<Asked, 'options'>): Map<string, Named> =>
  new Map(options.map((title, i) => [String(i + 1), { name: title, nameEn: title }]))

/** Sentences of their own, shorter than the paragraph's, for the rules a meeting uses most. */
const short = {
  M1: ['moreFor', 'tie', 'moreAgainst', 'zero'],
  M2: ['enough', 'notEnough', 'zero'],
  M3: ['enough', 'notEnough', 'zero'],
  M4v: ['enough', 'notEnough', 'zero'],
  M4p: ['enough', 'notEnough', 'zero'],
  M4e: ['enough', 'notEnough', 'zero'],
  M5v: ['enough', 'notEnough', 'zero'],
  M5p: ['enough', 'notEnough', 'zero'],
  M5e: ['enough', 'notEnough', 'zero'],
  M7: ['enough', 'against', 'zero'],
  S5: ['enough', 'notEnough', 'tooFew', 'requiredAway', 'zero'],
} as const satisfies Partial<Record<Rule, readonly Reason[]>>
type Short = keyof typeof short
type ShortKey = { [R in Short]: `ballots.because.${R}.${(typeof short)[R][number]}` }[Short]

/** One sentence that says why, out of what was stored at the close; its values in both languages (names of parties differ). */
export function because(closed: Closed): Sentence {
  const { rule, reason, numbers } = closed
  const known: readonly string[] = rule in short ? short[rule as Short] : []
  if (reason !== 'quorumLost' && !known.includes(reason)) return verdictOf(closed)
  const { missing, checks: _, result: __, recused: ___, ways: ____, ...counts } = numbers
  const values = { ...counts, seats: seatsNeeded(counts.base) }
  return {
    key:
      reason === 'quorumLost'
        ? 'ballots.because.quorumLost'
        : (`ballots.because.${rule}.${reason}` as ShortKey satisfies MessageKey),
    zh: { ...values, missing: missing.map((seat) => seat.name).join('、') },
    en: { ...values, missing: missing.map((seat) => seat.nameEn).join(', ') },
  }
}

/** The explanation without the rule's own words before it and what it is worth behind it. */
export function saidWhy(closed: Closed): Sentence[] {
  const telling = { unit: closed.voters, subject: null, options: titlesOf(closed) }
  return explain(editionFor(closed), resultAgain(closed), telling).slice(1, -1)
}

function verdictOf(closed: Closed): Sentence {
  const verdict = saidWhy(closed).at(-1)
  if (!verdict) throw new Error(`rule ${closed.rule} has no sentence for ${closed.reason}`)
  return verdict
}
