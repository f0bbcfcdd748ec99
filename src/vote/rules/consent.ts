/** 无异议通过 — C1: it passes when, after the round, no objection stands. */
import type { Voter } from './counting.ts'

export interface Stance {
  voter: Voter
  stance: 'consent' | 'aside' | 'object'
  /** Why somebody objects. */
  reason: string
}

export interface ConsentResult {
  kind: 'consent'
  outcome: 'passed' | 'rejected'
  reason: 'noObjection' | 'objection' | 'zero'
  /** Who took part: those present, also those who said nothing; silence is consent. */
  present: number
  aside: number
  /** Objections of the last word of each, with a reason: these stand. */
  objections: { voter: Voter; reason: string }[]
  /** Objections without a reason do not stand. */
  unfounded: number
  /** Objections that were taken back in a later round. */
  takenBack: number
}

/** `rounds`: what people said in each; a later word replaces an earlier one. `present`: null where no list was kept. */
export function decideConsent(
  rounds: readonly (readonly Stance[])[],
  present: ReadonlySet<Voter> | null,
): ConsentResult {
  const words = rounds.flat().filter(({ voter }) => present === null || present.has(voter))
  const last = new Map(words.map((word) => [word.voter, word]))
  const taking = present?.size ?? last.size
  const standsStill = ({ stance, reason }: Stance) => stance === 'object' && reason.trim() !== ''
  const once = new Set(words.filter(standsStill).map(({ voter }) => voter))
  const objections = [...last.values()]
    .filter(standsStill)
    .map(({ voter, reason }) => ({ voter, reason: reason.trim() }))
  const passes = taking > 0 && objections.length === 0
  return {
    kind: 'consent',
    outcome: passes ? 'passed' : 'rejected',
    reason: taking === 0 ? 'zero' : passes ? 'noObjection' : 'objection',
    present: taking,
    aside: [...last.values()].filter(({ stance }) => stance === 'aside').length,
    objections,
    unfounded: [...last.values()].filter((word) => word.stance === 'object' && !standsStill(word)).length,
    takenBack: once.size - objections.length,
  }
}
