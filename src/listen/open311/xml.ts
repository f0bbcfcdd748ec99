import { XMLParser } from 'fast-xml-parser'

/** XML as GeoReport v2 writes it, and as somebody's program might. */

type Value = string | number | boolean | null | Value[] | { [name: string]: Value }

/** What the members of a list are called. */
const members: Record<string, string> = {
  services: 'service',
  service_requests: 'request',
  errors: 'error',
  endpoints: 'endpoint',
  formats: 'format',
  attributes: 'attribute',
}

export function writeXml(root: string, value: Value): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${element(root, value)}\n`
}

function element(name: string, value: Value): string {
  if (value === null || value === '') return `<${name}/>`
  if (Array.isArray(value)) {
    const member = members[name] ?? 'item'
    return `<${name}>${value.map((one) => element(member, one)).join('')}</${name}>`
  }
  if (typeof value !== 'object') return `<${name}>${escaped(String(value))}</${name}>`
  const inside = Object.entries(value).map(([child, one]) => element(child, one))
  return `<${name}>${inside.join('')}</${name}>`
}

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

// Control characters cannot stand in XML at all, not even escaped.
const escaped = (text: string) =>
  text
    .toWellFormed()
    .replace(/[[\p{Cc}--[\t\n]]\ufffe\uffff]/gv, '')
    .replace(/[&<>"']/g, (mark) => marks[mark] ?? mark)

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  htmlEntities: false,
})

const deepest = 20

/**
 * Reads XML into plain objects of texts; null where it is none. A document that defines anything of its own is not
 * read: entities that are made of entities fill a machine, and entities of files read its disk.
 */
export function readXml(text: string): Record<string, unknown> | null {
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(text) || depthOf(text) > deepest) return null
  try {
    // It throws where the text is not well-formed.
    const read: unknown = parser.parse(text, true)
    return typeof read === 'object' && read !== null ? (decoded(read) as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** How deep elements stand in each other, at most; a parser that calls itself for each would run out of stack. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  for (const [tag] of text.matchAll(/<\/?[^!?<>][^<>]*>/g)) {
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>')) depth++
    if (depth > most) most = depth
  }
  return most
}

/** The five marks that XML itself names, and characters by number. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, decoded(one)]))
  return typeof value === 'string'
    ? value.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, character)
    : value
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function character(
  whole: string,
  hex: string | undefined,
  decimal: string | undefined,
  name: string | undefined,
): string {
  if (name) return named[name.toLowerCase()] ?? whole
  const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
