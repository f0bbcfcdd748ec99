import { encode } from 'uqr'
import { type IconName, icons } from './icons.ts'

/**
 * The arithmetic behind the pictures. Templates write the SVG themselves, out of these numbers: nothing here returns
 * HTML, so nothing a neighbour typed can become markup, and no picture needs a style attribute (the CSP forbids them).
 */
export const draw = { words, strokes, qr, petals, tally, heat, calendar, fit }

export interface Bar {
  for: number
  against: number
  abstain: number
  /** Who could still vote included: households at the meeting, or seats. */
  total: number
  /** How many "for" it takes, or null where nothing was fixed. */
  needed: number | null
  /** The word above the pin, already in the reader's language. */
  neededWord?: string
  unit: 'household' | 'seat' | 'owner'
  /** Until the result is announced only the turnout may be shown. */
  hidden?: boolean
  /** The turnout, for a hidden bar whose reader was not even given the counts. */
  cast?: number
  /** Makes the pieces of the bar keep their identity when a new one is swapped in, so that they grow, not jump. */
  id?: string
}

const segmenter = new Intl.Segmenter('zh-CN', { granularity: 'word' })
const startsHan = /^\p{Script=Han}/u

/**
 * Cuts a heading where a line may end: before a Chinese word of two characters or more. The browser alone would end a
 * line in the middle of one. A number keeps its measure word ("12 号楼").
 */
export function words(text: string): string[] {
  const known = cut.get(text)
  if (known) return known
  if (cut.size >= mostCut) cut.clear()
  const pieces = cutUp(text)
  cut.set(text, pieces)
  return pieces
}

/** Cutting costs more than all the rest of a card, and the same headings come again and again. */
const cut = new Map<string, string[]>()
const mostCut = 5_000

function cutUp(text: string): string[] {
  const pieces: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(text.replace(/(\d) (?=\p{Script=Han})/gu, '$1\u00a0'))) {
    const before = pieces.at(-1)
    const starts = isWordLike && segment.length > 1 && startsHan.test(segment)
    if (before === undefined || (starts && !/\s$/.test(before))) pieces.push(segment)
    else pieces[pieces.length - 1] = before + segment
  }
  return pieces
}

export function strokes(name: IconName): string {
  const path = icons[name]
  if (!path) throw new Error(`there is no icon called ${name}`)
  return path
}

/** One path of one-module-high strips, with the four modules of quiet edge that a phone's camera needs around it. */
export function qr(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { border: 4, ecc: 'M' })
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      const start = x
      while (row[x]) x++
      if (x > start) path += `M${start} ${y}h${x - start}v1h-${x - start}z`
    }
  })
  return { size, path }
}

const tip = 109
const middle = 68
// The outline's corners: enough to find the box around any number of turned petals.
const outline = [
  [0, -tip],
  [33, -72],
  [-33, -72],
  [37, -50],
  [-37, -50],
] as const

/** Petals of the plane-tree leaf around the table: where each is turned to, and where its character stands. */
export function petals(count: number): { box: string; path: string; all: { turn: number; x: number; y: number }[] } {
  // Six full petals would touch where they are widest for their distance from the middle (0.6): they grow slimmer there.
  const slim = Math.min(1, (Math.tan(Math.PI / count) - 0.06) / 0.6)
  const x = (value: number) => round(value * slim)
  const all = Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count
    return { turn: round((360 * i) / count), x: round(Math.sin(angle) * middle), y: round(-Math.cos(angle) * middle) }
  })
  const corners = all.flatMap(({ turn }) => {
    const angle = (turn * Math.PI) / 180
    return outline.map(
      ([px, py]) =>
        [
          px * slim * Math.cos(angle) - py * Math.sin(angle),
          px * slim * Math.sin(angle) + py * Math.cos(angle),
        ] as const,
    )
  })
  // Symmetrical left and right, or the table would not stand in the middle of the page.
  const half = Math.ceil(Math.max(...corners.map(([cx]) => Math.abs(cx)))) + 3
  const top = -tip - 3
  const bottom = Math.ceil(Math.max(26, ...corners.map(([, cy]) => cy))) + 3
  return {
    box: `${-half} ${top} ${2 * half} ${bottom - top}`,
    path:
      `M0,-29C${x(20)},-33 ${x(37)},-50 ${x(33)},-72C${x(29)},-93 ${x(12)},-97 0,-${tip}` +
      `C${x(-12)},-97 ${x(-29)},-93 ${x(-33)},-72C${x(-37)},-50 ${x(-20)},-33 0,-29Z`,
    all,
  }
}

type Kind = 'for' | 'against' | 'abstain' | 'cast'
interface Piece {
  kind: Kind
  count: number
  x: number
  width: number
  middle: number
  wide: boolean
}

/** The bar in per cent of its width, so that it fits a phone and a hall's projector alike. */
export function tally(bar: Bar): {
  cast: number
  left: number
  pieces: Piece[]
  pin: { x: number; anchor: string } | null
} {
  const counts: [Kind, number][] = bar.hidden
    ? [['cast', bar.cast ?? bar.for + bar.against + bar.abstain]]
    : [
        ['for', bar.for],
        ['against', bar.against],
        ['abstain', bar.abstain],
      ]
  const cast = counts.reduce((sum, [, count]) => sum + count, 0)
  // More votes than people is somebody's mistake; the picture must still stay inside its frame.
  const whole = Math.max(bar.total, cast)
  const share = (count: number) => (whole ? round((100 * count) / whole) : 0)
  let before = 0
  const pieces = counts.map(([kind, count]) => {
    const x = share(before)
    before += count
    const width = round(share(before) - x)
    // A number that does not fit its piece is left to the words below the bar.
    return { kind, count, x, width, middle: round(x + width / 2), wide: width >= 4.5 + 3 * String(count).length }
  })
  const at = bar.needed === null ? 0 : share(bar.needed)
  const anchor = at > 85 ? 'end' : at < 15 ? 'start' : 'middle'
  return { cast, left: whole - cast, pieces, pin: at > 0 && at <= 100 ? { x: at, anchor } : null }
}

/** How full a leaf cell of the town's table is, 0 to 4; anything at all is at least 1. */
export function heat(count: number, most: number): number {
  return most > 0 ? Math.min(4, Math.ceil((4 * count) / most)) : 0
}

/** Which of the projector's headline sizes lets a motion stand whole above its count: on two lines, then three, then four. */
export function fit(text: string): '' | 'long' | 'longer' | 'longest' | 'whole' {
  // A Chinese character is one em wide, a Latin letter or a figure about half of one.
  const ems = [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 1 : 0.48), 0)
  return ems <= 24 ? '' : ems <= 31 ? 'long' : ems <= 38 ? 'longer' : ems <= 60 ? 'longest' : 'whole'
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The tear-off calendar: its month and its day in the neighbourhood, wherever the server stands. */
export function calendar(at: Date, locale: string): { month: string; day: string } {
  const part = (options: Intl.DateTimeFormatOptions) => {
    const key = `${locale} ${Object.keys(options)}`
    const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: 'Asia/Shanghai', ...options })
    formats.set(key, format)
    return format.format(at)
  }
  return { month: part({ month: 'short' }), day: part({ day: 'numeric' }).replace(/\D/g, '') }
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
