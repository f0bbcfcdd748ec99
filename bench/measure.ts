import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Happened, Plan } from './load.ts'
import { begin, cpuSeconds, end, machineSeconds } from './machine.ts'
import type { Evening, HandedIn } from './phone.ts'
import type { Answers, Commands } from './sockets.ts'

/** Runs something and reads what it cost the watched processes. The load itself always runs in another process. */

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Whose CPU counts: the server under test, and the database where we may read it. */
export interface Watched {
  server: number
  database: number | null
}

export interface Cost<R> {
  result: R
  /** Seconds of CPU of server and database together. */
  cpu: number
  /** Cores that others on this machine kept busy meanwhile. */
  foreign: number
}

export async function costOf<R>({ server, database }: Watched, act: () => Promise<R>): Promise<Cost<R>> {
  const watched = database === null ? [server] : [server, database]
  const ours = () => cpuSeconds(process.pid, ...watched)
  const before = { cpu: cpuSeconds(...watched), ours: ours(), machine: machineSeconds(), at: performance.now() }
  const result = await act()
  const seconds = (performance.now() - before.at) / 1000
  const foreign = (machineSeconds() - before.machine - (ours() - before.ours)) / seconds
  return { result, cpu: cpuSeconds(...watched) - before.cpu, foreign: Math.max(0, foreign) }
}

/** One load over HTTP. */
export const load = (plan: Plan): Promise<Happened> => apart('load.ts', plan)

/** Phones that hand in what they kept. */
export const handIn = (evening: Evening): Promise<HandedIn> => apart('phone.ts', evening)

/** A plan for a process of its own, and the one line it says when it is done. */
async function apart<R>(name: string, plan: object): Promise<R> {
  const child = begin(process.execPath, [script(name)], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin?.end(JSON.stringify(plan))
  const said = child.stdout ? await text(child.stdout) : ''
  if (child.exitCode === null) await once(child, 'exit')
  if (said === '') throw new Error(`${name} ended without a figure`)
  return JSON.parse(said)
}

export interface Crowd {
  ask<C extends keyof Commands>(what: C, command: Commands[C]): Promise<Answers[C] & { clientBusy: number }>
  leave(): Promise<void>
}

/** A hall full of phones; asked one thing at a time. */
export function gather(): Crowd {
  const child = begin(process.execPath, [script('sockets.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (!child.stdin || !child.stdout) throw new Error('the hall has no doors')
  const { stdin } = child
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(what, command) {
      stdin.write(`${JSON.stringify({ do: what, ...command })}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`the hall went away at "${what}"`)
      return JSON.parse(value)
    },
    leave: () => end(child, 'SIGTERM'),
  }
}
