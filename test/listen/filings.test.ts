import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { codeIn, file, filingOf, hostile, journalOf, sent, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const wang = await town.as({ door: '12-602' })
const key = () => crypto.randomUUID()
const countFilings = async () => (await town.db.selectFrom('filings').select('id').execute()).length
const hidden = (body: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''

t.test('a resident without an account files something with the one mandatory box filled in', async (t) => {
  const form = await nobody.get('/report')
  t.equal(form.statusCode, 200)
  t.match(form.body, '反映一件事')
  t.match(form.body, 'enctype="multipart/form-data"')
  t.equal((form.body.match(/aria-required="true"/g) ?? []).length, 1, 'one mandatory box')

  const reply = await nobody.post('/filings', { key: hidden(form.body, 'key'), what: '末班车太早了，加班回不来' })
  t.equal(reply.statusCode, 303)
  t.match(reply.headers.location, /^\/c\/wutongli\/track\/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\?new=1$/)

  const page = await nobody.get(String(reply.headers.location))
  const { no } = await filingOf(town, codeIn(reply.headers.location))
  t.match(page.body, '收到了')
  t.match(page.body, `WT-2026-${String(no).padStart(4, '0')}`, 'a number')
  t.match(page.body, codeIn(reply.headers.location), 'the tracking code')
  t.match(page.body, 'class="qr"', 'and as a QR code')
  t.match(page.body, '社工沈洁和同事', 'who reads it next')
  t.match(page.body, '11月25日 18:00 前', 'by which working day')
  t.match(page.body, '还剩 1 个工作日')
  t.match(page.body, '请截屏')
  t.equal(page.headers['cache-control'], 'no-store')

  const line = await journalOf(town, 'filing', (await filingOf(town, codeIn(reply.headers.location))).id)
  t.match(line, [{ verb: 'filing.submitted', became: 'submitted', person_id: null, household_id: null }])
})

t.test('filed after five, or on a day off, the promise starts with the next working day', async (t) => {
  const before = town.clock.now
  t.teardown(() => {
    town.clock.now = before
  })
  town.clock.now = new Date('2026-11-27T18:00:00+08:00') // Friday evening: Monday is day 0, Tuesday the day promised
  t.equal((await filingOf(town, await file(nobody, '周五晚上才想起来说'))).due_on, '2026-12-01')
})

t.test('everything works in English too', async (t) => {
  const anna = await town.as()
  anna.cookies.lang = 'en'
  t.match((await anna.get('/report')).body, 'Tell us something')
  const code = await file(anna, 'The last bus leaves too early', { phone: '138 1234 5678' })
  t.match((await anna.get(`/track/${code}?new=1`)).body, 'We have it')
  t.match((await sent(town)).at(-1)?.body, '[Wutong] We have your report')
})

t.test('who leaves a phone gets a message with her own link, and the number is kept sealed', async (t) => {
  const code = await file(nobody, '楼道灯坏了三天了', { phone: '138-1234-1234' })
  const { no, phone_sealed } = await filingOf(town, code)
  t.match((await sent(town)).at(-1), { to: '13812341234', body: new RegExp(`第 ${no} 号.*/track/${code}`) })
  t.notMatch(phone_sealed?.toString('latin1'), '13812341234')
})

t.test('the same form sent twice is one filing and one answer', async (t) => {
  const form = { key: key(), what: '垃圾房的灯不亮，看不清台阶', phone: '13800000001' }
  const before = await countFilings()
  const first = await nobody.post('/filings', form)
  const again = await nobody.post('/filings', form)
  t.equal(again.headers.location, first.headers.location)
  t.equal(await countFilings(), before + 1)

  const taps = await Promise.all(
    Array.from({ length: 8 }, () => nobody.post('/filings', { ...form, key: '7a1f1f54-3c68-4f0e-9a7e-3a5c1b1e0b11' })),
  )
  t.same([...new Set(taps.map((tap) => tap.headers.location))].length, 1, 'eight taps in one moment, one answer')
  t.equal(await countFilings(), before + 2)
  t.equal((await sent(town)).filter(({ to }) => to === '13800000001').length, 2, 'told once each')
})

t.test('a second matter written into a form that the back button brought back is not swallowed', async (t) => {
  const form = { key: key(), what: '第一件事：电梯老是停' }
  const first = await nobody.post('/filings', form)
  const second = await nobody.post('/filings', { ...form, what: '第二件事：路灯也不亮' })
  t.not(second.headers.location, first.headers.location)
  t.equal((await filingOf(town, codeIn(second.headers.location))).words, '第二件事：路灯也不亮')
})

t.test('a form without its key, or with nonsense for one, is taken all the same', async (t) => {
  for (const made of [{}, { key: '' }, { key: 'x' }, { key: ['a', 'b'] }]) {
    t.equal((await nobody.post('/filings', { ...made, what: '没有钥匙也要收下来' })).statusCode, 303)
  }
})

t.test('a poster names the building, and a bound browser knows its door', async (t) => {
  t.match((await nobody.get('/report?b=12')).body, new RegExp(`value="b${town.cast.buildings[12]}" id="where" checked`))
  t.notMatch((await nobody.get('/report?b=99')).body, /name="where"[^>]*checked/, 'an unknown building presets nothing')
  t.notMatch((await nobody.get('/report')).body, '602')

  t.match((await wang.get('/report')).body, '您是 12 号楼 602 室')
  const linked = await filingOf(town, await file(wang, '我家楼下的灯坏了'))
  t.equal(linked.household_id, town.cast.doors['12-602'])
  const apart = await filingOf(town, await file(wang, '这一次不想让人知道', { apart: 'on' }))
  t.equal(apart.household_id, null)
  t.match(await journalOf(town, 'filing', apart.id), [{ household_id: null }], 'nor does the journal know')
})

t.test('where it is: a common place, a building, more words; never somebody else’s building', async (t) => {
  const building = `b${town.cast.buildings[12]}`
  t.match(await filingOf(town, await file(nobody, '台阶上都是水', { where: 'garage', spot: 'B 区 3 号柱' })), {
    place: '地下车库 B 区 3 号柱',
    building_id: null,
  })
  t.match(await filingOf(town, await file(nobody, '台阶上都是水', { where: building, spot: '后门' })), {
    place: '后门',
    building_id: town.cast.buildings[12],
  })
  t.match(await filingOf(town, await file(nobody, '说不清在哪里', { where: 'unsure' })), {
    place: '',
    building_id: null,
  })

  const { cast } = await settle(town.house, town.clock.now, 'elsewhere')
  for (const where of [`b${cast.buildings[12]}`, 'b0', 'b-1', 'b1e3', 'moon', '<script>', 'b99999999999']) {
    const reply = await nobody.post('/filings', { key: key(), what: '台阶上都是水', where })
    t.equal(reply.statusCode, 422, where)
    t.match(reply.body, '这一项不对')
    t.match(reply.body, '台阶上都是水', 'what she wrote is still there')
  }
})

t.test('a surname is hidden unless she ticks the box', async (t) => {
  t.match(await filingOf(town, await file(nobody, '狗叫了一个晚上', { surname: '王阿姨' })), { name_shown: false })
  t.match(await filingOf(town, await file(nobody, '狗叫了一个晚上', { surname: '王阿姨', shown: 'on' })), {
    name_shown: true,
  })
  t.match(await filingOf(town, await file(nobody, '狗叫了一个晚上', { shown: 'on' })), { name_shown: false })
})

t.test('too little, too much or unreadable: a kind sentence at the box, and nothing lost', async (t) => {
  const before = await countFilings()
  const typed = { surname: '王阿姨', shown: 'on', spot: '三楼拐角', phone: '13812345678', where: 'garden', apart: 'on' }
  for (const what of ['', '   \n ', '灯', '灯坏了', '灯坏了呀']) {
    const reply = await wang.post('/filings', { key: key(), ...typed, what })
    t.equal(reply.statusCode, 422)
    t.match(reply.body, '<title>出错了：反映一件事')
    t.match(reply.body, 'href="#what"')
    t.match(reply.body, '写一写是什么事，五个字以上就行')
    t.match(reply.body, 'value="王阿姨"')
    t.match(reply.body, 'value="三楼拐角"')
    t.match(reply.body, 'value="13812345678"')
    t.match(reply.body, /value="garden" checked/)
    t.match(reply.body, /name="shown" checked/)
    t.match(reply.body, /name="apart" checked/)
  }
  for (const [name, what] of Object.entries(unreadable)) {
    const reply = await nobody.post('/filings', { key: key(), what })
    t.equal(reply.statusCode, 422, name)
    t.match(reply.body, name === 'long' ? '太长了' : '不能用的符号')
  }
  for (const field of ['what', 'spot', 'surname', 'phone', 'where']) {
    const reply = await nobody.post('/filings', {
      key: key(),
      what: '两份一样的栏目',
      [field]: ['两份一样的栏目', '乙'],
    })
    t.equal(reply.statusCode, 422, `${field} twice`)
  }
  for (const phone of ['123', '138123412345678', '打我电话', '１３８１２３４１２３４', '<b>1</b>']) {
    const reply = await nobody.post('/filings', { key: key(), what: '手机号写错了', phone })
    t.equal(reply.statusCode, 422, phone)
    t.match(reply.body, '手机号不对')
  }
  t.equal(await countFilings(), before, 'nothing was filed')
})

t.test('a retry after an error carries the same key, so it is still one filing', async (t) => {
  const mine = key()
  const wrong = await nobody.post('/filings', { key: mine, what: '灯' })
  t.equal(hidden(wrong.body, 'key'), mine)
})

t.test('markup, look-alikes and emoji are words: kept as they are, never run', async (t) => {
  for (const [name, what] of Object.entries(hostile)) {
    const code = await file(nobody, what, { spot: what.slice(0, 40), surname: what.slice(0, 12) })
    t.equal((await filingOf(town, code)).words, what.normalize('NFC'), name)
    const { body } = await nobody.get(`/track/${code}`)
    t.match(body, shown(what), name)
    t.notMatch(body, /<script>alert|<button hx-post|onmouseover="alert/, name)
  }
})

t.test('people’s words stand where htmx does not look', async (t) => {
  const code = await file(nobody, hostile.htmx)
  t.match((await nobody.get(`/track/${code}`)).body, /hx-disable>[\s\S]*&lt;button hx-post/)
})

t.test(
  'a box that only programs fill in stops them, and a person whose browser did it presses once more',
  async (t) => {
    const before = await countFilings()
    const reply = await nobody.post('/filings', {
      key: key(),
      what: '便宜代办贷款请联系',
      website: 'http://spam.example',
    })
    t.equal(reply.statusCode, 422)
    t.match(reply.body, '刚才没有发出去')
    t.match(reply.body, '便宜代办贷款请联系')
    t.notMatch(reply.body, 'spam.example')
    t.equal(await countFilings(), before)
  },
)

t.test('staff may write it down for a resident; it says so, and it is not filed for the desk’s own door', async (t) => {
  const shen = await town.as('shen')
  t.match((await shen.get('/report')).body, '您在替居民登记')
  const filing = await filingOf(town, await file(shen, '老伯不会用手机，说楼道灯坏了'))
  t.match(filing, { recorded_by: town.cast.people.shen, household_id: null, channel: 'bridge' })
})

t.test('a foreign page cannot file in somebody’s name', async (t) => {
  const form = { key: key(), what: '别的网站替我发的' }
  t.equal((await wang.post('/filings', form, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  t.equal((await wang.post('/filings', { ...form, _csrf: 'made-up' })).statusCode, 403)
})

t.test('the form costs at most three statements', async (t) => {
  t.ok((await statementsOf(() => wang.get('/report'))) <= 3)
  t.ok((await statementsOf(() => nobody.get('/report'))) <= 3)
})
