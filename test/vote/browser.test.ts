import t from 'tap'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

t.test('a ballot on real phones', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const meeting = await sitting(town)
  await meeting.arrive('12-602', '12-601', '12-502', '3-101', '3-102')
  const zhou = await stage.person('zhou', { width: 1366 })
  await zhou.go(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`)
  await isAccessible(t, zhou.page, 'the form that opens a vote')
  await fitsNarrow(t, zhou.page, 'the form that opens a vote')
  await zhou.page.locator('[name="rule"][value="M2"]').check({ force: true })
  await zhou.page.locator('form[action$="/ballot"] button').click()
  await zhou.page.waitForURL(/\/chair$/)
  const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number

  await t.test(
    'nothing is chosen for anybody, and what somebody has begun is not touched by the counts that come in',
    async (t) => {
      const slow = await stage.person({ door: '3-101' })
      await slow.go(`/ballots/${no}`)
      await isAccessible(t, slow.page, 'the ballot')
      await fitsNarrow(t, slow.page, 'the ballot')
      t.equal(await slow.page.locator('input[type=radio]:checked').count(), 0)
      await slow.page.locator('.opt-abstain').click()

      const wang = await stage.person({ door: '12-602' })
      await wang.go(`/ballots/${no}`)
      await wang.page.getByText('实时更新').waitFor()
      await wang.page.locator('.booth button').click()
      t.equal(await wang.page.locator('.receipt').count(), 0, 'without a choice nothing is sent')
      await wang.page.locator('.opt-for').click()
      await wang.page.locator('.booth button').click()
      await wang.page.locator('.receipt').waitFor()
      t.match(await wang.page.innerText('.booth'), '收到了，已经计入')
      await isAccessible(t, wang.page, 'the receipt')
      await slow.page.getByText('已投 1 户').waitFor()
      t.ok(await slow.page.locator('.opt-abstain input').isChecked(), 'as she left it')

      const first = await wang.page.innerText('.receipt')
      await wang.page.locator('summary').click()
      const belongs = 'document.querySelector("[name=_csrf][form]").form === document.querySelector(".booth form")'
      t.ok(await wang.page.evaluate(belongs), 'the token now belongs to the form that came with the receipt')
      await wang.page.locator('.booth .opt-against').click()
      await wang.page.locator('.booth button').click()
      await wang.page.getByText('投的是：反对').waitFor()
      t.not(await wang.page.innerText('.receipt'), first, 'another decision, another code')
    },
  )

  await t.test('when the socket swallows the vote, the same form posts it', async (t) => {
    const phone = await stage.person({ door: '12-601' }, { lang: 'en' })
    await phone.page.routeWebSocket(/\/live/, () => {})
    await phone.go(`/ballots/${no}`)
    await phone.page.getByText('Live', { exact: true }).waitFor()
    await phone.page.locator('.opt-for').click()
    await phone.page.locator('.booth button').click()
    await phone.page.locator('.receipt').waitFor()
    t.match(await phone.page.innerText('.booth'), /Your household voted at/)
  })

  await t.test('when there is no socket at all it posts at once', async () => {
    const phone = await stage.person({ door: '12-502' })
    await phone.page.routeWebSocket(/\/live/, (socket) => socket.close({ code: 1008 }))
    await phone.go(`/ballots/${no}`)
    await phone.page.locator('.opt-for').click()
    await phone.page.locator('.booth button').click()
    await phone.page.locator('.receipt').waitFor()
  })

  await t.test('and without JavaScript it is a form like any other', async (t) => {
    const plain = await stage.person({ door: '3-102' }, { script: false })
    await plain.go(`/ballots/${no}`)
    await plain.page.locator('.opt-for').click()
    await plain.page.locator('.booth button').click()
    await plain.page.locator('.receipt').waitFor()
    await plain.page.locator('a[href$="?change=1"]').click()
    await plain.page.locator('.opt-abstain').click()
    await plain.page.locator('.booth button').click()
    await plain.page.getByText('投的是：弃权').waitFor()
    t.match((await openBallotOf(town.db, meeting.meetingNo))?.bar, { for: 2, against: 1, abstain: 1 })
  })

  await t.test('the result is on every phone and says why', async (t) => {
    const watcher = await stage.person(undefined, { lang: 'en' })
    await watcher.go(`/ballots/${no}`)
    await watcher.page.getByText('4 of 5 households voted').waitFor()
    await zhou.go(`/ballots/${no}`)
    await zhou.page.getByRole('button', { name: '结束表决并公布' }).click()
    await watcher.page
      .getByText('2 households for, not more than half of the 5 present (3 needed): not passed.')
      .waitFor()
    await watcher.go(`/ballots/${no}`)
    await watcher.page.locator('summary').click()
    await isAccessible(t, watcher.page, 'the result')
    await fitsNarrow(t, watcher.page, 'the result')
    await watcher.go(`/ballots/${no}/receipts`)
    await isAccessible(t, watcher.page, 'the receipts')
    t.equal(await watcher.page.locator('code').count(), 4)
  })
})
