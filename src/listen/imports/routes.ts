import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blank, type Form, filled, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { uploaded } from '../../lib/http/uploads.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { bridgePage } from '../bridges/reads.ts'
import { whyNotCross } from '../bridges/rules.ts'
import { fingerprintOf, seenBefore } from '../inbox/store.ts'
import {
  type Columns,
  type Field,
  fields,
  guessColumns,
  type Line,
  mostColumns,
  readLines,
  whyNotMap,
} from './rules.ts'
import { readSheet } from './sheet.ts'
import { importArrivals, keepSheet, keptSheet, rememberHeadings } from './store.ts'

type Kept = Awaited<ReturnType<typeof keptSheet>>

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/imports/new': { bridge: { key: string; name: string }; form: Form }
    'listen/imports/columns': { kept: Kept; form: Form; fields: typeof fields; sample: string[][] }
    'listen/imports/report': {
      kept: Kept
      columns: Columns
      counts: { fresh: number; known: number; refused: number }
      /** The first lines of each kind; the counts are of all. */
      fresh: Line[]
      known: Line[]
      refused: Line[]
    }
  }
}

const byKey = { params: z.object({ slug: z.string(), key: z.uuid() }) }
const column = z.preprocess(
  (value) => (value === '' || value === undefined ? null : value),
  z.coerce
    .number(says('form.wrong'))
    .int(says('form.wrong'))
    .min(0, says('form.wrong'))
    .max(mostColumns, says('form.wrong'))
    .nullable(),
)
const ColumnsForm = z.object(Object.fromEntries(fields.map((field) => [field, column])) as Record<Field, typeof column>)
const shown = 200

/** 导入: a file is sent, its columns are named, every line is looked at; only then anything is taken in. */
export const imports: Slice = (app, { clock }) => {
  const who = ['staff', 'chair'] as const

  app.get('/desk/bridges/:key/import', { schema: byKey, config: { who } }, async (req, reply) =>
    reply.page('listen/imports/new', { bridge: await openBridge(req), form: blank }),
  )

  app.post('/desk/bridges/:key/import', { schema: byKey, config: { who, perMinute: 20 } }, async (req, reply) => {
    const bridge = await openBridge(req)
    const { personId } = req.me
    const bytes = uploaded(req, 'file')
    const sheet = bytes ? await readSheet(bytes) : { bad: 'imports.file.missing' as const }
    if ('bad' in sheet) {
      const form: Form = { values: {}, errors: { file: sheet.bad } }
      return reply.code(422).page('listen/imports/new', { bridge, form })
    }
    if (personId === null) throw notFound()
    const file = { bridgeId: bridge.id, name: bridge.name, sheet }
    const key = await keepSheet(req.db, req.letterbox, file, { by: { personId }, at: clock() })
    return reply.goto(`/desk/imports/${key}`)
  })

  app.get('/desk/imports/:key', { schema: byKey, config: { who } }, async (req, reply) => {
    const kept = await keptSheet(req.db, req.letterbox, req.params.key, clock())
    const columns = guessColumns(kept.sheet.head, kept.headings)
    const form = filled(Object.fromEntries(Object.entries(columns).map(([field, at]) => [field, String(at)])))
    return reply.page('listen/imports/columns', columnsPage(kept, form))
  })

  app.post('/desk/imports/:key/check', { schema: byKey, config: { who, form: ColumnsForm } }, async (req, reply) => {
    const kept = await keptSheet(req.db, req.letterbox, req.params.key, clock())
    const read = readColumns(kept, req.body)
    if ('form' in read) return reply.code(422).page('listen/imports/columns', columnsPage(kept, read.form))
    const { personId } = req.me
    if (personId === null) throw notFound()
    const headings = Object.fromEntries(
      fields.map((field) => [
        field,
        read.columns[field] === undefined ? null : (kept.sheet.head[read.columns[field]] ?? null),
      ]),
    )
    const bridge = { id: kept.bridgeId, headings: kept.headings }
    await rememberHeadings(req.db, bridge, headings, { by: { personId }, at: clock() })
    const lines = readLines(kept.sheet, read.columns)
    const prints = new Map(
      lines.flatMap((line) => (line.arrival ? [[line, fingerprintOf(line.arrival)] as const] : [])),
    )
    const seen = await seenBefore(req.db, kept.bridgeId, [...prints.values()])
    const of = (kind: (line: Line) => boolean) => lines.filter(kind)
    const known = of((line) => seen.has(prints.get(line) ?? ''))
    const refused = of((line) => line.arrival === null)
    const fresh = of((line) => line.arrival !== null && !seen.has(prints.get(line) ?? ''))
    return reply.page('listen/imports/report', {
      kept,
      columns: read.columns,
      counts: { fresh: fresh.length, known: known.length, refused: refused.length },
      fresh: fresh.slice(0, shown),
      known: known.slice(0, shown),
      refused: refused.slice(0, shown),
    })
  })

  app.post('/desk/imports/:key/import', { schema: byKey, config: { who, form: ColumnsForm } }, async (req, reply) => {
    const kept = await keptSheet(req.db, req.letterbox, req.params.key, clock())
    refuseIf(whyNotCross(kept, 'import'))
    const read = readColumns(kept, req.body)
    if ('form' in read) return reply.code(422).page('listen/imports/columns', columnsPage(kept, read.form))
    const { personId } = req.me
    if (personId === null) throw notFound()
    const arrivals = readLines(kept.sheet, read.columns).flatMap(({ arrival }) => arrival ?? [])
    const came = await importArrivals(req.db, req.letterbox, kept.bridgeId, arrivals, { by: { personId }, at: clock() })
    return reply.goto(`/desk/inbox?bridge=${kept.bridgeKey}&came=${came}`)
  })
}

async function openBridge(req: FastifyRequest) {
  const { id, key, name, active, kind } = await bridgePage(req.db, (req.params as { key: string }).key)
  refuseIf(whyNotCross({ active, kind }, 'import'))
  return { id, key, name }
}

const columnsPage = (kept: Kept, form: Form) => ({ kept, form, fields, sample: kept.sheet.rows.slice(0, 3) })

function readColumns(kept: Kept, body: unknown): { columns: Columns } | { form: Form } {
  const input = readForm(ColumnsForm, body)
  if ('form' in input) return input
  const columns: Columns = {}
  for (const field of fields) {
    const at = input.data[field]
    if (at !== null) columns[field] = at
  }
  const reason: MessageKey | null = whyNotMap(columns, kept.sheet.head.length)
  return reason ? { form: { values: typed(body), errors: { words: reason } } } : { columns }
}
