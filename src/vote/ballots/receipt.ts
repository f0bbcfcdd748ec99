import { randomUUID } from 'node:crypto'
import { renderShared } from '../../lib/http/views.ts'
import type { Locale } from '../../lib/i18n.ts'
import type { Receipt } from './casting.ts'

interface Place {
  locale: Locale
  community: Parameters<typeof renderShared>[2]['community']
}

/** What the template shows for one voter: her code, and a fresh key for the next attempt. */
export const answerOf = ({ ballot, code, choice }: Receipt) => ({ ballot, code, choice, at: null, key: randomUUID() })

/** Stand where the code and the key will; nobody can write them into a question, for they are new in each process. */
const marks = { code: `code-${randomUUID()}`, key: `key-${randomUUID()}` }
const blanks = new Map<string, string>()
const mostBlanks = 2_000

/**
 * The receipt as it goes down a socket. When a whole hall votes in the same second drawing it is most of the work, and
 * two people who chose alike get the same but for code and key: so the blank is drawn once and each gets hers filled in.
 */
export function receiptHtml(receipt: Receipt, { locale, community }: Place): string {
  const { code, key } = answerOf(receipt)
  const which = `${community?.id} ${receipt.ballot.id} ${receipt.choice} ${locale}`
  const blank =
    blanks.get(which) ??
    renderShared('vote/ballots/_receipt', { ...answerOf(receipt), ...marks }, { locale, community })
  if (blanks.size >= mostBlanks) blanks.clear()
  blanks.set(which, blank)
  return blank.replaceAll(marks.code, code).replaceAll(marks.key, key)
}
