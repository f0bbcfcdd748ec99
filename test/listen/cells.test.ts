import fc from 'fast-check'
import t from 'tap'
import { hiddenIn, publishedRow, publishedTable, type Table } from '../../src/listen/cells/rules.ts'

/** All rows of so many counts that come to this sum. */
function* rowsOf(length: number, sum: number): Generator<number[]> {
  if (length === 1) yield [sum]
  else for (let n = 0; n <= sum; n++) for (const rest of rowsOf(length - 1, sum - n)) yield [n, ...rest]
}

const small = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 6 }) }, fc.integer({ min: 0, max: 14 }))
const alike = (a: readonly (number | null)[], b: readonly (number | null)[]) => a.every((n, at) => n === b[at])

t.test('a number under five is never published, and a row without one is published whole', async (t) => {
  t.same(publishedRow([120, 60, 18]), [120, 60, 18])
  t.same(publishedRow([180, 10, 8, 2]), [180, 10, null, null], 'the smallest other one goes with it')
  t.same(publishedRow([190, 4, 3, 1]), [190, null, null, null], 'three small ones hide one another')
  t.same(
    publishedRow([190, 4, 4]),
    [null, null, null],
    'two fours that come to eight would be a riddle with one answer',
  )
  t.same(publishedRow([196, 2, 2]), [null, null, null])
  t.same(publishedRow([0, 5, 5, 9]), [null, null, null, 9], 'equal ones go together')
  t.same(publishedRow([80, 40, 20, 60], [3]), [80, 40, null, null], 'a veiled one takes another with it')
  t.same(publishedRow([80, 40, 2, 60], [3]), [80, null, null, null], 'which has to be more than a few')
})

t.test('of a row nobody finds a hidden number again: not by its sum, nor by this rule', async () => {
  fc.assert(
    fc.property(fc.array(small, { minLength: 2, maxLength: 4 }), (row) => {
      const total = row.reduce((all, n) => all + n, 0)
      const said = publishedRow(row)
      const hidden = hiddenIn(row)
      if (row.some((n, at) => n < 5 && said[at] !== null)) return false
      // With fewer than five in all the total is not published either.
      if (hidden.size === 0 || total < 5) return true
      const bySum = [...hidden].map(() => new Set<number>())
      const byRule = [...hidden].map(() => new Set<number>())
      const places = [...hidden]
      const left = total - said.reduce<number>((all, n) => all + (n ?? 0), 0)
      for (const guess of rowsOf(places.length, left)) {
        const whole = [...row]
        places.forEach((place, i) => {
          whole[place] = guess[i] as number
          bySum[i]?.add(guess[i] as number)
        })
        if (alike(publishedRow(whole), said)) for (const [i, n] of guess.entries()) byRule[i]?.add(n)
      }
      return bySum.every((all) => Math.max(...all) - Math.min(...all) >= 5) && byRule.every((all) => all.size > 1)
    }),
    { numRuns: 400 },
  )
})

interface Case {
  cells: number[][]
  columns: (number | null)[]
}
const table = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 }))
  .filter(([rows, columns]) => rows * columns < 9)
  .chain(([rows, columns]) =>
    fc.array(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 9 })), {
        minLength: columns,
        maxLength: columns,
      }),
      {
        minLength: rows,
        maxLength: rows,
      },
    ),
  )
const totalsOf = (cells: readonly number[][]) =>
  (cells[0] as number[]).map((_, at) => cells.reduce((all, row) => all + (row[at] as number), 0))
const of = (cells: number[][]): Case => ({ cells, columns: publishedRow(totalsOf(cells)) })

t.test('of a table nobody finds a hidden number again from rows, columns and totals', async () => {
  fc.assert(
    fc.property(table, (cells) => {
      const { columns } = of(cells)
      const said = publishedTable(cells, columns)
      if (said === null) return true
      if (cells.some((row, i) => row.some((n, j) => n < 5 && said.cells[i]?.[j] !== null))) return false
      return narrowest(cells, said, columns) >= 5
    }),
    { numRuns: 150 },
  )
})

t.test('a table of a real size keeps most of its numbers', async (t) => {
  const cells = Array.from({ length: 12 }, (_, i) => [14 - (i % 5), 9 + (i % 3), 6, i % 7, i % 2])
  const columns = publishedRow(totalsOf(cells))
  const said = publishedTable(cells, columns)
  const shown = said?.cells.flat().filter((n) => n !== null).length ?? 0
  t.ok(shown > 20, `${shown} of 60 numbers shown`)
  t.ok((said?.totals.filter((n) => n !== null).length ?? 0) >= 10, 'and nearly all its totals')
  t.equal(
    publishedTable(
      [
        [1, 2],
        [3, 1],
      ],
      [null, null],
    ),
    null,
    'where nothing can be said there is no table',
  )
  t.equal(publishedTable([[9, 8]], [9, 8]), null, 'one building is the whole')
})

/**
 * How wide the narrowest range of a hidden number is, over every table that fits what was published: counted out column
 * by column, with a table of what the rows come to so far.
 */
function narrowest(cells: readonly number[][], said: Table, columns: readonly (number | null)[]): number {
  const all = cells.flat().reduce((sum, n) => sum + n, 0)
  const ranges = new Map<string, [number, number]>()
  const note = (key: string, n: number) => {
    const [low, high] = ranges.get(key) ?? [n, n]
    ranges.set(key, [Math.min(low, n), Math.max(high, n)])
  }
  const ways = (column: number): number[][] => {
    const wanted = columns[column] ?? null
    const fixed = said.cells.map((row) => row[column] ?? null)
    const found: number[][] = []
    for (let sum = wanted ?? 0; sum <= (wanted ?? all); sum++)
      for (const way of rowsOf(cells.length, sum))
        if (fixed.every((n, i) => n === null || n === way[i])) found.push(way)
    return found
  }
  const per = columns.map((_, at) => ways(at))
  const fits = (rows: number[]) =>
    rows.reduce((sum, n) => sum + n, 0) === all && said.totals.every((n, i) => n === null || n === rows[i])
  const walk = (at: number, rows: number[], chosen: number[][]) => {
    if (rows.reduce((sum, n) => sum + n, 0) > all) return
    if (at < per.length) {
      for (const way of per[at] as number[][])
        walk(
          at + 1,
          rows.map((n, i) => n + (way[i] as number)),
          [...chosen, way],
        )
      return
    }
    if (!fits(rows)) return
    chosen.forEach((way, j) => {
      for (const [i, n] of way.entries()) note(`${i} ${j}`, n)
      note(
        `column ${j}`,
        way.reduce((sum, n) => sum + n, 0),
      )
    })
    for (const [i, n] of rows.entries()) note(`row ${i}`, n)
  }
  walk(
    0,
    cells.map(() => 0),
    [],
  )
  const width = (key: string, hidden: boolean) => {
    const [low, high] = ranges.get(key) as [number, number]
    return hidden ? high - low : 99
  }
  return Math.min(
    ...said.cells.flatMap((row, i) => row.map((n, j) => width(`${i} ${j}`, n === null))),
    ...said.totals.map((n, i) => width(`row ${i}`, n === null)),
    ...columns.map((n, j) => width(`column ${j}`, n === null)),
  )
}
