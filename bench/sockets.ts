import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

/**
 * A room full of phones, in a process of its own. Reads one JSON command a line and answers each with one:
 *   {do:'connect', url, origin, cookies}      opens a socket per cookie → {ms, open}
 *   {do:'watch', marker}                      waits until every socket has received a frame containing marker → {ms: last receiver}
 *   {do:'vote', ballot, rounds}               every socket votes, again as soon as it is acknowledged → {acks, ms, p50, p99, refused}
 *   {do:'away'}                               → {ms} when every socket has come back by itself (it reconnects like htmx does)
 */
let sockets: WebSocket[] = []
let heard: (html: string, at: number) => void = () => {}
let target = { url: '', origin: '', cookies: [] as string[] }

const lines = createInterface({ input: process.stdin })
for await (const text of lines) {
  const command = JSON.parse(text)
  const answer = await obey(command)
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if (command.do === 'end') break
}
process.exit(0)

async function obey(command: Record<string, unknown>): Promise<object> {
  switch (command.do) {
    case 'connect': {
      target = command as unknown as typeof target
      return connectAll()
    }
    case 'watch':
      return watch(String(command.marker))
    case 'vote':
      return vote(Number(command.ballot), Number(command.rounds))
    case 'away':
      return comeBack()
    default:
      for (const socket of sockets) socket.terminate()
      return {}
  }
}

async function connectAll(): Promise<object> {
  const began = performance.now()
  sockets = new Array(target.cookies.length)
  // In groups, as phones come: not all SYNs in one tick.
  for (let from = 0; from < target.cookies.length; from += 200) {
    await Promise.all(target.cookies.slice(from, from + 200).map((cookie, at) => connectOne(from + at, cookie)))
  }
  return { ms: performance.now() - began, open: sockets.filter((socket) => socket.readyState === socket.OPEN).length }
}

function connectOne(at: number, cookie: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = new WebSocket(target.url, { headers: { origin: target.origin, ...(cookie && { cookie }) }, perMessageDeflate: false })
    sockets[at] = socket
    socket.on('open', () => done(true))
    socket.on('error', () => done(false))
    socket.on('message', (data, isBinary) => {
      if (!isBinary) listeners[at]?.(data.toString())
      heard(data.toString(), performance.now())
    })
  })
}

const listeners: (((html: string) => void) | undefined)[] = []

function watch(marker: string): Promise<object> {
  return new Promise((done) => {
    let missing = sockets.length
    let last = 0
    const began = performance.now()
    const timer = setTimeout(() => done({ ms: null, missing }), 15_000)
    heard = (html, at) => {
      if (!html.includes(marker)) return
      last = at - began
      if (--missing > 0) return
      clearTimeout(timer)
      heard = () => {}
      done({ ms: last, missing: 0 })
    }
    process.stderr.write('') // the watcher is ready; the parent sends after this line is answered by the next command
  })
}

async function vote(ballot: number, rounds: number): Promise<object> {
  const waits: number[] = []
  let refused = 0
  const began = performance.now()
  await Promise.all(
    sockets.map(async (socket, at) => {
      for (let round = 0; round < rounds; round++) {
        const choice = (['for', 'against', 'abstain'] as const)[(at + round) % 3]
        const sent = performance.now()
        const answer = new Promise<string>((done) => {
          listeners[at] = (html) => (html.includes(`"booth-${ballot}"`) || html.includes(`"booth-note-${ballot}"`)) && done(html)
        })
        socket.send(JSON.stringify({ ballot: String(ballot), choice, key: randomUUID() }))
        const html = await answer
        if (!html.includes(`id="booth-${ballot}"`)) refused++
        waits.push(performance.now() - sent)
      }
    }),
  )
  const ms = performance.now() - began
  waits.sort((a, b) => a - b)
  return { acks: waits.length - refused, refused, ms, p50: waits[Math.floor(waits.length * 0.5)], p99: waits[Math.floor(waits.length * 0.99)], max: waits.at(-1) }
}

/** After the server died: every phone tries again with a random pause until it is back. */
async function comeBack(): Promise<object> {
  const began = performance.now()
  let lastTry = 0
  await Promise.all(
    target.cookies.map(async (cookie, at) => {
      for (let attempt = 0; !(await connectOne(at, cookie)); attempt++) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1000, 100 * 2 ** attempt)))
      }
      lastTry = performance.now() - began
    }),
  )
  return { ms: lastTry, open: sockets.filter((socket) => socket.readyState === socket.OPEN).length }
}
