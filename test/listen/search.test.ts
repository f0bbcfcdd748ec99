import { sql } from 'kysely'
import t from 'tap'
import { run } from '../../src/commands.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, file, hostile, publish, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')

const made: number[] = []
for (const [title, body, category, more] of [
  ['班车延期到十二点', '晚下班的人赶得上', 'transport', {}],
  ['楼道灯不亮', '老人看不清台阶', 'light', { buildingId: String(town.cast.buildings[12]) }],
  ['Shuttle stop shelter', 'Rain comes in', 'transport', {}],
] as const) {
  const no = await accept(town, shen, await file(nobody, `${title}，我姓诸葛`), { title, body, category, ...more })
  await publish(town, gu, no)
  made.push(no)
}
const hidden = await accept(town, shen, await file(nobody, '班车的事还没公开'), { title: '班车司机换人', body: '' })
const found = async (query: string, who = nobody, path = '/issues') =>
  (await who.get(`${path}?q=${encodeURIComponent(query)}`)).body

t.test('found by words, by initials, by number, in both languages', async (t) => {
  for (const words of [
    '班车',
    '班车 十二点',
    'bcyq',
    'BCYQ',
    String(made[0]),
    `WT-2026-${String(made[0]).padStart(4, '0')}`,
    '赶得上',
  ])
    t.match(await found(words), `/issues/${made[0]}"`, words)
  t.match(await found('shut'), `/issues/${made[2]}"`, 'the beginning of a word')
  t.match(await found('12'), `/issues/${made[1]}"`, 'the building')
  t.match(await found('没有这样的词'), '没有找到')
  t.match((await (await town.as()).get('/issues?q=zzz', { cookie: 'lang=en' })).body, 'Nothing found')
})

t.test('nothing private is found from outside, and everything at the desk', async (t) => {
  t.notMatch(await found('班车司机'), '班车司机换人', 'a wording nobody approved')
  t.notMatch(await found('诸葛'), `/issues/${made[0]}"`, 'a raw word')
  t.match(await found('诸葛', shen, '/desk'), `/desk/issues/${made[0]}"`)
  t.match(await found('bcsj', shen, '/desk'), `/desk/issues/${hidden}"`)
})

t.test('with filters, in the address', async (t) => {
  const query = (more: string) => nobody.get(`/issues?q=%E7%8F%AD%E8%BD%A6${more}`)
  t.match((await query('&category=transport&channel=bridge&state=accepted')).body, `/issues/${made[0]}"`)
  for (const other of ['&category=light', '&channel=door', '&state=pooled', '&stage=3', '&building=99999'])
    t.notMatch((await query(other)).body, `/issues/${made[0]}"`, other)
  t.match((await nobody.get(`/issues?building=${town.cast.buildings[12]}`)).body, `/issues/${made[1]}"`)
})

t.test('a wording that changes is found by its new words, one that is closed stays found', async (t) => {
  await shen.post(`/desk/issues/${made[1]}/texts`, { title: '过道照明坏了', body: '看不清' })
  await publish(town, gu, made[1] as number)
  t.match(await found('过道照明'), `/issues/${made[1]}"`)
  t.notMatch(await found('楼道灯不亮'), `/issues/${made[1]}"`)
  await town.db
    .updateTable('issues')
    .set({ published_at: null })
    .where('no', '=', made[2] as number)
    .execute()
  t.notMatch(await found('shuttle'), `/issues/${made[2]}"`, 'what is taken back is gone at once')
})

t.test('whatever is typed is text, not an operator', async (t) => {
  const odd = ["'", "班车' | 'x", '& | !', ':*', '\\', '((', '@1', '<->', '%', '_', "'; drop table issues; --"]
  for (const words of [...Object.values(hostile), ...Object.values(unreadable), ...odd]) {
    for (const [who, path] of [
      [nobody, '/issues'],
      [shen, '/desk'],
    ] as const) {
      const reply = await who.get(`${path}?q=${encodeURIComponent(words)}`)
      t.equal(reply.statusCode, 200, words.slice(0, 20))
      t.notMatch(reply.body, '<script>alert')
    }
  }
})

t.test('another neighbourhood is not searched, not even through the function', async (t) => {
  const { rows } = await sql`select * from found_issues('''@班车''', false, null, null, 10)`.execute(town.db)
  t.ok(rows.length > 0)
  await town.house.db.transaction().execute(async (trx) => {
    await sql`set local role wt_app`.execute(trx)
    const nobodys = await sql`select * from found_issues('''@班车''', false, null, null, 10)`.execute(trx)
    t.same(nobodys.rows, [])
  })
})

t.test('pages follow each other, and a page is three statements', async (t) => {
  const at = town.clock.now
  // Their numbers stand on two shelves of the search (migration 0010).
  await sql`select setval(${`no_issue_${town.community.id}`}::regclass, 8160)`.execute(town.house.db)
  await sql`insert into issues (title, public_text, category, state, opened_at, published_at)
    select '翻页的事 ' || n, '', 'other', 'accepted', ${at}::timestamptz + n * interval '1 second', ${at} from generate_series(1, 60) n`.execute(
    town.db,
  )
  const said = await run({ house: town.house, vault: town.vault, origin: town.origin, clock: () => at }, 'reindex', [])
  t.match(said, { ok: true, lines: ['wutongli: 60 written.'] })
  const seen: string[] = []
  let next = '?q=%E7%BF%BB%E9%A1%B5'
  for (let page = 0; next && page < 5; page++) {
    const { body } = await nobody.get(`/issues${next}`)
    seen.push(...Array.from(body.matchAll(/翻页的事 (\d+)</g), ([, n]) => String(n)))
    next = /href="\/c\/wutongli\/issues(\?[^"]*after=\d+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  }
  t.equal(new Set(seen).size, 60)
  const walk: string[] = []
  let after = '?'
  for (let page = 0; after && page < 6; page++) {
    const { body } = await shen.get(`/desk${after}`)
    walk.push(...Array.from(body.matchAll(/desk\/issues\/(\d+)"/g), ([, n]) => String(n)))
    after = /href="\/c\/wutongli\/desk(\?[^"]*after=\d+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  }
  t.equal(new Set(walk).size, 64, 'the ledger too')
  t.equal(await statementsOf(() => nobody.get('/issues?q=%E7%BF%BB%E9%A1%B5')), 2)
  t.equal(await statementsOf(() => shen.get('/desk?q=%E7%BF%BB%E9%A1%B5')), 3)
})
