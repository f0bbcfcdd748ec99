/**
 * 小数不露 — which numbers of a table may be published. A number under five is hidden, and so are as many others as it
 * takes that nobody gets it back by subtraction (domain 3.11). Pure.
 *
 * What is promised of every hidden number: taking the published numbers, and that no count is negative, it may still be
 * any of a range at least five wide. Of a single row more: also whoever knows this rule finds two values that fit.
 * test/listen/cells.test.ts holds both against tables counted out by brute force.
 */
export const smallest = 5

/** What may be shown of one number that stands alone: null while it is so small that one could guess who it was. */
export const few = (n: number): number | null => (n < smallest ? null : n)

/**
 * The places to hide in one row whose sum is known: those under five, then the smallest others, all that are equal
 * together, until what is hidden adds up to five or more and is no simple riddle: either one of five or more is among
 * it, or so little is hidden that each of the small ones may be large or small. `veiled`: places that must be hidden in
 * any case; what is hidden beside them adds up to five too.
 */
export function hiddenIn(cells: readonly number[], veiled: readonly number[] = []): Set<number> {
  const hidden = new Set(veiled)
  for (const [at, n] of cells.entries()) if (n < smallest) hidden.add(at)
  const at = (place: number) => cells[place] as number
  const enough = () => {
    const values = [...hidden].map(at)
    const sum = values.reduce((all, n) => all + n, 0)
    const others = sum - veiled.reduce((all, place) => all + at(place), 0)
    const riddle = values.every((n) => n < smallest) && sum > (smallest - 1) * values.length - 3
    return values.length > 1 && others >= smallest && !riddle
  }
  while (hidden.size > 0 && hidden.size < cells.length && !enough()) {
    const least = Math.min(...cells.filter((_, place) => !hidden.has(place)))
    for (const [place, n] of cells.entries()) if (n === least) hidden.add(place)
  }
  return hidden
}

/** A row as it may be published: null where a number is hidden. */
export function publishedRow(cells: readonly number[], veiled: readonly number[] = []): (number | null)[] {
  const hidden = hiddenIn(cells, veiled)
  return cells.map((n, at) => (hidden.has(at) ? null : n))
}

export interface Table {
  cells: (number | null)[][]
  /** Of each row; what each column comes to is published beside it and was settled before. */
  totals: (number | null)[]
}

/**
 * A table as it may be published whose column totals are published too, as `columns` says (null: hidden there), and the
 * sum of everything. Null: nothing of it may be. Numbers are hidden one by one until each hidden one, row totals and
 * column totals among them, has the room it was promised; with everything hidden it has.
 */
export function publishedTable(
  cells: readonly (readonly number[])[],
  columns: readonly (number | null)[],
): Table | null {
  if (cells.length < 2 || columns.length < 2) return null
  const net = netOf(cells, columns)
  const open = hiddenPlaces(net)
  // Whatever is hidden later only adds room: a place that has enough keeps it.
  for (let place = open.shift(); place; place = open.shift()) {
    while (roomOf(net, place) < smallest) {
      const next = toHide(net, place)
      if (!next) return null
      hide(net, next)
      open.push(next)
    }
  }
  const shown = (row: number, column: number, n: number) => (isHidden(net, row, column) ? null : n)
  const totals = cells.map((row, at) => shown(at, columns.length, sum(row)))
  const inside = cells.map((row, i) => row.map((n, j) => shown(i, j, n)))
  return inside.flat().every((n) => n === null) ? null : { cells: inside, totals }
}

/**
 * The table with its totals as one larger table in which every row and every column comes to the same `most`: a total T
 * stands in it as most - T. So a hidden total is a cell like any other.
 */
interface Net {
  values: number[][]
  hidden: boolean[][]
}
interface Place {
  row: number
  column: number
}

function netOf(cells: readonly (readonly number[])[], columns: readonly (number | null)[]): Net {
  const all = sum(cells.map(sum))
  const most = all + 1
  const inner = cells.map((row) => [...row, most - sum(row)])
  const last = columns.map((_, at) => most - sum(cells.map((row) => row[at] as number)))
  const hidden = cells.map((row) => [...row.map((n) => n < smallest), sum(row) < smallest])
  return { values: [...inner, [...last, all]], hidden: [...hidden, [...columns.map((n) => n === null), false]] }
}

const sum = (row: readonly number[]) => row.reduce((all, n) => all + n, 0)
const isHidden = ({ hidden }: Net, row: number, column: number) => hidden[row]?.[column] === true
const valueAt = ({ values }: Net, { row, column }: Place) => values[row]?.[column] as number

function hide({ hidden }: Net, { row, column }: Place) {
  ;(hidden[row] as boolean[])[column] = true
}

const hiddenPlaces = ({ hidden }: Net): Place[] =>
  hidden.flatMap((places, row) => [...places.keys()].filter((at) => places[at]).map((column) => ({ row, column })))

/** The smallest number still shown in the row or the column of a bare place, else the smallest anywhere. Columns are settled. */
function toHide(net: Net, bare: Place): Place | null {
  const shown: (Place & { n: number; near: boolean })[] = []
  const [rows, width] = [net.hidden.length - 1, (net.hidden[0] as boolean[]).length - 1]
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column <= width; column++) {
      if (isHidden(net, row, column)) continue
      // A row's total is the last to go: it says how many answered, and that is what people look for.
      const total = column === width
      const n = total ? Number.MAX_SAFE_INTEGER : valueAt(net, { row, column })
      shown.push({ row, column, n, near: row === bare.row || column === bare.column })
    }
  }
  shown.sort((a, b) => Number(b.near) - Number(a.near) || a.n - b.n || a.row - b.row || a.column - b.column)
  return shown[0] ?? null
}

/** How far a hidden number may lie from what it is, up and down together, as far as five: beyond that nobody asks. */
function roomOf(net: Net, place: Place): number {
  return shift(net, place, 1) + shift(net, place, -1)
}

/**
 * How much can be added to a hidden number (or taken off) so that the others, in its row and column and on from there,
 * make up for it and none falls below zero: the flow from its row to its column through the other hidden places.
 */
function shift(net: Net, place: Place, by: 1 | -1): number {
  const limit = by === 1 ? smallest : Math.min(smallest, valueAt(net, place))
  const moved = net.values.map((row) => [...row])
  let done = 0
  while (done < limit) {
    const way = wayRound(net, moved, place, by)
    if (!way) break
    // Each step of the way takes and gives in turn; one unit at a time, five times at most.
    way.forEach(({ row, column }, step) => {
      ;(moved[row] as number[])[column] = (moved[row]?.[column] as number) + (step % 2 === 0 ? -by : by)
    })
    done++
  }
  return done
}

/** A way from the place's row to its column over hidden places, taking where something is left to take. */
function wayRound(net: Net, moved: readonly number[][], from: Place, by: 1 | -1): Place[] | null {
  const { hidden } = net
  const free = (row: number, column: number, change: number) =>
    hidden[row]?.[column] === true &&
    !(row === from.row && column === from.column) &&
    (change > 0 || (moved[row]?.[column] as number) > 0)
  const rows = new Map<number, Place[]>([[from.row, []]])
  const columns = new Set<number>()
  const queue = [from.row]
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    const way = rows.get(row) as Place[]
    for (let column = 0; column < (hidden[row] as boolean[]).length; column++) {
      if (columns.has(column) || !free(row, column, -by)) continue
      columns.add(column)
      const here = [...way, { row, column }]
      if (column === from.column) return here
      for (let next = 0; next < hidden.length; next++) {
        if (rows.has(next) || !free(next, column, by)) continue
        rows.set(next, [...here, { row: next, column }])
        queue.push(next)
      }
    }
  }
  return null
}
