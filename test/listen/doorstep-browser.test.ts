import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { atRest, giveDoors, photoFile, pill, ready, talk } from './doorphone.ts'

/** A volunteer's phone in a stairwell without a signal. */

const town = await startTown(t)
const stage = await openStage(t, town)
const home = `/c/${town.community.slug}/door/`

const picture = await photoFile(t)
await giveDoors(town, 'li', ['12-602', '12-601', '12-501', '12-502'])

t.test('an evening without a signal', async (t) => {
  const li = await stage.person('li')
  const page = await li.go('/door/')
  await ready(page)
  t.equal(await page.locator('.door').count(), 4, 'only the doors of her round')
  t.match(await page.locator('#rounds').textContent(), '12 号楼，问班车')

  await li.context.setOffline(true)
  await page.close()
  const cold = await li.context.newPage()
  cold.on('pageerror', (error) => t.fail(error.message))
  await cold.goto(new URL(home, page.url()).href)
  await cold.locator('.door').first().waitFor()
  await pill(cold, '离线')
  t.equal(await cold.locator('.door').count(), 4, 'the page opens cold, with her doors')

  await cold.locator('.door', { hasText: '601' }).click()
  await talk(cold, '班车末班太早，儿子加班回不来', picture)
  await cold.locator('#more').click()
  await cold.locator('.words').nth(1).fill('垃圾房的灯坏了一个月')
  await cold.locator('.photo').nth(1).setInputFiles(picture)
  await cold.locator('.shot img').nth(1).waitFor()
  await cold.locator('#save').click()
  await pill(cold, '离线 · 1 条待交')
  t.match(await cold.locator('#title').textContent(), '602', 'on to the next door')

  await talk(cold, '楼上半夜拖椅子')
  await cold.locator('#save').click()
  await pill(cold, '离线 · 2 条待交')
  await cold.locator('label.pick', { hasText: '没人在' }).click()
  await cold.locator('#save').click()
  await pill(cold, '离线 · 3 条待交')

  t.test('what is half written outlives the page', async (t) => {
    await cold.locator('label.pick', { hasText: '见到人' }).click()
    await cold.locator('.words').first().fill('电梯老是停在三楼')
    await cold.waitForTimeout(700)
    await cold.close()
    const again = await li.context.newPage()
    await again.goto(`${new URL(home, page.url()).href}#12/502`)
    await again.locator('#form').waitFor()
    t.equal(await again.locator('.words').first().inputValue(), '电梯老是停在三楼')
    await again.close()
  })

  const later = await li.context.newPage()
  later.on('pageerror', (error) => t.fail(error.message))
  await later.goto(`${new URL(home, page.url()).href}#records`)
  await later.locator('#rows li').first().waitFor()
  t.equal(await later.locator('#rows li[data-state=waiting]').count(), 3)

  const rows = await atRest(later)
  const all = rows.join('\n')
  t.ok(rows.filter((row) => row.startsWith('visits')).length === 3 && rows.some((row) => row.startsWith('photos')))
  for (const words of ['班车', '垃圾房', '椅子', '电梯', '"601"', '"602"', 'JFIF', 'outcome', 'building'])
    t.notMatch(all, words, `${words} does not stand on the phone in clear`)
  t.match(all, 'key:false', 'and the key cannot be read out')
  t.notMatch(all, 'key:true')

  const second = await li.context.newPage()
  await second.goto(new URL(home, page.url()).href)
  await li.context.setOffline(false)
  await Promise.all([later, second].map((tab) => tab.evaluate("dispatchEvent(new Event('online'))")))
  await later.locator('#link').getByText('都交了').waitFor()
  t.equal(await later.locator('#rows li[data-state=sent]').count(), 3)

  const visits = await town.db.selectFrom('visits').select(['outcome', 'household_id']).orderBy('id').execute()
  t.same(visits, [
    { outcome: 'met', household_id: town.cast.doors['12-601'] },
    { outcome: 'met', household_id: town.cast.doors['12-602'] },
    { outcome: 'not_home', household_id: town.cast.doors['12-501'] },
  ])
  const photos = await town.db.selectFrom('photos').select(['width', 'height', 'filing_id']).execute()
  t.match(
    photos,
    [
      { width: 1600, height: 800 },
      { width: 1600, height: 800 },
    ],
    'made small on the phone',
  )
  t.equal(new Set(photos.map((photo) => photo.filing_id)).size, 2)
  t.equal((await town.db.selectFrom('filings').select('id').execute()).length, 3)
  t.notOk(
    (await atRest(later)).some((row) => row.startsWith('photos')),
    'sent pictures leave the phone',
  )
  await isAccessible(t, later, 'what she wrote down')
  await fitsNarrow(t, later, 'what she wrote down')
  await later.goto(`${new URL(home, page.url()).href}#12/502`)
  await later.locator('#form').waitFor()
  await isAccessible(t, later, 'the form of a door')
  await fitsNarrow(t, later, 'the form of a door')
  await later.goto(`${new URL(home, page.url()).href}#`)
  await later.locator('.door').first().waitFor()
  await isAccessible(t, later, 'her doors')
  await fitsNarrow(t, later, 'her doors')
  await later.goto(`${new URL(home, page.url()).href}?size=xl`)
  await later.locator('.door').first().waitFor()
  await li.context.close()
})

t.test('where a browser has no locks a lease lets one tab send at a time, and outlives no tab', async (t) => {
  const li = await stage.person('li')
  await li.context.addInitScript("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
  const sent: string[] = []
  li.context.on('request', (request) => {
    if (!request.url().endsWith('/door/sync')) return
    for (const { id } of request.postDataJSON().visits) sent.push(id)
  })
  const first = await li.go('/door/')
  await ready(first)
  const second = await li.context.newPage()
  await second.goto(first.url())
  await second.locator('.door').first().waitFor()
  t.equal(await second.evaluate('navigator.locks === undefined'), true)
  await pill(first, '都交了')
  await pill(second, '都交了')
  await li.context.setOffline(true)
  for (const [tab, words] of [
    [first, '门口的灯太暗了'],
    [second, '楼道里堆着纸箱'],
  ] as const) {
    // By the address: the list is drawn anew when a sending ends, and a press meanwhile meets what is no longer there.
    await tab.evaluate("location.hash = '#12/501'")
    await tab.locator('#form').waitFor()
    await talk(tab, words)
    await tab.locator('#save').click()
    // Or the other tab would find what is half written here, and tick the consent off again.
    await tab.getByText('501 室存好了').waitFor()
  }
  await pill(second, '离线 · 2 条待交')
  // A tab that died a minute ago held it.
  await first.evaluate(`(async () => {
    const done = (asked) => new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)))
    const [{ name }] = await indexedDB.databases()
    const db = await done(indexedDB.open(name))
    await done(db.transaction('meta', 'readwrite').objectStore('meta').put({ id: 'lease', holder: 'dead', at: Date.now() - 61_000 }))
    db.close()
  })()`)
  await li.context.setOffline(false)
  await pill(first, '都交了')
  await pill(second, '都交了')
  t.equal(sent.length, 2)
  t.equal(new Set(sent).size, 2, 'each went once')
  while ((await atRest(first)).some((row) => row.includes('holder='))) await first.waitForTimeout(50)
  t.pass('and nobody holds the lease any more')
  await li.context.close()
})
