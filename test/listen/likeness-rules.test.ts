import fc from 'fast-check'
import t from 'tap'
import { figuresOf, likelyRank } from '../../bench/similar.ts'
import { notionsWith } from '../../src/listen/likeness/concepts.ts'
import { inPlainWords } from '../../src/listen/likeness/dialect.ts'
import { buildingIn, featuresOf, soundOf } from '../../src/listen/likeness/features.ts'
import { likely } from '../../src/listen/likeness/rank.ts'
import { alikeQuery, lexemesOf, queryFor } from '../../src/listen/search/tokens.ts'

const matter = (no: number, text: string, category = 'other', building: string | null = null) => ({
  no,
  text,
  category,
  building,
})
const open = [
  matter(0, '小区班车末班能不能延到晚上十一点 班车晚上九点半就没了，加班回来只能走二十分钟', 'transport'),
  matter(1, '垃圾房晚上太暗，老人看不清台阶', 'light'),
  matter(2, '快递柜挡住 3 号楼消防通道', 'safety'),
  matter(3, '地下车库 B 区渗水', 'water'),
  matter(4, '广场舞音量和时间怎么定', 'noise'),
  matter(5, '电瓶车上楼充电，楼道有焦味', 'safety'),
  matter(6, '3号楼电梯经常坏', 'property', '3'),
  matter(7, '15号楼电梯经常坏', 'property', '15'),
]

t.test('what neighbours say in other words is found', async (t) => {
  for (const [words, no] of [
    ['加完班十点多回来，接驳车早没有了', 0],
    ['车库漏水，车上都是水迹', 3],
    ['晚上跳广场舞太吵', 4],
    ['楼道里给电动车充电太危险', 5],
    ['三号楼的梯子又坏脱了', 6],
    ['十五号楼电梯又坏了', 7],
  ] as const)
    t.equal(likely({ words }, open)[0]?.no, no, words)
  for (const words of ['猫咪丢了', '物业费涨价不合理', '我想学书法', '', '？！', '<script>'])
    t.same(likely({ words }, open), [], words)
  t.equal(likely({ words: '电梯又坏了', building: '15' }, open)[0]?.no, 7, 'the building of the form counts')
})

// The aim is 80 and 90; measured on this half: 79 and 78. What stands here keeps it from getting worse unseen.
t.test('of complaints nobody tuned it with, at least three in four are found and first ones right', async (t) => {
  const { recall, precision } = figuresOf(likelyRank(), 'held')
  t.ok(recall >= 0.75, `recall ${recall}`)
  t.ok(precision >= 0.75, `precision ${precision}`)
})

t.test('dialect, sounds and buildings are read as people here mean them', async (t) => {
  t.equal(inPlainWords('阿拉屋里厢呒没水汏物事'), '我们家里没有水洗东西')
  t.equal(soundOf('班'), soundOf('搬'))
  t.equal(soundOf('城'), soundOf('岑'), 'ng and n, ch and c are not told apart here')
  for (const [said, name] of [
    ['十二号楼', '12'],
    ['二十号楼漏水', '20'],
    ['十号楼', '10'],
    ['三号楼', '3'],
    ['15栋', '15'],
    ['楼上', null],
  ] as const)
    t.equal(buildingIn(said), name, said)
})

t.test('what the neighbourhood taught it counts', async (t) => {
  const held = [matter(1, '滑梯裂了', 'child')]
  const asked = { words: '小飞象裂了' }
  t.same(likely(asked, held), [])
  const notions = notionsWith([{ word: '小飞象', like: '滑梯', times: 3 }])
  t.equal(likely(asked, held, { notions })[0]?.no, 1)
  t.equal(likely({ words: '滑梯裂了' }, [matter(2, '小飞象裂了', 'child')], { notions })[0]?.no, 2, 'both ways')
})

t.test('words put together once count half, often nearly whole, and never as much as the same word', async (t) => {
  const held = [matter(1, '滑梯裂了', 'child'), matter(2, '小花园的灯不亮', 'light')]
  const chanceAt = (times: number) => {
    const notions = notionsWith([{ word: '小飞象', like: '滑梯', times }])
    return likely({ words: '小飞象裂了' }, held, { notions, least: 0 })[0]?.score ?? 0
  }
  const chances = [1, 2, 5, 50].map(chanceAt)
  t.same(
    [...chances].sort((a, b) => a - b),
    chances,
    'each time more',
  )
  t.ok(new Set(chances).size === chances.length)
  const same = likely({ words: '滑梯裂了' }, held, { least: 0 })[0]?.score ?? 0
  t.ok((chances.at(-1) ?? 1) < same, 'the same word is surer')
  t.equal(
    notionsWith([{ word: '小飞象', like: '滑梯', times: 1 }])
      .get('小飞象')
      ?.get('滑梯~'),
    0.5,
  )
  t.equal(
    notionsWith([{ word: '小飞象', like: '滑梯', times: 9 }])
      .get('小飞象')
      ?.get('滑梯~'),
    0.9,
  )
  t.same(likely({ words: '小飞象裂了' }, held), [], 'taught elsewhere is not known here')
})

t.test('what one pair of words teaches a notion already known keeps its own weight', async (t) => {
  const notions = notionsWith([{ word: '班车', like: '小白', times: 1 }])
  t.equal(notions.get('班车')?.get('班车'), 1, 'known words stay sure')
  t.equal(notions.get('小白')?.get('班车'), 0.5, 'the new one stands for the same, half as surely')
  t.equal(notions.get('接驳车')?.get('班车'), 1, 'and others of that notion are reached through it')
})

t.test(
  'whatever is written: chances between 0 and 1, never more than three, nothing that is no letter in a query',
  async (t) => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'班车末太早灯坏了ab12 &|!:*()\'"\\@') }),
    )
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (words, all) => {
        const shown = likely(
          { words },
          all.map((each, no) => matter(no, each)),
        )
        return shown.length <= 3 && shown.every(({ score }) => score > 0 && score <= 1)
      }),
    )
    const safe = /^(?:\(?'@[\p{L}\p{M}\p{N}_~]+'(?::\*)?\)?(?: [&|] )?)+$/u
    fc.assert(
      fc.property(text, (words) =>
        [queryFor(words), alikeQuery(words)].every((query) => query === null || safe.test(query)),
      ),
    )
    t.ok(featuresOf('', null))
  },
)

t.test('found by words, by number, by the initials of how it is said', async (t) => {
  const all = new Set(lexemesOf('班车延期到十二点 Shuttle', '班车延期'))
  for (const one of ['班车', '车延', 'shuttle', 'p_bcyq', 'k_班车']) t.ok(all.has(one), one)
  t.equal(queryFor('班车延期'), "'@班车' & '@车延' & '@延期'")
  t.equal(queryFor('bcyq'), "('@bcyq':* | '@p_bcyq':*)")
  t.equal(queryFor('WT-2026-0147'), "'@n_147'")
  t.equal(queryFor('0147'), "('@0147':* | '@n_147')")
  t.equal(queryFor(" ' & | ! "), null)
})
