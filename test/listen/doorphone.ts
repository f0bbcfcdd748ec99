import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import type { Test } from 'tap'
import type { Cast } from '../cast.ts'
import type { Town } from '../harness.ts'

/** A volunteer's phone, in a real browser: what the tests of the door page share. */

/** A photo as a phone makes it, in a file of its own that goes with the test. */
export async function photoFile(t: Test): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'wt-door-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'photo.jpg')
  const image = sharp({ create: { width: 2400, height: 1200, channels: 3, background: '#a97' } })
  writeFileSync(path, await image.jpeg().toBuffer())
  return path
}

/** Gives these doors to one of the cast, without going through the planner. */
export async function giveDoors(town: Town, who: keyof Cast['people'], doors: (keyof Cast['doors'])[]): Promise<void> {
  const { id } = await town.db
    .insertInto('rounds')
    .values({
      key: crypto.randomUUID(),
      name: '12 号楼，问班车',
      person_id: town.cast.people[who],
      team_id: null,
      ends_on: '2026-12-24',
      created_by: town.cast.people.shen,
      created_at: town.clock.now,
      closed_at: null,
      closed_by: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rows = doors.map((door) => ({ round_id: id, household_id: town.cast.doors[door] }))
  await town.db.insertInto('round_doors').values(rows).execute()
}

/** Until the page stands and its worker has what it needs to open cold. */
export async function ready(page: Page): Promise<void> {
  await page.locator('.door').first().waitFor()
  // Asked from outside: the page's own policy lets no text become a program.
  while (!(await page.evaluate('navigator.serviceWorker.controller !== null'))) await page.waitForTimeout(50)
}

export const pill = (page: Page, text: string) => page.locator('#link').getByText(text).waitFor()

/** Fills in what somebody said at the door that is open, and leaves it unsaved. */
export async function talk(page: Page, words: string, photo?: string): Promise<void> {
  await page.locator('label.pick', { hasText: '见到人' }).click()
  await page.locator('.words').first().fill(words)
  await page.getByText('同意把这些话记下来').click()
  if (!photo) return
  await page.locator('.photo').first().setInputFiles(photo)
  await page.locator('.shot img').first().waitFor()
}

/** Everything the phone's database holds, as far as it can be read without its keys. */
export const atRest = (page: Page): Promise<string[]> =>
  page.evaluate(`(async () => {
    const done = (asked) => new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)))
    const read = (value) => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value)
      if (value instanceof CryptoKey) return 'key:' + value.extractable
      if (value === null || typeof value !== 'object') return String(value)
      return Object.entries(value).map(([name, inside]) => name + '=' + read(inside)).join(' ')
    }
    const rows = []
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name))
      for (const store of db.objectStoreNames)
        for (const row of await done(db.transaction(store).objectStore(store).getAll())) rows.push(store + ': ' + read(row))
      db.close()
    }
    return rows
  })()`)
