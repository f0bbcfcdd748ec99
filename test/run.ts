import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { embeddedTemplate, serverTemplate } from './template.ts'

/**
 * `npm test`: every test on the embedded database, and again on PostgreSQL where TEST_DATABASE_URL is set.
 * `--policy` runs only the tests that hold policy (for `npm run check`). Other arguments go to tap: `npm test -- test/vote`.
 */
const tap = fileURLToPath(new URL('../node_modules/tap/dist/esm/run.mjs', import.meta.url))
const args = process.argv.slice(2)
const policy = args.includes('--policy')
const files = policy ? ['test/lib/policy.test.ts', 'test/lib/schema.test.ts', 'test/lib/views.test.ts'] : args

await embeddedTemplate()
let failed = run('embedded', {})
const server = process.env.TEST_DATABASE_URL
if (server && !policy) {
  await serverTemplate(server)
  failed = run('PostgreSQL', { TEST_ON: server }) || failed
} else if (!policy) {
  process.stdout.write('TEST_DATABASE_URL is not set: the PostgreSQL leg was not run.\n')
}
process.exit(failed ? 1 : 0)

function run(name: string, env: Record<string, string>): boolean {
  process.stdout.write(`\n== on ${name} ==\n`)
  const { TEST_ON: _, ...rest } = process.env
  const { status } = spawnSync(process.execPath, [tap, '--disable-coverage', ...files], {
    stdio: 'inherit',
    env: { ...rest, ...env },
  })
  return status !== 0
}
