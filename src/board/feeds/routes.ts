import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { translator } from '../../lib/i18n.ts'
import { publicIssues } from '../../listen/issues/reads.ts'
import { categories, type IssueState } from '../../listen/issues/rules.ts'
import { buildingsOf } from '../home/reads.ts'
import { atomOf } from './rules.ts'

const filters = {
  querystring: z.object({
    building: number.optional().catch(undefined),
    category: z.enum(categories).optional().catch(undefined),
  }),
}

/** The newest public matters as a feed: of the neighbourhood, of one building, of one topic. Three statements at most. */
export const feeds: Slice = (app, { clock }) => {
  app.get('/feed.atom', { schema: filters, config: { who: 'anyone', perMinute: 60 } }, async (req, reply) => {
    const { building, category } = req.query
    const t = translator(req.locale)
    const { issues } = await publicIssues(req.db, {
      ...(building && { buildingId: building }),
      ...(category && { category }),
    })
    const name = building && (await buildingsOf(req.db)).find(({ id }) => id === building)?.name
    const parts = [
      req.locale === 'en' ? req.community.nameEn : req.community.name,
      name && t('places.building', { name }),
      category && t(`issues.category.${category}`),
    ]
    const { home } = req.letterbox
    const query = new URLSearchParams({
      ...(building && { building: String(building) }),
      ...(category && { category }),
    })
    const self = `${home}/feed.atom${query.size > 0 ? `?${query}` : ''}`
    const feed = {
      id: self,
      title: parts.filter(Boolean).join(' · '),
      self,
      home: `${home}/issues`,
      language: req.locale === 'en' ? 'en' : 'zh-CN',
      updated: clock(),
    }
    const entries = issues.map((issue) => ({
      id: `${home}/issues/${issue.no}`,
      link: `${home}/issues/${issue.no}`,
      title: issue.title,
      summary: [t(`issues.state.${issue.state as IssueState}`), issue.nextStep, issue.text].filter(Boolean).join(' · '),
      category: issue.category,
      updated: issue.closedAt ?? issue.publishedAt ?? issue.openedAt,
      published: issue.publishedAt ?? issue.openedAt,
    }))
    return reply
      .type('application/atom+xml; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(atomOf(feed, entries))
  })
}
