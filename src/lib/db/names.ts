import { createHash } from 'node:crypto'

/**
 * Names under which the server keeps a statement it has read and planned before: reading it again costs more than
 * running it. Only for texts that come back, and no more of them than a connection should remember.
 */
const most = 1_000
const longest = 20_000
const names = new Map<string, string | null>()

/** The name of a text that was asked before; undefined the first time, and for texts nobody should keep. */
export function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known) return known
  // Several statements, as in a migration, cannot be prepared as one.
  if (text.includes(';')) return undefined
  if (known === undefined) {
    if (names.size < most && text.length <= longest) names.set(text, null)
    return undefined
  }
  const name = createHash('sha1').update(text).digest('base64url')
  names.set(text, name)
  return name
}
