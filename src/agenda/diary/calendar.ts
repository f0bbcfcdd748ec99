import { ICalCalendar, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'

/** A meeting as it stands in somebody's calendar. */
export interface Entry {
  /** The same for ever, so that a new hour moves the entry instead of adding one. */
  uid: string
  title: string
  place: string
  url: string
  description: string
  startsAt: Date
  minutes: number
  /** How often people were told: a greater one replaces a smaller. */
  sequence: number
  calledOff: boolean
  /** When it last changed. */
  stamp: Date
}

/**
 * 日历: an iCalendar file (RFC 5545). No time zone is ever set, so every time is written in UTC with its Z and is right on
 * whatever phone, whatever zone the server thinks it is in.
 */
export function calendarOf(name: string, entries: readonly Entry[]): string {
  const calendar = new ICalCalendar({
    name,
    prodId: { company: 'Wutong', product: 'meetings' },
    method: ICalCalendarMethod.PUBLISH,
  })
  for (const entry of entries) {
    calendar.createEvent({
      id: entry.uid,
      summary: entry.title,
      location: entry.place,
      description: entry.description,
      url: entry.url,
      start: entry.startsAt,
      end: new Date(entry.startsAt.getTime() + entry.minutes * 60_000),
      stamp: entry.stamp,
      sequence: entry.sequence,
      status: entry.calledOff ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    })
  }
  return calendar.toString()
}
