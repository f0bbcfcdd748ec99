import fc from 'fast-check'
import t from 'tap'
import { readDoor, readMeetingCode, speakerOf, whyNotSit, whyNotUndo } from '../../src/agenda/attendance/rules.ts'
import { whyNotEdit, whyNotPlace, whyNotUnlink, whyNotWithdraw } from '../../src/agenda/items/rules.ts'
import {
  currentItem,
  type ItemState,
  itemState,
  type MeetingState,
  meetingState,
  nextStep,
  type RunningItem,
  whenParts,
  whyNotAdjourn,
  whyNotArrange,
  whyNotDefer,
  whyNotDiscuss,
  whyNotIntroduce,
  whyNotNotice,
  whyNotOpen,
  whyNotStartCheckin,
} from '../../src/agenda/meetings/rules.ts'

const at = new Date('2026-11-26T19:00:00+08:00')
const meetingStates: MeetingState[] = ['draft', 'noticed', 'checkin', 'in_session', 'suspended', 'adjourned', 'aborted']
const itemStates: ItemState[] = ['waiting', 'introduced', 'discussing', 'voting', 'declared', 'assigned', 'deferred']
const item = (no: number, state: ItemState, outcome: RunningItem['outcome'] = null): RunningItem => ({
  no,
  state,
  outcome,
})

t.test('a meeting stands where its last signature says', async (t) => {
  const none = {
    noticed_at: null,
    checkin_at: null,
    opened_at: null,
    adjourned_at: null,
    suspended_at: null,
    aborted_at: null,
  }
  const begun = { ...none, noticed_at: at, checkin_at: at, opened_at: at }
  t.equal(meetingState(none), 'draft')
  t.equal(meetingState({ ...none, noticed_at: at }), 'noticed')
  t.equal(meetingState({ ...none, noticed_at: at, checkin_at: '2026-11-26T10:50:00Z' }), 'checkin')
  t.equal(meetingState(begun), 'in_session')
  t.equal(meetingState({ ...begun, adjourned_at: at }), 'adjourned')
  t.equal(meetingState({ ...begun, suspended_at: at }), 'suspended')
  t.equal(meetingState({ ...none, noticed_at: at, aborted_at: at }), 'aborted')
})

t.test('an item stands where its last signature says, and put off is put off whatever came before', async (t) => {
  const row = {
    introduced_at: null,
    discussing_at: null,
    voting_at: null,
    declared_at: null,
    assigned_at: null,
    deferred_at: null,
  }
  t.equal(itemState(row), 'waiting')
  const seen: string[] = []
  let soFar = row
  for (const column of ['introduced_at', 'discussing_at', 'voting_at', 'declared_at', 'assigned_at'] as const) {
    soFar = { ...soFar, [column]: at }
    seen.push(itemState(soFar))
  }
  t.same(seen, ['introduced', 'discussing', 'voting', 'declared', 'assigned'])
  t.equal(itemState({ ...row, introduced_at: at, discussing_at: at, deferred_at: at }), 'deferred')
})

t.test('Space walks a whole meeting, item by item, and ends it', async (t) => {
  t.same(nextStep('draft', []), { step: 'notice', item: null, asks: false })
  t.same(nextStep('noticed', []), { step: 'checkin', item: null, asks: false })
  t.same(nextStep('checkin', [item(7, 'waiting')]), { step: 'open', item: null, asks: false })
  const walk = (state: ItemState, outcome: RunningItem['outcome'] = null) =>
    nextStep('in_session', [item(7, state, outcome), item(9, 'waiting')])
  t.same(walk('waiting'), { step: 'introduce', item: 7, asks: false })
  t.same(walk('introduced'), { step: 'discuss', item: 7, asks: false })
  t.same(walk('discussing'), { step: 'vote', item: 7, asks: true }, 'a ballot needs its question and rule')
  t.same(walk('voting'), { step: 'stop', item: 7, asks: false }, 'which can be taken back')
  const stopped = { ...item(7, 'voting'), stopped: true }
  t.same(nextStep('in_session', [stopped]), { step: 'close', item: 7, asks: false }, 'and this cannot')
  t.same(nextStep('suspended', [stopped]), { step: 'resume', item: null, asks: false })
  t.same(walk('declared', 'passed'), { step: 'assign', item: 7, asks: true }, 'who does it, until when')
  t.same(walk('declared', 'rejected'), { step: 'introduce', item: 9, asks: false }, 'nothing to assign')
  t.same(walk('assigned', 'passed'), { step: 'introduce', item: 9, asks: false })
  t.same(walk('deferred'), { step: 'introduce', item: 9, asks: false })
  t.same(nextStep('in_session', [item(7, 'assigned')]), { step: 'adjourn', item: null, asks: false })
  t.equal(nextStep('adjourned', [item(7, 'assigned')]), null)
})

t.test('the room is at one item at most, and Space always finds something allowed to do', async (t) => {
  const items = fc.array(
    fc.record({
      no: fc.nat(),
      state: fc.constantFrom(...itemStates),
      outcome: fc.constantFrom('passed' as const, 'rejected' as const),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(items, (all) => {
      const next = nextStep('in_session', all)
      if (next?.step === 'introduce') {
        const target = all.find(({ no, state }) => no === next.item && state === 'waiting') as RunningItem
        t.equal(whyNotIntroduce('in_session', all, target), null)
      }
      if (next?.step === 'adjourn') t.equal(whyNotAdjourn('in_session', all), null)
      if (next?.step === 'discuss') t.equal(whyNotDiscuss('in_session', currentItem(all) as RunningItem), null)
      return next !== null
    }),
  )
})

t.test('each step is refused out of order, with the reason', async (t) => {
  const asked = (why: (state: MeetingState) => string | null) => meetingStates.map((state) => why(state))
  const over = 'meetings.over'
  const already = 'meetings.alreadyNoticed'
  t.same(asked(whyNotNotice), [null, already, already, already, already, already, over])
  const begun = 'meetings.alreadyCheckin'
  t.same(asked(whyNotStartCheckin), ['meetings.notNoticed', null, begun, begun, begun, begun, over])
  const open = 'meetings.alreadyOpen'
  t.same(
    asked((state) => whyNotOpen(state, 1)),
    ['meetings.noCheckin', 'meetings.noCheckin', null, open, open, open, over],
  )
  t.equal(whyNotOpen('checkin', 0), 'meetings.noItems')
  const early = 'meetings.notOpen'
  t.same(
    asked((state) => whyNotAdjourn(state, [])),
    [early, early, early, null, null, over, over],
  )
  t.equal(whyNotAdjourn('in_session', [item(1, 'voting')]), 'meetings.finishItem')
  t.equal(whyNotAdjourn('in_session', [item(1, 'declared', 'passed')]), 'meetings.finishItem', 'nobody has it in hand')
  t.same(asked(whyNotArrange), [null, null, null, 'meetings.orderFixed', 'meetings.orderFixed', over, over])
})

t.test('an item goes one way', async (t) => {
  const introduce = (state: ItemState) => whyNotIntroduce('in_session', [item(1, state)], item(1, state))
  t.same(itemStates.map(introduce), [null, ...Array(6).fill('meetings.itemBegun')])
  t.equal(
    whyNotIntroduce('in_session', [item(1, 'discussing'), item(2, 'waiting')], item(2, 'waiting')),
    'meetings.finishItem',
  )
  const discuss = itemStates.map((state) => whyNotDiscuss('in_session', item(1, state)))
  t.same(discuss, ['meetings.introduceFirst', null, ...Array(5).fill('meetings.itemBegun')])
  const decided = 'meetings.itemDecided'
  const defer = itemStates.map((state) => whyNotDefer('in_session', item(1, state)))
  t.same(defer, [null, null, null, 'meetings.closeFirst', decided, decided, 'meetings.itemDeferred'])
  for (const why of [whyNotDiscuss, whyNotDefer]) {
    t.equal(why('checkin', item(1, 'waiting')), 'meetings.notOpen')
    t.equal(why('adjourned', item(1, 'waiting')), 'meetings.over')
  }
})

t.test('an item’s words are free until a meeting has it before it', async (t) => {
  const on = (meeting: MeetingState | null) => ({ withdrawn: false, meeting })
  t.same(
    [null, 'draft', 'checkin'].map((state) => whyNotEdit(on(state as MeetingState | null))),
    [null, null, null],
  )
  t.equal(whyNotEdit(on('in_session')), 'items.inSession')
  t.equal(whyNotEdit(on('adjourned')), 'items.isDecided')
  t.equal(whyNotEdit({ withdrawn: true, meeting: null }), 'items.isWithdrawn')
  t.equal(whyNotWithdraw(on('noticed')), 'items.onOrder')
  t.equal(whyNotWithdraw(on(null)), null)
  t.equal(whyNotUnlink(on(null), 1), 'items.lastIssue')
  t.equal(whyNotUnlink(on(null), 2), null)
  t.equal(whyNotPlace(on(null), 1, false), null)
  t.equal(whyNotPlace(on(null), 0, false), 'items.nothingWaiting')
  t.equal(whyNotPlace(on(null), 0, true), null, 'what everybody was asked needs no matter that waits')
  t.equal(whyNotPlace(on('draft'), 1, true), 'items.onOrder')
  t.equal(whyNotPlace(on('adjourned'), 1, true), 'items.isDecided')
})

t.test('the titular speaks for a seat, else the first alternate who came', async (t) => {
  const holder = (personId: number, rank: number, seatId = 1) => ({ seatId, personId, name: '', rank })
  t.equal(speakerOf(1, [holder(12, 2), holder(10, 0), holder(11, 1)])?.personId, 10)
  t.equal(speakerOf(1, [holder(12, 2), holder(11, 1)])?.personId, 11)
  t.equal(speakerOf(1, [holder(20, 0, 2)]), null)
  t.equal(whyNotSit({ vacant: true, holder: true }), 'attendance.vacant')
  t.equal(whyNotSit({ vacant: false, holder: false }), 'attendance.notHolder')
  t.equal(whyNotUndo({ way: 'code', voted: false }), 'attendance.ownCheckin')
  t.equal(whyNotUndo({ way: 'desk', voted: true }), 'attendance.hasVoted')
})

t.test('a door is read however the desk types it', async (t) => {
  const door = { building: '12', door: '602' }
  for (const typed of [
    '12-602',
    '12 602',
    '12号楼602室',
    '12 号楼 602 室',
    '１２－６０２',
    '12幢602',
    '12/602',
    ' 12—602 ',
  ])
    t.same(readDoor(typed), door, typed)
  t.same(readDoor('A1-2-401'), { building: 'A1', door: '2-401' })
  for (const typed of ['', '12', '12-', '-602', '号楼602', '十二号楼', '12-602-'.repeat(9)])
    t.equal(readDoor(typed), null, typed)
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => readDoor(text) === null || text.length >= 3))
})

t.test('a code is read as people say it', async (t) => {
  t.equal(readMeetingCode('482 913'), '482913')
  t.equal(readMeetingCode('４８２－９１３'), '482913')
  t.equal(readMeetingCode('48291３ '), '482913')
  t.equal(readMeetingCode('abc'), 'abc')
})

t.test('a moment is told by Shanghai’s clock', async (t) => {
  t.same(whenParts(at), { month: 11, monthName: 'Nov', day: 26, time: '19:00' })
  t.same(whenParts(new Date('2026-12-31T16:30:00Z')), { month: 1, monthName: 'Jan', day: 1, time: '00:30' })
})
