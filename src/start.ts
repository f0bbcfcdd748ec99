import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { answer } from './commands.ts'
import { type Config, readConfig } from './config.ts'
import { endingOf } from './exits.ts'
import { checkServer } from './lib/db/check.ts'
import { type House, openHouse } from './lib/db/connect.ts'
import { migrate } from './lib/db/migrate.ts'
import { createEgress } from './lib/egress.ts'
import { createLive } from './lib/live/hub.ts'
import { startOutbox } from './lib/outbox.ts'
import { openVault } from './lib/vault.ts'
import { startPulls } from './listen/pulls/pulls.ts'
import { reindexAll } from './listen/search/reindex.ts'
import { startClock } from './resolve/clock.ts'

const clock = () => new Date()
const say = (text: string) => process.stdout.write(`${text}\n`)

await start(process.argv.includes('--demo')).catch((error: unknown) => {
  const ending = endingOf(error)
  if (!ending) throw error
  process.stderr.write(`${ending.text}\n`)
  process.exit(ending.code)
})

/** Starts the house: reads the environment, opens the database, brings it up to date, listens; stops with grace. */
async function start(demo: boolean): Promise<void> {
  const config = await withPort(readConfig(process.env))
  const origin = config.publicOrigin ?? `http://localhost:${config.port}`

  const vault = openVault(config.keyDir)
  const house: House = await openHouse({
    ...config,
    // The command line asks us: while we hold the embedded database nobody else may open it.
    answer: (question) => answer({ house, vault, origin, clock }, question),
  })
  await checkServer(house)
  await migrate(house.db)
  const live = createLive(house)
  const stopListening = await house.listen((notice) => live.changed(notice))
  const stopOutbox = startOutbox(house, vault, config.notifySink)
  const { dataDir } = config
  const egress = createEgress(undefined, config.caFile && readFileSync(config.caFile, 'utf8'))
  const stopPulls = startPulls({ house, vault, origin, clock, egress, dataDir })
  const stopClock = startClock({ house, vault, origin, clock })
  const app = await buildApp({ house, clock, live, vault, origin, egress, dataDir }, config)

  // The story is read only where it is told.
  const story = demo ? await import('./seed.ts') : null
  await story?.seedOnce(house, { vault, clock })
  // After an upgrade the search is written anew while people already come in.
  const indexing = reindexAll(house).catch((error: Error) =>
    app.log.error({ err: { message: error.message } }, 'search'),
  )
  if (house.embedded) await indexing
  await app.listen({ port: config.port, host: config.host })

  if (house.embedded) {
    say(
      'Trial mode: the embedded database survives a crash of this program, not of the machine, and serves one process.',
    )
    say('For real use set DATABASE_URL to a PostgreSQL server.')
  }
  say(`Wutong 梧桐议事 is at ${origin}`)
  await story?.printEntrances(house, { origin, clock, vault, say })

  closeWithGrace({ delay: 15_000, logger: false }, async ({ err }) => {
    if (err) app.log.error({ err: { message: err.message, stack: err.stack } }, 'stopping on an error')
    await live.close() // sockets first, with 1012, so that phones know to come back
    await app.close()
    await stopPulls()
    await stopClock()
    await stopOutbox()
    await stopListening()
    await house.close()
  })
}

/** PORT=0 is any free port; links that leave the page must know it before we listen. */
async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const probe = createServer()
  const port = await new Promise<number>((found, fail) => {
    probe.once('error', fail).listen(0, config.host, () => found((probe.address() as { port: number }).port))
  })
  await new Promise((closed) => probe.close(closed))
  return { ...config, port }
}
