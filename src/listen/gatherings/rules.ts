/** 集中听 — a dated sitting where people speak and somebody writes along (domain 3.1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

export function whyNotNote(gathering: { closed_at: Date | null }): MessageKey | null {
  return gathering.closed_at ? 'gatherings.closed' : null
}

/** A slip of the pen is taken back by whoever made it, at once: only her last line, and only while nobody has taken it up. */
export function whyNotTakeBack(
  line: { key: string; state: string; recorded_by: number | null },
  last: { key: string } | undefined,
  personId: number,
): MessageKey | null {
  if (line.recorded_by !== personId) return 'gatherings.notYours'
  if (line.state !== 'submitted') return 'gatherings.takenUp'
  return line.key === last?.key ? null : 'gatherings.notLast'
}
