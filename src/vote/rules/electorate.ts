/** 业主名册 — whose heads and whose area count: the owners' electorate, frozen with the ballot (domain 3.6, 3.6.1). */
import type { Voter } from './counting.ts'
import { natural, total } from './shares.ts'

/** 专有部分: a flat, a shop, a parking space, a storage room. */
export interface Unit {
  /** "12-602": published with the area, never with names. */
  name: string
  owners: readonly Voter[]
  /** In 0.01 m²: as registered, else as surveyed, else as in the contract. */
  area: number
  /** Parking and storage follow the estate's own rules. */
  countsArea: boolean
  countsHead: boolean
  /** Sold, but not handed over, counts as the developer's. */
  delivered: boolean
  /** The co-owner whom all of them named; null: none was. */
  agreed: Voter | null
}

/** One head: the same set of owners with everything they own. A alone and A with B are two. */
export interface Head {
  key: string
  /** Empty: the developer, one head for all that is unsold or not handed over. */
  owners: readonly Voter[]
  units: readonly string[]
  /** 1, or 0 where nothing they own counts a head. */
  heads: number
  area: number
  agreed: Voter | null
}

export interface Electorate {
  heads: ReadonlyMap<string, Head>
  /** By the name of the unit a ballot is cast for, the head it speaks for: one ballot covers all they own. */
  headOf: ReadonlyMap<string, string>
  /** TH, TA. */
  totalHeads: number
  totalArea: number
}

export function electorateOf(units: readonly Unit[]): Electorate {
  const byOwners = Map.groupBy(units, ({ owners, delivered }) => ownersKey(delivered ? owners : []))
  const heads = new Map<string, Head>()
  const headOf = new Map<string, string>()
  for (const [key, theirs] of byOwners) {
    const [first] = theirs
    const owners = first?.delivered ? [...new Set(first.owners)] : []
    for (const { name } of theirs) {
      if (headOf.has(name)) throw new RangeError(`unit ${name} is on the roll twice`)
      headOf.set(name, key)
    }
    heads.set(key, {
      key,
      owners,
      units: theirs.map(({ name }) => name),
      heads: theirs.some(({ countsHead }) => countsHead) ? 1 : 0,
      area: total(theirs.map(({ area, countsArea }) => (countsArea ? natural(area) : 0))),
      agreed: agreedOf(owners, theirs),
    })
  }
  return {
    heads,
    headOf,
    totalHeads: total([...heads.values()].map((head) => head.heads)),
    totalArea: total([...heads.values()].map(({ area }) => area)),
  }
}

/** The same set in whatever order, and no name that could be taken for two. */
const ownersKey = (owners: readonly Voter[]): string =>
  JSON.stringify([...new Set(owners)].map((owner) => `${typeof owner} ${owner}`).sort())

/** Co-owners of several units who named different people for them have not agreed on anybody. */
function agreedOf(owners: readonly Voter[], units: readonly Unit[]): Voter | null {
  const named = new Set(units.flatMap(({ agreed }) => (agreed === null ? [] : [agreed])))
  const [one] = named
  return named.size === 1 && one !== undefined && owners.includes(one) ? one : null
}

/** Who speaks for the developer's head. */
export const developer = 'developer'
