/** 大家说 — a question put to everybody for some days: who thinks alike, and what all of them can accept. Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { publishedRow, smallest } from '../cells/rules.ts'

export { smallest }

export const opinions = ['agree', 'disagree', 'pass'] as const
export type Opinion = (typeof opinions)[number]
/** As it is stored and reckoned with. */
export const worth: Record<Opinion, 1 | -1 | 0> = { agree: 1, disagree: -1, pass: 0 }

/** From so many people with so many answers each groups are looked for; below that there are plain counts. */
export const enough = { people: 40, answers: 7 }

export function whyNotAnswer(question: { closes_at: Date }, at: Date): MessageKey | null {
  return at >= question.closes_at ? 'questions.closed' : null
}

export type Counts = Record<Opinion, number>

export const none = (): Counts => ({ agree: 0, disagree: 0, pass: 0 })
const voices = ({ agree, disagree, pass }: Counts): number => agree + disagree + pass

/** Counts as they may be shown: null where a number is hidden. */
export type ShownCounts = Record<Opinion, number | null>

/** What may be shown of counts: nothing while all are so few that one could guess who it was, and never a single small number. */
export function shown({ agree, disagree, pass }: Counts): ShownCounts | null {
  if (agree + disagree + pass < smallest) return null
  const [yes, no, unsure] = publishedRow([agree, disagree, pass]) as [number | null, number | null, number | null]
  return yes === null && no === null && unsure === null ? null : { agree: yes, disagree: no, pass: unsure }
}

/** How a group stands to a statement: per cent that agree, or in words where a number would be about fewer than five. */
export type Share = number | 'few' | 'most' | null

export function shareOf(counts: Counts): Share {
  const [yes, rest] = [counts.agree, voices(counts) - counts.agree]
  if (yes < smallest && rest < smallest) return null
  if (yes < smallest) return 'few'
  if (rest < smallest) return 'most'
  return Math.round((100 * yes) / (yes + rest))
}

/** Share that agrees, drawn towards a half while few have answered: of one who says yes one cannot tell. */
export const agreement = (counts: Counts): number => (counts.agree + 1) / (voices(counts) + 2)

export interface Standing {
  /** The agreement of the group that agrees least: what every group accepts is high here. */
  accepted: number
  /** How far the groups are apart. */
  dividing: number
}

/** What a statement is between groups. One that a group has hardly seen is neither. */
export function standingOf(groups: readonly Counts[]): Standing | null {
  if (groups.length < 2 || groups.some((counts) => voices(counts) < smallest)) return null
  const shares = groups.map(agreement)
  return { accepted: Math.min(...shares), dividing: Math.max(...shares) - Math.min(...shares) }
}

const bars = { accepted: 0.6, dividing: 0.3, most: 5 }

/** The statements that every group accepts, and those that divide; the strongest first, by their place in the list. */
export function findings(standings: readonly (Standing | null)[]): { accepted: number[]; dividing: number[] } {
  const by = (of: (one: Standing) => number, bar: number) =>
    standings
      .map((one, at) => ({ at, value: one ? of(one) : -1 }))
      .filter(({ value }) => value >= bar)
      .sort((a, b) => b.value - a.value || a.at - b.at)
      .slice(0, bars.most)
      .map(({ at }) => at)
  return {
    accepted: by((one) => one.accepted, bars.accepted),
    dividing: by((one) => one.dividing, bars.dividing),
  }
}
