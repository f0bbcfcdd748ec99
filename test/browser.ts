import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Town } from './harness.ts'

/** Real browsers on the real app: one Chromium, as many separate people as the story has. */
export interface Stage {
  /** A person with a device of her own. Nobody: a stranger. */
  person(who?: Parameters<Town['as']>[0], device?: Device): Promise<Person>
}

interface Device {
  width?: number
  height?: number
  lang?: 'zh' | 'en'
  script?: boolean
}

interface Person {
  page: Page
  context: BrowserContext
  /** Opens a path of the community. */
  go(path: string): Promise<Page>
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

/** Opens the app on a free port and a Chromium to look at it; whatever a page complains about fails the test. */
export async function openStage(t: Test, town: Town): Promise<Stage> {
  await town.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = town.app.server.address() as AddressInfo
  const base = `http://127.0.0.1:${port}`
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: flags })
  t.teardown(async () => {
    await browser.close()
  })
  return {
    async person(who, { width = 375, height = 812, lang = 'zh', script = true } = {}) {
      const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'
      const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: script, locale })
      const { cookies } = await town.as(who)
      await context.addCookies(
        Object.entries({ ...cookies, lang }).map(([name, value]) => ({ name, value, url: base })),
      )
      const page = await context.newPage()
      // Patient: the machine may be many times slower than a phone's user would bear.
      page.setDefaultTimeout(60_000)
      page.setDefaultNavigationTimeout(120_000)
      page.on('pageerror', (error) => t.fail(`${page.url()}: ${error.message}`))
      page.on('console', (message) => {
        // A refused form answers 409 or 422, which the browser reports as a failed resource; that is no fault of the page.
        const expected = message.text().startsWith('Failed to load resource')
        if (message.type() === 'error' && !expected) t.fail(`${page.url()}: ${message.text()}`)
      })
      return {
        page,
        context,
        async go(path) {
          const reply = await page.goto(`${base}/c/${town.community.slug}${path}`)
          t.ok(reply && reply.status() < 400, `${path} opens`)
          return page
        },
      }
    },
  }
}

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** axe (WCAG 2.0 to 2.2, A and AA) finds nothing on this page. Needs a page with scripts on. */
export async function isAccessible(t: Test, page: Page, name: string): Promise<void> {
  // Through the inspector, which the page's own policy does not bind.
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    // biome-ignore lint/suspicious/noExplicitAny: axe hangs itself on the window
    const result = await (globalThis as any).axe.run({ runOnly: tags })
    return result.violations.map(
      (one: { id: string; nodes: { html: string }[] }) =>
        `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3)}`,
    )
  })
  t.same(violations, [], `axe finds nothing on ${name}`)
}

/** Nothing on this page makes a phone of 320 px scroll sideways. */
export async function fitsNarrow(t: Test, page: Page, name: string): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 700 })
  const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  t.equal(over, 0, `${name} has no sideways scroll at 320 px`)
  if (before) await page.setViewportSize(before)
}

/** CHROMIUM, else Debian's, else the one that came through npm (an old one, so it is the old-browser check too). */
export async function chromiumPath(): Promise<string> {
  const given = process.env.CHROMIUM
  if (given) return given
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  // It reuses whatever lies unpacked in the temp folder, even of another version: so it gets one of its own.
  const own = join(tmpdir(), 'wutong-chromium-138')
  mkdirSync(own, { recursive: true })
  process.env.TMPDIR = own
  const { default: packed } = await import('@sparticuz/chromium')
  return packed.executablePath()
}
