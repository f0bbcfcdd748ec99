/** 发言 — who speaks next, and for how long everybody has spoken. Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { type ItemState, type MeetingState, whyNotInSession } from '../meetings/rules.ts'

/** A hand that went up: it waits, or speaks, or has spoken. Times as the database's JSON gives them. */
export interface Turn {
  id: number
  /** The item's number it went up on. */
  item: number
  seat: string | null
  seatEn: string | null
  building: string | null
  door: string | null
  name: string
  raisedAt: string
  calledAt: string | null
  endedAt: string | null
}

/** Whose voice it is: a seat's, a door's, or a guest's by the name the chair wrote down. Whoever comes back is the same. */
const voiceOf = (turn: Turn): string =>
  turn.seat !== null ? `seat ${turn.seat}` : turn.door !== null ? `${turn.building}-${turn.door}` : `name ${turn.name}`

export interface Waiting extends Turn {
  /** How often this voice has been heard in this meeting, and for how many seconds in all. */
  turns: number
  seconds: number
}

/**
 * Fair order: who has not spoken yet comes first, then who has spoken least, then who raised a hand first. So nobody has
 * to be brave twice, and nobody speaks all evening.
 */
export function fairOrder(waiting: readonly Turn[], all: readonly Turn[]): Waiting[] {
  const heard = totals(all)
  return waiting
    .map((turn) => ({ ...turn, turns: 0, seconds: 0, ...heard.get(voiceOf(turn)) }))
    .sort(
      (a, b) =>
        Number(a.turns > 0) - Number(b.turns > 0) ||
        a.seconds - b.seconds ||
        Date.parse(a.raisedAt) - Date.parse(b.raisedAt) ||
        a.id - b.id,
    )
}

/** How often each voice has been heard, and for how long in the turns that are over. */
function totals(all: readonly Turn[]): Map<string, { turns: number; seconds: number }> {
  const heard = new Map<string, { turns: number; seconds: number }>()
  for (const turn of all) {
    if (turn.calledAt === null) continue
    const before = heard.get(voiceOf(turn)) ?? { turns: 0, seconds: 0 }
    // Who has the word now has been heard too, for as long as we shall know when the turn is over.
    const ended = turn.endedAt ?? turn.calledAt
    const seconds = Math.max(0, Math.round((Date.parse(ended) - Date.parse(turn.calledAt)) / 1000))
    heard.set(voiceOf(turn), { turns: before.turns + 1, seconds: before.seconds + seconds })
  }
  return heard
}

/** A meeting's turns as its screens show them: who speaks, who waits and in which order, who spoke for how long. */
export function floorOf(all: readonly Turn[], currentItem: number | null) {
  const speaking = all.find((turn) => turn.calledAt !== null && turn.endedAt === null) ?? null
  const waiting = all.filter((turn) => turn.calledAt === null && turn.item === currentItem)
  const heard = totals(all)
  const voices = new Map(all.map((turn) => [voiceOf(turn), turn]))
  return {
    speaking: speaking && { ...speaking, before: heard.get(voiceOf(speaking))?.seconds ?? 0 },
    queue: fairOrder(waiting, all),
    spoken: [...heard]
      .filter(([, { seconds }]) => seconds > 0)
      .map(([voice, { turns, seconds }]) => ({ turn: voices.get(voice) as Turn, turns, seconds }))
      .sort((a, b) => b.seconds - a.seconds),
  }
}

/** Hands go up while an item is introduced or talked over; a vote is not the time for it. */
export function whyNotSpeak(state: MeetingState, item: { state: ItemState } | null): MessageKey | null {
  if (state !== 'in_session') return whyNotInSession(state)
  return item?.state === 'introduced' || item?.state === 'discussing' ? null : 'speakers.notNow'
}
