import { setTimeout as pause } from 'node:timers/promises'
import { cookiesOf, liveUrl, nobodys } from './hall.ts'
import { end, memoryMb, type Server } from './machine.ts'
import { gather } from './measure.ts'
import { judge, mean, type Rounds, short } from './report.ts'
import type { Part, Run } from './run.ts'

/** Goal 10: from exec to the first page, and from a kill to everybody back. */
export const startingUp: Part = async (run, tell) => {
  const starts: Rounds = []
  const memory: number[] = []
  for (let round = 0; round < run.size.starts; round++) {
    const floor = await run.startFloor()
    await end(floor.child, 'SIGTERM')
    const app = await run.startApp()
    await pause(500)
    memory.push(memoryMb(app.pid))
    await end(app.child, 'SIGTERM')
    starts.push({ app: app.startMs, floor: floor.startMs })
  }
  tell(judge('start', starts, `${run.size.starts} starts each, the database up`))

  const wrong: string[] = []
  const back: Rounds = []
  for (let round = 0; round < run.size.rounds; round++) {
    const bare = `ws${run.floor.url.slice(4)}/live`
    const there = await comeBack(run.floor, run.startFloor, { url: bare, cookies: nobodys(run) }, wrong)
    run.floor = there.server
    const here = await comeBack(run.app, run.startApp, { url: liveUrl(run), cookies: cookiesOf(run) }, wrong)
    run.app = here.server
    back.push({ app: here.ms, floor: there.ms })
  }
  tell(judge('back', back, `${run.size.sockets.toLocaleString('en')} sockets, each with its first frame`))
  return { asides: [`Memory after a start: ${short(mean(memory))} MB (PSS)`], wrong }
}

async function comeBack(
  server: Server,
  again: Run['startApp'],
  hall: { url: string; cookies: string[] },
  wrong: string[],
): Promise<{ ms: number; server: Server }> {
  const crowd = gather()
  try {
    await crowd.ask('connect', hall)
    await end(server.child, 'SIGKILL')
    const back = crowd.ask('back', { sinceEpochMs: Date.now() })
    const next = await again(server.port)
    const { ms, open } = await back
    if (open < hall.cookies.length) wrong.push(`${hall.cookies.length - open} sockets did not come back`)
    return { ms, server: next }
  } finally {
    await crowd.leave()
  }
}
