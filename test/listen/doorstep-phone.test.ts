import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t from 'tap'
import { isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { atRest, giveDoors, photoFile, pill, ready, talk } from './doorphone.ts'

/** What may go wrong with a phone: it is full, it is somebody else's, its owner is sent away, the house says no. */

const town = await startTown(t)
const stage = await openStage(t, town)
const picture = await photoFile(t)
await giveDoors(town, 'li', ['12-602', '12-601', '12-501'])
await giveDoors(town, 'xu', ['3-301', '3-302'])
const home = '/door/'
const visits = async () => (await town.db.selectFrom('visits').select('id').execute()).length
const kept = async (page: Page, store: string) =>
  (await atRest(page)).filter((row) => row.startsWith(`${store}:`)).length
const open = (page: Page, door: string) => page.locator('.door', { hasText: door }).click()

/** The page's own address with this behind the hash. */
const at = (page: Page, hash: string) => page.url().replace(/#.*/, '') + hash

async function exported(page: Page) {
  await page.locator('#export').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#export').click()])
  return JSON.parse(readFileSync(await download.path(), 'utf8'))
}

t.test('a phone that is full says so and keeps the form', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await li.context.setOffline(true)
  await open(page, '602')
  await talk(page, '电梯的按钮失灵', picture)
  await page.waitForTimeout(500)
  await page.evaluate(`(() => {
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError') }
    window.roomAgain = () => { IDBObjectStore.prototype.put = put }
  })()`)
  await page.locator('#save').click()
  await page.getByText('手机存满了').waitFor()
  t.equal(await page.locator('.words').first().inputValue(), '电梯的按钮失灵', 'the words are still there')
  t.ok(await page.locator('.shot img').isVisible(), 'and so is the photo')
  await isAccessible(t, page, 'the full phone')
  await page.evaluate('roomAgain()')
  await page.locator('#save').click()
  await pill(page, '离线 · 1 条待交')
  await li.context.setOffline(false)
  await pill(page, '都交了')
  t.equal(await visits(), 1)
  await li.context.close()
})

t.test('what the house refuses stays, says why, can be taken out as a file, and corrected', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await li.context.setOffline(true)
  await open(page, '601')
  await talk(page, '楼上漏水到我家', picture)
  await page.locator('#save').click()
  await pill(page, '离线 · 1 条待交')
  await town.db.updateTable('households').set({ door: '601A' }).where('id', '=', town.cast.doors['12-601']).execute()
  await li.context.setOffline(false)
  await pill(page, '1 条没收下')
  await page.locator('#pill').click()
  await page.getByText('登记册里没有这个门牌').waitFor()
  await isAccessible(t, page, 'a refused visit')
  const file = await exported(page)
  t.match(file.visits, [{ building: '12', door: '601', outcome: 'met', matters: [{ words: '楼上漏水到我家' }] }])
  t.equal(Buffer.from(file.pictures[0].jpeg, 'base64').subarray(0, 2).toString('hex'), 'ffd8', 'with its photo')
  await town.db.updateTable('households').set({ door: '601' }).where('id', '=', town.cast.doors['12-601']).execute()
  const before = await visits()
  await page.getByText('改一改再交').click()
  await page.locator('#form').waitFor()
  t.equal(await page.locator('.words').first().inputValue(), '楼上漏水到我家')
  t.ok(await page.locator('.shot img').first().isVisible())
  await page.locator('#save').click()
  await page.getByText('601 室存好了').waitFor()
  await pill(page, '都交了')
  t.equal(await visits(), before + 1)
  t.equal((await town.db.selectFrom('photos').select('id').execute()).length, 2)
  await li.context.close()
})

t.test(
  'whoever is sent away loses the doors at once; what was not sent can be taken out, or sent by coming back',
  async (t) => {
    const li = await stage.person('li')
    const page = await li.go(home)
    await ready(page)
    await li.context.setOffline(true)
    await open(page, '501')
    await talk(page, '楼道里堆着纸箱')
    await page.locator('#save').click()
    await pill(page, '离线 · 1 条待交')
    await town.db
      .updateTable('sessions')
      .set({ revoked_at: town.clock.now })
      .where('person_id', '=', town.cast.people.li)
      .execute()
    await li.context.setOffline(false)
    await page.getByText('门的名单清掉了').waitFor()
    t.equal(await kept(page, 'doors'), 0)
    await page.goto(at(page, '#'))
    await page.reload()
    await page.getByText('门的名单清掉了').waitFor()
    t.equal(await page.locator('.door').count(), 0)
    await page.goto(at(page, '#records'))
    t.match((await exported(page)).visits, [{ door: '501' }])

    const before = await visits()
    const { cookies } = await town.as('li')
    const origin = new URL(page.url()).origin
    await li.context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin })))
    await page.goto(at(page, ''))
    await page.reload()
    await pill(page, '都交了')
    await page.locator('.door').first().waitFor()
    t.equal(await visits(), before + 1, 'back again, it is handed in')
    await li.context.close()
  },
)

t.test('a day after she was sent away nothing can be read any more', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await li.context.setOffline(true)
  await open(page, '501')
  await talk(page, '门禁坏了三天')
  await page.locator('#save').click()
  await pill(page, '离线 · 1 条待交')
  await town.db
    .updateTable('sessions')
    .set({ revoked_at: town.clock.now })
    .where('person_id', '=', town.cast.people.li)
    .execute()
  await li.context.setOffline(false)
  await page.getByText('门的名单清掉了').waitFor()
  t.equal(await kept(page, 'visits'), 1)
  await page.addInitScript('const now = Date.now; Date.now = () => now() + 25 * 3600000')
  await page.goto(at(page, ''))
  await page.reload()
  await page.getByText('没有登录过').waitFor()
  for (const store of ['visits', 'keys', 'doors', 'photos', 'drafts']) t.equal(await kept(page, store), 0, store)
  await li.context.close()
})

t.test('what is half written is listed, can be gone on with, and holds nothing up', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await open(page, '602')
  await talk(page, '楼下的', picture)
  await page.waitForTimeout(500)
  await page.locator('#back').click()
  await page.locator('#pill').click()
  await page.getByText('没写完').waitFor()
  await isAccessible(t, page, 'a half-written visit')
  await page.getByText('接着写').click()
  await page.locator('#form').waitFor()
  t.equal(await page.locator('.words').first().inputValue(), '楼下的')
  await page.locator('#back').click()
  await page.locator('#pill').click()
  page.once('dialog', (dialog) => dialog.accept())
  await page.getByRole('button', { name: '删掉' }).click()
  await page.getByText('还没有记过').waitFor()
  t.equal(await kept(page, 'drafts'), 0)
  t.equal(await kept(page, 'photos'), 0)
  await li.context.close()
})

t.test('a session that is merely over costs nothing', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  const before = town.clock.now
  town.clock.now = new Date(before.getTime() + 45 * 60_000)
  await open(page, '602')
  await talk(page, '信箱的锁坏了')
  await page.locator('#save').click()
  await page.getByText('登录过期了').waitFor()
  await page.goto(at(page, ''))
  await page.locator('.door').first().waitFor()
  t.equal(await kept(page, 'visits'), 1)
  town.clock.now = before
  await page.reload()
  await pill(page, '都交了')
  await li.context.close()
})

t.test('a day after everything is sent the doors and the keys are gone', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await page.waitForTimeout(300)
  await page.addInitScript('const now = Date.now; Date.now = () => now() + 25 * 3600000')
  await li.context.setOffline(true)
  await page.reload()
  await page.getByText('没有登录过').waitFor()
  t.equal(await page.locator('.door').count(), 0)
  for (const store of ['visits', 'keys', 'doors', 'photos', 'drafts']) t.equal(await kept(page, store), 0, store)
  await li.context.close()
})

t.test('signing out takes the doors off the phone, there and then', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  t.equal(await kept(page, 'doors'), 1)
  await li.go('/sessions')
  await page.getByRole('button', { name: '退出' }).last().click()
  await page.waitForURL(/\/c\/wutongli\/?$/)
  t.equal(await kept(page, 'doors'), 0)
  await li.context.close()
})

t.test('two volunteers with one phone: neither sees nor sends what the other wrote', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await li.context.setOffline(true)
  await open(page, '602')
  await talk(page, '地下室积水了')
  await page.locator('#save').click()
  await pill(page, '离线 · 1 条待交')
  const before = await visits()
  const origin = new URL(page.url()).origin
  const become = async (who: 'li' | 'xu') => {
    const { cookies } = await town.as(who)
    await li.context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin })))
  }
  await become('xu')
  await li.context.setOffline(false)
  await page.goto(`${origin}/c/wutongli/door/`)
  await page.reload()
  await page.locator('.door', { hasText: '301' }).waitFor()
  t.equal(await page.locator('.door', { hasText: '602' }).count(), 0, 'his doors, not hers')
  await page.locator('#pill').click()
  await page.getByText('还有 1 条是别人记的').waitFor()
  t.equal(await page.locator('#rows li').count(), 0)
  t.same((await exported(page)).visits, [])
  t.equal(await visits(), before)
  await become('li')
  await page.reload()
  await page.locator('#rows li[data-state=sent]').first().waitFor()
  t.equal(await visits(), before + 1)
  await li.context.close()
})

t.test('answers that get lost on their way, of visits and of photos: sent again, there once', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await page.waitForTimeout(300)
  const before = await visits()
  const photosBefore = (await town.db.selectFrom('photos').select('id').execute()).length
  // The house takes it and commits; the phone never hears of it.
  await page.evaluate(`(() => {
    const real = fetch
    window.lost = []
    window.fetch = async (address, options) => {
      const reply = await real(address, options)
      const what = /sync$/.test(address) ? 'visits' : /photo$/.test(address) ? 'photo' : ''
      if (!what || window.lost.filter((one) => one === what).length >= 2) return reply
      window.lost.push(what)
      throw new TypeError('Failed to fetch')
    }
  })()`)
  await open(page, '501')
  await talk(page, '健身器材松了', picture)
  await page.locator('#save').click()
  await pill(page, '离线 · 1 条待交')
  // Each time the line seems to be back it tries again.
  while ((await page.locator('#link').textContent()) !== '都交了') {
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.waitForTimeout(150)
  }
  t.same(await page.evaluate('lost'), ['visits', 'visits', 'photo', 'photo'])
  t.equal(await visits(), before + 1)
  t.equal((await town.db.selectFrom('photos').select('id').execute()).length, photosBefore + 1)
  await li.context.close()
})

t.test('two tabs at one door, and a draft that comes late: neither writes over what is kept', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  const before = await visits()
  await li.context.setOffline(true)
  await open(page, '602')
  await talk(page, '花坛的砖头松了', picture)
  await page.waitForTimeout(600)
  const other = await li.context.newPage()
  await other.goto(at(page, '#12/602'))
  await other.locator('.shot img').first().waitFor()
  await other.locator('.words').first().fill('花坛的砖头松了，绊倒过人')
  for (const tab of [page, other]) {
    await tab.locator('#save').click()
    await tab.getByText('602 室存好了').waitFor()
  }
  await page.evaluate(`(async () => {
    const { list } = await doorStore.records()
    const { id, building, door } = list[0]
    const photo = { id: list[0].photos[0].id, bytes: new ArrayBuffer(4) }
    await doorStore.keepDraft({ id, building, door, matters: [] }, [photo])
  })()`)
  t.equal(await kept(page, 'drafts'), 0)
  t.equal(await kept(page, 'photos'), 2)
  await li.context.setOffline(false)
  await page.locator('#pill').click()
  await page.locator('#rows li[data-state=sent]').nth(1).waitFor()
  await pill(page, '都交了')
  t.equal(await visits(), before + 2, 'both are handed in')
  const words = await town.db
    .selectFrom('filings')
    .select('words')
    .where('words', 'like', '花坛%')
    .orderBy('words')
    .execute()
  t.same(words, [{ words: '花坛的砖头松了' }, { words: '花坛的砖头松了，绊倒过人' }])
  await li.context.close()
})

t.test('the code on a sheet opens its door, also without a signal', async (t) => {
  const li = await stage.person('li')
  const page = await li.go(home)
  await ready(page)
  await li.context.setOffline(true)
  await page.goto(`${new URL(page.url()).origin}/c/wutongli/door/?b=12&d=501`)
  await page.locator('#form').waitFor()
  t.match(await page.locator('#title').textContent(), '501')
  await page.goto(`${new URL(page.url()).origin}/c/wutongli/door/?b=3&d=301`)
  await page.getByText('不在您这次要走的门里').waitFor()
  await li.context.close()
})

t.test('without scripts the page leads to the form that needs none', async (t) => {
  const li = await stage.person('li', { script: false })
  const page = await li.go('/door/?b=12&d=602')
  t.match(await page.content(), '这一页要打开脚本才能用')
  await page.getByText('用普通表单记').click()
  await page.waitForURL(/desk\/visits\/new\?building=12&door=602/)
})

t.test('in English, in the dark and in large type it is the same page', async (t) => {
  const li = await stage.person('li', { lang: 'en' })
  await li.context.addCookies([{ name: 'size', value: 'xl', url: new URL((await li.go(home)).url()).origin }])
  const page = await li.go(home)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.reload()
  await ready(page)
  await isAccessible(t, page, 'her doors in English, large and dark')
  await open(page, '602')
  await page.locator('#form').waitFor()
  await isAccessible(t, page, 'a door in English, large and dark')
  t.equal(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), 0)
  await page.locator('#save').click()
  await page.locator('#q-outcome .errmsg').waitFor()
  await isAccessible(t, page, 'a door with an error')
  await li.context.close()
})
