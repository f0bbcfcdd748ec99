import fc from 'fast-check'
import t from 'tap'
import { readFields, readRequests } from '../../../src/listen/open311/body.ts'
import { readXml, writeXml } from '../../../src/listen/open311/xml.ts'
import { startTown } from '../../harness.ts'
import { statementsOf } from '../../statements.ts'
import { accept, draft, file, hostile, publish } from '../help.ts'
import { arrivals, build, secretOf } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const admin = await town.as('admin')
const at = '/c/wutongli/open311'
const get = async (path: string) => town.app.inject({ url: `${at}${path}` })
type Reply = Awaited<ReturnType<typeof get>>
const form = 'application/x-www-form-urlencoded'
const post = async (ext: 'json' | 'xml', payload: string | Buffer, type = form) =>
  town.app.inject({ method: 'POST', url: `${at}/requests.${ext}`, headers: { 'content-type': type }, payload })
const fields = (more: Record<string, string>) => new URLSearchParams(more).toString()

t.test('what the house is, and what one can tell it', async (t) => {
  const discovery = await get('/discovery.json')
  t.match(discovery.json(), {
    endpoints: [
      {
        specification: /GeoReport_v2/,
        url: 'http://wutong.test/c/wutongli/open311',
        formats: ['text/xml', 'application/json'],
      },
    ],
  })
  t.match((await get('/discovery.xml')).body, '<formats><format>text/xml</format>')
  const services = await get('/services.json')
  t.equal(services.headers['content-type'], 'application/json; charset=utf-8')
  t.match(services.json()[1], { service_code: 'light', service_name: '照明电路', metadata: false, type: 'batch' })
  const xml = await get('/services.xml')
  t.equal(xml.headers['content-type'], 'text/xml; charset=utf-8')
  t.match(xml.body, '<services><service><service_code>transport</service_code>')
  t.match((await get('/services/light.json')).json(), { service_code: 'light', attributes: [] })
  t.match(
    (await get('/services/light.xml')).body,
    '<service_definition><service_code>light</service_code><attributes></attributes>',
  )
})

t.test('errors come as the standard says, in the format that was asked for', async (t) => {
  const cases: [Promise<Reply>, number, RegExp][] = [
    [get('/services/nothing.json'), 404, /service_code was not found/],
    [get('/requests/99999.json'), 404, /service_request_id was not found/],
    [get('/requests/x%00y.json'), 404, /was not found/],
    [get('/requests/00000000-0000-4000-8000-000000000000.json'), 404, /was not found/],
    [get('/tokens/nothing.json'), 404, /token was not found/],
    [get('/requests.json?start_date=yesterday'), 400, /start_date/],
    [get('/requests.json?end_date=2026-02-30T00:00:00Z'), 400, /end_date/],
    [get('/requests.json?status=maybe'), 400, /status/],
    [get('/requests.json?service_code=nothing'), 404, /service_code/],
    [get('/requests.json?page=0'), 400, /page/],
    [get('/requests.json?page_size=9999'), 400, /page_size/],
    [get('/requests.json?jurisdiction_id=elsewhere'), 404, /jurisdiction_id/],
    [get(`/requests.json?service_request_id=${Array(60).fill('1').join(',')}`), 400, /at most 50/],
    [get(`/requests.json?service_code=${'x'.repeat(600)}`), 404, /not found/],
    [post('json', fields({})), 403, /api_key/],
    [post('json', fields({ api_key: 'nonsense', service_code: 'light' })), 403, /api_key/],
    [post('json', '{"api_key":', 'application/json'), 400, /could not be read/],
    [post('json', '', 'application/json'), 400, /could not be read/],
    [post('json', 'null', 'application/json'), 400, /could not be read/],
    [post('json', Buffer.from([0xff, 0xfe, 0x00]), form), 400, /could not be read/],
    [post('json', '<a><b></a>', 'text/xml'), 400, /could not be read/],
    [post('json', 'x', 'image/png'), 400, /could not be read/],
    [post('json', fields({ description: 'x'.repeat(70_000) })), 413, /too large/],
  ]
  for (const [asked, status, says] of cases) {
    const reply = await asked
    t.equal(reply.statusCode, status, String(says))
    t.match(reply.json(), [{ code: status, description: says }])
  }
  const xml = await get('/requests/99999.xml')
  t.equal(xml.headers['content-type'], 'text/xml; charset=utf-8')
  t.equal(
    xml.body.split('\n')[1],
    '<errors><error><code>404</code><description>service_request_id was not found</description></error></errors>',
  )
  t.match((await post('xml', fields({}))).body, '<errors><error><code>403</code>')
})

t.test('public matters are there for everybody, and nobody’s own words', async (t) => {
  const words = '我住602，王某某天天半夜回来，班车太早'
  const no = await accept(
    town,
    shen,
    await file(await town.as({ door: '12-602' }), words, { phone: '13800000009', surname: '王某某' }),
  )
  t.same((await get('/requests.json')).json(), [], 'not before its wording is approved')
  t.equal((await get(`/requests/${no}.json`)).statusCode, 404)
  await publish(town, await town.as('gu'), no)
  const [one] = (await get('/requests.json')).json()
  t.match(one, {
    service_request_id: String(no),
    status: 'open',
    service_code: 'transport',
    description: `${draft.title}\n${draft.body}`,
    address: draft.place,
    requested_datetime: '2026-11-24T10:00:00+08:00',
    media_url: '',
  })
  for (const path of ['/requests.json', '/requests.xml', `/requests/${no}.json`, `/requests/${no}.xml`])
    t.notMatch((await get(path)).body, /王某某|13800000009|半夜/, path)
  const count = async (query: string) => (await get(`/requests.json?${query}`)).json().length
  t.equal(await count('status=open'), 1)
  t.equal(await count('status=closed'), 0)
  t.equal(await count('status=open,closed'), 1)
  t.equal(await count('service_code=transport,water'), 1)
  t.equal(await count('service_code=water'), 0)
  t.equal(await count(`service_request_id=${no},99`), 1)
  t.equal(await count('service_request_id=nonsense'), 0)
  t.equal(await count('start_date=2026-11-25T00:00:00%2B08:00'), 0)
  t.equal(await count('start_date=2026-11-24T00:00:00Z&end_date=2026-11-24T12:00:00Z'), 1)
  t.equal(await count('page=2'), 0)
  t.equal(await count('jurisdiction_id=wutongli'), 1)
  t.ok((await statementsOf(() => get('/requests.json'))) <= 3)
})

t.test('whoever has a token may send, and asks with what it got how it stands', async (t) => {
  const key = await build(shen, {
    kind: 'open311',
    name: '街道平台',
    per_hour: '20',
    topic_light: 'on',
    topic_water: 'on',
  })
  const api_key = await secretOf(admin, key, 'token')
  const right = {
    api_key,
    service_code: 'light',
    description: '3号楼路灯不亮',
    address_string: '梧桐里3号楼',
    last_name: '李',
    first_name: '梅',
    phone: '13800000002',
  }
  const wrong: [Record<string, string>, number, RegExp][] = [
    [{ service_code: '' }, 400, /service_code was not provided/],
    [{ service_code: 'nothing' }, 404, /service_code was not found/],
    [{ service_code: 'noise' }, 403, /may not send/],
    [{ description: ' \u0000 ' }, 400, /description/],
    [{ address_string: '' }, 400, /address_string/],
    [{ jurisdiction_id: 'elsewhere' }, 404, /jurisdiction_id/],
    [{ api_key: `${api_key}x` }, 403, /api_key/],
  ]
  for (const [more, status, says] of wrong) {
    const reply = await post('json', fields({ ...right, ...more }))
    t.equal(reply.statusCode, status, String(says))
    t.match(reply.json(), [{ code: status, description: says }])
  }
  t.equal((await arrivals(town)).length, 0)

  const reply = await post('json', fields(right))
  t.equal(reply.statusCode, 201)
  const [{ token }] = reply.json()
  t.match(token, /^[0-9a-f-]{36}$/)
  t.equal((await post('json', fields(right))).json()[0].token, token, 'the same again is the same')
  t.match((await get(`/tokens/${token}.json`)).json(), [{ service_request_id: '', token }])
  t.match((await get(`/requests/${token}.json`)).json(), [
    { status: 'open', status_notes: '等社工看', description: '' },
  ])

  t.test('also as JSON and as XML', async (t) => {
    const json = await post(
      'json',
      JSON.stringify({ ...right, description: '水管漏了', service_code: 'water' }),
      'application/json',
    )
    t.equal(json.statusCode, 201)
    const xml = await post(
      'xml',
      `<?xml version="1.0"?><request><api_key>${api_key}</api_key><service_code>light</service_code><description>灯&lt;b&gt; &#28783; <![CDATA[${hostile.script}]]></description><lat>31.2</lat><long>121.4</long></request>`,
      'text/xml; charset=utf-8',
    )
    t.equal(xml.statusCode, 201)
    t.match(xml.body, /<service_requests><request><token>[0-9a-f-]{36}<\/token>/)
    const last = (await arrivals(town)).at(-1)
    t.match(last, { words: `灯<b> 灯 ${hostile.script}`.trim(), place: '31.2, 121.4', category: 'light' })
    const bomb = `<!DOCTYPE r [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(100)}"><!ENTITY c "${'&b;'.repeat(100)}">]><request><api_key>${api_key}</api_key><description>&c;</description></request>`
    t.equal((await post('xml', bomb, 'text/xml')).statusCode, 400)
    const files = `<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><request><description>&a;</description></request>`
    t.equal((await post('xml', files, 'text/xml')).statusCode, 400)
    t.equal((await arrivals(town)).length, 3)
  })

  t.test('a place on the map and a link to a picture come along; we fetch nothing', async (t) => {
    const where = { address_string: '北门', address_id: '3-101', lat: '31.230416', long: '121.473701' }
    const link = 'https://img.example.org/a.jpg?x=1'
    const sent = { api_key, service_code: 'light', description: '门灯不亮', ...where, media_url: link }
    t.equal((await post('json', fields(sent))).statusCode, 201)
    t.match((await arrivals(town)).at(-1), { place: '北门 3-101', point: '31.230416, 121.473701', media_url: link })
    t.match((await shen.get('/desk/inbox')).body, /31\.230416, 121\.473701[\s\S]*rel="noopener noreferrer ugc"/)
    const before = (await arrivals(town)).length
    for (const [wrong, why] of [
      [{ lat: '131', long: '121' }, 'lat and long'],
      [{ lat: '31', long: '' }, 'lat and long'],
      [{ lat: '31,2', long: '121' }, 'lat and long'],
      [{ media_url: 'http://169.254.169.254/latest' }, 'media_url'],
      [{ media_url: 'javascript:alert(1)' }, 'media_url'],
    ] as const) {
      t.match(await post('xml', fields({ ...sent, ...wrong })), { statusCode: 400, body: why })
    }
    t.equal((await arrivals(town)).length, before)
  })

  t.test('from the inbox to the end', async (t) => {
    const first = (await arrivals(town))[0]
    t.match((await shen.get('/desk/inbox')).body, '3号楼路灯不亮')
    await shen.post('/desk/inbox/filings', { arrival: first?.key ?? '' })
    t.match((await get(`/tokens/${token}.json`)).json(), [{ service_request_id: token, token }])
    t.match((await get(`/requests/${token}.json`)).json(), [{ status: 'open', status_notes: '已登记，等社工答复' }])
    const { no, state } = await town.db
      .selectFrom('filings')
      .selectAll()
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const accepted = await shen.post(`/desk/triage/${no}/acceptance`, { seen: state, ...draft, category: 'light' })
    t.equal(accepted.statusCode, 303)
    const issue = Number(/issues\/(\d+)/.exec(String(accepted.headers.location))?.[1])
    t.match(
      (await get(`/requests/${token}.json`)).json(),
      [{ description: '', service_code: 'light' }],
      'no wording before it is approved',
    )
    await publish(town, await town.as('gu'), issue)
    const xml = await get(`/requests/${token}.xml`)
    t.match(xml.body, draft.title)
    t.notMatch(xml.body, /路灯不亮|13800000002|李梅/)
    t.match((await get(`/requests.json?service_request_id=${issue},${token}`)).json().length, 2)
    const second = (await arrivals(town))[1]
    await shen.post('/desk/inbox/asides', { arrival: second?.key ?? '', reason: 'elsewhere' })
    t.match((await get(`/requests/${second?.key}.json`)).json(), [{ status: 'closed', status_notes: '没有登记' }])
  })

  t.test('a token that is revoked, or a bridge that is off, lets nobody in', async (t) => {
    const id = /secrets\/(\d+)\/revocation/.exec((await admin.get(`/desk/bridges/${key}`)).body)?.[1]
    await admin.post(`/desk/bridges/${key}/secrets/${id}/revocation`)
    t.equal((await post('json', fields(right))).statusCode, 403)
    const next = await secretOf(admin, key, 'token')
    t.equal((await post('json', fields({ ...right, api_key: next }))).statusCode, 201)
    await shen.post(`/desk/bridges/${key}`, { name: '街道平台', kind: 'open311', per_hour: '20', active: '' })
    t.equal((await post('json', fields({ ...right, api_key: next }))).statusCode, 403)
    await shen.post(`/desk/bridges/${key}`, { name: '街道平台', kind: 'open311', per_hour: '1', active: 'on' })
    const fast = await post('xml', fields({ ...right, api_key: next, description: '再来一条' }))
    t.equal(fast.statusCode, 429)
    t.match(fast.body, '<code>429</code>')
  })
  t.test('what came over other bridges is not found by its id', async (t) => {
    const chat = await build(shen, { name: '群' })
    await shen.post(`/desk/bridges/${chat}/voices`, { text: '张三:\n灯不亮了', pick: '0' })
    t.equal((await get(`/requests/${(await arrivals(town)).at(-1)?.key}.json`)).statusCode, 404)
  })
})

t.test('XML goes out so that it can be read again, whatever is in it', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (a, b) => {
      const read = readXml(writeXml('request', { a: `x${a}x`, b: `x${b}x` })) as {
        request: { a: string; b: string }
      } | null
      const plain = (text: string) => text.toWellFormed().replace(/[[\p{Cc}--[\t\n]]\ufffe\uffff]/gv, '')
      if (read?.request.a !== `x${plain(a)}x` || read.request.b !== `x${plain(b)}x`)
        throw new Error(JSON.stringify([read, a, b]))
    }),
  )
})

t.test('whatever a program sends, reading it never throws and never takes long', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(form, 'application/json', 'text/xml', ''),
      (text, type) => void readFields(type, Buffer.from(text)),
    ),
    { numRuns: 500 },
  )
  fc.assert(fc.property(fc.json(), (text) => void readRequests(text)))
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          '<a>',
          '</a>',
          '<b/>',
          '&lt;',
          '<![CDATA[',
          ']]>',
          '<!--',
          '-->',
          '<?x',
          '?>',
          'x',
          '"',
          '<a b="',
          '>',
        ),
        { maxLength: 40 },
      ),
      (parts) => void readXml(parts.join('')),
    ),
    { numRuns: 500 },
  )
  const big = 1024 * 1024
  for (const [name, text] of Object.entries({
    nested: '<a>'.repeat(big / 3),
    brackets: '<'.repeat(big),
    ends: '>'.repeat(big),
    blanks: `<a ${' '.repeat(big)}`,
    ampersands: `<a>${'&'.repeat(big)}</a>`,
    attributes: `<a ${'b="c" '.repeat(big / 6)}/>`,
    comments: `<a>${'<!--'.repeat(big / 4)}</a>`,
    cdata: `<a>${'<![CDATA['.repeat(big / 9)}</a>`,
    lists: '['.repeat(big),
    many: `<service_requests>${'<request><a>1</a></request>'.repeat(big / 27)}</service_requests>`,
  })) {
    readRequests(text)
    t.pass(`${name}: it comes back`)
  }
})
