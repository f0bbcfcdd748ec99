import { randomUUID } from 'node:crypto'
import { connect as knock } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type RawData, WebSocket } from 'ws'

/** A hall full of phones, in a process of its own: reads one command a line, as JSON, and answers each with a line. */
export interface Commands {
  /** Opens a socket for each cookie and waits until each has got its first frame. */
  connect: { url: string; cookies: string[] }
  /** Sets off a broadcast by `sql`, `times` times, and waits for the last socket to get a frame with `marker` each time. */
  broadcast: { times: number; databaseUrl: string; sql: string; marker: string }
  /**
   * Every socket votes, and again as soon as it is answered, `rounds` times or as often as the seconds allow. A vote
   * counts when its answer holds `counted`.
   */
  vote: { ballot: number; rounds: number; seconds: number; counted: string; refused: string }
  /** After the server died: waits for it to come back and opens all sockets again. */
  back: { sinceEpochMs: number }
  close: Record<string, never>
}

export interface Answers {
  connect: { ms: number; open: number }
  /** `spread`: from the first socket that heard to the last, median; `lost`: frames that never came. */
  broadcast: { heard: number; lost: number; spreadMs: number; bytes: number }
  vote: { acked: number; refused: number; ms: number; p50: number; p99: number }
  back: { ms: number; open: number }
  close: { open: number }
}

type Command = { [C in keyof Commands]: Commands[C] & { do: C } }[keyof Commands]

const group = 200
const patience = 20_000
let sockets: WebSocket[] = []
let target: Commands['connect'] = { url: '', cookies: [] }
/** What a socket does with a frame, by its place in the hall. */
const onFrame: ((data: Buffer) => void)[] = []

for await (const text of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage()
  const began = performance.now()
  const answer = await obey(JSON.parse(text))
  const used = process.cpuUsage(before)
  const clientBusy = (used.user + used.system) / 1000 / (performance.now() - began)
  process.stdout.write(`${JSON.stringify({ ...answer, clientBusy })}\n`)
}
process.exit(0)

async function obey(command: Command): Promise<object> {
  switch (command.do) {
    case 'connect':
      target = command
      return connectAll()
    case 'broadcast':
      return broadcast(command)
    case 'vote':
      return vote(command)
    case 'back':
      return back(command)
    case 'close':
      return closeAll()
  }
}

async function connectAll(): Promise<Answers['connect']> {
  const began = performance.now()
  sockets = []
  // In groups, as phones come: not all in one tick.
  for (let from = 0; from < target.cookies.length; from += group) {
    await Promise.all(target.cookies.slice(from, from + group).map((cookie, i) => connectOne(from + i, cookie)))
  }
  return { ms: performance.now() - began, open: openNow() }
}

function openNow(): number {
  return sockets.filter((socket) => socket.readyState === WebSocket.OPEN).length
}

/** Resolves with the first frame: an open socket that was told nothing yet is not in sync. */
function connectOne(at: number, cookie: string): Promise<void> {
  return new Promise((done) => {
    const origin = new URL(target.url.replace(/^ws/, 'http')).origin
    const headers = { origin, ...(cookie && { cookie }) }
    const socket = new WebSocket(target.url, { headers, perMessageDeflate: false })
    sockets[at] = socket
    onFrame[at] = () => done()
    socket.on('message', (data: RawData) => onFrame[at]?.(data as Buffer))
    socket.on('error', () => done())
    socket.on('close', () => done())
  })
}

async function broadcast({ times, databaseUrl, sql, marker }: Commands['broadcast']): Promise<Answers['broadcast']> {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  const spreads: number[] = []
  let heard = 0
  let bytes = 0
  for (let round = 0; round < times; round++) {
    const told = new Set<number>()
    let first = 0
    const all = new Promise<void>((done) => {
      sockets.forEach((_, at) => {
        onFrame[at] = (data) => {
          if (!data.includes(marker)) return
          if (told.size === 0) first = performance.now()
          told.add(at)
          bytes = data.length
          if (told.size === sockets.length) done()
        }
      })
    })
    await database.query(sql)
    await Promise.race([all, pause(patience, undefined, { ref: false })])
    spreads.push(performance.now() - first)
    heard += told.size
  }
  await database.end()
  return { heard, lost: times * sockets.length - heard, spreadMs: median(spreads), bytes }
}

async function vote({ ballot, rounds, seconds, counted, refused }: Commands['vote']): Promise<Answers['vote']> {
  const waits: number[] = []
  let acked = 0
  let sentAll = 0
  const began = performance.now()
  const castAll = async (socket: WebSocket, at: number) => {
    for (let round = 0; round < rounds && performance.now() - began < seconds * 1000; round++) {
      const choice = (['for', 'against', 'abstain'] as const)[(at + round) % 3]
      const sent = performance.now()
      const answered = new Promise<boolean>((done) => {
        onFrame[at] = (data) => {
          if (data.includes(counted)) done(true)
          else if (data.includes(refused)) done(false)
        }
      })
      sentAll++
      socket.send(JSON.stringify({ ballot: String(ballot), choice, key: randomUUID() }))
      if (await answered) acked++
      waits.push(performance.now() - sent)
    }
  }
  await Promise.race([Promise.all(sockets.map(castAll)), pause(seconds * 1000 + patience, undefined, { ref: false })])
  const ms = performance.now() - began
  waits.sort((a, b) => a - b)
  const at = (part: number) => waits[Math.floor(waits.length * part)] ?? 0
  return { acked, refused: sentAll - acked, ms, p50: at(0.5), p99: at(0.99) }
}

/** One scout knocks until somebody opens; what is measured is the house, not the patience of phones. */
async function back({ sinceEpochMs }: Commands['back']): Promise<Answers['back']> {
  const { hostname, port } = new URL(target.url)
  const answers = () =>
    new Promise<boolean>((done) => {
      const scout = knock(Number(port), hostname, () => {
        scout.destroy()
        done(true)
      })
      scout.on('error', () => done(false))
    })
  while (!(await answers()) && Date.now() - sinceEpochMs < patience) await pause(5)
  const { open } = await connectAll()
  return { ms: Date.now() - sinceEpochMs, open }
}

async function closeAll(): Promise<Answers['close']> {
  for (const socket of sockets) socket.terminate()
  while (openNow() > 0) await pause(10)
  sockets = []
  return { open: 0 }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
