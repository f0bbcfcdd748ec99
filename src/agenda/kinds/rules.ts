/** 会议类型 — what kind of meeting it is: how early people are told, who has to be there, what it may decide (domain 3.4, 3.5). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

/**
 * 事项归属: whose to decide a matter is. 'common' belongs to everybody who lives here; the nine others are the matters of
 * Civil Code art. 278, which the owners decide together and nobody for them.
 */
export const subjects = [
  'common',
  '278-1',
  '278-2',
  '278-3',
  '278-4',
  '278-5',
  '278-6',
  '278-7',
  '278-8',
  '278-9',
] as const
export type Subject = (typeof subjects)[number]

/** Rules of voting by their codes (domain 3.6). */
export const ruleCodes = [
  'S5',
  'M1',
  'M2',
  'M3',
  'M4v',
  'M4p',
  'M4e',
  'M5v',
  'M5p',
  'M5e',
  'M7',
  'C1',
  'D1',
  'D2',
  'G4',
] as const

/** How much proof of posting a notice needs: none, one place, or every building (or the board all of them pass). */
export const proofs = ['none', 'one', 'buildings'] as const

/**
 * Who has to be there. `heads` of those entitled and `units` of owners as a fraction, `strict`: more than it, else at
 * least it; `seats`: at least so many, and where `required` is set every required party among them.
 */
type Quorum =
  | { of: 'none' }
  | { of: 'heads' | 'units'; num: number; den: number; strict: boolean }
  | { of: 'seats'; least: number; required: boolean }
export const quorumKinds = ['none', 'seats', 'heads', 'units'] as const

/** A line of the running order every meeting of the kind has; 0 minutes: the items themselves. */
export interface Part {
  name: string
  nameEn: string
  minutes: number
}

/** Everything a kind says. A meeting keeps a copy from the day people are told of it. */
export interface Terms {
  name: string
  nameEn: string
  convenor: string
  convenorEn: string
  leadDays: number
  /** The lead time is the law's: nobody may cut it. */
  leadFixed: boolean
  proof: (typeof proofs)[number]
  quorum: Quorum
  /** The rule a vote begins with. */
  rule: (typeof ruleCodes)[number]
  decides: readonly Subject[]
  /** What it may talk over and vote on as advice, without deciding. */
  advises: readonly Subject[]
  /** How many other households one may speak for by written mandates; 0: none. */
  proxies: number
  order: readonly Part[]
  /** 四议两公开: the stages an item passes, in order; the meeting itself is 'assembly'. Empty: none. */
  gates: readonly string[]
}

type Standing = 'decides' | 'advises' | 'neither'

/** What a meeting of this kind may do with a matter. */
function standingOf(terms: Pick<Terms, 'decides' | 'advises'>, subject: string): Standing {
  if (terms.decides.includes(subject as Subject)) return 'decides'
  return terms.advises.includes(subject as Subject) ? 'advises' : 'neither'
}

/** An item goes onto the running order of a meeting that may decide it, or at least give advice. */
export function whyNotBring(terms: Pick<Terms, 'decides' | 'advises'>, subject: string): MessageKey | null {
  if (standingOf(terms, subject) !== 'neither') return null
  return subject === 'common' ? 'kinds.notCommon' : 'kinds.notOwners'
}

/** What stands beside a vote that decides nothing, and what it cannot replace; null: it decides. */
export function labelOf(terms: Pick<Terms, 'decides' | 'advises'>, subject: string): MessageKey | null {
  if (standingOf(terms, subject) === 'decides') return null
  return subject === 'common' ? 'kinds.label.advice' : 'kinds.label.owners'
}

/** The rule the law demands where owners decide: double majority, or double three quarters for 278-6 to 278-8. */
function lawfulRule(subject: string): 'D1' | 'D2' | null {
  if (subject === 'common') return null
  return ['278-6', '278-7', '278-8'].includes(subject) ? 'D2' : 'D1'
}

/** What this vote would be: refuses what the meeting may not decide, and a rule that pretends to more, or less, than the law. */
export function whyNotVoteBy(
  terms: Pick<Terms, 'decides' | 'advises'>,
  subject: string,
  rule: string,
): MessageKey | null {
  const none = whyNotBring(terms, subject)
  if (none) return none
  const owners = rule === 'D1' || rule === 'D2'
  const asked = lawfulRule(subject)
  if (standingOf(terms, subject) === 'advises') return owners ? 'kinds.onlyAdvice' : null
  if (asked === null) return owners ? 'kinds.notStatutory' : null
  if (asked === rule) return null
  return asked === 'D1' ? 'kinds.lawAsksD1' : 'kinds.lawAsksD2'
}

/** A kind as somebody changed it: what the law has fixed stays, and what it decides it does not also merely advise on. */
export function faultsOf(changed: Terms, before: Terms): Record<string, MessageKey> {
  const faults: Record<string, MessageKey> = {}
  if (before.leadFixed && changed.leadDays < before.leadDays) faults.leadDays = 'kinds.leadDays.law'
  if (changed.decides.some((subject) => changed.advises.includes(subject))) faults.advises = 'kinds.both'
  // Art. 278 is the owners' alone: no page of ours may give it to another table.
  const given = changed.decides.filter((subject) => subject !== 'common' && !before.decides.includes(subject))
  if (given.length > 0) faults.decides = 'kinds.ownersOnly'
  const { quorum } = changed
  if ('num' in quorum && quorum.num > quorum.den) faults.num = 'kinds.fraction'
  return faults
}

/** The running order as somebody types it: a line a part, '签到 | Sign-in | 10'. Null: a line that is not one. */
export function readOrder(text: string): Part[] | null {
  const parts: Part[] = []
  for (const typed of text.split('\n')) {
    if (typed.trim() === '') continue
    const [name = '', nameEn = '', minutes = '0'] = typed.split(/[|｜]/).map((cell) => cell.trim())
    if (name === '' || !/^\d{1,3}$/.test(minutes)) return null
    parts.push({ name, nameEn: nameEn || name, minutes: Number(minutes) })
  }
  return parts.length > 0 && parts.length <= 12 ? parts : null
}

export const writeOrder = (parts: readonly Part[]): string =>
  parts.map(({ name, nameEn, minutes }) => `${name} | ${nameEn} | ${minutes}`).join('\n')
