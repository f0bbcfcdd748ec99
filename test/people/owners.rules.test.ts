import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  readOwners,
  readUnits,
  settled,
  severalUnits,
  type UnitRow,
  writeUnits,
} from '../../src/people/owners/rules.ts'

/** The owners' register as somebody's file, by itself. */

const read = (text: string) => readUnits(Buffer.from(text))

t.test('headings in either language, full-width figures, and what the file leaves open', async (t) => {
  const { rows, refused } = read(
    '楼栋,室号,面积（㎡）,业主姓名\n１２号楼,６０２室,８９．５０,王芳；李强\nB1,车位023,12.5,',
  )
  t.same(refused, [])
  t.match(rows, [
    { building: '12', door: '602', area: 8_950, owners: ['王芳', '李强'], kind: null, delivered: null },
    { building: 'B1', door: '车位023', area: 1_250, owners: [] },
  ])
  const english = read('building,unit,kind,area_m2,owners,delivered\n12,602,flat,89.50,"Wang Fang, Li Qiang",no')
  t.match(english.rows, [{ owners: ['Wang Fang', 'Li Qiang'], delivered: false }])
})

t.test('what is left open is as usual for a new unit, and as it was for a known one', async (t) => {
  const row = (text: string): UnitRow => read(`楼栋,室号,用途,面积,业主\n${text}`).rows[0] as UnitRow
  t.match(settled(row('12,602,,89.50,王芳'), undefined), {
    kind: 'flat',
    delivered: true,
    countsArea: true,
    countsHead: true,
  })
  t.match(settled(row('12,602,,89.50,'), undefined), { delivered: false })
  t.match(settled(row('B1,1,车位,12,王芳'), undefined), { countsArea: true, countsHead: false })
  t.match(settled(row('B1,2,储藏室,6,王芳'), undefined), { countsArea: false, countsHead: false })
  const known = { id: 1, name: 'B1-1', area: 1_200, owners: ['x'], agreed: null, delivered: true }
  const estate = { ...known, kind: 'parking', countsArea: false, countsHead: true } as const
  t.match(settled(row('B1,1,,12,王芳'), estate), { kind: 'parking', countsArea: false, countsHead: true })
})

t.test('the same name is one person; a figure behind it makes two', async (t) => {
  t.same(readOwners('王芳、王芳，李强').owners, ['王芳', '李强'])
  t.same(readOwners('王芳（2）、王芳').owners, ['王芳(2)', '王芳'])
  t.equal(readOwners('王芳、<b>').why, 'owners.bad.name')
  t.equal(readOwners('＝HYPERLINK').why, 'owners.bad.name')
  const { rows } = read('楼栋,室号,面积,业主\n12,1,80,王芳\n12,2,80,王芳、李强\n12,3,80,王芳(2)')
  t.same(severalUnits(rows), [{ name: '王芳', lines: [2, 3] }])
})

t.test('no file makes it throw, and every line is a row or told why not', async () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 80, unit: 'binary' }), { maxLength: 8 }), (lines) => {
      const text = ['楼栋,室号,面积,业主', ...lines].join('\n')
      const { rows, refused } = read(text)
      const given = text
        .split(/\r\n|\n|\r/)
        .slice(1)
        .filter((line) => !/^[\s,]*$/.test(line))
      deepEqual(rows.length + refused.length, given.length)
    }),
    { numRuns: 2_000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readUnits(bytes)))
})

t.test('what is sent back to be confirmed is read as the same rows', async () => {
  const name = fc.constantFrom('王芳', '李强', '上海某某房产有限公司', 'Anna O’Neil', '王芳(2)')
  const unit = fc.record({
    building: fc.constantFrom('12', 'B1', '3'),
    door: fc.integer({ min: 1, max: 99_999 }).map(String),
    kind: fc.constantFrom('flat' as const, 'shop' as const, 'parking' as const, 'storage' as const, null),
    area: fc.integer({ min: 1, max: 9_999_999 }),
    owners: fc.uniqueArray(name, { maxLength: 4 }),
    delivered: fc.constantFrom(true, false, null),
    countsArea: fc.constantFrom(true, false, null),
    countsHead: fc.constantFrom(true, false, null),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(unit, { selector: ({ building, door }) => `${building}-${door}`, maxLength: 6 }),
      (units) => {
        const rows = units.map((one, i) => ({ ...one, agreed: one.owners[1] ?? '', line: i + 2 }))
        deepEqual(rows.length === 0 ? [] : read(writeUnits(rows)).rows, rows)
      },
    ),
    { numRuns: 1_000 },
  )
})
