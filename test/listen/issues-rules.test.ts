import fc from 'fast-check'
import t from 'tap'
import {
  type IssueState,
  isClosed,
  issueStates,
  movesFor,
  stageOf,
  stages,
  statesOf,
  whyNotMerge,
  whyNotMove,
  whyNotMoveAtDesk,
  whyNotSplit,
} from '../../src/listen/issues/rules.ts'
import { whyNotPublic } from '../../src/listen/issues/wording.ts'

t.test('a public text gives away no phone, however it is written', async (t) => {
  for (const text of [
    '打 13812345678',
    '打 138 1234 5678',
    '打 138-1234-5678 找小王',
    '打１３８１２３４５６７８',
    '+86 138 1234 5678',
    '手机一三八一二三四五六七八',
    '手机幺三八幺二三四五六七八',
    '座机 021-55550123',
    '座机 5555 0123',
  ])
    t.equal(whyNotPublic(text), 'texts.phone', text)
})

t.test('nor papers', async (t) => {
  for (const text of [
    '310101199001011234',
    '31010119900101123X',
    '身份证３１０１０１１９９００１０１１２３４',
    '310101 19900101 1234',
  ])
    t.equal(whyNotPublic(text), 'texts.idNumber', text)
})

t.test('nor a door', async (t) => {
  for (const text of [
    '602室的陈阿姨',
    '602 室',
    '12号楼602',
    '12 号楼 602 室',
    '12号602',
    '12栋602',
    '12幢1单元602',
    '3单元502',
    '12-602',
    '12-1-602',
    '12－602 楼下',
    '12#602',
    '6楼602',
    '六零二室',
    '十二号楼六〇二室',
    'Room 602',
    'apt. 1203',
    'flat 602',
  ])
    t.equal(whyNotPublic(text), 'texts.door', text)
})

t.test('what people need to say is not taken for a secret', async (t) => {
  for (const text of [
    '12 号楼垃圾房晚上太暗',
    '3 号楼消防通道被挡住',
    '小区班车末班能不能延到晚上十一点',
    '12 号楼 300 户',
    '每天 9:30 末班，加班到 10 点',
    '2026-11-30 前换好',
    '2026年11月24日开会',
    '12 月 4 日前拿出报价',
    '3-5 天内来修',
    '10-200 米都听得见',
    '拨打 12345 热线',
    '110 报警',
    '7 路公交 1500 米外',
    '二十三点',
    '一共一百二十户',
    '三楼活动室',
    '地下车库 B 区渗水',
    'The last bus leaves at 9:30 pm',
    '物业费每平方米 2.50 元',
    '20261128',
  ])
    t.equal(whyNotPublic(text), null, text)
})

t.test('checking a text never fails, and comes back from what would make a pattern backtrack', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) =>
      [null, 'texts.phone', 'texts.idNumber', 'texts.door'].includes(whyNotPublic(text)),
    ),
  )
  for (const text of ['1 '.repeat(1000), '1-'.repeat(1000), '12号'.repeat(700), '一'.repeat(2000)]) whyNotPublic(text)
  t.pass('it came back')
})

t.test('the desk offers only steps the table has, and the store refuses every other', async (t) => {
  const anybody = fc.record({ personId: fc.integer({ min: 1, max: 3 }), chair: fc.boolean() })
  const issue = fc.record({
    state: fc.constantFrom<string>(...issueStates),
    handledBy: fc.option(fc.integer({ min: 1, max: 3 })),
  })
  fc.assert(
    fc.property(issue, anybody, fc.constantFrom(...issueStates), (issue, clerk, to) => {
      const offered = movesFor(issue, clerk).includes(to)
      if (offered !== (whyNotMoveAtDesk(issue, to, clerk) === null)) return false
      return !offered || whyNotMove(issue.state, to) === null
    }),
  )
  fc.assert(
    fc.property(issue, fc.integer({ min: 1, max: 3 }), (issue, personId) =>
      movesFor(issue, { personId, chair: false }).every(
        (to) => !['closed_explained', 'closed_referred', 'closed_not_adopted'].includes(to),
      ),
    ),
  )
  fc.assert(
    fc.property(anybody, (clerk) => movesFor({ state: 'revisiting', handledBy: clerk.personId }, clerk).length === 0),
  )
  t.same(movesFor({ state: 'made up', handledBy: null }, { personId: 1, chair: true }), [])
})

t.test('each state has one stage, and no voice comes in or goes out once there was a vote', async (t) => {
  t.same(stages.flatMap(statesOf).sort(), [...issueStates].sort())
  for (const state of issueStates) t.ok(statesOf(stageOf(state)).includes(state))
  for (const state of ['decided', 'resolving', 'claimed_done', 'revisiting'] as IssueState[]) {
    t.ok(whyNotMerge(state))
    t.ok(whyNotSplit(state, true, false))
    t.notOk(whyNotSplit(state, true, true))
  }
  t.notOk(whyNotSplit('on_agenda', false, false), 'before the vote the desk may')
  t.ok(whyNotSplit('on_agenda', true, false), 'once it has opened only the chair')
  for (const state of issueStates.filter(isClosed)) t.ok(whyNotMerge(state))
})
