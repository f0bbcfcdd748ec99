import t from 'tap'
import { arithmetic } from '../../src/vote/rules/arithmetic.ts'
import { type Code, customRule, editionOf, editions, inForce, ruleForSubject } from '../../src/vote/rules/catalogue.ts'
import { decideApproval, decidePlurality, rankScores } from '../../src/vote/rules/choosing.ts'
import { decideConsent, type Stance } from '../../src/vote/rules/consent.ts'
import { type Cast, gather, tally } from '../../src/vote/rules/counting.ts'
import { developer, electorateOf, type Unit } from '../../src/vote/rules/electorate.ts'
import { explain, type Result, worth } from '../../src/vote/rules/explain.ts'
import { stillNeeded } from '../../src/vote/rules/explain-owners.ts'
import { walkGates } from '../../src/vote/rules/gates.ts'
import { drawLots } from '../../src/vote/rules/lots.ts'
import { type Count, decideShare, decideUnanimous } from '../../src/vote/rules/majority.ts'
import { countOwners, decideDual, decideOwners, type OwnersCast } from '../../src/vote/rules/owners.ts'
import { decideSeats, type Seat } from '../../src/vote/rules/parties.ts'
import { type Mandate, presentOrSpokenFor, standingCasts, weighMandates } from '../../src/vote/rules/proxies.ts'
import { decideRanked } from '../../src/vote/rules/ranking.ts'
import { forceOf, whyNotForSubject, whyNotShare } from '../../src/vote/rules/rule.ts'
import { paragraph } from '../../src/vote/rules/words.ts'
import { edition, rule } from './oracle.ts'

const count = (given: Partial<Count>): Count => ({
  for: 0,
  against: 0,
  abstain: 0,
  invalid: 0,
  present: 0,
  all: 0,
  ...given,
})

const said = (code: Code, result: Result, telling: Partial<Parameters<typeof explain>[2]> = {}) => {
  const sentences = explain(edition(code), result, { unit: 'household', subject: null, ...telling })
  return [paragraph(sentences, 'zh'), paragraph(sentences, 'en')]
}

const dual = (code: 'D1' | 'D2', [TH = 0, TA = 0, PH = 0, PA = 0, YH = 0, YA = 0]: number[]) =>
  decideDual(rule(code, 'dual'), {
    total: { heads: TH, area: TA },
    participating: { heads: PH, area: PA },
    for: { heads: YH, area: YA },
  })

t.test('the golden vectors of domain 3.6, line by line', async (t) => {
  const owners: [string, 'D1' | 'D2', number[], string][] = [
    ['1 exactly half the heads', 'D1', [900, 9_000_000, 600, 6_000_000, 300, 3_000_001], 'notEnough'],
    ['2 one more head', 'D1', [900, 9_000_000, 600, 6_000_000, 301, 3_000_001], 'enough'],
    ['3 one head short of 2/3', 'D1', [900, 9_000_000, 599, 6_500_000, 599, 6_500_000], 'participation'],
    ['4 area 0.01 m² short of 2/3', 'D1', [900, 9_000_000, 700, 5_999_999, 700, 5_999_999], 'participation'],
    ['5 exactly 3/4 of both', 'D2', [900, 9_000_000, 600, 6_000_000, 450, 4_500_000], 'enough'],
    ['6 area fine, heads one short', 'D2', [900, 9_000_000, 600, 6_000_000, 449, 5_000_000], 'notEnough'],
    ['7 odd total', 'D1', [901, 9_000_000, 601, 6_000_000, 301, 3_000_001], 'enough'],
    ['8 odd total, one fewer', 'D1', [901, 9_000_000, 600, 6_000_000, 600, 6_000_000], 'participation'],
  ]
  for (const [name, code, totals, reason] of owners)
    t.match(dual(code, totals), { reason, outcome: reason === 'enough' ? 'passed' : 'rejected' }, name)

  const shares: [string, Code, Partial<Count>, string][] = [
    ['9 half of those present', 'M2', { present: 30, for: 15, against: 10, abstain: 5 }, 'notEnough'],
    ['9 half of those present and one', 'M2', { present: 30, for: 16, against: 10, abstain: 4 }, 'enough'],
    ['10 base matters: v', 'M4v', { present: 30, for: 18, against: 9, abstain: 3 }, 'enough'],
    ['10 base matters: p', 'M4p', { present: 30, for: 18, against: 9, abstain: 3 }, 'notEnough'],
    ['11 half of all', 'M3', { all: 50, for: 25 }, 'notEnough'],
    ['11 half of all and one', 'M3', { all: 50, for: 26 }, 'enough'],
    ['12 tie', 'M1', { for: 15, against: 15 }, 'tie'],
    ['zero: abstentions only', 'M1', { abstain: 3 }, 'zero'],
    ['zero: two thirds of nobody', 'M4e', {}, 'zero'],
    ['an exact half is no tie elsewhere', 'M2', { present: 30, for: 15, against: 15 }, 'notEnough'],
  ]
  for (const [name, code, given, reason] of shares)
    t.match(
      decideShare(rule(code, 'share'), count(given)),
      { reason, outcome: reason === 'enough' ? 'passed' : 'rejected' },
      name,
    )
})

t.test('the other rules, at their edges', async (t) => {
  const loose = (given: Partial<Count>) => decideUnanimous(rule('M7', 'unanimous'), count(given)).reason
  const strict = (given: Partial<Count>) => decideUnanimous(rule('M7s', 'unanimous'), count(given)).reason
  t.same(
    [loose({ for: 1, abstain: 9 }), loose({ abstain: 9 }), loose({ for: 9, against: 1 }), loose({})],
    ['enough', 'zero', 'against', 'zero'],
  )
  t.same(
    [strict({ for: 9, present: 9 }), strict({ for: 8, present: 9 }), strict({ present: 9, abstain: 9 }), strict({})],
    ['enough', 'notEnough', 'notEnough', 'zero'],
  )
  const fifths = customRule({ base: 'all', abstain: 'out', share: { num: 3, den: 5, strict: true } })
  t.equal(
    decideShare(fifths, count({ all: 12, for: 6, abstain: 2 })).reason,
    'notEnough',
    'six of ten is not more than 3/5',
  )
  t.equal(decideShare(fifths, count({ all: 12, for: 7, abstain: 2 })).reason, 'enough')
  t.same(
    [
      whyNotShare({ num: 3, den: 2, strict: false }),
      whyNotShare({ num: 1, den: 1, strict: true }),
      whyNotShare(fifths.share),
    ],
    ['rules.badShare', 'rules.badShare', null],
  )
  t.throws(() => decideShare(rule('M2', 'share'), count({ present: 2, for: 3 })), /more votes than voters/)
  t.throws(() => decideShare(rule('M2', 'share'), count({ present: 2, for: 0.5 })), /not a count/)

  const one = (stance: Stance['stance'], voter: string, reason = ''): Stance => ({ voter, stance, reason })
  const here = new Set(['王', '李', '周'])
  const consent = (...rounds: Stance[][]) => decideConsent(rounds, here)
  t.match(consent([one('object', '王')]), { reason: 'noObjection', unfounded: 1 }, 'without a reason it does not stand')
  t.match(consent([one('object', '王', ' 太吵 ')]), { reason: 'objection', objections: [{ reason: '太吵' }] })
  t.match(consent([one('object', '王', '太吵')], [one('aside', '王')]), {
    reason: 'noObjection',
    aside: 1,
    takenBack: 1,
  })
  t.match(consent([one('object', '外人', '不')]), { reason: 'noObjection' }, 'who is not there does not object')
  t.equal(decideConsent([], null).reason, 'zero', 'nobody took part')
})

t.test('choosing among options, and lots that anybody draws again', async (t) => {
  const abc = ['a', 'b', 'c']
  t.match(decidePlurality(abc, ['a', 'a', 'b', '', 'x']), { chosen: ['a'], valid: 3, abstain: 1, invalid: 1 })
  t.match(decidePlurality(abc, ['a', 'b']), { outcome: 'runoff', tied: ['a', 'b'], chosen: [] })
  t.match(decidePlurality(['a'], []), { outcome: 'rejected', reason: 'nobody' }, 'one option alone needs a vote')

  const approve = (ballots: string[][], number: number, seed: string | null = null, by: 'AP' | 'APt' = 'AP') =>
    decideApproval(rule(by, 'approval'), abc, ballots, { number, seed })
  t.match(approve([['a', 'b'], ['a'], [], ['a', 'x']], 2), { chosen: ['a', 'b'], valid: 3, invalid: 1, abstain: 1 })
  t.match(approve([['a'], ['a', 'b'], ['c']], 2), { outcome: 'runoff', chosen: ['a'], tied: ['b', 'c'] })
  t.match(approve([[]], 2), { outcome: 'rejected' }, 'an option that nobody approved is never elected')
  t.match(approve([['a'], ['a', 'b']], 2, null, 'APt'), { chosen: ['a'] })
  // By sha256sum: 2026|a is 1725787d…, 2026|b 53c19604…, 2026|c 93078585….
  t.same(drawLots('2026|', ['c', 'b', 'a']), abc)
  t.match(approve([['c'], ['b']], 1, '2026|'), { outcome: 'passed', chosen: ['b'], lot: ['b', 'c'] })

  const ranked = (ballots: string[][], seed = 's') => decideRanked(rule('RC', 'ranked'), abc, ballots, seed)
  const five = ranked([['a'], ['a'], ['b', 'c'], ['b', 'c'], ['c', 'b']])
  t.match(five, { chosen: ['b'], rounds: [{ out: { option: 'c', by: 'fewest' } }, { continuing: 5 }] })
  t.match(ranked([['a'], ['a', 'a'], ['x'], []]), { chosen: ['a'], valid: 1, invalid: 3 })
  t.match(ranked([]), { outcome: 'rejected', reason: 'nobody' })
  const finalists = ranked([['a'], ['b']])
  t.match(
    finalists.rounds.map(({ out }) => out?.by),
    ['fewest', 'lot', undefined],
    'c first, then a lot between two equals',
  )
  t.same(finalists.chosen, [drawLots('s', ['a', 'b'])[0]], 'the first one drawn stays')
  const back = decideRanked(
    rule('RC', 'ranked'),
    ['a', 'b', 'c', 'd'],
    [...'aaaabbbcc'].map((o) => [o]).concat([['d', 'c']]),
    's',
  )
  t.match(back.rounds[1]?.out, { option: 'c', by: 'lookBack', round: 1 }, 'level in round 2, fewer in round 1')

  const scores = (...ballots: [string, number][][]) =>
    rankScores(
      { max: 5, budget: 6 },
      abc,
      ballots.map((ballot) => new Map(ballot)),
    )
  t.match(
    scores(
      [
        ['a', 5],
        ['b', 1],
      ],
      [
        ['b', 4],
        ['c', 1],
      ],
      [['a', 6]],
      [
        ['a', 4],
        ['b', 3],
      ],
    ),
    {
      sums: [
        { place: 1, sum: 5 },
        { place: 1, sum: 5 },
        { option: 'c', place: 3, sum: 1 },
      ],
      invalid: 2,
    },
  )
})

const seat = (name: string, given: Partial<Seat> = {}): Seat => ({
  ...{ name, nameEn: name, voting: true, required: false, vacant: false, recused: false, present: true, choice: null },
  ...given,
})

t.test('five parties', async (t) => {
  const table = (votes: string, given: Partial<Seat>[] = []) =>
    [...votes].map((vote, i) =>
      seat(`${i}`, {
        choice: ({ y: 'for', n: 'against', a: 'abstain' } as const)[vote] ?? null,
        present: vote !== '-',
        required: i === 0,
        ...given[i],
      }),
    )
  const reasons = (code: 'S5' | 'S5c' | 'S5m', ...tables: Seat[][]) =>
    tables.map((seats) => decideSeats(rule(code, 'seats'), seats).reason)
  t.same(
    reasons(
      'S5',
      table('yynna'),
      table('yyyn-'),
      table('yyy--'),
      table('-yyyy'),
      table('yy', []),
      [],
      table('yyyn-', [{ recused: true }]),
    ),
    ['notEnough', 'enough', 'tooFew', 'requiredAway', 'notEnough', 'zero', 'notEnough'],
    '2–2–1 · four of five · three of five · the required one away · a table of two · none · the third yes was recused',
  )
  const waived = decideSeats(rule('S5', 'seats'), table('-yyyn', [{ vacant: true }]))
  t.match(
    waived,
    { reason: 'enough', base: 4, waived: [{ name: '0' }] },
    'a vacant required seat is waived, and said so',
  )
  t.same(
    reasons('S5c', table('yyyyy'), table('yyyya'), table('yyyy-'), table('yyyyn', [{}, {}, {}, {}, { recused: true }])),
    ['enough', 'notEnough', 'notEnough', 'enough'],
  )
  t.same(reasons('S5m', table('yyynn'), table('yynn-'), table('yyn-n', [{}, {}, { recused: true }])), [
    'enough',
    'notEnough',
    'notEnough',
  ])
})

t.test('four deliberations and two disclosures stop where a gate fails', async (t) => {
  const done = (members = 0, present = 0, yes = 0) => ({ done: true, members, present, for: yes })
  const walk = (...counts: ReturnType<typeof done>[]) => walkGates(rule('G4', 'gates'), counts)
  const good = [done(), done(9, 7, 4), done(30, 20, 16), done(60, 40, 21)]
  t.match(walk(...good), { outcome: 'open', at: 'publish' })
  t.match(walk(...good, done(), done()), { outcome: 'passed', at: null })
  t.match(walk(done(), done(9, 8, 4), ...good.slice(2)), { outcome: 'rejected', at: 'discuss', reason: 'notEnough' })
  t.match(
    walk(done(), done(9, 7, 4), done(30, 20, 15), done(60, 40, 40)),
    { at: 'review', reason: 'notEnough' },
    'of all who are due',
  )
  t.match(
    walk(done(), done(9, 7, 4), done(31, 20, 20)),
    { at: 'review', reason: 'fewCame' },
    '20 of 31 is no two thirds',
  )
  t.match(
    walk(done(), done(9, 8, 4), done(30, 20, 16)).stages[2],
    { state: 'ahead', checks: [] },
    'nothing is counted behind it',
  )
})

t.test('which ballots count: time, repeats, the list of those present', async (t) => {
  const cast = (
    id: number,
    voter: string,
    choice: 'for' | 'against' | null,
    at: number,
    way: Cast<string>['way'] = 'own',
  ) => ({ id, voter, choice, at, way }) as const
  const casts = [
    cast(1, 'A', 'for', 1),
    cast(2, 'A', 'against', 5),
    cast(3, 'B', 'for', 10),
    cast(4, 'C', null, 3, 'paper'),
    cast(5, 'D', 'for', 2),
    cast(6, 'A', 'for', 4, 'paper'),
    cast(7, 'A', 'for', 5, 'paper'),
    cast(8, 'E', null, 2),
    cast(9, 'E', 'for', 1),
    cast(10, 'Z', 'for', 1),
  ]
  const roll = new Set(['A', 'B', 'C', 'D', 'E'])
  const of = (repeats: 'last' | 'first', attendance: Set<string> | null) =>
    gather(casts, { repeats, closesAt: 10, roll, attendance })
  const last = of('last', null)
  t.same(
    last.counted.map(({ id }) => id).sort(),
    [2, 5, 9],
    'her own last word stands, also against paper of the same moment',
  )
  t.match(last, {
    invalid: 1,
    present: 3,
    late: [{ id: 3 }],
    strangers: [{ id: 10 }],
    superseded: [{ id: 1 }, { id: 6 }, { id: 7 }],
  })
  t.same(
    of('first', null)
      .counted.map(({ id }) => id)
      .sort(),
    [1, 5, 9],
  )
  const listed = of('last', new Set(['A', 'C', 'Z']))
  t.match(listed, { counted: [{ id: 2 }], present: 2, invalid: 1 }, 'present are those on the list and on the roll')
  t.same(
    tally(
      last.counted,
      ['for', 'against'],
      new Map([
        ['A', 3],
        ['D', 2],
      ]),
    ),
    { for: 2, against: 3 },
    'voters may weigh',
  )
})

t.test('mandates: written, in order, within the limit, void when the principal comes', async (t) => {
  const mandate = (id: number, principal: string, holder: string, given: Partial<Mandate> = {}): Mandate => ({
    ...{ id, principal, holder, written: true, registeredAt: id, ballot: null, expiresAt: null, revokedAt: null },
    ...given,
  })
  const standings = weighMandates(
    [
      mandate(1, 'A', 'H', { written: false }),
      mandate(2, 'B', 'H', { revokedAt: 3 }),
      mandate(3, 'B', 'G'),
      mandate(4, 'C', 'H'),
      mandate(5, 'D', 'H'),
      mandate(6, 'E', 'H', { ballot: 99 }),
      mandate(7, 'F', 'G'),
    ],
    { ballot: 1, limit: 2, checkins: new Map([['C', 20]]) },
  )
  t.same(
    standings.map(({ refused, until }) => [refused, until]),
    [
      ['unwritten', null],
      [null, 3],
      ['second', null],
      [null, 20],
      ['overLimit', null],
      ['otherMatter', null],
      [null, null],
    ],
    'a void mandate keeps its place with the holder and for the principal',
  )
  const cast = (id: number, voter: string, holder: string | null, at: number, choice: 'for' | null = 'for') =>
    ({ id, voter, holder, at, choice, way: 'own' }) as const
  const { stand } = standingCasts(
    [
      cast(1, 'C', 'H', 19),
      cast(2, 'C', 'H', 20),
      cast(3, 'F', 'G', 8),
      cast(4, 'F', null, 30),
      cast(5, 'D', 'H', 9),
      cast(6, 'C', null, 31, null),
    ],
    standings,
    40,
  )
  t.same(
    stand.map(({ id }) => id),
    [1, 4, 6],
    'cast before she came it stands; his own ballot wins whichever came first; spoiled ones win nothing',
  )
  t.same(
    [...presentOrSpokenFor(new Set(['G', 'X']), standings)].sort(),
    ['F', 'G', 'X'],
    'whom somebody in the room speaks for is present',
  )
})

const unit = (name: string, owners: string[], area: number, given: Partial<Unit> = {}): Unit => ({
  ...{ name, owners, area, countsArea: true, countsHead: true, delivered: true, agreed: null },
  ...given,
})

t.test('owners: heads, area, co-owners, parking, the developer', async (t) => {
  const electorate = electorateOf([
    unit('1-101', ['A'], 8_000),
    unit('1-102', ['A'], 9_001),
    unit('1-201', ['A', 'B'], 10_000),
    unit('1-202', ['B', 'A'], 500, { countsHead: false }),
    unit('1-301', ['C'], 7_000, { delivered: false }),
    unit('1-302', [], 6_000),
    unit('P-1', ['D'], 1_200, { countsHead: false }),
    unit('P-2', ['E'], 1_200, { countsArea: false }),
    unit('1-401', ['F', 'G'], 9_000, { agreed: 'G' }),
  ])
  t.same(
    [electorate.totalHeads, electorate.totalArea],
    [5, 50_701],
    'A · A with B · the developer · E · F with G; D has area but no head',
  )
  t.equal(electorate.headOf.get('1-202'), electorate.headOf.get('1-201'), 'the same owners in whatever order')
  t.throws(() => electorateOf([unit('1', ['A'], 1), unit('1', ['B'], 1)]), /twice/)

  let id = 0
  const cast = (unitName: string, voter: string, choice: OwnersCast['choice'], at = 1): OwnersCast => ({
    ...{ id: ++id, unit: unitName, voter, choice, at, way: 'own' },
  })
  const terms = { closesAt: 10, followAllowed: false, buyers: new Map<string, string>() }
  const counted = (casts: OwnersCast[], given: Partial<typeof terms> = {}) =>
    countOwners(electorate, casts, { ...terms, ...given })

  t.match(
    counted([cast('1-101', 'A', 'for')]).for,
    { heads: 1, area: 17_001 },
    'one ballot covers all that A owns alone',
  )
  t.match(counted([cast('P-1', 'D', 'for'), cast('P-2', 'E', 'for')]).for, { heads: 1, area: 1_200 })
  t.match(counted([cast('1-201', 'A', 'for'), cast('1-202', 'B', 'abstain')]), {
    held: { heads: 1, area: 10_500 },
    participating: { heads: 0, area: 0 },
    total: { heads: 5, area: 50_701 },
  })
  t.match(
    counted([cast('1-201', 'A', 'for'), cast('1-201', 'B', 'for')]).for,
    { heads: 1, area: 10_500 },
    'agreeing co-owners are one',
  )
  t.match(counted([cast('1-401', 'F', 'for'), cast('1-401', 'G', 'against')]), {
    against: { heads: 1 },
    strangers: [id - 1],
  })
  t.match(counted([cast('1-101', 'A', 'for', 2), cast('1-102', 'A', 'against', 1)]), {
    against: { heads: 1 },
    superseded: [id - 1],
  })
  t.match(counted([cast('1-301', 'C', 'for'), cast('1-302', developer, 'for')]), { for: { heads: 1, area: 13_000 } })
  t.match(counted([cast('P-2', 'E', 'for', 10), cast('P-2', 'E', 'follow'), cast('nowhere', 'E', 'for')]), {
    ...{ participating: { heads: 0 }, invalid: 1, late: [id - 2], strangers: [id] },
  })
  const buyers = new Map([
    ['P-2', 'N'],
    ['1-101', 'N'],
  ])
  t.match(counted([cast('P-2', 'N', 'for', 2), cast('1-101', 'N', 'for')], { buyers }), {
    for: { heads: 1, area: 0 },
    strangers: [id],
  })
  t.match(counted([cast('P-2', 'N', 'for', 2), cast('P-2', 'E', 'against', 1)], { buyers }), {
    against: { heads: 1 },
    for: { heads: 0 },
  })

  const follow = (second: OwnersCast['choice']) =>
    decideOwners(
      rule('D1', 'dual'),
      counted(
        [
          cast('1-101', 'A', 'for'),
          cast('1-201', 'A', 'follow'),
          cast('1-302', developer, second),
          cast('1-401', 'G', 'for'),
        ],
        {
          followAllowed: true,
        },
      ),
    )
  t.match(follow('follow'), { for: { heads: 4 }, followed: { to: 'for', without: { for: { heads: 2 } } } })
  t.match(
    follow('against'),
    { reason: 'enough', followed: { to: 'for', without: { reason: 'notEnough' } } },
    'both results are there',
  )
})

t.test('rules are dated data', async (t) => {
  const newer = { ...edition('M2'), version: 2, validFrom: '2027-01-01' }
  const among = [newer, ...editions]
  t.same(
    ['2020-12-31', '2026-12-31', '2027-01-01'].map((day) => inForce('M2', day, among)?.version ?? null),
    [null, 1, 2],
  )
  t.equal(editionOf('M2', 2, among)?.validFrom, '2027-01-01', 'an old result finds the very edition it names')
  t.equal(editionOf('M2', 3, among), null)
  t.same([1, 5, 6, 8, 9, 10].map(ruleForSubject), ['D1', 'D1', 'D2', 'D2', 'D1', null])
  t.equal(whyNotForSubject(edition('D1'), 6), 'rules.wrongSubject', 'raising the fund is not using it')
  t.same(
    [forceOf(edition('S5'), 5), forceOf(edition('M2'), 5), forceOf(edition('D1'), 5), forceOf(edition('M2'), null)],
    ['advice', 'advice', 'owners', 'meeting'],
  )
})

t.test('one paragraph: which rule, which numbers, why, and what it is worth', async (t) => {
  const m2 = decideShare(rule('M2', 'share'), count({ for: 41, against: 9, abstain: 2, present: 52, all: 300 }))
  t.same(said('M2', m2), [
    '按“到会过半数”算（居委会组织法（2018 年文本）居民会议一条；规则第 1 版，2021-01-01 起用）：赞成超过到会的一半才通过，弃权等于没赞成。' +
      '名册上 300 户，到会或投票 52 户：赞成 41，反对 9，弃权 2，废票 0。赞成 41 户，超过到会 52 户的一半（要 27 户），通过。这次表决由会议作出决定。',
    'The rule is “over half of those present” (Residents’ Committees Law, 2018 text, on the residents’ assembly; edition 1, in use since 2021-01-01): it passes with more than half of those present in favour; abstaining is not a yes. ' +
      'Of 300 households on the roll 52 were present or voted: 41 for, 9 against, 2 abstaining, 0 spoiled. 41 households for, more than half of the 52 present (27 needed): passed. The meeting decides by this vote.',
  ])
  const half = dual('D1', [900, 9_000_000, 600, 6_000_000, 300, 3_000_001])
  t.same(said('D1', half), [
    '按“业主双过半”算（民法典第 278 条第 1 至 5 项、第 9 项；规则第 1 版，2021-01-01 起用）：参加表决的人数和面积都要达到全体的三分之二，赞成的人数和面积都要超过参加表决的一半。' +
      '名册上 900 人、90,000.00 平方米，参加表决 600 人、60,000.00 平方米；要达到三分之二，就是 600 人、60,000.00 平方米。' +
      '赞成 300 人、30,000.01 平方米；要超过参加的一半，就是 301 人、30,000.01 平方米。赞成还差 1 人，没有通过。这次表决由业主共同决定。',
    'The rule is “owners’ double majority” (Civil Code art. 278 (1) to (5) and (9); edition 1, in use since 2021-01-01): by heads and by area alike, at least two thirds of all must take part and more than half of those who take part must vote for. ' +
      'On the roll 900 heads and 90,000.00 m²; 600 heads and 60,000.00 m² took part. It takes at least two thirds: 600 heads and 60,000.00 m². ' +
      'For: 300 heads and 30,000.01 m². It takes more than half of those who took part: 301 heads and 30,000.01 m². The votes for are short of 1 head: not passed. The owners decide by this vote.',
  ])
  const short = dual('D1', [900, 9_000_000, 559, 5_678_800, 559, 5_678_800])
  t.same(
    [stillNeeded(short)].map((one) => one && [paragraph([one], 'zh'), paragraph([one], 'en')]),
    [['还差 41 人、3,212.00 平方米。', 'Still needed: 41 heads, 3,212.00 m².']],
  )
  t.equal(
    paragraph(arithmetic(half).slice(2), 'en'),
    'Heads for: 2 × 300 = 600, 1 × 600 = 600, 600 > 600 does not hold: not enough. ' +
      'Area for: 2 × 30,000.01 = 60,000.02, 1 × 60,000.00 = 60,000.00, 60,000.02 > 60,000.00: enough.',
  )
  t.equal(
    paragraph([worth(edition('S5'), 4)], 'zh'),
    '这次表决是会商意见。这件事属于民法典第 278 条第 4 项，要由业主共同决定，会商代替不了。',
  )
})
