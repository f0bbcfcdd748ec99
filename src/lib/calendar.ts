import { AsyncLocalStorage } from 'node:async_hooks'
import chineseDays from 'chinese-days'

/** Working time (domain 3.10): statutory holidays and the working weekends that pay for them. */

// CommonJS in one minified line: Node finds no named exports in it, only the whole.
const { isWorkday } = chineseDays

/** Days ('YYYY-MM-DD') that are worked, or not, whatever the statutory calendar says. */
export type Corrections = ReadonlyMap<string, boolean>

/**
 * The corrections of whoever is asking. Bound once a request, as the tenant is: a date that is promised somewhere down in
 * a verb counts by the same calendar as the one on the page, and no verb can forget to hand it on.
 */
const corrections = new AsyncLocalStorage<Corrections>()

export const byCalendar = <R>(days: Corrections, act: () => R): R => corrections.run(days, act)

export const isWorkingDay = (day: string): boolean => corrections.getStore()?.get(day) ?? isWorkday(day)

const shanghai = 8 * 60 * 60 * 1000
const untilMidnight = 6 * 60 * 60 * 1000

/** The day a moment falls on in Shanghai, 'YYYY-MM-DD'. */
export function shanghaiDay(at: Date): string {
  return new Date(at.getTime() + shanghai).toISOString().slice(0, 10)
}

/** A moment on Shanghai's clock, 'YYYY-MM-DDTHH:MM', as a date field wants it. */
export const shanghaiMinute = (at: Date): string => new Date(at.getTime() + shanghai).toISOString().slice(0, 16)

/** The `n`th working day after `from`. The day itself is day 0; after 17:00 or on a day off it starts one day later. */
export function workingDayAfter(from: Date, n: number): string {
  let day = shanghaiDay(from)
  const hour = new Date(from.getTime() + shanghai).getUTCHours()
  if (hour >= 17 || !isWorkingDay(day)) day = nextWorkingDay(day)
  for (let i = 0; i < n; i++) day = nextWorkingDay(day)
  return day
}

/** What is due on a day is due at 18:00 of it. The first day of which that is not over yet: what was due earlier is late. */
export const firstDayNotOver = (now: Date): string => shanghaiDay(new Date(now.getTime() + untilMidnight - 1))

/** Working days from today until `due`: 0 on the day itself until six o'clock, negative when that is past. */
export function workingDaysLeft(due: string, now: Date): number {
  const today = shanghaiDay(now)
  if (due === today) return due < firstDayNotOver(now) ? -1 : 0
  const [from, to, sign] = due > today ? [today, due, 1] : [due, today, -1]
  let count = 0
  for (let day = next(from); day <= to; day = next(day)) if (isWorkingDay(day)) count++
  return sign * Math.max(count, sign < 0 ? 1 : 0)
}

function nextWorkingDay(day: string): string {
  let after = next(day)
  while (!isWorkingDay(after)) after = next(after)
  return after
}

function next(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}
