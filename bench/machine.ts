import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** What the bench needs of the machine: processes and folders that are gone afterwards, a PostgreSQL, CPU it can read. */

const undone: (() => Promise<unknown>)[] = []
const running = new Set<number>()
const folders = new Set<string>()

/** Remembers what to undo; the last begun is undone first. */
export const atEnd = (act: () => Promise<unknown>): void => void undone.push(act)

/** Stops and removes everything this run began, however it ends. */
export async function tidy(): Promise<void> {
  for (let act = undone.pop(); act; act = undone.pop()) await act().catch(() => {})
}

// The last resort, also when tidying itself fails: nothing of ours outlives the run.
process.on('exit', () => {
  for (const pid of running) signal(pid, 'SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wt-bench-'))
  folders.add(folder)
  return folder
}

/** Starts a process that ends with the run. */
export function begin(command: string, args: string[], options: Parameters<typeof spawn>[2] = {}): ChildProcess {
  const child = spawn(command, args, options)
  const { pid } = child
  if (pid !== undefined) {
    running.add(pid)
    child.once('exit', () => running.delete(pid))
  }
  atEnd(() => end(child, 'SIGTERM'))
  return child
}

/** Ends a process and waits for it; one that does not listen is killed after five seconds. */
export async function end(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(how)
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(late)
}

function signal(pid: number, how: NodeJS.Signals): void {
  try {
    process.kill(pid, how)
  } catch {
    // It ended by itself.
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Seconds of CPU that these processes and everything below them have used, finished children included. */
export function cpuSeconds(...pids: number[]): number {
  const all = new Set(pids.flatMap((pid) => [pid, ...descendants(pid)]))
  return [...all].reduce((sum, pid) => sum + secondsOf(pid), 0)
}

/** Seconds of CPU that the whole machine has been busy. */
export function machineSeconds(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 8).map(Number)
  return [user, nice, system, irq, softirq].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) / 100
}

/** Proportional memory of one process in MB. */
export function memoryMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === '' ? [] : children.split(' ').flatMap((child) => [Number(child), ...descendants(Number(child))])
  } catch {
    return []
  }
}

function secondsOf(pid: number): number {
  try {
    // After the name in brackets: utime, stime, cutime and cstime are fields 14 to 17 of proc(5), in hundredths.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / 100
  } catch {
    return 0
  }
}

export interface Postgres {
  /** A database of this run's own. */
  url: string
  version: string
  /** The postmaster, when it runs on this machine: its CPU belongs to the figures. */
  pid: number | null
}

/** A database on the server at `url`, dropped afterwards; without one, on a PostgreSQL started for this run alone. */
export async function database(url: string | undefined): Promise<Postgres> {
  const server = url ?? (await ownServer())
  const own = await freshDatabase(server, 'main')
  return asAdmin(server, async (admin) => {
    const { rows } = await admin.query("select pg_backend_pid() as pid, current_setting('server_version') as version")
    return { url: own.url, version: rows[0].version, pid: parentOf(rows[0].pid) }
  })
}

/** One more database beside the one at `url`; gone when it is dropped, or at the end. */
export async function freshDatabase(url: string, name: string): Promise<{ url: string; drop(): Promise<unknown> }> {
  const database = `wt_bench_${process.pid}_${name}`
  await asAdmin(url, (admin) => admin.query(`create database ${database}`))
  const server = new URL(url)
  server.pathname = '/postgres'
  const drop = () => asAdmin(server.href, (admin) => admin.query(`drop database if exists ${database} with (force)`))
  atEnd(drop)
  const own = new URL(url)
  own.pathname = `/${database}`
  return { url: own.href, drop }
}

async function asAdmin<R>(url: string, act: (admin: pg.Client) => Promise<R>): Promise<R> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  return act(admin).finally(() => admin.end())
}

/** The postmaster above a backend, if this machine knows that process as one of PostgreSQL. */
function parentOf(backend: number): number | null {
  try {
    const [, name, , parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${backend}/stat`, 'utf8')) ?? []
    return name?.startsWith('postgres') ? Number(parent) : null
  } catch {
    return null
  }
}

async function ownServer(): Promise<string> {
  const bin = postgresFolder()
  const folder = temporaryFolder()
  const data = join(folder, 'data')
  const port = await freePort()
  // PostgreSQL refuses to run as root, so a root run hands the folder to the user its package made.
  const root = process.getuid?.() === 0
  const [as, ...before] = root ? ['runuser', '-u', 'postgres', '--'] : []
  const command = (name: string, args: string[]) =>
    as ? { name: as, args: [...before, join(bin, name), ...args] } : { name: join(bin, name), args }
  if (root) spawnSync('chown', ['postgres', folder])
  chmodSync(folder, 0o755)
  const made = command('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'])
  const { status, stderr } = spawnSync(made.name, made.args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)
  // Everything else at its defaults: fsync on, synchronous_commit on.
  const options = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1']
  const server = command('postgres', options)
  const child = begin(server.name, server.args, { stdio: 'ignore' })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 400) throw new Error('the PostgreSQL of this run did not start')
    const up = await asAdmin(url, async () => true).catch(() => false)
    if (up) break
    await pause(50)
  }
  const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  running.add(postmaster)
  atEnd(async () => {
    signal(postmaster, 'SIGINT') // "fast": it does not wait for clients
    for (let attempt = 0; attempt < 200 && existsSync(join(data, 'postmaster.pid')); attempt++) await pause(50)
    running.delete(postmaster)
  })
  return url
}

function postgresFolder(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [...versions.map((version) => `${debian}/${version}/bin`), ...(process.env.PATH ?? '').split(':')]
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
  if (!found) throw new Error('there is no PostgreSQL server here: install one, or set BENCH_DATABASE_URL')
  return found
}

export interface Server {
  child: ChildProcess
  pid: number
  port: number
  url: string
  /** From exec to the first 200, in milliseconds. */
  startMs: number
}

/** Starts one of our servers and waits for its first 200 at `path`; `port` to come back where it was. */
export async function serve(script: string, env: Record<string, string>, path: string, port?: number): Promise<Server> {
  const at = port ?? (await freePort())
  const url = `http://127.0.0.1:${at}`
  const began = performance.now()
  const child = begin(process.execPath, [script], {
    env: { PATH: process.env.PATH ?? '', ...env, PORT: String(at) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`)
    const answer = await fetch(url + path, { headers: { connection: 'close' } }).catch(() => null)
    await answer?.arrayBuffer()
    if (answer?.ok) break
    if (performance.now() - began > 120_000)
      throw new Error(`${path} answered ${answer?.status ?? 'nothing'} for two minutes`)
    await pause(3)
  }
  return { child, pid: child.pid ?? 0, port: at, url, startMs: performance.now() - began }
}
