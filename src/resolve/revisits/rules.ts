/** 回访 — what the people who spoke say of it, and what their answers make of the matter (domain 3.8). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { type Actor, isOwner, isSettledForGood, type Owned } from '../resolutions/rules.ts'

export const solutions = ['yes', 'partly', 'no'] as const
export type Solved = (typeof solutions)[number]
/** 5 很满意 · 4 满意 · 3 基本满意 · 2 不满意 · 1 很不满意 */
export const satisfactions = ['5', '4', '3', '2', '1'] as const
export const ways = ['phone', 'door', 'desk'] as const

/** How long an answer is waited for (domain 3.2, row 13a). */
const waits = 7 * 24 * 3_600_000

/** Who was asked before this moment has had her time. */
export const askedLongAgo = (at: Date): Date => new Date(at.getTime() - waits)

export interface Answer {
  /** Null: not answered yet. */
  solved: Solved | null
  satisfied: number | null
}

/** A filer for whom it is not done: not solved, or only in part and she is not content. */
export function isUnsolved({ solved, satisfied }: Answer): boolean {
  return solved === 'no' || (solved === 'partly' && satisfied !== null && satisfied <= 2)
}

/**
 * What the answers of one round make of the matter.
 * `reopened`: somebody says it is not solved. `confirmed`: somebody says it is, nobody that it is not, and everybody
 * answered or had seven days. `unanswered`: nobody said a word in seven days. `waiting`: for answers; or, when all
 * that came is a contented "in part", for the chair.
 */
export type Verdict = 'reopened' | 'confirmed' | 'unanswered' | 'waiting'

export function verdict(answers: readonly Answer[], asked: Date, at: Date): Verdict {
  if (answers.some(isUnsolved)) return 'reopened'
  const given = answers.filter((answer) => answer.solved !== null)
  const waitedLong = asked < askedLongAgo(at)
  if (given.length < answers.length && !waitedLong) return 'waiting'
  if (given.some((answer) => answer.solved === 'yes')) return 'confirmed'
  return given.length === 0 && waitedLong ? 'unanswered' : 'waiting'
}

export function whyNotAnswer(
  resolution: { closed_at: Date | null },
  revisit: { answered_at: Date | null },
  at: Date,
): MessageKey | null {
  if (revisit.answered_at) return 'revisits.already'
  return isSettledForGood(resolution.closed_at, at) ? 'revisits.over' : null
}

/** Who did the work, or holds the seat that did, does not take down what people say of it. */
export function isHandler(actor: Actor, resolution: Owned & { claimed_by: number | null }): boolean {
  return isOwner(actor, resolution) || (actor.personId !== null && actor.personId === resolution.claimed_by)
}
