import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import writeXlsx from 'write-excel-file/node'
import { guessColumns, readLines, timeOf } from '../../../src/listen/imports/rules.ts'
import { decode, readSheet } from '../../../src/listen/imports/sheet.ts'
import { type Browser, startTown } from '../../harness.ts'
import { hostile, shown } from '../help.ts'
import { arrivals, build } from './help.ts'

const head = ['工单编号', '来电人', '联系电话', '诉求内容', '诉求地址', '受理时间']
const orders = [
  ['20261124-0001', '王先生', '13800000001', '12号楼楼道灯不亮', '梧桐里12号楼', '2026/11/24 09:30'],
  ['20261124-0002', '李女士', '021-55550123', '垃圾房太臭，\n"受不了"', '3号楼', '2026-11-23'],
]
const csv = (rows: string[][], mark = ',') =>
  rows
    .map((row) => row.map((cell) => (/[,;\t"\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(mark))
    .join('\r\n')
/** As a Chinese spreadsheet writes it; Node only reads this encoding, so what each pair of bytes means is asked first. */
function gbk(text: string): Buffer {
  const bytes = new Map<string, number[]>()
  const decoder = new TextDecoder('gb18030')
  for (let first = 0x81; first <= 0xfe; first++)
    for (let second = 0x40; second <= 0xfe; second++)
      bytes.set(decoder.decode(Uint8Array.of(first, second)), [first, second])
  return Buffer.from(
    [...text].flatMap((letter) => (letter < '\u0080' ? [letter.charCodeAt(0)] : (bytes.get(letter) ?? [0x3f]))),
  )
}
const xlsx = async (rows: unknown[][]): Promise<Buffer> => {
  const made = writeXlsx(
    rows.map((row) =>
      row.map((value) =>
        value === null ? null : { value, ...(value instanceof Date && { format: 'yyyy-mm-dd hh:mm' }) },
      ),
    ) as never,
  )
  return Buffer.from(await made.toBuffer())
}

/** A zip file with these parts; `size` is what its directory says of each. */
function zip(parts: Record<string, Buffer>, size?: number): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, bytes] of Object.entries(parts)) {
    const packed = deflateRawSync(bytes)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(size ?? bytes.length, 22)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(size ?? bytes.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    locals.push(local, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(name))
    at += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(parts).length, 10)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...directory, end])
}

t.test('a file is read, whatever it was written with', async (t) => {
  const text = csv([head, ...orders])
  const files: Record<string, Buffer> = {
    'UTF-8': Buffer.from(text),
    'UTF-8 with its mark': Buffer.from(`\ufeff${text}`),
    GB18030: gbk(text),
    'UTF-16 as Excel’s Unicode text': Buffer.from(`\ufeff${csv([head, ...orders], '\t')}`, 'utf16le'),
    'UTF-16 the other way round': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    'UTF-16 without its mark': Buffer.from(
      csv([
        ['id', 'words'],
        ['1', 'lamp'],
      ]),
      'utf16le',
    ),
    semicolons: Buffer.from(csv([head, ...orders], ';')),
    'a title above': Buffer.from(`十一月工单\n${text}`),
    XLSX: await xlsx([head, ...orders]),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const sheet = await readSheet(bytes)
    if ('bad' in sheet) t.fail(`${name}: ${sheet.bad}`)
    else if (name === 'UTF-16 without its mark') t.same(sheet, { head: ['id', 'words'], rows: [['1', 'lamp']] })
    else t.same(sheet, { head, rows: orders }, name)
  }
})

t.test(
  'a cell is text: numbers as they were typed, days on their own clock, formulas as their last result',
  async (t) => {
    const sheet = await readSheet(
      await xlsx([
        ['编号', '内容', '时间'],
        [20261124, '=HYPERLINK("http://x")', new Date(Date.UTC(2026, 10, 24, 9, 30))],
        [13800000001, hostile.script, null],
      ]),
    )
    if ('bad' in sheet) return t.fail(sheet.bad)
    t.equal(sheet.rows[0]?.[1], '=HYPERLINK("http://x")')
    t.equal(sheet.rows[0]?.[2], '2026-11-24 09:30')
    t.equal(sheet.rows[1]?.[0], '13800000001')
    t.equal(sheet.rows[1]?.[1], hostile.script)
  },
)

t.test('what is no table is refused in words, and quickly', async (t) => {
  const good = await xlsx([head, ...orders])
  const bomb = zip({
    '[Content_Types].xml': Buffer.alloc(300 * 1024 * 1024),
    'xl/worksheets/sheet1.xml': Buffer.from('<x/>'),
  })
  const lying = zip({ 'xl/worksheets/sheet1.xml': Buffer.alloc(100 * 1024 * 1024) }, 10)
  const entities = zip({
    'xl/workbook.xml': Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
  })
  const cases: [string, Buffer, string][] = [
    ['nothing', Buffer.alloc(0), 'imports.bad.empty'],
    ['headings alone', Buffer.from('工单编号,内容\n'), 'imports.bad.empty'],
    ['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1]), 'imports.bad.encoding'],
    ['a program', Buffer.from('\u007fELF\u0002\u0001\u0001\u0000\u0000\u0000'), 'imports.bad.encoding'],
    ['an old spreadsheet', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'imports.bad.xls'],
    [
      'Shift-JIS',
      Buffer.from([0x8d, 0x48, 0x92, 0xf6, 0xff, 0x2c, 0x80, 0x0a, 0x31, 0x2c, 0x32]),
      'imports.bad.encoding',
    ],
    ['a quotation mark too few', Buffer.from('编号,内容\n1,"灯不亮\n2,水'), 'imports.bad.csv'],
    ['half a spreadsheet', good.subarray(0, good.length / 2), 'imports.bad.xlsx'],
    ['a zip of something else', zip({ 'a.txt': Buffer.from('x') }), 'imports.bad.xlsx'],
    ['the first bytes alone', Buffer.from('PK\u0003\u0004'), 'imports.bad.xlsx'],
    ['a bomb', bomb, 'imports.bad.bomb'],
    ['a bomb that lies', lying, 'imports.bad.bomb'],
    ['entities', entities, 'imports.bad.xlsx'],
    ['too large', Buffer.alloc(5 * 1024 * 1024 + 1, 0x41), 'imports.bad.large'],
    ['too many lines', Buffer.from(`编号,内容\n${'1,灯\n'.repeat(5_001)}`), 'imports.bad.lines'],
    ['too many columns', Buffer.from(`${Array(200).fill('x').join(',')}\n1,2`), 'imports.bad.columns'],
  ]
  for (const [name, bytes, bad] of cases) {
    t.same(await readSheet(bytes), { bad }, name)
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => void (await readSheet(Buffer.from(bytes)))),
    { numRuns: 200 },
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
      const broken = Buffer.from(good)
      broken[at] = byte
      await readSheet(broken)
    }),
    { numRuns: 60 },
  )
  t.equal(decode(Buffer.from('ok')), 'ok')
})

t.test('columns are known by what offices call them, or by what they were the last time', async (t) => {
  t.same(guessColumns(head), { number: 0, words: 3, place: 4, name: 1, phone: 2, time: 5 })
  t.same(guessColumns(['甲', '乙'], { words: '乙', number: null }), { words: 1 })
  t.same(guessColumns(['诉求内容（必填）', ' 联系电话* ']), { words: 0, phone: 1 })
  t.same(guessColumns([]), {})
  t.equal(timeOf('2026年11月24日 9时5分')?.toISOString(), '2026-11-24T01:05:00.000Z')
  for (const wrong of ['', '24/11/2026', '2026-13-01', '2026-11-24 99:99', 'x'.repeat(999)])
    t.equal(timeOf(wrong), null, wrong)
  const lines = readLines(
    {
      head,
      rows: [
        ...orders,
        ['20261124-0001', '', '', '又来一次', '', ''],
        ['9', '', '', '', '', ''],
        ['9'.repeat(101), '', '', '灯', '', ''],
        ['8', '', '', '灯\u0000\u202e坏了', '', '昨天'],
      ],
    },
    guessColumns(head),
  )
  t.same(
    lines.map(({ reason }) => reason),
    [null, null, 'imports.line.twice', 'imports.line.noWords', 'imports.line.number', null],
  )
  t.match(lines[0]?.arrival, {
    externalNo: '20261124-0001',
    name: '王先生',
    phone: '13800000001',
    place: '梧桐里12号楼',
  })
  t.match(lines[5]?.arrival, { words: '灯坏了', saidAt: null })
})

t.test('work orders of the hotline', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const key = await build(shen, { name: '12345 热线', kind: 'hotline' })
  const send = async (browser: Browser, bytes: Buffer) => {
    const reply = await browser.upload(
      `/desk/bridges/${key}/import`,
      {},
      { field: 'file', name: '工单.csv', bytes, type: 'text/csv' },
    )
    return { reply, at: String(reply.headers.location).replace('/c/wutongli', '') }
  }
  const columns = { number: '0', name: '1', phone: '2', words: '3', place: '4', time: '5', category: '' }
  const bytes = gbk(
    csv([head, ...orders, ['20261124-0003', '', '', '', '', ''], ['20261124-0004', '赵', '', hostile.script, '', '']]),
  )

  const { reply, at } = await send(shen, bytes)
  t.equal(reply.statusCode, 303)
  const page = await shen.get(at)
  t.match(page.body, /<option value="3" selected>诉求内容/)
  t.match(page.body, '12号楼楼道灯不亮')
  const check = await shen.post(`${at}/check`, columns)
  t.match(check.body, /<b>3<\/b>新的/)
  t.match(check.body, '没有写说了什么')
  t.match(check.body, shown(hostile.script))
  t.notMatch(check.body, '<script>alert')
  t.equal((await arrivals(town)).length, 0, 'looking changes nothing')

  const done = await shen.post(`${at}/import`, columns)
  t.match((await shen.get(String(done.headers.location))).body, '进来 3 条新的')
  const inbox = await shen.get('/desk/inbox')
  for (const text of ['对方编号 20261124-0001', '12号楼楼道灯不亮', '王**说的', '12345 热线']) t.match(inbox.body, text)
  t.notMatch(inbox.body, /王先生|13800000001/, 'names and phones stay where they are')

  t.test('twice is once, also from another file', async (t) => {
    const again = await shen.post(`${at}/import`, columns)
    t.match(String(again.headers.location), 'came=0')
    const other = await send(shen, await xlsx([head, ...orders]))
    const report = await shen.post(`${other.at}/check`, columns)
    t.match(report.body, /<b>0<\/b>新的/)
    t.match(report.body, /<b>2<\/b>来过的/)
    t.match(report.body, '同一张表导几次都不会重复')
    const [one, two] = await Promise.all([
      shen.post(`${other.at}/import`, columns),
      shen.post(`${other.at}/import`, columns),
    ])
    t.same([one.statusCode, two.statusCode, (await arrivals(town)).length], [303, 303, 3])
  })

  t.test('filed with a tick, phone and building with it', async (t) => {
    const [first, , third] = await arrivals(town)
    t.match((await shen.get('/desk/inbox?all=1')).body, /value="[0-9a-f-]{36}" checked/)
    const filed = await shen.post('/desk/inbox/filings', { arrival: [first?.key ?? ''] })
    t.equal(filed.statusCode, 303)
    const filing = await town.db.selectFrom('filings').selectAll().executeTakeFirstOrThrow()
    t.match(filing, {
      channel: 'bridge',
      words: '12号楼楼道灯不亮',
      surname: '王先生',
      building_id: town.cast.buildings[12],
    })
    t.equal(town.vault.open(town.community.id, filing.phone_sealed ?? Buffer.alloc(0)), '13800000001')
    const texts = () => town.db.selectFrom('outbox').select('body').where('channel', '=', 'sms').execute()
    t.same(await texts(), [], 'the caller left the number with the hotline: no text without the tick')
    t.equal(filing.phone_quiet, true)
    await shen.post(`/desk/triage/${filing.no}/question`, { words: '哪一层？' })
    t.same(await texts(), [], 'nor later')
    t.match(
      (await shen.get(`/desk/triage/${filing.no}`)).body,
      /12345 热线<br><span class="hint">对方编号 20261124-0001/,
    )
    await shen.post('/desk/inbox/asides', { arrival: third?.key ?? '', reason: 'unreadable' })
    const aside = await shen.get('/desk/inbox?state=aside')
    t.match(aside.body, '看不懂')
    t.match((await shen.get('/desk/inbox?state=filed')).body, /\/desk\/triage\/1"/)
  })

  t.test('the columns are remembered', async (t) => {
    const odd = Buffer.from('甲,乙\n77,电梯坏了\n')
    const one = await send(shen, odd)
    t.equal((await shen.post(`${one.at}/check`, {})).statusCode, 422, 'without the words there is nothing to take in')
    t.equal((await shen.post(`${one.at}/check`, { words: '1', number: '1' })).statusCode, 422)
    t.equal((await shen.post(`${one.at}/check`, { words: '9' })).statusCode, 422)
    t.equal((await shen.post(`${one.at}/check`, { words: 'x' })).statusCode, 422)
    await shen.post(`${one.at}/check`, { words: '1', number: '0' })
    const two = await send(shen, odd)
    t.match((await shen.get(two.at)).body, /<option value="1" selected>乙/)
  })

  t.test('the file lies sealed, for a day', async (t) => {
    const rows = await town.db.selectFrom('imports').selectAll().execute()
    for (const row of rows) t.notOk(row.sheet_sealed.includes('13800000001'))
    town.clock.now = new Date(town.clock.now.getTime() + 25 * 3_600_000)
    const later = await town.as('shen')
    t.equal((await later.get(at)).statusCode, 404)
    await send(later, bytes)
    t.equal((await town.db.selectFrom('imports').selectAll().execute()).length, 1, 'what is older has gone')
  })

  t.test('what cannot be read says so on the page', async (t) => {
    const later = await town.as('shen')
    for (const [what, says] of [
      [Buffer.from('编号,内容\n1,"灯不亮\n2,水'), '引号没有配对'],
      [Buffer.from('PK\u0003\u0004broken'), '打不开'],
      [Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]), '认不出'],
    ] as const) {
      const { reply } = await send(later, what)
      t.equal(reply.statusCode, 422)
      t.match(reply.body, says)
    }
    const none = await later.post(`/desk/bridges/${key}/import`, {})
    t.match(none.body, '请选一个文件')
    t.equal((await later.get('/desk/imports/00000000-0000-4000-8000-000000000000')).statusCode, 404)
  })

  t.test('five thousand lines in one go', async (t) => {
    const later = await town.as('shen')
    const rows = Array.from({ length: 5_000 }, (_, n) => [`L${n}`, '', '', `第 ${n} 件事`, '', ''])
    const big = await send(later, Buffer.from(csv([head, ...rows])))
    const came = await later.post(`${big.at}/import`, columns)
    t.match(String(came.headers.location), 'came=5000')
  })
})
