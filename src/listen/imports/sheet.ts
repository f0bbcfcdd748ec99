import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { readSheet as readXlsx } from 'read-excel-file/node'
import type { MessageKey } from '../../lib/i18n.ts'
import { mostBytes, mostColumns, mostLines, type Sheet } from './rules.ts'

/** A file as a table of texts, or why it is none. Whatever is in it, nothing of it runs and nothing of it grows. */
export async function readSheet(bytes: Buffer): Promise<Sheet | { bad: MessageKey }> {
  if (bytes.length > mostBytes) return { bad: 'imports.bad.large' }
  const begins = bytes.subarray(0, 4).toString('latin1')
  if (begins === 'ÐÏ\u0011à') return { bad: 'imports.bad.xls' }
  const table = begins === 'PK\u0003\u0004' ? await cellsOfXlsx(bytes) : cellsOfText(bytes)
  return 'bad' in table ? table : asSheet(table)
}

function asSheet(table: string[][]): Sheet | { bad: MessageKey } {
  const full = table.filter((row) => row.some((cell) => cell.trim() !== ''))
  // A title over the whole width stands above the headings of many an office's list.
  const top = full.findIndex((row) => row.filter((cell) => cell.trim() !== '').length > 1)
  const [head, ...rows] = top < 0 ? full : full.slice(top)
  if (!head || rows.length === 0) return { bad: 'imports.bad.empty' }
  if (rows.length > mostLines) return { bad: 'imports.bad.lines' }
  if (head.length > mostColumns) return { bad: 'imports.bad.columns' }
  return { head: head.map((cell) => cell.trim()), rows: rows.map((row) => row.slice(0, head.length)) }
}

function cellsOfText(bytes: Buffer): string[][] | { bad: MessageKey } {
  const text = decode(bytes)
  if (text === null) return { bad: 'imports.bad.encoding' }
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      to: mostLines + 20,
    })
  } catch {
    return { bad: 'imports.bad.csv' }
  }
}

/** UTF-8 with or without its mark, UTF-16 either way round, else GB18030, as Chinese spreadsheets write; null: no text. */
export function decode(bytes: Buffer): string | null {
  const [first, second] = bytes
  const read = (encoding: string) => {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch {
      return null
    }
  }
  const zeros = (from: 0 | 1) => bytes.subarray(0, 200).filter((byte, at) => at % 2 === from && byte === 0).length
  let text: string | null
  if (first === 0xff && second === 0xfe) text = read('utf-16le')
  else if (first === 0xfe && second === 0xff) text = read('utf-16be')
  else if (zeros(1) > 2 && zeros(0) === 0) text = read('utf-16le')
  else if (zeros(0) > 2 && zeros(1) === 0) text = read('utf-16be')
  else text = read('utf-8') ?? read('gb18030')
  // Text has none of these; what has is a picture, a program, or text in an encoding we took for another.
  return text === null || /[[\p{Cc}--[\t\n\r\f\v]]\ufffd]|\p{Co}{3}/v.test(text) ? null : text
}

/** Whatever separates most in the first line, outside quotation marks. */
function delimiterOf(text: string): string {
  const [head = ''] = text.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)
  const count = (mark: string) => head.split(mark).length
  return [',', '\t', ';', '|'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

async function cellsOfXlsx(bytes: Buffer): Promise<string[][] | { bad: MessageKey }> {
  const bad = await whyNotUnpack(bytes)
  if (bad) return { bad }
  try {
    const rows = await readXlsx(bytes, { parseNumber: (text: string) => text })
    return rows.slice(0, mostLines + 20).map((row) => row.slice(0, mostColumns + 1).map(cellText))
  } catch {
    return { bad: 'imports.bad.xlsx' }
  }
}

/** A number as it was typed in; a day and a time on the sheet's own clock. A formula is only ever its last result. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) {
    // A spreadsheet keeps half past nine as a fraction that is a hair short of it.
    const at = new Date(Math.round(cell.getTime() / 1000) * 1000)
    return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 16).replace('T', ' ')
  }
  const text = String(cell)
  if (!/^-?\d+(?:\.\d+)?E\+?\d+$/i.test(text)) return text
  const number = Number(text)
  return Number.isSafeInteger(number) ? String(number) : text
}

const inflate = promisify(inflateRaw)
const mostUnpacked = 60 * 1024 * 1024
const mostParts = 1_000

/**
 * A spreadsheet is a zip file, and a small one may hold more than a machine has. What it says about its sizes may be a
 * lie, so each part is unpacked here once, up to what is allowed; what then goes on to be read is known to be small.
 */
async function whyNotUnpack(bytes: Buffer): Promise<MessageKey | null> {
  let room = mostUnpacked
  try {
    const parts = partsOf(bytes)
    if (parts.length === 0) return 'imports.bad.xlsx'
    if (parts.length > mostParts || parts.reduce((sum, part) => sum + part.size, 0) > mostUnpacked)
      return 'imports.bad.bomb'
    for (const part of parts) {
      const whole =
        part.method === 0 ? part.packed : ((await inflate(part.packed, { maxOutputLength: room })) as Buffer)
      room -= whole.length
      if (room <= 0) return 'imports.bad.bomb'
      if (/\.(?:xml|rels)$/i.test(part.name) && /<!(?:DOCTYPE|ENTITY)/i.test(whole.toString('latin1')))
        return 'imports.bad.xlsx'
    }
    return null
  } catch (error) {
    const tooMuch = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    return tooMuch ? 'imports.bad.bomb' : 'imports.bad.xlsx'
  }
}

/** The parts of a zip file by its directory; throws where there is none or it points outside. */
function partsOf(zip: Buffer) {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  if (end < 0) throw new Error('no directory')
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  return Array.from({ length: count }, () => {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('not a directory')
    const method = zip.readUInt16LE(at + 10)
    const packedSize = zip.readUInt32LE(at + 20)
    const size = zip.readUInt32LE(at + 24)
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString('utf8')
    const local = zip.readUInt32LE(at + 42)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    if (from + packedSize > zip.length || (method !== 0 && method !== 8)) throw new Error('broken')
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    return { name, method, size, packed: zip.subarray(from, from + packedSize) }
  })
}
