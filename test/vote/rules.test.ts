import fc from 'fast-check'
import t from 'tap'
import { translator } from '../../src/lib/i18n.ts'
import { decide, neededOf } from '../../src/vote/ballots/decision.ts'
import { explained } from '../../src/vote/ballots/explained.ts'
import type { Count } from '../../src/vote/ballots/numbers.ts'
import { type Rule, votersOf } from '../../src/vote/ballots/rules.ts'
import { because, seatsNeeded } from '../../src/vote/ballots/telling.ts'
import { paragraph } from '../../src/vote/rules/words.ts'

/** The rules that a meeting uses most, each with a short sentence of its own. */
const rules = ['M1', 'M2', 'M3', 'M4v', 'M4p', 'M4e', 'M5v', 'M5p', 'M5e', 'M7', 'S5'] as const
/** What of a ballot a result is told from. */
const asked = (rule: Rule) => ({
  rule,
  ruleVersion: 1,
  options: ['for', 'against', 'abstain'],
  terms: {},
  voters: votersOf(rule),
})

const count = (given: Partial<Count>): Count => ({ for: 0, against: 0, abstain: 0, present: 0, eligible: 0, ...given })

t.test('the golden vectors of the rule catalogue (domain 3.6)', async (t) => {
  const vectors: [string, Rule, Partial<Count>, string, string][] = [
    ['half of those present', 'M2', { present: 30, for: 15, against: 10, abstain: 5 }, 'rejected', 'notEnough'],
    ['one more than half', 'M2', { present: 30, for: 16, against: 10, abstain: 4 }, 'passed', 'enough'],
    ['base matters: of those voting', 'M4v', { present: 30, for: 18, against: 9, abstain: 3 }, 'passed', 'enough'],
    [
      'base matters: of those present',
      'M4p',
      { present: 30, for: 18, against: 9, abstain: 3 },
      'rejected',
      'notEnough',
    ],
    ['exactly two thirds of all', 'M4e', { eligible: 30, present: 25, for: 20, against: 5 }, 'passed', 'enough'],
    [
      'one short of two thirds of all',
      'M4e',
      { eligible: 31, present: 25, for: 20, against: 5 },
      'rejected',
      'notEnough',
    ],
    ['tie', 'M1', { present: 30, for: 15, against: 15 }, 'rejected', 'tie'],
    ['one more', 'M1', { present: 30, for: 15, against: 14 }, 'passed', 'moreFor'],
    ['abstentions only', 'M1', { present: 3, abstain: 3 }, 'rejected', 'zero'],
    ['nobody there', 'M2', { eligible: 1500 }, 'rejected', 'zero'],
    ['two thirds of nothing', 'M4v', { present: 4, abstain: 4 }, 'rejected', 'zero'],
    ['two thirds of nobody', 'M4p', {}, 'rejected', 'zero'],
    ['two thirds of no roll', 'M4e', {}, 'rejected', 'zero'],
    ['four of five, three yes', 'S5', { eligible: 5, present: 4, for: 3, against: 1 }, 'passed', 'enough'],
    ['2–2–1', 'S5', { eligible: 5, present: 5, for: 2, against: 2, abstain: 1 }, 'rejected', 'notEnough'],
    ['three of five came', 'S5', { eligible: 5, present: 3, for: 3 }, 'rejected', 'tooFew'],
    ['the base shrank to four', 'S5', { eligible: 4, present: 4, for: 3, abstain: 1 }, 'passed', 'enough'],
    ['four seats, three came', 'S5', { eligible: 4, present: 3, for: 3 }, 'rejected', 'tooFew'],
    [
      'the base shrank to two: three yes stay three',
      'S5',
      { eligible: 2, present: 2, for: 2 },
      'rejected',
      'notEnough',
    ],
    ['no seats at all', 'S5', {}, 'rejected', 'zero'],
  ]
  for (const [name, rule, given, outcome, reason] of vectors) {
    t.match(decide(rule, count(given)), { outcome, reason }, `${rule}: ${name}`)
  }
  const away = decide('S5', count({ eligible: 5, present: 4, for: 4 }), [{ name: '居委会', nameEn: 'Committee' }])
  t.match(away, { outcome: 'rejected', reason: 'requiredAway' }, 'S5: four yes, but the required seat is away')
})

/** The rules once more, the way one would count pebbles: independent of the arithmetic under test. */
function naive(
  rule: (typeof rules)[number],
  { for: yes, against, abstain, present, eligible }: Count,
  missing: number,
): boolean {
  const more = (left: number, right: number) => left > right
  const twiceAsMany = (some: number, rest: number) => some > 0 && some >= rest + rest
  const thriceAsMany = (some: number, rest: number) => some > 0 && some >= rest + rest + rest
  switch (rule) {
    case 'M1':
      return more(yes, against)
    case 'M3':
      return more(yes, eligible - yes)
    case 'M5v':
      return thriceAsMany(yes, against)
    case 'M5p':
      return thriceAsMany(yes, present - yes)
    case 'M5e':
      return thriceAsMany(yes, eligible - yes)
    case 'M7':
      return yes > 0 && against === 0
    case 'M2':
      return more(yes, present - yes)
    case 'M4v':
      return twiceAsMany(yes, against)
    case 'M4p':
      return twiceAsMany(yes, present - yes)
    case 'M4e':
      return twiceAsMany(yes, eligible - yes)
    case 'S5': {
      // At least four here for each one away, for every required party somebody, three hands up.
      const away = eligible - present
      return eligible > 0 && present >= away * 4 && missing === 0 && yes > 2 && yes + against + abstain <= present
    }
  }
}

/** Numbers as a meeting makes them: whoever voted was present, whoever was present is on the roll. */
const meetings = fc
  .record({ yes: fc.nat(900), against: fc.nat(900), abstain: fc.nat(300), silent: fc.nat(300), away: fc.nat(900) })
  .map(({ yes, against, abstain, silent, away }) => {
    const present = yes + against + abstain + silent
    return { for: yes, against, abstain, present, eligible: present + away }
  })

/** Exactly at the edge, one below and one above it, ties and nobody: where such rules go wrong. */
const edges = fc
  .tuple(fc.nat(400), fc.constantFrom(-1, 0, 1), fc.constantFrom('half', 'thirds', 'quarters', 'tie', 'zero'))
  .map(([k, off, edge]): Count => {
    switch (edge) {
      case 'half': {
        const yes = Math.max(0, k + off)
        return { for: yes, against: 0, abstain: 0, present: Math.max(2 * k, yes), eligible: Math.max(2 * k, yes) }
      }
      case 'thirds': {
        const yes = Math.max(0, 2 * k + off)
        return {
          for: yes,
          against: k,
          abstain: 0,
          present: Math.max(3 * k, yes + k),
          eligible: Math.max(3 * k, yes + k),
        }
      }
      case 'quarters': {
        const yes = Math.max(0, 3 * k + off)
        const all = Math.max(4 * k, yes + k)
        return { for: yes, against: k, abstain: 0, present: all, eligible: all }
      }
      case 'tie':
        return { for: k, against: Math.max(0, k + off), abstain: 1, present: 2 * k + 3, eligible: 2 * k + 3 }
      default:
        return { for: 0, against: 0, abstain: k, present: k, eligible: k }
    }
  })

t.test('every rule agrees with counting pebbles, at the edges too', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules.filter((rule) => rule !== 'S5')), fc.oneof(meetings, edges), (rule, given) => {
      const { outcome, numbers } = decide(rule, given)
      const base = numbers.base
      return (outcome === 'passed') === (base > 0 && naive(rule, given, 0))
    }),
    { numRuns: 5_000 },
  )
})

t.test('a stored result is told in both languages: which rule, why, what it is worth, and every sum', async (t) => {
  const told = (rule: Rule, given: Partial<Count>, subject = 'common', label: 'kinds.label.advice' | null = null) => {
    const { said, sums } = explained({ ...decide(rule, count(given)), ...asked(rule), subject, label })
    return [paragraph(said, 'zh'), paragraph(said, 'en'), sums.map((sum) => translator('zh')(sum.key, sum.zh)).join('')]
  }
  const [zh, en, sums] = told('M5e', { for: 45, against: 5, present: 50, eligible: 60 })
  t.match(zh, /规则第 1 版.*全体 60 户的四分之三（要 45 户），通过。这次表决由会议作出决定。$/)
  t.match(en, /passed/)
  t.equal(sums, '赞成：4 × 45 = 180，3 × 60 = 180，180 ≥ 180，够了。')
  t.match(told('M2', { for: 2, present: 3 }, '278-5')[0], '第 278 条第 5 项，要由业主共同决定，会商代替不了。')
  t.match(told('M2', { for: 2, present: 3 }, 'common', 'kinds.label.advice')[0], '这次表决是会商意见')
  t.throws(() => decide('M2', count({ for: 2, present: 1 })), RangeError, 'more votes than voters are no result')

  const numbers = decide('M2', count({ for: 2, present: 2 })).numbers
  const lost = { ...asked('M2'), reason: 'quorumLost', numbers, subject: 'common', label: null } as const
  const { said, sums: none } = explained(lost)
  t.match(paragraph(said, 'zh'), translator('zh')('ballots.because.quorumLost', {}).slice(0, 5))
  t.same(none, [], 'a vote that was given up has nothing to add up')

  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.oneof(meetings, edges), (rule, given) => {
      const words = told(rule, given).join('')
      return !/[{}]|undefined|NaN/.test(words) && words.includes('通过')
    }),
    { numRuns: 500 },
  )
})

t.test('five parties: every table of up to seven seats, counted out', async (t) => {
  let tables = 0
  for (let eligible = 0; eligible <= 7; eligible++)
    for (let present = 0; present <= eligible; present++)
      for (let yes = 0; yes <= present; yes++)
        for (let against = 0; yes + against <= present; against++)
          for (const missing of [0, 1]) {
            const given = { for: yes, against, abstain: present - yes - against, present, eligible }
            const away = missing ? [{ name: '居委会', nameEn: 'Committee' }] : []
            tables++
            if ((decide('S5', given, away).outcome === 'passed') !== naive('S5', given, missing))
              t.fail(JSON.stringify({ ...given, missing }))
          }
  t.ok(tables > 200)
})

t.test('one more yes never turns a pass into a failure, and the pin stands where the result turns', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.oneof(meetings, edges), (rule, given) => {
      const more = { ...given, for: given.for + 1, present: given.present + 1, eligible: given.eligible + 1 }
      const grows = decide(rule, given).outcome === 'rejected' || decide(rule, more).outcome === 'passed'
      const reached = given.for >= neededOf(rule, given)
      const { outcome, numbers } = decide(rule, given)
      const turns = rule === 'S5' || numbers.base === 0 || (outcome === 'passed') === reached
      return grows && turns
    }),
    { numRuns: 2_000 },
  )
})

t.test('why, in one sentence, in both languages', async (t) => {
  const said = (rule: Rule, given: Partial<Count>, missing: { name: string; nameEn: string }[] = []) => {
    const { key, zh, en } = because({ ...asked(rule), ...decide(rule, count(given), missing) })
    return [translator('zh')(key, zh), translator('en')(key, en)]
  }
  t.same(said('M2', { present: 52, for: 41, against: 9, abstain: 2 }), [
    '赞成 41 户，过到会 52 户的半数（要 27 户），通过。',
    '41 households for, more than half of the 52 present (27 needed): passed.',
  ])
  t.same(said('M1', { for: 15, against: 15, present: 30 })[0], '赞成和反对都是 15 户，打平不算多数，没有通过。')
  t.same(said('S5', { eligible: 5, present: 4, for: 4 }, [{ name: '居委会', nameEn: 'Residents’ Committee' }]), [
    '居委会没有到会，缺了必须到的一方，没有通过。',
    'Nobody was there for a party that must be present (Residents’ Committee): not passed.',
  ])
  t.equal(said('S5', { eligible: 5, present: 3, for: 3 })[0], '5 席只到了 3 席（要 4 席），人不齐，没有通过。')
  t.equal(seatsNeeded(4), 4)

  fc.assert(
    fc.property(fc.constantFrom(...rules), meetings, fc.boolean(), (rule, given, away) => {
      const missing = away && rule === 'S5' ? [{ name: '居委会', nameEn: 'Committee' }] : []
      const { key, zh, en } = because({ ...asked(rule), ...decide(rule, given, missing) })
      const [chinese, english] = [translator('zh')(key, zh), translator('en')(key, en)]
      return ![chinese, english].some((text) => /[{}]|undefined|NaN/.test(text)) && chinese.endsWith('通过。')
    }),
  )
})
