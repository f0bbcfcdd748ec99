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
  // Put into another matter; only taking it apart again leads out of it (mergers).
  merged: [],
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

/** Nothing more happens to it by itself: it is closed, or it went into another matter. */
export const isClosed = (state: string): boolean => state.startsWith('closed_') || state === 'merged'

export const stages = [0, 1, 2, 3, 4] as const
export type Stage = (typeof stages)[number]

/** The states in which this circle is lit. */
export const statesOf = (stage: Stage): IssueState[] => issueStates.filter((state) => stageOf(state) === stage)

// Once the neighbourhood has voted, whose words are in the matter is not shuffled any more (domain 3.3).
const open: readonly string[] = ['accepted', 'assigned', 'pooled', 'referred', 'in_progress', 'on_agenda', 'reopened']

/** Whether one more voice may be put to this matter. */
export function whyNotMerge(state: string): MessageKey | null {
  return open.includes(state) ? null : 'issues.pastMerging'
}

/** Whether a voice may be taken out again: once a vote has opened only by the chair, and the votes stay as they are (domain 3.3). */
export function whyNotSplit(state: string, voteOpened: boolean, chair: boolean): MessageKey | null {
  return chair || (open.includes(state) && !voteOpened) ? null : 'issues.pastSplitting'
}

/** 附议 is for what neighbours can read and what is still under way. */
export function whyNotSupport(state: string): MessageKey | null {
  return isClosed(state) ? 'issues.closed' : null
}

/**
 * What the desk itself may do next. The other steps belong to a meeting, a ballot or a resolution. 即办: a matter that
 * was handled without a meeting is also reviewed without a resolution, by somebody else than who handled it.
 */
const deskMoves: Partial<Record<IssueState, readonly IssueState[]>> = {
  accepted: ['assigned', 'pooled', 'referred', 'closed_explained'],
  assigned: ['in_progress', 'claimed_done', 'pooled', 'referred', 'closed_explained'],
  pooled: ['assigned', 'closed_explained'],
  referred: ['in_progress', 'pooled', 'closed_referred'],
  in_progress: ['claimed_done', 'pooled', 'closed_explained'],
  claimed_done: ['revisiting'],
  revisiting: ['closed_resolved', 'closed_explained', 'reopened'],
  reopened: ['in_progress', 'pooled'],
  closed_resolved: ['reopened'],
  closed_explained: ['reopened'],
  closed_not_adopted: ['reopened'],
  closed_referred: ['reopened'],
}

const chairs: readonly IssueState[] = ['closed_explained', 'closed_referred']

/** Where a matter stands, for whoever wants to move it from the desk. */
export interface OnDesk {
  state: string
  /** Who said it was done, when the desk did (即办); null where a resolution did. */
  handledBy: number | null
}

export interface Clerk {
  personId: number
  chair: boolean
}

/** What the desk may offer this person. */
export function movesFor(issue: OnDesk, clerk: Clerk): readonly IssueState[] {
  const offered = (isIssueState(issue.state) && deskMoves[issue.state]) || []
  return offered.filter((to) => whyNotMoveAtDesk(issue, to, clerk) === null)
}

export function whyNotMoveAtDesk(issue: OnDesk, to: IssueState, clerk: Clerk): MessageKey | null {
  const impossible = whyNotMove(issue.state, to)
  if (impossible) return impossible
  const offered = (isIssueState(issue.state) && deskMoves[issue.state]) || []
  if (!offered.includes(to)) return 'issues.notAtDesk'
  if (!clerk.chair && (chairs.includes(to) || isClosed(issue.state))) return 'issues.chairOnly'
  if (issue.state !== 'claimed_done' && issue.state !== 'revisiting') return null
  if (issue.handledBy === null) return 'issues.byResolution'
  return issue.handledBy === clerk.personId ? 'issues.otherPerson' : null
}

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
