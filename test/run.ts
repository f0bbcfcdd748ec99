import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { embeddedTemplate, serverTemplate } from './template.ts'

/**
 * `npm test`: every test on the embedded database. Where TEST_DATABASE_URL is set, each that opens a database runs again
 * on PostgreSQL; with BROWSERS=once those that open a browser run there only.
 * `--policy` runs only the tests that hold policy (for `npm run check`). Other arguments go to tap: `npm test -- test/vote`.
 * Each leg ends with a line such as `== on PostgreSQL: 812 passed, 0 failed`, which .ci/run adds up.
 */
const tap = fileURLToPath(new URL('../node_modules/tap/dist/esm/run.mjs', import.meta.url))
const cache = fileURLToPath(new URL('../node_modules/.cache/wutong/', import.meta.url))
const policyTests = ['test/lib/policy.test.ts', 'test/lib/schema.test.ts', 'test/lib/views.test.ts']
const args = process.argv.slice(2)
const policy = args.includes('--policy')
const asked = policy ? policyTests : args

await embeddedTemplate()
const server = process.env.TEST_DATABASE_URL
const all = asked.length > 0 ? null : everyTest()
// CI has half an hour, and browsers take half of all the time: it opens them on the server's leg alone.
const once = process.env.BROWSERS === 'once' && server
let right = run('embedded', {}, once && all ? all.filter(({ browser }) => !browser).map(({ path }) => path) : asked)
if (server && !policy) {
  await serverTemplate(server)
  right =
    run('PostgreSQL', { TEST_ON: server }, all?.filter(({ opens }) => opens).map(({ path }) => path) ?? asked) && right
} else if (!policy) {
  process.stdout.write('TEST_DATABASE_URL is not set: the PostgreSQL leg was not run.\n')
}
process.exit(right ? 0 : 1)

/** Every test file; whether it opens a database (what is pure says the same on either), and whether a browser. */
function everyTest() {
  const home = fileURLToPath(new URL('../', import.meta.url))
  return globSync('test/**/*.test.ts', { cwd: home }).map((path) => {
    const text = readFileSync(`${home}${path}`, 'utf8')
    return {
      path,
      opens: /\b(harness|spawned|template)\.ts'/.test(text),
      browser: /\b(browser|doorphone)\.ts'/.test(text),
    }
  })
}

function run(name: string, env: Record<string, string>, files: string[]): boolean {
  process.stdout.write(`\n== on ${name}\n`)
  const { TEST_ON: _, ...rest } = process.env
  const raw = `${cache}${name}-${process.pid}.tap`
  mkdirSync(cache, { recursive: true })
  const given = files.some((arg) => arg.startsWith('--reporter') || arg.startsWith('-R'))
  const options = [
    '--disable-coverage',
    `--output-file=${raw}`,
    ...(given ? [] : [`--reporter=${process.stdout.isTTY ? 'terse' : 'min'}`]),
  ]
  const { status } = spawnSync(process.execPath, [tap, ...options, ...files], {
    stdio: 'inherit',
    // tap notes each file a test loads, for coverage that is not asked for: a fifth of a test's time.
    env: { ...rest, ...env, _TAPJS_PROCESSINFO_EXCLUDE_: '/./' },
  })
  const { pass, fail } = totals(raw)
  if (fail > 0) process.stdout.write(failures(raw))
  rmSync(raw, { force: true })
  process.stdout.write(`== on ${name}: ${pass} passed, ${fail} failed\n`)
  return status === 0 && fail === 0
}

/** Which tests failed, with the sentence they are nested in and what tap said of them: the only trace a log keeps. */
function failures(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines
      .flatMap((line, i) => (/^\s*not ok /.test(line) ? [line, ...diagnosis(lines.slice(i + 1, i + 40))] : []))
      .map((line) => `${line.slice(0, 300)}\n`)
      .slice(0, 200)
      .join('')
  } catch {
    return ''
  }
}

function diagnosis(after: string[]): string[] {
  const begins = after.findIndex((line) => /^\s*---$/.test(line))
  const ends = after.findIndex((line) => /^\s*\.\.\.$/.test(line))
  return begins === 0 && ends > 0 ? after.slice(1, ends) : []
}

/** tap's own last word, `# { total: 4, pass: 3, fail: 1 }`; a run that did not get that far has failed. */
function totals(path: string): { pass: number; fail: number } {
  try {
    const last =
      readFileSync(path, 'utf8')
        .match(/^# \{ total: .*\}$/gm)
        ?.at(-1) ?? ''
    const count = (what: string) => Number(new RegExp(`\\b${what}: (\\d+)`).exec(last)?.[1] ?? 0)
    return last ? { pass: count('pass'), fail: count('fail') } : { pass: 0, fail: 1 }
  } catch {
    return { pass: 0, fail: 1 }
  }
}
