/** 问卷 — a few questions in an order: who is asked what, what counts, when it is over. Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

export const kinds = ['single', 'multiple', 'scale', 'text'] as const
export type Kind = (typeof kinds)[number]
export const audiences = ['all', 'buildings'] as const
export const limits = { questions: 30, options: 20, words: 500 }

export interface Skip {
  /** From 1: the option's place, or the point on the scale. */
  choice: number
  /** Id of the question to go on with; null: to the end. */
  to: number | null
}

export interface Asked {
  id: number
  kind: Kind
  words: string
  /** To choose from; of a scale: what its two ends mean. */
  options: readonly string[]
  /** How many may be chosen, or how far a scale goes. */
  most: number | null
  by_building: boolean
  skips: readonly Skip[]
}

interface Standing {
  opened_at: Date | null
  closes_at: Date
  closed_at: Date | null
}

export type State = 'draft' | 'open' | 'closed'

export function stateOf({ opened_at, closes_at, closed_at }: Standing, at: Date): State {
  if (opened_at === null) return 'draft'
  return closed_at !== null || at >= closes_at ? 'closed' : 'open'
}

/** Questions, buildings and quotas are what people were asked with: from the opening on they stay. */
export const whyNotEdit = ({ opened_at }: Pick<Standing, 'opened_at'>): MessageKey | null =>
  opened_at === null ? null : 'surveys.frozen'

export function whyNotAnswer(survey: Standing, at: Date): MessageKey | null {
  const state = stateOf(survey, at)
  return state === 'open' ? null : state === 'draft' ? 'surveys.notOpen' : 'surveys.closed'
}

/** What people are to read of it is released when nobody can change her answer any more. */
export const whyNotRelease = (survey: Standing, at: Date): MessageKey | null =>
  stateOf(survey, at) === 'closed' ? null : 'surveys.words.early'

/** How many points there are to choose from: options, or the points of a scale. */
export const choicesOf = ({ kind, options, most }: Pick<Asked, 'kind' | 'options' | 'most'>): number =>
  kind === 'text' ? 0 : kind === 'scale' ? (most ?? 0) : options.length

/** Of one choice one can say where it leads; of several, or of words, one cannot. */
export const maySkip = (kind: Kind): boolean => kind === 'single' || kind === 'scale'

/** What is wrong with the order: a rule leads forward, from a choice that is there to a question that is there. */
export function whyNotOrder(questions: readonly Asked[]): MessageKey | null {
  for (const [at, question] of questions.entries()) {
    for (const { choice, to } of question.skips) {
      if (!maySkip(question.kind) || choice < 1 || choice > choicesOf(question)) return 'surveys.skip.choice'
      if (to !== null && questions.findIndex(({ id }) => id === to) <= at) return 'surveys.skip.forward'
    }
    if (question.by_building && !maySkip(question.kind)) return 'surveys.byBuilding.kind'
    // Who was skipped can be reckoned from who answered, building by building; so such a question is told as a whole only.
    if (question.by_building && isSkippable(questions, at)) return 'surveys.byBuilding.skipped'
  }
  return null
}

export function whyNotOpen(questions: readonly Asked[], closesAt: Date, at: Date): MessageKey | null {
  if (questions.length === 0) return 'surveys.open.empty'
  if (at >= closesAt) return 'surveys.open.late'
  return whyNotOrder(questions)
}

/** A full building takes nobody new where the drawer said so; whoever answered before may still change her mind. */
export function whyNotFull(
  survey: { stop_at_quota: boolean },
  wanted: number | null,
  answered: number,
): MessageKey | null {
  return survey.stop_at_quota && wanted !== null && answered >= wanted ? 'surveys.full' : null
}

/** The rules that may lead past the question at this place: whose question they belong to, and for which choice. */
export function skipsOver(questions: readonly Asked[], at: number): { from: number; choice: number }[] {
  return questions
    .slice(0, at)
    .flatMap(({ skips }, from) =>
      skips
        .filter(({ to }) => to === null || questions.findIndex(({ id }) => id === to) > at)
        .map(({ choice }) => ({ from, choice })),
    )
}

export const isSkippable = (questions: readonly Asked[], at: number): boolean => skipsOver(questions, at).length > 0

export interface Answer {
  choices: readonly number[]
  words: string
}
const nothing: Answer = { choices: [], words: '' }
const isEmpty = ({ choices, words }: Answer) => choices.length === 0 && words === ''

/** The questions somebody is asked who answers like this, in order: a rule is followed from the answer it is about. */
function pathOf(questions: readonly Asked[], answers: ReadonlyMap<number, Answer>): Asked[] {
  const path: Asked[] = []
  for (let at = 0; at < questions.length; ) {
    const question = questions[at] as Asked
    path.push(question)
    const [choice] = (answers.get(question.id) ?? nothing).choices
    const skip = question.skips.find((one) => one.choice === choice)
    if (skip === undefined) at++
    else if (skip.to === null) break
    else
      at = Math.max(
        at + 1,
        questions.findIndex(({ id }) => id === skip.to),
      )
  }
  return path
}

export interface Sheet {
  answers: Map<number, Answer>
  /** By question id. */
  errors: Map<number, MessageKey>
  /** Ids of questions that were answered but not asked, and so do not count. */
  ignored: number[]
}

/**
 * What counts of a sheet. Answers to questions that the rules lead past are dropped, whatever was filled in there; any
 * question may be left out, but not all.
 */
export function readSheet(questions: readonly Asked[], given: ReadonlyMap<number, Answer>): Sheet {
  const path = pathOf(questions, given)
  const answers = new Map<number, Answer>()
  const errors = new Map<number, MessageKey>()
  for (const question of path) {
    const answer = given.get(question.id) ?? nothing
    if (isEmpty(answer)) continue
    const wrong = whyNotCount(question, answer)
    if (wrong) errors.set(question.id, wrong)
    else answers.set(question.id, { choices: answer.choices.toSorted((a, b) => a - b), words: answer.words })
  }
  const ignored = questions
    .filter((question) => !path.includes(question) && !isEmpty(given.get(question.id) ?? nothing))
    .map(({ id }) => id)
  const [first] = questions
  if (answers.size === 0 && errors.size === 0 && first) errors.set(first.id, 'surveys.answer.none')
  return { answers, errors, ignored }
}

function whyNotCount(question: Asked, { choices, words }: Answer): MessageKey | null {
  if (question.kind === 'text') return [...words].length > limits.words ? 'form.long' : null
  const known = choices.every((choice) => choice >= 1 && choice <= choicesOf(question))
  if (!known || new Set(choices).size < choices.length) return 'form.wrong'
  const most = question.kind === 'multiple' ? (question.most ?? question.options.length) : 1
  return choices.length > most ? 'surveys.answer.many' : null
}
