import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { fill } from './data.ts'
import { inTheHall } from './hall.ts'
import { overHttp } from './http.ts'
import { reckoned } from './listening.ts'
import { database, serve, temporaryFolder, tidy } from './machine.ts'
import { offline } from './offline.ts'
import { onAPhone } from './pages.ts'
import { heading, type Line, short, told } from './report.ts'
import type { Part, Run, Size } from './run.ts'
import { bySize } from './sizes.ts'
import { startingUp } from './starting.ts'

/**
 * `npm run bench`: what the app costs beside a floor that does only the one thing, measured in the same run, one line a
 * goal; the same as JSON in bench/report.json. `--full` fills the hall with 10,000 sockets and the town with 1,000,000
 * matters. Names after it are the parts to run: `npm run bench -- sizes pages`. See docs/performance.md.
 */
const full = process.argv.includes('--full')
const parts: Record<string, Part> = {
  http: overHttp,
  hall: inTheHall,
  starting: startingUp,
  listening: reckoned,
  pages: onAPhone,
  offline,
  sizes: bySize,
}
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))

const size: Size = {
  sockets: full ? 10_000 : 1_000,
  rounds: full ? 3 : 2,
  requests: full ? 20_000 : 8_000,
  seconds: full ? 10 : 5,
  warmUp: { requests: 3_000, seconds: 8 },
  votes: full ? 6 : 20,
  broadcasts: 20,
  starts: full ? 5 : 3,
  towns: [1_000, full ? 1_000_000 : 100_000],
  visits: 10_000,
}
/** A run that takes longer than this is broken and ends itself. */
const mostMinutes = full ? 60 : 20

const say = (text: string) => void process.stdout.write(`${text}\n`)
let over = false

async function stop(reason: string, code: number): Promise<never> {
  if (over) process.exit(code)
  over = true
  say(`\n${reason} Stopping what was started…`)
  await tidy()
  process.exit(code)
}
process.on('SIGINT', () => void stop('Interrupted.', 130))
process.on('SIGTERM', () => void stop('Told to stop.', 143))
setTimeout(() => void stop(`Took more than ${mostMinutes} minutes.`, 1), mostMinutes * 60_000).unref()

try {
  const wrong = await bench()
  if (wrong.length > 0) say(`\nNot right: ${wrong.join('; ')}. Figures of a run with wrong answers mean nothing.`)
  process.exitCode = wrong.length > 0 ? 1 : 0
} catch (error) {
  if (!over) say(`\nThe bench failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  if (!over) await tidy()
}

async function bench(): Promise<string[]> {
  const began = performance.now()
  const here = machine()
  const run = await prepare()
  say(
    `${here.cores} cores, load ${here.load.toFixed(1)} before the run; Node ${process.version}, PostgreSQL ${run.database.version}`,
  )
  say('Other systems are not run here: a floor stands beside each figure. What Redmine, Polis and others cost on one')
  say('machine is in docs/performance.md.\n')
  say(heading)
  const lines: Line[] = []
  const asides: string[] = []
  const wrong: string[] = []
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const told = await part(run, (line) => lines.push(announce(line)))
    asides.push(...told.asides)
    wrong.push(...told.wrong)
  }
  say('')
  for (const aside of [...asides, ...loadsOf(run)]) say(aside)
  const minutes = (performance.now() - began) / 60_000
  write({ run, machine: here, lines, asides, wrong, minutes })
  say(`${minutes.toFixed(1)} minutes; every figure of every round is in bench/report.json`)
  return wrong
}

function announce(line: Line): Line {
  say(told(line))
  return line
}

async function prepare(): Promise<Run> {
  say(`Filling a database with 10,000 matters and a vote of ${size.sockets.toLocaleString('en')} households…`)
  const keys = temporaryFolder()
  const postgres = await database(process.env.BENCH_DATABASE_URL || undefined)
  const hall = await fill(postgres.url, keys, size.sockets)
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const shared = { DATABASE_URL: postgres.url, NODE_ENV: 'production' }
  const quietly = { NODE_ENV: 'production', LOG_LEVEL: 'silent', RATE_LIMITS: 'off' }
  const bare = { ...shared, COMMUNITY: String(hall.communityId) }
  const serveOn: Run['serveOn'] = (where, path, port) => {
    const env = { ...quietly, DATABASE_URL: where.databaseUrl, DATA_DIR: where.keys }
    return serve(here('../src/main.ts'), env, path, port)
  }
  const startApp = (port?: number) => serveOn({ databaseUrl: postgres.url, keys }, `${hall.home}/issues`, port)
  const startFloor = (port?: number) => serve(here('floor.ts'), bare, '/list', port)
  const [app, floor] = [await startApp(), await startFloor()]
  return { size, database: postgres, hall, app, floor, startApp, startFloor, serveOn, seen: [] }
}

function machine() {
  return { cores: availableParallelism(), load: loadavg()[0] ?? 0, cpu: cpus()[0]?.model ?? '' }
}

/** How much of the machine the load itself took, and others on it: figures that these bent are told, not hidden. */
function loadsOf({ seen }: Run): string[] {
  const foreign = seen.map((each) => each.foreign).sort((a, b) => a - b)
  const busiest = seen.filter(({ clientBusy }) => clientBusy > 0.85).map(({ what }) => what)
  return [
    `Others kept ${short(foreign[0] ?? 0)} to ${short(foreign.at(-1) ?? 0)} cores busy (middle ${short(foreign[foreign.length >> 1] ?? 0)})`,
    busiest.length === 0
      ? 'The load never filled its core'
      : `The load itself filled a core in: ${[...new Set(busiest)].join('; ')}. There the client is part of the figure`,
  ]
}

interface Result {
  run: Run
  machine: ReturnType<typeof machine>
  lines: Line[]
  asides: string[]
  wrong: string[]
  minutes: number
}

function write({ run, machine, lines, asides, wrong, minutes }: Result): void {
  const report = {
    at: new Date().toISOString(),
    commit: commitOf(),
    command: ['npm run bench', ...process.argv.slice(2)].join(' '),
    node: process.version,
    postgres: run.database.version,
    machine,
    minutes,
    size,
    lines,
    asides,
    wrong,
    seen: run.seen,
  }
  writeFileSync(new URL('report.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`)
}

function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}
