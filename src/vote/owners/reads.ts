import type { Db } from '../../lib/db/schema.ts'
import type { OwnersCount } from '../rules/owners.ts'
import { type Cast, castOn, unitsOfRoll } from './roll.ts'
import { countRoll, type Roll } from './rules.ts'

/** Heads and area of a vote as it stands, by its frozen roll. What came too late was refused when it came. */
export async function ownersCount(db: Db, ballot: { id: number; options: readonly string[] }): Promise<OwnersCount> {
  return countCast(await unitsOfRoll(db, ballot.id), await castOn(db, ballot.id), ballot.options)
}

/** The same from what has been read already. */
export const countCast = (units: Roll['units'], { votes, ...since }: Cast, options: readonly string[]): OwnersCount =>
  countRoll(units, votes, since, { closesAt: Number.POSITIVE_INFINITY, follow: options.includes('follow') })

/** A unit of the roll as everybody may read it: its number and its area. */
export interface RollLine {
  name: string
  area: number
  /** Null until the vote is over. */
  took: boolean | null
}

/** The roll of one building (what stands before the first dash), and after the close which of it took part; never how. */
export async function publicRoll(db: Db, ballot: { id: number; options: readonly string[]; closed_at: Date | null }) {
  const units = await unitsOfRoll(db, ballot.id)
  const buildingOf = (name: string) => name.split('-')[0] as string
  const buildings = [...new Set(units.map(({ name }) => buildingOf(name)))].sort(inOrder)
  const took = ballot.closed_at ? await headsTakingPart(db, ballot) : null
  const line = ({ name, area, head }: (typeof units)[number]): RollLine => ({
    name,
    area,
    took: took ? took.has(head) : null,
  })
  return {
    buildings,
    linesIn: (building: string) =>
      units
        .filter(({ name }) => buildingOf(name) === building)
        .map(line)
        .sort((a, b) => inOrder(a.name, b.name)),
  }
}

/** 2 before 12, as people count. */
const inOrder = new Intl.Collator('zh', { numeric: true }).compare

/** Heads that took part, each counted by itself: a ballot that is held or void is no part. */
async function headsTakingPart(db: Db, ballot: { id: number; options: readonly string[] }): Promise<Set<number>> {
  const [units, { votes, ...since }] = [await unitsOfRoll(db, ballot.id), await castOn(db, ballot.id)]
  const theirs = Map.groupBy(units, ({ head }) => head)
  const took = new Set<number>()
  for (const [head, cast] of Map.groupBy(votes, (vote) => vote.head)) {
    const count = countCast(theirs.get(head) ?? [], { ...since, votes: cast }, ballot.options)
    if (count.participating.heads > 0 || count.participating.area > 0) took.add(head)
  }
  return took
}

export interface HeldHead {
  head: number
  units: string[]
}

/** Whose co-owners have voted differently: not taking part until they settle it. By their units, never by name. */
export async function heldHeads(db: Db, ballot: { id: number; options: readonly string[] }): Promise<HeldHead[]> {
  const units = await unitsOfRoll(db, ballot.id)
  const { heldKeys } = await ownersCount(db, ballot)
  const held = new Set(heldKeys)
  const heads = Map.groupBy(units, ({ head }) => head)
  const keyOf = (owners: readonly number[]) =>
    JSON.stringify([...new Set(owners)].map((owner) => `number ${owner}`).sort())
  return [...heads]
    .filter(([, theirs]) => held.has(keyOf(theirs[0]?.owners ?? [])))
    .map(([head, theirs]) => ({ head, units: theirs.map(({ name }) => name) }))
}
