import fc from 'fast-check'
import t from 'tap'
import {
  colours,
  faultsOf,
  moved,
  presetA,
  type SeatDraft,
  whyNotAdd,
  whyNotRemove,
} from '../../src/people/seats/rules.ts'

const seats = presetA.map(({ name, character }, at) => ({ id: at + 1, name, character }))
const draft: SeatDraft = { name: '居民代表', character: '民', vacant: false, holders: [null, null, null] }

t.test('a table has three to seven seats', async (t) => {
  t.equal(whyNotAdd(seats), null)
  t.equal(whyNotAdd([...seats, ...seats].slice(0, 7)), 'seats.tooMany')
  t.equal(whyNotRemove(seats), null)
  t.equal(whyNotRemove(seats.slice(0, 3)), 'seats.tooFew')
})

t.test('preset A is the five usual parties, and the committee has to be there', async (t) => {
  t.same(presetA.map((seat) => seat.character).join(''), '党居业物警')
  t.same(
    presetA.filter((seat) => seat.required).map((seat) => seat.name),
    ['居委会'],
  )
  t.equal(new Set(presetA.map((seat) => seat.colour)).size, 5)
  t.ok(presetA.every((seat) => colours.includes(seat.colour)))
})

t.test('a seat has a character and a name of its own', async (t) => {
  t.same(faultsOf(draft, seats, null), {})
  t.same(faultsOf({ ...draft, character: '居' }, seats, null), { character: 'seats.characterTaken' })
  t.same(faultsOf({ ...draft, character: '居', name: '居委会' }, seats, 2), {}, 'its own does not count')
  t.same(faultsOf({ ...draft, name: '居委会' }, seats, null), { name: 'seats.nameTaken' })
})

t.test('a titular first, then at most two alternates, each person once; nobody on a vacant seat', async (t) => {
  t.same(faultsOf({ ...draft, holders: [1, 2, 3] }, seats, null), {})
  t.same(faultsOf({ ...draft, holders: [1, null, 3] }, seats, null), {})
  t.same(faultsOf({ ...draft, holders: [null, 2, null] }, seats, null), { holder0: 'seats.alternateAlone' })
  t.same(faultsOf({ ...draft, holders: [1, 2, 1] }, seats, null), { holder1: 'seats.holderTwice' })
  t.same(faultsOf({ ...draft, holders: [1, null, null], vacant: true }, seats, null), { vacant: 'seats.vacantHolder' })
  t.same(faultsOf({ ...draft, vacant: true }, seats, null), {})
})

t.test('a seat moved to a place stands there, and the others keep their order', async () => {
  const order = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 7 })
  fc.assert(
    fc.property(order, fc.nat(), fc.integer({ min: 1, max: 7 }), (seats, pick, place) => {
      const id = seats[pick % seats.length] as number
      const after = moved(seats, id, place)
      const others = (all: number[]) => all.filter((one) => one !== id).join()
      return after.indexOf(id) === Math.min(place, seats.length) - 1 && others(after) === others(seats)
    }),
  )
})
