import t from 'tap'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

t.test('one vote by phone, mandate, paper and hands, the chair by keyboard, the papers without a script', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)
  const meeting = await sitting(town)
  await meeting.arrive('12-602', '12-601', '3-101', '3-102', '3-201')
  const at = `/meetings/${meeting.meetingNo}`

  const looked = async (page: Parameters<typeof isAccessible>[1], name: string) => {
    await isAccessible(t, page, name)
    await fitsNarrow(t, page, name)
  }

  const shen = await stage.person('shen', { width: 1366 })
  await shen.go(`/desk${at}/mandates`)
  await shen.page.fill('#principal', '3-301')
  await shen.page.fill('#holder', '12-602')
  await shen.page.getByRole('button', { name: '登记这份委托' }).click()
  await shen.page.getByText('3-301 委托 12-602').waitFor()
  await looked(shen.page, 'the list of mandates')
  await shen.page.getByRole('link', { name: '打印委托卡' }).click()
  await looked(shen.page, 'the card')

  // The holder waits in the room; when the vote opens both ballots come by themselves.
  const holder = await stage.person({ door: '12-602' })
  await holder.go(at)
  await holder.page.getByText('已连上').waitFor()
  const chair = await stage.person('zhou', { width: 1366 })
  await chair.go(`${at}/chair`)
  await chair.page.keyboard.press('v')
  await chair.page.waitForURL(/\/ballot$/)
  await chair.page.locator('[name="rule"][value="M2"]').check({ force: true })
  await chair.page.locator('form[action$="/ballot"] button').click()
  await chair.page.waitForURL(/\/chair$/)
  const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number
  const spoken = holder.page.locator('[data-proxies] section')
  await spoken.waitFor()
  await looked(holder.page, 'a room with two ballots in it')
  await holder.page.locator('.booth .opt-against').click()
  await spoken.locator('.opt-for').click()
  await spoken.getByRole('button', { name: '替 3-301 投出这一票' }).click()
  await spoken.getByText('投的是：赞成').waitFor()
  t.ok(await holder.page.locator('.booth .opt-against input').isChecked(), 'her own half-filled ballot stays')
  await holder.page.locator('.booth').getByRole('button').click()
  await holder.page.locator('.booth .receipt').waitFor()

  await chair.page.keyboard.press('p')
  await chair.page.waitForURL(/\/papers$/)
  await looked(chair.page, 'the paper ballots')
  await chair.page.fill('#last', '3')
  await chair.page.keyboard.press('Enter')
  await chair.page.waitForURL(/\/papers\/[\da-f-]{36}$/)
  const batch = new URL(chair.page.url()).pathname.replace(/^\/c\/[^/]+/, '')
  await looked(chair.page, 'a batch that is out')
  await shen.go(`${batch}/print`)
  await looked(shen.page, 'the papers')
  const printed = await shen.page.pdf({ format: 'A4' })
  t.equal(printed.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length, 1, 'three papers on one sheet')

  await chair.page.getByRole('button', { name: '收齐了' }).click()
  await chair.page.locator('#sheet').waitFor()
  await looked(chair.page, 'a paper to read')
  await chair.go(`${at}/chair`)
  await chair.page.keyboard.press('Space')
  await chair.page.getByText('停的票').waitFor()

  // Two readers, one of them without a script.
  const papers = [
    ['3-101', 'for'],
    ['3-102', 'against'],
  ] as const
  for (const who of ['shen', 'gu'] as const) {
    const reader = await stage.person(who, { script: who === 'shen' })
    await reader.go(batch)
    for (const [door, choice] of papers) {
      await reader.page.fill('#door', door)
      await reader.page.locator(`.opt-${choice}`).click()
      await reader.page.getByRole('button', { name: '记下这一张' }).click()
      await reader.page.waitForLoadState()
    }
    await reader.page.locator('[name="state"][value="blank"]').check({ force: true })
    await reader.page.getByRole('button', { name: '记下这一张' }).click()
    await reader.page.getByText('您这边都录完了').waitFor()
  }
  await chair.page.keyboard.press('Space')
  await chair.page.locator('#notice').getByText('还没计入').waitFor()
  await chair.page.keyboard.press('p')
  await chair.page.getByRole('link', { name: '打开' }).click()
  await chair.page.getByText('发出 3 张 = 计票 2 + 废票 0 + 空白 1 + 遗失 0').waitFor()
  await looked(chair.page, 'a batch that balances')
  await chair.page.getByRole('button', { name: '计入' }).click()
  await chair.page.getByText('这一批已经计入').waitFor()

  await chair.go(`${at}/chair`)
  await chair.page.keyboard.press('r')
  await chair.page.waitForURL(/\/hands$/)
  await looked(chair.page, 'the hands')
  const gu = await stage.person('gu', { script: false })
  await gu.go(`/ballots/${no}/hands`)
  for (const { page } of [chair, gu]) {
    await page.fill('#for', '2')
    await page.getByRole('button', { name: '记下我数的' }).click()
  }
  await gu.page.getByText('两个人数得一样').waitFor()
  await chair.go(`${at}/chair`)
  await chair.page.keyboard.press('Space')
  await chair.page.locator('.notice-ok').waitFor()

  const result = await stage.person()
  await result.go(`/ballots/${no}`)
  await looked(result.page, 'the result')
  t.match(await result.page.innerText('main'), /委托代投\s*1 户[\s\S]*纸票\s*2 户[\s\S]*举手\s*2 户/)
  const { numbers } = await ballotShown(town.db, no)
  t.match(numbers, { for: 4, against: 2, abstain: 0, present: 6 })
  t.match(numbers?.ways, { phone: 1, proxy: 1, paper: 2, hands: 2, blank: 1 })
})
