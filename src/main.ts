import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { type Config, readConfig, WrongConfig } from './config.ts'
import { type House, openHouse } from './lib/db/connect.ts'
import { EmbeddedInUse } from './lib/db/lock.ts'
import { migrate } from './lib/db/migrate.ts'
import { createLive } from './lib/live/hub.ts'
import { startOutbox } from './lib/outbox.ts'
import { openVault } from './lib/vault.ts'
import { answerAdmin } from './people/entry/admin.ts'
import { printEntrances, seedOnce } from './seed.ts'

/** Starts the house: reads the environment, opens the database, brings it up to date, listens; stops with grace. */
const demo = process.argv.includes('--demo')
const config = readEnvironment()
const origin = config.publicOrigin ?? `http://localhost:${config.port}`
const clock = () => new Date()
const say = (text: string) => process.stdout.write(`${text}\n`)

const vault = openVault(config.keyDir)
const house: House = await openHouse({
  ...config,
  // The admin command asks us: while we hold the embedded database nobody else may open it.
  answer: (question) => answerAdmin(house, { origin, clock }, question),
}).catch(endOnInUse)
await migrate(house.db)
const live = createLive(house)
const stopListening = await house.listen((notice) => live.changed(notice))
const stopOutbox = startOutbox(house, vault, config.notifySink)
const app = await buildApp({ house, clock, live, vault, origin }, config)

if (demo) await seedOnce(house, { vault, clock })
await app.listen({ port: config.port, host: config.host })

if (house.embedded) {
  say('Trial mode: the embedded database survives a crash of this program, not of the machine, and serves one process.')
  say('For real use set DATABASE_URL to a PostgreSQL server.')
}
say(`Wutong 梧桐议事 is at ${origin}`)
if (demo) await printEntrances(house, { origin, clock, say })

closeWithGrace({ delay: 15_000, logger: false }, async ({ err }) => {
  if (err) app.log.error({ err: { message: err.message, stack: err.stack } }, 'stopping on an error')
  await live.close() // sockets first, with 1012, so that phones know to come back
  await app.close()
  await stopOutbox()
  await stopListening()
  await house.close()
})

function readEnvironment(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof WrongConfig)) throw error
    process.stderr.write(`The environment is not right:\n${error.faults.map((fault) => `  ${fault}`).join('\n')}\n`)
    process.exit(78)
  }
}

function endOnInUse(error: unknown): never {
  if (!(error instanceof EmbeddedInUse)) throw error
  process.stderr.write(`${error.message}.\nStop that process first, or set DATABASE_URL to a PostgreSQL server.\n`)
  process.exit(75)
}
