import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createReckoner } from '../../src/listen/questions/reckoning.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { planted } from './planted.ts'

t.test('a question on real phones', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
  const words = Array.from({ length: 12 }, (_, i) => `广场的第 ${i + 1} 种用法，大家看看行不行`)
  const form = { key: randomUUID(), title: '广场晚上怎么用', closes_on: soon, statements: words.join('\n') }
  const opened = await (await town.as('shen')).post('/desk/questions', form)
  const no = Number(/\/(\d+)$/.exec(String(opened.headers.location))?.[1])

  await t.test('a tap an answer, in place; the next statement takes its turn', async (t) => {
    const phone = await stage.person()
    await phone.go('/questions')
    await isAccessible(t, phone.page, 'the list of questions')
    await fitsNarrow(t, phone.page, 'the list of questions')
    await phone.page.getByRole('link', { name: '广场晚上怎么用' }).click()
    await phone.page.locator('#asking').waitFor()
    await isAccessible(t, phone.page, 'a statement')
    await fitsNarrow(t, phone.page, 'a statement')
    await phone.page.evaluate('window.stayed = true')
    for (const [name, said] of [
      ['同意', 1],
      ['不同意', 2],
      ['说不好', 3],
    ] as const) {
      await phone.page.getByRole('button', { name, exact: true }).click()
      await phone.page.getByText(`说了 ${said} 句，一共 12 句`).waitFor()
    }
    t.ok(await phone.page.evaluate('window.stayed'), 'without the page being loaded again')
    const answers = await town.db.selectFrom('question_answers').select('opinion').execute()
    t.same(answers.map(({ opinion }) => opinion).sort(), [-1, 0, 1])
    await phone.page.locator('summary').click()
    await phone.page.fill('#words', '再添几把椅子')
    await phone.page.getByRole('button', { name: '添上去' }).click()
    await phone.page.getByText('社工看过以后').waitFor()
    await isAccessible(t, phone.page, 'the page after a statement was added')
  })

  await t.test('without JavaScript each answer is a form; in the largest type it fits', async (t) => {
    const plain = await stage.person({ door: '12-602' }, { script: false, lang: 'en' })
    await plain.go(`/questions/${no}?size=xl`)
    await fitsNarrow(t, plain.page, 'a statement in the largest type')
    await plain.page.getByRole('button', { name: 'Disagree' }).click()
    await plain.page.getByText('1 of 12 answered').waitFor()
  })

  await t.test('the desk lets a statement through, and later brings the picture to the agenda', async (t) => {
    const shen = await stage.person('shen', { width: 1366 })
    await shen.go('/desk/questions')
    await isAccessible(t, shen.page, 'the desk’s questions')
    await fitsNarrow(t, shen.page, 'the desk’s questions')
    await shen.go(`/desk/questions/${no}`)
    await isAccessible(t, shen.page, 'the statements at the desk')
    await fitsNarrow(t, shen.page, 'the statements at the desk')
    await shen.page.getByRole('button', { name: /可以用/ }).click()
    await shen.page.getByText('待看').waitFor({ state: 'detached' })

    const { id } = await town.db.selectFrom('questions').select('id').executeTakeFirstOrThrow()
    const asked = await town.db.selectFrom('question_statements').select('id').orderBy('id').limit(12).execute()
    const crowd = planted({ people: 60, statements: 12, groups: 3, noise: 0.05, missing: 0.1, seed: 5 })
    for (const [i, answers] of crowd.people.entries()) {
      const voice = { question_id: id, household_id: null, token_sha256: Buffer.from(`v${i}`), began_at: new Date() }
      const { id: voiceId } = await town.db
        .insertInto('question_voices')
        .values(voice)
        .returning('id')
        .executeTakeFirstOrThrow()
      const rows = asked.flatMap((statement, at) =>
        Number.isNaN(answers[at])
          ? []
          : [{ voice_id: voiceId, statement_id: statement.id, opinion: answers[at] ?? 0, answered_at: new Date() }],
      )
      await town.db.insertInto('question_answers').values(rows).execute()
    }
    const reckoner = createReckoner(town.house, () => new Date(), { failed: t.error })
    reckoner.soon(town.community.id, id)
    await reckoner.settle()
    await shen.go(`/questions/${no}/results`)
    t.equal(await shen.page.locator('.group').count(), 3)
    await isAccessible(t, shen.page, 'the results')
    await fitsNarrow(t, shen.page, 'the results')
    if (process.env.SHOTS) await shen.page.screenshot({ path: `${process.env.SHOTS}/results.png`, fullPage: true })
    await shen.page.getByRole('button', { name: '列为议题' }).click()
    await shen.page.waitForURL(/\/desk\/agenda\/\d+$/)
    t.equal(await shen.page.locator('.group').count(), 3, 'the picture came along')
    await isAccessible(t, shen.page, 'the agenda item')
    await fitsNarrow(t, shen.page, 'the agenda item')
    const dark = await stage.person(undefined, { lang: 'en' })
    await dark.page.emulateMedia({ colorScheme: 'dark' })
    await dark.go(`/questions/${no}/results`)
    await isAccessible(t, dark.page, 'the results in the dark')
    if (process.env.SHOTS) await dark.page.screenshot({ path: `${process.env.SHOTS}/results-dark.png` })
    await dark.go(`/questions/${no}`)
    await isAccessible(t, dark.page, 'a statement in the dark')
    if (process.env.SHOTS) await dark.page.screenshot({ path: `${process.env.SHOTS}/asking.png` })
  })
})
