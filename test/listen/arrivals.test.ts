import { randomUUID } from 'node:crypto'
import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { call } from '../lib/phone.ts'
import { statementsOf } from '../statements.ts'

t.test('people are invited out, sign up, and are there', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const li = await town.as('li')
  const visitor = await town.as()
  const open = async (title: string, fields: Record<string, string | string[]> = {}) => {
    const form = { title, place: '二楼活动室', held_at: '2026-11-25T14:00', announced: 'on', ...fields }
    const reply = await shen.post('/desk/gatherings', form)
    return Number(/\/gatherings\/(\d+)$/.exec(String(reply.headers.location))?.[1])
  }
  const signup = (fields: Record<string, string | string[]> = {}) => ({ key: randomUUID(), name: '王芳', ...fields })
  const list = (no: number) =>
    town.db
      .selectFrom('gathering_signups as s')
      .innerJoin('gatherings as g', 'g.id', 's.gathering_id')
      .where('g.no', '=', no)
      .selectAll('s')
      .orderBy('s.nth')
      .execute()
  const secrets = (no: number) =>
    town.db.selectFrom('gatherings').select(['board_key', 'door_key']).where('no', '=', no).executeTakeFirstOrThrow()

  t.test('whom it is for is said in three ways, and only what was announced is public', async (t) => {
    const quiet = await open('内部的', { announced: '' })
    const all = await open('大家的')
    const some = await open('几栋楼的', {
      audience: 'buildings',
      buildings: [String(town.cast.buildings[12]), String(town.cast.buildings[3])],
    })
    const group = await open('一些人的', { audience: 'group', group: '家里有老人的', places: '30' })
    const page = (await visitor.get('/gatherings')).body
    t.notMatch(page, '内部的')
    t.match(page, /几栋楼的[\s\S]*3 号楼[\s\S]*12 号楼/)
    t.match((await visitor.get(`/gatherings/${all}`)).body, '大家都来')
    t.match((await visitor.get(`/gatherings/${some}`)).body, '12 号楼')
    t.match((await visitor.get(`/gatherings/${group}`)).body, /家里有老人的[\s\S]*还有 30 个位子/)
    t.equal((await visitor.get(`/gatherings/${quiet}`)).statusCode, 404)
    t.equal((await visitor.post(`/gatherings/${quiet}/signups`, signup())).statusCode, 409)
    t.equal((await shen.post(`/desk/gatherings/${quiet}/announcement`)).statusCode, 303)
    t.equal((await shen.post(`/desk/gatherings/${quiet}/announcement`)).statusCode, 303)
    t.equal((await visitor.get(`/gatherings/${quiet}`)).statusCode, 200)
    t.equal((await li.post(`/desk/gatherings/${quiet}/announcement`)).statusCode, 403)
    t.match(
      (await visitor.get('/c/wutongli/')).body,
      /请您来坐坐[\s\S]*看看，报名/,
      'the next one stands in the front room',
    )
    const count = await statementsOf(() => visitor.get('/c/wutongli/'))
    t.ok(count <= 3, `for no statement more: ${count}`)
  })

  t.test('she signs up with a name, gets a link, and signs off by it; her number goes with her', async (t) => {
    const no = await open('茶话会')
    const before = (await town.db.selectFrom('outbox').select('id').execute()).length
    const form = signup({ phone: '13812345678' })
    const replies = await Promise.all([1, 2, 3].map(() => visitor.post(`/gatherings/${no}/signups`, form)))
    const mine = String(replies[0]?.headers.location).replace('/c/wutongli', '')
    t.equal(mine, `/gatherings/${no}/signups/${form.key}`)
    t.equal((await list(no)).length, 1)
    const sent = await town.db.selectFrom('outbox').select('body').orderBy('id').execute()
    t.equal(sent.length, before + 1)
    t.match(sent.at(-1)?.body, mine)
    t.match((await visitor.get(mine)).body, /报上名了[\s\S]*您是 1 号/)
    t.notMatch((await visitor.get(`/gatherings/${no}`)).body, '王芳', 'who comes is nobody’s business')
    t.equal((await visitor.post(`${mine}/withdrawal`)).statusCode, 303)
    t.equal((await visitor.post(`${mine}/withdrawal`)).statusCode, 303)
    t.match((await visitor.get(mine)).body, '已经退掉了')
    t.match(await list(no), [{ phone_sealed: null, withdrawn_at: town.clock.now }])
    t.equal((await visitor.get(`/gatherings/${no}/signups/${randomUUID()}`)).statusCode, 404)
    t.equal((await visitor.post(`/gatherings/${no}/signups/${randomUUID()}/withdrawal`)).statusCode, 404)
  })

  t.test('a household is on the list once, without a name; a visitor gives one', async (t) => {
    const no = await open('门牌')
    const door = await town.as({ door: '12-602' })
    const first = await door.post(`/gatherings/${no}/signups`, signup({ name: '' }))
    const second = await door.post(`/gatherings/${no}/signups`, signup({ name: '' }))
    t.equal(first.headers.location, second.headers.location)
    t.match(await list(no), [{ household_id: town.cast.doors['12-602'] }])
    t.match((await door.get(`/gatherings/${no}`)).body, '您家已经报名了')
    for (const fields of [
      { name: '' },
      { name: ' ' },
      { name: 'x'.repeat(41) },
      { name: 'a\u{0}b' },
      { name: ['一', '二'] },
      { phone: '123' },
      { phone: 'javascript:alert(1)' },
      { website: 'http://spam' },
      { key: 'nonsense' },
    ]) {
      const reply = await visitor.post(`/gatherings/${no}/signups`, signup(fields))
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 40))
      t.match(reply.body, '还差一步')
    }
    await visitor.post(`/gatherings/${no}/signups`, signup({ name: '<b>👵🏽</b>' }))
    t.match((await li.get(`/desk/gatherings/${no}/signups`)).body, '&lt;b&gt;👵🏽&lt;/b&gt;')
    t.equal((await list(no)).length, 2)
  })

  t.test('of three who want the last place in the same second one gets it, and two stand in line', async (t) => {
    const no = await open('小房间', { places: '2' })
    await visitor.post(`/gatherings/${no}/signups`, signup())
    const replies = await Promise.all(
      ['甲', '乙', '丙'].map((name) => visitor.post(`/gatherings/${no}/signups`, signup({ name }))),
    )
    t.same(
      replies.map(({ statusCode }) => statusCode),
      [303, 303, 303],
    )
    t.match(
      (await list(no)).map(({ waiting_since: since }) => since !== null),
      [false, false, true, true],
    )
    t.match((await visitor.get(`/gatherings/${no}`)).body, /位子报满了[\s\S]*前面有 2 位[\s\S]*我等着/)
    const home = await town.as({ door: '12-602' })
    await home.post(`/gatherings/${no}/signups`, signup({ name: '' }))
    t.match((await home.get(`/gatherings/${no}`)).body, '排上队了', 'a household in line is not told it has a place')
    t.match((await shen.get('/desk/gatherings')).body, /小房间[\s\S]{0,200}2 位要来 · 3 位在排队[\s\S]{0,200}还没开始/)
    const { door_key: door } = await secrets(no)
    const walkIn = await visitor.post(`/gatherings/${no}/arrivals/${door}`, signup({ name: '路过的' }))
    t.equal(walkIn.statusCode, 303, 'whoever stands in the room is counted in')
  })

  const texts = async () =>
    (await town.db.selectFrom('outbox').select('body').orderBy('id').execute()).map((m) => m.body)

  t.test('who waits gets the place that becomes free, in order and once, and is told', async (t) => {
    const no = await open('排队', { places: '1' })
    const inLine = (name: string, phone = '') => signup({ name, phone })
    const first = inLine('甲')
    const second = inLine('乙', '13812345671')
    const third = inLine('丙', '13812345672')
    const fourth = inLine('丁', '13812345673')
    for (const form of [first, second, third, fourth]) await visitor.post(`/gatherings/${no}/signups`, form)
    const page = async ({ key }: { key: string }) => (await visitor.get(`/gatherings/${no}/signups/${key}`)).body
    t.match(await page(third), /排上队了[\s\S]*您排在第 2 位/)
    t.match((await texts()).at(-1), '您排上了队')
    t.match((await li.get(`/desk/gatherings/${no}/signups`)).body, /1 位要来[\s\S]*3 位在排队/)
    const before = (await texts()).length
    const leave = ({ key }: { key: string }) => visitor.post(`/gatherings/${no}/signups/${key}/withdrawal`)
    // 乙 leaves the line as 甲 gives her place up, twice: 丙 has it and nobody else.
    await Promise.all([leave(second), leave(first), leave(first)])
    const waiting = async () =>
      (await list(no)).filter((one) => one.waiting_since && !one.withdrawn_at).map(({ name }) => name)
    t.same(await waiting(), ['丁'])
    t.match(await page(third), /报上名了/)
    const told = (await texts()).slice(before).filter((body) => body.includes('有空位了'))
    t.ok(told.some((body) => body.includes(String(third.key))))
    t.match(await page(fourth), '您排在第 1 位')

    const plan = { held_at: '2026-11-25T14:00', place: '二楼活动室', places: '2', seen: '1' }
    t.equal((await li.post(`/desk/gatherings/${no}/plan`, plan)).statusCode, 403)
    const changed = await Promise.all([1, 2].map(() => shen.post(`/desk/gatherings/${no}/plan`, plan)))
    t.match(changed, [{ statusCode: 303 }, { statusCode: 303 }])
    t.same(await waiting(), [], 'a place more is a place for who waits')
    t.match((await texts()).at(-1), String(fourth.key))
    t.equal((await list(no)).filter(({ name }) => name === '丁').length, 1)
  })

  t.test('another day or place is told to everybody on the list once; of two who change it one is told', async (t) => {
    const no = await open('改期的')
    const form = signup({ phone: '13812345670' })
    await visitor.post(`/gatherings/${no}/signups`, form)
    await visitor.post(`/gatherings/${no}/signups`, signup({ name: '没留电话' }))
    const before = (await texts()).length
    const plan = { held_at: '2026-11-26T19:00', place: '小花园', places: '', seen: '1' }
    const post = (fields = {}) => shen.post(`/desk/gatherings/${no}/plan`, { ...plan, ...fields })
    t.match(await post({ held_at: 'bald' }), { statusCode: 422, body: /value="小花园"/ })
    t.match(await Promise.all([post(), post()]), [{ statusCode: 303 }, { statusCode: 303 }])
    const said = (await texts()).slice(before)
    t.equal(said.length, 1)
    t.match(said[0], /改了：11月26日 19:00 小花园[\s\S]*signups/)
    t.equal((await post({ place: '别处' })).statusCode, 409, 'her page was older')
    t.match((await visitor.get(`/gatherings/${no}`)).body, /改过了[\s\S]*小花园/)
    t.match((await visitor.get('/gatherings')).body, '改过了', 'the list says so, too')
    t.match((await visitor.get(`/gatherings/${no}/signups/${form.key}`)).body, /改过了[\s\S]*小花园/)
  })

  t.test('called off, everybody reads why, who left a number is told once, and no number stays', async (t) => {
    const no = await open('办不成的', { places: '1' })
    const { door_key: door, board_key: board } = await secrets(no)
    const form = signup({ phone: '13812345670' })
    await visitor.post(`/gatherings/${no}/signups`, form)
    await visitor.post(`/gatherings/${no}/signups`, signup({ name: '排队的', phone: '13812345671' }))
    const before = (await texts()).length
    const off = (why = '活动室漏水，修好再请大家') => shen.post(`/desk/gatherings/${no}/cancellation`, { why })
    t.equal((await li.post(`/desk/gatherings/${no}/cancellation`, { why: '不行' })).statusCode, 403)
    t.match(await off(' '), { statusCode: 422, body: /请写一下为什么取消/ })
    t.match(await Promise.all([off(), off()]), [{ statusCode: 303 }, { statusCode: 303 }])
    t.match((await texts()).slice(before), [/取消了：活动室漏水/, /取消了：活动室漏水/])
    t.equal((await texts()).length, before + 2)
    t.match(await list(no), [{ phone_sealed: null }, { phone_sealed: null }])
    for (const path of ['', `/signups/${form.key}`]) {
      t.match((await visitor.get(`/gatherings/${no}${path}`)).body, /这一场取消了[\s\S]*活动室漏水/)
    }
    t.match((await visitor.get('/gatherings')).body, /办不成的[\s\S]*?这一场取消了/)
    t.notMatch((await visitor.get('/c/wutongli/')).body, '办不成的')
    t.match((await visitor.get(`/gatherings/${no}/board/${board}`)).body, '这一场取消了')
    const late = await Promise.all([
      visitor.post(`/gatherings/${no}/signups`, signup()),
      visitor.post(`/gatherings/${no}/arrivals/${door}`, signup()),
      shen.post(`/desk/gatherings/${no}/lines`, { key: randomUUID(), words: '晚了', speaker: '' }),
      shen.post(`/desk/gatherings/${no}/closure`),
    ])
    t.same(
      late.map(({ statusCode }) => statusCode),
      [409, 409, 409, 409],
    )
    const spoken = await open('说过话的')
    await shen.post(`/desk/gatherings/${spoken}/lines`, { key: randomUUID(), words: '班车太早收了', speaker: '' })
    t.equal((await shen.post(`/desk/gatherings/${spoken}/cancellation`, { why: '散了' })).statusCode, 409)
  })

  t.test('the code on the wall says “here”: who had signed up is that one, anybody else is new', async (t) => {
    const no = await open('签到')
    const { door_key: door, board_key: board } = await secrets(no)
    const at = `/gatherings/${no}/arrivals/${door}`
    const phoned = signup({ phone: '13812345678' })
    await visitor.post(`/gatherings/${no}/signups`, phoned)
    const household = await town.as({ door: '12-601' })
    await household.post(`/gatherings/${no}/signups`, signup({ name: '' }))
    t.match((await visitor.get(at)).body, '我到了')
    t.equal((await visitor.get(`/gatherings/${no}/arrivals/${board}`)).statusCode, 404)
    t.equal((await visitor.post(`/gatherings/${no}/arrivals/${randomUUID()}`, signup())).statusCode, 404)
    const here = await (await town.as()).post(at, signup())
    t.equal(here.headers.location, `/c/wutongli${at}?nth=1`, 'her number, not her private address')
    t.match((await visitor.get(`${at}?nth=1`)).body, /签到好了[\s\S]*您是 1 号/)
    t.match((await household.post(at, signup({ name: '' }))).headers.location, /nth=2/)
    t.match((await household.post(at, signup({ name: '' }))).headers.location, /nth=2/, 'twice is once')
    t.match((await visitor.post(at, signup())).headers.location, /nth=3/, 'a second 王芳 is another one')
    t.equal((await visitor.post(at, signup({ name: '' }))).statusCode, 422)
    t.match(await list(no), [{ arrived_at: town.clock.now }, { arrived_at: town.clock.now }, { name: '王芳' }])
    t.ok((await list(no))[0]?.phone_sealed, 'and her number is still there')
    t.equal((await visitor.post(`/gatherings/${no}/signups/${phoned.key}/withdrawal`)).statusCode, 409)
  })

  t.test('without a phone the desk does it, by a tick or by writing her down', async (t) => {
    const no = await open('手写')
    const form = signup()
    await visitor.post(`/gatherings/${no}/signups`, form)
    const tick = () => li.post(`/desk/gatherings/${no}/signups/${form.key}/arrival`)
    t.same(
      (await Promise.all([tick(), tick()])).map(({ statusCode }) => statusCode),
      [303, 303],
    )
    const write = (fields: Record<string, string>) =>
      li.post(`/desk/gatherings/${no}/signups`, { key: randomUUID(), name: '', building: '', door: '', ...fields })
    t.equal((await write({ name: '老张', building: '12', door: '502' })).statusCode, 303)
    t.equal((await write({ name: '老张的老伴', building: '12', door: '502' })).statusCode, 303)
    t.equal((await write({ building: '3', door: '101' })).statusCode, 303)
    for (const fields of [
      {},
      { building: '12' },
      { name: '甲', building: '12', door: '999' },
      { name: '甲', phone: '1' },
    ])
      t.equal((await write(fields)).statusCode, 422, JSON.stringify(fields))
    t.same(
      (await list(no)).map(({ name, household_id }) => [name, household_id]),
      [
        ['王芳', null],
        ['老张', town.cast.doors['12-502']],
        ['老张的老伴', town.cast.doors['12-502']],
        ['', town.cast.doors['3-101']],
      ],
    )
    for (const path of [`/desk/gatherings/${no}/signups`])
      for (const browser of [visitor, await town.as({ door: '12-602' }), await town.as('feng')])
        t.equal((await browser.get(path)).statusCode, 403)
    const arrived = await town.db.selectFrom('journal').select('id').where('verb', '=', 'gathering.arrived').execute()
    t.ok(arrived.length >= 4)
    await shen.post(`/desk/gatherings/${no}/closure`)
    t.equal((await write({ name: '来晚了' })).statusCode, 409)
    t.equal((await visitor.post(`/gatherings/${no}/signups`, signup())).statusCode, 409)
  })

  t.test('the room’s screen shows words, never whose; and only to who knows its address', async (t) => {
    const no = await open('大屏')
    const { board_key: board, door_key: door } = await secrets(no)
    const line = { key: randomUUID(), words: '楼道灯太暗', speaker: '王芳' }
    await li.post(`/desk/gatherings/${no}/lines`, line)
    const page = await visitor.get(`/gatherings/${no}/board/${board}`)
    t.match(page.body, '楼道灯太暗')
    t.match(page.body, '扫码签到')
    t.notMatch(page.body, '王芳')
    for (const key of [randomUUID(), door])
      t.equal((await visitor.get(`/gatherings/${no}/board/${key}`)).statusCode, 404)

    const wall = await call(t, town, [`heard:${no}:${board}`])
    await wall.until(({ frames }) => frames.some((html) => html.includes('楼道灯太暗')), 'the board as it stands')
    for (const topic of [`heard:${no}`, `heard:${no}:${randomUUID()}`, `heard:${no}:${door}`, `notes:${no}`]) {
      const stranger = await call(t, town, [topic])
      await stranger.until(({ closed }) => closed() === 1008, `${topic} is refused`)
      t.same(stranger.frames, [])
    }
    // Two who write along, a socket each: both see each other's lines, and the wall sees both.
    const [one, two] = await Promise.all(
      [shen, li].map((who) => call(t, town, [`notes:${no}`], { headers: { cookie: who.headers.cookie } })),
    )
    await shen.post(`/desk/gatherings/${no}/lines`, { key: randomUUID(), words: '沈洁记的一句' })
    await li.post(`/desk/gatherings/${no}/lines`, { key: randomUUID(), words: '李阿姨记的一句' })
    for (const phone of [one, two, wall]) {
      await phone?.until(({ frames }) => /李阿姨记的一句[\s\S]*沈洁记的一句/.test(frames.at(-1) ?? ''), 'both lines')
    }
    t.notOk(
      one?.frames.some((html) => /<input|<form|_csrf/.test(html)),
      'what is pushed holds nothing to type into',
    )
    await li.post(`/desk/gatherings/${no}/lines/${line.key}`, { words: '十二号楼灯太暗', speaker: '', seen: '1' })
    await wall.until(({ frames }) => (frames.at(-1) ?? '').includes('十二号楼灯太暗'), 'the correction')
    await shen.post(`/desk/gatherings/${no}/closure`)
    await wall.until(({ frames }) => (frames.at(-1) ?? '').includes('谢谢大家'), 'the end')
  })

  t.test(
    'of another community nothing is there; every page asks three times at most; English reads well',
    async (t) => {
      const other = await settle(town.house, town.clock.now, 'other')
      const no = await open('English', { audience: 'group', group: '<i>parents</i>' })
      const { door_key: door, board_key: board } = await secrets(no)
      const form = signup()
      await visitor.post(`/gatherings/${no}/signups`, form)
      const pages = [
        '/gatherings',
        `/gatherings/${no}`,
        `/gatherings/${no}/signups/${form.key}`,
        `/gatherings/${no}/arrivals/${door}`,
        `/gatherings/${no}/board/${board}`,
      ]
      const english = await town.as()
      english.cookies.lang = 'en'
      for (const page of pages) {
        t.equal((await english.get(page)).statusCode, 200, page)
        t.ok((await statementsOf(() => english.get(page))) <= 3, page)
        if (page !== '/gatherings')
          t.equal((await visitor.get(`/c/${other.community.slug}${page}`)).statusCode, 404, page)
      }
      t.match((await english.get(`/gatherings/${no}`)).body, '&lt;i&gt;parents&lt;/i&gt;')
      t.equal((await visitor.post(`/c/${other.community.slug}/gatherings/${no}/signups`, signup())).statusCode, 404)
      for (const path of ['/gatherings/0', '/gatherings/x', '/gatherings/99999999999', `/gatherings/${no}/board/x`])
        t.equal((await visitor.get(path)).statusCode, 404, path)
    },
  )
})
