import type { MessageKey } from '../../lib/i18n.ts'

/** What must not stand in a text that everybody reads (domain 3.11): a person's phone, her papers, her door. Pure. */

const chineseDigits = '零一二三四五六七八九'
// Something is counted, so it is no door: 12 号楼 300 户.
const counted =
  '(?![\\d.]|\\s*(?:户|人|米|元|块|平|个|天|次|辆|年|月|日|点|分|秒|路|弄|公里|多|余|位|名|台|盏|度|%|m\\b))'

const patterns: [MessageKey, RegExp[]][] = [
  ['texts.idNumber', [/(?<!\d)\d{17}[\dx](?!\d)/, /(?<!\d)\d{15}(?!\d)/]],
  [
    'texts.phone',
    [/(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)/, /(?<!\d)0\d{2,3}\d{7,8}(?!\d)/, /(?<!\d)(?!20\d{6})[2-8]\d{7}(?!\d)/],
  ],
  [
    'texts.door',
    [
      /\d{2,4}\s*室/,
      new RegExp(
        `\\d\\s*(?:号楼?|栋|幢|座|弄|单元|楼|层|#)\\s*(?:\\d{1,2}\\s*(?:单元|楼|层|号)\\s*)?\\d{3,4}${counted}`,
      ),
      new RegExp(`(?<![\\d-])\\d{1,3}\\s*-\\s*(?:\\d{1,2}\\s*-\\s*)?\\d{3,4}${counted}(?!\\s*-)`),
      /\b(?:room|flat|apt|apartment|unit|door)\.?\s*(?:no\.?\s*)?\d{2,4}\b/,
    ],
  ],
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
