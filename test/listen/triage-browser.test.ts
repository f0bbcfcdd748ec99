import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { accept, file, publish } from './help.ts'

/** A morning's queue: what comes in, and what the desk makes of it. */
const queue = [
  ['accept', '三号楼门口的路灯三天没亮了', '三号楼路灯不亮', 'light'],
  ['merge', '晚上加班回来末班车早没了'],
  ['ask', '那边又堵了，真的没办法'],
  ['refer', '马路对面的公交站牌歪了', '区公交公司'],
  ['decline', '我家和楼上打官司，你们评评理'],
  ['accept', '垃圾房的门关不上，味道大', '垃圾房门坏', 'clean'],
  ['accept', '七号楼电梯昨天困住一个人', '七号楼电梯困人', 'safety'],
  ['merge', '接驳车九点半就收了，赶不上末班'],
  ['accept', '河边的栏杆松了，小孩在那里玩', '河边栏杆松动', 'safety'],
  ['decline', '邻居去年欠我的钱不还'],
  ['accept', '五号楼地下室进水', '五号楼地下室进水', 'water'],
  ['ask', '昨天那件事怎么还没人管'],
  ['accept', '健身器材的脚踏板断了', '健身器材坏', 'property'],
  ['refer', '高架上夜里施工太吵', '区城管中队'],
  ['accept', '车位上的地锁没人管', '车位地锁', 'parking'],
  ['merge', '末班车能不能晚一点，下班赶不上'],
  ['accept', '想给老人开个理发摊', '老人理发摊', 'elder'],
  ['decline', '法院判了他还不搬走'],
  ['accept', '九号楼顶上漏雨', '九号楼屋顶漏雨', 'water'],
  ['accept', '绿化带里的树枝挡住了窗', '树枝挡窗', 'green'],
] as const

t.test('twenty new filings are cleared by keyboard alone', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  const [nobody, desk, second] = [await town.as(), await town.as('shen'), await town.as('gu')]
  const bus = await accept(town, desk, await file(nobody, '班车九点半就没了，加班赶不上末班车'))
  await publish(town, second, bus)
  const kind = '这件事归法院管，居委会不能评判。可以到司法所问问，电话在楼下公告栏。'
  await desk.post('/desk/templates', { act: 'refusal', name: '法院的事', words: kind })
  for (const [, words] of queue) await file(nobody, words)

  const stage = await openStage(t, town)
  const shen = await stage.person('shen', { width: 1366, height: 768 })
  const tab = await shen.go('/desk/triage')
  let keys = 0
  let characters = 0
  const press = async (...all: string[]) => {
    for (const key of all) {
      keys++
      await tab.keyboard.press(key)
    }
  }
  const type = async (words: string) => {
    characters += words.length
    await tab.keyboard.insertText(words)
  }
  /** A key that opens a form, and the field it leads to. */
  const enter = async (key: string, field: string) => {
    await press(key)
    await tab.locator(`#record ${field}:focus`).waitFor()
  }
  const steps = (n: number) => Array.from({ length: n }, () => 'ArrowRight')

  /** What the hands do with the record that stands beside the list. */
  const acts = {
    async accept(title: string, category: string) {
      await enter('a', '#title')
      await type(title)
      await press('Tab', 'Tab')
      const at = await tab.locator(`#record [name=category][value=${category}]`).evaluate((one) => {
        const { form, name } = one as unknown as { form: { elements: Record<string, Iterable<unknown>> }; name: string }
        return [...(form.elements[name] ?? [])].indexOf(one)
      })
      await press(...(at === 0 ? ['Space'] : steps(at)), 'Enter')
    },
    async merge() {
      await press('1')
      await tab.locator('#merge:focus').waitFor()
      t.match(
        await tab.locator('#merger').innerText(),
        '晚下班的居民赶不上末班车',
        'both are read before the second step',
      )
      await press('Enter')
    },
    async ask() {
      await enter('q', '#question')
      await type('请问说的是哪一处？')
      await press('Tab', 'Enter')
    },
    async refer(office: string) {
      await enter('t', '#target')
      await type(office)
      await press('Tab')
      await type('已经转过去了，三天内会联系您。')
      await press('Tab', 'Enter')
    },
    /** Reason by arrows, the sentence from the desk's own list. */
    async decline() {
      await enter('d', '#reason')
      await press(...steps(4), 'Tab', 'Enter')
      t.equal(await tab.inputValue('#kindly'), kind)
      await press('Tab', 'Enter')
    },
  }

  await isAccessible(t, tab, 'the desk with a record beside the list')
  const began = Date.now()
  const count: Record<string, { keys: number; times: number }> = {}
  for (const [act, words, ...rest] of queue) {
    await tab.locator('#record blockquote', { hasText: words }).first().waitFor()
    const before = keys
    await acts[act](...(rest as unknown as [string, string]))
    // The same address may come twice: the list says which it was by no longer having it first.
    await tab.locator('[data-row]:first-of-type', { hasText: words }).waitFor({ state: 'detached' })
    const so = count[act] ?? { keys: 0, times: 0 }
    count[act] = { keys: so.keys + keys - before, times: so.times + 1 }
  }
  const each = Object.entries(count).map(([act, so]) => `${act} ${(so.keys / so.times).toFixed(1)}`)
  t.comment(`${keys / queue.length} keys a filing (${each.join(', ')}) beside ${characters} characters typed`)
  t.comment(`${Date.now() - began} ms by machine`)
  t.ok(keys / queue.length <= 8, `${keys / queue.length} keys a filing`)

  const states = await town.db
    .selectFrom('filings')
    .select(['words', 'state', 'reason', 'referred_to', 'issue_id'])
    .where(
      'words',
      'in',
      queue.map(([, words]) => words),
    )
    .orderBy('id')
    .execute()
  const became = { accept: 'accepted', merge: 'accepted', ask: 'need_info', refer: 'referred', decline: 'declined' }
  t.same(
    states.map(({ state }) => state),
    queue.map(([act]) => became[act]),
  )
  t.same(new Set(states.filter(({ state }) => state === 'declined').map(({ reason }) => reason)), new Set(['court']))
  t.equal(states.find(({ words }) => words.includes('站牌'))?.referred_to, '区公交公司')
  const issues = await town.db.selectFrom('issues').select(['no', 'title', 'category']).orderBy('no').execute()
  const made = queue.flatMap(([act, , title, category]) => (act === 'accept' ? [{ title, category }] : []))
  t.match(issues.slice(1), made)

  // A slip is taken back by a key within a minute.
  const slip = '这一条点错了'
  await file(nobody, slip)
  await shen.go('/desk/triage')
  await tab.locator('#record blockquote', { hasText: slip }).waitFor()
  await acts.decline()
  await tab.waitForURL(/\?done=\d+$/)
  await press('z')
  await tab.locator('#record blockquote, blockquote', { hasText: slip }).first().waitFor()
  const { state } = await town.db
    .selectFrom('filings')
    .select('state')
    .where('words', '=', slip)
    .executeTakeFirstOrThrow()
  t.equal(state, 'submitted')
})

t.test('a mistake in a form beside the list leads back to the list once it is put right', async (t) => {
  const town = await startTown(t)
  town.clock.now = new Date()
  await file(await town.as(), '路灯坏了三天了')
  const stage = await openStage(t, town)
  const shen = await stage.person('shen', { width: 1366, height: 768 })
  const tab = await shen.go('/desk/triage')
  await tab.locator('#record h1').waitFor()
  await tab.keyboard.press('a')
  await tab.keyboard.press('Enter')
  await tab.locator('.errmsg').first().waitFor()
  await isAccessible(t, tab, 'the record with what is wrong')
  await fitsNarrow(t, tab, 'the record with what is wrong')
  await tab.fill('#title', '路灯不亮')
  await tab.locator('[name=category][value=light]').check({ force: true })
  await tab.locator('#title').press('Enter')
  await tab.waitForURL(/\/desk\/triage\?taken=\d+$/)
  t.match(await tab.locator('p[role=status]').innerText(), '已受理')
  t.equal(await tab.locator('[data-key=Z]').count(), 0, 'a matter is not taken back by a key')
})
