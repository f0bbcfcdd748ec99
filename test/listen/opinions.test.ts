import fc from 'fast-check'
import t from 'tap'
import type { Answers } from '../../src/listen/questions/directions/rules.ts'
import { groupsOf } from '../../src/listen/questions/groups/rules.ts'
import { agreement, findings, shareOf, shown, standingOf } from '../../src/listen/questions/rules.ts'
import { adjustedRand, planted } from './planted.ts'

t.test('groups that were planted are found again through noise and unanswered questions', async (t) => {
  for (const groups of [2, 3, 4, 5]) {
    for (const seed of [1, 2, 3]) {
      const { people, truth } = planted({
        people: 60 * groups,
        statements: 40,
        groups,
        noise: 0.15,
        missing: 0.4,
        seed,
      })
      const found = groupsOf(people)
      t.equal(found?.groups.length, groups, `${groups} groups, ${seed}`)
      const rand = adjustedRand(truth, found?.of ?? [])
      t.ok(rand >= 0.9, `${groups} groups, seed ${seed}: adjusted Rand ${rand.toFixed(3)}`)
    }
  }
})

t.test('the index itself knows sameness from chance', async (t) => {
  t.equal(adjustedRand([0, 0, 1, 1], [5, 5, 2, 2]), 1)
  t.ok(adjustedRand([0, 1, 0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 0, 0, 1, 1]) <= 0)
})

t.test('forty people with seven answers each are enough, and fewer are not', async (t) => {
  const { people } = planted({ people: 40, statements: 7, groups: 2, noise: 0.02, missing: 0, seed: 4 })
  t.ok(groupsOf(people))
  t.equal(groupsOf(people.slice(1)), null)
  const lazy = people.map((answers, i) => (i === 0 ? answers.with(0, Number.NaN) : answers))
  t.equal(groupsOf(lazy), null)
  const more = [...people, new Float32Array(7).fill(Number.NaN)]
  t.equal(groupsOf(more)?.of.at(-1), -1, 'who said little is in no group and disturbs none')
  t.equal(groupsOf([]), null)
  const alike = Array.from({ length: 60 }, () => new Float32Array(10).fill(1))
  t.equal(groupsOf(alike), null, 'where all agree there are no groups')
})

const answer = fc.constantFrom(-1, 0, 1, Number.NaN)
const crowd = fc
  .tuple(fc.integer({ min: 40, max: 60 }), fc.integer({ min: 7, max: 12 }))
  .chain(([n, m]) => fc.array(fc.array(answer, { minLength: m, maxLength: m }), { minLength: n, maxLength: n }))
  .map((rows) => rows.map((row) => Float32Array.from(row)))

t.test('whoever comes first in the list, the same people are together', async (t) => {
  fc.assert(
    fc.property(crowd, fc.infiniteStream(fc.nat()), (people, order) => {
      const shuffled = people.map((_, i) => ({ i, by: order.next().value })).sort((a, b) => Number(a.by) - Number(b.by))
      const one = groupsOf(people)
      const two = groupsOf(shuffled.map(({ i }) => people[i] as Answers))
      if (!one || !two) return one === two
      const back = new Array<number>(people.length)
      shuffled.forEach(({ i }, at) => {
        back[i] = two.of[at] as number
      })
      return (
        JSON.stringify(back) === JSON.stringify(one.of) && JSON.stringify(one.groups) === JSON.stringify(two.groups)
      )
    }),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('statements in another order give the same groups', async (t) => {
  const { people, truth } = planted({ people: 150, statements: 30, groups: 3, noise: 0.1, missing: 0.3, seed: 9 })
  const turned = people.map((answers) => answers.toReversed())
  t.ok(adjustedRand(truth, groupsOf(turned)?.of ?? []) >= 0.9)
})

t.test('empty and constant columns, empty rows, any answers at all: never NaN, never a group too small', async (t) => {
  const spoilt = crowd.chain((people) =>
    fc.constantFrom(Number.NaN, 0, 1).map((value) => people.map((row) => Float32Array.from([value, ...row, value]))),
  )
  fc.assert(
    fc.property(spoilt, (people) => {
      const found = groupsOf(people)
      if (!found) return true
      const numbers = found.groups.flatMap(({ x, y, r }) => [x, y, r])
      return (
        found.groups.length >= 2 &&
        found.groups.length <= 5 &&
        found.groups.every(({ size }, at) => size >= 5 && size === found.of.filter((one) => one === at).length) &&
        numbers.every((value) => Number.isFinite(value) && value >= -1e-3 && value <= 1.001)
      )
    }),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('what every group accepts is what the least willing accepts; of few answers one cannot tell', async (t) => {
  const counts = (agree: number, disagree: number, pass = 0) => ({ agree, disagree, pass })
  t.equal(agreement(counts(0, 0)), 0.5)
  t.ok(agreement(counts(1, 0)) < agreement(counts(40, 3)), 'one yes is less than forty')
  t.equal(standingOf([counts(20, 0), counts(2, 0)]), null, 'a group that has hardly seen it')
  t.equal(standingOf([counts(20, 0)]), null)
  const all = [
    standingOf([counts(50, 2), counts(30, 3)]),
    standingOf([counts(50, 0), counts(2, 40)]),
    standingOf([counts(20, 20), counts(20, 20)]),
    null,
  ]
  t.same(findings(all), { accepted: [0], dividing: [1] })
  t.equal(shown(counts(2, 2)), null)
  t.equal(shown(counts(2, 2, 1)), null, 'five voices, and not one number of five')
  t.same(
    shown(counts(30, 1, 9)),
    { agree: 30, disagree: null, pass: null },
    'one against is not shown, nor what gives it away',
  )
  t.same(shown(counts(30, 12, 9)), counts(30, 12, 9))
  t.same([counts(12, 6), counts(3, 9), counts(9, 3), counts(3, 3), counts(1, 0)].map(shareOf), [
    67,
    'few',
    'most',
    null,
    null,
  ])
})
