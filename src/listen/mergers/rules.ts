/** 并案 — putting one matter into another, and taking it out again (domain 3.3). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { whyNotMerge } from '../issues/rules.ts'

/** Days in which a filer may say that it is not one matter after all. */
const objectionDays = 7

interface Part {
  id: number
  state: string
}

interface Source extends Part {
  /** It stands, or stood, on an agenda item: a meeting speaks of it by its own number. */
  onAgenda: boolean
  /** Other matters were put into it. */
  holdsOthers: boolean
}

/** Why the one may not be put into the other; null: it may. */
export function whyNotPutInto(source: Source, target: Part): MessageKey | null {
  if (source.id === target.id) return 'mergers.same'
  if (source.state === 'merged') return 'mergers.already'
  const past = whyNotMerge(source.state) ?? whyNotMerge(target.state)
  if (past) return past
  if (source.onAgenda || source.state === 'on_agenda') return 'mergers.onAgenda'
  return source.holdsOthers ? 'mergers.holdsOthers' : null
}

/** Why it may not be taken out again: once a vote on the target has opened, only the chair may, and the votes stay. */
export function whyNotTakeOut(state: string, voteOpened: boolean, chair: boolean): MessageKey | null {
  if (state !== 'merged') return 'mergers.notMerged'
  return voteOpened && !chair ? 'mergers.voted' : null
}

export function whyNotObject(
  merger: { mergedAt: Date; undone: boolean; objected: boolean },
  now: Date,
): MessageKey | null {
  if (merger.undone) return 'mergers.notMerged'
  if (merger.objected) return 'mergers.objected'
  return now.getTime() - merger.mergedAt.getTime() > objectionDays * 86_400_000 ? 'mergers.tooLate' : null
}

/** 班车 and 接驳车: what each text says that the other does not, for the desk to say whether it is one thing. At most three, those that share a character first. */
export function pairsBetween(words: string, text: string): { word: string; alike: string }[] {
  const [here, there] = [wordsOf(words), wordsOf(text)]
  const only = (these: Set<string>, those: Set<string>) => [...these].filter((one) => !those.has(one)).slice(0, 6)
  const [ours, theirs] = [only(here, there), only(there, here)]
  return ours
    .flatMap((word) =>
      theirs.map((alike) => ({ word, alike, shared: [...word].filter((one) => alike.includes(one)).length })),
    )
    .sort((a, b) => b.shared - a.shared)
    .slice(0, 3)
    .map(({ word, alike }) => ({ word, alike }))
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const wordsOf = (text: string) =>
  new Set(
    Array.from(segmenter.segment(text.normalize('NFKC')), ({ segment }) => segment).filter((one) =>
      /^\p{Script=Han}{2,6}$/u.test(one),
    ),
  )
