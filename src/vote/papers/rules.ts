/** 纸票 — numbered ballots handed out in the room, read by two people, each number accounted for (domain 3.6.1, Balance). Pure. */
import type { MessageKey, Values } from '../../lib/i18n.ts'

/** filled: a vote. spoiled: says nothing one can count. blank: given back unmarked. lost: two people say so by name. */
export const sheetStates = ['filled', 'spoiled', 'blank', 'lost'] as const
export type SheetState = (typeof sheetStates)[number]

/** One paper, as one person read it. */
interface Reading {
  no: number
  personId: number
  state: SheetState
  /** Whose it is, as that line of the roll; only of a filled one. */
  voterId: number | null
  line: string | null
  choice: string | null
  reason: string | null
}

export interface Batch {
  firstNo: number
  lastNo: number
  /** The papers have been handed in: no vote on them is later than that. */
  handed: boolean
  firstBy: number | null
  secondBy: number | null
  sealed: boolean
  counted: boolean
  readings: readonly Reading[]
}

/** A "no" with the numbers that stand in its gaps. */
export interface No {
  key: MessageKey
  values: Values
}
const no = (key: MessageKey, values: Values = {}): No => ({ key, values })

/** A paper takes its number from whoever prints it; of one vote no number is handed out twice. */
export function whyNotIssue(
  range: { firstNo: number; lastNo: number },
  others: readonly { firstNo: number; lastNo: number }[],
): MessageKey | null {
  const { firstNo, lastNo } = range
  if (lastNo < firstNo) return 'batches.range'
  if (lastNo - firstNo >= 200) return 'batches.tooMany'
  return others.some((each) => firstNo <= each.lastNo && each.firstNo <= lastNo) ? 'batches.overlap' : null
}

/** Two people, and no third, each for herself; nothing changes once it is counted. */
export function whyNotEnter(batch: Batch, personId: number, sheet: number): MessageKey | null {
  if (batch.sealed) return 'batches.countedAlready'
  if (!batch.handed) return 'batches.notHanded'
  if (sheet < batch.firstNo || sheet > batch.lastNo) return 'batches.noSuchSheet'
  const isOne = batch.firstBy === personId || batch.secondBy === personId
  return !isOne && batch.secondBy !== null ? 'batches.twoAlready' : null
}

/** A batch opened by mistake is taken back while nobody has read a paper of it. */
export const whyNotWithdraw = (batch: Batch): MessageKey | null =>
  batch.readings.length > 0 ? 'batches.readAlready' : null

/** What the two readings come to, number by number. */
export function balanceOf(batch: Batch) {
  const { firstNo, lastNo, firstBy, secondBy, readings } = batch
  const of = (personId: number | null) => new Map(readings.filter((r) => r.personId === personId).map((r) => [r.no, r]))
  const [first, second] = [of(firstBy), of(secondBy)]
  const agreed: Reading[] = []
  const apart: { no: number; first: Reading; second: Reading }[] = []
  const missing: number[] = []
  for (let sheet = firstNo; sheet <= lastNo; sheet++) {
    const [one, other] = [first.get(sheet), second.get(sheet)]
    if (!one || !other) missing.push(sheet)
    else if (same(one, other)) agreed.push(one)
    else apart.push({ no: sheet, first: one, second: other })
  }
  const n = (state: SheetState) => agreed.filter((reading) => reading.state === state).length
  const sums = { filled: n('filled'), spoiled: n('spoiled'), blank: n('blank'), lost: n('lost') }
  const filled = agreed.filter(({ state }) => state === 'filled')
  const twice = [...Map.groupBy(filled, ({ line }) => line)].filter(([, sheets]) => sheets.length > 1)
  return {
    issued: lastNo - firstNo + 1,
    ...sums,
    filledSheets: filled,
    apart,
    missing,
    /** Doors with more than one paper: nobody can say which of them was meant. */
    twice: twice.map(([line, sheets]) => ({ line: String(line), sheets: sheets.map((sheet) => sheet.no) })),
  }
}

const same = (a: Reading, b: Reading): boolean =>
  a.state === b.state && a.voterId === b.voterId && a.choice === b.choice && (a.reason ?? '') === (b.reason ?? '')

/** Issued = counted + spoiled + returned blank + lost, and both read the same: else why it is not counted yet. */
export function whyNotCount(batch: Batch): No | null {
  const { firstNo, lastNo } = batch
  if (!batch.handed) return no('batches.out', { first: firstNo, last: lastNo })
  const { issued, missing, apart, twice } = balanceOf(batch)
  if (missing.length > 0) {
    const n = missing.length
    return no('batches.missing', { issued, seen: issued - n, n, sheets: listed(missing) })
  }
  if (apart.length > 0) return no('batches.apart', { n: apart.length, sheets: listed(apart.map((each) => each.no)) })
  const [first] = twice
  return first ? no('batches.twice', { line: first.line, sheets: listed(first.sheets) }) : null
}

/** A few numbers, and that there are more. */
const listed = (sheets: readonly number[]): string => `${sheets.slice(0, 8).join(' ')}${sheets.length > 8 ? ' …' : ''}`

/** Nothing is declared while a batch is out, does not balance, or waits to be counted. */
export function whyNotDeclare(batches: readonly Batch[]): No | null {
  const open = batches.find((batch) => !batch.counted)
  return open ? (whyNotCount(open) ?? no('batches.ready', { first: open.firstNo, last: open.lastNo })) : null
}

/** What is in people's hands is handed in before the vote stops, for nothing is cast afterwards. */
export const whyNotStop = (batches: readonly Batch[]): MessageKey | null =>
  batches.some((batch) => !batch.handed) ? 'batches.collectFirst' : null
