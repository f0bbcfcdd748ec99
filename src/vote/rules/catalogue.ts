/** 规则目录 — every rule of domain 3.6, with its article and the day it began. A community may keep editions of its own beside these. */
import type { Edition, ShareRule } from './rule.ts'
import type { Share } from './shares.ts'

export type Code = (typeof editions)[number]['code']

const moreThan = (num: number, den: number): Share => ({ num, den, strict: true })
const atLeast = (num: number, den: number): Share => ({ num, den, strict: false })

/** Civil Code and the drafters' defaults, as in force since 2021; the Residents' Committee Law as of its 2018 text. */
const civilCode = { version: 1, validFrom: '2021-01-01' }
const meeting = { ...civilCode, force: 'meeting', repeats: 'last' } as const
const advice = { ...civilCode, force: 'advice', repeats: 'last' } as const
const owners = { ...civilCode, force: 'owners', repeats: 'first', kind: 'dual', participation: atLeast(2, 3) } as const
// Of a matter that is not the owners' the five decide; of one of art. 278 they advise (forceOf).
const seats = { ...meeting, article: 'rules.article.fiveParty', kind: 'seats', presence: atLeast(4, 5) } as const
const bylaws = { ...meeting, article: 'rules.article.bylaws' } as const

/** (5) is using the maintenance fund, (6) raising it: mixing them up is a classic. */
const generalMatters: readonly number[] = [1, 2, 3, 4, 5, 9]
const specialMatters: readonly number[] = [6, 7, 8]

export const editions = [
  // Y > N is more than half of Y + N.
  {
    code: 'M1',
    ...advice,
    article: 'rules.article.custom',
    kind: 'share',
    base: 'cast',
    abstain: 'out',
    share: moreThan(1, 2),
  },
  {
    code: 'M2',
    ...meeting,
    article: 'rules.article.assembly',
    kind: 'share',
    base: 'present',
    abstain: 'notYes',
    share: moreThan(1, 2),
  },
  { code: 'M3', ...bylaws, kind: 'share', base: 'all', abstain: 'notYes', share: moreThan(1, 2) },
  { code: 'M4v', ...bylaws, kind: 'share', base: 'cast', abstain: 'out', share: atLeast(2, 3) },
  { code: 'M4p', ...bylaws, kind: 'share', base: 'present', abstain: 'notYes', share: atLeast(2, 3) },
  { code: 'M4e', ...bylaws, kind: 'share', base: 'all', abstain: 'notYes', share: atLeast(2, 3) },
  { code: 'M5v', ...bylaws, kind: 'share', base: 'cast', abstain: 'out', share: atLeast(3, 4) },
  { code: 'M5p', ...bylaws, kind: 'share', base: 'present', abstain: 'notYes', share: atLeast(3, 4) },
  { code: 'M5e', ...bylaws, kind: 'share', base: 'all', abstain: 'notYes', share: atLeast(3, 4) },
  // Stands for whatever fraction the by-laws name: see customRule below.
  { code: 'M6', ...bylaws, kind: 'share', base: 'present', abstain: 'notYes', share: atLeast(3, 5) },
  { code: 'M7', ...bylaws, kind: 'unanimous', strict: false },
  { code: 'M7s', ...bylaws, kind: 'unanimous', strict: true },
  { code: 'C1', ...meeting, article: 'rules.article.coordination', kind: 'consent' },
  { code: 'PL', ...meeting, article: 'rules.article.custom', kind: 'plurality' },
  { code: 'AP', ...meeting, article: 'rules.article.custom', kind: 'approval', by: 'places' },
  { code: 'APt', ...meeting, article: 'rules.article.custom', kind: 'approval', by: 'threshold' },
  { code: 'RC', ...meeting, article: 'rules.article.custom', kind: 'ranked', share: moreThan(1, 2) },
  { code: 'SC', ...meeting, force: 'order', article: 'rules.article.custom', kind: 'score', max: 5, budget: 0 },
  { code: 'S5', ...seats, passes: { by: 'yes', yes: 3 } },
  { code: 'S5c', ...seats, passes: { by: 'consent' } },
  { code: 'S5m', ...seats, passes: { by: 'share', share: moreThan(1, 2) } },
  { code: 'D1', ...owners, article: 'rules.article.278general', decision: moreThan(1, 2), subjects: generalMatters },
  { code: 'D2', ...owners, article: 'rules.article.278special', decision: atLeast(3, 4), subjects: specialMatters },
  {
    code: 'G4',
    ...meeting,
    article: 'rules.article.village',
    kind: 'gates',
    stages: [
      { stage: 'propose', attendance: null, decision: null },
      // "两委商议 (majority)" names no base; read as more than half of those who came.
      { stage: 'discuss', attendance: null, decision: { of: 'present', share: moreThan(1, 2) } },
      { stage: 'review', attendance: atLeast(2, 3), decision: { of: 'all', share: moreThan(1, 2) } },
      // "quorum by law": representatives, two thirds of them (Organic Law of Villagers' Committees art. 26); data of the place.
      { stage: 'resolve', attendance: atLeast(2, 3), decision: { of: 'present', share: moreThan(1, 2) } },
      { stage: 'publish', attendance: null, decision: null },
      { stage: 'report', attendance: null, decision: null },
    ],
  },
] as const satisfies readonly Edition[]

/** The edition in force on that day ("2026-11-24"): the latest that had begun. Null: none had. */
export function inForce(code: string, day: string, among: readonly Edition[] = editions): Edition | null {
  const begun = among.filter((rule) => rule.code === code && rule.validFrom <= day)
  const age = ({ validFrom, version }: Edition) => `${validFrom} ${String(version).padStart(6, '0')}`
  return begun.sort((a, b) => (age(a) < age(b) ? 1 : -1))[0] ?? null
}

/** The very edition a result names. */
export function editionOf(code: string, version: number, among: readonly Edition[] = editions): Edition | null {
  return among.find((rule) => rule.code === code && rule.version === version) ?? null
}

/** M6 with the by-laws' own numbers. */
export function customRule(set: Pick<ShareRule, 'base' | 'abstain' | 'share'>): ShareRule & { code: 'M6' } {
  return { code: 'M6', ...bylaws, kind: 'share', ...set }
}

/** Which vote of the owners a matter of art. 278 takes, (1) to (9). */
export function ruleForSubject(subject: number): 'D1' | 'D2' | null {
  return generalMatters.includes(subject) ? 'D1' : specialMatters.includes(subject) ? 'D2' : null
}
