import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Said } from './commands.ts'
import { readConfig } from './config.ts'
import { endingOf } from './exits.ts'
import { askHolder } from './lib/db/lock.ts'
import { type Profile, profiles } from './seed/names.ts'

const usage = `Wutong 梧桐议事

  npm run admin -- sign-in <who>     one-time links for everybody of that name or id who has a role or a seat
  npm run admin -- import <community> <file.csv>
                                     brings doors into the register; tells every line it refuses and why
  npm run seed -- --profile <demo|empty|load> [--communities N] [--seats N] [--households N] [--issues N] [--json FILE]
                                     founds communities and prints a way in for every part; FILE gets it all, for scripts
  npx wutong reindex                 writes anew what search finds matters by, where another version wrote it
  npx wutong verify                  counts every closed vote again and compares it with what was declared
  npm run routes -- [--json]         every route: method, path, who may call it, what it takes
  npx wutong <admin|seed|routes> …   the same without npm run

The environment is the one of npm start; README.md and docs/contract.md list it.
`

/** Thrown on a command line nobody can make sense of: the usage is printed, the code is 64. */
class Misused extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`)
const clock = () => new Date()

process.exitCode = await cli(process.argv.slice(2)).catch((error: Error & { code?: string }) => {
  if (error instanceof Misused || error.code?.startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${error.message}\n\n${usage}`)
    return 64
  }
  const ending = endingOf(error)
  if (!ending) throw error
  process.stderr.write(`${ending.text}\n`)
  return ending.code
})

async function cli([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'admin':
      return admin(args)
    case 'seed':
      return seed(args)
    case 'routes':
      return routes(args)
    case 'reindex':
      parseArgs({ args })
      return print(await askTheHouse('reindex', []))
    case 'verify':
      parseArgs({ args })
      return print(await askTheHouse('verify', []))
    case 'help':
    case '--help':
      say(usage)
      return 0
    default:
      throw new Misused(command ? `There is no command ${command}.` : 'Which command?')
  }
}

async function admin([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'sign-in': {
      const { positionals } = parseArgs({ args, allowPositionals: true })
      const who = positionals.join(' ')
      if (!who) throw new Misused('Who is to sign in? A name or a number.')
      return print(await askTheHouse('sign-in', [who]))
    }
    case 'import': {
      const { positionals } = parseArgs({ args, allowPositionals: true })
      const [slug, path, ...rest] = positionals
      if (!slug || !path || rest.length > 0) throw new Misused('Import what, into which community?')
      return print(await askTheHouse('import', [slug, readFileSync(path).toString('base64')]))
    }
    default:
      throw new Misused(command ? `There is no command admin ${command}.` : 'Which admin command?')
  }
}

async function seed(args: string[]): Promise<number> {
  const number = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      profile: { type: 'string' },
      communities: { ...number, default: '1' },
      seats: { ...number, default: '0' },
      households: number,
      issues: number,
      json: { type: 'string' },
    },
  })
  const { json, profile, ...counts } = values
  if (!isProfile(profile)) throw new Misused(`Which profile? One of ${profiles.join(', ')}.`)
  const plan: Record<string, unknown> = { profile }
  for (const [name, text] of Object.entries(counts)) {
    if (!/^\d{1,6}$/.test(text)) throw new Misused(`--${name}: ${text} is not a number.`)
    plan[name] = Number(text)
  }
  const { lines } = await askTheHouse('seed', [JSON.stringify(plan)])
  const [told = ''] = lines
  // Whoever reads it can come in as anybody.
  if (json) writeFileSync(json, `${told}\n`, { mode: 0o600 })
  const { communities } = JSON.parse(told) as Seeded
  for (const { name, home, entrances } of communities) {
    say(`${name.zh} ${name.en}  ${home}`)
    for (const [part, { link }] of Object.entries(entrances)) say(`  ${part.padEnd(12)} ${link}`)
  }
  return 0
}

function isProfile(text: string | undefined): text is Profile {
  return profiles.some((profile) => profile === text)
}

/** What of a seeded house is for people to read; the rest is for scripts. */
interface Seeded {
  communities: { name: { zh: string; en: string }; home: string; entrances: Record<string, { link: string }> }[]
}

async function routes(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const { routeTable } = await import('./routetable.ts')
  const table = await routeTable()
  if (values.json) say(JSON.stringify(table, null, 2))
  else
    for (const { method, path, who } of table) say(`${method.padEnd(5)} ${path.padEnd(46)} ${[who].flat().join(', ')}`)
  return 0
}

/** Runs a command in the process that holds the embedded database, if one does, and here otherwise. */
async function askTheHouse(command: string, args: string[]): Promise<Said> {
  const config = readConfig(process.env)
  // Loaded now: whoever mistyped a command need not wait for a database engine.
  const { question, readAnswer, run } = await import('./commands.ts')
  if (!config.databaseUrl) {
    const answer = await askHolder(config.dataDir, question(command, args))
    if (answer !== null) return readAnswer(answer)
  }
  const { openHouse } = await import('./lib/db/connect.ts')
  const { migrate } = await import('./lib/db/migrate.ts')
  const { openVault } = await import('./lib/vault.ts')
  const house = await openHouse(config)
  try {
    if (command !== 'verify') await migrate(house.db)
    const origin = config.publicOrigin ?? `http://localhost:${config.port}`
    return await run({ house, vault: openVault(config.keyDir), origin, clock }, command, args)
  } finally {
    await house.close()
  }
}

function print({ ok, lines }: Said): number {
  const where = ok ? process.stdout : process.stderr
  where.write(`${lines.join('\n')}\n`)
  return ok ? 0 : 1
}
