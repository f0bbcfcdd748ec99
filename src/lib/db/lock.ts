import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Lock {
  release(): void
}

/** Thrown when another process holds the embedded database; `ask` speaks to that process. */
export class EmbeddedInUse extends Error {
  constructor(dataDir: string) {
    super(`the embedded database in ${dataDir} is in use by another process`)
  }
}

/**
 * Takes the embedded database for this process, or throws EmbeddedInUse. The lock is a socket that the holder listens
 * on: it dies with its process, so a crash leaves nothing that blocks the next start, and it carries questions.
 */
export async function lockEmbedded(dataDir: string, answer = async (_: string) => ''): Promise<Lock> {
  const path = socketPath(dataDir)
  for (let attempt = 0; attempt < 3; attempt++) {
    const found = identity(path)
    const server = await listen(path, answer)
    if (server) return { release: () => server.close() }
    if (await isAlive(path)) throw new EmbeddedInUse(dataDir)
    // Left by a process that was killed. Of two that find it the slower must not remove what the faster put there since.
    if (identity(path) === found) rmSync(path, { force: true })
  }
  throw new EmbeddedInUse(dataDir)
}

/** Asks the process that holds the embedded database; null when nobody holds it. */
export async function askHolder(dataDir: string, question: string): Promise<string | null> {
  return new Promise((done) => {
    const socket = connect(socketPath(dataDir))
    let text = ''
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.end(question))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => done(text))
    socket.on('error', () => done(null))
  })
}

function listen(path: string, answer: (question: string) => Promise<string>): Promise<Server | null> {
  return new Promise((done, fail) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let question = ''
      socket.setEncoding('utf8')
      socket.on('data', (chunk) => {
        question += chunk
      })
      socket.on('error', () => {})
      socket.on('end', () => {
        if (!question) return void socket.end()
        answer(question).then(
          (text) => socket.end(text),
          () => socket.end(),
        )
      })
    })
    server.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(null) : fail(error)))
    server.listen(path, () => done(server))
  })
}

/** Which socket lies there, if any: a file system may give the next one the same number, but not the same moment. */
function identity(path: string): string {
  if (process.platform === 'win32') return '' // a pipe is gone with its process
  const file = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return file ? `${file.ino} ${file.ctimeNs}` : ''
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.end()
      done(true)
    })
    socket.on('error', () => done(false))
  })
}

/** A socket's path may hold about 100 bytes and is cut off without an error: a deep folder is named by its hash. */
function socketPath(dataDir: string): string {
  const folder = resolve(dataDir)
  const name = `wutong-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  const beside = join(folder, 'in-use.sock')
  if (Buffer.byteLength(beside) <= 100) return beside
  // A folder of this user's own, so that nobody else of the machine can answer in our name.
  const own = join(tmpdir(), `wutong-${process.getuid?.() ?? 0}`)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return join(own, `${name}.sock`)
}
