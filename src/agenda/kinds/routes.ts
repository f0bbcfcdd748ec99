import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Form, filled, line, readForm, said, ticked, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { says } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import {
  faultsOf,
  proofs,
  quorumKinds,
  readOrder,
  ruleCodes,
  type Subject,
  subjects,
  type Terms,
  writeOrder,
} from './rules.ts'
import { changeKind, kindsOf } from './store.ts'

type Kind = Awaited<ReturnType<typeof kindsOf>>[number]

declare module '../../lib/http/views.ts' {
  interface Views {
    'agenda/kinds/index': { kinds: Kind[] }
    'agenda/kinds/edit': {
      kind: Kind
      form: Form
      decides: readonly string[]
      advises: readonly string[]
      choices: {
        proofs: typeof proofs
        quorumKinds: typeof quorumKinds
        ruleCodes: typeof ruleCodes
        subjects: typeof subjects
      }
    }
  }
}

const who = ['admin', 'chair'] as const
const byCode = { params: z.object({ slug: z.string(), kind: z.string().regex(/^[a-z_]{2,20}$/) }) }
const several = z.preprocess((value) => [value ?? []].flat(), z.array(z.enum(subjects)).max(subjects.length))
const whole = (min: number, max: number) =>
  z.coerce
    .number(says('kinds.number'))
    .int(says('kinds.number'))
    .min(min, says('kinds.number'))
    .max(max, says('kinds.number'))
const KindForm = z.object({
  name: line({ max: 20, missing: 'kinds.name.missing' }),
  nameEn: line({ max: 60, missing: 'kinds.name.missing' }),
  convenor: line({ max: 30, missing: 'kinds.convenor.missing' }),
  convenorEn: line({ max: 60, missing: 'kinds.convenor.missing' }),
  leadDays: whole(0, 60),
  proof: z.enum(proofs),
  quorum: z.enum(quorumKinds),
  least: whole(1, 7).default(1),
  required: ticked,
  num: whole(1, 10).default(1),
  den: whole(1, 10).default(2),
  strict: ticked,
  rule: z.enum(ruleCodes),
  proxies: whole(0, 3).default(1),
  decides: several,
  advises: several,
  order: said({ max: 1000, missing: 'kinds.order.missing' }),
})

/** 会议类型: the kinds of meetings, as the community itself sets them. */
export const kinds: Slice = (app, { clock }) => {
  app.get('/desk/kinds', { config: { who } }, async (req, reply) =>
    reply.page('agenda/kinds/index', { kinds: await kindsOf(req.db) }),
  )

  app.get('/desk/kinds/:kind', { schema: byCode, config: { who } }, async (req, reply) => {
    const kind = await kindOf(req)
    const { decides, advises } = kind.terms
    return edit(reply, kind, filled(valuesOf(kind.terms)), decides, advises)
  })

  app.post('/desk/kinds/:kind', { schema: byCode, config: { who, form: KindForm } }, async (req, reply) => {
    const kind = await kindOf(req)
    const input = readForm(KindForm, req.body)
    const body = (req.body ?? {}) as { decides?: unknown; advises?: unknown }
    const again = (form: Form) =>
      edit(
        reply.code(422),
        kind,
        form,
        several.safeParse(body.decides).data ?? [],
        several.safeParse(body.advises).data ?? [],
      )
    if ('form' in input) return again(input.form)
    const changed = termsFrom(input.data, kind.terms)
    if (!changed) return again({ values: typed(req.body), errors: { order: 'kinds.order.wrong' } })
    const errors = faultsOf(changed, kind.terms)
    if (Object.keys(errors).length > 0) return again({ values: typed(req.body), errors })
    await changeKind(req.db, kind.code, changed, { personId: req.me.personId }, clock())
    return reply.goto('/desk/kinds')
  })
}

async function kindOf(req: FastifyRequest): Promise<Kind> {
  const { kind: code } = req.params as { kind: string }
  const kind = (await kindsOf(req.db)).find((one) => one.code === code)
  if (!kind) throw notFound()
  return kind
}

function edit(reply: FastifyReply, kind: Kind, form: Form, decides: readonly Subject[], advises: readonly Subject[]) {
  const choices = { proofs, quorumKinds, ruleCodes, subjects }
  return reply.page('agenda/kinds/edit', { kind, form, decides, advises, choices })
}

function valuesOf({
  quorum,
  order,
  decides: _,
  advises: __,
  gates: ___,
  leadFixed: ____,
  leadDays,
  proxies,
  ...words
}: Terms) {
  const { of, ...measure } = quorum
  const measured = Object.entries(measure).map(([name, value]) => [
    name,
    value === false ? '' : value === true ? 'on' : String(value),
  ])
  return {
    ...words,
    leadDays: String(leadDays),
    proxies: String(proxies),
    quorum: of,
    ...Object.fromEntries(measured),
    order: writeOrder(order),
  }
}

/** The kind as the form says it; what no form changes stays. Null: a line of the running order that cannot be read. */
function termsFrom(data: z.output<typeof KindForm>, before: Terms): Terms | null {
  const { quorum: of, least, required, num, den, strict, order, ...words } = data
  const read = readOrder(order)
  if (!read) return null
  const quorum: Terms['quorum'] =
    of === 'seats' ? { of, least, required } : of === 'none' ? { of } : { of, num, den, strict }
  return { ...words, quorum, order: read, leadFixed: before.leadFixed, gates: before.gates }
}
