import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, line, number, numbers, readForm, said } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { whyNotEdit } from '../items/rules.ts'
import { labelOf, subjects } from '../kinds/rules.ts'
import { builderPage, itemForAll } from './reads.ts'
import { bearers, pers, readYuan, shareOf, shares, unheard, whyNotAddOption, yuan } from './rules.ts'
import { removeOption, saveBrief, saveOption } from './store.ts'

type Builder = Awaited<ReturnType<typeof builderPage>>
type ForAll = Awaited<ReturnType<typeof itemForAll>>

/** How money is reckoned on both pages. */
interface Money {
  yuan: typeof yuan
  /** What each household bears of an option: among all, or among those affected. */
  shareOf: (option: ForAll['options'][number]) => { each: number; more: number; households: number } | null
}

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/options/builder': Money & {
      item: Builder
      subjects: typeof subjects
      /** Ids of the buildings that are ticked. */
      ticked: number[]
      unheard: Builder['affected']
      why: ReturnType<typeof whyNotEdit>
      whyNotAdd: ReturnType<typeof whyNotAddOption>
      /** The key of the option in the form: a new one, or the one that is being changed. */
      key: string
      editing: boolean
      brief: Form
      form: Form
      choices: { pers: typeof pers; bearers: typeof bearers; shares: typeof shares }
    }
    'agenda/options/item': Money & { item: ForAll; label: ReturnType<typeof labelOf>; desk: boolean }
  }
}

const desk = ['staff', 'chair'] as const
const byNo = z.object({ slug: z.string(), no: number })
const onPage = { params: byNo, querystring: z.object({ edit: z.uuid().optional().catch(undefined) }) }
const byKey = { params: z.object({ slug: z.string(), no: number, key: z.uuid() }) }
const BriefForm = z.object({
  subject: z.enum(subjects, says('kinds.subject.missing')),
  expert: said({ max: 1000 }),
  expertName: line({ max: 40 }),
  buildings: numbers,
})
const OptionForm = z.object({
  key: z.uuid(),
  title: line({ max: 40, missing: 'options.title.missing' }),
  timing: line({ max: 60 }),
  cost: z
    .string(says('options.cost.wrong'))
    .default('')
    .transform((typed) => (typed.trim() === '' ? 0 : readYuan(typed)))
    .refine((fen) => fen !== null, says('options.cost.wrong'))
    .transform((fen) => fen ?? 0),
  per: z.enum(pers, says('options.per.missing')),
  bearer: z.enum(bearers, says('options.bearer.missing')),
  share: z.enum(shares).default('all'),
  pros: said({ max: 400 }),
  cons: said({ max: 400 }),
})

/** 方案: what an item lets people choose between, built at the desk and shown to everybody side by side. */
export const options: Slice = (app, { clock }) => {
  app.get('/desk/agenda/:no/options', { schema: onPage, config: { who: desk } }, async (req, reply) => {
    const item = await builderPage(req.db, req.params.no)
    const edited = item.options.find(({ key }) => key === req.query.edit)
    const values = edited && { ...edited, cost: yuan(edited.cost) }
    return builder(reply, item, {
      form: values ? filled(values) : filled({ per: 'month', bearer: 'income', share: 'all' }),
    })
  })

  const briefing = { schema: { params: byNo }, config: { who: desk, form: BriefForm } }
  app.post('/desk/agenda/:no/brief', briefing, async (req, reply) => {
    const input = readForm(BriefForm, req.body)
    if ('form' in input) {
      const ticked = numbers.safeParse((req.body as { buildings?: unknown } | undefined)?.buildings).data ?? []
      return builder(reply.code(422), await builderPage(req.db, req.params.no), { brief: input.form, ticked })
    }
    await saveBrief(req.db, req.params.no, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}/options`)
  })

  const adding = { schema: { params: byNo }, config: { who: desk, form: OptionForm } }
  app.post('/desk/agenda/:no/options', adding, async (req, reply) => {
    const input = readForm(OptionForm, req.body)
    if ('form' in input) return builder(reply.code(422), await builderPage(req.db, req.params.no), { form: input.form })
    await saveOption(req.db, req.params.no, input.data, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}/options`)
  })

  app.post('/desk/agenda/:no/options/:key/removal', { schema: byKey, config: { who: desk } }, async (req, reply) => {
    await removeOption(req.db, req.params.no, req.params.key, { personId: req.me.personId }, clock())
    return reply.goto(`/desk/agenda/${req.params.no}/options`)
  })

  // Before anybody is told of the meeting an item is the desk's: its words may still change.
  app.get('/items/:no', { schema: { params: byNo }, config: { who: 'anyone' } }, async (req: FastifyRequest, reply) => {
    const item = await itemForAll(req.db, (req.params as { no: number }).no)
    const atDesk = desk.some((role) => req.me.roles.includes(role))
    if (!item.told && !atDesk) throw notFound()
    const label = item.meeting && labelOf(item.meeting.terms, item.subject)
    return reply.page('agenda/options/item', { item, label, desk: atDesk, ...moneyOf(item) })
  })
}

function builder(
  reply: FastifyReply,
  item: Builder,
  { form = blank, brief, ticked }: { form?: Form; brief?: Form; ticked?: number[] },
) {
  const key = z.uuid().safeParse(form.values.key).data ?? randomUUID()
  const { subject, expert, expert_name: expertName } = item
  return reply.page('agenda/options/builder', {
    item,
    subjects,
    ticked: ticked ?? item.affected.map(({ id }) => id),
    unheard: unheard(item.affected),
    why: whyNotEdit({ withdrawn: item.withdrawn_at !== null, meeting: item.meeting?.state ?? null }),
    whyNotAdd: whyNotAddOption(item.options.length),
    key,
    editing: item.options.some((option) => option.key === key),
    brief: brief ?? filled({ subject, expert, expertName }),
    form,
    choices: { pers, bearers, shares },
    ...moneyOf(item),
  })
}

function moneyOf(item: { affected: Builder['affected']; households: number }): Money {
  const affected = item.affected.reduce((sum, { households }) => sum + households, 0)
  return {
    yuan,
    shareOf(option) {
      const households = option.share === 'affected' ? affected : item.households
      const share = shareOf(option.cost, households)
      return share && { ...share, households }
    },
  }
}
