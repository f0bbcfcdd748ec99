import { z } from 'zod'
import { number, readForm, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { filingNumber } from '../filings/rules.ts'
import { inboxPage } from './reads.ts'
import { type ArrivalState, type AsideReason, arrivalStates, asideReasons, maskName } from './rules.ts'
import { fileArrivals, openSender, setAside } from './store.ts'

type Row = Awaited<ReturnType<typeof inboxPage>>['rows'][number]

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/inbox/index': {
      rows: (Omit<Row, 'senderSealed'> & { sender: string; phoned: boolean; number: string | null })[]
      more: boolean
      page: number
      state: ArrivalState
      states: typeof arrivalStates
      bridge: string | null
      /** All boxes come ticked: a link does it, where there is no script to do it. */
      ticked: boolean
      reasons: typeof asideReasons
      /** What was done just now, and to how many. */
      done: { what: 'filed' | 'aside' | 'came'; n: number } | null
      missing: boolean
    }
  }
}

const view = {
  querystring: z.object({
    state: z.enum(arrivalStates).catch('waiting'),
    bridge: z.uuid().optional().catch(undefined),
    page: z.coerce.number().int().min(1).max(10_000).catch(1),
    all: z.string().max(1).optional().catch(undefined),
    filed: number.optional().catch(undefined),
    aside: number.optional().catch(undefined),
    came: z.coerce.number().int().min(0).max(10_000).optional().catch(undefined),
    missing: z.string().max(1).optional().catch(undefined),
  }),
}

/** One box ticked comes as a text, several as a list. */
const ArrivalsForm = z.object({
  arrival: z.preprocess(
    (value) => (value === undefined ? [] : [value].flat()),
    z.array(z.uuid(says('form.wrong'))).max(100),
  ),
})
const FilingsForm = ArrivalsForm.extend({ text: ticked })
const AsideForm = ArrivalsForm.extend({ reason: z.enum(asideReasons, says('inbox.reason.missing')) })

/** 收件箱: everything that others brought and that is no filing yet. The desk makes one of it, or sets it aside. */
export const inbox: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const

  app.get('/desk/inbox', { schema: view, config: { who } }, async (req, reply) => {
    const { state, bridge, page, all, filed, aside, came, missing } = req.query
    const { rows, more } = await inboxPage(req.db, { state, bridge }, page)
    return reply.page('listen/inbox/index', {
      rows: rows.map(({ senderSealed, ...row }) => ({
        ...row,
        ...senderOf(senderSealed),
        number:
          row.filingNo === null || row.filedAt === null
            ? null
            : filingNumber(req.community.prefix, row.filedAt, row.filingNo),
      })),
      more,
      page,
      state,
      states: arrivalStates,
      bridge: bridge ?? null,
      ticked: all !== undefined,
      reasons: asideReasons,
      done: doneBy(filed, aside, came),
      missing: missing !== undefined,
    })

    function senderOf(sealed: Buffer | null) {
      const { name, phone } = openSender(req.letterbox, sealed)
      return { sender: maskName(name), phoned: phone !== '' }
    }
  })

  app.post('/desk/inbox/filings', { config: { who, form: FilingsForm } }, async (req, reply) => {
    const input = readForm(FilingsForm, req.body)
    const { personId } = req.me
    if ('form' in input || personId === null) throw notFound()
    const { arrival: keys, text } = input.data
    if (keys.length === 0) return reply.goto(`/desk/inbox?missing=1`)
    const filed = await req.db
      .transaction()
      .execute((trx) => fileArrivals(trx, req.letterbox, { keys }, { by: { personId }, at: clock(), text }))
    return reply.goto(`/desk/inbox?${back(req.body)}filed=${filed.length}`)
  })

  app.post('/desk/inbox/asides', { config: { who, form: AsideForm } }, async (req, reply) => {
    const input = readForm(AsideForm, req.body)
    const { personId } = req.me
    if ('form' in input || personId === null) throw notFound()
    const { arrival: keys, reason } = input.data
    if (keys.length === 0) return reply.goto(`/desk/inbox?missing=1`)
    const n = await setAside(req.db, keys, reason as AsideReason, { by: { personId }, at: clock() })
    return reply.goto(`/desk/inbox?${back(req.body)}aside=${n}`)
  })
}

function doneBy(filed: number | undefined, aside: number | undefined, came: number | undefined) {
  if (filed !== undefined) return { what: 'filed' as const, n: filed }
  if (aside !== undefined) return { what: 'aside' as const, n: aside }
  return came === undefined ? null : { what: 'came' as const, n: came }
}

/** Back to the inbox of the one bridge she was looking at. */
function back(body: unknown): string {
  const bridge = z.uuid().safeParse(typed(body).bridge)
  return bridge.success ? `bridge=${bridge.data}&` : ''
}
