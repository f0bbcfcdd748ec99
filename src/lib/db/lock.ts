import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
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
    const server = await listen(path, answer)
    if (server) return { release: () => server.close() }
    if (await isAlive(path)) throw new EmbeddedInUse(dataDir)
    rmSync(path, { force: true }) // left by a process that was killed
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

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.end()
      done(true)
    })
    socket.on('error', () => done(false))
  })
}

/** A socket's path may hold about 100 bytes, so a deep folder is named by its hash in the temp folder of Windows' pipes. */
function socketPath(dataDir: string): string {
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\wutong-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 24)}`
  }
  return join(resolve(dataDir), 'in-use.sock')
}
