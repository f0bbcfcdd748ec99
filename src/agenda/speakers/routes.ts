import { z } from 'zod'
import { line, number, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { Refusal } from '../../lib/refusal.ts'
import { holdGavel } from '../gavel/store.ts'
import { addSpeaker, callSpeaker, lowerHand, raiseHand } from './store.ts'

const byNo = z.object({ slug: z.string(), no: number })
const Speaker = z.object({ who: line({ max: 40, missing: 'speakers.whoMissing' }) })
const call = { params: byNo, body: z.object({ after: z.coerce.number().int().min(0), id: number.optional() }) }

/** 发言: a hand from a phone, a name from the chair, and who has the word. */
export const speakers: Slice = (app, { clock }) => {
  hand('hands', raiseHand)
  hand('hands/lowering', lowerHand)

  const adding = { schema: { params: byNo }, config: { who: ['chair'], form: Speaker } } as const
  app.post('/meetings/:no/speakers', adding, async (req, reply) => {
    const input = readForm(Speaker, req.body)
    if ('form' in input) throw new Refusal(input.form.errors.who ?? 'form.wrong', 422)
    await holdGavel(req.db, req.params.no, req.me, clock())
    await addSpeaker(req.db, req.params.no, input.data.who, { personId: req.me.personId }, clock())
    return reply.goto(`/meetings/${req.params.no}/chair`)
  })

  app.post('/meetings/:no/speakers/call', { schema: call, config: { who: ['chair'] } }, async (req, reply) => {
    const { no } = req.params
    await holdGavel(req.db, no, req.me, clock())
    await callSpeaker(req.db, { meetingNo: no, ...req.body }, { personId: req.me.personId }, clock())
    return req.wantsFragment ? reply.code(204).send() : reply.goto(`/meetings/${no}/chair`)
  })

  /** Anybody in the room may ask for the word; who she is there is looked up, never sent. */
  function hand(noun: string, verb: typeof raiseHand) {
    const config = { who: 'anyone', perMinute: 30 } as const
    app.post(`/meetings/:no/${noun}`, { schema: { params: byNo }, config }, async (req, reply) => {
      const { personId, householdId } = req.me
      if (personId === null && householdId === null) throw new Refusal('attendance.unbound', 403)
      await verb(req.db, req.params.no, { personId, householdId }, { personId, householdId }, clock())
      return reply.goto(`/meetings/${req.params.no}`)
    })
  }
}
