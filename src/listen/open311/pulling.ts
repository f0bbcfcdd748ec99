import type { Db } from '../../lib/db/schema.ts'
import { type Egress, NoWayOut } from '../../lib/egress.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { isCategory } from '../bridges/rules.ts'
import { mostWords, type NewArrival, tidy, tidyLine } from '../inbox/rules.ts'
import { fingerprintOf, seenBefore } from '../inbox/store.ts'
import { takeOne } from '../webhooks/store.ts'
import { readRequests } from './body.ts'
import { linkIn, pointIn } from './given.ts'

/** Requests of another Open311 server, brought into our inbox; each once, by the id it has over there. */

interface Source {
  id: number
  source_url: string
  hosts: string[]
  per_hour: number
  answered_at: Date | null
}

const mostPages = 10
const day = 24 * 3_600_000

/** What came of it: how many were new, or why nothing could be had. `more`: there is more than the bridge may send. */
export type Pulled = { came: number; more: boolean } | { trouble: string }

export async function pullOpen311(
  db: Db,
  letterbox: Letterbox,
  egress: Egress,
  source: Source,
  at: Date,
): Promise<Pulled> {
  // A day twice rather than a minute never; what was here is known by its id.
  const since = new Date((source.answered_at?.getTime() ?? at.getTime() - 29 * day) - day)
  const found = new Map<string, NewArrival>()
  for (let page = 1; page <= mostPages; page++) {
    const url = `${source.source_url}/requests.xml?start_date=${encodeURIComponent(stamp(since))}&page=${page}`
    let text: string
    try {
      const reply = await egress.ask(url, { headers: { accept: 'text/xml, application/json' }, hosts: source.hosts })
      if (reply.status !== 200) return { trouble: 'failed' }
      text = reply.text
    } catch (error) {
      if (error instanceof NoWayOut) return { trouble: error.why }
      throw error
    }
    const requests = readRequests(text)
    if (requests === null) return { trouble: 'unreadable' }
    const before = found.size
    for (const request of requests) {
      const arrival = asArrival(request)
      if (arrival) found.set(arrival.externalNo, arrival)
    }
    // A server that knows no pages gives the first one for ever.
    if (found.size === before) break
  }
  const prints = [...found.values()].map(fingerprintOf)
  const known = await seenBefore(db, source.id, prints)
  const fresh = [...found.values()].filter((arrival) => !known.has(fingerprintOf(arrival)))
  let came = 0
  for (const arrival of fresh.slice(0, source.per_hour)) {
    const taken = await db.transaction().execute((trx) => takeOne(trx, letterbox, source.id, arrival, at))
    if (!taken.known) came++
  }
  return { came, more: fresh.length > source.per_hour }
}

const stamp = (at: Date) => `${at.toISOString().slice(0, 19)}Z`

/** A request as something that arrived; null where it says nothing, or nothing to know it again by. */
function asArrival(request: Record<string, string>): NewArrival | null {
  const externalNo = tidyLine(request.service_request_id ?? '', 100)
  const words = tidy(request.description || request.service_name || '', mostWords)
  if (externalNo === '' || words === '') return null
  const code = request.service_code ?? ''
  const said = new Date(request.requested_datetime ?? '')
  // What another server writes wrongly is left out; the words come in all the same.
  const point = pointIn(request) ?? ''
  return {
    externalNo,
    words,
    place: tidyLine(request.address || request.address_id || point, 120),
    point,
    mediaUrl: linkIn(request) ?? '',
    category: isCategory(code) ? code : null,
    name: '',
    phone: '',
    saidAt: Number.isNaN(said.getTime()) || said.getUTCFullYear() < 2000 ? null : said,
  }
}
