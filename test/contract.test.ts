import { readFileSync } from 'node:fs'
import t from 'tap'
import { environmentKeys, readConfig, WrongConfig } from '../src/config.ts'

const text = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

t.test('what the environment can set stands in the README and in the contract', async (t) => {
  for (const key of environmentKeys) {
    t.match(text('README.md'), `| \`${key}\` |`, `${key} has its line in the README`)
    t.match(text('docs/contract.md'), `\`${key}\``, `${key} is part of the contract`)
  }
})

t.test('a wrong environment names every fault at once', async (t) => {
  const wrong = { PORT: 'eighty', DATABASE_URL: 'mysql://x', PUBLIC_ORIGIN: 'https://x/y', NOTIFY_SINK: 'mail' }
  try {
    readConfig(wrong)
    t.fail('accepted')
  } catch (error) {
    t.ok(error instanceof WrongConfig)
    const { faults } = error as WrongConfig
    t.equal(faults.length, 4)
    for (const key of Object.keys(wrong)) t.ok(faults.some((fault) => fault.startsWith(key)), key)
  }
})

t.test('an empty variable counts as unset', async (t) => {
  t.equal(readConfig({ DATABASE_URL: '', PORT: '' }).port, 3000)
})
