import type { MessageKey } from '../../lib/i18n.ts'
import { paperOf } from './answers.ts'
import { type Closed, resultAgain } from './telling.ts'

/** One line of a result among options: how many votes or points, of how many, and whether it is among those chosen. */
export interface Line {
  /** As the chair named it, or a word of every such paper. */
  title: string | null
  word: MessageKey | null
  n: number
  of: number
  chosen: boolean
}

/** What each option got, most first; of a ballot of yes and no there is nothing to list. Rounds end in the last one's sums. */
export function linesOf(closed: Closed): Line[] {
  const { numbers, options, rule, ruleVersion } = closed
  if (paperOf(rule, ruleVersion) === 'yesno') return []
  const result = resultAgain(closed)
  if (result.kind === 'consent') {
    const { for: consent, against: object, abstain: aside, present } = numbers
    const words = { consent, aside, object, silent: Math.max(0, present - consent - object - aside) }
    const stances = ['consent', 'aside', 'object', 'silent'] as const
    return stances.map((word) => ({
      title: null,
      word: `choices.${word}` as MessageKey,
      n: words[word],
      of: present,
      chosen: false,
    }))
  }
  if (result.kind !== 'plurality' && result.kind !== 'approval' && result.kind !== 'score' && result.kind !== 'ranked')
    return []
  const sums = result.kind === 'ranked' ? (result.rounds.at(-1)?.sums ?? []) : result.sums
  const most = Math.max(1, result.kind === 'score' ? (sums[0]?.sum ?? 0) : result.valid)
  const chosen = result.kind === 'score' ? [] : result.chosen
  const title = (option: string) => options[Number(option) - 1] ?? option
  return sums.map(({ option, sum }) => ({
    title: title(option),
    word: null,
    n: sum,
    of: most,
    chosen: chosen.includes(option),
  }))
}
