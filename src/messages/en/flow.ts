import type { flow as zh } from '../zh/flow.ts'

export const flow: Record<keyof typeof zh, string> = {
  'alike.title': 'A neighbour may have said this',
  'alike.me': 'Me too',
  'alike.hint':
    'If it is the same matter, press “Me too”: what you wrote is kept and goes with theirs. If not, just carry on.',
  'alike.ask': 'Is it one of these?',
  'alike.ask.hint': 'A neighbour may have raised it already. If so, press “Me too”. What you wrote is kept either way.',
  'alike.yours': 'What you wrote',
  'alike.none': 'None of these, send mine',
  'search.label': 'Find: number, place, words, pinyin initials',
  'search.none': 'Nothing found for “{q}”. Try another word, or look at all of them.',
  'issues.state.merged': 'Joined with another matter',
}
