/** 户门登记册 — the door register as somebody's file: which lines are doors, and why the others are not. Pure. */
import { areaOf, buildingOf, doorOf, isName, type Lines, type Reason, readLines, squareMetres } from '../lines/rules.ts'

interface Door {
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

export interface RegisterRow extends Door {
  /** Where the line stands in the file, from 1. */
  line: number
}

type Column = 'building' | 'stairwell' | 'floor' | 'door' | 'area' | 'ownerHeads'

const headings: Record<Column, readonly string[]> = {
  building: ['building', '楼栋', '楼栋号', '楼号', '幢号', '栋号', '楼幢', '幢', '栋', '楼'],
  stairwell: ['stairwell', '单元', '单元号', '楼组', '门栋'],
  floor: ['floor', '楼层', '所在层', '层'],
  door: ['door', 'flat', '室号', '房号', '户号', '房间号', '室'],
  area: ['aream2', 'area', '专有部分面积', '专有面积', '面积', '建筑面积'],
  ownerHeads: ['ownerheads', 'owners', '业主人数', '业主数'],
}
const needed = {
  building: 'register.no.building',
  floor: 'register.no.floor',
  door: 'register.no.door',
  area: 'register.no.area',
} as const

/** Reads the door register from a file; see readLines. */
export const readRegister = (bytes: Uint8Array): Lines<Door> =>
  readLines(bytes, { headings, needed, read: readLine, nameOf: doorKey })

/** The rows as a file that `readRegister` reads back to the same rows. */
export function writeRegister(rows: readonly RegisterRow[]): string {
  const lines = rows.map((row) =>
    [row.building, row.stairwell, row.floor, row.door, squareMetres(row.area), row.ownerHeads ?? ''].join(','),
  )
  return ['building,stairwell,floor,door,area_m2,owner_heads', ...lines].join('\n')
}

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

function readLine(cell: (column: Column) => string): Door | Reason[] {
  const building = buildingOf(cell('building'))
  const stairwell = cell('stairwell').replace(/\s*(?:单元|号门|楼组)$/, '')
  const door = doorOf(cell('door'))
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
  if (floor === null || area === null || ownerHeads === undefined || reasons.length > 0) return reasons
  return { building, stairwell, floor, door, area, ownerHeads }
}

function floorOf(text: string): number | null {
  const plainFloor = text.replace(/\s*(?:层|楼|f)$/i, '').replace(/^b(?=\d$)/i, '-')
  if (!/^-?\d{1,3}$/.test(plainFloor)) return null
  const floor = Number(plainFloor) + 0 // "-0" is the ground floor like any other nought
  return floor >= -5 && floor <= 120 ? floor : null
}

/** Null: the file does not say. Undefined: what it says is not a number of owners. */
function headsOf(text: string): number | null | undefined {
  if (text === '') return null
  const heads = /^\d{1,2}$/.test(text) ? Number(text) : 99
  return heads <= 20 ? heads : undefined
}
