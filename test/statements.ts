import pg from 'pg'

/** How many statements the act sends to the database, on either of them; `begin`, `commit` and the like do not count. */
export async function statementsOf(act: () => Promise<unknown>): Promise<number> {
  const client = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown }
  const query = client.query
  let count = 0
  client.query = function (this: unknown, ...args: unknown[]) {
    const text = typeof args[0] === 'string' ? args[0] : ((args[0] as { text?: string })?.text ?? '')
    if (!/^\s*(begin|commit|rollback|set|reset|listen)\b/i.test(text)) count++
    return query.apply(this, args)
  }
  try {
    await act()
  } finally {
    client.query = query
  }
  return count
}
