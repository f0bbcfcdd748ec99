import type { Db } from '../../lib/db/schema.ts'
import { castOn, unitsOfRoll } from './roll.ts'
import { countRoll } from './rules.ts'

export interface HeldHead {
  head: number
  units: string[]
}

/** Whose co-owners have voted differently: not taking part until they settle it. By their units, never by name. */
export async function heldHeads(db: Db, ballot: { id: number; follow: boolean }): Promise<HeldHead[]> {
  const units = await unitsOfRoll(db, ballot.id)
  const { votes, ...since } = await castOn(db, ballot.id)
  const { heldKeys } = countRoll(units, votes, since, { closesAt: Number.POSITIVE_INFINITY, follow: ballot.follow })
  const held = new Set(heldKeys)
  const heads = Map.groupBy(units, ({ head }) => head)
  const keyOf = (owners: readonly number[]) =>
    JSON.stringify([...new Set(owners)].map((owner) => `number ${owner}`).sort())
  return [...heads]
    .filter(([, theirs]) => held.has(keyOf(theirs[0]?.owners ?? [])))
    .map(([head, theirs]) => ({ head, units: theirs.map(({ name }) => name) }))
}
