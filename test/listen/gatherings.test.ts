import { randomUUID } from 'node:crypto'
import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('people sit together, and a line is written for each voice', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const li = await town.as('li')
  const open = async (title: string) => {
    const reply = await shen.post('/desk/gatherings', { title, place: '二楼活动室', held_at: '2026-11-24T14:00' })
    return Number(/\/gatherings\/(\d+)$/.exec(String(reply.headers.location))?.[1])
  }
  const line = (fields: Record<string, string | string[]> = {}) => ({
    key: randomUUID(),
    words: '班车末班太早',
    ...fields,
  })
  const filings = (no: number) =>
    town.db
      .selectFrom('filings as f')
      .innerJoin('gatherings as g', 'g.id', 'f.gathering_id')
      .where('g.no', '=', no)
      .selectAll('f')
      .orderBy('f.id')
      .execute()
  const gatherings = () => town.db.selectFrom('gatherings').selectAll().orderBy('id').execute()

  t.test('staff and chairs hold them, volunteers write along, nobody else comes in', async (t) => {
    const no = await open('周三茶话会')
    for (const browser of [
      await town.as(),
      await town.as({ door: '12-602' }),
      await town.as('tang'),
      await town.as('feng'),
    ]) {
      for (const page of ['/desk/gatherings', '/desk/gatherings/new', `/desk/gatherings/${no}`]) {
        t.equal((await browser.get(page)).statusCode, 403)
      }
      t.equal((await browser.post(`/desk/gatherings/${no}/lines`, line())).statusCode, 403)
    }
    t.equal((await li.get('/desk/gatherings/new')).statusCode, 403)
    t.equal((await li.post('/desk/gatherings', { title: 'x', held_at: '2026-11-24T14:00' })).statusCode, 403)
    t.equal((await li.post(`/desk/gatherings/${no}/closure`)).statusCode, 403)
    t.match((await li.get('/desk/gatherings')).body, '周三茶话会')
    t.equal((await li.post(`/desk/gatherings/${no}/lines`, line())).statusCode, 303)
    t.equal((await filings(no)).length, 1)
  })

  t.test('pressed twice, one gathering is opened; its time is Shanghai’s', async (t) => {
    const before = (await gatherings()).length
    const fields = { title: '议班车', place: '', held_at: '2026-11-25T19:30' }
    const replies = await Promise.all([1, 2, 3].map(() => shen.post('/desk/gatherings', fields)))
    t.equal(new Set(replies.map((reply) => reply.headers.location)).size, 1)
    t.equal((await gatherings()).length, before + 1)
    t.match((await gatherings()).at(-1), {
      held_at: new Date('2026-11-25T11:30:00Z'),
      created_by: town.cast.people.shen,
    })
    t.match((await shen.get(String(replies[0]?.headers.location))).body, '19:30')
    t.match((await shen.get('/desk/gatherings/new')).body, 'value="2026-11-24T10:00"', 'now is filled in')
  })

  t.test('Enter files a line; the newest stands on top; a speaker may give a door and a number', async (t) => {
    const no = await open('聊停车')
    const page = await shen.get(`/desk/gatherings/${no}`)
    t.match(page.body, /<input class="in" id="words"[^>]* autofocus/)
    await shen.post(`/desk/gatherings/${no}/lines`, line({ words: '车位太少' }))
    await shen.post(
      `/desk/gatherings/${no}/lines`,
      line({ words: '消防通道被占', building: '12', door: '602', phone: '13812345678' }),
    )
    t.match(await filings(no), [
      {
        channel: 'gather',
        words: '车位太少',
        household_id: null,
        recorded_by: town.cast.people.shen,
        phone_sealed: null,
      },
      {
        channel: 'gather',
        words: '消防通道被占',
        household_id: town.cast.doors['12-602'],
        building_id: town.cast.buildings[12],
      },
    ])
    const shown = (await shen.get(`/desk/gatherings/${no}`)).body
    t.match(shown, /消防通道被占[\s\S]*12 号楼 602 室 · 留了电话[\s\S]*车位太少/)
    t.notMatch(shown, '13812345678', 'the number itself is for whoever handles it')
    t.equal((await town.db.selectFrom('outbox').select('id').execute()).length, 1)
  })

  t.test('a line sent twice, or eight times at once, is one line', async (t) => {
    const no = await open('夜里噪音')
    const fields = line({ words: '楼上半夜拖椅子', phone: '13912345678' })
    const before = (await town.db.selectFrom('outbox').select('id').execute()).length
    const replies = await Promise.all(Array.from({ length: 8 }, () => li.post(`/desk/gatherings/${no}/lines`, fields)))
    t.same(new Set(replies.map((reply) => reply.statusCode)), new Set([303]))
    t.equal((await filings(no)).length, 1)
    t.equal((await town.db.selectFrom('outbox').select('id').execute()).length, before + 1)
    const changed = await li.post(`/desk/gatherings/${no}/lines`, { ...fields, words: '楼上半夜拖桌子' })
    t.equal(changed.statusCode, 409)
    t.match(changed.body, '刚才改的没有存进去')
  })

  t.test('one’s own last line is taken back, once; nobody else’s, and none that is looked after already', async (t) => {
    const no = await open('晾衣架')
    const [first, second, others] = [
      line({ words: '第一句话' }),
      line({ words: '第二句话' }),
      line({ words: '顾萍记的话' }),
    ]
    await shen.post(`/desk/gatherings/${no}/lines`, first)
    await shen.post(`/desk/gatherings/${no}/lines`, second)
    await (await town.as('gu')).post(`/desk/gatherings/${no}/lines`, others)
    const takeBack = (key: string) => shen.post(`/desk/gatherings/${no}/lines/${key}/withdrawal`)
    t.equal((await takeBack(others.key)).statusCode, 409)
    t.equal((await takeBack(first.key)).statusCode, 409)
    t.same(
      (await Promise.all([takeBack(second.key), takeBack(second.key)])).map((reply) => reply.statusCode),
      [303, 303],
    )
    t.match(await filings(no), [{ state: 'submitted' }, { state: 'withdrawn' }, { state: 'submitted' }])
    const page = (await shen.get(`/desk/gatherings/${no}`)).body
    t.notMatch(page, '第二句话')
    t.match(page, '2 句话')
    const verbs = await town.db.selectFrom('journal').select('verb').where('verb', '=', 'filing.takenBack').execute()
    t.equal(verbs.length, 1)
    await town.db.updateTable('filings').set({ state: 'need_info' }).where('key', '=', first.key).execute()
    t.match((await takeBack(first.key)).body, '已经有人在办')
    t.equal((await takeBack(randomUUID())).statusCode, 404)
    t.equal((await takeBack('nonsense')).statusCode, 404)
  })

  t.test('when it is over nothing more is noted, not even in the same second', async (t) => {
    const no = await open('最后一场')
    const sent = line({ words: '赶在结束前' })
    await shen.post(`/desk/gatherings/${no}/lines`, sent)
    const [, ...lines] = await Promise.all([
      shen.post(`/desk/gatherings/${no}/closure`),
      ...Array.from({ length: 6 }, (_, at) => li.post(`/desk/gatherings/${no}/lines`, line({ words: `第 ${at} 句` }))),
    ])
    const taken = lines.filter((reply) => reply.statusCode === 303).length
    t.equal((await filings(no)).length, 1 + taken, 'what was answered with yes is there, the rest is not')
    const late = await li.post(`/desk/gatherings/${no}/lines`, line())
    t.equal(late.statusCode, 409)
    t.match(late.body, '这一场已经结束')
    t.equal(
      (await shen.post(`/desk/gatherings/${no}/lines`, sent)).statusCode,
      303,
      'a line that had arrived is not refused',
    )
    t.equal((await shen.post(`/desk/gatherings/${no}/lines/${sent.key}/withdrawal`)).statusCode, 409)
    t.equal((await shen.post(`/desk/gatherings/${no}/closure`)).statusCode, 303)
    const closed = await town.db.selectFrom('journal').select('id').where('verb', '=', 'gathering.closed').execute()
    t.equal(closed.length, 1)
    const page = (await shen.get(`/desk/gatherings/${no}`)).body
    t.notMatch(page, 'name="words"')
    t.match(page, '记下的每一句都已经交给社工')
  })

  t.test('whatever is typed comes back escaped with a kind sentence, and nothing is kept', async (t) => {
    const no = await open('乱写')
    const hostile: Record<string, string | string[]>[] = [
      { words: '' },
      { words: '  ' },
      { words: 'x'.repeat(501) },
      { words: '👨‍👩‍👧‍👦'.repeat(200) },
      { words: 'a\u{0}b' },
      { words: 'a\u{202e}b' },
      { words: ['一', '二'] },
      { key: 'nonsense' },
      { building: '12' },
      { door: '602' },
      { building: '12', door: '999' },
      { building: '＜script＞', door: '602' },
      { phone: '123' },
      { phone: 'javascript:alert(1)' },
    ]
    for (const fields of hostile) {
      const reply = await shen.post(`/desk/gatherings/${no}/lines`, line(fields))
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 50))
      t.match(reply.body, '还差一步')
    }
    const typed = await shen.post(
      `/desk/gatherings/${no}/lines`,
      line({ words: '<script>alert(1)</script>', phone: '12' }),
    )
    t.match(typed.body, 'value="&lt;script&gt;alert(1)&lt;/script&gt;"')
    t.equal((await filings(no)).length, 0)
    await shen.post(`/desk/gatherings/${no}/lines`, line({ words: '<img src=x> ＜b＞ 👵🏽' }))
    t.match((await shen.get(`/desk/gatherings/${no}`)).body, '&lt;img src=x&gt; ＜b＞ 👵🏽')
    const before = (await gatherings()).length
    for (const fields of [
      { title: '' },
      { title: 'x'.repeat(81) },
      { title: 'e\u{334}'.repeat(60) },
      { title: 'a\u{0}' },
      { held_at: '' },
      { held_at: '2026-13-45T99:99' },
      { held_at: 'soon' },
      { title: ['a', 'b'] },
      { place: 'x'.repeat(41) },
    ]) {
      const reply = await shen.post('/desk/gatherings', {
        title: '好',
        place: '',
        held_at: '2026-11-24T14:00',
        ...fields,
      })
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 50))
    }
    t.equal((await gatherings()).length, before)
  })

  t.test('gatherings of another community, and those that never were, do not exist', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const theirs = town.house.of(other.community.id)
    const gathering = {
      title: '别处',
      held_at: town.clock.now,
      created_at: town.clock.now,
      created_by: other.cast.people.shen,
      closed_at: null,
      closed_by: null,
    }
    await theirs
      .insertInto('gatherings')
      .values({ ...gathering, no: 900 })
      .execute()
    for (const path of [
      '/desk/gatherings/900',
      '/desk/gatherings/0',
      '/desk/gatherings/99999999999',
      '/desk/gatherings/x',
    ]) {
      t.equal((await shen.get(path)).statusCode, 404, path)
    }
    t.equal((await shen.post('/desk/gatherings/900/lines', line())).statusCode, 404)
    t.equal((await shen.post('/desk/gatherings/900/closure')).statusCode, 404)
    t.equal((await shen.post(`/c/${other.community.slug}/desk/gatherings/900/lines`, line())).statusCode, 403)
    t.notMatch((await shen.get('/desk/gatherings')).body, '别处')
    t.same(await theirs.selectFrom('filings').select('id').execute(), [])
  })

  t.test('in English too, and with at most three statements a page', async (t) => {
    const no = await open('English')
    await shen.post(`/desk/gatherings/${no}/lines`, line({ building: '12', door: '602' }))
    const english = await town.as('shen')
    english.cookies.lang = 'en'
    t.match((await english.get(`/desk/gatherings/${no}`)).body, 'Building 12, flat 602')
    t.match((await english.get('/desk/gatherings')).body, 'Taking notes · 1')
    for (const page of ['/desk/gatherings', `/desk/gatherings/${no}`]) {
      const count = await statementsOf(() => shen.get(page))
      t.ok(count <= 3, `${page}: ${count}`)
    }
  })
})
