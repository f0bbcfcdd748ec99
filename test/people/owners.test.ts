import t from 'tap'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('the owners’ register comes in from a table and says what a vote is measured against', async (t) => {
  const town = await startTown(t)
  const admin = await town.as('admin')
  const shen = await town.as('shen')
  const check = (browser: Browser, text: string | Buffer) =>
    browser.upload(
      '/desk/owners/check',
      {},
      { name: 'owners.csv', field: 'file', bytes: Buffer.from(text), type: 'text/csv' },
    )
  const fileOf = (body: string) => /name="register" value="([^"]*)"/.exec(body)?.[1]?.replaceAll('&#39;', "'") ?? ''
  const bring = async (text: string) => {
    const checked = await check(admin, text)
    return admin.post('/desk/owners/import', { register: fileOf(checked.body) })
  }
  const head = '楼栋,室号,用途,面积,业主,推选代表,交付,计面积,计人数'
  const unit = (name: string) =>
    town.db.selectFrom('units').where('name', '=', name).selectAll().executeTakeFirstOrThrow()
  const ownersOf = async (name: string) => {
    const rows = await town.db
      .selectFrom('unit_owners')
      .innerJoin('owners', 'owners.id', 'unit_owners.owner_id')
      .innerJoin('units', 'units.id', 'unit_owners.unit_id')
      .where('units.name', '=', name)
      .select('name_sealed')
      .execute()
    return rows.map(({ name_sealed }) => (name_sealed ? town.vault.open(town.community.id, name_sealed) : '')).sort()
  }

  t.test(
    'residents, volunteers and the town do not see it; staff see it and only the administrator brings it in',
    async (t) => {
      for (const browser of [
        await town.as(),
        await town.as({ door: '12-602' }),
        await town.as('li'),
        await town.as('tang'),
        await town.as('qian'),
      ]) {
        t.equal((await browser.get('/desk/owners')).statusCode, 403)
        t.equal((await check(browser, head)).statusCode, 403)
      }
      t.match((await shen.get('/desk/owners')).body, '名册还是空的')
      t.equal((await check(shen, head)).statusCode, 403)
      t.equal((await shen.post('/desk/owners/import', { register: head })).statusCode, 403)
    },
  )

  t.test('a file is checked line by line, hostile lines are told apart, and nothing is written yet', async (t) => {
    const reply = await check(
      admin,
      [
        head,
        '12,602,住宅,89.50,王芳、李强,王芳,是,,',
        '12,601,住宅,89.505,赵敏,,是,,',
        '12,501,宫殿,89.50,赵敏,,是,,',
        '12,502,住宅,89.50,<script>alert(1)</script>,,是,,',
        '12,401,住宅,89.50,=HYPERLINK("x"),,是,,',
        '12,402,住宅,89.50,赵敏,钱立,是,,',
        '12,301,住宅,89.50,赵敏,,也许,,',
        '12,602,住宅,89.50,王芳,,是,,',
        `12,302,住宅,89.50,${Array.from({ length: 13 }, (_, i) => `某${i}`).join('、')},,是,,`,
      ].join('\n'),
    )
    t.equal(reply.statusCode, 200)
    for (const words of [
      '检查好了，还没写入',
      '写入这 1 处',
      '面积不对',
      '用途只能是住宅',
      '业主姓名里有不能用的符号',
      '推选的代表不是这一处的业主',
      '“交付”只能写是或否',
      '和第 2 行是同一户',
      '一处最多十二位业主',
    ])
      t.match(reply.body, words)
    t.notMatch(reply.body, '<script>alert')
    t.equal((await town.db.selectFrom('units').select('id').execute()).length, 0)
    t.match((await check(admin, '楼栋,室号\n12,602')).body, '没有“业主”这一列')
    t.match((await check(admin, '')).body, '还没选文件')
  })

  t.test(
    'what was confirmed is written: names sealed, doors bound, each unit with its line in the journal',
    async (t) => {
      const reply = await bring(
        [
          head,
          '12,602,住宅,89.50,王芳、李强,王芳,是,,',
          '12,601,住宅,89.50,赵敏,,,,',
          '12,501,住宅,89.50,赵敏,,,,',
          '12,502,,89.50,赵敏(2),,,,',
          '3,101,住宅,89.50,,,,,',
          '3,102,住宅,89.50,孙某,,否,,',
          'B1,车位023,车位,12.50,赵敏,,,,',
          'B1,储藏室7,储藏室,6.00,李强，王芳,,,,',
        ].join('\n'),
      )
      t.equal(reply.statusCode, 200)
      t.match(reply.body, '已经写进登记册')
      t.same(await ownersOf('12-602'), ['李强', '王芳'])
      const { name_sealed } = await town.db
        .selectFrom('owners')
        .where('name_sealed', 'is not', null)
        .select('name_sealed')
        .executeTakeFirstOrThrow()
      t.notOk(name_sealed?.includes(Buffer.from('王芳')), 'no name lies open in the database')
      t.match(await unit('12-602'), { household_id: town.cast.doors['12-602'], kind: 'flat', counts_head: true })
      t.match(await unit('B1-车位023'), { household_id: null, counts_area: true, counts_head: false })
      t.match(await unit('B1-储藏室7'), { counts_area: false, counts_head: false })
      t.match(await unit('3-101'), { delivered: false })
      const lines = await town.db
        .selectFrom('journal')
        .where('subject', '=', 'unit')
        .select(['verb', 'particulars', 'person_id'])
        .execute()
      t.equal(lines.length, 8)
      t.ok(lines.every(({ person_id }) => person_id === town.cast.people.admin))
      t.notMatch(JSON.stringify(lines), '王芳')
    },
  )

  t.test(
    'heads and area: one buyer is one head, parking counts its area only, what is not handed over is the developer’s',
    async (t) => {
      const page = (await shen.get('/desk/owners')).body
      // 王芳+李强, 赵敏, 赵敏(2), and the developer with 3-101 and 3-102.
      t.match(page, '<b>4 人</b>')
      // Six flats and a parking space; the storage room counts nothing.
      t.match(page, '<b>549.50 平方米</b>')
      t.match(page, '2 处，179.00 平方米')
      const units = await town.db
        .selectFrom('units')
        .select('counts_area')
        .select((u) => u.fn.sum<number>('area').as('area'))
        .where('counts_area', '=', true)
        .groupBy('counts_area')
        .executeTakeFirst()
      t.equal(Number(units?.area), 6 * 8_950 + 1_250)
      t.match(page, /共有人还没推选投票人<\/dt><dd>1 处/, 'the storage room of the couple')
    },
  )

  t.test('a file overwrites neither an area nor an owner, and fills in an owner where there was none', async (t) => {
    const checked = await check(
      admin,
      `${head}\n12,602,住宅,90.00,王芳、李强,,,,\n12,601,住宅,89.50,周某,,,,\n3,101,住宅,89.50,陈新,,,,\n12,501,住宅,89.50,赵敏,,,,`,
    )
    t.match(checked.body, '面积：表格里 90.00，名册里 89.50')
    t.match(checked.body, '业主不一样：卖掉了，请到那一处登记过户')
    t.match(checked.body, '写入这 1 处')
    await admin.post('/desk/owners/import', { register: fileOf(checked.body) })
    t.same(await ownersOf('3-101'), ['陈新'])
    t.match(await unit('3-101'), { delivered: true })
    const forged = await admin.post('/desk/owners/import', { register: `${head}\n12,602,住宅,500,别人,,,,` })
    t.equal(forged.statusCode, 200)
    t.match(await unit('12-602'), { area: 8_950 })
    t.same(await ownersOf('12-602'), ['李强', '王芳'])
  })

  t.test('sent twice, or by three at once, it makes no doubles', async (t) => {
    const file = fileOf((await check(admin, `${head}\n7,101,住宅,70.50,何一,,,,\n7,102,住宅,70.50,何一,,,,`)).body)
    const replies = await Promise.all([1, 2, 3].map(() => admin.post('/desk/owners/import', { register: file })))
    t.same(
      replies.map(({ statusCode }) => statusCode),
      [200, 200, 200],
    )
    t.equal((await town.db.selectFrom('units').where('building', '=', '7').select('id').execute()).length, 2)
    for (const register of ['', 'nonsense', `${head}\n5,101,住宅,x,王芳,,,,`]) {
      t.equal((await admin.post('/desk/owners/import', { register })).statusCode, 422)
    }
  })

  t.test('names stand behind a reason, and every look leaves a line', async (t) => {
    const { id } = await unit('12-602')
    const closed = await shen.get(`/desk/owners/units/${id}`)
    t.match(closed.body, '2 位业主')
    t.notMatch(closed.body, '王芳')
    t.notMatch((await shen.get('/desk/owners/buildings/12')).body, '王芳')
    const none = await shen.post(`/desk/owners/units/${id}/names`, { purpose: '' })
    t.equal(none.statusCode, 422)
    t.notMatch(none.body, '王芳')
    const open = await shen.post(`/desk/owners/units/${id}/names`, { purpose: '核对共有人' })
    t.match(open.body, '王芳')
    t.equal(open.headers['cache-control'], 'no-store')
    t.match(await town.db.selectFrom('access_log').selectAll().execute(), [
      { subject: 'unit:12-602', person_id: town.cast.people.shen, purpose: '核对共有人', fields: ['owner'] },
    ])
  })

  t.test('co-owners name who votes; only one of them can be named', async (t) => {
    const { id } = await unit('12-602')
    const owners = await town.db.selectFrom('unit_owners').where('unit_id', '=', id).select('owner_id').execute()
    const other = await town.db
      .selectFrom('unit_owners')
      .innerJoin('units', 'units.id', 'unit_id')
      .where('name', '=', '12-601')
      .select('owner_id')
      .executeTakeFirstOrThrow()
    const name = (owner: string) => shen.post(`/desk/owners/units/${id}/agreed`, { owner })
    t.equal((await name(String(other.owner_id))).statusCode, 422)
    t.equal((await name('')).statusCode, 303)
    t.match(await unit('12-602'), { agreed_id: null })
    t.equal((await name(String(owners[1]?.owner_id))).statusCode, 303)
    t.match(await unit('12-602'), { agreed_id: owners[1]?.owner_id })
  })

  t.test('a sale brings other owners and is remembered; a mistake that is put right is no sale', async (t) => {
    const { id } = await unit('12-602')
    const become = (fields: Record<string, string>) => shen.post(`/desk/owners/units/${id}/owners`, fields)
    t.match((await become({ names: '', why: 'sale' })).body, '请写买家的姓名')
    t.match((await become({ names: '买家甲' })).body, '请选一个原因')
    const hostile = await become({ names: '<b>甲</b>', why: 'sale' })
    t.equal(hostile.statusCode, 422)
    t.match(hostile.body, '&lt;b&gt;甲', 'what she typed is still there')
    t.equal((await become({ names: '买家甲、买家乙', why: 'sale' })).statusCode, 303)
    t.same(await ownersOf('12-602'), ['买家乙', '买家甲'].sort())
    t.match(await unit('12-602'), { agreed_id: null })
    const sales = () => town.db.selectFrom('unit_sales').where('unit_id', '=', id).select('owner_id').execute()
    t.equal((await sales()).length, 1)
    t.equal((await become({ names: '买家甲', why: 'mistake' })).statusCode, 303)
    t.same(await ownersOf('12-602'), ['买家甲'])
    t.equal((await sales()).length, 1)
    t.match((await shen.get(`/desk/owners/units/${id}`)).body, /过户<\/dt><dd>11月24日/)
  })

  t.test('area and what counts are set by hand, with what it was in the journal', async (t) => {
    const { id } = await unit('B1-车位023')
    t.match((await shen.post(`/desk/owners/units/${id}/terms`, { area: '0' })).body, '面积不对')
    const reply = await shen.post(`/desk/owners/units/${id}/terms`, {
      area: '12.80',
      countsHead: 'on',
      delivered: 'on',
    })
    t.equal(reply.statusCode, 303)
    t.match(await unit('B1-车位023'), { area: 1_280, counts_area: false, counts_head: true, delivered: true })
    const line = await town.db
      .selectFrom('journal')
      .where('verb', '=', 'unit.changed')
      .where('subject_id', '=', id)
      .select(['was', 'became'])
      .executeTakeFirstOrThrow()
    t.match(line.was, '"area":1250')
    t.match(line.became, '"area":1280')
  })

  t.test('a unit is found by its name, also a wrong one', async (t) => {
    t.equal(
      (await shen.get('/desk/owners?unit=12-602')).headers.location,
      `/c/wutongli/desk/owners/units/${(await unit('12-602')).id}`,
    )
    const wrong = await shen.get('/desk/owners?unit=99-1')
    t.equal(wrong.statusCode, 422)
    t.match(wrong.body, '名册里没有这一处')
    t.equal((await shen.get('/desk/owners/buildings/99')).statusCode, 404)
    t.equal((await shen.get('/desk/owners/units/999999')).statusCode, 404)
  })

  t.test('a neighbouring community keeps its own register', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    t.equal((await admin.get(`/c/${other.community.slug}/desk/owners`)).statusCode, 403)
    t.equal((await town.house.of(other.community.id).selectFrom('units').select('id').execute()).length, 0)
  })

  t.test('five thousand units take few statements, and the page two', async (t) => {
    const lines = Array.from(
      { length: 5_000 },
      (_, at) => `${100 + (at % 40)},${1000 + at},住宅,${50 + (at % 90)}.5,业主${at},,,,`,
    )
    const checked = await check(admin, `${head}\n${lines.join('\n')}`)
    const token = await admin.token()
    const payload = new URLSearchParams({ _csrf: token, register: fileOf(checked.body) }).toString()
    const headers = { ...admin.headers, 'content-type': 'application/x-www-form-urlencoded' }
    const n = await statementsOf(() =>
      town.app.inject({ method: 'POST', url: '/c/wutongli/desk/owners/import', headers, payload }),
    )
    t.ok(n <= 35, `${n} statements`)
    t.equal((await town.db.selectFrom('units').where('name', 'like', '1__-%').select('id').execute()).length, 5_000)
    t.ok((await statementsOf(() => shen.get('/desk/owners'))) <= 3)
  })
})
