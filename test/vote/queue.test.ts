import t from 'tap'
import { Refusal } from '../../src/lib/refusal.ts'
import { inBatches } from '../../src/vote/ballots/queue.ts'

interface Item {
  voter: number
  n: number
}

/** A box whose batches are written down, and take a moment each. */
function box(fails: (batch: Item[]) => boolean = () => false) {
  const batches: Item[][] = []
  let running = 0
  const cast = inBatches<Item, string>(
    async (batch) => {
      if (++running > 1) throw new Error('two batches at once')
      batches.push(batch)
      await new Promise(setImmediate)
      running--
      if (fails(batch)) throw new Error('broken')
      return batch.map(({ voter, n }) => `${voter}:${n}`)
    },
    ({ voter }) => voter,
  )
  return { cast, batches }
}

const many = (count: number, voter = (n: number) => n) =>
  Array.from({ length: count }, (_, n): Item => ({ voter: voter(n), n }))

const whyNot = (answer: Promise<unknown>) =>
  answer.then(
    () => null,
    (error: unknown) => (error instanceof Refusal ? error.key : error),
  )

t.test('one goes at once, what arrives meanwhile goes together, each gets its own answer', async (t) => {
  const { cast, batches } = box()
  const answers = await Promise.all(many(100).map(cast))
  t.same(
    answers,
    many(100).map(({ n }) => `${n}:${n}`),
  )
  t.same(
    batches.map((batch) => batch.length),
    [1, 99],
  )
})

t.test('a batch holds one vote of each voter, in the order they came', async (t) => {
  const { cast, batches } = box()
  await Promise.all(many(9, (n) => n % 3).map(cast))
  for (const batch of batches) t.equal(new Set(batch.map(({ voter }) => voter)).size, batch.length)
  for (const voter of [0, 1, 2]) {
    const order = batches.flat().filter((item) => item.voter === voter)
    t.same(
      order.map(({ n }) => n),
      [voter, voter + 3, voter + 6],
    )
  }
})

t.test('a broken row is found and its neighbours are answered', async (t) => {
  const { cast, batches } = box((batch) => batch.some(({ voter }) => voter === 5))
  const answers = await Promise.all(many(10).map((item) => whyNot(cast(item))))
  t.same(answers, [null, null, null, null, null, 'ballots.unsure', null, null, null, null])
  t.ok(batches.length > 10, 'each once more by itself')
})

t.test('when everything fails nobody waits for a hundred attempts', async (t) => {
  const { cast, batches } = box(() => true)
  const answers = await Promise.all(many(200).map((item) => whyNot(cast(item))))
  t.same(new Set(answers), new Set(['ballots.unsure']))
  t.ok(batches.length < 10, `${batches.length} attempts`)
})

t.test('who presses without end fills his own places, not his neighbours’', async (t) => {
  const { cast } = box()
  const flood = many(300, () => 7).map((item) => whyNot(cast(item)))
  const neighbour = whyNot(cast({ voter: 8, n: 0 }))
  const answers = await Promise.all(flood)
  t.equal(await neighbour, null)
  t.equal(answers.filter((why) => why === 'ballots.crowded').length, 199)
})

t.test('a queue that is full says so', async (t) => {
  const { cast } = box()
  const answers = await Promise.all(many(21_000).map((item) => whyNot(cast(item))))
  const crowded = answers.filter((why) => why === 'ballots.crowded').length
  t.equal(crowded, 999, 'one is under way, twenty thousand wait')
  t.equal(await whyNot(cast({ voter: 1, n: 1 })), null, 'and it is open again afterwards')
})
