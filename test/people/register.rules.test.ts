import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { squareMetres } from '../../src/people/lines/rules.ts'
import { doorKey, type RegisterRow, readRegister, standing, writeRegister } from '../../src/people/register/rules.ts'

const read = (text: string) => readRegister(Buffer.from(text))
const head = '楼栋,单元,楼层,室号,面积,业主人数'
const reasonsOf = (line: string) => read(`${head}\n${line}`).refused[0]?.reasons.map((reason) => reason.key)

t.test('a register as the property office keeps it is read door by door', async (t) => {
  const { rows, refused } = read(
    `\u{feff}${head}\r\n12号楼,1单元,6层,602室,89.5㎡,2\r\n12,,6,603,120.05,\r\n\r\n,,,,,\r\n３,,Ｂ１,００１,８９．５,1\r\n`,
  )
  t.same(refused, [])
  t.same(rows, [
    { line: 2, building: '12', stairwell: '1', floor: 6, door: '602', area: 8950, ownerHeads: 2 },
    { line: 3, building: '12', stairwell: '', floor: 6, door: '603', area: 12005, ownerHeads: null },
    { line: 6, building: '3', stairwell: '', floor: -1, door: '001', area: 8950, ownerHeads: 1 },
  ])
})

t.test('a file that a Chinese spreadsheet saved in GB18030 reads the same', async (t) => {
  // 楼栋,楼层,室号,面积 / 甲,6,602,89.50
  const bytes = Buffer.from(
    'c2a5b6b02cc2a5b2e32ccad2bac52cc3e6bbfd0d0abcd72c362c3630322c38392e35300d0a'.replaceAll(' ', ''),
    'hex',
  )
  t.match(readRegister(bytes), { rows: [{ building: '甲', door: '602', area: 8950 }], refused: [] })
})

t.test('headings may be English, in any order, with columns nobody asked for', async (t) => {
  const { rows } = read('note,area_m2,Door,floor,Building,owner_heads\n"a, b",89.50,602,6,Building 12,1')
  t.match(rows, [{ building: '12', floor: 6, door: '602', area: 8950, ownerHeads: 1 }])
})

t.test('of two kinds of area the exclusive one counts', async (t) => {
  t.match(read('楼栋,楼层,室号,建筑面积,专有部分面积（㎡）\n12,6,602,110,89.5').rows, [{ area: 8950 }])
})

t.test('every refused line says why, and the others stay', async (t) => {
  t.same(reasonsOf('12,1,6,602,89.505,1'), ['register.bad.area'], 'no third decimal')
  t.same(reasonsOf('12,1,6,602,0,1'), ['register.bad.area'])
  t.same(reasonsOf('12,1,6,602,-5,1'), ['register.bad.area'])
  t.same(reasonsOf('12,1,6,602,1e3,1'), ['register.bad.area'])
  t.same(reasonsOf('12,1,六,602,89.5,1'), ['register.bad.floor'])
  t.same(reasonsOf('12,1,121,602,89.5,1'), ['register.bad.floor'])
  t.same(reasonsOf(',1,6,,89.5,1'), ['register.bad.building', 'register.bad.door'])
  t.same(reasonsOf('12,1,6,602,89.5,21'), ['register.bad.ownerHeads'])
  t.same(reasonsOf('<script>,1,6,602,89.5,1'), ['register.bad.building'])
  t.same(reasonsOf('＜script＞,1,6,602,89.5,1'), ['register.bad.building'])
  t.same(reasonsOf('=1+1,1,6,602,89.5,1'), ['register.bad.building'])
  t.same(reasonsOf('12,1,6,6\u{0}02,89.5,1'), ['register.bad.door'])
  t.same(reasonsOf('12,1,6,\u{202e}602,89.5,1'), ['register.bad.door'])
  t.same(reasonsOf('12,1,6,🏠,89.5,1'), ['register.bad.door'])
  t.same(reasonsOf(`12,1,6,${'9'.repeat(13)},89.5,1`), ['register.bad.door'])
  t.same(reasonsOf('12,1'), ['register.bad.floor', 'register.bad.door', 'register.bad.area'], 'a line cut short')
  const mixed = read(`${head}\n12,1,6,602,89.5,1\n"12,1,6,603,89.5,1\n12,1,6,604,89.5,1\n12,1,6,602,90,1`)
  t.same(
    mixed.rows.map((row) => row.door),
    ['602', '604'],
    'a forgotten quotation mark spoils one line',
  )
  t.match(mixed.refused, [
    { line: 3, reasons: [{ key: 'register.unreadable' }] },
    { line: 5, reasons: [{ key: 'register.twice', values: { line: 2 } }] },
  ])
})

t.test('a file that is no register is refused as a whole, with what is missing', async (t) => {
  t.match(read(''), { rows: [], refused: [{ line: 1, reasons: [{ key: 'register.empty' }] }] })
  t.match(read('姓名,电话\n张三,138'), {
    rows: [],
    refused: [
      { line: 1, reasons: ['building', 'floor', 'door', 'area'].map((column) => ({ key: `register.no.${column}` })) },
    ],
  })
  t.match(readRegister(Buffer.from('504b0304140006000800', 'hex')).refused, [{ line: 1 }], 'a workbook, not a CSV')
  t.match(read(`${head}\n${'12,1,6,602,89.5,1\n'.repeat(20_001)}`).refused, [
    { reasons: [{ key: 'register.tooMany' }] },
  ])
})

t.test('whatever the bytes, reading never throws and no line is lost', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('12', '602', '89.50', '6', '"', '""', '"a"', ',', '１２', '', ' ', '1e9', '-1', '\u{feff}'),
  )
  const lines = fc.array(
    fc.array(cell, { maxLength: 8 }).map((cells) => cells.join(',')),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n', '\r'), (body, end) => {
      const { rows, refused } = read([head, ...body].join(end))
      const meant = body.flatMap((text) => text.split(/\r\n|\n|\r/)).filter((text) => !/^[\s,]*$/.test(text))
      return rows.length + refused.length === meant.length && refused.every((line) => line.reasons.length > 0)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { rows, refused } = readRegister(bytes)
      return rows.length === 0 && refused.length === 1
    }),
  )
})

t.test('an area of up to two decimals arrives exactly, to the hundredth', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999_999 }), (area) => {
      const { rows } = read(`building,floor,door,area_m2\n12,6,602,${squareMetres(area)}`)
      return rows[0]?.area === area
    }),
  )
  const short = fc.record({ whole: fc.nat({ max: 999_999 }), tenth: fc.nat({ max: 9 }) })
  fc.assert(
    fc.property(short, ({ whole, tenth }) => {
      const { rows } = read(`building,floor,door,area_m2\n12,6,602,${whole}.${tenth}`)
      return whole + tenth === 0 ? rows.length === 0 : rows[0]?.area === whole * 100 + tenth * 10
    }),
  )
})

const name = fc.stringMatching(/^[A-Z0-9甲乙丙]{1,6}$/)
const row: fc.Arbitrary<RegisterRow> = fc.record({
  line: fc.constant(0),
  building: name,
  stairwell: fc.oneof(name, fc.constant('')),
  floor: fc.integer({ min: -5, max: 120 }),
  door: name,
  area: fc.integer({ min: 1, max: 99_999_999 }),
  ownerHeads: fc.option(fc.integer({ min: 0, max: 20 })),
})
const register = fc.uniqueArray(row, { selector: doorKey, maxLength: 20 })

t.test('what was checked and what is then written are the same doors', async () => {
  fc.assert(
    fc.property(register, (rows) => {
      const again = read(writeRegister(rows))
      deepEqual(again, { rows: rows.map((one, at) => ({ ...one, line: at + 2 })), refused: [] })
    }),
  )
})

t.test('a file never changes an area that is there; what it does not say stays', async (t) => {
  const known = { building: '12', stairwell: '1', floor: 6, door: '602', area: 8950, ownerHeads: 2 }
  const line = { line: 2, ...known }
  t.equal(standing(line, undefined), 'new')
  t.equal(standing(line, known), 'kept')
  t.equal(standing({ ...line, stairwell: '', ownerHeads: null }, known), 'kept')
  t.equal(standing({ ...line, floor: 7 }, known), 'changed')
  t.equal(standing({ ...line, ownerHeads: 1 }, known), 'changed')
  t.equal(standing({ ...line, floor: 7, area: 8951 }, known), 'clash')
})

t.test('ten thousand lines are read', async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `12,1,6,${at},89.50,1`)
  t.equal(read(`${head}\n${lines.join('\n')}`).rows.length, 10_000)
})
