/** 业主表决的说明 — heads and area in words, and what is still missing while the vote is open (J5). */
import type { DualResult, Measure, OwnersResult } from './owners.ts'
import type { Check } from './shares.ts'
import { type Sentence, say, squareMetres, type Words } from './words.ts'

export function dualSaid(result: DualResult | OwnersResult): Sentence[] {
  const { total, participating, for: yes, reason } = result
  const [partHeads, partArea, yesHeads, yesArea] = result.checks
  const all = { totalHeads: total.heads, totalArea: squareMetres(total.area) }
  const said = [
    say('rules.say.dual.part', (words) => ({
      ...all,
      ...measured(participating),
      ...takes(words, partHeads, partArea),
    })),
  ]
  if (participating.heads > 0 && participating.area > 0)
    said.push(say('rules.say.dual.yes', (words) => ({ ...measured(yes), ...takes(words, yesHeads, yesArea) })))
  if ('count' in result) said.push(...aside(result))
  const lacks =
    reason === 'participation'
      ? { heads: partHeads?.short ?? 0, area: partArea?.short ?? 0 }
      : { heads: yesHeads?.short ?? 0, area: yesArea?.short ?? 0 }
  return [...said, say(`rules.say.dual.${reason}`, ({ measure }) => ({ lack: measure(lacks) }))]
}

/** "Still needed: 41 heads, 3,212.00 m²": to take part while that is lacking, then to say yes. Null: nothing, or out of reach. */
export function stillNeeded({ missing }: DualResult): Sentence | null {
  const { participation, decision } = missing
  const open = participation.heads > 0 || participation.area > 0
  const lacks = open ? participation : { heads: decision.heads, area: decision.area }
  if (lacks.heads === null || lacks.area === null || (lacks.heads === 0 && lacks.area === 0)) return null
  const { heads, area } = lacks
  return say('rules.say.dual.needed', ({ measure }) => ({ lack: measure({ heads, area }) }))
}

/** What took no ordinary part: co-owners at odds, and those who follow the majority. */
function aside({ count, followed }: OwnersResult): Sentence[] {
  const said: Sentence[] = []
  if (count.heldKeys.length > 0) said.push(say('rules.say.dual.held', () => measured(count.held)))
  if (followed)
    said.push(
      say(`rules.say.dual.follow.${followed.to}`, ({ t }) => ({
        ...measured(count.follow),
        without: t(`rules.outcome.${followed.without.outcome}`),
      })),
    )
  return said
}

const measured = ({ heads, area }: Measure) => ({ heads, area: squareMetres(area) })

const takes = (words: Words, heads: Check | undefined, area: Check | undefined) => ({
  over: heads ? words.over(heads) : '',
  fraction: heads ? words.fraction(heads) : '',
  needHeads: words.t('rules.heads', { n: heads?.needed ?? 0 }),
  needArea: squareMetres(area?.needed ?? 0),
})
