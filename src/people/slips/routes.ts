import { z } from 'zod'
import { line } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { Refusal } from '../../lib/refusal.ts'
import { issueSlips, type Slip, slipCounts, slipDays } from './store.ts'

type Counts = Awaited<ReturnType<typeof slipCounts>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/slips/show': { buildings: Counts; chosen: Counts[number] | null; days: number }
    'people/slips/print': { building: string; slips: (Slip & { link: string })[]; until: Date }
  }
}

const SlipForm = z.object({ building: line({ max: 20, missing: 'form.missing' }), door: line({ max: 12 }) })
const choice = {
  params: z.object({ slug: z.string() }),
  querystring: z.object({ building: z.string().max(80).optional() }),
}

/** 住户纸条: one paper a door, with the code that lets a phone speak for it. */
export const slips: Slice = (app, { clock, origin }) => {
  const who = ['admin', 'staff'] as const

  app.get('/desk/slips', { schema: choice, config: { who } }, async (req, reply) => {
    const buildings = await slipCounts(req.db, clock())
    const chosen = buildings.find((building) => building.name === req.query.building) ?? null
    if (req.query.building && !chosen) throw new Refusal('error.notFound', 404)
    return reply.page('people/slips/show', { buildings, chosen, days: slipDays })
  })

  // The slips are in the answer and nowhere else: only their hashes are kept.
  app.post('/desk/slips', { config: { who, perMinute: 30, form: SlipForm } }, async (req, reply) => {
    const input = SlipForm.safeParse(req.body)
    if (!input.success) throw new Refusal('error.notFound', 404)
    const { building, door } = input.data
    const at = clock()
    const issued = await issueSlips(req.db, { building, door: door || null }, { personId: req.me.personId }, at)
    const home = `${origin}/c/${req.community.slug}`
    return reply.page('people/slips/print', {
      building,
      slips: issued.map((slip) => ({ ...slip, link: `${home}/enter/${slip.token}` })),
      until: new Date(at.getTime() + slipDays * 24 * 3_600_000),
    })
  })
}
