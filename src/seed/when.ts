import { shanghaiDay, workingDayAfter } from '../lib/calendar.ts'

/** When things happened, told from now, so that the story never grows old. All in Shanghai's time. */
export interface When {
  now: Date
  /** That many days before today, at 'HH:MM'. */
  ago(days: number, time: string): Date
  hoursAgo(hours: number): Date
  /** The next meeting's Saturday, or that many weeks from it: 0 is the coming one. */
  saturday(weeks: number, time?: string): Date
  /** The day whose filings fell due by now, by as little as can be. */
  justOverdue(time: string): Date
  /** The working day that has just passed: what was due then is late by as little as can be. */
  lastWorkingDay(): string
}

const day = 86_400_000

export function tellTime(now: Date): When {
  const today = shanghaiDay(now)
  const on = (iso: string, time: string) => new Date(`${iso}T${time}:00+08:00`)
  const shift = (iso: string, days: number) =>
    new Date(Date.parse(`${iso}T00:00:00Z`) + days * day).toISOString().slice(0, 10)
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay()
  const coming = shift(today, 6 - weekday)
  // On a Saturday whose evening has come, the next meeting is a week off.
  const nextSaturday = on(coming, '19:00') > now ? coming : shift(coming, 7)
  return {
    now,
    ago: (days, time) => on(shift(today, -days), time),
    hoursAgo: (hours) => new Date(now.getTime() - hours * 3_600_000),
    saturday: (weeks, time = '19:00') => on(shift(nextSaturday, 7 * weeks), time),
    justOverdue(time) {
      let back = 1
      while (workingDayAfter(on(shift(today, -back), time), 1) >= today) back++
      return on(shift(today, -back), time)
    },
    lastWorkingDay() {
      let back = 1
      while (workingDayAfter(on(shift(today, -back), '09:00'), 0) !== shift(today, -back)) back++
      return shift(today, -back)
    },
  }
}

export const minutes = (n: number): number => n * 60_000
export const days = (n: number): number => n * day
export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms)
