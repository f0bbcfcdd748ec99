/**
 * 公开前看一遍 — what in a text may point at one person: the machine marks, two people decide (domain 3.11, J13). Pure.
 * What it marks is a suspicion; what it does not mark is no promise.
 */
export const kinds = ['phone', 'idNumber', 'door', 'plate', 'email', 'name'] as const
export type Kind = (typeof kinds)[number]

export interface Finding {
  kind: Kind
  /** Where it begins and ends in the text, as JavaScript counts. */
  at: number
  to: number
}

const chineseDigits = '零一二三四五六七八九'
// Something is counted, so it is no door: 12 号楼 300 户.
const counted =
  '(?![\\d.]|\\s*(?:户|人|米|元|块|平|个|天|次|辆|年|月|日|点|分|秒|路|弄|公里|多|余|位|名|台|盏|度|%|m\\b))'

/** How a door is written. Read on a text that `plainly` has made plain. */
export const doorShapes = [
  /\d{2,4}\s*室/,
  new RegExp(
    `\\d{1,4}\\s*(?:号楼?|栋|幢|座|弄|单元|楼|层|#)\\s*(?:\\d{1,2}\\s*(?:单元|楼|层|号)\\s*)?\\d{3,4}${counted}`,
  ),
  new RegExp(`(?<![\\d-])\\d{1,3}\\s*-\\s*(?:\\d{1,2}\\s*-\\s*)?\\d{3,4}${counted}(?!\\s*-)`),
  /\b(?:room|flat|apt|apartment|unit|door)\.?\s*(?:no\.?\s*)?\d{2,4}\b/,
]

const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
// Letters of a plate leave out I and O.
const sign = '[a-hj-np-z0-9]'

const shapes: { kind: Exclude<Kind, 'name'>; shape: RegExp; holds?: (found: string) => boolean }[] = [
  { kind: 'idNumber', shape: /(?<!\d)\d(?:[\s-]?\d){16}[\s-]?[\dx](?![\da-z])/, holds: isIdNumber },
  { kind: 'idNumber', shape: /(?<!\d)\d{15}(?!\d)/, holds: (found) => isBirthday(`19${found.slice(6, 12)}`) },
  { kind: 'phone', shape: /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d){8}(?!\d)/ },
  { kind: 'phone', shape: /(?<!\d)0\d{2,3}[\s-]?[2-8]\d{2,3}[\s-]?\d{4}(?!\d)/ },
  { kind: 'phone', shape: /(?<!\d)(?!20\d{6})[2-8]\d{7}(?!\d)/ },
  // Eight digits with a gap are a number only where something says so: 3000-5000 is a price.
  { kind: 'phone', shape: /(?<=(?:电话|座机|致电|拨打|tel|phone|call)[^\d\n]{0,4})[2-8]\d{3}[\s-]\d{4}(?!\d)/ },
  {
    kind: 'plate',
    shape: new RegExp(
      `[${provinces}][a-hj-z][·•.\\s-]?(?:[a-hj-k]${sign}\\d{4}|\\d{5}[a-hj-k]|${sign}{4}[a-hj-np-z0-9挂学警港澳])(?![a-z0-9])`,
    ),
    holds: (found) => /\d/.test(found),
  },
  { kind: 'email', shape: /[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/ },
  ...doorShapes.map((shape) => ({ kind: 'door' as const, shape })),
]

/** What may point at somebody, in the order of the text, without overlaps. `names`: people of this neighbourhood. */
export function findPersonal(text: string, names: readonly string[] = []): Finding[] {
  const plain = plainly(text)
  const found: Finding[] = []
  for (const { kind, shape, holds } of shapes) {
    for (const match of plain.matchAll(new RegExp(shape, 'g'))) {
      if (holds && !holds(match[0])) continue
      found.push({ kind, at: match.index, to: match.index + match[0].length })
    }
  }
  for (const name of new Set(names)) {
    // One character alone is a word, not a person.
    if ([...name].length < 2) continue
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length))
      found.push({ kind: 'name', at, to: at + name.length })
  }
  return withoutOverlaps(found)
}

export interface Piece {
  text: string
  /** What it was taken for; null: nothing. */
  kind: Kind | null
}

/** The text cut at its findings, for marking them. Put together again it is the text. */
export function cut(text: string, findings: readonly Finding[]): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const { kind, at, to } of findings) {
    if (at > from) pieces.push({ text: text.slice(from, at), kind: null })
    pieces.push({ text: text.slice(at, to), kind })
    from = to
  }
  if (from < text.length) pieces.push({ text: text.slice(from), kind: null })
  return pieces
}

/** As a reader hears it, character for character: full-width digits and spoken ones (六零二) are digits. */
function plainly(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[〇零一二三四五六七八九幺]{3,}/g, (digits) =>
      Array.from(digits, (digit) => (digit === '〇' ? 0 : digit === '幺' ? 1 : chineseDigits.indexOf(digit))).join(''),
    )
    .replace(/[‐‑‒–—―−]/g, '-')
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Eighteen digits with a birthday inside and the right last sign (GB 11643). */
function isIdNumber(written: string): boolean {
  const digits = written.replace(/[\s-]/g, '')
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  return isBirthday(digits.slice(6, 14)) && '10x98765432'[sum % 11] === digits[17]
}

function isBirthday(day: string): boolean {
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(4, 6)), Number(day.slice(6, 8))]
  return year >= 1880 && year <= 2100 && month >= 1 && month <= 12 && date >= 1 && date <= 31
}

/** Of two findings that share a character the longer stays; of the same length the first kind. */
function withoutOverlaps(found: Finding[]): Finding[] {
  const byLength = found.toSorted(
    (a, b) => b.to - b.at - (a.to - a.at) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.at - b.at,
  )
  const kept: Finding[] = []
  for (const one of byLength) if (kept.every((other) => one.to <= other.at || one.at >= other.to)) kept.push(one)
  return kept.toSorted((a, b) => a.at - b.at)
}
