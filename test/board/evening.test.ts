import type { Page } from 'playwright-core'
import t from 'tap'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { holdMeeting, makeItem, tellIssue } from '../agenda/help.ts'
import { isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { textOf, unzipped } from '../resolve/minuted.ts'

/**
 * An evening from the check-in to the minutes: the chair has no mouse, ten people have phones, one neighbour speaks for
 * another who is ill, three have paper. Then the file that goes to the archive is read back.
 */
t.test('a whole meeting by keyboard, with a wall, ten phones, paper and a mandate', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const matter = await tellIssue(town, { filings: [{ door: '12-602' }] })
  const item = await makeItem(town, [matter])
  const meetingNo = await holdMeeting(town, [item], 2)
  const { code } = await town.db
    .selectFrom('meetings')
    .where('no', '=', meetingNo)
    .select('code')
    .executeTakeFirstOrThrow()

  const zhou = await stage.person('zhou', { width: 1366, height: 768 })
  const shen = await stage.person('shen', { width: 1366, height: 768 })
  const gu = await stage.person('gu', { width: 1366, height: 768 })
  const wall = await stage.person(undefined, { width: 1920, height: 1080 })
  await wall.go(`/meetings/${meetingNo}/projector`)

  const doors = [
    '12-101',
    '12-102',
    '12-201',
    '12-202',
    '12-301',
    '12-302',
    '12-401',
    '12-402',
    '12-501',
    '12-502',
  ] as const
  const phones: Awaited<ReturnType<typeof stage.person>>[] = []
  for (const door of doors) phones.push(await stage.person({ door }))

  await t.test('ten doors and four parties come in by the code on the wall', async (t) => {
    const seats = []
    for (const who of ['wu', 'qian', 'feng'] as const) seats.push(await stage.person(who))
    for (const person of [...phones, ...seats, zhou]) {
      await person.go(`/join/${code}`)
      await pressed(person.page, 'form[action$="/attendance"] button')
      await person.page.waitForURL(/\/meetings\/\d+$/)
    }
    for (const { context } of seats) await context.close()
    for (const door of ['3-101', '3-102', '3-201']) {
      await shen.go(`/desk/meetings/${meetingNo}/desk`)
      await typedIn(shen.page, { door })
      await shen.page.waitForLoadState('load')
    }
    await wall.page.getByText('到会 13 户').first().waitFor()
    t.pass('and the wall says so')
  })

  await t.test('a neighbour who is ill has given a mandate, which the desk writes down', async (t) => {
    await shen.go(`/desk/meetings/${meetingNo}/mandates`)
    await isAccessible(t, shen.page, 'mandates')
    await typedIn(shen.page, { principal: '3-602', holder: '12-101', seenBy: '沈洁' })
    await shen.page.getByText('3-602 委托 12-101').first().waitFor()
  })

  await zhou.go(`/meetings/${meetingNo}/chair`)
  await zhou.page.getByText('已连上').waitFor()
  for (const words of ['介绍：', '请大家发言', '发起表决']) {
    await space(zhou.page)
    await zhou.page.getByText(words).first().waitFor()
  }
  await zhou.page.keyboard.press('n')
  await zhou.page.keyboard.type('大家都说晚班回来没有车。')
  await zhou.page.keyboard.press('Escape')
  await space(zhou.page)
  await zhou.page.waitForURL(/\/ballot$/)
  await zhou.page.locator('[name=rule][value=M2]').focus()
  await zhou.page.keyboard.press('Space')
  await zhou.page.locator('form[action$="/ballot"] .btn-gold').focus()
  await zhou.page.keyboard.press('Enter')
  await zhou.page.waitForURL(/\/chair$/)
  const no = (await openBallotOf(town.db, meetingNo))?.no as number

  await t.test(
    'every phone has the paper; nine vote for, one against, one of them for the neighbour too',
    async (t) => {
      for (const [i, { page }] of phones.entries()) {
        await page.locator('.booth form').first().waitFor()
        await page
          .locator(`.booth .opt-${i === 9 ? 'against' : 'for'}`)
          .first()
          .click()
        await page.locator('.booth button.btn-1').first().click()
        await page.locator('.receipt').first().waitFor()
      }
      const { page } = phones[0] as (typeof phones)[number]
      await page.reload()
      await page.getByText('3 号楼 602 室').first().waitFor()
      const mandated = page.locator('form', { has: page.locator('.opt-against') }).last()
      await mandated.locator('.opt-against').click()
      await mandated.locator('button.btn-1').click()
      await page.locator('.receipt').nth(1).waitFor()
      await wall.page.getByText('已投 11 户').first().waitFor()
      t.equal(await page.locator('.receipt').count(), 2, 'a code for her own and one for the neighbour')
    },
  )

  await t.test(
    'three have paper, which two people read; it cannot be declared before both agree and it balances',
    async (t) => {
      await zhou.page.keyboard.press('p')
      await zhou.page.waitForURL(/\/papers$/)
      await shen.go(`/ballots/${no}/papers`)
      await typedIn(shen.page, { first: '1', last: '4' })
      await shen.page.waitForURL(/\/papers\/[\da-f-]{36}$/)
      const batch = shen.page.url().replace(/^.*\/c\/wutongli/, '')
      await isAccessible(t, shen.page, 'a batch of paper')
      await zhou.go(`/meetings/${meetingNo}/chair`)

      await pressed(shen.page, 'form[action$="/collection"] button')
      const sheets = [
        ['3-101', 'for'],
        ['3-102', 'against'],
        ['3-201', 'abstain'],
      ] as const
      for (const { page, go } of [shen, gu]) {
        await go(batch)
        for (const [door, choice] of sheets) {
          await page.locator('[name=state][value=filled]').check({ force: true })
          await page.locator('[name=door]').fill(door)
          await page.locator(`[name=choice][value=${choice}]`).check({ force: true })
          await pressed(page, 'form[action$="/sheets"] button')
          await page.waitForLoadState('load')
        }
      }
      await space(zhou.page)
      await zhou.page.keyboard.press('Space')
      await zhou.page.getByText('还差 1 张').first().waitFor()
      t.ok(await openBallotOf(town.db, meetingNo), 'four were handed out and three are there')
      for (const { page, go } of [shen, gu]) {
        await go(batch)
        await page.locator('[name=state][value=lost]').check({ force: true })
        await pressed(page, 'form[action$="/sheets"] button')
        await page.waitForLoadState('load')
      }
      await gu.go(batch)
      await pressed(gu.page, 'form[action$="/count"] button')
      await gu.page.waitForLoadState('load')
      await wall.page.getByText('已投 14 户').first().waitFor()
    },
  )

  await t.test('declared, given to somebody with a day, closed; all of it by keyboard', async (t) => {
    await zhou.go(`/meetings/${meetingNo}/chair`)
    await zhou.page.getByText('已连上').waitFor()
    await space(zhou.page)
    await wall.page.locator('.verdict').waitFor()
    t.match(await wall.page.innerText('.verdict'), '赞成 10 户')
    await zhou.page.getByText('定下谁来办').first().waitFor()
    await space(zhou.page)
    await zhou.page.waitForURL(/\/resolution$/)
    await zhou.page.locator('[name=owner]').focus()
    await zhou.page.keyboard.press('ArrowDown')
    await zhou.page.locator('[name=due]').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10))
    await zhou.page.locator('form[action$="/resolution"] .btn-wide').focus()
    const promised = zhou.page.waitForURL(/\/chair$|\/resolutions\/\d+$/)
    await zhou.page.keyboard.press('Enter')
    await promised
    await zhou.go(`/meetings/${meetingNo}/chair`)
    await zhou.page.getByText('散会').first().waitFor()
    await space(zhou.page)
    await zhou.page.getByText('会开完了').first().waitFor()
  })

  await t.test('the minutes write themselves, and the numbers of the .docx are those of the database', async (t) => {
    const desk = await town.as('shen')
    t.equal((await desk.post(`/desk/meetings/${meetingNo}/minutes`)).statusCode, 303)
    const reply = await desk.get(`/meetings/${meetingNo}/minutes.docx`)
    t.equal(reply.statusCode, 200)
    const text = textOf(unzipped(reply.rawPayload).get('word/document.xml') ?? '')
    const { numbers } = await town.db.selectFrom('ballots').select('numbers').executeTakeFirstOrThrow()
    const votes = await town.db.selectFrom('votes').select(['choice', 'way']).execute()
    const said = (choice: string) => votes.filter((vote) => vote.choice === choice).length
    const count = { for: said('for'), against: said('against'), abstain: said('abstain') }
    t.same(count, { for: 10, against: 3, abstain: 1 })
    t.match(numbers, count)
    t.match(text, `赞成${count.for}户，反对${count.against}户，弃权${count.abstain}户`)
    t.equal(votes.filter(({ way }) => way === 'paper').length, 3)
    t.equal(votes.filter(({ way }) => way === 'proxy').length, 1)
    t.match(text, '大家都说晚班回来没有车。')
    t.match(text, '实到4席')
  })
})

/** Presses the chair's Space and waits for the page it leads to: a key pressed on a page that goes would go with it. */
async function space(page: Page): Promise<void> {
  const came = page.waitForEvent('load')
  await page.keyboard.press('Space')
  await came
}

/** A button, by keyboard. */
async function pressed(page: Page, selector: string): Promise<void> {
  const button = page.locator(selector).first()
  await button.focus()
  await button.press('Enter')
}

/** A form filled in and sent from its last field, by keyboard. */
async function typedIn(page: Page, fields: Record<string, string>): Promise<void> {
  let last = page.locator('form')
  for (const [name, value] of Object.entries(fields)) {
    last = page.locator(`main [name=${name}]`).first()
    await last.fill(value)
  }
  await last.press('Enter')
}
