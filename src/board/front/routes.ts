import { allCommunities } from '../../lib/http/communities.ts'
import type { App, Community, Deps } from '../../lib/http/slice.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'board/front/show': { communities: Community[] }
  }
}

/** 大门: the installation's own address. With one neighbourhood it is that one's home; with several they are named. */
export function front(app: App, { house }: Deps): void {
  app.get('/', { config: { who: 'anyone' } }, async (_req, reply) => {
    const communities = await allCommunities(house)
    const [only, ...others] = communities
    if (only && others.length === 0) return reply.redirect(`/c/${only.slug}/`, 303)
    return reply.page('board/front/show', { communities })
  })
}
