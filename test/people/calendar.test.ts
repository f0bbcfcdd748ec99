import t from 'tap'
import { byCalendar, workingDayAfter } from '../../src/lib/calendar.ts'
import { startTown } from '../harness.ts'
import { file, filingOf, hostile, shown, unreadable } from '../listen/help.ts'

const town = await startTown(t)
const nobody = await town.as()
const admin = await town.as('admin')
const set = (day: string, kind = 'off', note = '台风停工') => admin.post('/desk/calendar', { day, kind, note })

t.test('a day corrected counts in every promise made from then on', async (t) => {
  // Tuesday the 24th of November, ten o'clock.
  t.equal((await filingOf(town, await file(nobody, '改之前提的一件事'))).due_on, '2026-11-25')
  t.equal((await set('2026-11-25')).statusCode, 303)
  t.match((await admin.get('/desk/calendar')).body, '台风停工')
  t.equal((await filingOf(town, await file(nobody, '改之后提的一件事'))).due_on, '2026-11-26')
  await set('2026-11-28', 'working', '补一天班')
  t.equal((await admin.post('/desk/calendar/2026-11-25/removal')).statusCode, 303)
  t.equal((await filingOf(town, await file(nobody, '又改回来以后'))).due_on, '2026-11-25')
  t.equal((await admin.post('/desk/calendar/2026-11-25/removal')).statusCode, 404)
})

t.test('after five, or on a day off, the first day is the next working day', async (t) => {
  const none = new Map()
  const at = (time: string) => new Date(`2026-11-24T${time}+08:00`)
  t.equal(
    byCalendar(none, () => workingDayAfter(at('16:59:59'), 1)),
    '2026-11-25',
  )
  t.equal(
    byCalendar(none, () => workingDayAfter(at('17:00:00'), 1)),
    '2026-11-26',
  )
  t.equal(
    byCalendar(new Map([['2026-11-24', false]]), () => workingDayAfter(at('10:00:00'), 1)),
    '2026-11-26',
  )
  t.equal(
    byCalendar(new Map([['2026-11-28', true]]), () => workingDayAfter(new Date('2026-11-27T10:00:00+08:00'), 1)),
    '2026-11-28',
  )
})

t.test('only the administrator, and whatever is typed is text or is refused', async (t) => {
  for (const who of [undefined, 'shen', 'zhou', 'li'] as const) {
    const browser = await town.as(who)
    t.equal((await browser.get('/desk/calendar')).statusCode, 403)
    t.equal((await browser.post('/desk/calendar', { day: '2026-12-01', kind: 'off', note: 'x' })).statusCode, 403)
  }
  for (const day of ['', '2026-02-30', 'x', '2026-13-01', "'; drop table"])
    t.equal((await set(day)).statusCode, 422, day)
  t.equal((await set('2026-12-01', 'maybe')).statusCode, 422)
  t.equal((await set('2026-12-01', 'off', '')).statusCode, 422)
  for (const [name, note] of Object.entries(unreadable))
    t.equal((await set('2026-12-01', 'off', note)).statusCode, 422, name)
  for (const [name, note] of Object.entries(hostile)) {
    t.equal((await set('2026-12-02', 'off', note)).statusCode, 303, name)
    t.match((await admin.get('/desk/calendar')).body, shown(note), name)
  }
})
