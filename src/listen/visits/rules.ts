/** 走访 — who was visited, what may be written down of it, and which door comes next (domain 3.11, J1). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import type { Category } from '../issues/rules.ts'

export const outcomes = ['met', 'not_home', 'come_again', 'refused'] as const
export type Outcome = (typeof outcomes)[number]

/** A door nobody has been to for this long counts as not visited. */
const coveredDays = 90
/** So long the volunteer may read her own private remark again; after that only the chair may, with a reason. */
const remarkDays = 14
/** As many matters as one visit has boxes for. */
export const mostMatters = 5
export const shortestMatter = 5

const day = 24 * 3_600_000

export interface Said {
  outcome: Outcome
  /** `key` is the matter's own, made by the phone that wrote it down; left out: the database makes one. */
  matters: readonly { words: string; place: string; key?: string; topic?: Category | null }[]
  remark: string
  consent: { record: boolean; call: boolean; publish: boolean }
  phone: string
}

/**
 * What must not be kept of a visit, field by field. Whoever was spoken to has said that it may be written down, or no
 * word of it is; a number is only for calling back, with leave, about something that was said.
 */
export function faultsOf(said: Said): Record<string, MessageKey> {
  const faults: Record<string, MessageKey> = {}
  const spoke = said.outcome !== 'not_home'
  if (said.matters.length > 0 && said.outcome !== 'met') faults.outcome = 'visits.outcome.nobodySpoke'
  if (!said.consent.record && (said.matters.length > 0 || (spoke && said.remark !== ''))) {
    faults.record = 'visits.record.needed'
  }
  if (said.phone !== '' && !said.consent.call) faults.call = 'visits.call.needed'
  else if (said.phone !== '' && said.matters.length === 0) faults.phone = 'visits.phone.nothing'
  else if (said.consent.call && said.phone === '') faults.phone = 'visits.phone.missing'
  return faults
}

/** A phone that says longer ago than this has a wrong clock: no volunteer carries her words home for a month. */
const believedDays = 30

/**
 * When a visit was, of what the phone stated and when we received it. A phone's clock may be wrong either way; then the
 * visit is dated by ours, and what the phone stated stands beside it. It is never a reason to refuse.
 */
export function whenVisited(stated: Date | null, received: Date): Date {
  if (stated === null) return received
  const ago = received.getTime() - stated.getTime()
  return ago >= 0 && ago <= believedDays * day ? stated : received
}

/** The oldest day that paper may be typed off: an older one would be dated by the day it was typed. */
export const oldestPaper = (now: Date): Date => new Date(now.getTime() - believedDays * day)

/** Since when a visit counts towards the coverage. */
export const coveredSince = (now: Date): Date => new Date(now.getTime() - coveredDays * day)

/** Whether somebody may see a visit at all: the one who made it, and the chair. */
export function maySee(visit: { volunteerId: number }, me: { personId: number | null; roles: readonly string[] }) {
  return me.personId === visit.volunteerId || me.roles.includes('chair')
}

/** Whether the private remark is hers to read again without giving a reason. */
export function isFreshOwn(
  visit: { volunteerId: number; visitedAt: Date },
  personId: number | null,
  now: Date,
): boolean {
  return personId === visit.volunteerId && now.getTime() - visit.visitedAt.getTime() <= remarkDays * day
}

interface Door {
  stairwell: string | null
  floor: number
  door: string
}

const byNumber = new Intl.Collator('zh', { numeric: true })

/** The way a volunteer walks a building: stairwell by stairwell, from the top floor down, along the corridor. */
export function walkingOrder<D extends Door>(doors: readonly D[]): D[] {
  return doors.toSorted(
    (a, b) =>
      byNumber.compare(a.stairwell ?? '', b.stairwell ?? '') || b.floor - a.floor || byNumber.compare(a.door, b.door),
  )
}

/** The doors before and after one on the way; null at the ends. */
export function neighbours<D extends Door>(doors: readonly D[], door: string): { before: D | null; after: D | null } {
  const way = walkingOrder(doors)
  const at = way.findIndex((one) => one.door === door)
  return { before: way[at - 1] ?? null, after: at < 0 ? null : (way[at + 1] ?? null) }
}

/** A building as it stands: its stairwells, each with its floors from the top. */
export function floors<D extends Door>(doors: readonly D[]): { stairwell: string | null; floors: D[][] }[] {
  const stairs: { stairwell: string | null; floors: D[][] }[] = []
  for (const door of walkingOrder(doors)) {
    let stair = stairs.at(-1)
    if (!stair || stair.stairwell !== door.stairwell) {
      stair = { stairwell: door.stairwell, floors: [] }
      stairs.push(stair)
    }
    const floor = stair.floors.at(-1)
    if (floor?.[0]?.floor === door.floor) floor.push(door)
    else stair.floors.push([door])
  }
  return stairs
}
