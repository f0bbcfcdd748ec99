import { opinions } from './opinions.ts'
import { judge, short } from './report.ts'
import type { Part } from './run.ts'
import { figuresOf, likelyRank } from './similar.ts'

/** What is reckoned rather than looked up: the groups of a wide question, and which neighbour said it before. */
export const reckoned: Part = async (_run, tell) => {
  const { ms, longest, rand, answered } = opinions()
  const note = `${Math.round(100 * answered)} % answered, longest step ${short(longest)} ms, adjusted Rand ${rand.toFixed(3)}`
  tell(judge('opinions', [{ app: ms, floor: 1000 }], note))
  const held = figuresOf(likelyRank(), 'held')
  const classes = Object.entries(held.byClass).map(([kind, right]) => `${kind} ${right}`)
  tell(judge('recall', [{ app: 100 * held.recall, floor: 80 }], `the half held out: ${classes.join(', ')}`))
  tell(judge('precision', [{ app: 100 * held.precision, floor: 90 }], `the half held out`))
  return { asides: [], wrong: [] }
}
