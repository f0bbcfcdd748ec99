import t from 'tap'
import { readRegister } from '../../src/people/register/rules.ts'
import { importRegister } from '../../src/people/register/store.ts'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('an administrator brings the door register in from a table', async (t) => {
  const town = await startTown(t)
  const admin = await town.as('admin')
  const check = (browser: Browser, text: string | Buffer) =>
    browser.upload(
      '/desk/register',
      {},
      { name: 'doors.csv', field: 'file', bytes: Buffer.from(text), type: 'text/csv' },
    )
  const fileOf = (body: string) => /name="register" value="([^"]*)"/.exec(body)?.[1] ?? ''
  const doorsOf = (building: string) =>
    town.db
      .selectFrom('households as h')
      .innerJoin('buildings as b', 'b.id', 'h.building_id')
      .leftJoin('stairwells as s', 's.id', 'h.stairwell_id')
      .where('b.name', '=', building)
      .select(['h.door', 'h.floor', 'h.area', 'h.owner_heads', 's.name as stairwell'])
      .orderBy('h.door')
      .execute()
  const head = '楼栋,单元,楼层,室号,面积,业主人数'

  t.test('only an administrator may; the page says what the table needs', async (t) => {
    for (const who of ['shen', 'zhou', 'li', 'tang'] as const) {
      const browser = await town.as(who)
      t.equal((await browser.get('/desk/register')).statusCode, 403)
      t.equal((await check(browser, head)).statusCode, 403)
      t.equal((await browser.post('/desk/register/import', { register: head })).statusCode, 403)
    }
    t.match((await admin.get('/desk/register')).body, '登记册里有 2 栋楼、24 户')
  })

  t.test('a file is checked line by line and nothing is written yet', async (t) => {
    const reply = await check(
      admin,
      `${head}\n5,1,1,101,70.5,1\n5,1,1,102,70.555,1\n<script>,1,1,1,70,1\n12,,6,602,90,\n12,,6,601,89.50,1`,
    )
    t.equal(reply.statusCode, 200)
    t.match(reply.body, '检查好了，还没写入')
    t.match(reply.body, '面积不对：要大于 0，最多两位小数')
    t.match(reply.body, '&lt;script>,1,1,1,70,1'.replace('>', '&gt;'))
    t.notMatch(reply.body, '<script>,')
    t.match(reply.body, /602[\s\S]*90\.00[\s\S]*89\.50/, 'the area that differs is told, both of them')
    t.match(reply.body, '写入这 1 户')
    t.equal((await doorsOf('5')).length, 0)
  })

  t.test('confirming writes what was checked, with a line in the journal for each door', async (t) => {
    const checked = await check(admin, `${head}\n5,1,1,101,70.5,\n5,1,2,201,70.05,2\n12,2,6,602,89.5,3`)
    const reply = await admin.post('/desk/register/import', { register: fileOf(checked.body) })
    t.equal(reply.statusCode, 200)
    t.match(reply.body, '已经写进登记册')
    t.same(await doorsOf('5'), [
      { door: '101', floor: 1, area: 7050, owner_heads: 1, stairwell: '1' },
      { door: '201', floor: 2, area: 7005, owner_heads: 2, stairwell: '1' },
    ])
    t.match(
      (await doorsOf('12')).find((door) => door.door === '602'),
      { area: 8950, owner_heads: 3, stairwell: '2' },
    )
    const lines = await town.db
      .selectFrom('journal')
      .select(['verb', 'person_id'])
      .where('verb', 'like', 'register.%')
      .orderBy('verb')
      .execute()
    const by = town.cast.people.admin
    t.same(lines, [
      { verb: 'register.added', person_id: by },
      { verb: 'register.added', person_id: by },
      { verb: 'register.changed', person_id: by },
    ])
  })

  t.test('sent twice it changes nothing more; two at once make no doubles', async (t) => {
    const checked = await check(admin, `${head}\n6,,1,101,70.5,1\n6,,1,102,70.5,1`)
    const file = fileOf(checked.body)
    const replies = await Promise.all([1, 2, 3].map(() => admin.post('/desk/register/import', { register: file })))
    t.same(
      replies.map((reply) => reply.statusCode),
      [200, 200, 200],
    )
    t.equal((await doorsOf('6')).length, 2)
    const again = await check(admin, `${head}\n6,,1,101,70.5,1\n6,,1,102,70.5,1`)
    t.match(again.body, '没有要写入的')
    t.notMatch(again.body, 'name="register"')
  })

  t.test('an area that is there is not changed by a file, not even by a made-up confirmation', async (t) => {
    const file = 'building,stairwell,floor,door,area_m2,owner_heads\n12,,6,601,500,1'
    const reply = await admin.post('/desk/register/import', { register: file })
    t.match(reply.body, '500.00')
    t.match(
      (await doorsOf('12')).find((door) => door.door === '601'),
      { area: 8950 },
    )
  })

  t.test('what is no table is refused kindly', async (t) => {
    const nothing = await admin.upload('/desk/register', {}, { name: 'x', field: 'other', bytes: Buffer.from('x') })
    t.equal(nothing.statusCode, 422)
    t.match(nothing.body, '还没选文件')
    t.match((await check(admin, Buffer.from('504b030414000600', 'hex'))).body, '没有“楼栋”这一列')
    t.match((await check(admin, '')).body, '还没选文件')
    for (const register of ['', 'nonsense', `${head}\n5,1,1,101,x,1`, '\u{0}', '＜script＞']) {
      t.equal((await admin.post('/desk/register/import', { register })).statusCode, 422)
    }
    t.equal((await admin.post('/desk/register/import', { register: ['a', 'b'] })).statusCode, 422)
    t.equal((await admin.post('/desk/register/import')).statusCode, 422)
  })

  t.test('a neighbouring community keeps its own register', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    t.equal((await admin.get(`/c/${other.community.slug}/desk/register`)).statusCode, 403)
    const before = await town.house.of(other.community.id).selectFrom('households').select('id').execute()
    const checked = await check(admin, `${head}\n12,,9,901,70.5,1`)
    await admin.post('/desk/register/import', { register: fileOf(checked.body) })
    t.equal(
      (await town.house.of(other.community.id).selectFrom('households').select('id').execute()).length,
      before.length,
    )
  })

  t.test('ten thousand doors take few statements, and the page two', async (t) => {
    const lines = Array.from(
      { length: 10_000 },
      (_, at) => `${100 + (at % 40)},${at % 3},${at % 30},${1000 + at},${50 + (at % 90)}.5,1`,
    )
    const { rows } = readRegister(Buffer.from(`${head}\n${lines.join('\n')}`))
    let added = 0
    const first = await statementsOf(async () => {
      const done = await town.db.transaction().execute((trx) => importRegister(trx, rows))
      added = done.added.length
    })
    t.equal(added, 10_000)
    t.ok(first <= 25, `${first} statements`)
    const moved = rows.slice(0, 2_000).map((row) => ({ ...row, floor: 31 }))
    const second = await statementsOf(() => town.db.transaction().execute((trx) => importRegister(trx, moved)))
    t.ok(second <= 25, `${second} statements`)
    const size = await town.db
      .selectFrom('households')
      .select((h) => h.fn.countAll<number>().as('n'))
      .where('area', '>', 0)
      .executeTakeFirstOrThrow()
    t.equal(Number(size.n), 24 + 2 + 2 + 1 + 10_000)
    t.ok(
      (await statementsOf(() =>
        admin.app.inject({ url: `/c/${town.community.slug}/desk/register`, headers: admin.headers }),
      )) <= 3,
    )
  })

  t.test('the confirmation of a full file, twenty thousand lines, is not too large', async (t) => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `1000,1,6,${100_000 + at},89.50,1`)
    const reply = await admin.post('/desk/register/import', {
      register: `${head}\n${lines.slice(1).join('\n')}\n1000,1,6,1,wrong,1`,
    })
    t.equal(reply.statusCode, 422, 'read to its last line, which is wrong')
  })
})
