import fc from 'fast-check'
import t from 'tap'
import { csvOf } from '../../src/lib/csv.ts'
import {
  type Asked,
  confirmUntil,
  mayRead,
  minutesState,
  publicUntil,
  seatAnswer,
  whyNotAnswer,
  whyNotArchive,
  whyNotObject,
  whyNotPublish,
} from '../../src/resolve/minutes/rules.ts'
import { numeral, whyNotPrint } from '../../src/resolve/minutes/wording.ts'

const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-01'), noInvalidDate: true })
const asked = fc.record({
  answer: fc.constantFrom('confirmed' as const, 'objected' as const, null),
  replied: fc.boolean(),
})
const dayLong = 86_400_000

t.test('a seat that was asked has three whole days, whatever hour it was asked at', async (t) => {
  t.equal(confirmUntil(new Date('2026-11-25T00:00:00+08:00')).toISOString(), '2026-11-28T16:00:00.000Z')
  t.equal(confirmUntil(new Date('2026-11-25T23:59:59+08:00')).toISOString(), '2026-11-28T16:00:00.000Z')
  fc.assert(
    fc.property(moment, (sent) => {
      const left = confirmUntil(sent).getTime() - sent.getTime()
      return left > 3 * dayLong && left <= 4 * dayLong
    }),
  )
})

t.test('silence never becomes agreement', async (t) => {
  t.same(
    [null, 'confirmed', 'objected'].map((one) => seatAnswer(one as Asked['answer'])),
    ['silent', 'confirmed', 'objected'],
  )
  fc.assert(
    fc.property(moment, fc.nat(10 * dayLong), (sent, after) => {
      const at = new Date(sent.getTime() + after)
      const why = whyNotAnswer('confirm', { answer: null, replied: false }, sent, at)
      return (why === 'minutes.confirmOver') === at >= confirmUntil(sent)
    }),
  )
})

t.test('nothing is published over an objection without an answer, or before everybody had the time', async () => {
  fc.assert(
    fc.property(moment, fc.nat(10 * dayLong), fc.array(asked, { minLength: 1, maxLength: 7 }), (sent, after, seats) => {
      const at = new Date(sent.getTime() + after)
      const may = whyNotPublish('confirm', seats, sent, at) === null
      const open = seats.some(({ answer, replied }) => answer === 'objected' && !replied)
      const heard = seats.every(({ answer }) => answer !== null) || at >= confirmUntil(sent)
      return may === (!open && heard)
    }),
  )
})

t.test('minutes hang out seven whole days at least, up to a day on which somebody works', async (t) => {
  t.equal(publicUntil(new Date('2026-11-24T10:00:00+08:00')), '2026-12-01')
  t.equal(publicUntil(new Date('2026-11-29T00:00:00+08:00')), '2026-12-07', 'not to a Sunday')
  t.equal(publicUntil(new Date('2026-09-24T10:00:00+08:00')), '2026-10-08', 'not into the holidays')
  fc.assert(
    fc.property(moment, (at) => {
      const over = Date.parse(`${publicUntil(at)}T24:00:00+08:00`)
      return over - at.getTime() >= 7 * dayLong
    }),
  )
})

t.test('whoever comes too late is told, and nothing is put away too early', async (t) => {
  const day = (date: string, time = '12:00') => new Date(`2026-12-${date}T${time}:00+08:00`)
  t.equal(whyNotObject('publicity', '2026-12-07', day('07', '23:59')), null)
  t.equal(whyNotObject('publicity', '2026-12-07', day('08', '00:00')), 'minutes.noticeOver')
  t.equal(whyNotObject('confirm', null, day('01')), 'minutes.notPublic')
  t.equal(whyNotArchive('publicity', '2026-12-07', 0, day('07')), 'minutes.noticeRuns')
  t.equal(whyNotArchive('publicity', '2026-12-07', 1, day('08')), 'minutes.objectionOpen')
  t.equal(whyNotArchive('publicity', '2026-12-07', 0, day('08')), null)
  t.equal(whyNotArchive('archived', '2026-12-07', 0, day('09')), 'minutes.archivedAlready')
})

t.test('a draft is the desk’s, what is being confirmed the seats’ too, the rest everybody’s', async (t) => {
  const at = new Date()
  const none = { sent_at: null, published_at: null, archived_at: null }
  const states = [none, { ...none, sent_at: at }, { ...none, sent_at: at, published_at: at }].map(minutesState)
  t.same(states, ['draft', 'confirm', 'publicity'])
  const readers = [
    { desk: true, seated: false },
    { desk: false, seated: true },
    { desk: false, seated: false },
  ]
  t.same(
    states.map((state) => readers.map((me) => mayRead(state, me))),
    [
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ],
  )
})

t.test('items are counted as a document counts them, and a fingerprint is not taken for a telephone', async (t) => {
  t.same([1, 9, 10, 11, 20, 21, 99].map(numeral), ['一', '九', '十', '十一', '二十', '二十一', '九十九'])
  t.equal(whyNotPrint('题目指纹13812345678abcde。'), null)
  t.equal(whyNotPrint('请打13812345678。'), 'texts.phone')
})

t.test('no cell of a table begins a formula, and every cell comes back as it was written', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 3 }), {
        minLength: 1,
        maxLength: 4,
      }),
      (rows) => {
        const cells = read(csvOf(rows)).flat()
        const meant = rows.flat()
        return cells.every(
          (cell, i) => (cell === meant[i] || cell === `'${meant[i]}`) && !/^\s*[=+\-@＝＋－＠−]/.test(cell),
        )
      },
    ),
  )
})

/** RFC 4180, read the slow way. */
function read(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let rest = csv.slice(1)
  while (rest !== '') {
    const [whole = '', quoted, plain = '', end] = /^(?:"((?:[^"]|"")*)"|([^,\r"]*))(,|\r\n)/.exec(rest) ?? []
    if (whole === '') throw new Error(`cannot be read from ${JSON.stringify(rest)}`)
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    rest = rest.slice(whole.length)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
