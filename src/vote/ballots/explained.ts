import type { MessageKey } from '../../lib/i18n.ts'
import { arithmetic } from '../rules/arithmetic.ts'
import { explain } from '../rules/explain.ts'
import { type Sentence, say } from '../rules/words.ts'
import { editionFor } from './decision.ts'
import { because, type Closed, resultAgain, titlesOf } from './telling.ts'

interface Told extends Closed {
  /** Whose the matter is: 'common', or one of Civil Code art. 278 ('278-5'). */
  subject: string
  /** What the meeting may not decide is advice, whatever the rule (agenda/kinds). */
  label: MessageKey | null
}

/** A closed ballot told from what was stored at the close: the paragraph under it, and the sums to follow. */
export function explained(closed: Told) {
  const { reason, voters, subject, label } = closed
  const result = resultAgain(closed)
  const telling = { unit: voters, subject: matterOf(subject), options: titlesOf(closed) }
  const told = explain(editionFor(closed), result, telling)
  const ruled = told.slice(0, 1)
  const worth = label === 'kinds.label.advice' ? [say('rules.force.advice', () => ({}))] : told.slice(-1)
  // Given up because the room had become too small: what its numbers would have meant does not matter then.
  if (reason === 'quorumLost') return { said: [...ruled, because(closed), ...worth], sums: [] }
  const sums: Sentence[] = arithmetic(result)
  return { said: [...ruled, ...told.slice(1, -1), ...worth], sums }
}

const matterOf = (subject: string): number | null => (subject.startsWith('278-') ? Number(subject.slice(4)) : null)
