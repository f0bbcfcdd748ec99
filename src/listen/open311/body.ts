import { readXml } from './xml.ts'

/** The fields of a request that a program posts: as a form, as JSON or as XML. Null: it is none of them. */
export function readFields(type: string, body: Buffer): Record<string, string> | null {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(new URLSearchParams(text))
  if (/\bjson\b/i.test(type)) return texts(readJson(text))
  if (/\bxml\b/i.test(type)) return texts(Object.values(readXml(text) ?? {})[0])
  return null
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The members that are texts or numbers; a list of one, as some servers wrap a request in, is that one. */
function texts(value: unknown): Record<string, string> | null {
  const one = Array.isArray(value) ? value[0] : value
  if (typeof one !== 'object' || one === null) return null
  const { request } = one as { request?: unknown }
  if (typeof request === 'object' && request !== null) return texts(request)
  const entries = Object.entries(one).filter(([, member]) => typeof member === 'string' || typeof member === 'number')
  return Object.fromEntries(entries.map(([name, member]) => [name, String(member).trim()]))
}

/** A list of requests as another server gives it, in either format; null where it cannot be read. */
export function readRequests(text: string): Record<string, string>[] | null {
  const begin = text.trimStart()[0]
  const list = begin === '<' ? xmlList(text) : jsonList(text)
  return list?.map(texts).filter((one) => one !== null) ?? null
}

function xmlList(text: string): unknown[] | null {
  const root = readXml(text)
  if (root === null) return null
  if (!Object.hasOwn(root, 'service_requests')) return null
  const list = (root.service_requests as { request?: unknown } | '') || {}
  return [list.request ?? []].flat()
}

function jsonList(text: string): unknown[] | null {
  const read = readJson(text)
  return Array.isArray(read) ? read : null
}
