import fc from 'fast-check'
import t from 'tap'
import {
  dueAfterReopening,
  isOwner,
  mayReport,
  progressOf,
  readSteps,
  stateOf,
  timeOf,
  whyNotClaim,
  whyNotComplete,
  whyNotDue,
  whyNotMake,
  whyNotRecall,
  whyNotUpdate,
} from '../../src/resolve/resolutions/rules.ts'
import {
  type Answer,
  isHandler,
  isUnsolved,
  type Verdict,
  verdict,
  whyNotAnswer,
} from '../../src/resolve/revisits/rules.ts'

const at = new Date('2026-11-24T10:00:00+08:00')
const days = (n: number) => new Date(at.getTime() + n * 86_400_000)
const open = { due_on: '2026-12-04', claimed_at: null, closed_at: null }
const claimed = { ...open, claimed_at: at }
const closed = { ...claimed, closed_at: at }

t.test('where a promise stands is read from its dates', async (t) => {
  t.equal(stateOf(open, 3), 'in_progress')
  t.equal(stateOf(claimed, 3), 'revisiting')
  t.equal(stateOf(claimed, 0), 'claimed_done', 'nobody to ask')
  t.equal(stateOf(closed, 3), 'closed')
})

t.test('overdue counts working days and begins at six in the evening of the day', async (t) => {
  t.same(timeOf(open, at), { late: false, days: 8 })
  t.same(timeOf(open, new Date('2026-12-04T17:59:00+08:00')), { late: false, days: 0 })
  t.same(timeOf(open, new Date('2026-12-04T18:01:00+08:00')), { late: true, days: 1 }, 'domain 3.10')
  t.same(
    timeOf(open, new Date('2026-12-05T00:01:00+08:00')),
    { late: true, days: 1 },
    'a Saturday after it is late too',
  )
  t.same(timeOf(open, new Date('2026-12-08T10:00:00+08:00')), { late: true, days: 2 })
  t.same(
    timeOf({ ...open, due_on: '2026-11-20', claimed_at: at }, days(30)),
    { late: true, days: 2 },
    'measured on the day it was called done',
  )
  t.same(timeOf(claimed, days(30)), { late: false, days: 8 }, 'done in time stays in time')
})

t.test('progress is the floor of the weights done', async (t) => {
  t.equal(progressOf([]), null)
  t.equal(
    progressOf([
      { weight: 1, done: true },
      { weight: 2, done: false },
    ]),
    33,
  )
  const step = fc.record({ weight: fc.integer({ min: 1, max: 100 }), done: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
      const progress = progressOf(steps) as number
      return Number.isInteger(progress) && progress >= 0 && (progress === 100) === steps.every((each) => each.done)
    }),
  )
})

t.test('steps are read as they are typed', async (t) => {
  t.same(readSteps(''), { steps: [] })
  t.same(readSteps('联系客运公司\n\n 排时刻表 ×3 \n贴通知 x 2'), {
    steps: [
      { title: '联系客运公司', weight: 1 },
      { title: '排时刻表', weight: 3 },
      { title: '贴通知', weight: 2 },
    ],
  })
  t.same(
    readSteps('换灯泡×3'),
    { steps: [{ title: '换灯泡×3', weight: 1 }] },
    'without a blank it belongs to the words',
  )
  t.same(readSteps(Array(9).fill('一步').join('\n')), { wrong: 'resolutions.steps.many' })
  t.same(readSteps('长'.repeat(81)), { wrong: 'resolutions.steps.long' })
  t.same(readSteps('一步 ×0'), { wrong: 'resolutions.steps.weight' })
  t.same(readSteps('一步 ×101'), { wrong: 'resolutions.steps.weight' })
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'步骤 ×xX*01239\t\n\u3000'), { maxLength: 400 }), (typed) => {
      const text = typed.join('')
      const read = readSteps(text)
      return 'wrong' in read || read.steps.every((each) => each.title !== '' && each.weight >= 1 && each.weight <= 100)
    }),
  )
})

t.test('a resolution grows out of a passed item, once, with a day that is not over', async (t) => {
  t.equal(whyNotMake({ passed: true, assigned: false }), null)
  t.equal(whyNotMake({ passed: false, assigned: false }), 'resolutions.notPassed')
  t.equal(whyNotMake({ passed: true, assigned: true }), 'resolutions.already')
  t.equal(whyNotDue('2026-11-24', at), null, 'today')
  t.equal(whyNotDue('2026-11-23', at), 'resolutions.due.past')
  t.equal(whyNotDue('2028-11-24', at), null)
  t.equal(whyNotDue('2028-11-25', at), 'resolutions.due.far')
})

t.test('a reopened promise gets five working days, and never an earlier day than it had', async (t) => {
  t.equal(dueAfterReopening('2026-11-20', at), '2026-12-01')
  t.equal(dueAfterReopening('2026-12-31', at), '2026-12-31')
})

t.test('nobody calls it done with a step open or without a word of evidence', async (t) => {
  const done = { done: true }
  t.equal(whyNotClaim(open, [done, { done: false }], '好了'), 'resolutions.stepsOpen')
  t.equal(whyNotClaim(open, [done, done], ''), 'resolutions.evidence.missing')
  t.equal(whyNotClaim(open, [], ''), 'resolutions.evidence.missing')
  t.equal(whyNotClaim(open, [done, done], '好了'), null)
  t.equal(whyNotClaim(claimed, [done], '好了'), 'resolutions.claimed')
  t.equal(whyNotComplete(open, { done_at: null }), null)
  t.equal(whyNotComplete(open, { done_at: at }), 'resolutions.stepDone')
  t.equal(whyNotComplete(claimed, { done_at: null }), 'resolutions.claimed')
  t.equal(whyNotUpdate(claimed), null)
  t.equal(whyNotUpdate(closed), 'resolutions.closed')
})

t.test('the chair sends back what was called done, up to fifteen days after it was closed', async (t) => {
  t.equal(whyNotRecall(open, at), 'resolutions.notClaimed')
  t.equal(whyNotRecall(claimed, days(90)), null)
  t.equal(whyNotRecall(closed, days(15)), null)
  t.equal(whyNotRecall(closed, days(16)), 'resolutions.over')
})

t.test('who did the work is the person named, whoever holds the seat, and whoever called it done', async (t) => {
  const work = { seat_id: 4, person_id: 17, claimed_by: 18 }
  const actor = (personId: number | null, seatIds: number[] = [], roles: string[] = []) => ({
    personId,
    seatIds,
    roles,
  })
  t.ok(isOwner(actor(17), work))
  t.ok(isOwner(actor(9, [4]), work))
  t.notOk(isOwner(actor(9, [3], ['staff', 'chair']), work))
  t.notOk(isOwner(actor(null, [4]), work), 'nobody signed in is nobody')
  t.ok(mayReport(actor(9, [], ['staff']), work))
  t.notOk(mayReport(actor(9, [], ['resident', 'volunteer', 'chair']), work))
  t.ok(isHandler(actor(18), work))
  t.notOk(isHandler(actor(9, [3], ['staff']), work))
})

t.test('every combination of up to three answers, fresh and after seven days', async (t) => {
  const answers: Answer[] = [{ solved: null, satisfied: null }]
  for (const solved of ['yes', 'partly', 'no'] as const)
    for (const satisfied of [1, 2, 3, 4, 5]) answers.push({ solved, satisfied })
  const rounds: Answer[][] = [[]]
  for (let size = 1, from = 0; size <= 3; size++) {
    const to = rounds.length
    for (const round of rounds.slice(from, to)) for (const answer of answers) rounds.push([...round, answer])
    from = to
  }
  t.equal(rounds.length, 1 + 16 + 256 + 4096)
  for (const passed of [0, 7, 8]) {
    const wrong = rounds.filter((round) => verdict(round, at, days(passed)) !== expected(round, passed > 7))
    t.same(wrong, [], `${passed} days after they were asked`)
  }

  // The rule again, from its words in domain 3.2 and 3.8 and not from the code.
  function expected(round: Answer[], late: boolean): Verdict {
    const unhappy = round.some((a) => a.solved === 'no' || (a.solved === 'partly' && (a.satisfied ?? 5) < 3))
    if (unhappy) return 'reopened'
    const silent = round.filter((a) => a.solved === null).length
    if (silent > 0 && !late) return 'waiting'
    if (round.some((a) => a.solved === 'yes')) return 'confirmed'
    return silent === round.length && late ? 'unanswered' : 'waiting'
  }
})

t.test('an answer counts once, and until fifteen days after the close', async (t) => {
  t.equal(isUnsolved({ solved: 'partly', satisfied: 3 }), false)
  t.equal(whyNotAnswer({ closed_at: null }, { answered_at: at }, at), 'revisits.already')
  t.equal(whyNotAnswer({ closed_at: null }, { answered_at: null }, days(400)), null)
  t.equal(whyNotAnswer({ closed_at: at }, { answered_at: null }, days(15)), null)
  t.equal(whyNotAnswer({ closed_at: at }, { answered_at: null }, days(16)), 'revisits.over')
})
