import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

/**
 * One load, in a process of its own. Its plan comes as a JSON file: url, seconds, connections, method, headers, and
 * `bodies`, form templates in which {uuid} is made anew for each request. Prints what happened as one JSON line.
 */
interface Plan {
  url: string
  seconds: number
  connections: number
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  /** One of these per request, in turn: its own headers (a voter's cookie) and body. */
  requests?: { headers?: Record<string, string>; body?: string }[]
}

const plan: Plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const before = process.cpuUsage()
const began = performance.now()
let next = 0

const result = await autocannon({
  url: plan.url,
  duration: plan.seconds,
  connections: plan.connections,
  method: plan.method,
  headers: plan.headers ?? {},
  ...(plan.requests && {
    requests: [
      {
        setupRequest(request) {
          const one = plan.requests?.[next++ % (plan.requests?.length ?? 1)]
          return {
            ...request,
            headers: { ...request.headers, ...one?.headers },
            body: one?.body?.replaceAll('{uuid}', randomUUID()) ?? '',
          }
        },
      },
    ],
  }),
})

const used = process.cpuUsage(before)
const seconds = (performance.now() - began) / 1000
process.stdout.write(
  `${JSON.stringify({
    requests: result.requests.total,
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    ok: result['2xx'] + (result.statusCodeStats?.['303']?.count ?? 0) + (result.statusCodeStats?.['304']?.count ?? 0),
    wrong: result.errors + result.timeouts + result['4xx'] + result['5xx'],
    bytes: result.requests.total ? Math.round(result.throughput.total / result.requests.total) : 0,
    clientBusy: (used.user + used.system) / 1e6 / seconds,
  })}\n`,
)
