import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { firstDayNotOver, workingDayAfter, workingDaysLeft } from '../../lib/calendar.ts'
import { blank, day, type Form, line, number, readForm, said, ticked } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { cut, findPersonal, type Piece } from '../privacy/rules.ts'
import { among, factFields, type Listing, noOffers, open, wordingFields } from './drafts.ts'
import { issueByNo, issueOnDesk, supportOf } from './reads.ts'
import { type Clerk, categories, type IssueState, issueStates, movesFor, type Stage, stageOf } from './rules.ts'
import { moveAtDesk, noteFacts } from './steps.ts'
import { supportIssue } from './store.ts'
import { approveText, proposeText, whyNotApprove, whyNotLooked } from './texts.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/issues/desk': {
      issue: Awaited<ReturnType<typeof issueOnDesk>>
      stage: Stage
      /** Working days until the promise is due; null: nothing is promised. */
      left: number | null
      moves: readonly IssueState[]
      /** Why this person may not approve the newest wording; null: she may. */
      mayNotApprove: MessageKey | null
      /** The newest wording and the raw words with what may point at somebody marked; only while the wording waits. */
      marked: { title: Piece[]; body: Piece[]; voices: Piece[][]; open: number } | null
      categories: typeof categories
      form: Form
    }
    /** 附议 as one person sees it: personal, so it is never pushed. `may`: her browser is bound to a door. */
    'listen/issues/_support': {
      issue: { no: number; supports: number }
      mine: boolean
      may: boolean
      closed?: boolean
    }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byText = { params: z.object({ slug: z.string(), no: number, text: number }) }

/** Working days until somebody has asked the filers whether it is really done (domain 3.2, row 11). */
const revisitDays = 3

const Wording = z.object(wordingFields)
const Approval = z.object({ looked: ticked })

const dueDay = z
  .preprocess((value) => (value === '' ? undefined : value), day.optional())
  .transform((due) => due ?? null)

const Facts = (offers: Listing) => z.object({ ...factFields(offers), nextStep: open(line({ max: 80 })), dueOn: dueDay })

/** One step of the desk. What it needs beside the public sentence depends on where it leads. */
const Step = ({ seats }: Listing, today: string) =>
  z
    .object({
      to: z.enum(issueStates, says('issues.to.missing')),
      /** Where the page showed the matter to be. */
      seen: z.enum(issueStates).optional().catch(undefined),
      words: open(said({ max: 500, min: 4, missing: 'issues.words.missing' })),
      next: open(line({ max: 80 })),
      deadline: dueDay,
      handler: among(seats),
      target: open(line({ max: 60 })),
    })
    .superRefine(({ to, handler, deadline, target }, problem) => {
      const complain = (field: string, message: MessageKey) =>
        problem.addIssue({ code: 'custom', path: [field], message })
      if (to === 'assigned' && handler === null) complain('handler', 'issues.handler.missing')
      if (to === 'assigned' && deadline === null) complain('deadline', 'issues.deadline.missing')
      if (to === 'referred' && target === '') complain('target', 'triage.target.missing')
      if (deadline !== null && deadline < today) complain('deadline', 'issues.deadline.past')
    })

/** 问题 at the desk: wording, facts, steps; and 附议 from a door. */
export const issues: Slice = (app, { clock }) => {
  app.get('/desk/issues/:no', { schema: byNo, config: { who: desk } }, async (req, reply) =>
    reply.page('listen/issues/desk', await page(req)),
  )

  app.post('/desk/issues/:no/texts', { schema: byNo, config: { who: desk, form: Wording } }, async (req, reply) => {
    const input = readForm(Wording, req.body)
    if ('form' in input) return again(req, reply, input.form)
    await proposeText(req.db, req.params.no, input.data, clerk(req), clock())
    return reply.goto(`/desk/issues/${req.params.no}`)
  })

  app.post(
    '/desk/issues/:no/texts/:text/approval',
    { schema: byText, config: { who: desk, form: Approval } },
    async (req, reply) => {
      const { no, text } = req.params
      const { looked } = Approval.parse(req.body ?? {})
      const shown = await page(req)
      const reason = shown.mayNotApprove ?? whyNotLooked(shown.marked?.open ?? 0, looked)
      // What the machine marks is for her to look at on the page, beside the words it comes from.
      if (reason === 'privacy.look.missing' && shown.issue.texts[0]?.id === text)
        return reply
          .code(422)
          .page('listen/issues/desk', { ...shown, form: { values: {}, errors: { looked: reason } } })
      await approveText(req.db, no, text, clerk(req), clock(), looked)
      return reply.goto(`/desk/issues/${no}`)
    },
  )

  app.post(
    '/desk/issues/:no/facts',
    { schema: byNo, config: { who: desk, form: Facts(noOffers) } },
    async (req, reply) => {
      const offers = await issueOnDesk(req.db, req.params.no)
      const input = readForm(Facts(offers), req.body)
      if ('form' in input) return again(req, reply, input.form)
      const { buildingId, seatId, nextStep, dueOn, ...rest } = input.data
      const facts = { ...rest, building_id: buildingId, seat_id: seatId, next_step: nextStep, due_on: dueOn }
      await noteFacts(req.db, req.params.no, facts, clerk(req), clock())
      return reply.goto(`/desk/issues/${req.params.no}`)
    },
  )

  app.post(
    '/desk/issues/:no/steps',
    { schema: byNo, config: { who: desk, form: Step(noOffers, '') } },
    async (req, reply) => {
      const at = clock()
      const offers = await issueOnDesk(req.db, req.params.no)
      const input = readForm(Step(offers, firstDayNotOver(at)), req.body)
      if ('form' in input) return again(req, reply, input.form)
      const { to, seen, words, next, deadline, handler, target } = input.data
      await moveAtDesk(req.db, req.letterbox, {
        no: req.params.no,
        to,
        ...(seen && { seen }),
        words,
        target: to === 'referred' ? target : '',
        seatId: to === 'assigned' ? handler : null,
        nextStep: next,
        dueOn: deadline ?? (to === 'claimed_done' ? workingDayAfter(at, revisitDays) : null),
        clerk: clerk(req),
        at,
      })
      return reply.goto(`/desk/issues/${req.params.no}`)
    },
  )

  app.post('/issues/:no/support', { schema: byNo, config: { who: 'household' } }, async (req, reply) => {
    const { no } = req.params
    const householdId = req.me.householdId as number
    await supportIssue(req.db, no, householdId, clock())
    if (!req.wantsFragment) return reply.goto(`/issues/${no}`)
    return reply.fragment('listen/issues/_support', supportOf(await issueByNo(req.db, no, householdId), householdId))
  })

  const clerk = ({ me }: FastifyRequest): Clerk => ({ personId: me.personId ?? 0, chair: me.roles.includes('chair') })

  type Asked = FastifyRequest<{ Params: { no: number } }>

  async function page(req: Asked, form: Form = blank) {
    const issue = await issueOnDesk(req.db, req.params.no)
    const [newest] = issue.texts
    const marked = (text: string) => cut(text, findPersonal(text, issue.names))
    const waits = newest !== undefined && newest.approved_at === null
    const wording = waits && { title: marked(newest.title), body: marked(newest.body) }
    return {
      issue,
      marked: wording
        ? {
            ...wording,
            voices: issue.voices.map(({ words }) => marked(words)),
            open: [...wording.title, ...wording.body].filter(({ kind }) => kind !== null).length,
          }
        : null,
      stage: stageOf(issue.state),
      left: issue.due_on === null ? null : workingDaysLeft(issue.due_on, clock()),
      moves: movesFor(issue, clerk(req)),
      mayNotApprove: newest ? whyNotApprove(newest, newest.id, clerk(req).personId) : null,
      categories,
      form,
    }
  }

  async function again(req: Asked, reply: FastifyReply, form: Form) {
    return reply.code(422).page('listen/issues/desk', await page(req, form))
  }
}
