/** What the figures mean: a goal is a ratio to a floor of the same run, because this machine is never the same twice. */

interface Goal {
  /** The number of the goal in docs/performance.md. */
  no: string
  what: string
  unit: string
  /** The ratio to the reference that is aimed at: at most this, or at least where `least` is set. */
  limit: number
  least?: true
  /** Wished for, not asked. */
  stretch?: true
}

export const goals = {
  list: { no: '1', what: 'list of 25 among 10,000, signed in', unit: 'ms CPU', limit: 5 },
  unchanged: { no: '1', what: 'the same, unchanged (304)', unit: 'ms CPU', limit: 2, stretch: true },
  item: { no: '2', what: 'a matter with its history', unit: 'ms CPU', limit: 6 },
  file: { no: '3', what: 'a filing taken in, durable', unit: 'ms CPU', limit: 3.5 },
  vote: { no: '4', what: 'a vote by form, durable, answered', unit: 'ms CPU', limit: 2 },
  burst: { no: '5', what: 'votes over sockets, acknowledged', unit: 'a second', limit: 0.73, least: true },
  hot: { no: '5', what: 'the same against a hot tally row', unit: 'a second', limit: 9, least: true },
  delivery: { no: '8', what: 'one frame to one socket', unit: 'µs CPU', limit: 1.15 },
  last: { no: '8', what: 'from the first receiver to the last', unit: 'ms', limit: 1.15 },
  start: { no: '10', what: 'exec to the first page', unit: 'ms', limit: 2 },
  back: { no: '10', what: 'all sockets back after kill -9', unit: 'ms', limit: 1.65 },
  listFlat: { no: '7', what: 'lists and one matter, many to few', unit: 'ms p50', limit: 1.2 },
  searchFlat: { no: '7', what: 'search, many to few', unit: 'ms p50', limit: 2 },
  alikeFlat: { no: '7', what: 'what neighbours said, many to few', unit: 'ms p50', limit: 2 },
  fileFlat: { no: '7', what: 'a filing taken in, many to few', unit: 'ms p50', limit: 2 },
  firstPage: { no: '', what: 'largest page on a phone, first time', unit: 'KB', limit: 1 },
  nextPage: { no: '', what: 'largest page on a phone, after that', unit: 'KB', limit: 1 },
  opinions: { no: '', what: 'groups of 4,000 people, 400 statements', unit: 'ms CPU', limit: 1 },
  recall: { no: '', what: "the neighbour's matter among three", unit: '%', limit: 1, least: true },
  precision: { no: '', what: 'the first one shown is right', unit: '%', limit: 1, least: true },
} as const satisfies Record<string, Goal>

/** What each round measured: of the app, and of its floor beside it. */
export type Rounds = { app: number; floor: number }[]

export interface Line extends Goal {
  figure: number
  reference: number
  ratio: number
  verdict: 'reached' | 'within the noise' | 'short'
  note: string
  rounds: Rounds
}

/** Ratios repeat within about this part here. */
const noise = 0.15

export function judge(name: keyof typeof goals, rounds: Rounds, note: string): Line {
  const goal: Goal = goals[name]
  const figure = mean(rounds.map(({ app }) => app))
  const reference = mean(rounds.map(({ floor }) => floor))
  const ratio = figure / reference
  const over = goal.least ? goal.limit / ratio : ratio / goal.limit
  const verdict = over <= 1 ? 'reached' : over <= 1 + noise ? 'within the noise' : 'short'
  return { ...goal, figure, reference, ratio, verdict, note, rounds }
}

export const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const columns = [3, 39, 18, 18, 9, 9, 17]

export const heading = row(['', 'measured', 'figure', 'beside', 'ratio', 'goal', '', ''])

export function told({ no, what, unit, figure, reference, ratio, limit, least, stretch, verdict, note }: Line): string {
  const goal = `${least ? '≥' : '≤'} ${limit}×`
  const said = stretch ? `${verdict} (wish)` : verdict
  return row([
    no,
    what,
    `${short(figure)} ${unit}`,
    `${short(reference)} ${unit}`,
    `${short(ratio)}×`,
    goal,
    said,
    note,
  ])
}

function row(cells: string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(columns[i] ?? 0))
    .join(' ')
    .trimEnd()
}

/** Three figures that count. */
export function short(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
