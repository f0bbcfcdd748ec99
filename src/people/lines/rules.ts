/** 表格的行 — somebody's CSV file, line by line: which lines are what was asked for, and why the others are not. Pure. */
import { parse } from 'csv-parse/sync'
import type { MessageKey, Values } from '../../lib/i18n.ts'

export interface Reason {
  key: MessageKey
  values?: Values
}

export interface RefusedLine {
  line: number
  text: string
  reasons: Reason[]
}

export interface Lines<Row> {
  rows: (Row & { line: number })[]
  refused: RefusedLine[]
}

const mostLines = 20_000
const longestLine = 1_000
const shown = 160

/** What a file has to hold, and how one of its lines is read. */
export interface Table<Column extends string, Row> {
  /** What people call a column; where a file has several of one kind, the earlier name in the list is the better one. */
  headings: Record<Column, readonly string[]>
  /** Columns it cannot do without, and what is said where one is not there. */
  needed: Partial<Record<Column, MessageKey>>
  /** A row, or why the line is none. Cells come plain and trimmed; one whose column is not there comes empty. */
  read: (cell: (column: Column) => string) => Row | Reason[]
  /** Two lines with the same name are the same thing: the second is refused. */
  nameOf: (row: Row) => string
}

/**
 * Reads a table from a CSV file in UTF-8 or GB18030, with Chinese or English headings. Never throws: every line below
 * the headings is either a row or refused, and says why. A file without usable headings gives nothing but its first
 * line, refused.
 */
export function readLines<Column extends string, Row extends object>(
  bytes: Uint8Array,
  { headings, needed, read, nameOf }: Table<Column, Row>,
): Lines<Row> {
  const lines = decode(bytes)
    .split(/\r\n|\n|\r/)
    .map((text, at) => ({ line: at + 1, text }))
    .filter(({ text }) => !/^[\s,]*$/.test(text))
  const [head, ...body] = lines
  const none = (line: number, text: string, reasons: Reason[]) => ({
    rows: [],
    refused: [refusal(line, text, reasons)],
  })
  if (!head) return none(1, '', [{ key: 'register.empty' }])
  if (body.length > mostLines)
    return none(head.line, head.text, [{ key: 'register.tooMany', values: { n: mostLines } }])
  const columns = columnsOf(headings, cellsOf(head.text) ?? [])
  const missing = (Object.entries(needed) as [Column, MessageKey][]).filter(([column]) => columns[column] === undefined)
  if (missing.length > 0)
    return none(
      head.line,
      head.text,
      missing.map(([, key]) => ({ key })),
    )
  const result: Lines<Row> = { rows: [], refused: [] }
  const first = new Map<string, number>()
  for (const { line, text } of body) {
    const cells = cellsOf(text)
    const row = cells
      ? read((column) => plain(cells[columns[column] ?? -1] ?? ''))
      : [{ key: 'register.unreadable' } as const]
    const before = Array.isArray(row) ? undefined : first.get(nameOf(row))
    if (Array.isArray(row)) result.refused.push(refusal(line, text, row))
    else if (before) result.refused.push(refusal(line, text, [{ key: 'register.twice', values: { line: before } }]))
    else {
      result.rows.push({ ...row, line })
      first.set(nameOf(row), line)
    }
  }
  return result
}

/** UTF-8 where the bytes are UTF-8; else GB18030, which Chinese spreadsheets write and which takes any bytes at all. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/**
 * One line at a time: nothing we ask for has a line break in it, and so a forgotten quotation mark spoils its own line
 * instead of swallowing the rest of the file.
 */
function cellsOf(text: string): string[] | null {
  if (text.length > longestLine) return null
  // Most lines have nothing to unquote, and the parser costs more to start than such a line costs to cut.
  if (!text.includes('"')) return text.split(',')
  try {
    const [cells = []] = parse(text, { relax_column_count: true, record_delimiter: '\n' }) as string[][]
    return cells
  } catch {
    return null
  }
}

function columnsOf<Column extends string>(headings: Record<Column, readonly string[]>, cells: string[]) {
  const names = cells.map((cell) =>
    plain(cell)
      .toLowerCase()
      .replace(/[(（][^)）]*[)）]/g, '')
      .replace(/[\s_*]|㎡|m²|平方米$/g, ''),
  )
  const columns: Partial<Record<Column, number>> = {}
  for (const column of Object.keys(headings) as Column[]) {
    const heading = headings[column].find((name) => names.includes(name))
    if (heading !== undefined) columns[column] = names.indexOf(heading)
  }
  return columns
}

/** Full-width digits and letters as a keyboard in Chinese mode writes them, made plain; nothing else is changed. */
const plain = (cell: string): string =>
  cell
    .normalize('NFC')
    .replace(/[０-９Ａ-Ｚａ-ｚ．－]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .trim()

/** A building, a door, a stairwell: letters and figures, with the few signs people put between them. */
export const isName = (text: string, longest: number): boolean =>
  text.length <= longest && /^[\p{L}\p{N}](?:[\p{L}\p{N} ./#-]*[\p{L}\p{N}])?$/u.test(text)

/** "12 号楼", "Bldg. 12", "12 幢" → "12". */
export const buildingOf = (text: string): string =>
  text.replace(/^(?:building|bldg\.?|block)\s*/i, '').replace(/\s*(?:号楼|[号幢栋楼座])$/, '')

/** "602 室" → "602". */
export const doorOf = (text: string): string => text.replace(/\s*(?:号室|[室户号])$/, '')

/** "89.5" → 8950, digit by digit: an area never passes through a fraction (trust 4.2). */
export function areaOf(text: string): number | null {
  const match = /^(\d{1,6})(?:\.(\d{1,2}))?\s*(?:㎡|m2|m²|平方米|平米|平)?$/i.exec(text)
  if (!match) return null
  const area = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return area > 0 ? area : null
}

/** 8950 → "89.50": an area for people to read. */
export const squareMetres = (area: number): string => `${Math.trunc(area / 100)}.${String(area % 100).padStart(2, '0')}`

/** 16446140 → "164,461.40": the same for a page. */
export const groupedMetres = (area: number): string => squareMetres(area).replace(/\B(?=(\d{3})+\.)/g, ',')

const refusal = (line: number, text: string, reasons: Reason[]): RefusedLine => ({
  line,
  text: text.length > shown ? `${text.slice(0, shown).toWellFormed()}…` : text.toWellFormed(),
  reasons,
})
