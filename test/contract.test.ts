import { readFileSync } from 'node:fs'
import t from 'tap'
import { environmentKeys, readConfig, WrongConfig } from '../src/config.ts'
import { zh } from '../src/messages/zh.ts'
import { routeTable } from '../src/routetable.ts'
import { textsUnder } from './lib/sources.ts'

/** What the outside is told (README.md, docs/contract.md) is what the program does. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const contract = read('docs/contract.md')

t.test('every variable of the environment is in both tables, and none besides', async (t) => {
  for (const path of ['README.md', 'docs/contract.md']) {
    const rows = [...read(path).matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, key]) => key)
    t.same(rows.sort(), [...environmentKeys].sort(), path)
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
    for (const key of Object.keys(wrong))
      t.ok(
        faults.some((fault) => fault.startsWith(key)),
        key,
      )
  }
})

t.test('an empty variable counts as unset', async (t) => {
  t.equal(readConfig({ DATABASE_URL: '', PORT: '' }).port, 3000)
})

t.test('every code the program ends with is listed', async (t) => {
  const sources = [...textsUnder('src', '.ts')].filter(([path]) => /^src\/(exits|cli|main)\.ts$/.test(path))
  const codes = new Set(
    sources.flatMap(([, text]) => [...text.matchAll(/\b(?:code: |return )(6\d|7\d)\b/g)].map(([, code]) => code)),
  )
  t.ok(codes.size >= 4, [...codes].join(' '))
  for (const code of [...codes, '0', '1']) t.match(contract, new RegExp(`^\\| ${code} \\|`, 'm'), `exit ${code}`)
})

t.test('every way to answer is listed', async (t) => {
  const refusals = [...textsUnder('src', '.ts')].flatMap(([, text]) =>
    [...text.matchAll(/\bRefusal\('[\w.]+', (\d{3})\)/g)].map(([, status]) => status),
  )
  for (const status of new Set([...refusals, '200', '303', '409', '429', '500', '503']))
    t.match(contract, new RegExp(`^\\| ${status} \\|`, 'm'), `${status}`)
})

t.test('every write that can be sent twice says which key it takes', async (t) => {
  const keyed = (await routeTable())
    .filter(({ body }) => Object.hasOwn((body as { properties?: object } | null)?.properties ?? {}, 'key'))
    .map(({ path }) => path.replace('/c/:slug', ''))
  const listed = [...contract.matchAll(/^\| `POST (\/[^`]*)` \| `key`/gm)].map(([, path]) => path)
  t.same(listed.sort(), keyed.sort())
})

t.test('every live panel is listed', async (t) => {
  const kinds = [...textsUnder('src', '.ts')].flatMap(([, text]) =>
    [...text.matchAll(/\blive\.panel\('(\w+)'/g)].map(([, kind]) => kind),
  )
  t.ok(kinds.length > 3)
  for (const kind of kinds) t.match(contract, `\`${kind}:<no>\``)
})

t.test('what scripts may look for is there', async (t) => {
  for (const path of ['/healthz', '/readyz', '/c/:slug/live', '/c/:slug/join', '/c/:slug/track/:code']) {
    t.ok(
      (await routeTable()).some((route) => route.path === path),
      path,
    )
    t.match(contract, path)
  }
  for (const key of ['error.busy', 'error.tooMany', 'error.ours'] as const) t.ok(zh[key])
})
