import { randomUUID } from 'node:crypto'
import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'

t.test('a survey on real phones', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
  const shen = await stage.person('shen', { width: 1366 })
  const looks = async (page: typeof shen.page, name: string) => {
    await isAccessible(t, page, name)
    await fitsNarrow(t, page, name)
  }

  await shen.go('/desk/surveys')
  await shen.page.fill('#title', '健身角装什么')
  await shen.page.fill('#why', '有两万块钱，装什么大家说了算。')
  await shen.page.fill('#closes_on', soon)
  await shen.page.getByLabel('全体住户').check()
  await looks(shen.page, 'the list at the desk')
  await shen.page.getByRole('button', { name: '先存成草稿' }).click()
  await shen.page.waitForURL(/\/desk\/surveys\/1$/)
  const desk = await town.as('shen')
  for (const question of [
    { kind: 'single', words: '您锻炼吗', options: '天天\n从不' },
    { kind: 'multiple', words: '装什么', options: '单杠\n太极轮\n乒乓桌', most: '2' },
    { kind: 'scale', words: '现在的好不好用', low: '不好', high: '好' },
    { kind: 'text', words: '还有什么想说' },
  ])
    await desk.post('/desk/surveys/1/questions', { key: randomUUID(), ...question })
  await shen.go('/desk/surveys/1')
  await looks(shen.page, 'a draft')
  await shen.page.getByRole('link', { name: '改 您锻炼吗' }).click()
  await shen.page.getByRole('heading', { level: 1, name: '改第 1 题' }).waitFor()
  await looks(shen.page, 'one question')
  await shen.page.selectOption('#to-1', { label: '第 4 题：还有什么想说' })
  await shen.page.getByRole('button', { name: '存好' }).click()
  await shen.page.getByText('选这个，接着答第 4 题').waitFor()
  await shen.page.getByRole('button', { name: '开始，请大家答' }).click()
  await shen.page.getByText('眼下的数').waitFor()

  const wang = await stage.person({ door: '12-602' })
  await wang.go('/surveys')
  await looks(wang.page, 'the list of surveys')
  await wang.page.getByRole('link', { name: '健身角装什么' }).click()
  await wang.page.getByLabel('从不').check()
  await wang.page.getByLabel('太极轮').check()
  await wang.page.getByRole('textbox', { name: '还有什么想说' }).fill('电话 13812345678，想要太极轮')
  await looks(wang.page, 'a sheet')
  await wang.page.getByRole('button', { name: '交上去' }).click()
  await wang.page.getByText('填了的也没有记').waitFor()
  t.ok(await wang.page.getByLabel('从不').isChecked(), 'her answer stands there')

  // Without JavaScript, in English and the largest type.
  const plain = await stage.person(undefined, { script: false, lang: 'en' })
  await plain.go('/surveys/1?size=xl')
  await fitsNarrow(t, plain.page, 'a sheet in the largest type')
  await plain.page.getByRole('button', { name: 'Send' }).click()
  await plain.page.getByRole('alert').waitFor()
  await plain.page.getByLabel('天天').check()
  await plain.page.getByLabel('单杠').check()
  await plain.page.getByRole('button', { name: 'Send' }).click()
  await plain.page.waitForURL(/sent=1$/)
  t.equal((await town.db.selectFrom('survey_voices').select('id').execute()).length, 2)

  await shen.page.reload()
  await looks(shen.page, 'the counts at the desk')
  await shen.page.getByRole('button', { name: '现在就截止' }).click()
  await shen.page.getByRole('link', { name: '下载结果' }).waitFor()
  await shen.go('/desk/surveys/1/progress')
  await looks(shen.page, 'how far each building is')
  await shen.go('/desk/surveys/1/words')
  await looks(shen.page, 'what people wrote')
  await shen.page.getByRole('textbox').fill('想要太极轮')
  await shen.page.getByRole('button', { name: /公开这句/ }).click()
  await shen.page.getByText('沈洁放出去的').waitFor()

  const dark = await stage.person(undefined, { lang: 'en' })
  await dark.page.emulateMedia({ colorScheme: 'dark' })
  await dark.go('/surveys/1')
  await dark.page.getByText('想要太极轮').waitFor()
  await looks(dark.page, 'the results in the dark')
  await shen.go('/desk/surveys/1')
  await shen.page.getByRole('button', { name: '列为议题' }).click()
  await shen.page.waitForURL(/\/desk\/agenda\/\d+$/)
  await looks(shen.page, 'the agenda item')
})
