/** 收件箱 — what arrived by others and nobody has looked at yet: from waiting to a filing, or aside with a reason. Pure. */
import { isClosed } from '../issues/rules.ts'

/** Why something that arrived is no filing. */
export const asideReasons = ['repeat', 'chatter', 'elsewhere', 'unreadable', 'auto'] as const
export type AsideReason = (typeof asideReasons)[number]

export const arrivalStates = ['waiting', 'filed', 'aside'] as const
export type ArrivalState = (typeof arrivalStates)[number]

export interface NewArrival {
  /** The number it has over there; '' where it has none. */
  externalNo: string
  words: string
  place: string
  category: string | null
  /** Who said it: for the desk alone. */
  name: string
  phone: string
  saidAt: Date | null
  photoKey?: string
  /** A link to a picture, as a program sent it. Nobody fetches it but who presses on it. */
  mediaUrl?: string
  /** '31.230416, 121.473701' */
  point?: string
  /** By what it is known again, where that is no number anybody should read: a letter's Message-ID. */
  sameAs?: string
  /** Set aside as it comes in: a machine's answer is nobody's voice. */
  aside?: AsideReason
}

export const mostWords = 20_000
/** As many characters as a filing holds; what goes beyond stands in its thread. */
const filingHolds = 2_000

const forbidden = /[[\p{Cc}--[\t\n]]\p{Bidi_Control}\p{Noncharacter_Code_Point}\u{feff}\p{Cs}]/gv

/**
 * A text that a program or a file brought: NFC, without control characters and text that lies about itself, cut to
 * `max` characters. A person's form is sent back with such things in it; a machine could not answer, so they go.
 */
export function tidy(text: string, max: number): string {
  const plain = text
    .slice(0, max * 8)
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(forbidden, '')
    .trim()
  return plain.length > max ? [...plain].slice(0, max).join('').trimEnd() : plain
}

export const tidyLine = (text: string, max: number): string => tidy(text.slice(0, max * 8).replace(/\s+/g, ' '), max)

/** A phone as somebody's system writes it; '' for what is none. */
export function tidyPhone(text: string): string {
  const digits = text.normalize('NFKC').replace(/[\s()-]/g, '')
  return /^(?:\+?86)?1[3-9]\d{9}$/.test(digits) || /^0?\d{7,12}$/.test(digits) ? digits : ''
}

/** The words of a filing, and what of them has to stand in its thread because it is too long: nothing is lost. */
export function inParts(words: string): [string, ...string[]] {
  const letters = [...words]
  const parts: string[] = []
  for (let at = 0; at < letters.length; at += filingHolds) parts.push(letters.slice(at, at + filingHolds).join(''))
  const [first = '…', ...rest] = parts.filter((part) => part.trim() !== '')
  return [first, ...rest]
}

/** The building that a place names by its number; null where it names none of ours. */
export function buildingIn(place: string, buildings: readonly { id: number; name: string }[]): number | null {
  const name = /(\d{1,4})\s*(?:号楼|幢|栋|号)/.exec(place)?.[1]
  return buildings.find((building) => building.name === name)?.id ?? null
}

/** The place without the building that stands at its beginning and is known by itself: pages name the building before it. */
export const placeWithin = (place: string): string => place.replace(/^\s*\d{1,4}\s*(?:号楼|幢|栋)\s*/, '')

/** 王** : enough to tell two people in a list apart. */
export const maskName = (name: string): string => (name === '' ? '' : `${[...name][0]}**`)

export interface Standing {
  state: ArrivalState
  reason: string | null
  filing: string | null
  issue: string | null
}

/** How it stands, in the two words that everybody else's systems know. */
export function isOver({ state, filing, issue }: Standing): boolean {
  if (state === 'aside') return true
  if (issue !== null) return isClosed(issue)
  return filing === 'declined' || filing === 'withdrawn' || filing === 'referred'
}
