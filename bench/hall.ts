import pg from 'pg'
import { memoryMb } from './machine.ts'
import { type Crowd, costOf, gather } from './measure.ts'
import { judge, mean, type Rounds, short } from './report.ts'
import type { Part, Run } from './run.ts'

/** Goals 5 and 8: a hall of phones that vote over their sockets and see the count move. */

export const liveUrl = ({ app, hall }: Run): string =>
  `ws${app.url.slice(4)}${hall.home}/live?topic=count:${hall.meetingNo}&locale=zh`

export const cookiesOf = ({ hall, size }: Run): string[] =>
  hall.doors.slice(0, size.sockets).map((cookie) => `lang=zh; ${cookie}`)

export const nobodys = ({ size }: Run): string[] => Array.from({ length: size.sockets }, () => '')

export const inTheHall: Part = async (run, tell) => {
  const crowd = gather()
  const wrong: string[] = []
  const asides: string[] = []
  try {
    await burst(run, crowd, tell, wrong)
    await fanOut(run, crowd, tell, wrong, asides)
  } finally {
    await crowd.leave()
  }
  return { asides, wrong }
}

type Told = Parameters<Part>[1]

async function burst(run: Run, crowd: Crowd, tell: Told, wrong: string[]): Promise<void> {
  const { app, floor, hall, size } = run
  const ours = { url: liveUrl(run), cookies: cookiesOf(run) }
  const bare = { url: `ws${floor.url.slice(4)}/live`, cookies: nobodys(run) }
  const hot = { url: `ws${floor.url.slice(4)}/hot`, cookies: nobodys(run) }
  const answers = { counted: `id="booth-${hall.ballotNo}"`, refused: `booth-note-${hall.ballotNo}` }
  const plain = { counted: 'counted', refused: 'refused' }

  const vote = async (what: string, server: number, at: typeof ours, words: typeof plain, rounds: number) => {
    const { open } = await crowd.ask('connect', at)
    if (open < size.sockets) wrong.push(`only ${open} sockets opened for "${what}"`)
    const watched = { server, database: run.database.pid }
    const command = { ballot: hall.ballotNo, rounds, seconds: size.seconds, ...words }
    const { result, cpu, foreign } = await costOf(watched, () => crowd.ask('vote', command))
    await crowd.ask('close', {})
    run.seen.push({ what, foreign, clientBusy: result.clientBusy })
    if (result.refused > 0) wrong.push(`${result.refused} votes of "${what}" were not counted`)
    return { ...result, perSecond: (result.acked * 1000) / result.ms, cpu: (cpu * 1000) / result.acked }
  }

  await vote('warming up', floor.pid, bare, plain, 2)
  await vote('warming up', app.pid, ours, answers, 2)
  const batched: Rounds = []
  const oneByOne: Rounds = []
  const seen: Awaited<ReturnType<typeof vote>>[] = []
  const allAtOnce: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    const there = await vote('votes over sockets, floor', floor.pid, bare, plain, size.votes)
    const before = await decisions(run)
    const here = await vote('votes over sockets', app.pid, ours, answers, size.votes)
    const once = await vote('everybody at once', app.pid, ours, answers, 1)
    const written = (await decisions(run)) - before
    if (written !== here.acked + once.acked)
      wrong.push(`${here.acked + once.acked} votes were acknowledged, ${written} are there`)
    const slow = await vote('a hot row, floor', floor.pid, hot, plain, 1)
    batched.push({ app: here.perSecond, floor: there.perSecond })
    oneByOne.push({ app: here.perSecond, floor: slow.perSecond })
    seen.push(here)
    allAtOnce.push(once.ms)
  }
  const of = (what: 'cpu' | 'p99') => short(mean(seen.map((each) => each[what])))
  const hall1 = `${size.sockets.toLocaleString('en')} at once ${short(mean(allAtOnce))} ms`
  tell(judge('burst', batched, `p99 ${of('p99')} ms, ${hall1}, ${of('cpu')} ms CPU a vote`))
  tell(judge('hot', oneByOne, 'floor: a transaction a vote, one row of totals'))
}

/** How often all voters together have decided. */
async function decisions({ database, hall }: Run): Promise<number> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query(
    'select coalesce(sum(rev), 0)::int as n from votes join ballots b on b.id = ballot_id and b.no = $1',
    [hall.ballotNo],
  )
  await client.end()
  return rows[0].n
}

async function fanOut(run: Run, crowd: Crowd, tell: Told, wrong: string[], asides: string[]): Promise<void> {
  const { app, floor, hall, size, database } = run
  const html = await (await fetch(`${app.url}${hall.home}/ballots/${hall.ballotNo}/count`)).text()
  const headers = { 'content-type': 'application/json' }
  await fetch(`${floor.url}/frame`, { method: 'POST', headers, body: JSON.stringify({ html }) })

  // A voter changes her mind, as the casting statement would write it; what a vote costs is measured above.
  const changed = `update votes set choice = case choice when 'for' then 'against' else 'for' end, rev = rev + 1
    where ballot_id = (select id from ballots where no = ${hall.ballotNo}) and voter_id = (select min(voter_id) from votes);
    select pg_notify('changed', '${hall.communityId} count:${hall.meetingNo}')`
  const ours = { url: liveUrl(run), cookies: cookiesOf(run) }
  const bare = { url: `ws${floor.url.slice(4)}/live`, cookies: nobodys(run) }

  const send = async (what: string, server: number, at: typeof ours, sql: string, marker: string) => {
    await crowd.ask('connect', at)
    const command = { databaseUrl: database.url, sql, marker }
    await crowd.ask('broadcast', { ...command, times: 3 })
    const watched = { server, database: null }
    const { result, cpu, foreign } = await costOf(watched, () =>
      crowd.ask('broadcast', { ...command, times: size.broadcasts }),
    )
    if (server === app.pid) memory.push(memoryMb(server))
    await crowd.ask('close', {})
    run.seen.push({ what, foreign, clientBusy: result.clientBusy })
    if (result.lost > 0) wrong.push(`${result.lost} frames of "${what}" never came`)
    return { ...result, micros: (cpu * 1e6) / result.heard }
  }

  const cost: Rounds = []
  const spread: Rounds = []
  const memory: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    const there = await send('fan-out, floor', floor.pid, bare, "select pg_notify('floor', '')", 'count-')
    const here = await send('fan-out', app.pid, ours, changed, 'id="count-')
    cost.push({ app: here.micros, floor: there.micros })
    spread.push({ app: here.spreadMs, floor: there.spreadMs })
  }
  const sockets = `${size.sockets.toLocaleString('en')} sockets`
  tell(judge('delivery', cost, `${sockets}, ${short(html.length / 1024)} KB a frame, with reading and drawing it`))
  tell(judge('last', spread, sockets))
  asides.push(`Memory with ${sockets} open: ${short(mean(memory))} MB (PSS)`)
}
