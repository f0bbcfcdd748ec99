import fc from 'fast-check'
import t from 'tap'
import { cut, findPersonal, type Kind, kinds } from '../../src/listen/privacy/rules.ts'
import { fitsNarrow, isAccessible, openStage } from '../browser.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, draft, file, issueOf } from './help.ts'

const found = (text: string, names: string[] = []) =>
  findPersonal(text, names).map(({ kind, at, to }) => [kind, text.slice(at, to)])

/** An ID number with its right last sign. */
function idNumber(seventeen: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, at) => total + weight * Number(seventeen[at]), 0)
  return seventeen + '10X98765432'[sum % 11]
}

const id = idNumber('31010119600101123')

const marked: [text: string, kind: Kind, piece: string][] = [
  ['请打 13812345678 找我', 'phone', '13812345678'],
  ['请打 138 1234 5678', 'phone', '138 1234 5678'],
  ['请打 138-1234-5678', 'phone', '138-1234-5678'],
  ['请打 +86 13812345678', 'phone', '+86 13812345678'],
  ['请打１３８１２３４５６７８', 'phone', '１３８１２３４５６７８'],
  ['幺三八幺二三四五六七八', 'phone', '幺三八幺二三四五六七八'],
  ['家里电话021-55550123', 'phone', '021-55550123'],
  ['家里电话 021 5555 0123', 'phone', '021 5555 0123'],
  ['座机55550123', 'phone', '55550123'],
  ['电话 5555 0123', 'phone', '5555 0123'],
  ['Call 5555-0123 please', 'phone', '5555-0123'],
  [`身份证${id}`, 'idNumber', id],
  [
    `身份证${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`,
    'idNumber',
    `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`,
  ],
  ['老身份证310101600101123', 'idNumber', '310101600101123'],
  ['12号602的阿婆', 'door', '12号602'],
  ['12号楼602', 'door', '12号楼602'],
  ['12-602漏水', 'door', '12-602'],
  ['602室漏水', 'door', '602室'],
  ['６０２室漏水', 'door', '６０２室'],
  ['六零二室漏水', 'door', '六零二室'],
  ['Room 602 leaks', 'door', 'Room 602'],
  ['沪A12345堵住了门', 'plate', '沪A12345'],
  ['沪A·12345 堵住了门', 'plate', '沪A·12345'],
  ['沪AD12345 新能源', 'plate', '沪AD12345'],
  ['沪A12345F 新能源车', 'plate', '沪A12345F'],
  ['沪ａ１２３４５', 'plate', '沪ａ１２３４５'],
  ['苏E8K9L1停在草上', 'plate', '苏E8K9L1'],
  ['写信到 wang.fang+1@mail.example.cn 吧', 'email', 'wang.fang+1@mail.example.cn'],
  ['写信到ＷＡＮＧ＠ｅｘａｍｐｌｅ．ｃｎ', 'email', 'ＷＡＮＧ＠ｅｘａｍｐｌｅ．ｃｎ'],
  ['是李阿姨说的', 'name', '李阿姨'],
  ['吴建国说灯坏了', 'name', '吴建国'],
]

t.test('what points at a person is marked, and nothing around it', async (t) => {
  for (const [text, kind, piece] of marked) t.same(found(text, ['李阿姨', '吴建国', '王']), [[kind, piece]], text)
})

t.test('what is only a number, a price, a bus or a time is not', async (t) => {
  for (const text of [
    '停车费 2000-3000 元一年',
    '工资 3000-5000 元',
    '押金5000元，物业费 2.30 元',
    '602路公交改道',
    '坐 71 路、925路、1250路都行',
    '晚上 21:30 到 22:15 还在施工',
    '2026-11-24 19:00 开会',
    '20261124 那天',
    '打 12345 没人接，110 也打了',
    '96222 和 962121',
    '12号楼的灯坏了',
    '12 号楼 300 户都停水',
    '3-5 人',
    '1-18 层都没水',
    '电梯停在 18 楼',
    '花了 1500000 元修路',
    '第 310101 号文件',
    '编号 WT-2026-0147',
    '沪A 段路灯',
    '沪ABCDEF',
    '请看 @物业 的通知',
    '面积 89.50 平方米',
    '一二三四五，上山打老虎',
    '身份证310101196001011235',
    '王师傅来修过',
  ])
    t.same(found(text, ['王']), [], text)
})

t.test('several in one text, in their order, each once', async (t) => {
  t.same(found('12-602 李阿姨 13812345678，车沪A12345，12-602', ['李阿姨']), [
    ['door', '12-602'],
    ['name', '李阿姨'],
    ['phone', '13812345678'],
    ['plate', '沪A12345'],
    ['door', '12-602'],
  ])
  t.same(found('吴建国强', ['吴建国', '建国强', '吴建国强']), [['name', '吴建国强']], 'the longer of two')
})

t.test('the pieces make the text again, whatever the text', (t) => {
  const alphabet = fc.constantFrom(...('0123456789０１２一二三〇幺 -号楼室沪A@.王x元路\n＜👵'.match(/./gsu) ?? []))
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(alphabet, { maxLength: 60 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(texts, fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }), (text, names) => {
      const findings = findPersonal(text, names)
      const pieces = cut(text, findings)
      return (
        pieces.map((piece) => piece.text).join('') === text &&
        findings.every(({ kind, at, to }) => kinds.includes(kind) && at >= 0 && to > at && to <= text.length) &&
        findings.every((one, i) => i === 0 || one.at >= (findings[i - 1]?.to ?? 0))
      )
    }),
    { numRuns: 2_000 },
  )
  t.end()
})

t.test('a phone is found wherever it stands between words', (t) => {
  const mobile = fc.tuple(fc.constantFrom('13', '15', '18', '19'), fc.stringMatching(/^\d{9}$/)).map(([a, b]) => a + b)
  const wide = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
  const words = fc.stringMatching(/^[灯楼坏了请吧，。 ]{0,8}$/)
  fc.assert(
    fc.property(words, mobile, words, fc.boolean(), (before, phone, after, isWide) => {
      const piece = isWide ? wide(phone) : phone
      return found(before + piece + after).some(([kind, text]) => kind === 'phone' && text === piece)
    }),
  )
  fc.assert(
    fc.property(
      fc.tuple(
        fc.constantFrom('310101', '110105', '440305'),
        fc.integer({ min: 1930, max: 2020 }),
        fc.integer({ min: 101, max: 999 }),
      ),
      ([area, year, order]) => {
        const number = idNumber(`${area}${year}0715${order}`)
        const last = number.at(-1) === 'X' ? '0' : 'X'
        return (
          found(`证件${number}。`)[0]?.[0] === 'idNumber' &&
          found(`证件${number.slice(0, 17)}${last}。`).every(([kind]) => kind !== 'idNumber')
        )
      },
    ),
  )
  t.end()
})

t.test('no text is too much for it: a pattern that backtracks would not come back', async (t) => {
  for (const text of [
    '1 '.repeat(1000),
    '1-'.repeat(1000),
    '12号'.repeat(700),
    '一'.repeat(2000),
    'a@'.repeat(1000),
    'a.'.repeat(1000),
    '沪A'.repeat(1000),
    '0'.repeat(2000),
  ])
    findPersonal(text, ['李阿姨'])
  t.pass('it came back')
})

t.test('the second person sees what may point at somebody, and says that she has looked', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const gu = await town.as('gu')
  const raw = '我是 12-602 的，沪A12345 天天堵门，找李阿姨说过 13812345678'
  const matter = async (body: string) => accept(town, shen, await file(await town.as(), raw), { ...draft, body })
  const newest = async (no: number) => {
    const { id } = await issueOf(town, no)
    return town.db
      .selectFrom('issue_texts')
      .selectAll()
      .where('issue_id', '=', id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
  }
  const approve = async (browser: Browser, no: number, fields = {}) =>
    browser.post(`/desk/issues/${no}/texts/${(await newest(no)).id}/approval`, fields)

  await t.test('raw words and public text stand side by side, each finding marked and named', async (t) => {
    const no = await matter('有车牌沪A12345 的车堵门，李阿姨也说过，写信 a@example.cn。')
    const { body } = await gu.get(`/desk/issues/${no}`)
    for (const [piece, kind] of [
      ['12-602', '门牌'],
      ['沪A12345', '车牌'],
      ['李阿姨', '人名'],
      ['13812345678', '电话'],
      ['a@example.cn', '邮箱'],
    ])
      t.match(body, `<mark class="finding">${piece}<small>${kind}</small></mark>`)
    t.match(body, '公开文字里有 3 处')
    const refused = await approve(gu, no)
    t.equal(refused.statusCode, 422)
    t.match(refused.body, '看过了请勾上再通过')
    t.equal((await issueOf(town, no)).published_at, null)
    t.equal((await approve(gu, no, { looked: 'on' })).statusCode, 303)
    t.ok((await issueOf(town, no)).published_at)
    const [line] = await town.db
      .selectFrom('journal')
      .select('particulars')
      .where('verb', '=', 'issue.published')
      .execute()
    t.match(line?.particulars, { marked: 3 })
    t.notMatch((await gu.get(`/desk/issues/${no}`)).body, 'class="finding"', 'nothing is marked once it is decided')
  })

  await t.test('a text that points at nobody needs no tick', async (t) => {
    const no = await matter('门口总有车堵着，出不去。')
    t.notMatch((await gu.get(`/desk/issues/${no}`)).body, 'name="looked"')
    t.equal((await approve(gu, no)).statusCode, 303)
  })

  await t.test('the tick does not replace the second person', async (t) => {
    const no = await matter('写信到 b@example.cn。')
    t.equal((await approve(shen, no, { looked: 'on' })).statusCode, 409)
  })

  await t.test('the raw words are nowhere public', async (t) => {
    const nobody = await town.as()
    for (const path of ['/', '/issues/1', '/ledger']) t.notMatch((await nobody.get(path)).body, /13812345678|天天堵门/)
  })

  await t.test('words that are a program stay words when they are marked', async (t) => {
    const code = await file(await town.as(), '<script>alert(1)</script> 13812345678 <b>12-602</b>')
    const no = await accept(town, shen, code)
    const { body } = await gu.get(`/desk/issues/${no}`)
    t.match(body, '&lt;script&gt;alert(1)&lt;/script&gt; <mark')
    t.notMatch(body, '<script>alert')
  })

  await t.test('the marked page is one everybody can use', async (t) => {
    const no = await matter('有车牌沪A12345 的车堵门。')
    const stage = await openStage(t, town)
    for (const lang of ['zh', 'en'] as const) {
      const person = await stage.person('gu', { lang })
      const page = await person.go(`/desk/issues/${no}`)
      await isAccessible(t, page, `the marked page ${lang}`)
      await fitsNarrow(t, page, `the marked page ${lang}`)
      await page.locator('form[action$="/approval"] button').click()
      await page.locator('#looked-error').waitFor()
      await isAccessible(t, page, `the page that asks for the tick ${lang}`)
      await person.context.close()
    }
  })

  await t.test('the page still costs at most three statements', async (t) => {
    const ask = () => gu.app.inject({ url: `/c/${town.community.slug}/desk/issues/1`, headers: gu.headers })
    t.ok((await statementsOf(ask)) <= 3)
  })
})
