import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { holdGavel } from '../../agenda/gavel/store.ts'
import { blank, type Form, filled, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { readTrialFields } from '../trials/forms.ts'
import { whyNotEnd } from '../trials/rules.ts'
import { ClaimForm, RecallForm, ResolutionForm, StepForm, UpdateForm } from './forms.ts'
import { type LedgerFilter, ledger, ledgerHead, shelves } from './ledger.ts'
import { makeResolution } from './making.ts'
import type { Promised } from './promises.ts'
import { type Place, placeOf, resolutionPage } from './reads.ts'
import { isOwner, mayReport, whyNotClaim, whyNotDue, whyNotMake, whyNotRecall, whyNotUpdate } from './rules.ts'
import { addUpdate, claimDone, completeStep, recallResolution } from './store.ts'

type Shown = Awaited<ReturnType<typeof resolutionPage>>

/** What this person may do on the page; a claim she may make but not yet says why not. */
interface May {
  report: boolean
  complete: boolean
  claim: { whyNot: MessageKey | null } | null
  recall: boolean
  /** The public knows an owner by seat and post; those with a part in it also by name (domain 3.11). */
  names: boolean
}

declare module '../../lib/http/views.ts' {
  interface Views {
    'resolve/resolutions/ledger': Awaited<ReturnType<typeof ledger>> &
      Awaited<ReturnType<typeof ledgerHead>> & { filter: LedgerFilter }
    'resolve/resolutions/show': { resolution: Shown; may: May; form: Form }
    'resolve/resolutions/new': { place: Place; form: Form }
    'resolve/resolutions/_promise': { promised: Promised }
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byStep = { params: byNo.params.extend({ id: number }) }
const byItem = { params: byNo.params.extend({ item: number }) }
const bySlug = { params: z.object({ slug: z.string() }) }
const filter = z.object({
  shelf: z.enum(shelves).default('all'),
  // A form's "everybody" sends an empty text.
  seat: z.preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(1).max(7).optional()),
  before: number.optional(),
})

/** 办: the promise a passed item ends in, what its owner does about it, and the ledger everybody reads. */
export const resolutions: Slice = (app, { clock }) => {
  app.get('/ledger', { schema: { ...bySlug, querystring: filter }, config: { who: 'anyone' } }, async (req, reply) => {
    const page = {
      ...(await ledgerHead(req.db, clock())),
      ...(await ledger(req.db, req.query, clock())),
    }
    return reply.page('resolve/resolutions/ledger', { ...page, filter: req.query })
  })

  app.get('/resolutions/:no', { schema: byNo, config: { who: 'anyone' } }, async (req, reply) =>
    show(req, reply, req.params.no, blank),
  )

  app.get(
    '/meetings/:no/items/:item/resolution',
    { schema: byItem, config: { who: ['chair'] } },
    async (req, reply) => {
      const place = await placeOf(req.db, req.params.no, req.params.item)
      if (place.resolutionNo !== null) return reply.goto(`/resolutions/${place.resolutionNo}`)
      refuseIf(whyNotMake({ passed: place.outcome === 'passed', assigned: place.assignedAt !== null }))
      return reply.page('resolve/resolutions/new', { place, form: filled({ text: place.question }) })
    },
  )

  app.post(
    '/meetings/:no/items/:item/resolution',
    { schema: byItem, config: { who: ['chair'], form: ResolutionForm } },
    async (req, reply) => {
      const { no: meetingNo, item: itemNo } = req.params
      const place = await placeOf(req.db, meetingNo, itemNo)
      const again = (form: Form) => reply.code(422).page('resolve/resolutions/new', { place, form })
      const input = readForm(ResolutionForm, req.body)
      const trial = readTrialFields(req.body)
      const faults = 'errors' in trial ? trial.errors : {}
      if ('form' in input) return again({ ...input.form, errors: { ...faults, ...input.form.errors } })

      const { text, owner, due, steps } = input.data
      const [seatId, personId] = owner
      const wrongDay = whyNotDue(due, clock())
      const wrongEnd = 'trial' in trial && trial.trial && whyNotEnd(trial.trial.endsOn, clock())
      const known = place.owners.some((each) => each.seatId === seatId && each.personId === personId)
      if (wrongDay || wrongEnd || !known || 'errors' in trial) {
        const errors: Form['errors'] = {
          ...(!known && { owner: 'resolutions.owner.wrong' }),
          ...(wrongDay && { due: wrongDay }),
          ...(wrongEnd && { ends: wrongEnd }),
          ...faults,
        }
        return again({ values: typed(req.body), errors })
      }
      await holdGavel(req.db, meetingNo, req.me, clock())
      const promise = { meetingNo, itemNo, text, seatId, personId, dueOn: due, steps, ...trial }
      const made = await makeResolution(req.db, req.letterbox, promise, { personId: somebody(req) }, clock())
      // In the meeting the next item waits; afterwards the chair wants to see what now stands there.
      return reply.goto(made.meetingOver ? `/resolutions/${made.no}` : `/meetings/${meetingNo}/chair`)
    },
  )

  app.post(
    '/resolutions/:no/updates',
    { schema: byNo, config: { who: 'anyone', form: UpdateForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(UpdateForm, req.body)
      if ('form' in input) return show(req, reply, no, input.form, (may) => may.report)
      await addUpdate(req.db, { no, words: input.data.words }, req.me, clock())
      return reply.goto(`/resolutions/${no}`)
    },
  )

  app.post(
    '/resolutions/:no/steps/:id/completion',
    { schema: byStep, config: { who: 'anyone', form: StepForm } },
    async (req, reply) => {
      const { no, id } = req.params
      const input = readForm(StepForm, req.body)
      if ('form' in input) return show(req, reply, no, renamed(input.form, `evidence-${id}`), (may) => may.report)
      await completeStep(req.db, { no, stepId: id, evidence: input.data.evidence }, req.me, clock())
      return reply.goto(`/resolutions/${no}`)
    },
  )

  app.post(
    '/resolutions/:no/claim',
    { schema: byNo, config: { who: 'anyone', form: ClaimForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(ClaimForm, req.body)
      if ('form' in input) return show(req, reply, no, input.form, (may) => may.claim !== null)
      await claimDone(req.db, req.letterbox, { no, evidence: input.data.evidence }, req.me, clock())
      return reply.goto(`/resolutions/${no}`)
    },
  )

  app.post(
    '/resolutions/:no/reopening',
    { schema: byNo, config: { who: ['chair'], form: RecallForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(RecallForm, req.body)
      if ('form' in input) return show(req, reply, no, input.form)
      const by = { personId: req.me.personId }
      await recallResolution(req.db, req.letterbox, { no, reason: input.data.reason }, by, clock())
      return reply.goto(`/resolutions/${no}`)
    },
  )

  /** The page as this person sees it; with a form that is not right yet, 422, or 403 where she could not send it anyway. */
  async function show(
    req: FastifyRequest,
    reply: FastifyReply,
    no: number,
    form: Form,
    allowed: (may: May) => boolean = () => true,
  ) {
    const at = clock()
    const resolution = await resolutionPage(req.db, no, at)
    const may = mayOn(resolution, req, at)
    if (!allowed(may)) throw new Refusal('error.notAllowed', 403)
    if (Object.keys(form.errors).length > 0) reply.code(422)
    return reply.page('resolve/resolutions/show', { resolution, may, form })
  }
}

function mayOn(resolution: Shown, { me }: FastifyRequest, at: Date): May {
  const owned = { seat_id: resolution.seatId, person_id: resolution.personId }
  const dates = { due_on: resolution.dueOn, claimed_at: resolution.claimedAt, closed_at: resolution.closedAt }
  const done = resolution.steps.map((step) => ({ done: step.doneAt !== null }))
  const report = mayReport(me, owned)
  return {
    report: report && whyNotUpdate(dates) === null,
    complete: report && resolution.claimedAt === null,
    claim: isOwner(me, owned) && resolution.claimedAt === null ? { whyNot: whyNotClaim(dates, done, null) } : null,
    recall: me.roles.includes('chair') && whyNotRecall(dates, at) === null,
    names: me.seatIds.length > 0 || me.roles.some((role) => role !== 'resident'),
  }
}

/** Who signed in with a role is a person. */
function somebody(req: FastifyRequest): number {
  if (req.me.personId === null) throw new Refusal('error.notAllowed', 403)
  return req.me.personId
}

/** Several boxes of one page are called "evidence"; an error must point at the right one. */
function renamed(form: Form, name: string): Form {
  const { evidence: value, ...values } = form.values
  const { evidence: error } = form.errors
  return {
    values: { ...values, ...(value !== undefined && { [name]: value }) },
    errors: error ? { [name]: error } : form.errors,
  }
}
