import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../../browser.ts'
import { startTown } from '../../harness.ts'
import { hostile } from '../help.ts'
import { build, filings } from './help.ts'

const chat = `张三 2026/11/24 19:03\n末班车太早了\n张三 2026/11/24 19:04\n能不能晚一点\n李阿姨 2026/11/24 19:05\n${hostile.htmx}\n王${'长'.repeat(60)}`
const orders = Buffer.from(
  '工单编号,来电人,诉求内容,诉求地址\n1,王先生,12号楼楼道灯不亮，老人看不清台阶,梧桐里12号楼\n2,,,\n',
)

t.test('from the chat to the filing, and from the spreadsheet to the inbox, without a script', async (t) => {
  const town = await startTown(t)
  const stage = await openStage(t, town)
  const shen = await town.as('shen')
  const [group, hotline] = [await build(shen), await build(shen, { kind: 'hotline', name: '12345 热线' })]
  const { page, go } = await stage.person('shen', { script: false })

  await go(`/desk/bridges/${group}/paste`)
  await page.fill('#text', chat)
  await page.click('main form .btn-1')
  for (const at of [0, 1]) await page.check(`input[name=pick][value="${at}"]`)
  await page.click('main form .btn-1')
  t.match(await page.textContent('main'), '登记好 1 条')
  t.equal((await filings(town))[0]?.words, '末班车太早了\n能不能晚一点', 'joined, as the page proposes')

  await go(`/desk/bridges/${hotline}/import`)
  await page.setInputFiles('#file', { name: 'a.csv', mimeType: 'text/csv', buffer: orders })
  for (let step = 0; step < 3; step++) await page.click('main form .btn-1')
  t.match(await page.textContent('main'), '进来 1 条新的')
  await page.check('input[name=arrival]')
  await page.click('summary')
  await page.selectOption('#reason', 'elsewhere')
  await page.click('.btn-no')
  t.match(await page.textContent('main'), '1 条放一边了')
})

t.test('the pages are for everybody’s eyes, fingers and screens', async (t) => {
  const town = await startTown(t)
  const stage = await openStage(t, town)
  const [shen, admin] = [await town.as('shen'), await town.as('admin')]
  const [group, hotline, post] = [
    await build(shen),
    await build(shen, { kind: 'hotline', name: '12345 热线' }),
    await build(shen, { kind: 'open311', name: '街道' }),
  ]
  await admin.post(`/desk/bridges/${post}/secrets`, { kind: 'token' })
  await shen.post(`/desk/bridges/${group}/voices`, { text: chat, pick: '0' })
  const sent = await shen.upload(
    `/desk/bridges/${hotline}/import`,
    {},
    { field: 'file', name: 'x.csv', bytes: orders, type: 'text/csv' },
  )
  const sheet = String(sent.headers.location).replace('/c/wutongli', '')
  await shen.post(`${sheet}/import`, { words: '2', number: '0', name: '1' })
  const pages = {
    shen: [
      '/desk/bridges',
      '/desk/bridges/new',
      `/desk/bridges/${group}`,
      `/desk/bridges/${group}/paste`,
      `/desk/bridges/${hotline}/import`,
      sheet,
      '/desk/inbox?all=1',
      '/desk/inbox?state=filed',
    ],
    admin: [`/desk/bridges/${post}`, `/desk/bridges/${post}/wiring`],
  }
  for (const lang of ['zh', 'en'] as const)
    for (const who of ['shen', 'admin'] as const) {
      const { page, go } = await stage.person(who, { lang })
      for (const path of pages[who]) {
        for (const size of ['', 'xl']) {
          await go(`${path}${size && (path.includes('?') ? '&size=xl' : '?size=xl')}`)
          await fitsNarrow(t, page, `${path} ${size} ${lang}`)
          if (size === '' || lang === 'zh') await isAccessible(t, page, `${path} ${size} ${lang}`)
        }
      }
    }
  const { page, go } = await stage.person('shen')
  await go(`/desk/bridges/${group}/paste`)
  await page.fill('#text', chat)
  await page.click('main form .btn-1')
  await isAccessible(t, page, 'the voices')
  await fitsNarrow(t, page, 'the voices')
  await page.click('main form .btn-1')
  t.match(await page.textContent('.summary'), '请先勾上要登记的那几句')
  await isAccessible(t, page, 'the voices with an error')
  await page.context().addCookies([{ name: 'theme', value: 'dark', url: page.url() }])
  await go('/desk/inbox')
  await isAccessible(t, page, 'the inbox in the dark')
  await go(sheet)
  await page.click('main form .btn-1')
  await isAccessible(t, page, 'the report')
  await fitsNarrow(t, page, 'the report')
})
