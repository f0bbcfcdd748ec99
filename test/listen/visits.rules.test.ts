import fc from 'fast-check'
import t from 'tap'
import { faultsOf, floors, neighbours, outcomes, type Said, walkingOrder } from '../../src/listen/visits/rules.ts'

const nothing: Said = {
  outcome: 'met',
  matters: [],
  remark: '',
  consent: { record: false, call: false, publish: false },
  phone: '',
}
const bus = { words: '班车末班太早', place: '' }

t.test('without leave to record, no word of anybody is kept', async (t) => {
  t.same(faultsOf(nothing), {})
  t.same(faultsOf({ ...nothing, matters: [bus] }), { record: 'visits.record.needed' })
  t.same(faultsOf({ ...nothing, remark: '老伴住院了' }), { record: 'visits.record.needed' })
  t.same(faultsOf({ ...nothing, outcome: 'refused', remark: '脾气不好' }), { record: 'visits.record.needed' })
  t.same(faultsOf({ ...nothing, outcome: 'not_home', remark: '门铃坏了' }), {}, 'nobody was there to ask')
  t.same(faultsOf({ ...nothing, matters: [bus], consent: { record: true, call: false, publish: false } }), {})
})

t.test('words come from somebody who was met', async (t) => {
  const record = { record: true, call: false, publish: false }
  for (const outcome of outcomes) {
    const faults = faultsOf({ ...nothing, outcome, matters: [bus], consent: record })
    t.same(faults, outcome === 'met' ? {} : { outcome: 'visits.outcome.nobodySpoke' })
  }
})

t.test('a number is only for calling back, with leave, about something', async (t) => {
  const said = { ...nothing, matters: [bus], phone: '13812345678' }
  t.same(faultsOf({ ...said, consent: { record: true, call: false, publish: false } }), { call: 'visits.call.needed' })
  t.same(faultsOf({ ...said, consent: { record: true, call: true, publish: false } }), {})
  t.same(faultsOf({ ...said, matters: [], consent: { record: true, call: true, publish: false } }), {
    phone: 'visits.phone.nothing',
  })
  t.same(faultsOf({ ...said, phone: '', consent: { record: true, call: true, publish: false } }), {
    phone: 'visits.phone.missing',
  })
})

t.test('whatever is said, words without leave and numbers without leave are never let through', async () => {
  const said = fc.record({
    outcome: fc.constantFrom(...outcomes),
    matters: fc.array(fc.constant(bus), { maxLength: 5 }),
    remark: fc.constantFrom('', '备注'),
    consent: fc.record({ record: fc.boolean(), call: fc.boolean(), publish: fc.boolean() }),
    phone: fc.constantFrom('', '13812345678'),
  })
  fc.assert(
    fc.property(said, (one) => {
      if (Object.keys(faultsOf(one)).length > 0) return true
      const recorded =
        one.consent.record || (one.matters.length === 0 && (one.remark === '' || one.outcome === 'not_home'))
      return recorded && (one.phone === '' || one.consent.call)
    }),
  )
})

const door = (door: string, floor: number, stairwell: string | null = null) => ({ door, floor, stairwell })
const house = [door('101', 1), door('1002', 10), door('1001', 10), door('602', 6), door('601', 6), door('1010', 10)]

t.test('a volunteer walks from the top floor down, along each corridor', async (t) => {
  t.same(
    walkingOrder(house).map((one) => one.door),
    ['1001', '1002', '1010', '601', '602', '101'],
  )
  t.same(neighbours(house, '1010'), { before: door('1002', 10), after: door('601', 6) })
  t.same(neighbours(house, '1001').before, null)
  t.same(neighbours(house, '101').after, null)
  t.same(neighbours(house, '999'), { before: null, after: null })
})

t.test('stairwells are walked one after the other, each with its own floors', async (t) => {
  const two = [door('201', 2, '2'), door('101', 1, '2'), door('102', 1, '1'), door('202', 2, '1'), door('203', 2, '1')]
  t.same(
    floors(two).map(({ stairwell, floors }) => [stairwell, floors.map((floor) => floor.map((one) => one.door))]),
    [
      ['1', [['202', '203'], ['102']]],
      ['2', [['201'], ['101']]],
    ],
  )
  t.same(floors([]), [])
})
