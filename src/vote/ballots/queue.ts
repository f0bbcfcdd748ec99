import { Refusal } from '../../lib/refusal.ts'

/** At most this many in one statement; more wait for the next one. */
const batchSize = 500
/** What waits in one process for one ballot. Beyond it people are asked to press again rather than to wait for ever. */
const mostWaiting = 20_000
/** Of one voter: somebody who presses without end fills his own places, not his neighbours'. */
const mostOfOne = 100
/** Answers handed out before the process looks up again. */
const atOnce = 50
/** This many failures in a row are not the fault of one row. */
const patience = 3

interface Waiting<Item, Answer> {
  item: Item
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

interface Said<Answer> {
  answer?: Answer
  error?: Refusal
}

/**
 * Group commit: never two batches in flight, and whatever arrives meanwhile makes the next one (stack 4). There is no
 * timer, so a lone vote waits for nobody. A batch holds one item of each voter; the next of the same voter takes the
 * batch after it, so the last one counts and each gets its own answer.
 *
 * `run` answers in the order it was given. When it throws, each item is tried once more by itself: a row that cannot
 * be written, or that another process wrote first, does not take its neighbours along.
 */
export function inBatches<Item, Answer>(
  run: (batch: Item[]) => Promise<Answer[]>,
  whose: (item: Item) => number,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = []
  const each = new Map<number, number>()
  let running = false
  let handing = Promise.resolve()

  return (item) =>
    new Promise((resolve, reject) => {
      const own = each.get(whose(item)) ?? 0
      if (waiting.length >= mostWaiting || own >= mostOfOne) return reject(new Refusal('ballots.crowded', 503))
      each.set(whose(item), own + 1)
      waiting.push({ item, resolve, reject })
      if (!running) void work()
    })

  async function work() {
    running = true
    while (waiting.length > 0) {
      const batch = take()
      const answers = await ask(batch)
      // The next batch is on its way to the database before these people are answered, one batch after the other.
      handing = handing.then(() => handOut(batch, answers))
    }
    running = false
  }

  function take(): Waiting<Item, Answer>[] {
    const batch: Waiting<Item, Answer>[] = []
    const rest: Waiting<Item, Answer>[] = []
    const voters = new Set<number>()
    for (const each of waiting) {
      const voter = whose(each.item)
      if (batch.length === batchSize || voters.has(voter)) rest.push(each)
      else batch.push(each)
      voters.add(voter)
    }
    waiting = rest
    for (const { item } of batch) {
      const left = (each.get(whose(item)) ?? 1) - 1
      if (left === 0) each.delete(whose(item))
      else each.set(whose(item), left)
    }
    return batch
  }

  async function ask(batch: Waiting<Item, Answer>[]): Promise<Said<Answer>[]> {
    try {
      return (await run(batch.map(({ item }) => item))).map((answer) => ({ answer }))
    } catch {
      return askSingly(batch)
    }
  }

  async function askSingly(batch: Waiting<Item, Answer>[]): Promise<Said<Answer>[]> {
    const said: Said<Answer>[] = []
    let failures = 0
    for (const { item } of batch) {
      if (failures >= patience) {
        said.push({ error: unsure() })
        continue
      }
      try {
        const [answer] = await run([item])
        said.push({ answer: answer as Answer })
        failures = 0
      } catch (error) {
        failures++
        said.push({ error: unsure(error) })
      }
    }
    return said
  }

  /** A few at a time: whoever reads five hundred answers in one go keeps the database waiting for its next batch. */
  async function handOut(batch: Waiting<Item, Answer>[], said: Said<Answer>[]): Promise<void> {
    for (const [i, { resolve, reject }] of batch.entries()) {
      if (i % atOnce === 0) await new Promise(setImmediate)
      const { answer, error } = said[i] as Said<Answer>
      if (error) reject(error)
      else resolve(answer as Answer)
    }
  }
}

/**
 * A line that broke during COMMIT leaves us not knowing. We say that we do not know, never that it failed: the same
 * vote with the same key may be sent again and counts once (trust 4.2).
 */
function unsure(cause?: unknown): Refusal {
  const { code } = (cause ?? {}) as { code?: string }
  return Object.assign(new Refusal('ballots.unsure', 503), { cause, ...(code && { code }) })
}
