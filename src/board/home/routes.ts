import { z } from 'zod'
import { workingDaysLeft } from '../../lib/calendar.ts'
import { line, number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { filingNumber } from '../../listen/filings/rules.ts'
import { type IssueCard, issueByNo, type PublicIssue, publicIssues, supportOf } from '../../listen/issues/reads.ts'
import { categories, channels, isClosed, issueStates, type Stage } from '../../listen/issues/rules.ts'
import type { TrialShown } from '../../resolve/trials/reads.ts'
import { atAGlance, buildingsOf, storyOf, type Told } from './reads.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/home/show': { cards: Card[] } & Awaited<ReturnType<typeof atAGlance>>
    'board/home/issues': {
      cards: Card[]
      next: number | null
      filter: z.output<typeof filters.querystring>
      buildings: Awaited<ReturnType<typeof buildingsOf>>
      categories: typeof categories
      channels: typeof channels
    }
    'board/home/issue': {
      card: Card
      issue: PublicIssue
      support: ReturnType<typeof supportOf>
      story: Told[]
      promise: number | null
      trial: TrialShown | null
    }
  }
}

/** An issue as a card shows it: with what the calendar says of its promise. */
type Card = ReturnType<typeof toCard>
function toCard<I extends IssueCard>(issue: I, prefix: string, now: Date) {
  const left = issue.dueOn && !isClosed(issue.state) ? workingDaysLeft(issue.dueOn, now) : null
  return {
    ...issue,
    number: filingNumber(prefix, issue.openedAt, issue.no),
    closed: isClosed(issue.state),
    left,
    // Claimed done is not done, but the clock of the promise has stopped.
    late: left !== null && left < 0 && issue.state !== 'revisiting' && issue.state !== 'claimed_done',
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const filters = {
  querystring: z.object({
    stage: z.coerce.number().int().min(0).max(4).optional().catch(undefined),
    category: z.enum(categories).optional().catch(undefined),
    building: number.optional().catch(undefined),
    channel: z.enum(channels).optional().catch(undefined),
    state: z.enum(issueStates).optional().catch(undefined),
    q: line({ max: 40 }).catch(''),
    after: number.optional().catch(undefined),
  }),
}
const onHome = 5
const perStage = 2

/** 首页: the neighbourhood's front room, its list of matters, and one matter's whole way. */
export const home: Slice = (app, { clock }) => {
  app.get('/', { config: { who: 'anyone' } }, async (req, reply) => {
    const now = clock()
    const { issues, glance } = {
      issues: (await publicIssues(req.db, { open: true })).issues,
      glance: await atAGlance(req.db, now),
    }
    const cards = onePlate(issues).map((issue) => toCard(issue, req.community.prefix, now))
    return reply.page('board/home/show', { cards, ...glance })
  })

  app.get('/issues', { schema: filters, config: { who: 'anyone' } }, async (req, reply) => {
    const { stage, category, building, channel, state, q, after } = req.query
    const filter = {
      ...(stage !== undefined && { stage: stage as Stage }),
      ...(category && { category }),
      ...(building && { buildingId: building }),
      ...(channel && { channel }),
      ...(state && { state }),
      ...(q && { q }),
    }
    const { issues, next, buildings } = {
      ...(await publicIssues(req.db, filter, after ?? null)),
      buildings: await buildingsOf(req.db),
    }
    const cards = issues.map((issue) => toCard(issue, req.community.prefix, clock()))
    return reply.page('board/home/issues', { cards, next, filter: req.query, buildings, categories, channels })
  })

  app.get('/issues/:no', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) => {
    const { no } = req.params
    const { issue, story } = {
      issue: await issueByNo(req.db, no, req.me.householdId),
      story: await storyOf(req.db, no, clock()),
    }
    return reply.page('board/home/issue', {
      card: toCard(issue, req.community.prefix, clock()),
      issue,
      support: supportOf(issue, req.me.householdId),
      story: story.lines,
      promise: story.promise,
      trial: story.trial,
    })
  })
}

/** A few of each stage, those that most households care about first: the front room shows the whole way, not one step of it. */
function onePlate(issues: IssueCard[]): IssueCard[] {
  const taken = new Map<number, number>()
  return issues
    .toSorted((a, b) => b.households - a.households)
    .filter(({ stage }) => {
      taken.set(stage, (taken.get(stage) ?? 0) + 1)
      return Number(taken.get(stage)) <= perStage
    })
    .slice(0, onHome)
}
