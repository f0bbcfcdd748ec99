/** 算一遍 — every comparison of a result as two products that a neighbour can multiply by hand. */
import type { Result } from './explain.ts'
import { type Check, sides } from './shares.ts'
import { grouped, type Sentence, say, squareMetres } from './words.ts'

/** "Heads for: 2 × 301 = 602, 1 × 600 = 600, 602 > 600: enough." */
export function arithmetic(result: Result): Sentence[] {
  return checksOf(result).map((check) => {
    const { what, part, whole, num, den, strict, holds } = check
    const [left, right] = sides(part, whole, check)
    const n = what.endsWith('Area') ? squareMetres : grouped
    return say(holds ? 'rules.line.holds' : 'rules.line.fails', ({ t }) => ({
      what: t(`rules.check.${what as 'yes'}`),
      ...{ num, den, part: n(part), whole: n(whole), left: n(left), right: n(right) },
      sign: strict ? '>' : '≥',
    }))
  })
}

/** In the order in which they were made; rules that compare no share (consent, most votes, points) have none. */
function checksOf(result: Result): Check[] {
  switch (result.kind) {
    case 'share':
    case 'unanimous':
    case 'seats':
    case 'dual':
      return result.checks
    case 'ranked':
      return result.rounds.map((round) => round.check)
    case 'gates':
      return result.stages.flatMap(({ checks }) => checks)
    default:
      return []
  }
}
