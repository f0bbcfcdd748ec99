import type { Option } from '../../agenda/options/store.ts'
import type { Category, IssueState } from '../../listen/issues/rules.ts'
import type { Choice } from '../../vote/ballots/rules.ts'
import { gatherings } from './gatherings.ts'

/** What a story is made of. The words are the neighbours' own; who they are is invented. */

export type SeatKey = 'party' | 'committee' | 'owners' | 'property' | 'police'

/** One person's words: how they reached the neighbourhood, from which door, how many days ago. */
export interface Voice {
  ear: 'bridge' | 'door' | 'gather'
  words: string
  /** '12-602'; left out: the person did not say. */
  door?: string
  /** Only the form asks for it. */
  surname?: string
  ago: number
  /** The gathering it was said in. */
  gathering?: string
  phone?: true
  nameShown?: true
  locale?: 'en'
  /** What the desk wrote back, and what she answered, in turn; the desk begins. */
  thread?: string[]
}

/** A step the desk took: the state it came to, days ago, what stands under it for everybody, the office it went to. */
export type Step = readonly [to: IssueState, ago: number, words: string, target?: string]

export interface Matter {
  title: string
  /** The public wording: written by one, approved by another. */
  text: string
  /** The wording waits for its second person. */
  unapproved?: true
  place: string
  building?: string
  category: Category
  safety?: true
  frail?: true
  /** Which party looks after it. */
  seat: SeatKey
  voices: Voice[]
  /** How many households put their name to it. */
  households: number
  path: Step[]
  /** Put into another matter, days ago; what its neighbour says against it. */
  joined?: { into: string; ago: number; against?: string }
}

type Told = Partial<Pick<Voice, 'phone' | 'thread'>>
type Sent = Told & Partial<Pick<Voice, 'nameShown' | 'locale'>>

/** Said at the door to a volunteer. */
export const atDoor = (door: string, ago: number, words: string, extra: Told = {}): Voice => ({
  ear: 'door',
  door,
  ago,
  words,
  ...extra,
})

/** Sent in by the person: from the form, the poster's code, the box by the gate. */
export const sentIn = (door: string, surname: string, ago: number, words: string, extra: Sent = {}): Voice => ({
  ear: 'bridge',
  ...(door && { door }),
  surname,
  ago,
  words,
  ...extra,
})

/** Said in a gathering and noted there; the gathering gives the day. */
export const inRoom = (gathering: string, door: string, words: string): Voice => ({
  ear: 'gather',
  gathering,
  ...(door && { door }),
  ago: known(gathering).ago,
  words,
})

function known(gathering: string) {
  const told = gatherings[gathering]
  if (!told) throw new Error(`the story has no gathering ${gathering}`)
  return told
}

export interface Promised {
  text: string
  seat: SeatKey
  /** The named person, from the story's people. */
  person: string
  /** Days after the meeting; for `overdue` ones set so that the day has just passed. */
  dueAfter: number | 'overdue'
  steps: { title: string; weight?: number; done?: readonly [after: number, evidence: string] }[]
  /** Decided on trial, and what was counted on which day. */
  trial?: {
    endsAfter: number
    metric: string
    unit: string
    target: number
    readings: (readonly [after: number, value: number, note?: string])[]
  }
  updates?: (readonly [after: number, words: string])[]
  /** Each time it was called done: days after the meeting, the evidence, and what the filers said of it. */
  claims?: {
    after: number
    evidence: string
    answers?: (readonly [after: number, solved: 'yes' | 'partly' | 'no', satisfied: number, why?: string])[]
  }[]
}

/** A vote: what each party said, or how many doors. */
export type Asked = { tally: 'live' | 'after_close' } & (
  | { rule: 'S5'; seats: Partial<Record<SeatKey, Choice>> }
  | { rule: 'M1' | 'M2' | 'M4v'; doors: Record<Choice, number> }
  /** How many doors chose each option, by its number, and how many none. */
  | { rule: 'PL'; options: string[]; doors: Record<string, number> }
)

export interface Item {
  title: string
  question: string
  background: string
  /** The matters it joins, by title key. */
  matters: string[]
  minutes: number
  /** What there is to choose from; money in 分. */
  options?: Omit<Option, 'key'>[]
  /** The buildings it touches, by name. */
  affected?: string[]
  expert?: readonly [name: string, words: string]
  notes?: string
  ballot?: Asked
  /** Sent back to the pool instead of decided. */
  deferred?: string
  promised?: Promised
}

/** Who comes for a party, and who instead if need be. */
export type SeatAnswer = readonly [seat: SeatKey, who: string, instead?: string]

export interface Meeting {
  /** Weeks from the coming Saturday. */
  week: number
  title: string
  place: string
  households: number
  /** Who came for each seat, by name; a seat left out stayed empty. */
  seats: Partial<Record<SeatKey, string[]>>
  /** What the parties said beforehand. */
  answers?: SeatAnswer[]
  items: Item[]
  minutes?: Minuted
}

/** How far the minutes of a meeting have come; days before today. */
interface Minuted {
  /** What the desk made of a piece, by its place in the text. */
  edits?: (readonly [nth: number, text: string])[]
  sentAgo?: number
  /** Seats that confirmed; who is left out said nothing. */
  confirmed?: SeatKey[]
  objections?: { door: string; words: string; reply?: { gist: string; reply: string } }[]
  archivedAgo?: number
}
