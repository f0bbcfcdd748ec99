import t from 'tap'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from '../vote/sitting.ts'

t.test('a chair leads by keyboard, and every screen survives the loss of its network', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const room = await sitting(town)
  const at = `/meetings/${room.meetingNo}`
  await room.arrive('12-602', '12-601')
  for (const [i, who] of (['zhou', 'wu', 'qian', 'feng', 'han'] as const).entries()) await room.sit(who, i + 1)

  /** A screen whose network can be cut: no requests, and no socket either until it is back. */
  const screen = async (who: Parameters<typeof stage.person>[0], width: number) => {
    const person = await stage.person(who, { width, height: width > 800 ? 768 : 812 })
    let cut = false
    const lines = new Set<() => void>()
    await person.page.routeWebSocket(/\/live/, (socket) => {
      if (cut) return socket.close({ code: 1012 })
      const server = socket.connectToServer()
      const drop = () => {
        socket.close({ code: 1012 })
        server.close()
      }
      lines.add(drop)
    })
    return {
      ...person,
      async lose() {
        cut = true
        await person.context.setOffline(true)
        for (const drop of lines) drop()
        lines.clear()
      },
      async find() {
        cut = false
        await person.context.setOffline(false)
      },
    }
  }
  const chair = await screen('zhou', 1366)
  const wall = await screen(undefined, 1366)
  const phone = await screen({ door: '12-602' }, 375)
  await chair.go(`${at}/chair`)
  await wall.go(`${at}/projector`)
  await phone.go(at)
  await chair.page.getByText('已连上').waitFor()

  // Space goes to the form that opens the vote, and from there the keyboard alone brings it back.
  await chair.page.keyboard.press('+')
  await chair.page.keyboard.type('vvv zz')
  t.equal(await chair.page.inputValue('#who'), 'vvv zz', 'no key fires in a text box')
  await chair.page.locator('#who').fill('')
  await chair.page.keyboard.press('Escape')
  await chair.page.keyboard.press('v')
  await chair.page.waitForURL(/\/ballot$/)
  await chair.page.locator('[name="rule"][value="M2"]').check({ force: true })
  await chair.page.locator('form[action$="/ballot"] button').press('Enter')
  await chair.page.waitForURL(/\/chair$/)
  const no = (await openBallotOf(town.db, room.meetingNo))?.no as number
  await phone.page.locator('.booth form').waitFor()
  await wall.page.getByText('表决中').first().waitFor()

  await t.test('the wall keeps its last frame, marks that it is cut off, and catches up', async (t) => {
    await wall.lose()
    await wall.page.getByText('断线').waitFor()
    t.match(await wall.page.innerText('main.stage'), '表决中', 'the last good frame stays')
    const own = await stage.person({ door: '12-601' })
    await own.go(`/ballots/${no}`)
    await own.page.locator('.opt-against').click()
    await own.page.locator('.booth button').click()
    await own.page.locator('.receipt').waitFor()
    await wall.find()
    await wall.page.getByText('已投 1 户').waitFor()
    await wall.page.locator('.wall-lost:not(.off)').waitFor({ state: 'attached' })
  })

  await t.test('a phone keeps the choice that was made and casts it when it is back', async (t) => {
    await phone.page.locator('.booth .opt-for').click()
    await phone.lose()
    await phone.page.getByText('没连上，照样能投').waitFor()
    t.ok(await phone.page.locator('.booth .opt-for input').isChecked())
    await phone.find()
    await phone.page.getByText('已连上').waitFor()
    t.ok(await phone.page.locator('.booth .opt-for input').isChecked(), 'as she left it')
    await phone.page.locator('.booth button').click()
    await phone.page.locator('.receipt').waitFor()
  })

  await t.test('a step of a chair who is cut off is not lost behind an error page', async (t) => {
    await chair.lose()
    await chair.page.locator('.pill-live.off').waitFor()
    await chair.page.keyboard.press(' ')
    await chair.page.getByText('这一步没有送出去').waitFor()
    t.equal((await openBallotOf(town.db, room.meetingNo))?.stoppedAt, null)
    await chair.find()
    await chair.page.getByText('已连上').waitFor()
    await chair.page.keyboard.press(' ')
    await chair.page.getByRole('button', { name: '撤回，接着投' }).waitFor()
    await phone.page.getByText('表决已停，正在核对').waitFor()
    await chair.page.keyboard.press('z')
    await phone.page.getByText('表决已停，正在核对').waitFor({ state: 'detached' })
    await chair.page.getByRole('button', { name: '结束表决' }).waitFor()
    // The button is on the page that goes, too: a key pressed there would go with it.
    const again = chair.page.waitForEvent('load')
    await chair.page.keyboard.press('t')
    await again
    await chair.page.getByRole('button', { name: '遮住票数' }).waitFor()
    await chair.page.keyboard.press('h')
    await chair.page.getByRole('button', { name: '露出票数' }).waitFor()
    await isAccessible(t, chair.page, "the chair's console")
    await isAccessible(t, wall.page, 'the wall')
    await fitsNarrow(t, chair.page, "the chair's console")
  })

  await t.test('a second chair reads and has no keys', async (t) => {
    const wu = await stage.person('wu', { width: 1366 })
    await wu.go(`${at}/chair`)
    await wu.page.getByText('由周敏主持').waitFor()
    await wu.page.keyboard.press(' ')
    t.equal(await wu.page.locator('.acts:visible').count(), 0)
    t.equal((await openBallotOf(town.db, room.meetingNo))?.stoppedAt, null)
    await wu.go(`${at}/seats`)
    await isAccessible(t, wu.page, 'seats and recusals')
    await wu.go(`/desk/meetings/${room.meetingNo}/votes`)
    await isAccessible(t, wu.page, "the desk's ballot")
    await fitsNarrow(t, wu.page, "the desk's ballot")
  })

  await chair.page.keyboard.press(' ')
  await chair.page.getByRole('button', { name: '公布结果' }).waitFor()
  await chair.page.keyboard.press(' ')
  await phone.page.locator('.booth.over').waitFor()
  t.ok(await phone.page.locator('.booth .receipt').isVisible(), 'the receipt stays with the result')
})
