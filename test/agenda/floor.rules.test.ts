import fc from 'fast-check'
import t from 'tap'
import { quorumOf } from '../../src/agenda/quorum/rules.ts'
import { fairOrder, type Turn } from '../../src/agenda/speakers/rules.ts'

const seats = fc.array(
  fc.record({
    name: fc.constant('居委会'),
    nameEn: fc.constant('RC'),
    voting: fc.boolean(),
    required: fc.boolean(),
    vacant: fc.boolean(),
    here: fc.boolean(),
  }),
  { maxLength: 7 },
)
const nobody = { here: 0, all: 0 }

t.test('seats: enough of those that somebody holds, and every required one among them', async (t) => {
  fc.assert(
    fc.property(seats, fc.integer({ min: 1, max: 7 }), fc.boolean(), (table, least, required) => {
      const held = table.filter((seat) => seat.voting && !seat.vacant)
      const away = required ? held.filter((seat) => seat.required && !seat.here) : []
      const came = held.filter((seat) => seat.here).length
      const enough = held.length > 0 && away.length === 0 && (came >= least || came === held.length)
      const quorum = quorumOf({ of: 'seats', least, required }, table, nobody)
      return quorum.met === enough && quorum.missing.length === away.length && quorum.here === came
    }),
  )
  t.pass()
})

t.test('heads: the share that is asked, also where it is met exactly; nobody is never enough', async (t) => {
  const share = fc.record({ num: fc.integer({ min: 1, max: 10 }), den: fc.integer({ min: 1, max: 10 }) })
  fc.assert(
    fc.property(share, fc.boolean(), fc.nat(3_000), fc.nat(3_000), ({ num, den }, strict, all, here) => {
      const quorum = quorumOf({ of: 'heads', num, den, strict }, [], { here, all })
      // One fewer than it takes is too few, and what it takes is enough.
      const at = (n: number) => quorumOf({ of: 'heads', num, den, strict }, [], { here: n, all }).met
      return (
        quorum.met === (all > 0 && here >= quorum.needed) &&
        (all === 0 || (at(quorum.needed) && (quorum.needed === 0 || !at(quorum.needed - 1))))
      )
    }),
  )
  const half = { of: 'heads', num: 1, den: 2 } as const
  t.equal(quorumOf({ ...half, strict: true }, [], { here: 12, all: 24 }).met, false)
  t.equal(quorumOf({ ...half, strict: false }, [], { here: 12, all: 24 }).met, true)
  t.equal(quorumOf({ of: 'none' }, [], nobody).met, true)
  t.equal(quorumOf({ of: 'units', num: 2, den: 3, strict: false }, [], nobody).met, true, 'counted at the close')
})

t.test('who has not spoken comes before whoever has, and nobody is lost from the line', async (t) => {
  const turn = fc.record({ door: fc.integer({ min: 1, max: 5 }), minutes: fc.nat(9), spoken: fc.boolean() })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 20 }), (drawn) => {
      const at = (minute: number) => new Date(Date.UTC(2026, 10, 26, 11, minute)).toISOString()
      const all = drawn.map(({ door, minutes, spoken }, id): Turn => {
        const times = spoken ? { calledAt: at(id), endedAt: at(id + minutes) } : { calledAt: null, endedAt: null }
        const who = { seat: null, seatEn: null, building: '12', door: String(door), name: '' }
        return { id, item: 1, raisedAt: at(id), ...who, ...times }
      })
      const waiting = all.filter(({ calledAt }) => calledAt === null)
      const order = fairOrder(waiting, all)
      const heard = (one: Turn) => all.some(({ door, calledAt }) => door === one.door && calledAt !== null)
      const lastNew = order.findLastIndex((one) => !heard(one))
      const firstHeard = order.findIndex(heard)
      return order.length === waiting.length && (firstHeard === -1 || lastNew < firstHeard)
    }),
  )
  t.pass()
})
