import t from 'tap'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

const town = await startTown(t)
town.clock.now = new Date()
const stage = await openStage(t, town)

interface How {
  said: string
  mark?: string
  reason?: string
  place?: string[]
  points?: string[]
}
const rules: Record<string, How> = {
  PL: { mark: '.opt >> nth=1', said: '投的是：22:30 结束' },
  AP: { mark: '.opt >> nth=2', said: '投的是：23:00 结束，一个方向隔班开' },
  RC: { place: ['2', '1', ''], said: '投的是：1. 22:30 结束 2. 22:00 结束' },
  SC: { points: ['5', '3', '0'], said: '22:00 结束 5 分' },
  C1: { mark: '.opt-against', reason: '末班车太晚，司机没地方休息', said: '投的是：反对' },
}

for (const [rule, how] of Object.entries(rules)) {
  t.test(
    `${rule}: opened at the console, marked on a phone, by socket and without a script, read by everybody`,
    async (t) => {
      const meeting = await sitting(town)
      await meeting.arrive('12-602', '3-101')
      const zhou = await stage.person('zhou', { width: 1366 })
      const { page } = zhou
      await zhou.go(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`)
      await page.locator('[name=question]').fill('末班车延长到几点')
      await page.locator(`[name=rule][value="${rule}"]`).check({ force: true })
      await page.getByText('要在几个选项里选').click()
      await page.locator('[name=options]').fill('22:00 结束\n22:30 结束\n23:00 结束，一个方向隔班开')
      await isAccessible(t, page, 'the form with its options')
      await page.locator('form[action$="/ballot"] .btn-gold').click()
      await page.waitForURL(/\/chair$/)
      const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number

      for (const [door, device] of [
        ['12-602', { script: true }],
        ['3-101', { script: false }],
      ] as const) {
        const phone = await stage.person({ door }, device)
        await phone.go(`/ballots/${no}`)
        if (device.script) {
          await isAccessible(t, phone.page, `the paper of ${rule}`)
          await fitsNarrow(t, phone.page, `the paper of ${rule}`)
        }
        if (how.mark) await phone.page.locator(how.mark).click()
        if (how.reason) await phone.page.locator('[name=reason]').fill(how.reason)
        for (const name of ['place', 'points'] as const)
          for (const [i, value] of (how[name] ?? []).entries())
            await phone.page.locator(`.booth [name=${name}]`).nth(i).selectOption(value)
        await phone.page.locator('.booth .btn-big').click()
        await phone.page.locator('.receipt').waitFor()
        t.match((await phone.page.innerText('.booth')).replace(/\s+/g, ' '), how.said)
      }

      const wall = await stage.person(undefined, { width: 1920, height: 1080 })
      await wall.go(`/meetings/${meeting.meetingNo}/projector`)
      t.match(await wall.page.innerText('main'), '已投 2 户')
      const chair = await town.as('zhou')
      await chair.post(`/ballots/${no}/closure`)
      const stranger = await stage.person(undefined, { lang: 'en' })
      await stranger.go(`/ballots/${no}`)
      await isAccessible(t, stranger.page, `the result of ${rule}`)
      await fitsNarrow(t, stranger.page, `the result of ${rule}`)
      t.ok(await stranger.page.locator('.results li').count())
      await wall.page.reload()
      await zhou.go(`/meetings/${meeting.meetingNo}/chair`)
      for (const each of [zhou, wall, stranger]) await each.context.close()
    },
  )
}
