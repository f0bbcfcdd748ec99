const longestStop = 6_000

/**
 * Does something over and over, one after the other; what goes wrong once is tried again the next time. Gives what stops
 * it: what others are slow to answer does not hold up a stop.
 */
export function every(ms: number, act: () => Promise<unknown>): () => Promise<void> {
  let stopped = false
  let turn = Promise.resolve()
  const timer = setInterval(() => {
    turn = turn.then(() =>
      stopped
        ? undefined
        : act().then(
            () => {},
            () => {},
          ),
    )
  }, ms).unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await Promise.race([turn, new Promise((late) => setTimeout(late, longestStop).unref())])
  }
}
