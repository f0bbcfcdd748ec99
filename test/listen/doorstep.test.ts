import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { type Answer, answersTo, send, sendPhoto, visit } from './doorhelp.ts'
import { hostile, unreadable } from './help.ts'

const town = await startTown(t)
const li = await town.as('li')
const xu = await town.as('xu')
const stored = (id: string) => town.db.selectFrom('visits').selectAll().where('key', '=', id).executeTakeFirst()
const counted = async () => {
  const n = async (table: 'visits' | 'filings' | 'photos') =>
    Number(
      (
        await town.db
          .selectFrom(table)
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )
  return { visits: await n('visits'), filings: await n('filings'), photos: await n('photos') }
}
const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#7a9' } })
  .withExifMerge({ IFD0: { Artist: 'Zhang San' } })
  .jpeg()
  .toBuffer()

t.test('a phone hands in what it wrote down, and again, and it is there once', async (t) => {
  const first = visit()
  const second = visit({ door: '601', outcome: 'not_home', matters: [], record: false })
  t.match(await answersTo(li, [first, second]), [
    { id: first.id, state: 'stored' },
    { id: second.id, state: 'stored' },
  ])
  const before = await counted()
  t.match(await answersTo(li, [second, first, first]), [{ state: 'known' }, { state: 'known' }, { state: 'known' }])
  t.same(await counted(), before)
  t.match(await stored(first.id), { outcome: 'met', volunteer_id: town.cast.people.li, consent_record: true })
  const filing = await town.db
    .selectFrom('filings')
    .selectAll()
    .where('key', '=', first.matters[0]?.id ?? '')
    .executeTakeFirstOrThrow()
  t.match(filing, { channel: 'door', words: '班车末班太早，赶不上', place: '北门', recorded_by: town.cast.people.li })
  t.equal((await li.get(`/desk/visits/${first.id}/slip`)).statusCode, 200, 'her tracking code can be handed over')
})

t.test('eight times at once is once', async (t) => {
  const one = visit({ door: '501' })
  const token = await li.token()
  const before = await counted()
  const replies = await Promise.all(Array.from({ length: 8 }, () => send(li, [one], token)))
  const states = replies.map((reply) => reply.json().answers[0].state).sort()
  t.same(states, [...Array(7).fill('known'), 'stored'])
  const after = await counted()
  t.same([after.visits - before.visits, after.filings - before.filings], [1, 1])
})

t.test('the phone’s clock may say anything: what it said is kept, and nothing is refused for it', async (t) => {
  const now = town.clock.now
  const hour = 3_600_000
  const cases: [string, unknown, Date, Date | null][] = [
    ['an hour ago', now.getTime() - hour, new Date(now.getTime() - hour), new Date(now.getTime() - hour)],
    ['tomorrow', now.getTime() + 24 * hour, now, new Date(now.getTime() + 24 * hour)],
    ['years ago', Date.UTC(2015, 0, 1), now, new Date(Date.UTC(2015, 0, 1))],
    ['the beginning of time', 0, now, null],
    ['no number', 'yesterday', now, null],
    ['nothing', undefined, now, null],
    ['a number nobody can mean', 1e300, now, null],
  ]
  for (const [what, at, visited, stated] of cases) {
    const one = visit({ at, matters: [], outcome: 'not_home', record: false })
    t.match(await answersTo(li, [one]), [{ state: 'stored' }], what)
    t.match(await stored(one.id), { visited_at: visited, stated_at: stated, received_at: now }, what)
  }
})

t.test('what is refused says why, and keeps nothing else out', async (t) => {
  const good = visit({ door: '401' })
  const wrong: [unknown, string][] = [
    [visit({ door: '999' }), 'doorstep.noSuchDoor'],
    [visit({ building: '<script>' }), 'doorstep.noSuchDoor'],
    [visit({ outcome: 'danced' }), 'visits.outcome.missing'],
    [visit({ record: false }), 'visits.record.needed'],
    [visit({ outcome: 'refused' }), 'visits.outcome.nobodySpoke'],
    [visit({ phone: '13800000000' }), 'visits.call.needed'],
    [visit({ matters: [{ id: randomUUID(), words: '短', place: '' }] }), 'visits.words.short'],
    [visit({ matters: [{ id: randomUUID(), words: unreadable.nul, place: '' }] }), 'form.characters'],
    [visit({ matters: [{ id: randomUUID(), words: unreadable.long, place: '' }] }), 'form.long'],
    [visit({ remark: 7 }), 'form.wrong'],
    [{ ...visit(), id: 'not an id' }, 'visits.key.wrong'],
    [visit({ matters: Array.from({ length: 6 }, () => visit().matters[0]) as never }), 'doorstep.unreadable'],
    ['<script>', 'doorstep.unreadable'],
    [null, 'doorstep.unreadable'],
    [[], 'doorstep.unreadable'],
    [{}, 'visits.key.wrong'],
  ]
  const before = await counted()
  const answers = await answersTo(li, [...wrong.map(([one]) => one), good])
  for (const [at, [, why]] of wrong.entries()) {
    t.match(answers[at], { state: 'refused', why }, why)
    t.ok(answers[at]?.sentence, 'in words')
  }
  t.match(answers.at(-1), { id: good.id, state: 'stored' })
  const after = await counted()
  t.equal(after.visits - before.visits, 1)
})

t.test('people’s words come through as they said them', async (t) => {
  for (const words of Object.values(hostile)) {
    const one = visit({ matters: [{ id: randomUUID(), words, place: '' }] })
    await answersTo(li, [one])
    const filing = await town.db
      .selectFrom('filings')
      .select('words')
      .where('key', '=', one.matters[0]?.id ?? '')
      .executeTakeFirst()
    t.equal(filing?.words, words)
  }
})

t.test('a corrected visit is not taken for the one that is there', async (t) => {
  const one = visit()
  await answersTo(li, [one])
  const [answer] = await answersTo(li, [{ ...one, outcome: 'not_home', matters: [], record: false }])
  t.match(answer, { state: 'refused', why: 'visits.alreadySaved' })
  const [foreign] = await answersTo(xu, [one])
  t.match(foreign, { state: 'refused' }, 'and not somebody else’s')
  const thief = visit({ matters: one.matters })
  t.match(await answersTo(xu, [thief]), [{ state: 'refused', why: 'visits.matter.taken' }])
  t.notOk(await stored(thief.id), 'a visit never stands without its matter')
})

t.test('a sending that is no sending is refused whole', async (t) => {
  const token = await li.token()
  for (const bad of ['words', null, 7, {}, Array.from({ length: 51 }, () => visit())]) {
    const reply = await send(li, bad, token)
    t.equal(reply.statusCode, 422)
    t.ok(reply.json().message)
  }
  const before = await counted()
  const big = await send(li, [visit({ remark: 'x'.repeat(1_100_000) })], token)
  t.equal(big.statusCode, 413)
  t.same(await counted(), before)
})

t.test('only those who visit may send, with the token of their session, from our own page', async (t) => {
  for (const browser of [
    await town.as(),
    await town.as({ door: '12-602' }),
    await town.as('tang'),
    await town.as('admin'),
  ]) {
    t.equal((await send(browser, [visit()])).statusCode, 403)
    t.equal((await browser.get('/door/doors')).statusCode, 403)
    t.equal((await browser.get('/door/key')).statusCode, 401)
  }
  t.equal((await send(li, [visit()], 'stale')).statusCode, 403)
  const reply = await li.app.inject({
    method: 'POST',
    url: '/c/wutongli/door/sync',
    headers: { ...li.headers, origin: 'https://elsewhere.example', 'x-csrf': await li.token() },
    payload: { visits: [visit()] },
  })
  t.equal(reply.statusCode, 403)
})

t.test('two volunteers at one door: both visits stand, and the second is told of the first', async (t) => {
  const first = visit({ building: '3', door: '301' })
  const second = visit({
    building: '3',
    door: '301',
    outcome: 'not_home',
    matters: [],
    record: false,
    at: (first.at as number) + 60_000,
  })
  t.match(await answersTo(li, [first]), [{ state: 'stored', also: null }])
  t.match(await answersTo(xu, [second]), [{ state: 'stored', also: '李阿姨也来过这一户，两次都记着。' }])
  t.match(await stored(first.id), { outcome: 'met', volunteer_id: town.cast.people.li })
  t.match(await stored(second.id), { outcome: 'not_home', volunteer_id: town.cast.people.xu })
  const page = await xu.get('/desk/visits/new?building=3&door=301')
  t.match(page.body, '李阿姨：见到人', 'and sees the first before she writes, on the page that is online')
})

t.test('two at one door in the same second', async (t) => {
  const tokens = [await li.token(), await xu.token()]
  const both = [visit({ building: '3', door: '302' }), visit({ building: '3', door: '302' })]
  const replies = await Promise.all([send(li, [both[0]], tokens[0]), send(xu, [both[1]], tokens[1])])
  for (const reply of replies) t.equal(reply.json().answers[0].state, 'stored')
  t.ok((await stored(both[0]?.id ?? '')) && (await stored(both[1]?.id ?? '')))
})

t.test('a photo follows to its matter, once, without what the phone wrote into it', async (t) => {
  const one = visit({ door: '302' })
  const matter = one.matters[0]?.id ?? ''
  t.equal((await sendPhoto(li, matter, picture)).statusCode, 404, 'not before its visit')
  await answersTo(li, [one])
  const token = await li.token()
  const replies = await Promise.all(Array.from({ length: 4 }, () => sendPhoto(li, matter, picture, token)))
  t.same(replies.map((reply) => reply.json().state).sort(), ['known', 'known', 'known', 'stored'])
  const photos = await town.db
    .selectFrom('photos')
    .innerJoin('filings', 'filings.id', 'photos.filing_id')
    .select(['photos.image', 'photos.key'])
    .where('filings.key', '=', matter)
    .execute()
  t.equal(photos.length, 1)
  t.ok(picture.includes('Zhang San') && !photos[0]?.image.includes('Zhang San'))
  t.equal((await li.get(`/photos/${photos[0]?.key}`)).statusCode, 200)
  t.equal((await sendPhoto(xu, matter, picture)).statusCode, 404, 'only whoever wrote the matter down')
  const lines = await town.db.selectFrom('journal').select('verb').where('verb', '=', 'filing.pictured').execute()
  t.equal(lines.length, 1)
})

t.test('whatever is sent for a photo: it says what to do, and what is written stays', async (t) => {
  const one = visit({ door: '201' })
  await answersTo(li, [one])
  const matter = one.matters[0]?.id ?? ''
  const bomb = await sharp({
    create: { width: 20_000, height: 20_000, channels: 3, background: '#fff' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer()
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(200)])
  const cases: [string, Buffer, number, string][] = [
    ['twenty megabytes', Buffer.concat([picture, Buffer.alloc(20 * 1024 * 1024)]), 413, '小于 10 MB'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 415, '请选 JPG'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 415, '请选 JPG'],
    ['a picture that was cut off', picture.subarray(0, picture.length / 2), 415, '重新拍一张'],
    ['20,000 by 20,000 pixels', bomb, 415, '尺寸太大'],
    ['an iPhone’s HEIC', heic, 415, '兼容性最佳'],
    ['nothing', Buffer.alloc(0), 415, '请选 JPG'],
  ]
  const before = await counted()
  for (const [what, bytes, status, sentence] of cases) {
    const reply = await sendPhoto(li, matter, bytes)
    t.equal(reply.statusCode, status, what)
    t.match(reply.json().message, sentence, what)
  }
  t.same(await counted(), before)
  t.ok(await stored(one.id))
  const polyglot = Buffer.concat([
    picture,
    Buffer.from('<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04'),
  ])
  t.equal((await sendPhoto(li, matter, polyglot)).statusCode, 200, 'what a picture drags behind it')
  const { image } = await town.db.selectFrom('photos').select('image').orderBy('id', 'desc').executeTakeFirstOrThrow()
  t.notOk(image.includes('script') || image.includes('php'), 'is left behind')
})

t.test('the key of the phone is of one session, and tells a phone that may not come in why', async (t) => {
  const key = async (browser = li) => (await browser.get('/door/key')).json()
  const first = await key()
  t.same(await key(), first, 'the same for the same session')
  const other = await key(await town.as('li'))
  t.equal(other.owner, first.owner)
  t.not(other.secret, first.secret)
  t.not((await key(xu)).owner, first.owner)
  t.match((await li.get('/door/key')).headers['cache-control'], 'no-store')

  t.same(await key(await town.as()), { why: 'over' }, 'nobody')
  t.same(await key(await town.as({ door: '12-602' })), { why: 'over' }, 'a browser that speaks for a door now')
  t.same(await key(await town.as('tang')), { why: 'revoked' }, 'somebody who does not visit any more')
  const idle = await town.as('xu')
  const before = town.clock.now
  town.clock.now = new Date(before.getTime() + 40 * 60_000)
  t.same(await key(idle), { why: 'over' }, 'somebody who was long without a signal may come again')
  town.clock.now = before
  const out = await town.as('xu')
  const cookies = { ...out.cookies }
  await out.post('/leave')
  Object.assign(out.cookies, cookies)
  t.same(await key(out), { why: 'revoked' }, 'who signed out')
  const gone = await town.as('xu')
  await town.db.updateTable('people').set({ left_at: town.clock.now }).where('id', '=', town.cast.people.xu).execute()
  t.same(await key(gone), { why: 'revoked' }, 'whose account is shut')
  t.equal((await send(gone, [visit()])).statusCode, 403)
  await town.db.updateTable('people').set({ left_at: null }).where('id', '=', town.cast.people.xu).execute()
})

t.test('the shell, its scripts and its manifest hold nothing of anybody', async (t) => {
  const anonymous = (await (await town.as()).get('/door/')).body
  t.equal((await li.get('/door/')).body, anonymous, 'the same page for everybody')
  t.notMatch(anonymous, '_csrf')
  t.match(anonymous, 'href="/c/wutongli/desk/visits"', 'and the way to the plain form')
  t.match((await li.get('/door/?b=12&d=602')).body, '/desk/visits/new?building=12&amp;door=602')
  const manifest = await li.get('/door/manifest.webmanifest')
  t.match(manifest.headers['content-type'], 'application/manifest+json')
  const icons: { sizes: string; purpose: string; src: string }[] = manifest.json().icons
  t.same(
    icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`),
    ['any any', '192x192 any', '512x512 any', '512x512 maskable'],
  )
  for (const { src } of icons) t.equal((await town.app.inject(src)).statusCode, 200, src)
  t.match(manifest.json(), { scope: '/c/wutongli/door/', start_url: '/c/wutongli/door/', display: 'standalone' })
  const worker = await li.get('/door/sw.js')
  t.match(worker.headers['content-type'], 'text/javascript')
  t.match(worker.body, /^self\.keeps = \["\/static\/app\.css\?v=/)
  for (const path of JSON.parse(/self\.keeps = (.*)/.exec(worker.body)?.[1] ?? '[]'))
    t.equal((await town.app.inject(path)).statusCode, 200, path)
  for (const page of ['/door/', '/door/sw.js']) {
    const policy = String((await li.get(page)).headers['content-security-policy'])
    t.match(policy, "manifest-src 'self'")
    t.match(policy, "worker-src 'self'")
  }
  t.equal((await li.get('/door')).headers.location, '/c/wutongli/door/')
})

t.test('a phone of one neighbourhood is nobody in the other', async (t) => {
  const { community, cast } = await settle(town.house, town.clock.now, 'hehuali')
  const one = visit()
  const reply = await li.app.inject({
    method: 'POST',
    url: `/c/${community.slug}/door/sync`,
    headers: { ...li.headers, 'x-csrf': await li.token() },
    payload: { visits: [one] },
  })
  t.equal(reply.statusCode, 403)
  t.ok(cast)
})

t.test('a page of it costs at most three statements, a sending does not grow by its answers', async (t) => {
  const at = (path: string) => () => li.app.inject({ url: `/c/wutongli${path}`, headers: li.headers })
  for (const path of ['/door/', '/door/key', '/door/doors']) t.ok((await statementsOf(at(path))) <= 3, path)
  const answers: Answer[] = await answersTo(li, [])
  t.same(answers, [])
})
