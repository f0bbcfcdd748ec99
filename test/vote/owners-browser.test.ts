import t from 'tap'
import { readUnits } from '../../src/people/owners/rules.ts'
import { importUnits } from '../../src/people/owners/store.ts'
import { openBallotOf } from '../../src/vote/ballots/reads.ts'
import { printPapers } from '../../src/vote/tickets/store.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

t.test('a vote of the owners on real screens', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const names = { vault: town.vault, communityId: town.community.id }
  const by = { personId: town.cast.people.shen }
  const lines = [
    '楼栋,室号,面积,业主',
    '12,602,90.00,王芳、李强',
    '12,601,90.00,赵敏',
    '3,101,80.00,孙立',
    '3,102,80.00,',
  ]
  await town.db
    .transaction()
    .execute((trx) =>
      importUnits(trx, names, readUnits(Buffer.from(lines.join('\n'))).rows, { by, at: town.clock.now }),
    )
  const meeting = await sitting(town)
  await town.db.updateTable('meetings').set({ kind: 'owners' }).where('id', '=', meeting.meetingId).execute()
  await town.db.updateTable('agenda_items').set({ subject: '278-5' }).where('id', '=', meeting.itemId).execute()
  const stage = await openStage(t, town)

  const zhou = await stage.person('zhou', { width: 1366 })
  await zhou.go(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`)
  await isAccessible(t, zhou.page, 'the form that opens a vote of the owners')
  await fitsNarrow(t, zhou.page, 'the form that opens a vote of the owners')
  await zhou.page.locator('[name="rule"][value="D1"]').check({ force: true })
  await zhou.page.locator('form[action$="/ballot"] button').click()
  await zhou.page.waitForURL(/\/chair$/)
  const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number

  const asked = { no, by, at: town.clock.now, voter: null, purpose: '送达' }
  const papers = new Map<string, string>()
  for (const building of ['12', '3', null])
    for (const { name, token } of await printPapers(town.db, names, { ...asked, building })) papers.set(name, token)

  await t.test(
    'a phone without a script votes with its paper, and a phone that watches sees both ways move',
    async (t) => {
      const watching = await stage.person(undefined, { lang: 'en' })
      await watching.go(`/ballots/${no}`)
      await watching.page.getByText('Live', { exact: true }).waitFor()
      await isAccessible(t, watching.page, 'the page of a vote of the owners')
      await fitsNarrow(t, watching.page, 'the page of a vote of the owners')
      const phone = await stage.person(undefined, { script: false })
      await phone.go(`/owners-vote/${papers.get('赵敏')}`)
      t.equal(await phone.page.locator('input[type=radio]:checked').count(), 0, 'nothing is chosen for anybody')
      await phone.page.locator('.opt-for').click()
      await phone.page.locator('form.booth button').click()
      await phone.page.locator('.receipt').waitFor()
      t.match(await phone.page.innerText('main'), '收到了，已经计入')
      await watching.page.locator('.dual').getByText('1 head', { exact: true }).first().waitFor()
      t.match(await watching.page.innerText('.dual'), 'Still needed: 2 heads, 136.67 m²')
      await zhou.page.locator('.dual').getByText('90.00 平方米').first().waitFor()
    },
  )

  await t.test(
    'the paper, the delivery, the roll and those who differ are accessible and fit a narrow phone',
    async (t) => {
      const shen = await stage.person('shen')
      await shen.go(`/owners-vote/${papers.get('孙立')}`)
      await isAccessible(t, shen.page, 'the paper')
      await fitsNarrow(t, shen.page, 'the paper')
      for (const [name, choice] of [
        ['王芳', 'for'],
        ['李强', 'against'],
      ] as const) {
        for (const clerk of [shen, zhou]) {
          await clerk.go(`/owners-vote/${papers.get(name)}`)
          await clerk.page.locator(`.opt-${choice}`).click()
          await clerk.page.locator('form.booth button').click()
          await clerk.page.locator('main [role="status"]').first().waitFor()
          await isAccessible(t, clerk.page, 'a paper that was read')
          await fitsNarrow(t, clerk.page, 'a paper that was read')
        }
        await zhou.page.locator('.receipt').waitFor()
      }
      const unit = await town.db.selectFrom('units').where('name', '=', '12-602').select('id').executeTakeFirstOrThrow()
      for (const path of [
        `/desk/ballots/${no}/papers`,
        `/desk/ballots/${no}/papers/building?building=12`,
        `/desk/ballots/${no}/held`,
        `/ballots/${no}/units`,
        '/desk/owners',
        '/desk/owners/buildings/12',
        `/desk/owners/units/${unit.id}`,
      ]) {
        await shen.go(path)
        await isAccessible(t, shen.page, path)
        await fitsNarrow(t, shen.page, path)
      }
      const admin = await stage.person('admin')
      await admin.go('/desk/owners/import')
      await isAccessible(t, admin.page, 'the import')
      await fitsNarrow(t, admin.page, 'the import')
    },
  )

  await t.test('the wall shows both ways whole', async (t) => {
    const wall = await stage.person(undefined, { width: 1920, height: 1080 })
    await wall.go(`/meetings/${meeting.meetingNo}/projector`)
    await wall.page.locator('.dual .needed').waitFor()
    const cut = await wall.page.evaluate(
      '(() => { const h = document.querySelector(".now-item"); return h.scrollHeight - h.clientHeight })()',
    )
    t.equal(cut, 0)
    await isAccessible(t, wall.page, 'the wall')
  })
})
