import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

/** One load over HTTP, in a process of its own. The plan comes in as JSON; what happened goes out as one line of JSON. */
export interface Plan {
  url: string
  /** Ends after this many requests, or after so many seconds if they take longer. */
  requestsAtMost: number
  seconds: number
  connections: number
  method: 'GET' | 'POST'
  headers: Record<string, string>
  /** One of these per request, in turn; `{uuid}` in a body is made anew for each. */
  requests: { path: string; headers?: Record<string, string>; body?: string }[]
}

export interface Happened {
  requests: number
  perSecond: number
  p50: number
  p99: number
  /** Answers that were neither 2xx, 303 nor 304, and connections that broke. */
  failed: number
  /** Bytes of one answer, headers included. */
  bytes: number
  /** Of one core: near 1 the load itself is what is slow. */
  clientBusy: number
}

const plan: Plan = JSON.parse(readFileSync(0, 'utf8'))
const before = process.cpuUsage()
const began = performance.now()
let next = 0

let first = 0
let last = 0

const result = await new Promise<autocannon.Result>((done, fail) => {
  const load = autocannon(
    {
      url: plan.url,
      amount: plan.requestsAtMost,
      connections: plan.connections,
      method: plan.method,
      headers: plan.headers,
      requests: [{ setupRequest: (request) => ({ ...request, ...nextOne(request.headers) }) }],
    },
    (error, result) => (error ? fail(error) : done(result)),
  )
  // The load itself looks at its clock once a second only.
  load.on('response', () => {
    last = performance.now()
    first ||= last
  })
  setTimeout(() => load.stop(), plan.seconds * 1000).unref()
})

function nextOne(common: object | undefined) {
  const one = plan.requests[next++ % plan.requests.length]
  return {
    path: one?.path ?? '/',
    headers: { ...common, ...one?.headers },
    ...(one?.body !== undefined && { body: one.body.replaceAll('{uuid}', () => randomUUID()) }),
  }
}

const used = process.cpuUsage(before)
const seconds = (performance.now() - began) / 1000
const counted = Object.entries(result.statusCodeStats ?? {}) as [string, { count: number }][]
const expected = counted.filter(([code]) => /^(2..|303|304)$/.test(code)).reduce((sum, [, { count }]) => sum + count, 0)
const answered = counted.reduce((sum, [, { count }]) => sum + count, 0)
const happened: Happened = {
  requests: answered,
  perSecond: answered / Math.max((last - first) / 1000, 0.001),
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: answered - expected + result.errors + result.timeouts,
  bytes: answered === 0 ? 0 : Math.round(result.throughput.total / answered),
  clientBusy: (used.user + used.system) / 1e6 / seconds,
}
process.stdout.write(`${JSON.stringify(happened)}\n`)
