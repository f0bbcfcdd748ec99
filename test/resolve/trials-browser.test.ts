import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { evening, ownerOf } from './passed.ts'

t.test('a trial is marked, read and followed, with scripts and without, by anybody', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const night = await evening(town, { adjourned: true })
  const day = (n: number) => new Date(town.clock.now.getTime() + n * 86_400_000 + 28_800_000).toISOString().slice(0, 10)

  const zhou = await stage.person('zhou', { width: 1366, script: false })
  const form = await zhou.go(night.path)
  await form.locator('[name="owner"]').selectOption(ownerOf(town, 4, 'feng'))
  await form.locator('[name="due"]').fill(day(20))
  await form.locator('[name="trial"]').check()
  await form.locator('main button').last().click()
  await form.getByText('请选试行到哪天').first().waitFor()
  t.ok(await form.locator('[name="trial"]').isChecked(), 'what she chose is still chosen')
  for (const [name, value] of [
    ['ends', day(30)],
    ['metric', '晚班车乘坐人数'],
    ['unit', '人/天'],
    ['target', '20'],
  ] as const)
    await form.locator(`[name="${name}"]`).fill(value)
  await form.locator('main button').last().click()
  await form.waitForURL(/\/resolutions\/\d+$/)
  const path = `${new URL(form.url()).pathname.replace(/^\/c\/[^/]+/, '')}/trial`

  const feng = await stage.person('feng')
  const page = await feng.go(path)
  for (const value of ['很多', '23']) {
    await page.locator('[name="value"]').fill(value)
    await page.getByRole('button', { name: '记下来' }).click()
    if (value === '很多') await page.getByText('请写 0 到 1000000 的整数').first().waitFor()
  }
  await page.locator('svg.chart').waitFor()

  for (const lang of ['zh', 'en'] as const) {
    const anybody = await stage.person(undefined, { lang })
    const holder = await stage.person('feng', { lang })
    for (const [who, where] of [
      [anybody, path],
      [anybody, `/issues/${night.issue.no}`],
      [holder, path],
      [holder, '/seat'],
    ] as const) {
      const shown = await who.go(where)
      await isAccessible(t, shown, `${where} in ${lang}`)
      await fitsNarrow(t, shown, `${where} in ${lang}`)
    }
  }
})
