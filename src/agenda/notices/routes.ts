import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { shanghaiMinute } from '../../lib/calendar.ts'
import { blank, type Form, filled, line, moment, number, numbers, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { ingestImage, uploaded } from '../../lib/http/uploads.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { holdGavel } from '../gavel/store.ts'
import { whyNotNotice } from '../meetings/rules.ts'
import { noticePage, overridesListed, proofPicture } from './reads.ts'
import {
  earliestDay,
  tooEarlyUntil,
  whyNotCallOff,
  whyNotChange,
  whyNotCutLead,
  whyNotProven,
  withoutProof,
} from './rules.ts'
import { callOffMeeting, changeMeeting, cutLead, recordPosting } from './store.ts'

type Page = Awaited<ReturnType<typeof noticePage>>
type Forms = Record<'posting' | 'change' | 'cut' | 'off', Form>

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/notices/show': {
      meeting: Page
      /** The first day it may begin: told already, or if it were told now. */
      earliest: string
      /** While it may not begin yet; null: it may. */
      until: string | null
      /** Of the newest notice. */
      unproven: ReturnType<typeof whyNotProven>
      bare: { id: number; name: string }[]
      why: Record<'notice' | 'post' | 'change' | 'cut' | 'callOff', ReturnType<typeof whyNotChange>>
      /** Ids of the buildings that are ticked in the form. */
      ticked: number[]
      key: string
      forms: Forms
      form: Form
    }
    'agenda/notices/overrides': { overrides: Awaited<ReturnType<typeof overridesListed>> }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = { params: z.object({ slug: z.string(), no: number }) }
const byProof = { params: z.object({ slug: z.string(), no: number, proof: z.uuid() }) }
const PostingForm = z.object({
  key: z.uuid(),
  spot: line({ max: 80, missing: 'notices.spot.missing' }),
  postedBy: line({ max: 40, missing: 'notices.postedBy.missing' }),
  postedAt: moment,
  buildings: numbers,
})
const ChangeForm = z.object({
  title: line({ max: 80, missing: 'meetings.title.missing' }),
  place: line({ max: 120, missing: 'meetings.place.missing' }),
  startsAt: moment,
})
const CutForm = z.object({ cutReason: line({ max: 200, min: 5, missing: 'notices.reason.missing' }) })
const OffForm = z.object({ offReason: line({ max: 200, min: 2, missing: 'notices.reason.missing' }) })

/** 会议通知: proof that it hung, a changed hour, the lead time, a meeting that does not take place. */
export const notices: Slice = (app, { clock }) => {
  app.get('/desk/meetings/:no/notice', { schema: byNo, config: { who: desk } }, async (req, reply) =>
    page(req, reply, {}),
  )

  app.post(
    '/desk/meetings/:no/proofs',
    { schema: byNo, config: { who: desk, form: PostingForm } },
    async (req, reply) => {
      const input = readForm(PostingForm, req.body)
      const ticked = numbers.safeParse((req.body as { buildings?: unknown } | undefined)?.buildings).data ?? []
      const again = (form: Form) => page(req, reply.code(422), { posting: form }, ticked)
      if ('form' in input) return again(input.form)
      const { key, spot: place, postedBy, postedAt, buildings } = input.data
      if (postedAt.getTime() > clock().getTime())
        return again({ values: typed(req.body), errors: { postedAt: 'notices.postedAt.future' } })
      const picture = await pictureOf(req)
      if (typeof picture === 'string') return again({ values: typed(req.body), errors: { picture } })
      const posting = { key, place, postedBy, postedAt, buildings, image: picture }
      await recordPosting(req.db, req.params.no, posting, { personId: req.me.personId }, clock())
      return reply.goto(`/desk/meetings/${req.params.no}/notice`)
    },
  )

  // A board is photographed with whoever stands before it: the picture is the desk's, the words are everybody's.
  app.get('/desk/meetings/:no/proofs/:proof', { schema: byProof, config: { who: desk } }, async (req, reply) => {
    const image = await proofPicture(req.db, req.params.no, req.params.proof)
    if (!image) throw notFound()
    return reply
      .headers({
        'content-type': 'image/jpeg',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      })
      .send(image)
  })

  app.post(
    '/desk/meetings/:no/change',
    { schema: byNo, config: { who: desk, form: ChangeForm } },
    async (req, reply) => {
      const input = readForm(ChangeForm, req.body)
      if ('form' in input) return page(req, reply.code(422), { change: input.form })
      await changeMeeting(req.db, req.letterbox, req.params.no, input.data, { personId: req.me.personId }, clock())
      return reply.goto(`/desk/meetings/${req.params.no}/notice`)
    },
  )

  app.post(
    '/desk/meetings/:no/lead-cut',
    { schema: byNo, config: { who: ['chair'], form: CutForm } },
    async (req, reply) => {
      const input = readForm(CutForm, req.body)
      if ('form' in input) return page(req, reply.code(422), { cut: input.form })
      await cutLead(req.db, req.params.no, input.data.cutReason, { personId: req.me.personId }, clock())
      return reply.goto(`/desk/meetings/${req.params.no}/notice`)
    },
  )

  app.post(
    '/desk/meetings/:no/cancellation',
    { schema: byNo, config: { who: ['chair'], form: OffForm } },
    async (req, reply) => {
      const input = readForm(OffForm, req.body)
      if ('form' in input) return page(req, reply.code(422), { off: input.form })
      await holdGavel(req.db, req.params.no, req.me, clock())
      const by = { personId: req.me.personId }
      await callOffMeeting(req.db, req.letterbox, req.params.no, input.data.offReason, by, clock())
      return reply.goto(`/desk/meetings/${req.params.no}`)
    },
  )

  app.get('/overrides', { config: { who: 'anyone' } }, async (req, reply) =>
    reply.page('agenda/notices/overrides', { overrides: await overridesListed(req.db) }),
  )

  async function page(req: FastifyRequest, reply: FastifyReply, given: Partial<Forms>, ticked: number[] = []) {
    const now = clock()
    const meeting = await noticePage(req.db, (req.params as { no: number }).no)
    const { state, terms, title, place } = meeting
    const newest = meeting.proofs.filter(({ nth }) => nth === Math.max(1, meeting.notices))
    const all = meeting.buildings.map(({ id }) => id)
    const bare = withoutProof(newest, all)
    const forms: Forms = {
      posting: filled({ postedAt: shanghaiMinute(now), postedBy: req.me.name }),
      change: filled({ title, place, startsAt: shanghaiMinute(meeting.starts_at) }),
      cut: blank,
      off: blank,
      ...given,
    }
    return reply.page('agenda/notices/show', {
      meeting,
      earliest: earliestDay(meeting.lead_from ?? now, terms),
      until: state === 'noticed' ? tooEarlyUntil(meeting, terms, now) : null,
      unproven: whyNotProven(terms, newest, all),
      bare: meeting.buildings.filter(({ id }) => bare.includes(id)),
      why: {
        notice: whyNotNotice(state),
        post: whyNotChange(state),
        change: whyNotChange(state),
        cut: whyNotCutLead(state, meeting, terms),
        callOff: whyNotCallOff(state),
      },
      ticked,
      key: z.uuid().safeParse(forms.posting.values.key).data ?? randomUUID(),
      forms,
      form: Object.values(given)[0] ?? blank,
    })
  }
}

/** The picture that came along, made safe; null: none; a message: why it is no picture. */
async function pictureOf(req: FastifyRequest) {
  const bytes = uploaded(req, 'picture')
  if (!bytes) return null
  try {
    return (await ingestImage(bytes)).image
  } catch (error) {
    if (error instanceof Refusal) return error.key
    throw error
  }
}
