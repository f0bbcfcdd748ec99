/** 业主名册 — the owners' register as somebody's file: units, their areas, who owns them (domain 3.6). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { areaOf, buildingOf, doorOf, isName, type Lines, type Reason, readLines, squareMetres } from '../lines/rules.ts'

const kinds = ['flat', 'shop', 'parking', 'storage'] as const
type Kind = (typeof kinds)[number]

/** A line of the file. Null where it does not say: then the register is right, or what is usual. */
export interface Unit {
  building: string
  door: string
  kind: Kind | null
  /** In 0.01 m². */
  area: number
  /** Nobody: not sold, so it counts as the developer's. */
  owners: string[]
  /** The co-owner whom all of them named; empty: none was. */
  agreed: string
  delivered: boolean | null
  countsArea: boolean | null
  countsHead: boolean | null
}

export interface UnitRow extends Unit {
  line: number
}

/** A line with nothing left open. */
export interface SettledRow extends UnitRow {
  kind: Kind
  delivered: boolean
  countsArea: boolean
  countsHead: boolean
}

/** "12-602": what a roll calls it, with the area and never with a name. */
export const unitName = ({ building, door }: { building: string; door: string }): string => `${building}-${door}`

type Column = 'building' | 'door' | 'kind' | 'area' | 'owners' | 'agreed' | 'delivered' | 'countsArea' | 'countsHead'

const headings: Record<Column, readonly string[]> = {
  building: ['building', '楼栋', '楼栋号', '楼号', '幢号', '栋号', '楼幢', '区域', '幢', '栋', '楼'],
  door: ['unit', 'door', 'flat', '室号', '房号', '户号', '房间号', '车位号', '编号', '室'],
  kind: ['kind', 'use', '用途', '类型', '种类', '性质'],
  area: ['aream2', 'area', '专有部分面积', '专有面积', '面积', '建筑面积'],
  owners: ['owners', 'owner', '业主', '业主姓名', '产权人', '权利人', '所有权人'],
  agreed: ['agreed', 'votes', '推选代表', '共有人代表', '投票代表', '代表'],
  delivered: ['delivered', '交付', '已交付', '是否交付'],
  countsArea: ['countsarea', '计面积', '面积计入'],
  countsHead: ['countshead', '计人数', '人数计入'],
}
const needed = {
  building: 'register.no.building',
  door: 'register.no.door',
  area: 'register.no.area',
  owners: 'owners.no.owners',
} as const satisfies Partial<Record<Column, MessageKey>>

/** Reads the owners' register from a file; see readLines. */
export const readUnits = (bytes: Uint8Array): Lines<Unit> =>
  readLines(bytes, { headings, needed, read: readUnit, nameOf: unitName })

/** The rows as a file that `readUnits` reads back to the same rows. */
export function writeUnits(rows: readonly Unit[]): string {
  const tick = (yes: boolean | null) => (yes === null ? '' : yes ? '1' : '0')
  const lines = rows.map((row) =>
    [
      ...[row.building, row.door, row.kind ?? '', squareMetres(row.area), row.owners.join('、'), row.agreed],
      ...[tick(row.delivered), tick(row.countsArea), tick(row.countsHead)],
    ].join(','),
  )
  return ['building,unit,kind,area_m2,owners,agreed,delivered,counts_area,counts_head', ...lines].join('\n')
}

const mostOwners = 12

function readUnit(cell: (column: Column) => string): Unit | Reason[] {
  const building = buildingOf(cell('building'))
  const door = doorOf(cell('door'))
  const kind = kindOf(cell('kind'))
  const area = areaOf(cell('area'))
  const { owners, why } = readOwners(cell('owners'))
  const agreed = tidyName(cell('agreed'))
  const delivered = tickOf(cell('delivered'))
  const countsArea = tickOf(cell('countsArea'))
  const countsHead = tickOf(cell('countsHead'))
  const reasons: Reason[] = why ? [{ key: why }] : []
  if (!isName(building, 20)) reasons.push({ key: 'register.bad.building' })
  if (!isName(door, 20)) reasons.push({ key: 'owners.bad.unit' })
  if (area === null) reasons.push({ key: 'register.bad.area' })
  if (agreed !== '' && !owners.includes(agreed)) reasons.push({ key: 'owners.bad.agreed' })
  if (kind === undefined) reasons.push({ key: 'owners.bad.kind' })
  if (delivered === undefined) reasons.push({ key: 'owners.bad.delivered' })
  if (countsArea === undefined) reasons.push({ key: 'owners.bad.countsArea' })
  if (countsHead === undefined) reasons.push({ key: 'owners.bad.countsHead' })
  if (kind === undefined || area === null || reasons.length > 0) return reasons
  if (delivered === undefined || countsArea === undefined || countsHead === undefined) return reasons
  return { building, door, kind, area, owners, agreed, delivered, countsArea, countsHead }
}

/**
 * "王芳、李强" → two owners, each once. Two people of one name are told apart by a figure behind it: "王芳(2)". What is
 * written alike is one person, and one head, however many units it stands beside.
 */
export function readOwners(text: string): { owners: string[]; why: MessageKey | null } {
  const names = text.split(/[、,，;；/\n]/).map(tidyName)
  const owners = [...new Set(names.filter((name) => name !== ''))]
  if (owners.length > mostOwners) return { owners, why: 'owners.bad.many' }
  return { owners, why: owners.every(isOwner) ? null : 'owners.bad.name' }
}

const tidyName = (text: string): string =>
  text.normalize('NFC').replace(/（/g, '(').replace(/）/g, ')').replace(/\s+/g, ' ').trim()

const isOwner = (name: string): boolean =>
  [...name].length <= 40 && /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .·•'’&()-]*$/u.test(name)

const kindWords: Record<Kind, readonly string[]> = {
  flat: ['flat', '住宅', '住房', '房屋', '居住'],
  shop: ['shop', '商铺', '商业', '店铺', '办公', '非住宅'],
  parking: ['parking', '车位', '车库', '停车位'],
  storage: ['storage', '储藏室', '储藏间', '地下室', '仓库'],
}
/** Null: the file does not say. Undefined: it says what is no kind. */
const kindOf = (text: string): Kind | null | undefined =>
  text === '' ? null : kinds.find((kind) => kindWords[kind].includes(text.toLowerCase()))

/** Null: the file does not say. Undefined: neither yes nor no. */
function tickOf(text: string): boolean | null | undefined {
  if (text === '') return null
  if (/^(?:1|y|yes|true|是|已|计|已交付)$/i.test(text)) return true
  return /^(?:0|n|no|false|否|未|不计|未交付)$/i.test(text) ? false : undefined
}

/** People and firms that stand beside more than one unit of the file, with the lines: one head each, if they are one. */
export function severalUnits(rows: readonly UnitRow[]): { name: string; lines: number[] }[] {
  const lines = new Map<string, number[]>()
  for (const { line, owners } of rows) for (const name of owners) lines.set(name, [...(lines.get(name) ?? []), line])
  return [...lines].filter(([, those]) => those.length > 1).map(([name, those]) => ({ name, lines: those }))
}

/** A unit as the register already has it; its owners by what they are known by without being read. */
export interface KnownUnit {
  id: number
  name: string
  kind: Kind
  area: number
  owners: string[]
  agreed: string | null
  delivered: boolean
  countsArea: boolean
  countsHead: boolean
}

/** What the file leaves open is as it was; of a new unit as is usual, where the estate's rules say nothing else (domain 3.6). */
export function settled(row: UnitRow, known: KnownUnit | undefined): SettledRow {
  const kind = row.kind ?? known?.kind ?? 'flat'
  const sold = row.owners.length > 0 && (known === undefined || known.owners.length === 0)
  return {
    ...row,
    kind,
    delivered: row.delivered ?? (sold || (known?.delivered ?? false)),
    countsArea: row.countsArea ?? known?.countsArea ?? kind !== 'storage',
    countsHead: row.countsHead ?? known?.countsHead ?? (kind === 'flat' || kind === 'shop'),
  }
}

export type Clash = 'area' | 'owners'

/**
 * What a line means for the register. Votes are weighed by area and counted by owners, so neither is overwritten by a
 * file: another area is for a person to settle, another owner is a sale. Where there was no owner a file may bring one.
 */
export function standing(
  row: SettledRow,
  known: KnownUnit | undefined,
  mark: (name: string) => string,
): 'new' | 'changed' | 'kept' | Clash {
  if (!known) return 'new'
  if (known.area !== row.area) return 'area'
  const same =
    known.owners.length === row.owners.length && row.owners.every((name) => known.owners.includes(mark(name)))
  if (!same && known.owners.length > 0) return 'owners'
  const agreed = row.agreed === '' ? known.agreed : mark(row.agreed)
  const terms = ['kind', 'delivered', 'countsArea', 'countsHead'] as const
  return same && known.agreed === agreed && terms.every((what) => known[what] === row[what]) ? 'kept' : 'changed'
}
