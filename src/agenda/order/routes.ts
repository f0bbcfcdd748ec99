import { z } from 'zod'
import { type Form, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { Refusal } from '../../lib/refusal.ts'
import { holdGavel } from '../gavel/store.ts'
import { openItems } from '../items/reads.ts'
import { meetingByNo, type Room, roomOf } from '../meetings/reads.ts'
import { whyNotArrange, whyNotOpen } from '../meetings/rules.ts'
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
    'agenda/order/show': Room & {
      /** Items that could go onto the running order. */
      ready: Awaited<ReturnType<typeof openItems>>
      whyNotArrange: ReturnType<typeof whyNotArrange>
      whyNotOpen: ReturnType<typeof whyNotOpen>
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
      room: await roomOf(req.db, req.params.no),
      items: await openItems(req.db),
    }
    return reply.page('agenda/order/show', {
      ...room,
      ready: items.filter(({ meeting, waiting }) => meeting === null && (waiting ?? 0) > 0),
      whyNotArrange: whyNotArrange(room.state),
      whyNotOpen: whyNotOpen(room.state, room.items.length),
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
