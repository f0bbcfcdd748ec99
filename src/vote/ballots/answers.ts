/** 票面 — what stands on the paper of each kind of rule, and how an answer is written down (domain 3.6). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { editionOf } from '../rules/catalogue.ts'
import type { Edition, ShareRule } from '../rules/rule.ts'
import type { Share } from '../rules/shares.ts'
import type { Rule } from './rules.ts'

/** yesno: for, against, abstain. consent: whether one objects. one, some: of the options. order: by preference. points: to each. */
export type Paper = 'yesno' | 'consent' | 'one' | 'some' | 'order' | 'points'

const papers = {
  share: 'yesno',
  unanimous: 'yesno',
  seats: 'yesno',
  dual: 'yesno',
  gates: 'yesno',
  consent: 'consent',
  plurality: 'one',
  approval: 'some',
  ranked: 'order',
  score: 'points',
} as const satisfies Record<Edition['kind'], Paper>

export function paperOf(rule: Rule, version = 1): Paper {
  const edition = editionOf(rule, version)
  if (!edition) throw new Error(`no rule ${rule}, edition ${version}`)
  return papers[edition.kind]
}

/** Whether the options are named by the chair, or are the words of every such paper. */
export const namesOptions = (paper: Paper): boolean => paper !== 'yesno' && paper !== 'consent'

/** What a rule asks for besides options. Frozen with the ballot, part of its fingerprint. */
export interface Terms {
  /** AP: how many are chosen; APt: how many approvals an option takes. */
  number?: number
  /** Lots are drawn by it (AP in a run-off, RC): known before anybody votes. */
  seed?: string
  /** M6: the by-laws' own fraction. */
  share?: Share & Pick<ShareRule, 'base' | 'abstain'>
  /** D1, D2: "follow the majority" stands on the paper. */
  follow?: boolean
}

export interface Asked {
  rule: Rule
  ruleVersion: number
  options: string[]
  terms: Terms
}

/** A paper as somebody filled it in: a word or an option; ticks; a place or points for each option, in their order. */
export interface Marked {
  choice?: string | undefined
  pick?: string | string[] | undefined
  place?: string | string[] | undefined
  points?: string | string[] | undefined
  reason?: string | undefined
}

export interface Answer {
  choice: string
  /** Why somebody objects; nobody else gives one. */
  reason?: string | null
}

/** The paper, read. A message: nothing was chosen, two options in one place, more points than there are. */
export function readAnswer(ballot: Asked, marked: Marked): Answer | MessageKey {
  const answer = { choice: choiceOf(ballot, marked), reason: marked.choice === 'object' ? (marked.reason ?? '') : null }
  return whyNotAnswer(ballot, answer) ?? answer
}

function choiceOf(ballot: Asked, { choice = '', pick, place, points }: Marked): string {
  const each = (typed: string | string[] | undefined) => [typed ?? []].flat().map((one) => one.trim())
  switch (paperOf(ballot.rule, ballot.ruleVersion)) {
    case 'some':
      return inOrder(each(pick))
    case 'order':
      return ranking(each(place))
    case 'points':
      return each(points)
        .map((n) => (n === '' ? 0 : Number(n)))
        .join(',')
    default:
      return choice
  }
}

/** Ticked options by their numbers; "none of these" is ticked too, so that nobody hands in a blank paper by a slip. */
const inOrder = (ticked: readonly string[]): string =>
  ticked
    .map((one) => (one === 'none' ? one : Number(one)))
    .sort()
    .join(',')

/** Places as typed beside the options, to options in the order of their places; gaps close up, an empty one is left out. */
function ranking(places: readonly string[]): string {
  const ranked = places.map((at, i) => ({ at, option: i + 1 })).filter(({ at }) => at !== '')
  if (new Set(ranked.map(({ at }) => at)).size < ranked.length) return 'same'
  return ranked
    .sort((a, b) => Number(a.at) - Number(b.at))
    .map(({ option }) => option)
    .join(',')
}

/** The points an option may get at most. */
export const mostPoints = ({ rule, ruleVersion }: Pick<Asked, 'rule' | 'ruleVersion'>): number => {
  const edition = editionOf(rule, ruleVersion)
  return edition?.kind === 'score' ? edition.max : 0
}

/** Whether an answer can stand on this paper; asked again where a vote is cast, whichever way it came. */
export function whyNotAnswer(ballot: Asked, { choice, reason }: Answer): MessageKey | null {
  const paper = paperOf(ballot.rule, ballot.ruleVersion)
  if (choice === '') return 'ballots.chooseFirst'
  const numbers = /^\d{1,3}(,\d{1,3})*$/.test(choice) ? choice.split(',').map(Number) : null
  const named = numbers?.every((n) => n >= 1 && n <= ballot.options.length) ?? false
  const once = new Set(numbers).size === numbers?.length
  switch (paper) {
    case 'yesno':
      return ballot.options.includes(choice) ? null : 'ballots.noSuchChoice'
    case 'consent':
      if (!ballot.options.includes(choice)) return 'ballots.noSuchChoice'
      if (choice !== 'object') return null
      if (!reason) return 'ballots.reasonMissing'
      return [...reason].length > 200 ? 'form.long' : null
    case 'one':
      return choice === 'abstain' || (named && numbers?.length === 1) ? null : 'ballots.noSuchChoice'
    case 'some':
      return choice === 'none' || (named && once) ? null : 'ballots.noSuchChoice'
    case 'order':
      return named && once ? null : 'ballots.samePlace'
    case 'points': {
      const most = mostPoints(ballot)
      if (numbers?.length !== ballot.options.length) return 'ballots.pointsWrong'
      return numbers.every((n) => n <= most) && numbers.some((n) => n > 0) ? null : 'ballots.pointsWrong'
    }
  }
}

/** The words on a paper that names no options of its own. */
export function wordsOn(paper: Paper, abstain: boolean, follow = false): string[] {
  if (paper === 'consent') return ['consent', 'aside', 'object']
  return ['for', 'against', ...(abstain ? ['abstain'] : []), ...(follow ? ['follow'] : [])]
}

/** Options as a chair types them, a line each. A message: too few, too many, too long, the same twice. */
export function readOptions(typed: string): string[] | MessageKey {
  const options = typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (options.length < 2) return 'ballots.optionsFew'
  if (options.length > 12) return 'ballots.optionsMany'
  if (options.some((option) => [...option].length > 80)) return 'ballots.optionLong'
  return new Set(options).size === options.length ? options : 'ballots.optionTwice'
}
