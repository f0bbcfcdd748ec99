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
  const lines = (no: number) =>
    town.db
      .selectFrom('gathering_lines as l')
      .innerJoin('gatherings as g', 'g.id', 'l.gathering_id')
      .where('g.no', '=', no)
      .selectAll('l')
      .orderBy('l.nth')
      .execute()
  const filings = (no: number) =>
    town.db
      .selectFrom('filings as f')
      .innerJoin('gatherings as g', 'g.id', 'f.gathering_id')
      .where('g.no', '=', no)
      .selectAll('f')
      .orderBy('f.no')
      .execute()
  const journal = (verb: string) =>
    town.db.selectFrom('journal').select(['particulars', 'person_id']).where('verb', '=', verb).orderBy('id').execute()
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
    t.equal((await lines(no)).length, 1)
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

  t.test(
    'Enter writes a line down; the newest stands on top; who said it is a number, a name or nothing',
    async (t) => {
      const no = await open('聊停车')
      const page = await shen.get(`/desk/gatherings/${no}`)
      t.match(page.body, /<input class="in" id="words"[^>]* autofocus/)
      const here = { key: randomUUID(), name: '王芳', building: '12', door: '602', phone: '13812345678' }
      t.equal((await li.post(`/desk/gatherings/${no}/signups`, here)).statusCode, 303)
      await shen.post(`/desk/gatherings/${no}/lines`, line({ words: '车位太少' }))
      await shen.post(`/desk/gatherings/${no}/lines`, line({ words: '消防通道被占', speaker: '1' }))
      await li.post(`/desk/gatherings/${no}/lines`, line({ words: '晚上更挤', speaker: '穿红衣服的大哥' }))
      t.match(await lines(no), [
        { nth: 1, words: '车位太少', signup_id: null, speaker: '', noted_by: town.cast.people.shen },
        { nth: 2, words: '消防通道被占', speaker: '', gone: null },
        { nth: 3, words: '晚上更挤', signup_id: null, speaker: '穿红衣服的大哥', noted_by: town.cast.people.li },
      ])
      const shown = (await shen.get(`/desk/gatherings/${no}`)).body
      t.match(shown, /晚上更挤[\s\S]*穿红衣服的大哥[\s\S]*消防通道被占[\s\S]*1 王芳 12-602[\s\S]*车位太少/)
      t.match(shown, '<option value="1 王芳 12-602">')
      t.notMatch(shown, '13812345678', 'the number itself is for whoever handles it')
      t.same(await filings(no), [], 'nothing is a filing before the end')
    },
  )

  t.test('a line sent twice, or eight times at once, is one line', async (t) => {
    const no = await open('夜里噪音')
    const fields = line({ words: '楼上半夜拖椅子' })
    const replies = await Promise.all(Array.from({ length: 8 }, () => li.post(`/desk/gatherings/${no}/lines`, fields)))
    t.same(new Set(replies.map((reply) => reply.statusCode)), new Set([303]))
    t.equal((await lines(no)).length, 1)
    const changed = await li.post(`/desk/gatherings/${no}/lines`, { ...fields, words: '楼上半夜拖桌子' })
    t.equal(changed.statusCode, 409)
    t.match(changed.body, '刚才改的没有存进去')
  })

  t.test('two hands write twenty lines each in the same moment, and none is lost or numbered twice', async (t) => {
    const no = await open('两个人记')
    const sent = Array.from({ length: 40 }, (_, at) => line({ words: `第 ${at} 个人说的` }))
    await Promise.all(sent.map((fields, at) => (at % 2 ? li : shen).post(`/desk/gatherings/${no}/lines`, fields)))
    const kept = await lines(no)
    t.same(kept.map(({ words }) => words).sort(), sent.map(({ words }) => words).sort())
    t.same(
      kept.map(({ nth }) => nth),
      sent.map((_, at) => at + 1),
    )
  })

  t.test('one’s own line is taken back for a minute, once; nobody else’s, and later only struck out', async (t) => {
    const no = await open('晾衣架')
    const [first, second, others] = [
      line({ words: '第一句话' }),
      line({ words: '第二句话' }),
      line({ words: '顾萍记的' }),
    ]
    for (const each of [first, second]) await shen.post(`/desk/gatherings/${no}/lines`, each)
    await (await town.as('gu')).post(`/desk/gatherings/${no}/lines`, others)
    const at = (key: string, act: string) => shen.post(`/desk/gatherings/${no}/lines/${key}/${act}`)
    t.equal((await at(others.key, 'withdrawal')).statusCode, 409)
    const twice = await Promise.all([at(second.key, 'withdrawal'), at(second.key, 'withdrawal')])
    t.same(
      twice.map(({ statusCode }) => statusCode),
      [303, 303],
    )
    t.equal((await journal('gathering.undone')).length, 1)
    const page = (await shen.get(`/desk/gatherings/${no}`)).body
    t.notMatch(page, '第二句话')
    t.match(page, '2 句话')
    t.match(page, `${first.key}/withdrawal`, 'her last line can still be taken back')

    town.clock.now = new Date(town.clock.now.getTime() + 61_000)
    t.match((await at(first.key, 'withdrawal')).body, '过了一分钟')
    t.notMatch((await shen.get(`/desk/gatherings/${no}`)).body, '/withdrawal', 'and is not offered any more')
    t.equal((await at(others.key, 'deletion')).statusCode, 303, 'anybody who writes along may strike out')
    t.match((await shen.get(`/desk/gatherings/${no}`)).body, '<del>顾萍记的</del>')
    t.equal((await at(others.key, 'restoration')).statusCode, 303)
    t.equal((await at(first.key, 'deletion')).statusCode, 303)
    t.equal((await at(second.key, 'deletion')).statusCode, 409, 'what was taken back stays away')
    t.equal((await at(randomUUID(), 'withdrawal')).statusCode, 404)
    t.equal((await at('nonsense', 'withdrawal')).statusCode, 404)
    await shen.post(`/desk/gatherings/${no}/closure`)
    t.match(await filings(no), [{ words: '顾萍记的' }], 'what was struck out is no filing')
  })

  t.test('a line is corrected by anybody who writes along; the old wording stays on record', async (t) => {
    const no = await open('改一改')
    const fields = line({ words: '班车九点半停' })
    await shen.post(`/desk/gatherings/${no}/lines`, fields)
    const at = `/desk/gatherings/${no}/lines/${fields.key}`
    t.match(
      (await li.get(at)).body,
      /班车九点半停[\s\S]*name="seen" value="1"|name="seen" value="1"[\s\S]*班车九点半停/,
    )
    t.equal((await li.post(at, { words: '班车十点停', speaker: '', seen: '1' })).statusCode, 303)
    const late = await shen.post(at, { words: '班车十一点停', speaker: '', seen: '1' })
    t.equal(late.statusCode, 409)
    t.match(late.body, '刚才有别人也改了')
    t.equal((await shen.post(at, { words: '班车十点停', speaker: '', seen: '1' })).statusCode, 303, 'the same again')
    t.match(await lines(no), [{ words: '班车十点停', rev: 2, noted_by: town.cast.people.shen }])
    t.match((await journal('gathering.edited')).at(-1), {
      particulars: { was: '班车九点半停' },
      person_id: town.cast.people.li,
    })
    t.equal((await shen.post(`/desk/gatherings/${no}/lines`, fields)).statusCode, 303, 'a resend is still one line')
    for (const words of ['', 'x'.repeat(501), 'a\u{0}', '  '])
      t.equal((await shen.post(at, { words, seen: '2' })).statusCode, 422)
    t.equal((await shen.post(at, { words: '好', seen: 'soon' })).statusCode, 422)
    t.equal((await lines(no)).length, 1)
  })

  t.test(
    'at the end every line is a filing, and who left a number gets all her own words in one message',
    async (t) => {
      const no = await open('散会')
      const outbox = () =>
        town.db.selectFrom('outbox').select(['dedup_key', 'body', 'to_sealed']).orderBy('id').execute()
      const before = (await outbox()).length
      const wang = { key: randomUUID(), name: '王芳', building: '12', door: '602', phone: '13812345678' }
      const chen = { key: randomUUID(), name: '陈阿姨', phone: '13912345678' }
      const silent = { key: randomUUID(), name: '没说话的', phone: '13712345678' }
      for (const each of [wang, chen, silent]) await li.post(`/desk/gatherings/${no}/signups`, each)
      const note = (words: string, speaker = '') => shen.post(`/desk/gatherings/${no}/lines`, line({ words, speaker }))
      await note('车太少', '王芳')
      await note('灯太暗', '2 陈阿姨')
      await note('还有，末班太早', '1')
      await note('没人认的一句')
      const replies = await Promise.all([1, 2, 3].map(() => shen.post(`/desk/gatherings/${no}/closure`)))
      t.same(
        replies.map(({ statusCode }) => statusCode),
        [303, 303, 303],
      )
      t.match(await filings(no), [
        {
          channel: 'gather',
          words: '车太少',
          household_id: town.cast.doors['12-602'],
          building_id: town.cast.buildings[12],
        },
        { channel: 'gather', words: '灯太暗', household_id: null, recorded_by: town.cast.people.shen },
        { channel: 'gather', words: '还有，末班太早', household_id: town.cast.doors['12-602'] },
        { channel: 'gather', words: '没人认的一句', household_id: null, phone_sealed: null },
      ])
      t.equal((await filings(no)).length, 4)
      const sent = (await outbox()).slice(before)
      t.equal(sent.length, 2, 'one message a person, and none for who said nothing')
      t.match(sent[0]?.body, /2 句话[\s\S]*“车太少” 查进展：http\S+\/track\/\S+\n“还有，末班太早”/)
      t.notMatch(sent[0]?.body, '灯太暗', 'nobody else’s words')
      t.equal(town.vault.open(town.community.id, sent[0]?.to_sealed as Buffer), '13812345678')
      const code = /\/track\/([0-9A-Z-]+)/.exec(sent[1]?.body ?? '')?.[1]
      t.match((await (await town.as()).get(`/track/${code}`)).body, '灯太暗', 'her code opens her own words')
      const kept = await town.db
        .selectFrom('gathering_signups')
        .select('phone_sealed')
        .where('key', 'in', [wang.key, silent.key])
        .execute()
      t.same(kept, [{ phone_sealed: null }, { phone_sealed: null }], 'numbers are not kept on the list')
      t.equal((await shen.get(`/desk/gatherings/${no}`)).statusCode, 200)
      t.match((await shen.get(`/desk/gatherings/${no}`)).body, /WT-2026-\d{4}/)
    },
  )

  t.test('when it is over nothing more is noted, not even in the same second', async (t) => {
    const no = await open('最后一场')
    const sent = line({ words: '赶在结束前' })
    await shen.post(`/desk/gatherings/${no}/lines`, sent)
    const [, ...replies] = await Promise.all([
      shen.post(`/desk/gatherings/${no}/closure`),
      ...Array.from({ length: 6 }, (_, at) => li.post(`/desk/gatherings/${no}/lines`, line({ words: `第 ${at} 句` }))),
    ])
    const taken = replies.filter((reply) => reply.statusCode === 303).length
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
    t.match((await journal('gathering.closed')).at(-1), { particulars: { filings: 1 + taken } })
    t.equal((await shen.post(`/desk/gatherings/${no}/lines/${sent.key}`, { words: '改', seen: '1' })).statusCode, 409)
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
      { speaker: 'x'.repeat(41) },
      { speaker: 'a\u{0}' },
      { speaker: ['一', '二'] },
    ]
    for (const fields of hostile) {
      const reply = await shen.post(`/desk/gatherings/${no}/lines`, line(fields))
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 50))
      t.match(reply.body, '还差一步')
    }
    const typed = await shen.post(
      `/desk/gatherings/${no}/lines`,
      line({ words: '<script>alert(1)</script>', speaker: 'x'.repeat(41) }),
    )
    t.match(typed.body, 'value="&lt;script&gt;alert(1)&lt;/script&gt;"')
    t.equal((await lines(no)).length, 0)
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
      { audience: 'the mayor' },
      { audience: 'buildings' },
      { audience: 'buildings', buildings: ['2000000000', '-1'] },
      { audience: 'buildings', buildings: '<script>' },
      { audience: 'group' },
      { audience: 'group', group: 'x'.repeat(41) },
      { places: '0' },
      { places: '2001' },
      { places: '1.5' },
      { places: 'many' },
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
    await shen.post(`/desk/gatherings/${no}/signups`, { key: randomUUID(), building: '12', door: '602' })
    await shen.post(`/desk/gatherings/${no}/lines`, line({ speaker: '1' }))
    const english = await town.as('shen')
    english.cookies.lang = 'en'
    t.match((await english.get(`/desk/gatherings/${no}`)).body, '1 12-602')
    t.match((await english.get(`/desk/gatherings/${no}/signups`)).body, 'Building 12, flat 602')
    t.match((await english.get('/desk/gatherings')).body, 'Taking notes · 1')
    for (const page of ['/desk/gatherings', `/desk/gatherings/${no}`, `/desk/gatherings/${no}/signups`]) {
      const count = await statementsOf(() => shen.get(page))
      t.ok(count <= 3, `${page}: ${count}`)
    }
  })
})
