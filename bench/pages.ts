import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type BrowserContext, chromium } from 'playwright-core'
import { openHouse } from '../src/lib/db/connect.ts'
import { migrate } from '../src/lib/db/migrate.ts'
import { openVault } from '../src/lib/vault.ts'
import { seed } from '../src/seed.ts'
import { chromiumPath } from '../test/browser.ts'
import { atEnd, end, freshDatabase, temporaryFolder } from './machine.ts'
import { judge, short } from './report.ts'
import type { Part, Run } from './run.ts'

/**
 * What a phone loads: every byte that comes down the line, headers, scripts, sockets and service worker included, for
 * the first page and for the same page the next time. Measured on the demonstration, in Chromium, without a proxy.
 */
const budget = { first: 60, after: 10 }
/** Nothing for so long is the end of a page. */
const quiet = 700

export const onAPhone: Part = async (run, tell) => {
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  atEnd(() => browser.close())
  const seen: { what: string; first: number; after: number }[] = []
  const story = await demonstration(run)
  for (const { what, path, cookie } of story.pages) await look(what, story.line, `${story.home}${path}`, cookie)
  await story.close()
  const { home, meetingNo, ballotNo, doors } = run.hall
  const hall = await counting(run.app.port)
  await look('room', hall, `${home}/meetings/${meetingNo}`, doors[0])
  await look('ballot', hall, `${home}/ballots/${ballotNo}`, doors[1])
  hall.close()
  await browser.close()

  async function look(what: string, line: Line, path: string, cookie = 'lang=zh') {
    const context = await browser.newContext({ viewport: { width: 375, height: 812 }, locale: 'zh-CN' })
    const [name = '', value = ''] = cookie.split('=', 2)
    await context.addCookies([{ name, value, url: line.url }])
    seen.push({ what, first: await weighed(context, line, path), after: await weighed(context, line, path) })
    await context.close()
  }

  const kb = (bytes: number) => bytes / 1024
  const all = (which: 'first' | 'after') => seen.map((one) => `${one.what} ${short(kb(one[which]))}`).join(', ')
  const most = (which: 'first' | 'after') => Math.max(...seen.map((one) => kb(one[which])))
  tell(judge('firstPage', [{ app: most('first'), floor: budget.first }], all('first')))
  tell(judge('nextPage', [{ app: most('after'), floor: budget.after }], all('after')))
  return { asides: [], wrong: [] }
}

interface Line {
  url: string
  bytes: number
  last: number
}

/** What a page weighs until nothing more comes. */
async function weighed(context: BrowserContext, line: Line, path: string): Promise<number> {
  line.bytes = 0
  const page = await context.newPage()
  const reply = await page.goto(`${line.url}${path}`, { waitUntil: 'load' })
  if (reply?.status() !== 200) throw new Error(`${path} answered ${reply?.status()}`)
  // A window shows the icon in its tab; a browser without one does not ask for it.
  await page.evaluate('fetch(document.querySelector("link[rel=icon]").href).then((icon) => icon.text())')
  line.last = performance.now()
  while (performance.now() - line.last < quiet) await pause(50)
  await page.close()
  return line.bytes
}

/** A line between phone and house that counts what comes down. */
async function counting(port: number): Promise<Line & { close(): void }> {
  const open = new Set<Socket>()
  const server = createServer((phone) => {
    const house = connect(port, '127.0.0.1')
    for (const end of [phone, house]) {
      open.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        open.delete(end)
        phone.destroy()
        house.destroy()
      })
    }
    house.on('data', (data) => {
      line.bytes += data.length
      line.last = performance.now()
    })
    phone.pipe(house)
    house.pipe(phone)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const line = { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, bytes: 0, last: 0 }
  const close = () => {
    for (const end of open) end.destroy()
    server.close()
  }
  return Object.assign(line, { close })
}

/** The story's neighbourhood on a database and a process of its own. */
async function demonstration({ database, serveOn }: Run) {
  const keys = temporaryFolder()
  const { url, drop } = await freshDatabase(database.url, 'demo')
  const house = await openHouse({ databaseUrl: url, dataDir: keys })
  await migrate(house.db)
  const tools = { vault: openVault(keys), clock: () => new Date(), origin: 'http://127.0.0.1' }
  const { communities } = await seed(house, tools, { profile: 'demo', communities: 1, seats: 1 })
  await house.close()
  const community = communities[0]
  if (!community) throw new Error('there is no demonstration')
  const home = `/c/${community.slug}`
  const app = await serveOn({ databaseUrl: url, keys }, `${home}/`)
  const line = await counting(app.port)
  const { volunteer } = community.entrances as Record<string, { cookie: string }>
  return {
    line,
    home,
    pages: [
      { what: 'front page', path: '/' },
      { what: 'form', path: '/report' },
      { what: 'list', path: '/issues' },
      { what: 'matter', path: `/issues/${community.issues.at(-1)}` },
      { what: 'ledger', path: '/ledger' },
      { what: 'door app', path: '/door/', cookie: volunteer?.cookie },
    ],
    close: async () => {
      line.close()
      await end(app.child, 'SIGTERM')
      await drop()
    },
  }
}
