import t from 'tap'
import { forgetBridged } from '../../../src/listen/inbox/forgetting.ts'
import { settle } from '../../cast.ts'
import { Browser, startTown } from '../../harness.ts'
import { statementsOf } from '../../statements.ts'
import { hostile, shown, unreadable } from '../help.ts'
import { anyBridge, arrivals, build, filings, secretOf, wire } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const admin = await town.as('admin')

t.test('bridges are for who works here; what runs outside of the house is for administrators', async (t) => {
  const key = await build(shen)
  const at = `/desk/bridges/${key}`
  for (const who of [await town.as(), await town.as({ door: '12-602' }), await town.as('li'), await town.as('tang')]) {
    for (const page of [
      '/desk/bridges',
      '/desk/bridges/new',
      at,
      `${at}/edit`,
      `${at}/paste`,
      `${at}/import`,
      '/desk/inbox',
    ])
      t.equal((await who.get(page)).statusCode, 403, page)
    t.equal((await who.post('/desk/bridges', anyBridge)).statusCode, 403)
    t.equal((await who.post('/desk/inbox/filings', {})).statusCode, 403)
  }
  for (const who of [shen, await town.as('zhou'), admin]) t.equal((await who.get(at)).statusCode, 200)
  for (const path of [`${at}/wiring`, `${at}/secrets`])
    t.equal((await shen.post(path, { kind: 'hook' })).statusCode, 403, path)
  for (const page of ['/desk/inbox', `${at}/paste`, `${at}/import`])
    t.equal((await admin.get(page)).statusCode, 403, `${page}: people’s words are not an administrator’s`)
  t.notMatch((await shen.get(at)).body, '接线')
})

t.test('a bridge has a name, a kind, a keeper, topics, a rate and a switch', async (t) => {
  const reply = await shen.post('/desk/bridges', {
    ...anyBridge,
    name: '12345 热线',
    kind: 'hotline',
    keeper: String(town.cast.people.shen),
    per_hour: '20',
    topic_light: 'on',
    topic_water: 'on',
  })
  const page = await shen.get(String(reply.headers.location))
  for (const text of ['12345 热线', '沈洁', '照明电路', '在用', '导入工单表格']) t.match(page.body, text)
  t.match((await shen.get('/desk/bridges')).body, '沈洁照看')
  const key = String(reply.headers.location).slice(-36)
  t.match((await shen.get(`/desk/bridges/${key}/edit`)).body, /name="topic_light" checked/)
  await shen.post(`/desk/bridges/${key}`, { ...anyBridge, name: '热线', kind: 'hotline', active: '' })
  t.match((await shen.get(`/desk/bridges/${key}`)).body, '停用')
  t.equal((await shen.get(`/desk/bridges/${key}/import`)).statusCode, 409, 'nothing comes in over one that is off')
  t.equal((await shen.get(`/desk/bridges/${key}/paste`)).statusCode, 409)
  const lines = await town.db
    .selectFrom('journal')
    .select('verb')
    .where('subject', '=', 'bridge')
    .orderBy('id', 'desc')
    .limit(2)
    .execute()
  t.same(
    lines.map(({ verb }) => verb),
    ['bridge.changed', 'bridge.opened'],
  )
})

t.test('a form that is wrong comes back with what was typed', async (t) => {
  const wrong: [Record<string, string | string[]>, string][] = [
    [{ name: '' }, '请给这座桥起个名字'],
    [{ name: '长'.repeat(41) }, '太长了'],
    [{ name: unreadable.nul }, '不能用的符号'],
    [{ name: ['a', 'b'] }, '请给这座桥起个名字'],
    [{ kind: 'pigeon' }, '请选一种'],
    [{ per_hour: '0' }, '1 到 10000'],
    [{ per_hour: 'viele' }, '1 到 10000'],
    [{ keeper: '999999' }, '这一项不对'],
    [{ keeper: "1'; drop table" }, '这一项不对'],
  ]
  for (const [fields, says] of wrong) {
    const reply = await shen.post('/desk/bridges', { ...anyBridge, name: '留着', topic_noise: 'on', ...fields })
    t.equal(reply.statusCode, 422, JSON.stringify(fields))
    t.match(reply.body, says)
    t.match(reply.body, /name="topic_noise" checked/)
  }
  const key = await build(shen, { name: hostile.script.slice(0, 40) })
  t.match((await shen.get(`/desk/bridges/${key}`)).body, shown(hostile.script.slice(0, 40)).slice(0, 30))
  t.notMatch((await shen.get('/desk/bridges')).body, '<script>alert')
})

t.test('an address that leads home is not taken, unless an administrator vouches for its host', async (t) => {
  const key = await build(shen, { kind: 'open311', name: '街道' })
  const at = `/desk/bridges/${key}/wiring`
  for (const [source_url, says] of [
    ['http://example.com', 'https://'],
    ['https://127.0.0.1/', '在内网'],
    ['https://169.254.169.254/', '在内网'],
    ['https://example.com:22', '端口'],
    ['nonsense', '地址不对'],
    ['javascript:alert(1)', '地址不对'],
  ] as const) {
    const reply = await admin.post(at, { source_url })
    t.equal(reply.statusCode, 422, source_url)
    t.match(reply.body, says)
    t.match(reply.body, shown(source_url), 'what was typed is still there')
  }
  t.equal((await admin.post(at, { hosts: 'http://x/' })).statusCode, 422)
  const metadata = await admin.post(at, { source_url: 'http://169.254.169.254/', hosts: '169.254.169.254' })
  t.equal(metadata.statusCode, 422, 'nobody can vouch for that')
  await wire(admin, key, { source_url: 'http://10.0.0.5:8080/open311/', hosts: '10.0.0.5:8080' })
  t.match((await admin.get(`/desk/bridges/${key}`)).body, 'http://10.0.0.5:8080/open311<')
})

t.test('a secret is shown once; two live side by side; a revoked one is gone', async (t) => {
  const key = await build(shen, { kind: 'webhook', name: '物业系统' })
  const first = await secretOf(admin, key, 'hook')
  t.match(first, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const page = await admin.get(`/desk/bridges/${key}`)
  t.notMatch(page.body, first)
  await secretOf(admin, key, 'hook')
  t.equal((await admin.post(`/desk/bridges/${key}/secrets`, { kind: 'hook' })).statusCode, 409, 'a third')
  t.equal((await admin.post(`/desk/bridges/${key}/secrets`, { kind: 'token' })).statusCode, 409, 'not of this road')
  t.equal((await admin.post(`/desk/bridges/${key}/secrets`, { kind: 'x' })).statusCode, 404)
  const id = /secrets\/(\d+)\/revocation/.exec(page.body)?.[1]
  t.equal((await admin.post(`/desk/bridges/${key}/secrets/${id}/revocation`)).statusCode, 303)
  await secretOf(admin, key, 'hook')
  const other = await build(shen, { kind: 'webhook', name: '别的' })
  t.equal((await admin.post(`/desk/bridges/${other}/secrets/${id}/revocation`)).statusCode, 404, 'of another bridge')
  const rows = await town.db.selectFrom('bridge_secrets').selectAll().execute()
  for (const { sealed } of rows) t.notOk(sealed?.includes(first), 'nobody reads it in a stolen database')
})

t.test('a conversation is pasted; a tick on a voice makes it a filing', async (t) => {
  const key = await build(shen)
  const at = `/desk/bridges/${key}`
  const text = `张三 2026/11/24 19:03\n末班车太早了，12号楼回不来\n张三 2026/11/24 19:04\n能不能晚一点\n李阿姨 2026/11/24 19:05\n「张三：末班车太早了」\n- - - - - - - -\n我们也这么想\n王强 2026/11/24 19:06\n${hostile.script}`
  const page = await shen.post(`${at}/paste`, { text })
  t.equal(page.statusCode, 200)
  t.match(page.body, '4 句话')
  t.match(page.body, shown(hostile.script))
  t.notMatch(page.body, '<script>alert')
  t.match(page.body, /name="join" value="1" checked/)
  t.notMatch(page.body, 'name="join" value="2"')

  const none = await shen.post(`${at}/voices`, { text, join: '1' })
  t.equal(none.statusCode, 422)
  t.match(none.body, '请先勾上要登记的那几句')
  t.match(none.body, shown(hostile.script), 'and nothing is lost')
  t.equal((await shen.post(`${at}/voices`, { text, pick: ['0', 'x'] })).statusCode, 422)

  const done = await shen.post(`${at}/voices`, { text, pick: ['0', '1', '2'], join: '1' })
  t.equal(done.statusCode, 303)
  t.match((await shen.get(String(done.headers.location))).body, '登记好 2 条')
  const [first, second] = await filings(town)
  t.match(first, {
    channel: 'bridge',
    words: '末班车太早了，12号楼回不来\n能不能晚一点',
    surname: '张三',
    name_shown: false,
    recorded_by: town.cast.people.shen,
  })
  t.equal(second?.words, '我们也这么想\n（接着这一句说的：末班车太早了）', 'whom she answers is nobody’s business')
  const [row] = await arrivals(town)
  t.equal(row?.said_at?.toISOString(), '2026-11-24T11:03:00.000Z')
  t.notOk(row?.sender_sealed?.includes('张三'), 'names lie sealed')

  const again = await shen.post(`${at}/paste`, { text })
  t.match(again.body, '登记过了')
  const twice = await shen.post(`${at}/voices`, { text, pick: ['0', '1', '2'], join: '1' })
  t.equal(twice.statusCode, 303)
  t.equal((await filings(town)).length, 2, 'the same voices again are no new filings')
  const queue = await shen.get('/desk/triage')
  t.match(queue.body, '末班车太早了')
})

t.test('what is too much or nothing to paste comes back whole', async (t) => {
  const key = await build(shen)
  const at = `/desk/bridges/${key}`
  t.equal((await shen.post(`${at}/paste`, { text: ' \n ' })).statusCode, 422)
  t.equal((await shen.post(`${at}/paste`, {})).statusCode, 422)
  const long = await shen.post(`${at}/paste`, { text: `末班车${'长'.repeat(50_000)}` })
  t.equal(long.statusCode, 422)
  t.match(long.body, '末班车长长长')
  t.equal((await shen.post(`${at}/paste`, { text: 'x'.repeat(1_200_000) })).statusCode, 413)
  const odd = await shen.post(`${at}/paste`, { text: `张三:\n${unreadable.nul}${unreadable.bidi}` })
  t.equal(odd.statusCode, 200)
  const filed = await shen.post(`${at}/voices`, { text: `张三:\n${unreadable.nul}${unreadable.bidi}`, pick: '0' })
  t.equal(filed.statusCode, 303)
  t.equal((await filings(town)).at(-1)?.words, '末班车太早了末班车太早了', 'what nobody can see is not kept')
  const huge = `张三:\n${'车'.repeat(4_500)}`
  await shen.post(`${at}/voices`, { text: huge, pick: '0' })
  const last = (await filings(town)).at(-1)
  const thread = await town.db
    .selectFrom('filing_messages')
    .select('words')
    .where('filing_id', '=', last?.id ?? 0)
    .execute()
  t.equal(
    (last?.words ?? '') + thread.map(({ words }) => words).join(''),
    '车'.repeat(4_500),
    'what is too long for one filing goes on in its thread',
  )
  t.equal((await shen.post('/desk/bridges/00000000-0000-4000-8000-000000000000/paste', { text: 'x' })).statusCode, 404)
})

t.test('a volunteer hands in what her own group says; the desk decides', async (t) => {
  const li = await town.as('li')
  const keeper = String(town.cast.people.li)
  const own = await build(shen, { name: '12 号楼群', keeper })
  const before = { filed: (await filings(town)).length, came: (await arrivals(town)).length }
  t.match((await li.get('/desk/pastes')).body, '12 号楼群')
  const text = '王芳 2026/11/24 09:01\n楼道灯坏了\n'
  t.match((await li.post(`/desk/bridges/${own}/paste`, { text })).body, '勾上的交给社工')
  const handed = await li.post(`/desk/bridges/${own}/voices`, { text, pick: '0' })
  t.match(handed.headers.location, /paste\?handed=1$/)
  t.match((await li.get(String(handed.headers.location))).body, '交给社工 1 句')
  t.equal((await filings(town)).length, before.filed, 'nothing is filed')
  t.match((await arrivals(town)).slice(before.came), [{ state: 'waiting', words: '楼道灯坏了' }])
  const others = await build(shen, { name: '别人的群' })
  t.match(await li.get(`/desk/bridges/${others}/paste`), { statusCode: 403, body: /不是您照看的/ })
  t.equal((await li.post(`/desk/bridges/${others}/voices`, { text, pick: '0' })).statusCode, 403)
  t.equal((await li.get('/desk/inbox')).statusCode, 403)
})

t.test('what was brought along is forgotten in time', async (t) => {
  const now = town.clock.now
  const bridge = await town.db.selectFrom('bridges').select('id').limit(1).executeTakeFirstOrThrow()
  const long = new Date(now.getTime() - 31 * 86_400_000)
  const calls = [
    { bridge_id: bridge.id, webhook_id: 'old', arrival_id: null, at: long },
    { bridge_id: bridge.id, webhook_id: 'new', arrival_id: null, at: now },
  ]
  await town.db.insertInto('hook_calls').values(calls).execute()
  const named = () => town.db.selectFrom('arrivals').select(['state']).where('sender_sealed', 'is not', null).execute()
  t.ok((await named()).some(({ state }) => state !== 'waiting'))
  await town.db.updateTable('arrivals').set({ decided_at: long }).where('state', '<>', 'waiting').execute()
  await forgetBridged(town.db, now)
  await forgetBridged(town.db, now)
  t.same(await town.db.selectFrom('hook_calls').select('webhook_id').execute(), [{ webhook_id: 'new' }])
  t.ok(
    (await named()).every(({ state }) => state === 'waiting'),
    'whom the desk has not heard yet it can still call',
  )
})

t.test('two who decide about the same arrival in the same second make one filing', async (t) => {
  const key = await build(shen)
  const bridge = await town.db.selectFrom('bridges').select('id').where('key', '=', key).executeTakeFirstOrThrow()
  await town.db
    .insertInto('arrivals')
    .values({
      bridge_id: bridge.id,
      fingerprint: 'x',
      words: '路灯不亮',
      category: null,
      sender_sealed: null,
      photo_key: null,
      said_at: null,
      arrived_at: town.clock.now,
      reason: null,
      filing_id: null,
      decided_by: null,
      decided_at: null,
    })
    .execute()
  const arrival = (await arrivals(town)).at(-1)?.key ?? ''
  const before = (await filings(town)).length
  const gu = await town.as('gu')
  const replies = await Promise.all([
    shen.post('/desk/inbox/filings', { arrival }),
    gu.post('/desk/inbox/filings', { arrival }),
    gu.post('/desk/inbox/asides', { arrival, reason: 'repeat' }),
  ])
  for (const reply of replies) t.equal(reply.statusCode, 303)
  const row = (await arrivals(town)).at(-1)
  t.equal((await filings(town)).length - before, row?.state === 'filed' ? 1 : 0)
  t.equal((await shen.post('/desk/inbox/filings', { arrival: 'nonsense' })).statusCode, 404)
  t.equal((await shen.post('/desk/inbox/asides', { arrival, reason: 'nonsense' })).statusCode, 404)
  t.match((await shen.get(String((await shen.post('/desk/inbox/filings', {})).headers.location))).body, '请先勾上')
})

t.test('the neighbourhood next door sees none of it', async (t) => {
  const key = await build(shen)
  const { community, cast } = await settle(town.house, town.clock.now, 'next-door')
  const { openSession } = await import('../../../src/lib/http/session.ts')
  const db = town.house.of(community.id)
  const secret = await db
    .transaction()
    .execute((trx) => openSession(trx, { personId: cast.people.shen }, 'x', town.clock.now))
  const theirs = new Browser(town.app, community, { [`wt${community.id}`]: secret })
  for (const page of [`/desk/bridges/${key}`, `/desk/bridges/${key}/paste`, `/desk/bridges/${key}/edit`])
    t.equal((await theirs.get(page)).statusCode, 404, page)
  t.notMatch((await theirs.get('/desk/bridges')).body, '业主群')
  const arrival = (await arrivals(town))[0]?.key ?? ''
  t.equal((await theirs.post('/desk/inbox/asides', { arrival, reason: 'repeat' })).statusCode, 303)
  t.not((await arrivals(town))[0]?.state, 'aside')
})

t.test('a page costs the same however much there is', async (t) => {
  const key = await build(shen)
  for (const page of ['/desk/bridges', `/desk/bridges/${key}`, '/desk/inbox', `/desk/bridges/${key}/edit`]) {
    const url = `/c/${town.community.slug}${page}`
    t.ok((await statementsOf(() => town.app.inject({ url, headers: shen.headers }))) <= 3, page)
  }
})
