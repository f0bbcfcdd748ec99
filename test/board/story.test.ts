import type { Page } from 'playwright-core'
import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'

/** Fills the form that posts to `action` as a person would and presses its button. Folded forms are unfolded first. */
async function send(page: Page, action: string, fields: Record<string, string | string[] | true> = {}) {
  const form = page.locator(`form[action$="${action}"]`).first()
  const fold = page.locator('details:not([open])', { has: form })
  if (await fold.count()) await fold.first().locator('summary').first().click()
  for (const [name, value] of Object.entries(fields)) {
    if (value === true) await form.locator(`[name="${name}"]`).check({ force: true })
    else {
      for (const each of [value].flat()) {
        const chip = form.locator(`[name="${name}"][value="${each}"]:is([type=radio],[type=checkbox])`)
        if (await chip.count()) await chip.check({ force: true })
        else if (await form.locator(`select[name="${name}"]`).count())
          await form.locator(`select[name="${name}"]`).selectOption(each)
        else await form.locator(`[name="${name}"]`).fill(each)
      }
    }
  }
  await Promise.all([page.waitForLoadState('load'), form.locator('button:not([name])').last().click()])
  await page.waitForLoadState('load')
}

t.test('the shuttle bus that stops too early: from a sentence to a result she confirms', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const stage = await openStage(t, town)

  const wang = await stage.person({ door: '12-602' })
  const li = await stage.person('li')
  const shen = await stage.person('shen', { width: 1366, height: 768 })
  const gu = await stage.person('gu', { width: 1366, height: 768 })
  const zhou = await stage.person('zhou', { width: 1366, height: 768 })

  let hers = ''
  await t.test('听: a resident says it on her phone and is told who reads it next', async (t) => {
    await wang.go('/')
    await isAccessible(t, wang.page, 'home')
    await wang.page.getByRole('link', { name: '反映一件事' }).first().click()
    await isAccessible(t, wang.page, 'the form')
    await send(wang.page, '/filings', { what: '班车晚上九点半就没了，加班回来只能走二十分钟', phone: '13800138000' })
    await wang.page.waitForURL(/\/track\//)
    hers = new URL(wang.page.url()).pathname.replace(/^\/c\/wutongli/, '')
    t.match(await wang.page.innerText('main'), /WT-\d{4}-\d{4}/, 'a number')
    await isAccessible(t, wang.page, 'her page')
    await fitsNarrow(t, wang.page, 'her page')
  })

  await t.test('听: a volunteer hears the same at a door', async () => {
    await li.go('/desk/visits/new?building=3&door=101')
    await send(li.page, '/desk/visits', {
      outcome: 'met',
      words1: '末班车太早，儿子下班赶不上，能不能晚一点',
      record: true,
    })
    await li.page.waitForURL(/saved=|visits/)
  })

  let issue = 0
  await t.test('听: the desk makes one matter of both, and a second person approves the public wording', async (t) => {
    const filings = await town.db.selectFrom('filings').select(['no', 'channel', 'words']).orderBy('id').execute()
    t.same(
      filings.map((filing) => filing.channel),
      ['bridge', 'door'],
    )
    const [first = { no: 0 }, second = { no: 0 }] = filings
    await shen.go('/desk/triage')
    await isAccessible(t, shen.page, 'triage')
    await shen.go(`/desk/triage/${first.no}`)
    await isAccessible(t, shen.page, 'one filing')
    await send(shen.page, `/desk/triage/${first.no}/acceptance`, {
      title: '小区班车末班能不能延到晚上十一点',
      body: '末班车 21:30 发车，晚下班的邻居要走二十分钟。',
      category: 'transport',
    })
    issue = (await town.db.selectFrom('issues').select('no').executeTakeFirstOrThrow()).no
    await shen.go(`/desk/triage/${second.no}?into=${issue}`)
    await send(shen.page, `/desk/triage/${second.no}/merger`)
    await wang.go('/issues')
    t.notMatch(await wang.page.innerText('main'), '小区班车', 'not public before a second person has approved it')
    await shen.go(`/desk/issues/${issue}`)
    t.equal(await shen.page.locator('form[action$="/approval"]').count(), 0, 'who wrote it cannot approve it')
    await gu.go(`/desk/issues/${issue}`)
    await isAccessible(t, gu.page, 'the issue at the desk')
    await gu.page.locator('form[action$="/approval"] button').click()
    await wang.go(`/issues/${issue}`)
    t.match(await wang.page.innerText('main'), '小区班车末班能不能延到')
    t.notMatch(await wang.page.innerText('main'), '儿子下班', 'nobody reads the raw words')
    await isAccessible(t, wang.page, 'the public page')
  })

  await t.test('听: her neighbour seconds it, once a household', async (t) => {
    const other = await stage.person({ door: '12-501' })
    await other.go(`/issues/${issue}`)
    await other.page.locator('form[action$="/support"] button').click()
    await other.page.waitForLoadState('load')
    const { n } = await town.db
      .selectFrom('supports')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    t.equal(n, 1)
  })

  let meeting = 0
  let code = ''
  await t.test('议: the matter becomes an item on the running order of a five-party meeting', async (t) => {
    await shen.go(`/desk/issues/${issue}`)
    await send(shen.page, `/desk/issues/${issue}/steps`, { to: 'pooled', words: '牵涉费用和合同，请五方上会商量。' })
    await zhou.go('/desk/agenda')
    await isAccessible(t, zhou.page, 'the pool')
    await send(zhou.page, '/desk/agenda/items', {
      issues: String(issue),
      title: '小区班车末班延长',
      question: '同意小区班车末班延长至 23:00，试行三个月',
    })
    await zhou.go('/desk/meetings')
    await send(zhou.page, '/desk/meetings', {
      title: '十一月五位一体会议',
      place: '党群服务站二楼',
      startsAt: '2026-11-28T19:00',
    })
    const row = await town.db.selectFrom('meetings').select(['no', 'code']).executeTakeFirstOrThrow()
    meeting = row.no
    code = row.code
    await zhou.go(`/desk/meetings/${meeting}`)
    await isAccessible(t, zhou.page, 'preparing the meeting')
    await send(zhou.page, `/desk/meetings/${meeting}/items`)
    await zhou.go(`/desk/meetings/${meeting}/notice`)
    await isAccessible(t, zhou.page, 'the notice of the meeting')
    await send(zhou.page, `/desk/meetings/${meeting}/proofs`, { spot: '南门公告栏', postedBy: '李阿姨' })
    await zhou.go(`/meetings/${meeting}/chair`)
    await isAccessible(t, zhou.page, "the chair's console")
    await space(zhou.page)
    await zhou.page.getByText('开始签到').first().waitFor()
    // People have had their three days of notice; the clock stays, or everybody would have to sign in again.
    const told = new Date(town.clock.now.getTime() - 4 * 86_400_000)
    await town.db.updateTable('meetings').set({ lead_from: told }).where('no', '=', meeting).execute()
    for (const words of ['宣布开会']) {
      await space(zhou.page)
      await zhou.page.getByText(words).first().waitFor()
    }
  })

  const wall = await stage.person(undefined, { width: 1920, height: 1080 })
  const voters = await Promise.all(
    (['12-501', '12-502', '3-101', '3-102'] as const).map((door) =>
      stage.person({ door }, { lang: door === '3-102' ? 'en' : 'zh' }),
    ),
  )
  const feng = await stage.person('feng')
  const wu = await stage.person('wu')
  const qian = await stage.person('qian')

  await t.test('议: people come in by the code, seats and doors', async (t) => {
    for (const person of [wang, ...voters]) {
      await person.go(`/join/${code}`)
      await Promise.all([
        person.page.waitForURL(/\/meetings\/\d+$/),
        person.page.locator('form[action$="/attendance"] button').click(),
      ])
    }
    // Four of the five parties, the Residents' Committee among them: fewer could not begin.
    for (const person of [feng, wu, qian, zhou]) {
      await person.go(`/join/${code}`)
      await Promise.all([
        person.page.waitForURL(/\/meetings\/\d+$/),
        person.page.locator('form[action$="/attendance"] button').click(),
      ])
    }
    await wall.go(`/meetings/${meeting}/projector`)
    await isAccessible(t, wall.page, 'the wall')
    t.match(await wall.page.innerText('main'), '到会 5 户')
  })

  await t.test('决: the ballot comes to every phone, five vote, and the wall moves', async (t) => {
    await zhou.go(`/meetings/${meeting}/chair`)
    await space(zhou.page)
    await zhou.page.getByText('介绍：小区班车').waitFor()
    for (const step of ['介绍', '发言']) {
      await space(zhou.page)
      await zhou.page.locator('.steps [aria-current]', { hasText: step }).waitFor()
    }
    await space(zhou.page)
    await zhou.page.waitForURL(/\/ballot$/)
    await isAccessible(t, zhou.page, 'the form that opens a vote')
    await send(zhou.page, '/ballot', { rule: 'M2' })
    await zhou.page.waitForURL(/\/chair$/)

    const phones = [wang, ...voters]
    for (const { page } of phones) await page.locator('.booth form').first().waitFor()
    await isAccessible(t, wang.page, 'the ballot')
    await fitsNarrow(t, wang.page, 'the ballot')
    const [undecided] = voters
    await undecided?.page.locator('.opt-against').first().click()
    for (const { page } of [wang, ...voters.slice(1)]) {
      await page.locator('.opt-for').first().click()
      await page.locator('.booth button.btn-1').first().click()
      await page.locator('.receipt').first().waitFor()
    }
    await wall.page.getByText('已投 4 户').first().waitFor()
    t.ok(await undecided?.page.locator('.opt-against input').first().isChecked(), 'a half-filled ballot is as it was')
    await undecided?.page.locator('.booth button.btn-1').first().click()
    await undecided?.page.locator('.receipt').first().waitFor()
    await wall.page.getByText('已投 5 户').first().waitFor()

    // Space stops the vote, which can be taken back; the next Space declares it.
    await space(zhou.page)
    await wang.page.getByText('表决已停，正在核对').first().waitFor()
    await zhou.page.getByRole('button', { name: '撤回，接着投' }).waitFor()
    await space(zhou.page)
    await wall.page.locator('.verdict').waitFor()
    t.match(await wall.page.innerText('.verdict'), '通过')
    await wang.page.getByText('赞成 4 户', { exact: false }).first().waitFor()
  })

  let promise = 0
  await t.test('决: somebody promises a date before the meeting moves on', async (t) => {
    await zhou.page.getByText('定下谁来办').first().waitFor()
    await space(zhou.page)
    await zhou.page.waitForURL(/\/resolution$/)
    await isAccessible(t, zhou.page, 'the form of a promise')
    const form = zhou.page.locator('form[action$="/resolution"]')
    await form.locator('[name="owner"]').first().waitFor({ state: 'attached' })
    const owner = `${town.cast.seats[3]}-${town.cast.people.feng}`
    await send(zhou.page, '/resolution', { owner, due: '2026-12-04' })
    promise = (await town.db.selectFrom('resolutions').select('no').executeTakeFirstOrThrow()).no
    await zhou.go(`/meetings/${meeting}/chair`)
    await space(zhou.page)
    await zhou.page.getByText('会开完了').first().waitFor()
    await wang.go('/ledger')
    await isAccessible(t, wang.page, 'the ledger')
    t.match(await wang.page.innerText('main'), '物业')
  })

  await t.test('办 评: it is claimed done, she says it is not, and that is public', async (t) => {
    await feng.go(`/resolutions/${promise}`)
    await isAccessible(t, feng.page, 'the promise')
    await send(feng.page, `/resolutions/${promise}/updates`, { words: '已联系两家客运公司，下周二前拿到报价。' })
    await send(feng.page, `/resolutions/${promise}/claim`, { evidence: '12 月 1 日起末班改为 23:00，站牌已更新。' })
    await wang.go(`/issues/${issue}`)
    t.notMatch(await wang.page.innerText('main'), '居民确认办好了', 'claimed is not solved')
    await wang.go(hers)
    await wang.page.locator('a[href$="/answer"]').first().click()
    await isAccessible(t, wang.page, 'the question')
    await send(wang.page, '/answer', { solved: 'no', satisfied: '2', why: '周末还是九点半' })
    await wang.go(`/issues/${issue}`)
    t.match(await wang.page.innerText('main'), '重新办过 1 次')
    t.notMatch(await wang.page.innerText('main'), '周末还是九点半', 'why she is not content is nobody’s business')
  })

  await t.test('评: done again, confirmed by those who spoke, closed', async (t) => {
    await feng.go(`/resolutions/${promise}`)
    await send(feng.page, `/resolutions/${promise}/claim`, { evidence: '周末班次也改为 23:00。' })
    await wang.go(`${hers}/answer`)
    await send(wang.page, '/answer', { solved: 'yes', satisfied: '5' })
    const waiting = await town.db.selectFrom('revisits').select('id').where('answered_at', 'is', null).execute()
    for (const { id } of waiting) {
      await shen.go(`/desk/revisits/${id}`)
      await send(shen.page, `/desk/revisits/${id}/answer`, { solved: 'yes', satisfied: '4', way: 'door' })
    }
    await wang.go(`/issues/${issue}`)
    t.match(await wang.page.innerText('main'), '居民确认办好了')
    t.match(await wang.page.innerText('main'), '没办好', 'that it had been reopened stays in the story')
    const { state } = await town.db.selectFrom('issues').select('state').executeTakeFirstOrThrow()
    t.equal(state, 'closed_resolved')
  })

  await t.test('its pages in English, and with JavaScript off', async (t) => {
    const visitor = await stage.person(undefined, { lang: 'en' })
    for (const path of [
      '/',
      '/report',
      '/issues',
      `/issues/${issue}`,
      '/track',
      '/join',
      '/ledger',
      `/resolutions/${promise}`,
      `/meetings/${meeting}`,
    ]) {
      await visitor.go(path)
      t.equal(await visitor.page.getAttribute('html', 'lang'), 'en')
      await isAccessible(t, visitor.page, `${path} in English`)
      await fitsNarrow(t, visitor.page, `${path} in English`)
    }
    const plain = await stage.person(undefined, { script: false })
    await plain.go('/report')
    await send(plain.page, '/filings', { what: '地下车库 B 区渗水' })
    t.match(plain.page.url(), /\/track\//, 'a filing needs no script')
    for (const path of [
      '/',
      '/issues',
      `/issues/${issue}`,
      '/ledger',
      `/meetings/${meeting}`,
      `/meetings/${meeting}/projector`,
    ])
      await plain.go(path)
  })
})

/** Presses the chair's Space and waits for the page it leads to: a key pressed on a page that goes would go with it. */
async function space(page: Page): Promise<void> {
  const came = page.waitForEvent('load')
  await page.keyboard.press('Space')
  await came
}
