/** 问题 — the matter itself: where it stands on its way from 听 to 评 (domain 3.2). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

export const categories = [
  'transport',
  'light',
  'water',
  'parking',
  'safety',
  'clean',
  'green',
  'noise',
  'elder',
  'child',
  'property',
  'other',
] as const
export type Category = (typeof categories)[number]

export const channels = ['gather', 'door', 'bridge'] as const
export type Channel = (typeof channels)[number]

/** Which states may follow which. Nothing skips a stage, and nothing that is closed comes back except by reopening. */
const follows = {
  accepted: ['assigned', 'pooled', 'referred', 'closed_explained'],
  assigned: ['in_progress', 'claimed_done', 'pooled', 'referred', 'closed_explained'],
  pooled: ['on_agenda', 'assigned', 'closed_explained'],
  referred: ['in_progress', 'closed_referred', 'pooled'],
  in_progress: ['claimed_done', 'pooled', 'closed_explained'],
  on_agenda: ['decided', 'pooled'],
  decided: ['resolving', 'closed_not_adopted', 'pooled'],
  resolving: ['claimed_done'],
  claimed_done: ['revisiting'],
  revisiting: ['closed_resolved', 'closed_explained', 'reopened'],
  reopened: ['in_progress', 'resolving', 'claimed_done', 'pooled', 'on_agenda'],
  closed_resolved: ['reopened'],
  closed_explained: ['reopened'],
  closed_not_adopted: ['reopened'],
  closed_referred: ['reopened'],
} as const

export type IssueState = keyof typeof follows
export const issueStates = Object.keys(follows) as IssueState[]

export const isIssueState = (text: string): text is IssueState => Object.hasOwn(follows, text)

/** The store moves by this table and the desk offers only what it allows. */
export function whyNotMove(from: string, to: IssueState): MessageKey | null {
  const allowed: readonly string[] = isIssueState(from) ? follows[from] : []
  return allowed.includes(to) ? null : 'issues.cannotMove'
}

/** 0 听 · 1 议 · 2 决 · 3 办 · 4 评: which of the five circles is lit. */
export function stageOf(state: string): 0 | 1 | 2 | 3 | 4 {
  switch (state) {
    case 'pooled':
      return 1
    case 'on_agenda':
    case 'decided':
    case 'closed_not_adopted':
      return 2
    case 'assigned':
    case 'in_progress':
    case 'resolving':
    case 'referred':
    case 'reopened':
      return 3
    case 'claimed_done':
    case 'revisiting':
    case 'closed_resolved':
    case 'closed_explained':
    case 'closed_referred':
      return 4
    default:
      return 0
  }
}

export const isClosed = (state: string): boolean => state.startsWith('closed_')

/** The printed weight of an issue in the pool (domain 3.3), so that nobody suspects favour. Rounded to a tenth. */
export function agendaWeight(issue: {
  households: number
  daysWaiting: number
  reopens: number
  safety: boolean
  frail: boolean
}): number {
  const weight =
    issue.households +
    2 * Math.log2(1 + Math.max(0, issue.daysWaiting)) +
    3 * issue.reopens +
    (issue.safety ? 5 : 0) +
    (issue.frail ? 2 : 0)
  return Math.round(weight * 10) / 10
}
