import t from 'tap'
import { seatsTonight } from '../../src/agenda/attendance/store.ts'
import { roomOf } from '../../src/agenda/meetings/reads.ts'
import { openSession } from '../../src/lib/http/session.ts'
import { Browser, startTown } from '../harness.ts'
import { holdMeeting, makeItem, tellIssue } from './help.ts'

const town = await startTown(t)
const { people, seats } = town.cast
const [zhou, shen, feng] = [await town.as('zhou'), await town.as('shen'), await town.as('feng')]
const property = seats[3] as number

/** The property manager says that somebody else comes, whom no register knows. */
const named = async (no: number, standIn = '王代表') =>
  feng.post(`/meetings/${no}/coming`, { seat: String(property), coming: 'yes', person: '', alternate: '', standIn })
const seatHim = (no: number, who = shen) => who.post(`/desk/meetings/${no}/stand-ins`, { seat: String(property) })
const held = () =>
  town.db
    .selectFrom('seat_holders')
    .where('seat_id', '=', property)
    .select(['rank', 'meeting_id'])
    .orderBy('rank')
    .execute()

t.test(
  'whom a party named to come instead takes its seat at the door, speaks and votes for it, for this meeting only',
  async (t) => {
    const item = await makeItem(town, [await tellIssue(town)])
    const no = await holdMeeting(town, [item], 1)
    t.equal((await named(no)).statusCode, 303)
    await zhou.post(`/meetings/${no}/checkin`)
    const { id } = await town.db.selectFrom('meetings').where('no', '=', no).select('id').executeTakeFirstOrThrow()
    t.match((await shen.get(`/desk/meetings/${no}/desk`)).body, '王代表 · 带委托书，只代表这一次')
    const twice = await Promise.all([seatHim(no), seatHim(no)])
    t.ok(
      twice.every(({ statusCode }) => statusCode === 303),
      'pressed twice he sits once',
    )
    const [, , , mine] = await seatsTonight(town.db, id)
    t.match(mine, { here: true, speakerName: '王代表' })
    t.equal((await held()).length, 2)
    t.notMatch((await shen.get(`/desk/meetings/${no}/desk`)).body, '带委托书')
    t.match(
      (await zhou.get('/desk/people')).body,
      '王代表',
      'whoever lets people in finds him, and may give him a link',
    )

    for (const [who, seat] of [
      ['zhou', 1],
      ['wu', 2],
      ['qian', 3],
    ] as const)
      await shen.post(`/desk/meetings/${no}/seats`, { seat: String(seats[seat - 1]), person: String(people[who]) })
    t.ok((await roomOf(town.db, no)).quorum.met, 'his seat counts like any other')
    for (const step of ['opening', `items/${item}/introduction`, `items/${item}/discussion`])
      t.equal((await zhou.post(`/meetings/${no}/${step}`)).statusCode, 303, step)
    await zhou.post(`/meetings/${no}/items/${item}/ballot`, {
      question: '同意延时',
      rule: 'S5',
      abstain: 'on',
      tally: 'live',
    })
    const { no: ballot } = await town.db.selectFrom('ballots').select('no').executeTakeFirstOrThrow()
    const him = await town.db
      .transaction()
      .execute((trx) => openSession(trx, { personId: mine?.speakerId as number }, 'test', town.clock.now))
    const phone = new Browser(town.app, town.community, {
      ...zhou.cookies,
      [Object.keys(zhou.cookies)[1] as string]: him,
    })
    t.equal((await phone.post(`/meetings/${no}/hands`)).statusCode, 409, 'the vote is open: no time to speak')
    const vote = await phone.post(`/ballots/${ballot}/votes`, { choice: 'for', key: crypto.randomUUID() })
    t.equal(vote.statusCode, 303, vote.body)
    t.equal((await phone.get('/ledger')).statusCode, 200)
    t.equal(
      (await phone.get(`/meetings/${no}/coming`)).statusCode,
      403,
      'a mandate for a day makes no holder of the seat',
    )

    await shen.post(`/desk/meetings/${no}/seats`, { seat: String(property), person: String(people.feng) })
    t.match((await seatsTonight(town.db, id))[3], { speakerName: '冯涛' }, 'the titular, once he is here, speaks first')
    t.equal(
      (await phone.post(`/ballots/${ballot}/votes`, { choice: 'against', key: crypto.randomUUID() })).statusCode,
      403,
    )

    await zhou.post(`/ballots/${ballot}/closure`)
    await zhou.post(`/meetings/${no}/items/${item}/resolution`, {
      text: '班车延时',
      owner: `${property}-${mine?.speakerId}`,
      due: '2026-12-24',
      steps: '',
    })
    t.equal(
      await town.db.selectFrom('resolutions').select('id').executeTakeFirst(),
      undefined,
      'he promises nothing for it',
    )
    const owner = `${property}-${people.feng}`
    await zhou.post(`/meetings/${no}/items/${item}/resolution`, {
      text: '班车延时',
      owner,
      due: '2026-12-24',
      steps: '',
    })
    t.equal((await zhou.post(`/meetings/${no}/adjournment`)).statusCode, 303)
    t.same(await held(), [{ rank: 0, meeting_id: null }], 'with the meeting his mandate is over')
  },
)

t.test('a seat has two alternates at most, and nobody stands in whom it has not named', async (t) => {
  const no = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 1)
  await named(no, '赵代表')
  await zhou.post(`/meetings/${no}/checkin`)
  const other = await holdMeeting(town, [await makeItem(town, [await tellIssue(town)])], 2)
  t.match((await seatHim(other)).body, '没有写由谁代来')
  t.equal((await seatHim(no, await town.as('li'))).statusCode, 403)

  const alternates = [people.gu, people.xu].map((person_id, i) => ({ seat_id: property, person_id, rank: i + 1 }))
  await town.db.insertInto('seat_holders').values(alternates).execute()
  t.match((await seatHim(no)).body, '已经有两位替补')
  await town.db.deleteFrom('seat_holders').where('person_id', '=', people.xu).execute()
  t.equal((await seatHim(no)).statusCode, 303)
  t.same(
    (await held()).map(({ rank }) => rank),
    [0, 1, 2],
  )
  const stranger = await town.db
    .selectFrom('seat_holders')
    .where('rank', '=', 2)
    .select('person_id')
    .executeTakeFirstOrThrow()
  const there = { seat: String(property), person: String(stranger.person_id) }
  t.equal(
    (await shen.post(`/desk/meetings/${other}/seats`, there)).statusCode,
    409,
    'a mandate for one meeting opens no other',
  )
})
