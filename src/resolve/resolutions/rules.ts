/** 决议 — what was promised, by whom, until when, and when it may be called done (domain 3.8). Pure. */
import { firstDayNotOver, shanghaiDay, workingDayAfter, workingDaysLeft } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'

/** Working days a reopened promise gets at least: its first day stays in the journal (domain 3.2, row 14). */
const reopenedDays = 5
const maxSteps = 8
const maxStepLength = 80
const furthestYears = 2
/** How long after the close a "no" still reopens; later a new report is made of it (domain 3.2, row 14). */
const reopens = 15 * 24 * 3_600_000

/** Whoever wants to do something: the session as these rules need it. */
export interface Actor {
  personId: number | null
  seatIds: readonly number[]
  roles: readonly string[]
}

/** Whose work a resolution is. */
export interface Owned {
  seat_id: number
  person_id: number
}

interface Dates {
  due_on: string
  claimed_at: Date | null
  closed_at: Date | null
}

const states = ['in_progress', 'claimed_done', 'revisiting', 'closed'] as const
export type ResolutionState = (typeof states)[number]

/** Where it stands. Overdue is derived beside it, not a state; claimed with nobody to ask stays `claimed_done`. */
export function stateOf(resolution: Dates, asked: number): ResolutionState {
  if (resolution.closed_at) return 'closed'
  if (!resolution.claimed_at) return 'in_progress'
  return asked > 0 ? 'revisiting' : 'claimed_done'
}

/**
 * How it stands to its day: working days left, or working days late. Work that was called done is measured on the day
 * it was: who was late stays late on the ledger.
 */
export function timeOf(resolution: Dates, at: Date): { late: boolean; days: number } {
  const left = workingDaysLeft(resolution.due_on, resolution.claimed_at ?? at)
  return { late: left < 0, days: Math.abs(left) }
}

/** floor(Σ weight of done steps / Σ weight), as a percentage; null where nothing was broken into steps. */
export function progressOf(steps: readonly { weight: number; done: boolean }[]): number | null {
  const whole = steps.reduce((sum, step) => sum + step.weight, 0)
  const done = steps.reduce((sum, step) => sum + (step.done ? step.weight : 0), 0)
  return whole === 0 ? null : Math.floor((100 * done) / whole)
}

/**
 * Reads steps as they are typed, one a line; "×3" behind a blank at the end of a line is its weight (1 where none is
 * written). Gives the first thing that is wrong instead.
 */
export function readSteps(text: string): { steps: { title: string; weight: number }[] } | { wrong: MessageKey } {
  const lines = text.split('\n').map((line) => line.trim())
  const steps = lines.filter((line) => line !== '').map(readStep)
  if (steps.length > maxSteps) return { wrong: 'resolutions.steps.many' }
  if (steps.some((step) => [...step.title].length > maxStepLength)) return { wrong: 'resolutions.steps.long' }
  const weighed = steps.every(({ weight }) => weight >= 1 && weight <= 100)
  return weighed ? { steps } : { wrong: 'resolutions.steps.weight' }
}

function readStep(line: string): { title: string; weight: number } {
  const weighed = /^(.*\S)\s+[×xX*]\s?(\d{1,6})$/.exec(line)
  return weighed ? { title: weighed[1] as string, weight: Number(weighed[2]) } : { title: line, weight: 1 }
}

/** A resolution grows out of a passed ballot, once. */
export function whyNotMake(item: { passed: boolean; assigned: boolean }): MessageKey | null {
  if (item.assigned) return 'resolutions.already'
  return item.passed ? null : 'resolutions.notPassed'
}

export function whyNotDue(due: string, at: Date): MessageKey | null {
  const today = shanghaiDay(at)
  if (due < firstDayNotOver(at)) return 'resolutions.due.past'
  const furthest = `${Number(today.slice(0, 4)) + furthestYears}${today.slice(4)}`
  return due > furthest ? 'resolutions.due.far' : null
}

/** The day a reopened promise is due: never earlier than it was. */
export function dueAfterReopening(due: string, at: Date): string {
  const again = workingDayAfter(at, reopenedDays)
  return again > due ? again : due
}

/** Whether this is the owner: the person who was named, or anybody who holds the seat. */
export function isOwner(actor: Actor, resolution: Owned): boolean {
  return (
    actor.personId !== null && (actor.personId === resolution.person_id || actor.seatIds.includes(resolution.seat_id))
  )
}

/** The owner reports on the work; so may the desk, which often types what the owner says on the phone. */
export function mayReport(actor: Actor, resolution: Owned): boolean {
  return isOwner(actor, resolution) || (actor.personId !== null && actor.roles.includes('staff'))
}

export function whyNotUpdate(resolution: Dates): MessageKey | null {
  return resolution.closed_at ? 'resolutions.closed' : null
}

export function whyNotComplete(resolution: Dates, step: { done_at: Date | null }): MessageKey | null {
  if (resolution.claimed_at || resolution.closed_at) return 'resolutions.claimed'
  return step.done_at ? 'resolutions.stepDone' : null
}

/** Nobody may call it done before every step has its evidence, or without a word on how it can be seen (null: not asked yet). */
export function whyNotClaim(
  resolution: Dates,
  steps: readonly { done: boolean }[],
  evidence: string | null,
): MessageKey | null {
  if (resolution.claimed_at || resolution.closed_at) return 'resolutions.claimed'
  if (!steps.every((step) => step.done)) return 'resolutions.stepsOpen'
  return evidence === '' ? 'resolutions.evidence.missing' : null
}

export function isSettledForGood(closedAt: Date | null, at: Date): boolean {
  return closedAt !== null && at.getTime() - closedAt.getTime() > reopens
}

/** The chair sends back what was called done, while it may still be reopened. */
export function whyNotRecall(resolution: Dates, at: Date): MessageKey | null {
  if (!resolution.claimed_at) return 'resolutions.notClaimed'
  return isSettledForGood(resolution.closed_at, at) ? 'resolutions.over' : null
}
