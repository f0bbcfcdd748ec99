import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { type Bar, calendar, fit, heat, petals, qr, strokes, tally, words } from '../../src/lib/http/draw.ts'
import type { IconName } from '../../src/lib/http/icons.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const css = readFileSync(new URL('../../static/app.css', import.meta.url), 'utf8')

t.test('a heading may break between words and never inside one', async (t) => {
  t.same(words('小区班车末班能不能延到晚上十一点').join('|').split('|').slice(0, 2), ['小区', '班车'])
  t.same(words('12 号楼')[0], '12\u00a0号楼', 'a number keeps its measure word')
  t.same(words('Can the last bus run?'), ['Can the last bus run?'], 'English breaks at its spaces by itself')
  t.same(words(''), [])
})

t.test('whatever a neighbour typed, a heading keeps every character', async () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => plain(words(text).join('')) === plain(text)))
  const chinese = fc.string({ unit: fc.constantFrom(...'班车末班延长至晚上十一点 ，。12ab<&“”') })
  fc.assert(fc.property(chinese, (text) => plain(words(text).join('')) === text))
})

t.test('the pieces of a count and the empty rest fill the bar exactly', async () => {
  const households = fc.nat({ max: 5000 })
  const bars = fc.record<Bar>({
    for: households,
    against: households,
    abstain: households,
    total: households,
    needed: fc.option(households),
    unit: fc.constant('household'),
    hidden: fc.boolean(),
  })
  fc.assert(
    fc.property(bars, (bar) => {
      const { cast, left, pieces, pin } = tally(bar)
      const width = pieces.reduce((sum, piece) => sum + piece.width, 0)
      const whole = Math.max(bar.total, cast)
      const end = pieces.at(-1)
      return (
        cast === bar.for + bar.against + bar.abstain &&
        left === whole - cast &&
        Math.abs(width - (whole ? (100 * cast) / whole : 0)) < 0.001 &&
        pieces.every((piece) => piece.width >= 0 && piece.x >= 0) &&
        end !== undefined &&
        end.x + end.width < 100.001 &&
        (pin === null || (pin.x > 0 && pin.x <= 100))
      )
    }),
  )
})

t.test('nobody there yet: an empty bar, not a division by nothing', async (t) => {
  const { pieces, pin, left } = tally({ for: 0, against: 0, abstain: 0, total: 0, needed: 1, unit: 'seat' })
  t.same(
    pieces.map((piece) => piece.width),
    [0, 0, 0],
  )
  t.equal(pin, null)
  t.equal(left, 0)
})

t.test('a covered count shows the turnout and nothing else', async (t) => {
  const drawn = tally({
    for: 0,
    against: 0,
    abstain: 0,
    cast: 38,
    total: 52,
    needed: 27,
    unit: 'household',
    hidden: true,
  })
  t.same(
    drawn.pieces.map(({ kind, count }) => [kind, count]),
    [['cast', 38]],
  )
  t.equal(drawn.left, 14)
})

t.test('the pin stands where the motion passes', async (t) => {
  const bar: Bar = { for: 29, against: 5, abstain: 4, total: 52, needed: 27, unit: 'household' }
  t.same(tally(bar).pin, { x: 51.9231, anchor: 'middle' })
  t.equal(tally({ ...bar, needed: 52 }).pin?.anchor, 'end', 'its word stays on the page')
  t.equal(tally({ ...bar, needed: null }).pin, null)
})

for (const count of [3, 4, 5, 6, 7]) {
  t.test(`a table of ${count} seats has ${count} petals, evenly turned, inside its picture`, async (t) => {
    const { all, box } = petals(count)
    const [left = 0, top = 0, width = 0, height = 0] = box.split(' ').map(Number)
    t.equal(all.length, count)
    t.equal(new Set(all.map((petal) => petal.turn)).size, count)
    t.ok(all.every(({ x, y }) => x > left && x < left + width && y > top && y < top + height))
    t.equal(left, -width / 2, 'the table stands in the middle')
  })
}

t.test('the drawn code is the code: every dark module once', async (t) => {
  const { size, path } = qr('https://wt.example.cn/j/482913')
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)].map((run) => run.slice(1).map(Number))
  t.equal(path.replaceAll(/M\d+ \d+h\d+v1h-\d+z/g, ''), '')
  t.ok(
    runs.every(([x = 0, y = 0, n = 0]) => x >= 4 && y >= 4 && x + n <= size - 4 && y < size - 4),
    'a quiet edge of four',
  )
  t.ok(
    runs.some(([x, y, n]) => x === 4 && y === 4 && n === 7),
    'the finder stands in its corner',
  )
})

t.test('an icon that does not exist is our bug and says so', async (t) => {
  t.match(strokes('check'), /^M/)
  t.throws(() => strokes('unicorn' as IconName), /no icon called unicorn/)
})

t.test('a leaf cell with anything in it is not empty, and the fullest is 4', async (t) => {
  t.same([heat(0, 14), heat(1, 14), heat(7, 14), heat(14, 14), heat(3, 0)], [0, 1, 2, 4, 0])
})

t.test('the calendar sheet shows the day it is in the neighbourhood', async (t) => {
  const late = new Date('2026-11-27T17:00:00Z')
  t.same(calendar(late, 'zh'), { month: '11月', day: '28' })
  t.same(calendar(late, 'en'), { month: 'Nov', day: '28' })
})

t.test('a long motion gets a smaller headline', async (t) => {
  t.equal(fit('同意小区班车末班延长至 23:00，试行三个月'), '')
  t.equal(fit('同'.repeat(30)), 'long')
  t.equal(fit('同'.repeat(36)), 'longer')
  t.equal(fit('同'.repeat(60)), 'longest')
  t.equal(fit('同'.repeat(120)), 'whole')
})

t.test('every colour a seat may have can be read, by day and by night', async (t) => {
  const [day = '', night = ''] = [...css.matchAll(/color-scheme:(?:light|dark);\s*(--paper[^}]+)\}/g)].map(
    (set) => set[1],
  )
  for (const [name, set] of [
    ['day', day],
    ['night', night],
  ] as const) {
    const colour = (token: string) =>
      new RegExp(`--${token}:(#\\w+)`).exec(set)?.[1] ?? t.fail(`${name} has no ${token}`)
    for (const seat of ['seal', 'leaf', 'sky', 'gold', 'dusk', 'plum', 'teal']) {
      t.ok(contrast(colour(seat), colour('card')) >= 4.5, `${seat} on a card by ${name}`)
      t.ok(contrast(colour(seat), colour('on-seat')) >= 4.5, `a character on ${seat} by ${name}`)
    }
  }
})

t.test('the night somebody asked for and the night of the phone are the same night', async (t) => {
  const nights = [...css.matchAll(/color-scheme:dark;\s*(--paper[^}]+)\}/g)].map((set) => set[1])
  t.equal(nights.length, 2)
  t.equal(nights[0]?.replaceAll(/\s/g, ''), nights[1]?.replaceAll(/\s/g, ''))
})

function contrast(one: string | boolean, other: string | boolean): number {
  const [light = 0, dark = 0] = [luminance(String(one)), luminance(String(other))].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/g, '$&$&') : hex
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
