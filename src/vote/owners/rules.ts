/** 业主表决的名册 — the owners' register made into the roll of one vote, and votes made into what the rule counts. Pure. */
import { type Electorate, electorateOf, type Head, developer as theDeveloper } from '../rules/electorate.ts'
import { countOwners, type OwnersCast, type OwnersCount } from '../rules/owners.ts'
import { squareMetres } from '../rules/words.ts'

/** A unit as a roll has it. Owners by their ids; nobody: the developer's. */
export interface RollUnit {
  id: number
  name: string
  area: number
  countsArea: boolean
  countsHead: boolean
  owners: number[]
  agreed: number | null
}

/** A unit as the register has it on the day. */
export interface RegisterUnit extends RollUnit {
  building: string
  kind: string
  delivered: boolean
}

/** Somebody who may speak for a head: the developer, the one owner, the one agreed on, or each of the co-owners. */
interface Voice {
  voter: number
  owner: number
  head: number
  /** Where the paper is handed over; null: the developer's. */
  building: string | null
  /** "12-602,B1-P023 102.00 m² 1 head 1/2": the first of two voices of one head. Never a name. */
  line: string
}

export interface Roll {
  voices: Voice[]
  /** With the number of the head each belongs to. */
  units: (RollUnit & { head: number })[]
}

/** The roll as the register stands. Heads are numbered in the order of the register, so the same register makes the same roll. */
export function rollOf(register: readonly RegisterUnit[], developer: number): Roll {
  const frozen = register.map(({ delivered, owners, agreed, ...unit }) => ({
    ...unit,
    owners: delivered ? owners : [],
    agreed: delivered ? agreed : null,
  }))
  const electorate = electorateFrom(frozen)
  const numbers = new Map([...electorate.heads.keys()].map((key, i) => [key, i + 1]))
  const places = new Map(register.map((unit) => [unit.name, unit]))
  const voices: Voice[] = []
  for (const head of electorate.heads.values()) {
    const speaking = head.owners.length === 0 ? [developer] : head.agreed === null ? head.owners : [head.agreed]
    const at = head.units
      .map((name) => places.get(name))
      .find((unit, _, all) => unit?.kind === 'flat' || all.length === 1)
    const home = at ?? places.get(head.units[0] ?? '')
    for (const [i, owner] of speaking.entries())
      voices.push({
        voter: voices.length + 1,
        owner: Number(owner),
        head: numbers.get(head.key) as number,
        building: head.owners.length === 0 ? null : (home?.building ?? null),
        line: lineOf(head, i + 1, speaking.length),
      })
  }
  const units = frozen.map(({ building: _, kind: __, ...unit }) => {
    return { ...unit, head: numbers.get(electorate.headOf.get(unit.name) ?? '') as number }
  })
  return { voices, units }
}

/** The lines that make the roll's fingerprint, from its units alone: an area that was changed later gives another line. */
export function linesOf(units: readonly RollUnit[]): string[] {
  return [...electorateFrom(units).heads.values()].flatMap((head) => {
    const voices = head.agreed === null ? Math.max(1, head.owners.length) : 1
    return Array.from({ length: voices }, (_, i) => lineOf(head, i + 1, voices))
  })
}

const lineOf = ({ units, area, heads }: Head, nth: number, of: number): string =>
  `${[...units].sort(byBytes).join(',')} ${squareMetres(area)} m² ${heads} head ${nth}/${of}`

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The electorate of a roll, frozen or about to be. */
const electorateFrom = (units: readonly RollUnit[]): Electorate =>
  electorateOf(units.map((unit) => ({ ...unit, delivered: unit.owners.length > 0 })))

/** One vote of the owners as it was stored: whose voice, or the buyer who cast in its place. */
export interface StoredVote {
  voter: number
  owner: number
  boughtBy: number | null
  head: number
  choice: string
  at: number
}

interface KnownRoll {
  electorate: Electorate
  /** A unit of each head, by the head's number. */
  unitOf: ReadonlyMap<number, string>
  developers: ReadonlySet<number>
}

/** A roll never changes, and is counted by again with each vote. */
const known = new WeakMap<readonly RollUnit[], KnownRoll>()

function knownRoll(units: readonly (RollUnit & { head: number })[]): KnownRoll {
  const roll = known.get(units) ?? {
    electorate: electorateFrom(units),
    unitOf: new Map(units.map(({ head, name }) => [head, name])),
    developers: new Set(units.filter(({ owners }) => owners.length === 0).map(({ head }) => head)),
  }
  known.set(units, roll)
  return roll
}

/** Those who settled are as if they had agreed beforehand. */
function settledOn(electorate: Electorate, unitOf: ReadonlyMap<number, string>, settled: Since['settled']): Electorate {
  if (settled.length === 0) return electorate
  const heads = new Map(electorate.heads)
  for (const { head, owner } of settled) {
    const key = electorate.headOf.get(unitOf.get(head) ?? '') ?? ''
    const theirs = heads.get(key)
    if (theirs) heads.set(key, { ...theirs, agreed: owner })
  }
  return { ...electorate, heads }
}

/** What has happened since the roll was frozen. */
export interface Since {
  /** Unit name → the buyer. */
  buyers: readonly { unit: string; owner: number }[]
  /** Head → the co-owner whose ballot is theirs. */
  settled: readonly { head: number; owner: number }[]
}

/**
 * The votes of a roll, counted. Co-owners who have said whose ballot is theirs are as if they had agreed on that one
 * beforehand: the others' are void.
 */
export function countRoll(
  units: readonly (RollUnit & { head: number })[],
  votes: readonly StoredVote[],
  since: Since,
  terms: { closesAt: number; follow: boolean },
): OwnersCount {
  const { electorate, unitOf, developers } = knownRoll(units)
  const casts = votes.map((vote): OwnersCast => {
    const voter = vote.boughtBy ?? (developers.has(vote.head) ? theDeveloper : vote.owner)
    const choice = vote.choice as OwnersCast['choice']
    return { id: vote.voter, voter, unit: unitOf.get(vote.head) ?? '', choice, at: vote.at, way: 'own' }
  })
  const buyers = new Map(since.buyers.map(({ unit, owner }) => [unit, owner]))
  return countOwners(settledOn(electorate, unitOf, since.settled), casts, {
    closesAt: terms.closesAt,
    followAllowed: terms.follow,
    buyers,
  })
}
