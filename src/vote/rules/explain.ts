/** 结果说明 — one paragraph under every result: which rule, which numbers, why it passed or not, and what it is worth (J6). */

import type { ChoiceResult, ScoreResult, Sum } from './choosing.ts'
import type { ConsentResult } from './consent.ts'
import { dualSaid } from './explain-owners.ts'
import type { GateResult } from './gates.ts'
import type { MajorityResult } from './majority.ts'
import type { DualResult, OwnersResult } from './owners.ts'
import type { SeatResult } from './parties.ts'
import type { RankedResult } from './ranking.ts'
import { type Edition, forceOf } from './rule.ts'
import { formula, isSimple, type Named, type Sentence, say, type Words } from './words.ts'

export type Result =
  | MajorityResult
  | ConsentResult
  | ChoiceResult
  | ScoreResult
  | RankedResult
  | SeatResult
  | DualResult
  | OwnersResult
  | GateResult

export interface Telling {
  unit: 'household' | 'seat' | 'person' | 'owner'
  /** Of art. 278, or null. */
  subject: number | null
  /** What options are called; without, by their ids. */
  options?: ReadonlyMap<string, Named>
}

export function explain(rule: Edition, result: Result, telling: Telling): Sentence[] {
  return [
    say('rules.say.rule', (words) => ({
      rule: words.ruleName(rule.code),
      article: words.t(rule.article),
      version: rule.version,
      from: rule.validFrom,
      formula: formula(rule, words),
    })),
    ...why(rule, result, telling),
    worth(rule, telling.subject),
  ]
}

/** Advice or a decision, and what it cannot replace. The ballot's page says the same before anybody votes. */
export function worth(rule: Edition, subject: number | null): Sentence {
  const force = forceOf(rule, subject)
  if (force === 'advice' && subject !== null) return say('rules.force.notOwners', () => ({ subject }))
  return say(`rules.force.${force}`, () => ({}))
}

function why(rule: Edition, result: Result, telling: Telling): Sentence[] {
  switch (result.kind) {
    case 'share':
    case 'unanimous':
      return majoritySaid(rule, result, telling)
    case 'consent':
      return [
        say(`rules.say.consent.${result.reason}`, ({ list }) => ({
          present: result.present,
          aside: result.aside,
          takenBack: result.takenBack,
          n: result.objections.length,
          reasons: list(result.objections.map(({ reason }) => reason)),
        })),
      ]
    case 'plurality':
    case 'approval':
      return choiceSaid(result, telling)
    case 'score':
      return scoreSaid(result, telling)
    case 'ranked':
      return rankedSaid(result, telling)
    case 'seats':
      return seatsSaid(result)
    case 'dual':
      return dualSaid(result)
    case 'gates':
      return [gatesSaid(result)]
  }
}

function majoritySaid(rule: Edition, { kind, reason, count, checks }: MajorityResult, { unit }: Telling): Sentence[] {
  const numbers = say('rules.say.count', ({ t }) => ({ ...count, unit: t(`rules.unit.${unit}`) }))
  if (kind === 'unanimous' && reason !== 'tie')
    return [numbers, say(`rules.say.unanimous.${reason}`, () => ({ ...count }))]
  if (isSimple(rule) && reason !== 'against') return [numbers, say(`rules.say.simple.${reason}`, () => ({ ...count }))]
  const [yes] = checks
  if (!yes || rule.kind !== 'share' || reason === 'tie' || reason === 'against')
    throw new Error(`no words for ${rule.code} ${reason}`)
  const values = (words: Words) => ({
    part: yes.part,
    whole: yes.whole,
    needed: yes.needed ?? 0,
    short: yes.short ?? 0,
    unit: words.t(`rules.unit.${unit}`),
    base: words.t(`rules.base.${rule.base}.${rule.abstain}`),
    over: yes.holds ? words.over(yes) : words.under(yes),
    fraction: words.fraction(yes),
  })
  return [numbers, say(`rules.say.share.${reason}`, values)]
}

const nameIn = ({ name }: Words, { options }: Telling, option: string): string =>
  name(options?.get(option) ?? { name: option, nameEn: option })

const namesIn = (words: Words, telling: Telling, options: readonly string[]): string =>
  words.list(options.map((option) => nameIn(words, telling, option)))

const sumsIn = (words: Words, telling: Telling, sums: readonly Sum[], key: 'rules.votes' | 'rules.points'): string =>
  words.list(sums.map(({ option, sum }) => words.t(key, { name: nameIn(words, telling, option), n: sum })))

function choiceSaid(result: ChoiceResult, telling: Telling): Sentence[] {
  const { valid, invalid, abstain, sums, chosen, tied, lot } = result
  const said = [
    say(abstain > 0 ? 'rules.say.sums.abstain' : 'rules.say.sums', (words) => ({
      valid,
      invalid,
      abstain,
      sums: sumsIn(words, telling, sums, 'rules.votes'),
    })),
  ]
  if (lot.length > 0) said.push(say('rules.say.lot', (words) => ({ lot: namesIn(words, telling, lot) })))
  // Some may be in already while others go to a run-off.
  if (result.reason === 'tie' && chosen.length > 0)
    said.push(say('rules.say.choice.chosen', (words) => ({ chosen: namesIn(words, telling, chosen) })))
  const names = (words: Words) => ({ chosen: namesIn(words, telling, chosen), tied: namesIn(words, telling, tied) })
  return [...said, say(`rules.say.choice.${result.reason}`, names)]
}

function scoreSaid({ valid, invalid, sums, reason }: ScoreResult, telling: Telling): Sentence[] {
  const numbers = say('rules.say.sums', (words) => ({
    valid,
    invalid,
    sums: sumsIn(words, telling, sums, 'rules.points'),
  }))
  if (reason === 'nobody') return [numbers, say('rules.say.choice.nobody', () => ({}))]
  const order = (words: Words) =>
    words.list(sums.map(({ option, place }) => `${place} ${nameIn(words, telling, option)}`))
  return [numbers, say('rules.say.ordered', (words) => ({ order: order(words) }))]
}

function rankedSaid({ rounds, chosen: [winner] }: RankedResult, telling: Telling): Sentence[] {
  const said = rounds.flatMap(({ sums, continuing, exhausted, out }, at) => {
    const round = say('rules.say.round', (words) => ({
      no: at + 1,
      continuing,
      exhausted,
      sums: sumsIn(words, telling, sums, 'rules.votes'),
    }))
    if (!out) return [round]
    const gone = (words: Words) => ({ option: nameIn(words, telling, out.option), round: out.round ?? 0 })
    return [round, say(`rules.say.out.${out.by}`, gone)]
  })
  const last = rounds.at(-1)?.check
  if (!last || winner === undefined) return [...said, say('rules.say.ranked.nobody', () => ({}))]
  const won = (words: Words) => ({
    option: nameIn(words, telling, winner),
    part: last.part,
    whole: last.whole,
    over: words.over(last),
    fraction: words.fraction(last),
  })
  return [...said, say('rules.say.ranked.majority', won)]
}

function seatsSaid(result: SeatResult): Sentence[] {
  const { base, present, for: yes, against, abstain, waived, recused, away, reason, needed, checks } = result
  const said = [say('rules.say.seats', () => ({ base, present, for: yes, against, abstain }))]
  if (waived.length > 0) said.push(say('rules.say.seats.waived', ({ named }) => ({ seats: named(waived) })))
  if (recused.length > 0) said.push(say('rules.say.seats.recused', ({ named }) => ({ seats: named(recused) })))
  const toCome = reason === 'tooFew' ? (checks[0]?.needed ?? 0) : needed
  const values = ({ named }: Words) => ({ for: yes, present, needed: toCome, seats: named(away) })
  return [...said, say(`rules.say.seats.${reason}`, values)]
}

function gatesSaid({ reason, at, stages }: GateResult): Sentence {
  const failed = stages.find(({ state }) => state === 'failed')?.checks.find(({ holds }) => !holds)
  const [only, ...others] = stages
  // A ballot is one gate of the six and says nothing of the others.
  if (only?.count && others.length === 0 && reason === 'allDone') {
    const { members, present, for: yes } = only.count
    return say('rules.say.gates.stage', ({ t }) => ({
      stage: t(`rules.stage.${only.stage}`),
      members,
      present,
      part: yes,
    }))
  }
  return say(`rules.say.gates.${reason}`, ({ t }) => ({
    stage: at ? t(`rules.stage.${at}`) : '',
    members: failed?.whole ?? 0,
    present: failed?.part ?? 0,
    part: failed?.part ?? 0,
    whole: failed?.whole ?? 0,
    needed: failed?.needed ?? 0,
  }))
}
