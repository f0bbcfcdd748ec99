import t from 'tap'
import { countRoll, type RegisterUnit, rollOf } from '../../src/vote/owners/rules.ts'
import { editionOf } from '../../src/vote/rules/catalogue.ts'
import { decideOwners } from '../../src/vote/rules/owners.ts'
import type { DualRule } from '../../src/vote/rules/rule.ts'

/** The register made into a roll, by itself: what its lines say, who speaks, and how votes come back out of it. */

const developer = 1
const unit = (name: string, owners: number[], other: Partial<RegisterUnit> = {}): RegisterUnit => {
  const [building = '', door = ''] = name.split('-')
  const usual = { kind: 'flat', area: 8_950, countsArea: true, countsHead: true, delivered: true, agreed: null }
  return { id: Number(door.replace(/\D/g, '')) || 1, name, building, owners, ...usual, ...other }
}
const parking = (name: string, owners: number[]) =>
  unit(name, owners, { kind: 'parking', area: 1_250, countsHead: false })

t.test('one line a voice: units, area, head, which of how many; and no name anywhere', async (t) => {
  const roll = rollOf(
    [
      unit('12-602', [7]),
      unit('12-603', [7]),
      parking('B1-车位023', [7]),
      unit('3-101', [8, 9]),
      unit('3-102', []),
      unit('3-103', [10], { delivered: false }),
    ],
    developer,
  )
  t.same(
    roll.voices.map(({ line, building, owner }) => [line, building, owner]),
    [
      ['12-602,12-603,B1-车位023 191.50 m² 1 head 1/1', '12', 7],
      ['3-101 89.50 m² 1 head 1/2', '3', 8],
      ['3-101 89.50 m² 1 head 2/2', '3', 9],
      ['3-102,3-103 179.00 m² 1 head 1/1', null, developer],
    ],
  )
  t.same(new Set(roll.voices.map(({ voter }) => voter)).size, 4)
})

t.test('where co-owners agreed only that one has a voice; A alone and A with B are two heads', async (t) => {
  const roll = rollOf([unit('12-602', [8, 9], { agreed: 9 }), unit('12-601', [8])], developer)
  t.same(
    roll.voices.map(({ owner, head }) => [owner, head]),
    [
      [9, 1],
      [8, 2],
    ],
  )
})

t.test('a parking space alone is a voice with area and no head, and the paper goes to the garage', async (t) => {
  const { voices } = rollOf([parking('B1-车位001', [7])], developer)
  t.match(voices, [{ line: 'B1-车位001 12.50 m² 0 head 1/1', building: 'B1' }])
})

const D1 = editionOf('D1', 1) as DualRule
const vote = (
  voter: number,
  owner: number,
  head: number,
  choice: string,
  at = voter,
  boughtBy: number | null = null,
) => {
  return { voter, owner, head, choice, at, boughtBy }
}
const none = { buyers: [], settled: [] }
const always = { closesAt: Number.POSITIVE_INFINITY, follow: false }

t.test('the developer votes with one head for all that is his', async (t) => {
  const { units } = rollOf([unit('3-102', []), unit('3-103', []), unit('12-602', [7])], developer)
  const count = countRoll(units, [vote(1, developer, 1, 'for')], none, always)
  t.same(count.for, { heads: 1, area: 17_900 })
  t.same(count.strangers, [])
})

t.test('co-owners who differ are held, and settled they count as the one they named', async (t) => {
  const { units } = rollOf([unit('3-101', [8, 9]), unit('12-602', [7])], developer)
  const votes = [vote(1, 8, 1, 'for'), vote(2, 9, 1, 'against'), vote(3, 7, 2, 'for')]
  const held = countRoll(units, votes, none, always)
  t.same([held.held.heads, held.participating.heads, held.total.heads], [1, 1, 2])
  const settled = countRoll(units, votes, { buyers: [], settled: [{ head: 1, owner: 9 }] }, always)
  t.same([settled.held.heads, settled.for.heads, settled.against.heads], [0, 1, 1])
  t.equal(decideOwners(D1, settled).outcome, 'rejected')
})

t.test('a buyer of all a head holds votes in its place', async (t) => {
  const { units } = rollOf([unit('12-602', [7]), unit('12-603', [7])], developer)
  const cast = [vote(1, 7, 1, 'for', 1, 20)]
  const half = countRoll(units, cast, { buyers: [{ unit: '12-602', owner: 20 }], settled: [] }, always)
  t.same([half.participating.heads, half.strangers.length], [0, 1])
  const all = ['12-602', '12-603'].map((unit) => ({ unit, owner: 20 }))
  t.same(countRoll(units, cast, { buyers: all, settled: [] }, always).for, { heads: 1, area: 17_900 })
})
