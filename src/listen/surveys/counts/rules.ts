/** 数 — what the sheets of a survey come to, and how much of it everybody may read. Pure. */
import { few, publishedRow, publishedTable, smallest, type Table } from '../../cells/rules.ts'
import { type Answer, type Asked, choicesOf, type Kind, skipsOver } from '../rules.ts'

/** One household's sheet, or one of a browser that is nobody's. */
export interface Voice {
  household: boolean
  /** Place in the list of buildings; null: a visitor's. */
  building: number | null
  answers: ReadonlyMap<number, Pick<Answer, 'choices'>>
}

/** The counts of one question, as they are. */
interface Counts {
  answered: number
  choices: number[]
}

interface Row {
  /** How many answered; null: hidden. */
  answered: number | null
  choices: (number | null)[]
}

export interface QuestionResult {
  id: number
  kind: Kind
  words: string
  options: readonly string[]
  most: number | null
  households: Row
  visitors: Row
  /** Of a scale, where no number is hidden: what the households' answers come to on average. */
  mean: number | null
  by_building: boolean
  /** Where it was asked for and may be told: a row for each building, in the order of `SurveyResult.buildings`. */
  buildings: Table | null
}

export interface SurveyResult {
  /** How many answered anything; null: fewer than five. */
  households: number | null
  visitors: number | null
  /** How many households it was for. */
  of: number
  buildings: readonly string[]
  questions: QuestionResult[]
}

function countsOf(question: Asked, voices: readonly Voice[]): Counts {
  const counts: Counts = { answered: 0, choices: Array.from({ length: choicesOf(question) }, () => 0) }
  for (const { answers } of voices) {
    const answer = answers.get(question.id)
    if (!answer) continue
    counts.answered++
    for (const choice of answer.choices) counts.choices[choice - 1] = (counts.choices[choice - 1] ?? 0) + 1
  }
  return counts
}

/** What everybody may read, and an agenda item carries along. `of`: how many households each building has that was asked. */
export function resultOf(
  questions: readonly Asked[],
  voices: readonly Voice[],
  buildings: readonly { name: string; households: number }[],
): SurveyResult {
  const households = voices.filter(({ household }) => household)
  const visitors = voices.filter(({ household }) => !household)
  const told = { households: publishedAll(questions, households), visitors: publishedAll(questions, visitors) }
  return {
    households: few(households.length),
    visitors: few(visitors.length),
    of: buildings.reduce((sum, building) => sum + building.households, 0),
    buildings: buildings.map(({ name }) => name),
    questions: questions.map((question, at) => {
      const { id, kind, words, options, most, by_building } = question
      const own = told.households[at] as Row
      return {
        id,
        kind,
        words,
        options,
        most,
        households: own,
        visitors: told.visitors[at] as Row,
        mean: kind === 'scale' ? meanOf(own) : null,
        by_building,
        buildings: by_building && own.answered !== null ? crossOf(question, households, own, buildings.length) : null,
      }
    }),
  }
}

/**
 * The rows of all questions for one kind of voice, one after the other: where a hidden choice leads past a question, how
 * many were not asked there would give it away, so that question's sum is not told, nor the number that completes it.
 */
function publishedAll(questions: readonly Asked[], voices: readonly Voice[]): Row[] {
  const rows: Row[] = []
  for (const [at, question] of questions.entries()) {
    const counts = countsOf(question, voices)
    const veiled = skipsOver(questions, at).some(({ from, choice }) => (rows[from] as Row).choices[choice - 1] === null)
    rows.push(published(question, counts, { voices: voices.length, veiled }))
  }
  return rows
}

function published(
  { kind }: Asked,
  { answered, choices }: Counts,
  { voices, veiled }: { voices: number; veiled: boolean },
): Row {
  const none = choices.map(() => null)
  if (answered < smallest) return { answered: null, choices: none }
  if (kind === 'multiple' && veiled) return { answered: null, choices: severalOf(choices, voices) }
  if (kind === 'multiple') return { answered, choices: severalOf(choices, answered) }
  if (!veiled) return { answered, choices: publishedRow(choices) }
  if (kind === 'text') return { answered: null, choices: [] }
  return { answered: null, choices: publishedRow([...choices, voices - answered], [choices.length]).slice(0, -1) }
}

/**
 * Where several may be chosen a number has another side: how many did not. Both sides are kept from being small, and
 * what is next to a hidden one goes with it, so that the hidden ones are not told from one another by this rule.
 */
function severalOf(choices: readonly number[], of: number): (number | null)[] {
  const low = (n: number) => n < smallest
  const high = (n: number) => of - n < smallest
  const between = choices.filter((n) => !low(n) && !high(n))
  const floor = choices.some(low) ? Math.min(...between) : -1
  const ceiling = choices.some(high) ? Math.max(...between) : Number.POSITIVE_INFINITY
  return choices.map((n) => (low(n) || high(n) || n <= floor || n >= ceiling ? null : n))
}

function meanOf({ answered, choices }: Row): number | null {
  if (answered === null || choices.includes(null)) return null
  const sum = choices.reduce<number>((all, n, at) => all + (n ?? 0) * (at + 1), 0)
  return Math.round((10 * sum) / answered) / 10
}

/** By building: only of one choice each, for there rows and columns add up. */
function crossOf(question: Asked, voices: readonly Voice[], { choices }: Row, buildings: number): Table | null {
  if (question.kind === 'multiple') return null
  const cells = Array.from(
    { length: buildings },
    (_, building) =>
      countsOf(
        question,
        voices.filter((voice) => voice.building === building),
      ).choices,
  )
  return publishedTable(cells, choices)
}
