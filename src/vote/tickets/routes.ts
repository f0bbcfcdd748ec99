import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, line, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says, translator } from '../../lib/i18n.ts'
import { squareMetres } from '../rules/words.ts'
import { type PaperShown, paperBallot, papersIn, progressOf } from './reads.ts'
import { ways } from './rules.ts'
import { issueToBuyer, type Paper, printPapers, recordDelivery } from './store.ts'

type Ballot = Awaited<ReturnType<typeof paperBallot>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/tickets/progress': { ballot: Ballot; buildings: Awaited<ReturnType<typeof progressOf>> }
    'vote/tickets/building': {
      ballot: Ballot
      building: string
      papers: PaperShown[]
      ways: typeof ways
      chosen: number[]
      form: Form
    }
    'vote/tickets/print': {
      ballot: Ballot
      building: string
      papers: (PaperShown & { name: string; link: string })[]
      squareMetres: typeof squareMetres
    }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const building = line({ max: 20 })
const ofBuilding = { ...byNo, querystring: z.object({ building }) }
const Print = z.object({
  building,
  voter: z.union([z.literal('').transform(() => null), number]).default(null),
  purpose: line({ max: 100, min: 2, missing: 'triage.purpose.missing' }),
})
const Delivery = z.object({
  building,
  voters: z.preprocess((value) => [value ?? []].flat(), z.array(number).min(1, says('tickets.noneChosen')).max(2_000)),
  how: z.enum(ways, says('tickets.how.missing')),
})
const Buyer = z.object({ building, voter: number })

/** 选票: a paper an owner, with the code that lets a phone vote in its place; and what became of each. */
export const tickets: Slice = (app, { clock, vault, origin }) => {
  const desk = ['staff', 'chair'] as const
  const carriers = ['staff', 'chair', 'volunteer'] as const

  app.get('/desk/ballots/:no/papers', { schema: byNo, config: { who: carriers } }, async (req, reply) => {
    const ballot = await paperBallot(req.db, req.params.no)
    return reply.page('vote/tickets/progress', { ballot, buildings: await progressOf(req.db, ballot) })
  })

  app.get('/desk/ballots/:no/papers/building', { schema: ofBuilding, config: { who: carriers } }, (req, reply) =>
    buildingPage(req, reply, req.query.building, blank),
  )

  app.post(
    '/desk/ballots/:no/papers/deliveries',
    { schema: byNo, config: { who: carriers, form: Delivery } },
    async (req, reply) => {
      const input = readForm(Delivery, req.body)
      const where = placeIn(req.body)
      if ('form' in input) return buildingPage(req, reply.code(422), where, input.form)
      const { voters, how, building } = input.data
      await recordDelivery(req.db, { ...act(req), building: building || null, voters, how })
      return reply.goto(`/desk/ballots/${req.params.no}/papers/building?building=${encodeURIComponent(building)}`)
    },
  )

  // The papers are in the answer and nowhere else: only the hashes of their secrets are kept.
  app.post(
    '/desk/ballots/:no/papers/print',
    { schema: byNo, config: { who: desk, perMinute: 60, form: Print } },
    async (req, reply) => {
      const input = readForm(Print, req.body)
      if ('form' in input) return buildingPage(req, reply.code(422), placeIn(req.body), input.form)
      const { building, voter, purpose } = input.data
      const names = { vault, communityId: req.community.id }
      const asked = { ...act(req), building: building || null, voter, purpose }
      return printed(req, reply, building, await printPapers(req.db, names, asked))
    },
  )

  app.post(
    '/desk/ballots/:no/papers/buyer',
    { schema: byNo, config: { who: desk, perMinute: 60, form: Buyer } },
    async (req, reply) => {
      const input = readForm(Buyer, req.body)
      if ('form' in input) return buildingPage(req, reply.code(422), placeIn(req.body), input.form)
      const { building, voter } = input.data
      return printed(req, reply, building, [await issueToBuyer(req.db, act(req), voter)])
    },
  )

  type Asked = FastifyRequest<{ Params: { no: number } }>
  const act = (req: Asked) => ({ no: req.params.no, by: { personId: req.me.personId }, at: clock() })
  const placeIn = (body: unknown): string =>
    z
      .object({ building })
      .catch({ building: '' })
      .parse(body ?? {}).building

  /** What she had ticked, where the form comes back. */
  const chosenIn = (body: unknown): number[] =>
    Delivery.pick({ voters: true })
      .catch({ voters: [] })
      .parse(body ?? {}).voters

  async function buildingPage(req: Asked, reply: FastifyReply, building: string, form: Form) {
    const ballot = await paperBallot(req.db, req.params.no)
    const papers = await papersIn(req.db, ballot.id, building || null)
    const purpose = translator(req.locale)('tickets.print.purpose')
    const begun = { ...form, values: { purpose, ...form.values } }
    return reply.page('vote/tickets/building', {
      ballot,
      building,
      papers,
      ways,
      chosen: chosenIn(req.body),
      form: begun,
    })
  }

  async function printed(req: Asked, reply: FastifyReply, building: string, papers: Paper[]) {
    const ballot = await paperBallot(req.db, req.params.no)
    const home = `${origin}/c/${req.community.slug}/owners-vote`
    const printed = new Map(papers.map((paper) => [paper.voter, paper]))
    // In the order of the doors, as they are carried round.
    const all = (await papersIn(req.db, ballot.id, building || null)).flatMap((shown) => {
      const paper = printed.get(shown.voter)
      return paper ? [{ ...shown, name: paper.name, link: `${home}/${paper.token}` }] : []
    })
    return reply.page('vote/tickets/print', { ballot, building, papers: all, squareMetres })
  }
}
