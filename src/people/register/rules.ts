/** 户门登记册 — the door register as somebody's file: which lines are doors, and why the others are not. Pure. */
import { parse } from 'csv-parse/sync'
import type { MessageKey, Values } from '../../lib/i18n.ts'

export interface RegisterRow {
  /** Where the line stands in the file, from 1. */
  line: number
  building: string
  /** Empty where the file does not say. */
  stairwell: string
  floor: number
  door: string
  /** In 0.01 m². */
  area: number
  /** Null where the file does not say. */
  ownerHeads: number | null
}

interface Reason {
  key: MessageKey
  values?: Values
}

export interface RefusedLine {
  line: number
  text: string
  reasons: Reason[]
}

export interface Register {
  rows: RegisterRow[]
  refused: RefusedLine[]
}

const mostLines = 20_000
const longestLine = 1_000
const shown = 160

type Column = 'building' | 'stairwell' | 'floor' | 'door' | 'area' | 'ownerHeads'

/** What people call a column; where a file has several of one kind, the earlier name in the list is the better one. */
const headings: Record<Column, readonly string[]> = {
  building: ['building', '楼栋', '楼栋号', '楼号', '幢号', '栋号', '楼幢', '幢', '栋', '楼'],
  stairwell: ['stairwell', '单元', '单元号', '楼组', '门栋'],
  floor: ['floor', '楼层', '所在层', '层'],
  door: ['door', 'flat', '室号', '房号', '户号', '房间号', '室'],
  area: ['aream2', 'area', '专有部分面积', '专有面积', '面积', '建筑面积'],
  ownerHeads: ['ownerheads', 'owners', '业主人数', '业主数'],
}
const needed = ['building', 'floor', 'door', 'area'] as const

/**
 * Reads the door register from a CSV file in UTF-8 or GB18030, with Chinese or English headings. Never throws: every
 * line below the headings is either a row or refused, and says why. A file without usable headings gives nothing but
 * its first line, refused.
 */
export function readRegister(bytes: Uint8Array): Register {
  const lines = decode(bytes)
    .split(/\r\n|\n|\r/)
    .map((text, at) => ({ line: at + 1, text }))
    .filter(({ text }) => !/^[\s,]*$/.test(text))
  const [head, ...body] = lines
  if (!head) return { rows: [], refused: [refusal(1, '', [{ key: 'register.empty' }])] }
  if (body.length > mostLines) {
    return {
      rows: [],
      refused: [refusal(head.line, head.text, [{ key: 'register.tooMany', values: { n: mostLines } }])],
    }
  }
  const columns = columnsOf(cellsOf(head.text) ?? [])
  const missing = needed.filter((column) => columns[column] === undefined)
  if (missing.length > 0) {
    return {
      rows: [],
      refused: [
        refusal(
          head.line,
          head.text,
          missing.map((column) => ({ key: `register.no.${column}` })),
        ),
      ],
    }
  }
  const rows: RegisterRow[] = []
  const refused: RefusedLine[] = []
  const first = new Map<string, number>()
  for (const { line, text } of body) {
    const { row, reasons } = readLine(line, text, columns)
    const before = row && first.get(doorKey(row))
    if (before) refused.push(refusal(line, text, [{ key: 'register.twice', values: { line: before } }]))
    else if (row) {
      rows.push(row)
      first.set(doorKey(row), line)
    } else refused.push(refusal(line, text, reasons))
  }
  return { rows, refused }
}

/** The rows as a file that `readRegister` reads back to the same rows. */
export function writeRegister(rows: readonly RegisterRow[]): string {
  const lines = rows.map((row) =>
    [row.building, row.stairwell, row.floor, row.door, squareMetres(row.area), row.ownerHeads ?? ''].join(','),
  )
  return ['building,stairwell,floor,door,area_m2,owner_heads', ...lines].join('\n')
}

/** 8950 → "89.50": an area for people to read. */
export const squareMetres = (area: number): string => `${Math.trunc(area / 100)}.${String(area % 100).padStart(2, '0')}`

/** One door of one building, whatever else a line says. */
export const doorKey = (row: { building: string; door: string }): string => `${row.building}\n${row.door}`

/** A door as the register already has it. */
export interface KnownDoor {
  building: string
  stairwell: string | null
  floor: number
  door: string
  area: number
  ownerHeads: number
}

/**
 * What a line of the file means for the register. An area that is already there is never overwritten by a file: votes
 * are weighed by it (domain 3.6), so a different one is a clash that a person has to settle.
 */
export function standing(row: RegisterRow, known: KnownDoor | undefined): 'new' | 'changed' | 'kept' | 'clash' {
  if (!known) return 'new'
  if (known.area !== row.area) return 'clash'
  const same =
    known.floor === row.floor &&
    (row.stairwell === '' || row.stairwell === known.stairwell) &&
    (row.ownerHeads === null || row.ownerHeads === known.ownerHeads)
  return same ? 'kept' : 'changed'
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
 * One line at a time: a door has no line break in it, and so a forgotten quotation mark spoils its own line instead of
 * swallowing the rest of the file.
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

function columnsOf(cells: string[]): Partial<Record<Column, number>> {
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

function readLine(
  line: number,
  text: string,
  columns: Partial<Record<Column, number>>,
): { row: RegisterRow | null; reasons: Reason[] } {
  const cells = cellsOf(text)
  if (!cells) return { row: null, reasons: [{ key: 'register.unreadable' }] }
  const cell = (column: Column) => {
    const at = columns[column]
    return plain(at === undefined ? '' : (cells[at] ?? ''))
  }
  const building = cell('building')
    .replace(/^(?:building|bldg\.?|block)\s*/i, '')
    .replace(/\s*(?:号楼|[号幢栋楼座])$/, '')
  const stairwell = cell('stairwell').replace(/\s*(?:单元|号门|楼组)$/, '')
  const door = cell('door').replace(/\s*(?:号室|[室户号])$/, '')
  const floor = floorOf(cell('floor'))
  const area = areaOf(cell('area'))
  const ownerHeads = headsOf(cell('ownerHeads'))
  const reasons: Reason[] = []
  if (!isName(building, 20)) reasons.push({ key: 'register.bad.building' })
  if (stairwell !== '' && !isName(stairwell, 20)) reasons.push({ key: 'register.bad.stairwell' })
  if (floor === null) reasons.push({ key: 'register.bad.floor' })
  if (!isName(door, 12)) reasons.push({ key: 'register.bad.door' })
  if (area === null) reasons.push({ key: 'register.bad.area' })
  if (ownerHeads === undefined) reasons.push({ key: 'register.bad.ownerHeads' })
  if (floor === null || area === null || ownerHeads === undefined || reasons.length > 0) return { row: null, reasons }
  return { row: { line, building, stairwell, floor, door, area, ownerHeads }, reasons }
}

/** Full-width digits and letters as a keyboard in Chinese mode writes them, made plain; nothing else is changed. */
const plain = (cell: string): string =>
  cell
    .normalize('NFC')
    .replace(/[０-９Ａ-Ｚａ-ｚ．－]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .trim()

const isName = (text: string, longest: number): boolean =>
  text.length <= longest && /^[\p{L}\p{N}](?:[\p{L}\p{N} ./#-]*[\p{L}\p{N}])?$/u.test(text)

function floorOf(text: string): number | null {
  const plainFloor = text.replace(/\s*(?:层|楼|f)$/i, '').replace(/^b(?=\d$)/i, '-')
  if (!/^-?\d{1,3}$/.test(plainFloor)) return null
  const floor = Number(plainFloor) + 0 // "-0" is the ground floor like any other nought
  return floor >= -5 && floor <= 120 ? floor : null
}

/** "89.5" → 8950, digit by digit: an area never passes through a fraction (trust 4.2). */
function areaOf(text: string): number | null {
  const match = /^(\d{1,6})(?:\.(\d{1,2}))?\s*(?:㎡|m2|m²|平方米|平米|平)?$/i.exec(text)
  if (!match) return null
  const area = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return area > 0 ? area : null
}

/** Null: the file does not say. Undefined: what it says is not a number of owners. */
function headsOf(text: string): number | null | undefined {
  if (text === '') return null
  const heads = /^\d{1,2}$/.test(text) ? Number(text) : 99
  return heads <= 20 ? heads : undefined
}

const refusal = (line: number, text: string, reasons: Reason[]): RefusedLine => ({
  line,
  text: text.length > shown ? `${text.slice(0, shown).toWellFormed()}…` : text.toWellFormed(),
  reasons,
})
