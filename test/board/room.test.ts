import t from 'tap'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { call } from '../lib/phone.ts'
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

t.test('a page that brought the open ballot with it is not sent it once more, only the next one', async (t) => {
  const town = await startTown(t)
  const meeting = await sitting(town)
  const { meetingNo } = meeting
  await meeting.arrive('12-602')
  const zhou = await town.as('zhou')
  const asked = { question: '同意末班车延到二十三点', abstain: true, rule: 'M2', tallyShown: 'live' } as const
  const open = async (itemNo: number) => {
    const by = { personId: town.cast.people.zhou }
    return (await openBallot(town.db, { ...asked, meetingNo, itemNo, by, at: town.clock.now })).no
  }
  const before = (await (await town.as()).get(`/meetings/${meetingNo}`)).body
  const first = await open(meeting.itemNo)
  const page = (await (await town.as()).get(`/meetings/${meetingNo}`)).body
  const topic = (html: string) => /topic=(booth:[\d:]+)/.exec(html)?.[1] ?? ''
  const booths = (phone: { frames: string[] }) => phone.frames.filter((frame) => /id="booth-\d+"/.test(frame)).length
  const came = await call(t, town, [topic(page), `room:${meetingNo}`])
  const waited = await call(t, town, [topic(before), `room:${meetingNo}`])
  await waited.until(({ frames }) => frames.length === 2, 'the ballot and the room')
  await came.until(({ frames }) => frames.length === 1, 'the room')
  t.same([booths(waited), booths(came)], [1, 0])

  await zhou.post(`/ballots/${first}/closure`)
  const second = await open((await meeting.another()).itemNo)
  await came.until((phone) => booths(phone) === 1, 'the next ballot')
  t.match(came.frames.join(), `outerHTML:#next-${meetingNo}-2`)
  t.match(came.frames.join(), `id="booth-${second}"`)
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
