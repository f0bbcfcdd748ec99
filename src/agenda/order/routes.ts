import { z } from 'zod'
import { type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { Refusal } from '../../lib/refusal.ts'
import { counted } from '../confirmations/rules.ts'
import { holdGavel } from '../gavel/store.ts'
import { openItems } from '../items/reads.ts'
import { labelOf } from '../kinds/rules.ts'
import { meetingByNo, type Room, roomOf } from '../meetings/reads.ts'
import { whyNotArrange, whyNotOpen } from '../meetings/rules.ts'
import { earliestDay, tooEarlyUntil, whyNotProven } from '../notices/rules.ts'
import type { Affected } from '../options/reads.ts'
import { unheard } from '../options/rules.ts'
import { tooFew } from '../quorum/rules.ts'
import { type Preparing, preparing } from './reads.ts'
import {
  deferItem,
  discussItem,
  extendItem,
  introduceItem,
  moveItem,
  placeItem,
  removeItem,
  returnItem,
  saveNotes,
  setMinutes,
} from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/order/show': Omit<Room, 'also'> & {
      also: Preparing
      /** The first day it may begin, told already or if it were told now; `until`: while it may not begin yet. */
      earliest: string
      until: string | null
      unproven: ReturnType<typeof whyNotProven>
      coming: ReturnType<typeof counted<Preparing['seats'][number]>>
      /** What a vote on it would not be, by the item's number. */
      labels: ReadonlyMap<number, ReturnType<typeof labelOf>>
      /** Whose buildings nobody has heard yet, by the item's number. */
      unheard: ReadonlyMap<number, Affected[]>
      /** Items that could go onto the running order. */
      ready: Awaited<ReturnType<typeof openItems>>
      whyNotArrange: ReturnType<typeof whyNotArrange>
      whyNotOpen: ReturnType<typeof whyNotOpen>
      /** While check-in goes on: who or how many are missing to begin. */
      few: ReturnType<typeof tooFew>
      /** Where a phone checks in, in full, for the square code. */
      joinUrl: string
    }
    'agenda/order/notes': { meeting: Awaited<ReturnType<typeof meetingByNo>>; itemNo: number; form: Form }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = z.object({ slug: z.string(), no: number })
const byItem = z.object({ slug: z.string(), no: number, item: number })
const minutes = z.coerce.number().int().min(1).max(180)
const placing = { params: byNo, body: z.object({ item: number, minutes }) }
const moving = { params: byItem, body: z.object({ at: number, to: z.enum(['up', 'down']) }) }
const timing = { params: byItem, body: z.object({ minutes }) }
const Notes = z.object({ notes: said({ max: 4000 }) })

/** 议程: what a meeting talks over and in which order, and each item's way through the evening. */
export const order: Slice = (app, { clock }) => {
  app.get('/desk/meetings/:no', { schema: { params: byNo }, config: { who: desk } }, async (req, reply) => {
    const { room, items } = {
      room: await roomOf(req.db, req.params.no, preparing),
      items: await openItems(req.db),
    }
    const { also, ...shown } = room
    return reply.page('agenda/order/show', {
      ...shown,
      also,
      ready: items.filter(
        ({ meeting, waiting, wide, again }) => meeting === null && (wide || again || (waiting ?? 0) > 0),
      ),
      ...readiness(also, clock()),
      whyNotArrange: whyNotArrange(room.state),
      whyNotOpen: whyNotOpen(room.state, room.items.length),
      few: room.state === 'checkin' ? tooFew(room.quorum) : null,
      joinUrl: `${req.letterbox.home}/join/${room.meeting.code}`,
    })
  })

  app.post('/desk/meetings/:no/items', { schema: placing, config: { who: desk } }, async (req, reply) => {
    const place = { meetingNo: req.params.no, itemNo: req.body.item, minutes: req.body.minutes }
    await placeItem(req.db, req.letterbox, place, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${req.params.no}`)
  })

  app.post('/desk/meetings/:no/items/:item/position', { schema: moving, config: { who: desk } }, async (req, reply) => {
    const { at, to } = req.body
    const move = { meetingNo: req.params.no, itemNo: req.params.item, from: at, by: to === 'up' ? -1 : 1 } as const
    await moveItem(req.db, move, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${req.params.no}`)
  })

  app.post('/desk/meetings/:no/items/:item/minutes', { schema: timing, config: { who: desk } }, async (req, reply) => {
    const set = { meetingNo: req.params.no, itemNo: req.params.item, minutes: req.body.minutes }
    await setMinutes(req.db, set, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${req.params.no}`)
  })

  const removing = { schema: { params: byItem }, config: { who: desk } }
  app.post('/desk/meetings/:no/items/:item/removal', removing, async (req, reply) => {
    const from = { meetingNo: req.params.no, itemNo: req.params.item }
    await removeItem(req.db, req.letterbox, from, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/meetings/${req.params.no}`)
  })

  step('introduction', introduceItem)
  step('discussion', discussItem)
  step('return', returnItem)
  step('extension', extendItem)
  step('deferral', (db, meetingNo, itemNo, by, at, letterbox) =>
    deferItem(db, letterbox, { meetingNo, itemNo }, by, at),
  )

  const noting = { schema: { params: byItem }, config: { who: desk, form: Notes } }
  app.post('/meetings/:no/items/:item/notes', noting, async (req, reply) => {
    const { no, item } = req.params
    const input = readForm(Notes, req.body)
    if ('form' in input) {
      if (req.wantsFragment) throw new Refusal(input.form.errors.notes ?? 'form.wrong', 422)
      const meeting = await meetingByNo(req.db, no)
      return reply.code(422).page('agenda/order/notes', { meeting, itemNo: item, form: input.form })
    }
    const note = { meetingNo: no, itemNo: item, notes: input.data.notes }
    await saveNotes(req.db, note, { personId: req.me.personId }, clock())
    return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
  })

  /** One press of the chair. htmx only hears that it happened: the pushed panels show it. */
  function step(noun: string, verb: (...press: [...Parameters<typeof introduceItem>, Letterbox]) => Promise<void>) {
    const schema = { params: byItem }
    app.post(`/meetings/:no/items/:item/${noun}`, { schema, config: { who: ['chair'] } }, async (req, reply) => {
      const { no, item } = req.params
      await holdGavel(req.db, no, req.me, clock())
      await verb(req.db, no, item, { personId: req.me.personId }, clock(), req.letterbox)
      return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
    })
  }
}

/** What the chair has to see to before the evening. */
function readiness(also: Preparing, now: Date) {
  const { terms, leadFrom, leadCutAt, proofs, buildings, affected } = also
  const since = { lead_from: moment(leadFrom), lead_cut_at: moment(leadCutAt) }
  return {
    earliest: earliestDay(since.lead_from ?? now, terms),
    until: tooEarlyUntil(since, terms, now),
    unproven: whyNotProven(terms, proofs, buildings),
    coming: counted(also.seats),
    labels: new Map(affected.map(({ no, subject }) => [no, labelOf(terms, subject)])),
    unheard: new Map(affected.map(({ no, buildings }) => [no, unheard(buildings)])),
  }
}

const moment = (iso: string | null): Date | null => (iso === null ? null : new Date(iso))
