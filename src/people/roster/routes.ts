import { z } from 'zod'
import { number } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { issueLink, revokePerson, roster as wholeRoster } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/roster/show': { people: Awaited<ReturnType<typeof wholeRoster>>; canAdmit: boolean }
    'people/roster/link': { person: { name: string; post: string }; link: string }
  }
}

const byId = { params: z.object({ slug: z.string(), id: number }) }

/** 人员: who plays a part here. Only an administrator lets somebody in, or out: a chair could otherwise enter as one. */
export const roster: Slice = (app, { clock, origin }) => {
  app.get('/desk/people', { config: { who: ['admin', 'chair'] } }, async (req, reply) =>
    reply.page('people/roster/show', {
      people: await wholeRoster(req.db, clock()),
      canAdmit: req.me.roles.includes('admin'),
    }),
  )

  // The link is in the answer and nowhere else: it is shown once, and the page is not kept (no-store).
  app.post('/desk/people/:id/link', { schema: byId, config: { who: ['admin'], perMinute: 60 } }, async (req, reply) => {
    const { person, token } = await issueLink(req.db, req.params.id, { personId: req.me.personId }, clock())
    return reply.page('people/roster/link', { person, link: `${origin}/c/${req.community.slug}/enter/${token}` })
  })

  app.post('/desk/people/:id/revocation', { schema: byId, config: { who: ['admin'] } }, async (req, reply) => {
    await revokePerson(req.db, req.params.id, { personId: req.me.personId }, clock())
    return reply.goto('/desk/people')
  })
}
