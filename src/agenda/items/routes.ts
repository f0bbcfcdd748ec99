import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, number, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { itemPage, openItems, pool } from './reads.ts'
import { whyNotEdit, whyNotUnlink, whyNotWithdraw } from './rules.ts'
import { createItem, editItem, linkIssue, unlinkIssue, withdrawItem } from './store.ts'
import { itemOfSurvey } from './survey.ts'
import { itemOfQuestion } from './wide.ts'

type Pool = Awaited<ReturnType<typeof pool>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/items/index': {
      pool: Pool
      items: Awaited<ReturnType<typeof openItems>>
      form: Form
      /** The issues that are ticked, by number. */
      ticked: number[]
      key: string
    }
    'agenda/items/show': {
      item: Awaited<ReturnType<typeof itemPage>>
      /** Issues of the pool that the item has not got. */
      others: Pool
      form: Form
      whyNotEdit: ReturnType<typeof whyNotEdit>
      whyNotUnlink: ReturnType<typeof whyNotUnlink>
      whyNotWithdraw: ReturnType<typeof whyNotWithdraw>
    }
  }
}

const who = ['staff', 'chair'] as const
const byNo = z.object({ slug: z.string(), no: number })
const words = {
  title: line({ max: 80, missing: 'items.title.missing' }),
  question: line({ max: 120, missing: 'items.question.missing' }),
  background: said({ max: 2000 }),
}
const several = (value: unknown) => (value === undefined ? [] : [value].flat())
const NewItem = z.object({
  ...words,
  key: z.uuid(),
  issues: z.preprocess(several, z.array(number).min(1, says('items.issues.missing')).max(100)),
})
const Words = z.object(words)
const link = z.object({ issue: number })

/** 议题: the pool, and the items the desk makes of it. */
export const items: Slice = (app, { clock }) => {
  app.get('/desk/agenda', { config: { who } }, (req, reply) => poolPage(req, reply, blank, [], randomUUID()))

  app.post('/desk/agenda/items', { config: { who, form: NewItem } }, async (req, reply) => {
    const input = readForm(NewItem, req.body)
    if ('form' in input) {
      const ticked = several((req.body as { issues?: unknown } | undefined)?.issues).map(Number)
      return poolPage(
        req,
        reply.code(422),
        input.form,
        ticked,
        z.uuid().safeParse(input.form.values.key).data ?? randomUUID(),
      )
    }
    const no = await createItem(req.db, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${no}`)
  })

  app.get('/desk/agenda/:no', { schema: { params: byNo }, config: { who } }, async (req, reply) =>
    itemView(req, reply, req.params.no, null),
  )

  app.post('/desk/agenda/:no', { schema: { params: byNo }, config: { who, form: Words } }, async (req, reply) => {
    const input = readForm(Words, req.body)
    if ('form' in input) return itemView(req, reply.code(422), req.params.no, input.form)
    await editItem(req.db, req.params.no, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}`)
  })

  app.post('/desk/agenda/:no/links', { schema: { params: byNo, body: link }, config: { who } }, async (req, reply) => {
    await linkIssue(req.db, req.letterbox, req.params.no, req.body.issue, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}`)
  })

  const unlinking = { params: byNo, body: link }
  app.post('/desk/agenda/:no/unlinking', { schema: unlinking, config: { who } }, async (req, reply) => {
    await unlinkIssue(req.db, req.params.no, req.body.issue, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}`)
  })

  app.post('/desk/agenda/:no/withdrawal', { schema: { params: byNo }, config: { who } }, async (req, reply) => {
    await withdrawItem(req.db, req.params.no, { personId: req.me.personId }, clock())
    return reply.goto('/desk/agenda')
  })

  // Here and not with the question: what comes later in the funnel may look back, never ahead.
  app.post('/desk/questions/:no/item', { schema: { params: byNo }, config: { who } }, async (req, reply) => {
    const no = await itemOfQuestion(req.db, req.params.no, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${no}`)
  })

  app.post('/desk/surveys/:no/item', { schema: { params: byNo }, config: { who } }, async (req, reply) => {
    const no = await itemOfSurvey(req.db, req.params.no, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${no}`)
  })

  async function poolPage(req: FastifyRequest, reply: FastifyReply, form: Form, ticked: number[], key: string) {
    const page = {
      pool: await pool(req.db, clock()),
      items: await openItems(req.db),
    }
    return reply.page('agenda/items/index', { ...page, form, ticked, key })
  }

  async function itemView(req: FastifyRequest, reply: FastifyReply, no: number, form: Form | null) {
    const { item, pooled } = {
      item: await itemPage(req.db, no),
      pooled: await pool(req.db, clock()),
    }
    const rule = { withdrawn: item.withdrawn_at !== null, meeting: item.meeting?.state ?? null }
    const { title, question, background } = item
    return reply.page('agenda/items/show', {
      item,
      others: pooled.filter((issue) => !item.issues.some(({ no }) => no === issue.no)),
      form: form ?? filled({ title, question, background }),
      whyNotEdit: whyNotEdit(rule),
      whyNotUnlink: whyNotUnlink(rule, item.issues.length),
      whyNotWithdraw: whyNotWithdraw(rule),
    })
  }
}
