import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createReckoner } from '../../src/listen/questions/reckoning.ts'
import { letDaysPass, openFor, postNotice } from '../agenda/help.ts'
import { startTown } from '../harness.ts'
import { ownerOf } from './passed.ts'

t.test('what everybody was asked goes through a meeting and a promise to its end', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const zhou = await town.as('zhou')
  const feng = await town.as('feng')
  const doors = await Promise.all((['12-602', '12-601', '12-501'] as const).map((door) => town.as({ door })))
  const visitor = await town.as()
  const numberIn = (reply: { headers: { location?: unknown } }) =>
    Number(/(\d+)$/.exec(String(reply.headers.location))?.[1])
  const outbox = async () => (await town.db.selectFrom('outbox').select('id').execute()).length

  const asked = {
    key: randomUUID(),
    title: '广场晚上怎么用',
    lead: '',
    closes_on: '2026-12-01',
    statements: '九点以后安静',
  }
  const question = numberIn(await shen.post('/desk/questions', asked))
  for (const door of doors) {
    const page = (await door.get(`/questions/${question}`)).body
    const statement = /id="statement" value="(\d+)"/.exec(page)?.[1] ?? ''
    await door.post(`/questions/${question}/answers`, { statement, opinion: 'agree' })
  }
  const reckoner = createReckoner(town.house, () => town.clock.now, { failed: t.error })
  const { id } = await town.db.selectFrom('questions').select('id').executeTakeFirstOrThrow()
  reckoner.soon(town.community.id, id)
  await reckoner.settle()
  const item = numberIn(await shen.post(`/desk/questions/${question}/item`))
  t.match((await shen.get('/desk/agenda')).body, /广场晚上怎么用[\s\S]*来自“大家说”[\s\S]*等着上会/)

  const meet = async (minute: string) => {
    const evening = { key: randomUUID(), title: '十二月会议', place: '活动室', startsAt: `2026-11-24T19:${minute}` }
    const meeting = numberIn(await shen.post('/desk/meetings', evening))
    t.match((await shen.get(`/desk/meetings/${meeting}`)).body, '广场晚上怎么用', 'it may go onto the order')
    t.equal((await shen.post(`/desk/meetings/${meeting}/items`, { item: String(item), minutes: '10' })).statusCode, 303)
    await postNotice(town, meeting)
    await zhou.post(`/meetings/${meeting}/notice`)
    await letDaysPass(town, meeting)
    await zhou.post(`/meetings/${meeting}/checkin`)
    await openFor(town, meeting, () => zhou.post(`/meetings/${meeting}/opening`))
    return meeting
  }
  const first = await meet('00')
  await zhou.post(`/meetings/${first}/items/${item}/deferral`)
  t.equal((await zhou.post(`/meetings/${first}/adjournment`)).statusCode, 303)

  const meeting = await meet('30')
  for (const door of doors) await door.post(`/meetings/${meeting}/attendance`)
  const at = `/meetings/${meeting}/items/${item}`
  for (const step of ['introduction', 'discussion']) t.equal((await zhou.post(`${at}/${step}`)).statusCode, 303, step)
  const opening = { question: '同意广场九点以后安静', rule: 'M1', abstain: 'on', tally: 'live' }
  t.equal((await zhou.post(`${at}/ballot`, opening)).statusCode, 303)
  const { no: ballot } = await town.db.selectFrom('ballots').select('no').executeTakeFirstOrThrow()
  for (const door of doors) {
    const vote = await door.post(`/ballots/${ballot}/votes`, { choice: 'for', key: randomUUID() })
    t.equal(vote.statusCode, 303)
  }
  t.equal((await zhou.post(`/ballots/${ballot}/closure`)).statusCode, 303)
  t.match(await town.db.selectFrom('ballots').select('outcome').execute(), [{ outcome: 'passed' }])
  const promise = { text: '九点以后关音响', owner: ownerOf(town, 4, 'feng'), due: '2026-12-04', steps: '' }
  t.equal((await zhou.post(`${at}/resolution`, promise)).statusCode, 303)
  await zhou.post(`/meetings/${meeting}/adjournment`)

  const { no } = await town.db.selectFrom('resolutions').select('no').executeTakeFirstOrThrow()
  t.match(
    (await visitor.get(`/questions/${question}/results`)).body,
    `/resolutions/${no}`,
    'who had a say sees what came of it',
  )
  t.match((await visitor.get(`/resolutions/${no}`)).body, /广场晚上怎么用[\s\S]*来自“大家说”/)
  const before = await outbox()
  t.equal((await feng.post(`/resolutions/${no}/claim`, { evidence: '音响九点断电' })).statusCode, 303)
  t.match((await visitor.get(`/resolutions/${no}`)).body, '没有可以回访的人')
  t.equal(await outbox(), before, 'nobody left a name to ask by')
  await shen.post('/desk/revisits/settlement')
  t.match(await town.db.selectFrom('resolutions').select('closed_at').execute(), [{ closed_at: null }], 'not at once')
  town.clock.now = new Date(town.clock.now.getTime() + 7 * 86_400_000 + 1)
  const later = await town.as('shen')
  await later.post('/desk/revisits/settlement')
  t.match((await visitor.get(`/resolutions/${no}`)).body, '公示七天，按办结结束')
})
