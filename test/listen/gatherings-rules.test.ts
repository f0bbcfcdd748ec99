import fc from 'fast-check'
import t from 'tap'
import {
  placesLeft,
  speakerOf,
  tagOf,
  undoUntil,
  whyNotCallOff,
  whyNotEdit,
  whyNotSignUp,
  whyNotTakeBack,
} from '../../src/listen/gatherings/rules.ts'

const at = new Date('2026-11-24T10:00:00+08:00')
const later = (seconds: number) => new Date(at.getTime() + seconds * 1_000)

t.test('whom a tag means: a number, a whole tag, a name that only one has; anybody else is a name', async (t) => {
  const wang = { nth: 1, name: '王芳', building: '12', door: '602' }
  const namesake = { nth: 2, name: '王芳', building: null, door: null }
  const household = { nth: 3, name: '', building: '3', door: '101' }
  const chen = { nth: 12, name: '陈阿姨', building: null, door: null }
  const all = [wang, namesake, household, chen]
  t.equal(tagOf(wang), '1 王芳 12-602')
  t.equal(tagOf(household), '3 3-101')
  t.equal(speakerOf('1', all), wang)
  t.equal(speakerOf('12', all), chen)
  t.equal(speakerOf('陈阿姨', all), chen)
  t.equal(speakerOf('王芳', all), null, 'two have this name')
  t.equal(speakerOf('2 王芳', all), namesake)
  for (const tag of ['13', '', '12-602', '王', '1 ']) t.equal(speakerOf(tag, all), null, tag)
})

t.test('every whole tag means just its own person, whatever the names are', async (t) => {
  const person = fc.record({
    name: fc.string({ maxLength: 12 }),
    door: fc.option(fc.string({ minLength: 1, maxLength: 4 })),
  })
  fc.assert(
    fc.property(fc.array(person, { maxLength: 20 }), (people) => {
      const all = people.map(({ name, door }, i) => ({ nth: i + 1, name, building: door && '12', door }))
      return all.every((one) => speakerOf(String(one.nth), all) === one)
    }),
  )
  t.pass()
})

t.test('the minute for taking back, the version for correcting, the places for signing up', async (t) => {
  const line = { noted_by: 7, noted_at: at, gone: null, rev: 2 }
  t.same(undoUntil(line), later(60))
  t.equal(whyNotTakeBack(line, 7, later(60)), null)
  t.equal(whyNotTakeBack(line, 7, later(60.001)), 'gatherings.tooLate')
  t.equal(whyNotTakeBack(line, 8, at), 'gatherings.notYours')
  t.equal(whyNotEdit(line, 2), null)
  t.equal(whyNotEdit(line, 1), 'gatherings.editedMeanwhile')
  t.equal(whyNotEdit({ ...line, gone: 'undone' }, 2), 'gatherings.undone')
  const open = { announced_at: at, closed_at: null, called_off_at: null }
  t.equal(whyNotSignUp(open), null)
  t.equal(whyNotSignUp({ ...open, called_off_at: at }), 'gatherings.isCalledOff')
  t.equal(whyNotSignUp({ ...open, announced_at: null }), 'gatherings.notAnnounced')
  t.equal(whyNotSignUp({ ...open, closed_at: at }), 'gatherings.over')
  t.equal(whyNotCallOff(open, 0), null)
  t.equal(whyNotCallOff(open, 1), 'gatherings.spokenAlready')
  t.equal(placesLeft({ places: null, taken: 200, waiting: 0 }), null)
  t.equal(placesLeft({ places: 3, taken: 1, waiting: 0 }), 2)
  t.equal(placesLeft({ places: 3, taken: 1, waiting: 2 }), 0, 'who waits comes first')
  t.equal(placesLeft({ places: 3, taken: 5, waiting: 0 }), 0)
})
