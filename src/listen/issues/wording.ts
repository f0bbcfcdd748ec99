import type { MessageKey } from '../../lib/i18n.ts'
import { doorShapes } from '../privacy/rules.ts'

/** What must not stand in a text that everybody reads (domain 3.11): a person's phone, her papers, her door. Pure. */

const chineseDigits = '零一二三四五六七八九'
const patterns: [MessageKey, RegExp[]][] = [
  ['texts.idNumber', [/(?<!\d)\d{17}[\dx](?!\d)/, /(?<!\d)\d{15}(?!\d)/]],
  [
    'texts.phone',
    [/(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)/, /(?<!\d)0\d{2,3}\d{7,8}(?!\d)/, /(?<!\d)(?!20\d{6})[2-8]\d{7}(?!\d)/],
  ],
  ['texts.door', doorShapes],
]

/** The message that says which private thing a text gives away; null: none that a machine would notice. */
export function whyNotPublic(text: string): MessageKey | null {
  const plain = plainly(text)
  // Numbers are written with blanks and dashes, doors are told apart by them.
  const joined = plain.replace(/(?<=\d)[\s-]+(?=\d)/g, '')
  for (const [key, shapes] of patterns) {
    const read = key === 'texts.door' ? plain : joined
    if (shapes.some((shape) => shape.test(read))) return key
  }
  return null
}

/** As a reader hears it: full-width digits and spoken ones (六零二) are digits. Only for looking, never for keeping. */
function plainly(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[〇零一二三四五六七八九幺]{3,}/g, (digits) =>
      Array.from(digits, (digit) => (digit === '〇' ? 0 : digit === '幺' ? 1 : chineseDigits.indexOf(digit))).join(''),
    )
    .replace(/[‐‑‒–—―−]/g, '-')
}
