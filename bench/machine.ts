import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the bench needs of the machine: free ports, a PostgreSQL of its own, processes it can stop, CPU it can read. */

export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Seconds of CPU that a process and everything below it have used, finished children included. */
export function cpuSeconds(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + ticksOf(each), 0) / 100
}

/** Proportional memory of one process in MB. */
export function memoryMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === '' ? [] : children.split(' ').map(Number).flatMap((child) => [child, ...descendants(child)])
  } catch {
    return []
  }
}

function ticksOf(pid: number): number {
  try {
    // After the name in brackets: utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0)
  } catch {
    return 0
  }
}

export interface Server {
  url: string
  /** The postmaster, where we may read its CPU. */
  pid: number | null
  stop(): void
}

/** BENCH_DATABASE_URL, or a PostgreSQL started for this run and gone after it. */
export async function database(url: string | undefined): Promise<Server> {
  if (url) return { url, pid: null, stop: () => {} }
  const bin = postgresBin()
  const dir = mkdtempSync(join(tmpdir(), 'wt-bench-pg-'))
  const port = await freePort()
  // PostgreSQL refuses to run as root, so a root run hands the folder to the user its package made.
  const asRoot = process.getuid?.() === 0
  const run = (command: string, ...args: string[]) => (asRoot ? ['runuser', '-u', 'postgres', '--', command, ...args] : [command, ...args])
  if (asRoot) spawnSync('chown', ['postgres', dir])
  must(run(join(bin, 'initdb'), '-D', join(dir, 'data'), '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'))
  const [command = '', ...args] = run(join(bin, 'postgres'), '-D', join(dir, 'data'), '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=100')
  const child = spawn(command, args, { stdio: 'ignore' })
  await untilAnswers(port)
  const pid = Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid,
    stop() {
      child.on('exit', () => rmSync(dir, { recursive: true, force: true }))
      process.kill(pid, 'SIGINT') // fast shutdown
    },
  }
}

function postgresBin(): string {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => `/usr/lib/postgresql/${version}/bin`), ...(process.env.PATH ?? '').split(':')]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
  if (!found) throw new Error('No PostgreSQL found: install it, or set BENCH_DATABASE_URL.')
  return found
}

function must([command = '', ...args]: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
}

async function untilAnswers(port: number): Promise<void> {
  const { default: pg } = await import('pg')
  for (let attempt = 0; attempt < 200; attempt++) {
    const client = new pg.Client(`postgres://postgres@127.0.0.1:${port}/postgres`)
    const up = await client.connect().then(
      () => true,
      () => false,
    )
    if (up) return client.end()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('PostgreSQL did not start')
}

export interface Started {
  process: ChildProcess
  pid: number
  url: string
  /** From exec to the first 200, in milliseconds. */
  startMs: number
}

/** Starts a server of ours and waits for its first 200 at `path`. */
export async function start(script: string, env: Record<string, string>, path: string): Promise<Started> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH ?? '', ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`)
    const up = await fetch(url + path).then(
      (reply) => reply.ok,
      () => false,
    )
    if (up) break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { process: child, pid: child.pid ?? 0, url, startMs: performance.now() - began }
}

export async function stop(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (started.process.exitCode !== null) return
  const ended = new Promise((resolve) => started.process.once('exit', resolve))
  started.process.kill(signal)
  await ended
}
