import fc from 'fast-check'
import t from 'tap'
import { resultOf, type Voice } from '../../src/listen/surveys/counts/rules.ts'
import { type Answer, type Asked, choicesOf, kinds, readSheet, whyNotOrder } from '../../src/listen/surveys/rules.ts'

const single = (id: number, skips: Asked['skips'] = [], by_building = false): Asked => ({
  id,
  kind: 'single',
  words: `第 ${id} 题`,
  options: ['甲', '乙', '丙'],
  most: null,
  by_building,
  skips,
})

/** Any questions at all, with rules that lead anywhere: forward, back, to themselves, to nothing. */
const asked = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      by_building: fc.boolean(),
      skips: fc.uniqueArray(
        fc.record({
          choice: fc.integer({ min: 0, max: 5 }),
          to: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null }),
        }),
        { maxLength: 2, selector: ({ choice }) => choice },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all): Asked[] => all.map((one, at) => ({ ...single(at + 1), most: one.kind === 'scale' ? 3 : null, ...one })))

/** The same with only those rules kept that the desk may write. */
const ordered = asked.map((all) =>
  all.map((one, at): Asked => {
    const free = one.kind === 'single' || one.kind === 'scale'
    const skips = one.skips.filter(({ choice, to }) => choice >= 1 && choice <= 3 && (to === null || to > at + 1))
    return {
      ...one,
      by_building: false,
      skips: free ? skips.filter(({ to }) => to === null || to <= all.length) : [],
    }
  }),
)
const sheet = fc
  .array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }), { minLength: 6, maxLength: 6 })
  .map((all) => new Map(all.map((choices, at): [number, Answer] => [at + 1, { choices, words: '' }])))

t.test('rules that pass lead forward only, from a choice that is there', async () => {
  fc.assert(
    fc.property(asked, (questions) => {
      const forward = questions.every(({ kind, skips, ...question }, at) =>
        skips.every(
          ({ choice, to }) =>
            (kind === 'single' || kind === 'scale') &&
            choice >= 1 &&
            choice <= choicesOf({ kind, ...question }) &&
            (to === null || questions.findIndex(({ id }) => id === to) > at),
        ),
      )
      return whyNotOrder(questions) !== null || forward
    }),
  )
  fc.assert(fc.property(ordered, (questions) => whyNotOrder(questions) === null))
})

t.test('what is answered of a skipped question never counts', async () => {
  fc.assert(
    fc.property(ordered, sheet, (questions, given) => {
      const { answers, ignored } = readSheet(questions, given)
      // Walked here in another way: question by question, what stands before decides.
      let from = 0
      const skipped = new Set<number>()
      for (const [at, { id, skips }] of questions.entries()) {
        if (at < from) {
          skipped.add(id)
          continue
        }
        const rule = skips.find(({ choice }) => choice === given.get(id)?.choices[0])
        if (rule) from = rule.to === null ? questions.length : rule.to - 1
      }
      return [...answers.keys(), ...ignored].every((id) => skipped.has(id) === ignored.includes(id))
    }),
  )
})

t.test('where a hidden choice leads past a question, how many answered there is not told', async () => {
  const counts = fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(counts, counts, ([a = 0, b = 0, c = 0], [step = 0, from = 0]) => {
      const questions = [single(1, [{ choice: 1, to: null }]), single(2)]
      const voices = [...Array(a).fill(1), ...Array(b).fill(2), ...Array(c).fill(3)].map((choice, i): Voice => {
        const given = new Map([
          [1, { choices: [choice], words: '' }],
          [2, { choices: [((i * step + from) % 3) + 1], words: '' }],
        ])
        return { household: true, building: 0, answers: readSheet(questions, given).answers }
      })
      const [first, second] = resultOf(questions, voices, [{ name: '3', households: 99 }]).questions
      const shown = (second?.households.choices ?? []).filter((n) => n !== null)
      const small = [...(first?.households.choices ?? []), ...shown].some((n) => n !== null && n < 5)
      if (small) return false
      if (first?.households.choices[0] !== null) return true
      return second?.households.answered === null && shown.length < 3
    }),
  )
})

t.test('a choice is one that is there, once, and not more of them than may be', async (t) => {
  const several: Asked = { ...single(2), kind: 'multiple', most: 2 }
  const scale: Asked = { ...single(3), kind: 'scale', options: ['差', '好'], most: 5 }
  const text: Asked = { ...single(4), kind: 'text', options: [] }
  const wrong = (id: number, choices: number[], words = '') =>
    readSheet([single(1), several, scale, text], new Map([[id, { choices, words }]])).errors.get(id) ?? null
  t.same(
    [wrong(1, [3]), wrong(1, [4]), wrong(1, [0]), wrong(1, [1, 2]), wrong(2, [3, 1]), wrong(2, [1, 1])],
    [null, 'form.wrong', 'form.wrong', 'surveys.answer.many', null, 'form.wrong'],
  )
  t.same(
    [wrong(2, [1, 2, 3]), wrong(3, [5]), wrong(3, [6]), wrong(4, [], '好'.repeat(500)), wrong(4, [], '好'.repeat(501))],
    ['surveys.answer.many', null, 'form.wrong', null, 'form.long'],
  )
  t.equal(readSheet([single(1)], new Map()).errors.get(1), 'surveys.answer.none', 'nothing at all is no sheet')
  t.same(
    [whyNotOrder([single(1, [{ choice: 1, to: null }]), single(2, [], true)]), whyNotOrder([single(1, [], true)])],
    ['surveys.byBuilding.skipped', null],
    'of a question that some skip no building is told',
  )
})
