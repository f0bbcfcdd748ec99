import { filings, itemPages, listPage, type Requests, unchangedPage, votes } from './data.ts'
import type { Happened } from './load.ts'
import type { Server } from './machine.ts'
import { costOf, load } from './measure.ts'
import { type goals, judge, mean, type Rounds, short } from './report.ts'
import type { Part, Run } from './run.ts'

/** Goals 1 to 4: CPU of one request, at eight at a time, the floor's and the app's in turn. */

interface Target {
  goal: keyof typeof goals
  app: Requests
  floor: Requests
  rounds: Rounds
  happened: Happened[]
}

const connections = 8
const get = (...paths: string[]): Requests => ({
  method: 'GET',
  headers: {},
  requests: paths.map((path) => ({ path })),
})

export const overHttp: Part = async (run, tell) => {
  const { hall, app, floor, size } = run
  const insert: Requests = { method: 'POST', headers: {}, requests: [{ path: '/insert', body: '' }] }
  const pairs: Pick<Target, 'goal' | 'app' | 'floor'>[] = [
    { goal: 'list', app: listPage(hall), floor: get('/list') },
    { goal: 'unchanged', app: await unchangedPage(hall, app.url), floor: get('/hello') },
    { goal: 'item', app: itemPages(hall), floor: get(...hall.issues.slice(0, 500).map((no) => `/item/${no}`)) },
    { goal: 'file', app: filings(hall, app.url), floor: insert },
    { goal: 'vote', app: await votes(hall, app.url), floor: insert },
  ]
  const targets: Target[] = pairs.map((pair) => ({ ...pair, rounds: [], happened: [] }))
  // Programs that have just started are slow: what is asked for is how they are after a minute.
  for (const target of targets) {
    await loadOn(floor, target.floor, size.warmUp)
    await loadOn(app, target.app, size.warmUp)
  }
  for (let round = 0; round < size.rounds; round++) {
    for (const target of targets) {
      const bare = await perRequest(run, floor, target.floor, `${target.goal}, floor`)
      const ours = await perRequest(run, app, target.app, target.goal)
      target.rounds.push({ app: ours.ms, floor: bare.ms })
      target.happened.push(ours.happened, bare.happened)
    }
  }
  const wrong: string[] = []
  for (const { goal, rounds, happened } of targets) {
    const failed = happened.reduce((sum, each) => sum + each.failed, 0)
    if (failed > 0) wrong.push(`${failed} requests of "${goal}" failed`)
    tell(judge(goal, rounds, noteOf(happened.filter((_, i) => i % 2 === 0))))
  }
  return { asides: [], wrong }
}

const loadOn = ({ url }: Server, what: Requests, { requests, seconds }: { requests: number; seconds: number }) =>
  load({ url, requestsAtMost: requests, seconds, connections, ...what })

async function perRequest(run: Run, server: Server, requests: Requests, what: string) {
  const watched = { server: server.pid, database: run.database.pid }
  const { result, cpu, foreign } = await costOf(watched, () => loadOn(server, requests, run.size))
  run.seen.push({ what, foreign, clientBusy: result.clientBusy })
  return { ms: (cpu * 1000) / result.requests, happened: result }
}

function noteOf(happened: Happened[]): string {
  const of = (what: keyof Happened) => mean(happened.map((each) => each[what]))
  return `${short(of('perSecond'))}/s, p50 ${short(of('p50'))} ms, p99 ${short(of('p99'))} ms, ${short(of('bytes') / 1024)} KB`
}
