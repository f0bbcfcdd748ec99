import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readDoor } from '../../agenda/attendance/rules.ts'
import { blank, type Form, line, number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { readAnswer } from '../ballots/answers.ts'
import { frozen } from '../ballots/frozen.ts'
import { marks } from '../ballots/marks.ts'
import { type BallotShown, ballotShown } from '../ballots/reads.ts'
import { type BatchShown, batchesOf, batchOf } from './reads.ts'
import { balanceOf, type No, sheetStates, whyNotCount, whyNotEnter } from './rules.ts'
import { BatchRefused, collectBatch, countBatch, enterSheet, openBatch, withdrawBatch } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/papers/index': { ballot: BallotShown; batches: { batch: BatchShown; whyNot: No | null }[]; form: Form }
    'vote/papers/batch': {
      ballot: BallotShown
      batch: BatchShown
      balance: ReturnType<typeof balanceOf>
      /** Why it cannot be counted yet. */
      whyNot: No | null
      /** The paper this reader writes down next, or why she may not; null: she has read them all. */
      sheet: number | null
      whyNotEnter: ReturnType<typeof whyNotEnter>
      form: Form
      /** What was marked in the form that comes back; empty: nothing came back. */
      marked: Record<string, unknown>
    }
    'vote/papers/print': { ballot: BallotShown; batch: BatchShown; link: string }
  }
}

const config = { who: ['staff', 'chair'] } as const
const byNo = z.object({ slug: z.string(), no: number })
const byKey = z.object({ slug: z.string(), no: number, key: z.uuid() })
const onSheet = z.object({ sheet: number.optional().catch(undefined) })
const paperNo = z.coerce
  .number(says('batches.range'))
  .int(says('batches.range'))
  .min(1, says('batches.range'))
  .max(9999, says('batches.range'))
const BatchForm = z.object({ key: z.uuid(says('error.malformed')), first: paperNo, last: paperNo })
const SheetForm = z.object({
  sheet: number,
  state: z.enum(sheetStates, says('batches.state.missing')),
  door: line({ max: 30 }),
  ...marks,
})

/** 纸票: printed, handed out, handed in, read by two people, counted. */
export const paperVotes: Slice = (app, { clock }) => {
  const act = (req: FastifyRequest) => {
    const { no } = req.params as { no: number }
    if (req.me.personId === null) throw new Refusal('error.notAllowed', 403)
    return { no, by: { personId: req.me.personId }, at: clock() }
  }

  app.get('/ballots/:no/papers', { schema: { params: byNo }, config }, (req, reply) =>
    list(req, reply, req.params.no, blank),
  )

  app.post(
    '/ballots/:no/papers',
    { schema: { params: byNo }, config: { ...config, form: BatchForm } },
    async (req, reply) => {
      const { no } = req.params
      const input = readForm(BatchForm, req.body)
      if ('form' in input) return list(req, reply.code(422), no, input.form)
      const { key, first, last } = input.data
      return openBatch(req.db, act(req), { key, firstNo: first, lastNo: last }).then(
        () => reply.goto(`/ballots/${no}/papers/${key}`),
        (error: unknown) => {
          if (!(error instanceof BatchRefused)) throw error
          return list(req, reply.code(422), no, { values: typed(req.body), errors: { first: error.key } })
        },
      )
    },
  )

  app.get('/ballots/:no/papers/:key', { schema: { params: byKey, querystring: onSheet }, config }, (req, reply) =>
    page(req, reply, req.params, req.query.sheet, blank),
  )

  app.get('/ballots/:no/papers/:key/print', { schema: { params: byKey }, config }, async (req, reply) => {
    const { no, key } = req.params
    const ballot = await ballotShown(req.db, no)
    const batch = await batchOf(req.db, (await frozen(req.db, no)).id, key)
    return reply.page('vote/papers/print', { ballot, batch, link: `${req.letterbox.home}/ballots/${no}` })
  })

  app.post(
    '/ballots/:no/papers/:key/sheets',
    { schema: { params: byKey }, config: { ...config, form: SheetForm } },
    async (req, reply) => {
      const { no, key } = req.params
      const input = readForm(SheetForm, req.body)
      const said = typed(req.body)
      const again = (errors: Form['errors']) =>
        page(
          req,
          reply.code(422),
          req.params,
          Number(said.sheet) || undefined,
          { values: said, errors },
          marksIn(req.body),
        )
      if ('form' in input) return again(input.form.errors)
      const filled = await filledIn(req, no, input.data)
      if (filled && 'errors' in filled) return again(filled.errors)
      const { sheet, state } = input.data
      return enterSheet(req.db, act(req), key, { no: sheet, state, filled }).then(
        () => reply.goto(`/ballots/${no}/papers/${key}`),
        (error: unknown) => {
          if (!(error instanceof BatchRefused)) throw error
          return again({ door: error.key })
        },
      )
    },
  )

  step('collection', (req, key) => collectBatch(req.db, act(req), key))
  step('count', (req, key) => countBatch(req.db, { ...act(req), me: req.me }, key))

  app.post('/ballots/:no/papers/:key/withdrawal', { schema: { params: byKey }, config }, async (req, reply) => {
    const { no, key } = req.params
    await withdrawBatch(req.db, act(req), key)
    return reply.goto(`/ballots/${no}/papers`)
  })

  function step(noun: string, verb: (req: FastifyRequest, key: string) => Promise<void>) {
    app.post(`/ballots/:no/papers/:key/${noun}`, { schema: { params: byKey }, config }, async (req, reply) => {
      const { no, key } = req.params
      await verb(req, key)
      return reply.goto(`/ballots/${no}/papers/${key}`)
    })
  }
}

/** What stands on a filled paper: the door, as a line of the roll, and the marks. Null: it is none that says something. */
async function filledIn(req: FastifyRequest, no: number, { state, door, ...marked }: z.output<typeof SheetForm>) {
  if (state !== 'filled') return null
  if (door === '') return { errors: { door: 'attendance.door.missing' as const } }
  const place = readDoor(door)
  if (!place) return { errors: { door: 'attendance.door.unknown' as const } }
  const answer = readAnswer(await frozen(req.db, no), marked)
  if (typeof answer === 'string') return { errors: { choice: answer } }
  return { line: `${place.building}-${place.door}`, ...answer }
}

async function list(req: FastifyRequest, reply: FastifyReply, no: number, form: Form) {
  const ballot = await ballotShown(req.db, no)
  const batches = await batchesOf(req.db, (await frozen(req.db, no)).id)
  const next = Math.max(0, ...batches.map(({ lastNo }) => lastNo)) + 1
  const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
  return reply.page('vote/papers/index', {
    ballot,
    batches: batches.map((batch) => ({ batch, whyNot: batch.counted ? null : whyNotCount(batch) })),
    form: { values: { first: String(next), last: '', ...form.values, key }, errors: form.errors },
  })
}

async function page(
  req: FastifyRequest,
  reply: FastifyReply,
  { no, key }: { no: number; key: string },
  asked: number | undefined,
  form: Form,
  marked: Record<string, unknown> = {},
) {
  const ballot = await ballotShown(req.db, no)
  const batch = await batchOf(req.db, (await frozen(req.db, no)).id, key)
  const balance = balanceOf(batch)
  const me = req.me.personId ?? 0
  const read = new Set(batch.readings.filter(({ personId }) => personId === me).map((reading) => reading.no))
  const unread = Array.from({ length: balance.issued }, (_, i) => batch.firstNo + i).find((n) => !read.has(n))
  const sheet = asked !== undefined && asked >= batch.firstNo && asked <= batch.lastNo ? asked : (unread ?? null)
  return reply.page('vote/papers/batch', {
    ballot,
    batch,
    balance,
    whyNot: batch.counted ? null : whyNotCount(batch),
    sheet,
    whyNotEnter: whyNotEnter(batch, me, sheet ?? batch.firstNo),
    form,
    marked,
  })
}

/** Ticks, places and points come as lists, which a form of texts does not keep. */
function marksIn(body: unknown): Record<string, unknown> {
  const { choice, pick, place, points, reason } = (body ?? {}) as Record<string, unknown>
  return { choice, pick, place, points, reason }
}
