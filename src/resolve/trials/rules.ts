/** 试行 — a decision that holds until a day: what is measured meanwhile, and what becomes of it (domain 3.8, J18). Pure. */
import { shanghaiDay } from '../../lib/calendar.ts'
import type { MessageKey } from '../../lib/i18n.ts'

/** A trial that nobody voted on again within so many days after its end is over. */
const lapseDays = 30
const longestDays = 366

export interface NewTrial {
  /** 'YYYY-MM-DD', the last day. */
  endsOn: string
  /** What is measured, in what, and what it ought to come to. */
  metric: string
  unit: string
  target: number
}

export interface Reading {
  day: string
  value: number
  note: string
}

interface Stands {
  endsOn: string
  /** The day it was decided. */
  madeOn: string
  endedAs: 'kept' | 'dropped' | 'lapsed' | null
}

/** 'due': its end has come and it is to be voted on again. */
export type TrialState = 'running' | 'due' | 'kept' | 'dropped' | 'lapsed'

export function trialState({ endsOn, endedAs }: Stands, at: Date): TrialState {
  if (endedAs) return endedAs
  return shanghaiDay(at) > endsOn ? 'due' : 'running'
}

/** The last day on which a vote still saves it. */
export const lapsesOn = (endsOn: string): string => daysAfter(endsOn, lapseDays)

export function whyNotEnd(endsOn: string, at: Date): MessageKey | null {
  const today = shanghaiDay(at)
  if (endsOn <= today) return 'trials.ends.past'
  return endsOn > daysAfter(today, longestDays) ? 'trials.ends.far' : null
}

/** Numbers are of days that have been, while the trial ran or until it is voted on again. */
export function whyNotRead(trial: Stands, day: string, at: Date): MessageKey | null {
  if (trial.endedAs) return 'trials.over'
  if (day > shanghaiDay(at)) return 'trials.day.future'
  return day < trial.madeOn ? 'trials.day.before' : null
}

/** How its end is told: the second vote decides; without one it lapses. `brought`: it stands on the order of a meeting to come. */
export function endOf(
  { endsOn }: { endsOn: string },
  again: { outcome: 'passed' | 'rejected' | null; brought: boolean },
  at: Date,
): 'kept' | 'dropped' | 'lapsed' | null {
  if (again.outcome) return again.outcome === 'passed' ? 'kept' : 'dropped'
  return !again.brought && shanghaiDay(at) > lapsesOn(endsOn) ? 'lapsed' : null
}

const width = 340
const height = 160
const edge = { left: 40, right: 10, top: 12, bottom: 24 }
/** As long as a day written under it: nearer together, only the last one is. */
const label = 90

/** The picture of the readings, in the units of its own box: a line through the days, and one at the target. */
export function chartOf(
  readings: readonly Reading[],
  { target, madeOn, endsOn }: { target: number; madeOn: string; endsOn: string },
) {
  const last = readings.at(-1)?.day ?? endsOn
  const from = days(madeOn)
  const span = Math.max(1, days(last > endsOn ? last : endsOn) - from)
  const top = Math.max(1, target, ...readings.map(({ value }) => value))
  const x = (day: string) => round(edge.left + ((days(day) - from) / span) * (width - edge.left - edge.right))
  const y = (value: number) => round(height - edge.bottom - (value / top) * (height - edge.top - edge.bottom))
  const points = readings.map((reading) => ({ ...reading, x: x(reading.day), y: y(reading.value) }))
  return {
    width,
    height,
    left: edge.left,
    right: width - edge.right,
    floor: height - edge.bottom,
    target: y(target),
    end: x(endsOn),
    top,
    roomy: x(endsOn) - edge.left > 2 * label,
    points,
    line: points.map((point) => `${point.x},${point.y}`).join(' '),
  }
}

const dayLong = 86_400_000
const days = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / dayLong
const daysAfter = (iso: string, n: number): string => new Date((days(iso) + n) * dayLong).toISOString().slice(0, 10)
const round = (n: number): number => Math.round(n * 10) / 10
