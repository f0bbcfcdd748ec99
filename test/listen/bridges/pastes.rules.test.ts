import fc from 'fast-check'
import t from 'tap'
import { goesOn, joined, type Voice, voicesIn } from '../../../src/listen/pastes/rules.ts'

/** A conversation copied out of WeChat, in the shapes that people really paste. */

const said = (voices: Voice[]) => voices.map(({ speaker, when, text }) => [speaker, when, text])

t.test('as the desktop copies it', async (t) => {
  const voices = voicesIn(
    '张三 2026/11/24 19:03\n末班车太早了\n儿子加班回不来\n\n李阿姨 2026/11/24 19:05:12\n同意\n王  强 2026-11-24 下午 7:06\n+1',
  )
  t.same(said(voices), [
    ['张三', '2026-11-24T19:03', '末班车太早了\n儿子加班回不来'],
    ['李阿姨', '2026-11-24T19:05', '同意'],
    ['王  强', '2026-11-24T19:06', '+1'],
  ])
})

t.test('as a phone copies several messages', async (t) => {
  const voices = voicesIn(
    '—————  2026-11-24  —————\n\n张三  19:03\n\n楼道灯坏了\n\n李阿姨  19:05\n\n3 号楼也是\n\n—— 2026-11-25 ——\n\n张三  08:01\n\n还没修',
  )
  t.same(said(voices), [
    ['张三', '2026-11-24T19:03', '楼道灯坏了'],
    ['李阿姨', '2026-11-24T19:05', '3 号楼也是'],
    ['张三', '2026-11-25T08:01', '还没修'],
  ])
})

t.test('as names with a colon', async (t) => {
  const voices = voicesIn('张三:\n垃圾房晚上太暗\n李阿姨：\n老人看不清台阶\n理由如下:')
  t.same(said(voices), [
    ['张三', null, '垃圾房晚上太暗'],
    ['李阿姨', null, '老人看不清台阶\n理由如下:'],
  ])
  const dated = voicesIn('张三 2026/11/24 19:03\n理由如下：\n太暗')
  t.same(
    said(dated),
    [['张三', '2026-11-24T19:03', '理由如下：\n太暗']],
    'where heads have a time, a colon is only a colon',
  )
})

t.test('an answer stands apart from what it answers', async (t) => {
  const [voice] = voicesIn(
    '李阿姨 2026/11/24 19:05\n「张三：末班车太早了\n能不能晚一点」\n- - - - - - - - - - - - - - -\n我们楼也这么想',
  )
  t.equal(voice?.quote, '「张三：末班车太早了\n能不能晚一点」')
  t.equal(voice?.text, '我们楼也这么想')
})

t.test('what nobody can take apart stays one voice of nobody', async (t) => {
  t.same(said(voicesIn('大家好，今天停水\n明天恢复')), [['', null, '大家好，今天停水\n明天恢复']])
  t.same(said(voicesIn('先说一句\n张三 2026/11/24 19:03\n好')), [
    ['', null, '先说一句'],
    ['张三', '2026-11-24T19:03', '好'],
  ])
  t.same(said(voicesIn('张三 2026/13/45 29:99\n好')), [['', null, '张三 2026/13/45 29:99\n好']], 'no such day')
  t.same(said(voicesIn('')), [['', null, '']])
  t.same(voicesIn('—— 2026-11-24 ——\n').length, 1)
})

t.test('several lines of one person can be joined, of two never', async (t) => {
  const voices = voicesIn(
    '张三 2026/11/24 19:03\n一\n张三 2026/11/24 19:04\n二\n李阿姨 2026/11/24 19:05\n三\n张三 2026/11/24 19:06\n四',
  )
  t.same(
    [0, 1, 2, 3].map((at) => goesOn(voices, at)),
    [false, true, false, false],
  )
  const texts = (pick: number[], join: number[]) => joined(voices, pick, join).map(({ text }) => text)
  t.same(texts([0, 1], [1]), ['一\n二'])
  t.same(texts([0, 1], []), ['一', '二'])
  t.same(texts([1, 0, 1], [1]), ['一\n二'], 'in their order, each once')
  t.same(texts([1], [1]), ['二'], 'joined to what is not picked it stands alone')
  t.same(texts([2, 3], [3]), ['三', '四'])
  t.same(texts([99], [99]), [])
})

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '张三 2026/11/24 19:03',
    '李阿姨：',
    '王强:',
    '—— 2026-11-24 ——',
    '张三  19:03',
    '「张三：好」',
    '- - - - - - - -',
    '',
    '  ',
    '11月24日 晚上8:00',
    '\t',
    '＜script＞',
  ),
)
const conversation = fc.array(piece, { maxLength: 30 }).map((lines) => lines.join('\n'))

t.test('whatever is pasted, no line gets lost and nothing throws', async (t) => {
  fc.assert(
    fc.property(conversation, (text) => {
      const voices = voicesIn(text)
      const lines = text.replace(/\r\n?/g, '\n').split('\n')
      t.same(
        voices.flatMap((voice) => voice.lines),
        lines,
      )
      // Every line that says something stands in somebody's words, in a quotation, or is the line that names the speaker.
      const all = voices.map(({ text, quote, speaker }) => `${speaker}\n${quote}\n${text}`).join('\n')
      for (const line of lines) {
        const names = voices.some((voice) => voice.speaker !== '' && line.trimStart().startsWith(voice.speaker))
        const rules = /^[\s—–\-─]*(\d{4}-\d\d-\d\d)?[\s—–\-─]*$/.test(line)
        if (!names && !rules && !all.includes(line.trim())) throw new Error(`lost: ${JSON.stringify(line)}`)
      }
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void voicesIn(text)),
    { numRuns: 500 },
  )
  // A pattern that backtracks would not come back from these.
  for (const bomb of [
    'a'.repeat(50_000),
    ' '.repeat(50_000),
    '1/'.repeat(25_000),
    '- '.repeat(25_000),
    '——'.repeat(25_000),
    `张${' '.repeat(49_000)}19:0`,
  ])
    voicesIn(bomb)
})
