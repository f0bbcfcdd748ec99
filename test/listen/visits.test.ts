import { randomUUID } from 'node:crypto'
import t from 'tap'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('a volunteer goes from door to door and writes down what people say', async (t) => {
  const town = await startTown(t)
  const li = await town.as('li')
  const day = 24 * 3_600_000
  const said = (fields: Record<string, string | string[]> = {}) => ({
    key: randomUUID(),
    building: '12',
    door: '602',
    outcome: 'met',
    ...fields,
  })
  const talk = { words1: '班车末班太早，儿子加班回不来', place1: '北门', record: 'on' }
  const visits = (key: string) => town.db.selectFrom('visits').selectAll().where('key', '=', key).execute()
  const filings = () => town.db.selectFrom('filings').selectAll().orderBy('id').execute()
  const at = (path: string, browser: Browser) => () =>
    browser.app.inject({ url: `/c/${town.community.slug}${path}`, headers: browser.headers })

  t.test('the pages are for those who visit, and for nobody else', async (t) => {
    const key = randomUUID()
    const pages = [
      '/desk/visits',
      '/desk/visits?building=12',
      '/desk/visits/new?building=12&door=602',
      `/desk/visits/${key}`,
      `/desk/visits/${key}/slip`,
    ]
    for (const browser of [
      await town.as(),
      await town.as({ door: '12-602' }),
      await town.as('tang'),
      await town.as('admin'),
    ]) {
      for (const page of pages) t.equal((await browser.get(page)).statusCode, 403)
      t.equal((await browser.post('/desk/visits', said(talk))).statusCode, 403)
      t.equal((await browser.post(`/desk/visits/${key}/remark`, { purpose: 'x' })).statusCode, 403)
    }
    for (const who of ['li', 'shen', 'zhou'] as const)
      t.equal((await (await town.as(who)).get('/desk/visits')).statusCode, 200)
    t.equal((await (await town.as('shen')).post(`/desk/visits/${key}/remark`, { purpose: 'x' })).statusCode, 403)
    t.equal((await filings()).length, 0)
  })

  t.test('nobody home is three taps: the door, the answer, the next door', async (t) => {
    t.match((await li.get('/desk/visits?building=12')).body, /href="[^"]*door=601"[^>]*><b>601<\/b><small>未访/)
    t.match((await li.get('/desk/visits/new?building=12&door=601')).body, '存好，去 602 室')
    const reply = await li.post('/desk/visits', said({ door: '601', outcome: 'not_home' }))
    t.equal(reply.statusCode, 303)
    const next = await li.get(String(reply.headers.location))
    t.match(next.body, '601 室存好了')
    t.match(next.body, '走访 1/12 户，本楼')
    t.match((await li.get('/desk/visits?building=12')).body, /door-away[^>]*><b>601<\/b><small>没人/)
    t.match((await li.get('/desk/visits')).body, '去过 1 户，见到 0 户')
    const last = await li.post('/desk/visits', said({ door: '102', outcome: 'not_home' }))
    t.equal(last.headers.location, '/c/wutongli/desk/visits?building=12', 'after the last door, back to the building')
  })

  t.test(
    'one visit with two matters makes two filings through the door, each with its own code to hand over',
    async (t) => {
      const fields = said({ ...talk, words2: '垃圾房的灯坏了一个月', publish: 'on' })
      const reply = await li.post('/desk/visits', fields)
      t.equal(reply.headers.location, `/c/wutongli/desk/visits/${fields.key}/slip`)
      t.match(await filings(), [
        {
          channel: 'door',
          words: '班车末班太早，儿子加班回不来',
          place: '北门',
          state: 'submitted',
          recorded_by: town.cast.people.li,
          household_id: town.cast.doors['12-602'],
          building_id: town.cast.buildings[12],
        },
        { channel: 'door', words: '垃圾房的灯坏了一个月', place: '' },
      ])
      t.match(await visits(String(fields.key)), [
        { outcome: 'met', consent_record: true, consent_call: false, consent_publish: true, note_sealed: null },
      ])
      const slip = await li.get(`/desk/visits/${fields.key}/slip`)
      t.equal(slip.body.match(/class="receipt">[0-9A-Z]{4}(-[0-9A-Z]{4}){3}</g)?.length, 2)
      t.match(slip.body, '去 501 室')
      const lines = await town.db
        .selectFrom('journal')
        .select(['verb', 'became'])
        .where('subject', '=', 'visit')
        .orderBy('id', 'desc')
        .limit(1)
        .execute()
      t.same(lines, [{ verb: 'visit.logged', became: 'met' }])
    },
  )

  t.test('the codes are printed by the one who stood at the door, for two weeks, and by nobody else', async (t) => {
    const fields = said(talk)
    await li.post('/desk/visits', fields)
    const slip = `/desk/visits/${fields.key}/slip`
    for (const who of ['xu', 'shen', 'zhou'] as const) t.equal((await (await town.as(who)).get(slip)).statusCode, 404)
    t.equal((await li.get(slip)).statusCode, 200)
    const before = town.clock.now
    town.clock.now = new Date(before.getTime() + 15 * day)
    t.equal((await (await town.as('li')).get(slip)).statusCode, 404)
    town.clock.now = before
  })

  t.test('sent twice, or eight times at once, it is one visit', async (t) => {
    const fields = said({
      ...talk,
      door: '502',
      words2: '楼道里的灯不亮',
      remark: '耳朵背，敲门要重',
      call: 'on',
      phone: '138 1234 5678',
    })
    const before = (await filings()).length
    const replies = await Promise.all(Array.from({ length: 8 }, () => li.post('/desk/visits', fields)))
    t.same(new Set(replies.map((reply) => reply.statusCode)), new Set([303]))
    t.equal((await visits(String(fields.key))).length, 1)
    t.equal((await filings()).length, before + 2)
    t.equal((await town.db.selectFrom('outbox').select('id').execute()).length, 2, 'one message a matter')
    t.equal((await li.post('/desk/visits', fields)).statusCode, 303)
    t.equal((await filings()).length, before + 2)
  })

  t.test('a known key with other words is refused, not lost in silence', async (t) => {
    const fields = said({ ...talk, door: '501' })
    await li.post('/desk/visits', fields)
    const before = (await filings()).length
    for (const change of [
      { words1: '班车末班太早，改到九点半' },
      { outcome: 'refused', words1: '', place1: '', record: '' },
      { door: '502' },
      { remark: '新备注' },
    ]) {
      const reply = await li.post('/desk/visits', { ...fields, ...change })
      t.equal(reply.statusCode, 409)
      t.match(reply.body, '这次走访早先已经存好')
    }
    const xu = await town.as('xu')
    t.equal((await xu.post('/desk/visits', fields)).statusCode, 409, 'somebody else’s key')
    t.equal((await filings()).length, before)
  })

  t.test('without leave to record nothing is kept, and what was typed is still there', async (t) => {
    const before = await town.db.selectFrom('visits').select('id').execute()
    const reply = await li.post(
      '/desk/visits',
      said({ words1: '班车末班太早了', remark: '老伴住院', phone: '13812345678' }),
    )
    t.equal(reply.statusCode, 422)
    t.match(reply.body, '住户没同意记下来')
    t.match(reply.body, '班车末班太早了')
    t.match(reply.body, '老伴住院')
    t.match(reply.body, '13812345678')
    t.match(reply.body, '住户同意回电，才能留电话')
    t.same(await town.db.selectFrom('visits').select('id').execute(), before)
    t.equal((await li.post('/desk/visits', said({ outcome: 'not_home', ...talk }))).statusCode, 422)
  })

  t.test('a second volunteer sees how it went before; nothing is overwritten', async (t) => {
    const first = said({ door: '301', outcome: 'refused' })
    await li.post('/desk/visits', first)
    const xu = await town.as('xu')
    const page = await xu.get('/desk/visits/new?building=12&door=301')
    t.match(page.body, '李阿姨：不愿说')
    t.notMatch(page.body, String(first.key), 'but the visit itself stays hers')
    await xu.post('/desk/visits', said({ door: '301', outcome: 'come_again' }))
    t.match((await li.get('/desk/visits/new?building=12&door=301')).body, /许师傅：下次再来[\s\S]*李阿姨：不愿说/)
    t.match((await li.get('/desk/visits?building=12')).body, /door-again[^>]*><b>301</)
    t.match(await visits(String(first.key)), [{ outcome: 'refused' }])
  })

  t.test('a private remark is sealed; hers for two weeks, then the chair’s with a reason that stays', async (t) => {
    const fields = said({ ...talk, door: '401', remark: '老伴刚走，别提' })
    await li.post('/desk/visits', fields)
    const [row] = await visits(String(fields.key))
    t.notOk(row?.note_sealed?.includes(Buffer.from('老伴刚走')), 'not readable in the database')
    const page = `/desk/visits/${fields.key}`
    t.match((await li.get(page)).body, '老伴刚走，别提')
    for (const who of ['xu', 'shen'] as const) t.equal((await (await town.as(who)).get(page)).statusCode, 404)
    const zhou = await town.as('zhou')
    const closed = await zhou.get(page)
    t.equal(closed.statusCode, 200)
    t.notMatch(closed.body, '老伴刚走')
    const without = await zhou.post(`${page}/remark`, { purpose: ' ' })
    t.equal(without.statusCode, 422)
    t.notMatch(without.body, '老伴刚走')
    const looks = () => town.db.selectFrom('access_log').select(['person_id', 'subject', 'purpose']).execute()
    t.same(await looks(), [])
    t.match((await zhou.post(`${page}/remark`, { purpose: '上门慰问前了解情况' })).body, '老伴刚走，别提')
    t.same(await looks(), [
      { person_id: town.cast.people.zhou, subject: `visit:${row?.id}`, purpose: '上门慰问前了解情况' },
    ])
    const before = town.clock.now
    town.clock.now = new Date(before.getTime() + 15 * day)
    const later = await (await town.as('li')).get(page)
    t.notMatch(later.body, '老伴刚走')
    t.match(later.body, '已经过了十四天')
    town.clock.now = before
  })

  t.test('a remark never reaches the filings, the journal or the messages', async (t) => {
    const fields = said({ ...talk, door: '402', remark: '独此一句暗号' })
    await li.post('/desk/visits', fields)
    const everything = JSON.stringify([
      await town.db.selectFrom('filings').selectAll().execute(),
      await town.db.selectFrom('journal').selectAll().execute(),
      await town.db.selectFrom('outbox').select('body').execute(),
    ])
    t.notMatch(everything, '独此一句暗号')
  })

  t.test('visits older than ninety days no longer count', async (t) => {
    const before = town.clock.now
    await li.post('/desk/visits', said({ building: '3', door: '101', outcome: 'met' }))
    t.match((await li.get('/desk/visits?building=3')).body, /door-met[^>]*><b>101</)
    town.clock.now = new Date(before.getTime() + 91 * day)
    const later = await town.as('li')
    t.match((await later.get('/desk/visits?building=3')).body, /door-todo[^>]*><b>101</)
    t.match((await later.get('/desk/visits/new?building=3&door=101')).body, '李阿姨：见到人', 'but they are remembered')
    town.clock.now = before
  })

  t.test('doors that are not ours do not exist', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const theirs = town.house.of(other.community.id)
    const { id } = await theirs
      .insertInto('buildings')
      .values({ name: '77', position: 9 })
      .returning('id')
      .executeTakeFirstOrThrow()
    await theirs
      .insertInto('households')
      .values({ building_id: id, stairwell_id: null, floor: 1, door: '101', area: 8_000 })
      .execute()
    for (const page of [
      '/desk/visits?building=77',
      '/desk/visits/new?building=77&door=101',
      '/desk/visits/new?building=12&door=9',
      '/desk/visits/new',
      '/desk/visits/new?building=&door=',
      '/desk/visits/nonsense',
      `/desk/visits/${randomUUID()}`,
      `/desk/visits/${randomUUID()}/slip`,
    ]) {
      t.equal((await li.get(page)).statusCode, 404, page)
    }
    t.equal((await li.post('/desk/visits', said({ ...talk, building: '77', door: '101' }))).statusCode, 404)
    t.equal((await li.post('/desk/visits', said({ ...talk, door: '＜script＞' }))).statusCode, 404)
    t.equal((await li.post(`/c/${other.community.slug}/desk/visits`, said(talk))).statusCode, 403)
    t.same(await theirs.selectFrom('visits').select('id').execute(), [])
    const zhou = await town.as('zhou')
    t.equal((await zhou.post(`/desk/visits/${randomUUID()}/remark`, { purpose: 'x' })).statusCode, 404)
  })

  t.test('whatever is typed comes back escaped with a kind sentence, and nothing is kept', async (t) => {
    const before = (await town.db.selectFrom('visits').select('id').execute()).length
    const hostile: Record<string, string | string[]>[] = [
      { outcome: '' },
      { outcome: 'nonsense' },
      { outcome: ['met', 'refused'] },
      { key: 'not-a-key' },
      { words1: '短' },
      { words1: 'x'.repeat(501) },
      { words1: '字'.repeat(5_000) },
      { words1: 'a\u{0}bcdef' },
      { words1: '\u{202e}abcdef' },
      { words1: '', place1: '北门' },
      { words1: ['一二三四五', '六七八九十'] },
      { place1: '字'.repeat(41) },
      { remark: 'x'.repeat(501) },
      { phone: 'abc', call: 'on' },
      { phone: '1'.repeat(40), call: 'on' },
    ]
    for (const fields of hostile) {
      const reply = await li.post('/desk/visits', said({ ...talk, ...fields }))
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
      t.match(reply.body, '还差一步')
    }
    const script = await li.post('/desk/visits', said({ ...talk, words1: '<script>alert(1)</script>', outcome: '' }))
    t.match(script.body, '&lt;script&gt;')
    t.notMatch(script.body, '<script>alert')
    const array = await li.post('/desk/visits', { ...said(talk), door: ['602', '601'] })
    t.equal(array.statusCode, 404)
    t.equal((await li.post('/desk/visits', {})).statusCode, 404)
    t.equal((await town.db.selectFrom('visits').select('id').execute()).length, before)
  })

  t.test('markup and emoji in people’s words are kept as they were said and shown as text', async (t) => {
    const words = '<b>班车</b> ＜script＞ 👵🏽 太早'
    const fields = said({ ...talk, door: '201', words1: words })
    t.equal((await li.post('/desk/visits', fields)).statusCode, 303)
    t.match((await filings()).at(-1), { words })
    const page = await li.get(`/desk/visits/${fields.key}`)
    t.match(page.body, '&lt;b&gt;班车&lt;/b&gt; ＜script＞ 👵🏽 太早')
  })

  t.test('in English too', async (t) => {
    const english = await town.as('li')
    english.cookies.lang = 'en'
    t.match((await english.get('/desk/visits/new?building=12&door=602')).body, 'Save, on to 501')
    t.match((await english.get('/desk/visits?building=12')).body, '>Out<')
    const fields = said({ ...talk, door: '202' })
    await english.post('/desk/visits', fields)
    t.match((await english.get(`/desk/visits/${fields.key}/slip`)).body, 'Tracking code')
    t.match((await english.get(`/desk/visits/${fields.key}`)).body, 'May be recorded')
  })

  t.test('each page takes at most three statements', async (t) => {
    const fields = said({ ...talk, door: '101' })
    await li.post('/desk/visits', fields)
    for (const page of [
      '/desk/visits',
      '/desk/visits?building=12',
      '/desk/visits/new?building=12&door=602',
      `/desk/visits/${fields.key}`,
      `/desk/visits/${fields.key}/slip`,
    ]) {
      const count = await statementsOf(at(page, li))
      t.ok(count <= 3, `${page}: ${count}`)
    }
  })
})
