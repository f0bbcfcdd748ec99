import { shanghaiDay } from '../calendar.ts'
import type { Locale } from '../i18n.ts'

/** Dates cost as much as a template, so the formatters are made once (stack 5). The neighbourhood's clock is Shanghai's. */
const timeZone = 'Asia/Shanghai'
const tags = { zh: 'zh-CN', en: 'en-GB' } as const

function formatters(locale: Locale) {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tags[locale], { timeZone, ...options })
  return {
    day: make({ month: locale === 'zh' ? 'long' : 'short', day: 'numeric' }),
    dayOfYear: make({ year: 'numeric', month: locale === 'zh' ? 'long' : 'short', day: 'numeric' }),
    weekday: make({ weekday: 'short' }),
    time: make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  }
}

const made = { zh: formatters('zh'), en: formatters('en') }

/** 'YYYY-MM-DD' or a moment → a moment to format. */
const moment = (at: Date | string) => (typeof at === 'string' ? new Date(`${at}T12:00:00+08:00`) : at)

/** The same few days are written over and over. */
const mostDays = 2_000

/** What templates call to write dates. A year is written only when it is not this one's. */
export const dates = {
  zh: datesIn('zh'),
  en: datesIn('en'),
}

function datesIn(locale: Locale) {
  const format = made[locale]
  const days = new Map<string, string>()
  const day = (at: Date | string) => {
    const today = shanghaiDay(new Date())
    const which = typeof at === 'string' ? at : shanghaiDay(at)
    const key = `${which} ${today.slice(0, 4)}`
    const known = days.get(key)
    if (known) return known
    if (days.size >= mostDays) days.clear()
    const written = (which.slice(0, 4) === today.slice(0, 4) ? format.day : format.dayOfYear).format(moment(which))
    days.set(key, written)
    return written
  }
  const time = (at: Date) => format.time.format(at)
  return {
    day,
    time,
    weekday: (at: Date | string) => format.weekday.format(moment(at)),
    dayTime: (at: Date) => `${day(at)}${locale === 'zh' ? ' ' : ', '}${time(at)}`,
  }
}
