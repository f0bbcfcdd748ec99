import { randomUUID } from 'node:crypto'

/** A form as somebody might fill it in, made from the JSON Schema of the route table. */

interface Schema {
  type?: string
  properties?: Record<string, Schema>
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  format?: string
  minimum?: number
  maxLength?: number
}

/** `known` gives the value of a field by its name, before anything is made up. */
export function fill(body: unknown, known: Record<string, string>): Record<string, string> {
  const { properties = {} } = (body ?? {}) as Schema
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, known[name] ?? made(name, schema)]),
  )
}

function made(name: string, schema: Schema): string {
  const { anyOf, enum: choices } = schema
  if (schema.const !== undefined) return String(schema.const)
  if (choices) return String(choices[0])
  if (anyOf) return made(name, anyOf.at(-1) as Schema)
  if (schema.format === 'uuid') return randomUUID()
  if (schema.type === 'integer' || schema.type === 'number') return String(schema.minimum ?? 1)
  if (schema.type === 'boolean') return 'on'
  if (schema.maxLength === 0) return ''
  if (/phone/i.test(name)) return '13800000000'
  if (/_at$|starts/i.test(name)) return '2026-12-01T19:00'
  if (/^(due|day)/i.test(name)) return '2026-12-01'
  return '写上一句话'
}
