/** 导入 — work orders and lists that others keep in spreadsheets: which column is what, which line is what. Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { mostWords, type NewArrival, tidy, tidyLine, tidyPhone } from '../inbox/rules.ts'
import { type Category, categories } from '../issues/rules.ts'

export const fields = ['number', 'words', 'place', 'name', 'phone', 'time', 'category'] as const
export type Field = (typeof fields)[number]
/** Field → the place of its column, from 0. */
export type Columns = Partial<Record<Field, number>>

/** A file as a table of texts, whatever kind of file it was. */
export interface Sheet {
  head: string[]
  rows: string[][]
}

export const mostLines = 5_000
export const mostBytes = 5 * 1024 * 1024
export const mostColumns = 100

/** What offices call a column; the better name first. */
const headings: Record<Field, readonly string[]> = {
  number: [
    '工单编号',
    '工单号',
    '受理编号',
    '诉求编号',
    '案件编号',
    '任务编号',
    '事项编号',
    '编号',
    '单号',
    'number',
    'no',
    'id',
    'ticket',
    'servicerequestid',
  ],
  words: [
    '诉求内容',
    '工单内容',
    '反映内容',
    '问题描述',
    '诉求描述',
    '事项描述',
    '主要内容',
    '来电内容',
    '意见内容',
    '内容',
    '描述',
    '诉求',
    'words',
    'description',
    'content',
    'text',
  ],
  place: [
    '诉求地址',
    '事发地址',
    '发生地址',
    '事发地点',
    '问题地址',
    '地址',
    '地点',
    '位置',
    'place',
    'address',
    'location',
  ],
  name: ['来电人', '来电人姓名', '诉求人', '诉求人姓名', '反映人', '联系人', '市民姓名', '姓名', 'name', 'caller'],
  phone: ['联系电话', '来电号码', '联系方式', '手机号码', '手机号', '手机', '电话', 'phone', 'tel', 'mobile'],
  time: [
    '受理时间',
    '来电时间',
    '登记时间',
    '诉求时间',
    '创建时间',
    '提交时间',
    '日期',
    '时间',
    'time',
    'date',
    'requesteddatetime',
  ],
  category: ['诉求分类', '问题分类', '诉求类别', '问题类型', '事项类别', '分类', '类别', 'category', 'type'],
}

const bare = (heading: string) =>
  heading
    .normalize('NFC')
    .toLowerCase()
    .replace(/[(（][^)）]*[)）]/g, '')
    .replace(/[\s_*：:]/g, '')

/** Which column is which: as it was the last time (by its heading), else by what offices call it. */
export function guessColumns(head: readonly string[], saved: Record<string, unknown> = {}): Columns {
  const names = head.map(bare)
  const columns: Columns = {}
  const taken = new Set<number>()
  for (const field of fields) {
    const before = typeof saved[field] === 'string' ? bare(saved[field]) : null
    const at = [...(before ? [before] : []), ...headings[field]]
      .map((name) => names.findIndex((one, place) => one === name && !taken.has(place)))
      .find((place) => place >= 0)
    // A field that was left out on purpose the last time is left out again.
    if (at === undefined || saved[field] === null) continue
    columns[field] = at
    taken.add(at)
  }
  return columns
}

export function whyNotMap(columns: Columns, width: number): MessageKey | null {
  if (columns.words === undefined) return 'imports.words.missing'
  const places = Object.values(columns)
  if (places.some((place) => place < 0 || place >= width)) return 'form.wrong'
  return new Set(places).size < places.length ? 'imports.twice' : null
}

export interface Line {
  /** Where it stands in the file; the headings are line 1. */
  line: number
  arrival: NewArrival | null
  /** Why it cannot be taken; null where it can. */
  reason: MessageKey | null
  /** Enough of it to know it again. */
  excerpt: string
}

/** Each line of the sheet as what it says, or why it says nothing. A cell is text, whatever a spreadsheet makes of it. */
export function readLines({ rows }: Sheet, columns: Columns): Line[] {
  const numbers = new Set<string>()
  return rows.map((row, at) => {
    const cell = (field: Field) => (columns[field] === undefined ? '' : (row[columns[field]] ?? ''))
    const words = tidy(cell('words'), mostWords + 1)
    const externalNo = tidyLine(cell('number'), 101)
    const twice = externalNo !== '' && numbers.has(externalNo)
    numbers.add(externalNo)
    const arrival: NewArrival = {
      externalNo,
      words,
      place: tidyLine(cell('place'), 120),
      category: categoryOf(cell('category')),
      name: tidyLine(cell('name'), 40),
      phone: tidyPhone(cell('phone')),
      saidAt: timeOf(cell('time')),
    }
    const reason = twice ? 'imports.line.twice' : whyNotTake(arrival)
    const excerpt = tidyLine(`${externalNo} ${words}`, 80)
    return { line: at + 2, arrival: reason ? null : arrival, reason, excerpt }
  })
}

function whyNotTake({ words, externalNo }: NewArrival): MessageKey | null {
  if (words === '') return 'imports.line.noWords'
  if ([...words].length > mostWords) return 'imports.line.long'
  return externalNo.length > 100 ? 'imports.line.number' : null
}

const categoryOf = (text: string): Category | null =>
  categories.find((category) => category === text.trim().toLowerCase()) ?? null

/** "2026/11/24 19:03", "2026年11月24日", "2026-11-24T19:03:00": on the neighbourhood's clock; null for anything else. */
export function timeOf(text: string): Date | null {
  const found = /^\s*(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:：时](\d{1,2}))?/.exec(text)
  if (!found) return null
  const [, year = '', month = '', day = '', hour = '0', minute = '0'] = found
  const two = (part: string) => part.padStart(2, '0')
  const at = new Date(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00+08:00`)
  return Number.isNaN(at.getTime()) ? null : at
}
