import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'

t.test('two who write along, and the room that reads along', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const form = { title: '电瓶车夜谈会', place: '6 号楼门厅', held_at: '2026-11-25T19:00', announced: 'on' }
  const opened = await (await town.as('shen')).post('/desk/gatherings', form)
  const no = Number(/\/(\d+)$/.exec(String(opened.headers.location))?.[1])
  const { board_key: board } = await town.db
    .selectFrom('gatherings')
    .select('board_key')
    .where('no', '=', no)
    .executeTakeFirstOrThrow()
  const words = async () =>
    (
      await town.db.selectFrom('gathering_lines').select('words').where('gone', 'is', null).orderBy('nth').execute()
    ).map((line) => line.words)
  const shen = await stage.person('shen', { width: 1366 })
  const li = await stage.person('li')
  const wall = await stage.person(undefined, { width: 1920, height: 1080 })
  await wall.go(`/gatherings/${no}/board/${board}`)
  await isAccessible(t, wall.page, 'the empty screen')
  for (const each of [shen, li]) await each.go(`/desk/gatherings/${no}`)

  await t.test('Enter is all it takes; each sees what the other wrote, and what she is typing stays', async (t) => {
    await li.page.fill('#words', '我写到一半的')
    await shen.page.locator('#words').focus()
    for (const line of ['车棚漏雨', '插座泡了水', '充电桩不够']) {
      await shen.page.keyboard.type(line)
      await shen.page.keyboard.press('Enter')
    }
    await li.page.locator('.notes').getByText('充电桩不够').waitFor()
    await wall.page.locator('.spoken').getByText('充电桩不够').waitFor()
    t.equal(await li.page.inputValue('#words'), '我写到一半的', 'as she left it')
    await li.page.locator('#words').press('Enter')
    await shen.page.locator('.notes').getByText('我写到一半的').waitFor()
    await wall.page.locator('.spoken').getByText('我写到一半的').waitFor()
    t.same(await words(), ['车棚漏雨', '插座泡了水', '充电桩不够', '我写到一半的'])
    t.equal(await shen.page.evaluate('document.activeElement.id'), 'words', 'and her hands stay where they are')
    await isAccessible(t, li.page, 'the note-taker’s page')
    await fitsNarrow(t, li.page, 'the note-taker’s page')
    await isAccessible(t, wall.page, 'the screen')
  })

  await t.test('a line taken back with Z comes back into the box to be set right', async (t) => {
    await li.page.locator('#undo button').waitFor()
    await li.page.locator('h1').click()
    await li.page.keyboard.press('Escape')
    await li.page.keyboard.press('z')
    await wall.page.getByText('我写到一半的').waitFor({ state: 'detached' })
    await li.page.waitForFunction('document.querySelector("#words").value === "我写到一半的"')
    await li.page.locator('#words').press('End')
    await li.page.keyboard.type('，现在写完了')
    await li.page.keyboard.press('Enter')
    await wall.page.locator('.spoken').getByText('我写到一半的，现在写完了').waitFor()
    t.equal((await words()).length, 4)
  })

  await t.test('while the line is down lines wait in the tab, over a reload too, and each arrives once', async (t) => {
    // The first answer is lost on its way back: it was filed, and she cannot know.
    let asked = 0
    await shen.page.route('**/lines', async (route) => {
      asked++
      if (asked === 1) await route.fetch()
      await route.abort()
    })
    await shen.page.fill('#words', '断网时说的第一句')
    await shen.page.locator('#words').press('Enter')
    await shen.page.fill('#words', '断网时说的第二句')
    await shen.page.locator('#words').press('Enter')
    await shen.page.locator('#unsent').getByText('断网时说的第二句').waitFor()
    await isAccessible(t, shen.page, 'lines that wait')
    await shen.page.reload()
    await shen.page.locator('#unsent').getByText('断网时说的第二句').waitFor()
    await shen.page.unroute('**/lines')
    await wall.page.locator('.spoken').getByText('断网时说的第二句').waitFor()
    await shen.page.locator('#unsent li').first().waitFor({ state: 'detached' })
    t.same((await words()).slice(-2), ['断网时说的第一句', '断网时说的第二句'])
  })

  await t.test('without JavaScript it is a form a line', async (t) => {
    const plain = await stage.person('gu', { script: false })
    await plain.go(`/desk/gatherings/${no}`)
    await plain.page.fill('#words', '没有脚本也记下了')
    await plain.page.locator('#words').press('Enter')
    await plain.page.locator('.notes').getByText('没有脚本也记下了').waitFor()
    await plain.page.locator('#undo button').click()
    await plain.page.waitForLoadState()
    t.equal(await plain.page.getByText('没有脚本也记下了').count(), 0)
  })

  await t.test('a resident signs up on her phone and says “here” by the code on the wall', async (t) => {
    const phone = await stage.person()
    await phone.go('/gatherings')
    await isAccessible(t, phone.page, 'what is planned')
    await fitsNarrow(t, phone.page, 'what is planned')
    await phone.page.getByRole('link', { name: '电瓶车夜谈会' }).click()
    await isAccessible(t, phone.page, 'the invitation')
    await fitsNarrow(t, phone.page, 'the invitation')
    await phone.page.fill('#name', '王芳')
    await phone.page.getByRole('button', { name: '报名' }).click()
    await phone.page.getByText('您是 1 号').waitFor()
    await isAccessible(t, phone.page, 'her place')
    const { door_key: door } = await town.db.selectFrom('gatherings').select('door_key').executeTakeFirstOrThrow()
    await phone.go(`/gatherings/${no}/arrivals/${door}?size=xl`)
    await fitsNarrow(t, phone.page, 'the sign-in in the largest type')
    await phone.page.fill('#name', '王芳')
    await phone.page.getByRole('button', { name: '我到了' }).click()
    await phone.page.getByText('签到好了').waitFor()
    await wall.page.getByText('到了 1 位').waitFor()
    await shen.page.locator('#speakers option[value="1 王芳"]').waitFor({ state: 'attached' })
    await shen.go(`/desk/gatherings/${no}/signups`)
    await isAccessible(t, shen.page, 'the list at the door')
    await fitsNarrow(t, shen.page, 'the list at the door')
  })

  await t.test('somebody in the room says that a line is wrong, and it is put right before all eyes', async (t) => {
    await shen.go(`/desk/gatherings/${no}`)
    await shen.page.locator('.notes li', { hasText: '车棚漏雨' }).getByRole('link').click()
    await isAccessible(t, shen.page, 'the page that corrects a line')
    await fitsNarrow(t, shen.page, 'the page that corrects a line')
    await shen.page.fill('#words', '老车棚东边漏雨')
    await shen.page.getByRole('button', { name: '改好了' }).click()
    await shen.page.locator('.notes').getByText('老车棚东边漏雨').waitFor()
    await shen.page.getByRole('button', { name: '这一场结束' }).click()
    await wall.page.getByText('谢谢大家').waitFor()
    const filed = await town.db.selectFrom('filings').select('words').orderBy('no').execute()
    t.same(
      filed.map((one) => one.words),
      await words(),
    )
  })
})
