import t from 'tap'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from '../vote/sitting.ts'

t.test('the ballot and the room are two panels, and either may reach a phone first', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const meeting = await sitting(town)
  const no = meeting.meetingNo
  await meeting.arrive('12-602', '12-601')
  const zhou = await stage.person('zhou', { width: 1366 })

  /** A phone on which every frame of one panel comes half a second later than the rest. */
  const phone = async (door: '12-602' | '12-601', slow: string) => {
    const person = await stage.person({ door })
    await person.page.routeWebSocket(/\/live/, (socket) => {
      const server = socket.connectToServer()
      server.onMessage((frame) => {
        if (String(frame).includes(`id="${slow}-`)) setTimeout(() => socket.send(frame), 500)
        else socket.send(frame)
      })
    })
    await person.go(`/meetings/${no}`)
    await person.page.getByText('已连上，自动更新').waitFor()
    return person.page
  }
  const ballotFirst = await phone('12-602', 'room')
  const roomFirst = await phone('12-601', 'booth')

  await zhou.go(`/meetings/${no}/items/${meeting.itemNo}/ballot`)
  await zhou.page.locator('[name="rule"][value="M2"]').check({ force: true })
  await zhou.page.locator('form[action$="/ballot"] button').click()
  await zhou.page.waitForURL(/\/chair$/)
  const ballot = (await openBallotOf(town.db, no))?.no as number
  for (const page of [ballotFirst, roomFirst]) {
    await page.locator(`[data-open-ballot="${ballot}"]`).waitFor()
    await page.locator('.booth form').waitFor()
    t.ok(await page.locator('.booth form').isVisible(), 'the ballot is there to be filled in')
  }

  await ballotFirst.locator('.opt-for').click()
  await ballotFirst.locator('.booth button.btn-1').click()
  await ballotFirst.locator('.receipt').waitFor()
  await zhou.go(`/ballots/${ballot}`)
  await zhou.page.getByRole('button', { name: '结束表决并公布' }).click()
  await roomFirst.locator('.booth form').waitFor({ state: 'detached' })
  t.equal(await roomFirst.locator('.booth').count(), 0, 'a form nobody touched goes with its vote')
  await ballotFirst.locator('.booth.over').waitFor()
  t.ok(await ballotFirst.locator('.receipt').isVisible(), 'a receipt stays')
})

t.test(
  'the button for a hand comes and goes with the item, and her own hand follows what the chair does',
  async (t) => {
    const town = await startTown(t)
    town.clock.now = new Date()
    const stage = await openStage(t, town)
    const meeting = await sitting(town)
    const at = `/meetings/${meeting.meetingNo}`
    await meeting.arrive('12-602', '12-601')
    const zhou = await town.as('zhou')
    const step = async (noun: string) =>
      t.equal((await zhou.post(`${at}/items/${meeting.itemNo}/${noun}`)).statusCode, 303)
    await step('return')
    await step('return')

    const wang = await stage.person({ door: '12-602' })
    const stranger = await stage.person({ door: '3-101' })
    for (const { page, go } of [wang, stranger]) {
      await go(at)
      await page.getByText('已连上，自动更新').waitFor()
    }
    const raise = wang.page.getByRole('button', { name: '举手发言' })
    t.equal(await raise.count(), 0, 'nothing is on the table')
    await step('introduction')
    await raise.waitFor()
    await stranger.page.locator('.hands button').waitFor({ state: 'attached' })
    t.notOk(await stranger.page.locator('.hands button').isVisible(), 'who is not in the room has no hand to raise')
    await isAccessible(t, wang.page, '/meetings/:no')

    await raise.click()
    await wang.page.getByText('您举着手').waitFor()
    t.notOk(await wang.page.locator('.hands button').isVisible(), 'once is enough')
    await zhou.post(`${at}/speakers/call`, { after: '0' })
    await wang.page.getByText('轮到您发言了').waitFor()
    const { id } = await town.db.selectFrom('turns').select('id').executeTakeFirstOrThrow()
    await zhou.post(`${at}/speakers/call`, { after: String(id) })
    await raise.waitFor()
    await raise.click()
    await wang.page.getByText('您举着手').waitFor()
    await wang.page.getByRole('button', { name: '手放下' }).click()
    await raise.waitFor()
  },
)
