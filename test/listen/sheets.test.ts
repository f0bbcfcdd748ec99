import { randomUUID } from 'node:crypto'
import jsQR from 'jsqr'
import sharp from 'sharp'
import t from 'tap'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { hostile, shown, unreadable } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const li = await town.as('li')
const stage = await openStage(t, town)
const page = '/desk/visits/transcription'
const visits = () =>
  town.db
    .selectFrom('visits as v')
    .innerJoin('households as h', 'h.id', 'v.household_id')
    .select(['v.key', 'h.door', 'v.outcome', 'v.visited_at', 'v.volunteer_id', 'v.consent_record'])
    .orderBy('v.id')
    .execute()

type Line = { key?: string; door?: string; outcome?: string; words?: string; record?: string; publish?: string }
const sheet = (lines: Line[], more: Record<string, string> = {}) => ({
  building: '12',
  day: '2026-11-20',
  volunteer: '',
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, at) => {
      const line = { key: randomUUID(), ...lines[at] }
      return Object.entries(line).map(([name, value]) => [`${name}${at + 1}`, value])
    }).flat(),
  ),
  ...more,
})

t.test('a building prints on A4, eighteen doors a page, each with the code of its page', async (t) => {
  const { body, statusCode } = await li.get('/desk/visits/sheet?building=12')
  t.equal(statusCode, 200)
  t.equal(body.match(/<svg class="qr"/g)?.length, 12)
  t.equal(body.match(/class="doorsheet"/g)?.length, 1)
  t.match(body, 'aria-label="12 号楼 602 室的走访页"')
  const links = await Promise.all(
    (body.match(/<svg class="qr"[\s\S]*?<\/svg>/g) ?? []).map(async (svg) => {
      const drawn = sharp(Buffer.from(svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'))).ensureAlpha()
      const { data, info } = await drawn.raw().toBuffer({ resolveWithObject: true })
      return jsQR.default(new Uint8ClampedArray(data), info.width, info.height)?.data
    }),
  )
  const doors = [...body.matchAll(/<b>(\d{3})<\/b>/g)].map(([, door]) => door)
  t.same(
    links,
    doors.map((door) => `http://wutong.test/c/wutongli/door/?b=12&d=${door}`),
    'a camera reads on each the page of its own door',
  )
  t.ok(body.indexOf('<b>602</b>') < body.indexOf('<b>101</b>'), 'in the order somebody walks')
  t.equal((await li.get('/desk/visits/sheet?building=99')).statusCode, 404)
  const rows = Array.from({ length: 30 }, (_, at) => ({
    building_id: town.cast.buildings[3],
    stairwell_id: null,
    floor: 9,
    door: `9${at + 10}`,
    area: 100,
  }))
  await town.db.insertInto('households').values(rows).execute()
  t.equal((await li.get('/desk/visits/sheet?building=3')).body.match(/class="doorsheet"/g)?.length, 3)
})

t.test('a sheet is typed off, on the day of the paper, and sending it twice changes nothing', async (t) => {
  const fields = sheet([
    { door: '602', outcome: 'met', words: '楼道的灯又坏了', record: 'on', publish: 'on' },
    { door: '601', outcome: 'not_home' },
    { door: '501', outcome: 'refused' },
  ])
  const reply = await li.post(page, fields)
  t.equal(reply.headers.location, `/c/wutongli${page}?building=12&saved=3`)
  t.match((await li.get(String(reply.headers.location))).body, '存好了 3 行')
  const noon = new Date('2026-11-20T12:00:00+08:00')
  t.match(await visits(), [
    { door: '602', outcome: 'met', visited_at: noon, volunteer_id: town.cast.people.li, consent_record: true },
    { door: '601', outcome: 'not_home', visited_at: noon, consent_record: false },
    { door: '501', outcome: 'refused', visited_at: noon },
  ])
  t.equal((await li.post(page, fields)).statusCode, 303)
  t.equal((await visits()).length, 3)
  t.match(await town.db.selectFrom('filings').select(['words', 'channel']).execute(), [
    { words: '楼道的灯又坏了', channel: 'door' },
  ])
})

t.test('the desk types for the volunteer who walked; a volunteer only for herself', async (t) => {
  await shen.post(page, sheet([{ door: '402', outcome: 'not_home' }], { volunteer: String(town.cast.people.xu) }))
  t.equal((await visits()).at(-1)?.volunteer_id, town.cast.people.xu)
  const line = await town.db
    .selectFrom('journal')
    .select('person_id')
    .where('subject', '=', 'visit')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  t.equal(line?.person_id, town.cast.people.shen, 'and the journal says who typed')
  const before = (await visits()).length
  for (const volunteer of [String(town.cast.people.xu), '999999', 'x'])
    t.equal((await li.post(page, sheet([{ door: '402', outcome: 'not_home' }], { volunteer }))).statusCode, 422)
  t.equal((await visits()).length, before)
  t.notMatch((await li.get(`${page}?building=12`)).body, 'name="volunteer"')
})

t.test('a line that is wrong comes back with why, and the others are kept', async (t) => {
  const cases: [Line, string][] = [
    [{ door: '999', outcome: 'not_home' }, '这栋楼没有这个室号'],
    [{ door: '602' }, '请先点一下'],
    [{ outcome: 'met' }, '没写室号'],
    [{ door: '602', outcome: 'met', words: '楼道的灯坏了' }, '住户没同意记下来'],
    [{ door: '602', outcome: 'met', words: '短', record: 'on' }, '写得太短'],
    [{ door: '602', outcome: 'refused', words: '楼道的灯坏了', record: 'on' }, '这里就要选'],
  ]
  for (const [line, why] of cases) {
    const before = (await visits()).length
    const reply = await li.post(page, sheet([line, { door: '101', outcome: 'not_home' }]))
    t.equal(reply.statusCode, 422, why)
    t.match(reply.body, why)
    t.match(reply.body, '存好了 1 行')
    if (line.words) t.match(reply.body, `value="${line.words}"`)
    t.equal((await visits()).length, before + 1)
  }
})

t.test('what no sheet can say is refused whole, with what was typed', async (t) => {
  const good = { door: '101', outcome: 'not_home' }
  const before = (await visits()).length
  const cases: [Line[], Record<string, string>, string][] = [
    [[], {}, '还没有写'],
    [[good], { day: '2026-11-25' }, '这一天还没到'],
    [[good], { day: '2026-10-01' }, '三十天以前'],
    [[good], { day: 'yesterday' }, '日期不对'],
    [[{ ...good, outcome: 'danced' }], {}, '请先点一下'],
    [[{ ...good, key: 'x' }], {}, ''],
    [[{ ...good, words: unreadable.nul }], {}, '不能用的符号'],
    [[{ ...good, words: unreadable.long }], {}, '太长了'],
  ]
  for (const [lines, more, why] of cases) {
    const reply = await li.post(page, sheet(lines, more))
    t.equal(reply.statusCode, 422)
    if (why) t.match(reply.body, why)
  }
  t.equal((await li.post(page, sheet([good], { building: 'nowhere' }))).statusCode, 404)
  t.equal((await visits()).length, before)
})

t.test('words stay words', async (t) => {
  for (const words of [hostile.script, hostile.attribute, hostile.emoji]) {
    const reply = await li.post(page, sheet([{ door: '602', outcome: 'met', words }]))
    t.match(reply.body, `value="${shown(words)}"`)
  }
})

t.test('for those who visit, at no more than three statements', async (t) => {
  for (const who of [undefined, 'tang', 'admin'] as const) {
    const browser = await town.as(who)
    for (const path of ['/desk/visits/sheet?building=12', `${page}?building=12`])
      t.equal((await browser.get(path)).statusCode, 403)
    t.equal((await browser.post(page, sheet([]))).statusCode, 403)
  }
  for (const path of ['/desk/visits/sheet?building=12', `${page}?building=12`])
    t.ok((await statementsOf(() => shen.app.inject({ url: `/c/wutongli${path}`, headers: shen.headers }))) <= 3, path)
})

t.test('ten visits by keyboard alone, well within a minute', async (t) => {
  const person = await stage.person('li', { width: 1366 })
  const tab = await person.go(`${page}?building=12`)
  await isAccessible(t, tab, 'the page for typing')
  await fitsNarrow(t, tab, 'the page for typing')
  const before = (await visits()).length
  let keys = 0
  const press = async (key: string) => {
    keys++
    await tab.keyboard.press(key)
  }
  const started = Date.now()
  for (const [at, door] of ['101', '102', '201', '202', '301', '302', '401', '402', '501', '502'].entries()) {
    for (const digit of door) await press(digit)
    await press('Enter')
    if (at % 5 === 0) {
      await press('1')
      await tab.keyboard.insertText('电梯里的灯不亮')
      keys += 12
      await press('Enter')
      await press('1')
    } else await press('2')
  }
  await press('Enter')
  await tab.waitForURL(/saved=10/)
  t.equal((await visits()).length, before + 10)
  t.match((await visits()).at(-5), { door: '302', outcome: 'met', consent_record: true })
  t.ok(keys / 10 <= 8, `${keys / 10} keys a visit, ${Date.now() - started} ms by machine`)
  await person.context.close()

  const plain = await stage.person('li', { script: false })
  const form = await plain.go(`${page}?building=12`)
  await form.fill('#door1', '601')
  await form.selectOption('#outcome1', 'come_again')
  await form.locator('main form button').click()
  await form.waitForURL(/saved=1$/)
  t.equal((await visits()).at(-1)?.outcome, 'come_again', 'and without scripts')
  const print = await stage.person('li', { width: 1366 })
  const paper = await print.go('/desk/visits/sheet?building=12')
  await isAccessible(t, paper, 'the sheet')
  await fitsNarrow(t, paper, 'the sheet')
})

t.test('the desk’s pages of doors and rounds, in both languages and large, small and dark', async (t) => {
  for (const lang of ['zh', 'en'] as const) {
    const person = await stage.person('shen', { lang })
    for (const path of [
      '/desk/visits',
      '/desk/visits?building=12',
      '/desk/visits/unheard',
      '/desk/rounds',
      '/desk/rounds/new',
      '/desk/visits/new?building=12&door=602',
    ]) {
      const tab = await person.go(path)
      await isAccessible(t, tab, `${path} ${lang}`)
      await fitsNarrow(t, tab, `${path} ${lang}`)
      const large = await person.go(`${path}${path.includes('?') ? '&' : '?'}size=xl`)
      await large.emulateMedia({ colorScheme: lang === 'zh' ? 'dark' : 'light' })
      await isAccessible(t, large, `${path} ${lang} large`)
      await fitsNarrow(t, large, `${path} ${lang} large`)
      await large.emulateMedia({ colorScheme: 'light' })
    }
    await person.context.close()
  }
})
