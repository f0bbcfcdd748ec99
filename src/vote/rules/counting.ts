/** 计票 — which of the ballots that were handed in count (domain 3.6.1: time, repeats, base and participation). */

export type Voter = string | number

export interface Cast<C> {
  /** Grows in the order of arrival. */
  id: number
  voter: Voter
  /** Null: spoiled or blank. */
  choice: C | null
  /** When it was received; paper is timed when it is handed in, not when it is typed in. */
  at: number
  way: 'own' | 'paper' | 'hands'
}

export interface Terms {
  repeats: 'last' | 'first'
  /** A ballot counts if it is received strictly before. */
  closesAt: number
  /** Who may vote. */
  roll: ReadonlySet<Voter>
  /** Who was checked in at any time while the vote was open; null: no list was kept. */
  attendance: ReadonlySet<Voter> | null
}

export interface Gathered<C> {
  /** One a voter at most. */
  counted: (Cast<C> & { choice: C })[]
  /** I: voters who handed in nothing but spoiled or blank ballots. They do not take part. */
  invalid: number
  /** P: the list of those present, or else the valid ballots. */
  present: number
  late: Cast<C>[]
  /** Of somebody who is not on the roll, or not on the list of those present. */
  strangers: Cast<C>[]
  /** Valid, but another of the same voter counts: `superseded_duplicate` where votes are cast once. */
  superseded: Cast<C>[]
}

export function gather<C>(casts: readonly Cast<C>[], terms: Terms): Gathered<C> {
  const { roll, attendance, closesAt } = terms
  const entitled = ({ voter }: Cast<C>) => roll.has(voter) && (attendance === null || attendance.has(voter))
  const late = casts.filter(({ at }) => at >= closesAt)
  const inTime = casts.filter(({ at }) => at < closesAt)
  const strangers = inTime.filter((cast) => !entitled(cast))
  const byVoter = Map.groupBy(inTime.filter(entitled).sort(inOrder), ({ voter }) => voter)

  const counted: Gathered<C>['counted'] = []
  const superseded: Cast<C>[] = []
  let invalid = 0
  for (const own of byVoter.values()) {
    // A spoiled ballot takes nothing back: it says nothing, so what was said before or after it stands.
    const valid = own.filter((cast): cast is Cast<C> & { choice: C } => cast.choice !== null)
    const stands = terms.repeats === 'last' ? valid.at(-1) : valid[0]
    if (stands) counted.push(stands)
    else invalid++
    superseded.push(...valid.filter((cast) => cast !== stands))
  }
  const present = attendance ? [...attendance].filter((voter) => roll.has(voter)).length : counted.length
  return { counted, invalid, present, late, strangers, superseded }
}

/** In the same moment paper comes first: it never overrides what the household itself cast. */
const inOrder = (a: Cast<unknown>, b: Cast<unknown>): number =>
  a.at - b.at || Number(a.way === 'own') - Number(b.way === 'own') || a.id - b.id

/** How often each choice stands, by weight where voters weigh (each 1 otherwise). */
export function tally<C extends string>(
  counted: readonly { voter: Voter; choice: C }[],
  choices: readonly C[],
  weights?: ReadonlyMap<Voter, number>,
): Record<C, number> {
  const sums = Object.fromEntries(choices.map((choice) => [choice, 0])) as Record<C, number>
  for (const { voter, choice } of counted) sums[choice] += weights ? (weights.get(voter) ?? 0) : 1
  return sums
}
