import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { seatsTonight } from '../../src/agenda/attendance/store.ts'
import { sha256Hex } from '../../src/lib/tokens.ts'
import { takeFiling } from '../../src/listen/filings/store.ts'
import { ballotShown, ballotsOf, latestBallotOf, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

const town = await startTown(t)
const { db, cast } = town
const zhou = await town.as('zhou')

const form = { question: '同意班车延长至 23:00', rule: 'M2', abstain: 'on', tally: 'live' }

/** Opens the vote as the chair would and gives its number. */
async function open(meeting: { meetingNo: number; itemNo: number }, fields: Record<string, string> = {}) {
  const reply = await zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, { ...form, ...fields })
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 2_000)}`)
  return (await openBallotOf(db, meeting.meetingNo))?.no as number
}

const cast1 = (browser: Browser, no: number, choice: string, key: string = randomUUID()) =>
  browser.post(`/ballots/${no}/votes`, { choice, key })

t.test('a household votes, changes its mind, and sees what came of it', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602', '12-601', '3-101')
  const no = await open(meeting)
  const wang = await town.as({ door: '12-602' })
  const page = await wang.get(`/ballots/${no}`)
  t.match(page.body, '您代表 12 号楼 602 室')
  t.match(page.body, 'class="motion"')
  t.equal(page.body.match(/type="radio"/g)?.length, 3, 'three rows')
  t.notMatch(page.body, / checked/, 'none of them chosen for anybody')
  t.match(page.body, '记名表决')
  t.notMatch(page.body, 'http-equiv="refresh"', 'a ballot that is being filled in is never reloaded')
  const token = /<input type="hidden" name="_csrf"[^>]* form="(cast-\d+)"/.exec(page.body)?.[1]
  t.match(page.body, `id="${token}"`, 'the token stands outside the form and belongs to it')

  t.equal((await cast1(wang, no, 'against')).headers.location, `/c/wutongli/ballots/${no}`)
  const after = await wang.get(`/ballots/${no}`)
  t.match(after.body, '您家在 10:00 投过了')
  t.match(after.body, '投的是：反对')
  const [, first] = /class="receipt"[^>]*>([0-9A-Z]{4}-[0-9A-Z]{4})</.exec(after.body) ?? []
  t.ok(first, 'a receipt code')
  t.match(after.body, '<noscript><meta http-equiv="refresh" content="5">', 'now the page waits')
  t.match(after.body, '?change=1')
  t.match((await wang.get(`/ballots/${no}?change=1`)).body, 'type="radio"')

  await cast1(wang, no, 'for')
  t.match((await wang.get(`/ballots/${no}`)).body, '投的是：赞成', 'the last one counts')
  const neighbour = await town.as({ door: '12-601' })
  await cast1(neighbour, no, 'for')
  const public1 = await (await town.as()).get(`/ballots/${no}`)
  t.match(public1.body, '已投 2 户，共 3 户')
  t.match(public1.body, '这台设备还不知道您是哪一户')
  t.notMatch(public1.body, first ?? '', 'nobody else sees her code')
  t.notMatch(public1.body, '602', 'nor who voted')

  const closed = await zhou.post(`/ballots/${no}/closure`)
  t.equal(closed.headers.location, `/c/wutongli/meetings/${meeting.meetingNo}/chair`)
  const result = await wang.get(`/ballots/${no}`)
  t.match(result.body, '赞成 2 户，过到会 3 户的半数（要 2 户），通过。')
  t.match(result.body, '规则第 1 版', 'the rule, its edition and why, in one paragraph')
  const sums = await (await town.as()).get(`/ballots/${no}/arithmetic`)
  t.match(sums.body, '赞成：2 × 2 = 4，1 × 3 = 3，4 &gt; 3，够了。')
  t.notMatch(result.body, '投的是', 'after the close only the code is shown, which proves nothing to a stranger')
  const mine = /class="receipt"[^>]*>([0-9A-Z-]{9})</.exec(result.body)?.[1] ?? 'none'
  const receipts = await (await town.as()).get(`/ballots/${no}/receipts`)
  t.match(receipts.body, mine)
  t.match(receipts.body, '全部回执码（2 个）')
  wang.cookies.lang = 'en'
  t.match(
    (await wang.get(`/ballots/${no}`)).body,
    '2 households for, more than half of the 3 present (2 needed): passed.',
  )
  t.match((await wang.get(`/ballots/${no}/count`)).body, `<section id="count-${meeting.meetingNo}"`)

  const order = await db
    .selectFrom('running_order')
    .where('item_id', '=', meeting.itemId)
    .select(['voting_at', 'declared_at'])
    .executeTakeFirstOrThrow()
  t.ok(order.voting_at && order.declared_at)
  const journal = await db
    .selectFrom('journal')
    .where('subject', 'in', ['ballot', 'issue'])
    .where((eb) => eb.or([eb('verb', 'like', 'ballot.%'), eb('subject_id', '=', meeting.issueIds[0] as number)]))
    .select(['verb', 'person_id', 'particulars'])
    .orderBy('id')
    .execute()
  t.match(journal, [
    { verb: 'ballot.opened', person_id: cast.people.zhou },
    { verb: 'ballot.passed', particulars: { for: 2, against: 0, abstain: 0, present: 3 } },
    { verb: 'issue.decided', particulars: { for: 2, against: 0, abstain: 0, ballot: no } },
  ])
})

t.test(
  'what was voted down is closed with its numbers, and an issue that went its own way is left alone',
  async (t) => {
    const meeting = await sitting(town, 3)
    const [first, second, gone] = meeting.issueIds as [number, number, number]
    await db.updateTable('issues').set({ state: 'pooled' }).where('id', '=', gone).execute()
    await meeting.arrive('12-602', '12-601')
    const filing = {
      channel: 'bridge' as const,
      words: '班车太早没了',
      place: 'gate' as const,
      buildingId: null,
      householdId: null,
      surname: '',
      nameShown: false,
      phone: '13812345678',
      locale: 'zh' as const,
      recordedBy: null,
    }
    await db.transaction().execute(async (trx) => {
      const { id } = await takeFiling(trx, town.letterbox, filing, {}, town.clock.now)
      await trx.updateTable('filings').set({ issue_id: first, state: 'accepted' }).where('id', '=', id).execute()
    })
    const no = await open(meeting)
    await cast1(await town.as({ door: '12-602' }), no, 'for')
    await zhou.post(`/ballots/${no}/closure`)
    const told = await db.selectFrom('outbox').select('body').where('dedup_key', 'like', 'ballot:%').execute()
    t.equal(told.length, 1, 'who left a phone is told, once')
    t.match(told[0]?.body, /没有通过：赞成 1，反对 0，弃权 0.*\/track\//)
    const issues = await db.selectFrom('issues').where('id', 'in', meeting.issueIds).orderBy('id').selectAll().execute()
    t.match(issues, [
      { id: first, state: 'closed_not_adopted', next_step: '' },
      { id: second, state: 'closed_not_adopted' },
      { id: gone, state: 'pooled', next_step: '十一月会上表决' },
    ])
    const lines = await db
      .selectFrom('journal')
      .where('subject', '=', 'issue')
      .where('subject_id', '=', first)
      .select(['verb', 'was', 'became', 'particulars'])
      .orderBy('id')
      .execute()
    t.match(lines, [
      { verb: 'issue.decided', was: 'on_agenda', became: 'decided', particulars: { for: 1, outcome: 'rejected' } },
      { verb: 'issue.closed_not_adopted', was: 'decided', became: 'closed_not_adopted' },
    ])
  },
)

t.test('who may not vote is told why, and what to do', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602')
  const no = await open(meeting)

  await t.test('a stranger', async (t) => {
    const nobody = await town.as()
    t.match((await cast1(nobody, no, 'for')).body, '这台设备还不知道您是哪一户')
    t.equal((await cast1(nobody, no, 'for')).statusCode, 403)
    t.match((await nobody.get(`/ballots/${no}`)).body, '/join"')
  })
  await t.test('staff without a door', async (t) => {
    t.equal((await cast1(await town.as('shen'), no, 'for')).statusCode, 403)
  })
  await t.test('a household that has not checked in, or has gone home', async (t) => {
    const away = await town.as({ door: '12-101' })
    const page = await away.get(`/ballots/${no}`)
    t.match(page.body, '要先签到才能投')
    t.match(page.body, '<noscript><meta http-equiv="refresh" content="5">')
    t.equal((await cast1(away, no, 'for')).statusCode, 409)
    await meeting.arrive('12-101')
    t.equal((await cast1(away, no, 'for')).statusCode, 303)
    await meeting.leave('12-101')
    t.match((await cast1(away, no, 'against')).body, '要先签到才能投')
  })
  await t.test('a household that moved in after the roll was frozen', async (t) => {
    const { id } = await db
      .insertInto('households')
      .values({ building_id: cast.buildings[12], stairwell_id: null, floor: 7, door: '701', area: 5_000 })
      .returning('id')
      .executeTakeFirstOrThrow()
    cast.doors['12-701' as '12-101'] = id
    await meeting.arrive('12-701' as '12-101')
    const late = await town.as({ door: '12-701' as '12-101' })
    const reply = await cast1(late, no, 'for')
    t.equal(reply.statusCode, 403)
    t.match(reply.body, '名册里没有这一户')
    await zhou.post(`/ballots/${no}/closure`)
    t.equal((await ballotShown(db, no)).numbers?.present, 2, 'and is not part of the base either')
  })
  await t.test('somebody of another community', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const wang = await town.as({ door: '12-602' })
    const there = `/c/${other.community.slug}/ballots/${no}`
    t.equal((await wang.get(there)).statusCode, 404)
    t.equal((await wang.post(`${there}/votes`, { choice: 'for', key: randomUUID() })).statusCode, 404)
    t.equal((await zhou.post(`${there}/closure`)).statusCode, 403)
    t.equal(await openBallotOf(town.house.of(other.community.id), meeting.meetingNo), null)
  })
})

t.test('five parties: the titular speaks for the seat, else the alternate who is there', async (t) => {
  const meeting = await sitting(town)
  await meeting.sit('sun', 2)
  await meeting.sit('qian', 3)
  await meeting.sit('feng', 4)
  const no = await open(meeting, { rule: 'S5', tally: 'after_close' })
  const [sun, wu, qian, feng] = [
    await town.as('sun'),
    await town.as('wu'),
    await town.as('qian'),
    await town.as('feng'),
  ]

  const before = (await sun.get(`/ballots/${no}`)).body
  t.match(before, '您代表居委会')
  t.match(before, '反对和弃权的点名写出', 'said before anybody votes: the minutes name the seats')
  t.equal((await cast1(sun, no, 'against')).statusCode, 303, 'the alternate, while the titular is away')
  t.match((await cast1(wu, no, 'for')).body, '要先签到才能投')
  await meeting.sit('wu', 2)
  t.equal((await cast1(wu, no, 'for')).statusCode, 303, 'the titular came: the same seat, the last vote')
  t.match((await cast1(sun, no, 'against')).body, '这一席今晚由另一位到会的代表投票')
  t.equal((await cast1(qian, no, 'for')).statusCode, 303)
  t.equal((await cast1(feng, no, 'for')).statusCode, 303)
  t.match((await cast1(await town.as('shen'), no, 'for')).body, '您不在席位上')
  t.equal((await cast1(await town.as({ door: '12-602' }), no, 'for')).statusCode, 403, 'a household has no seat')

  for (const seat of await seatsTonight(db, meeting.meetingId)) {
    const speaker = Object.entries(cast.people).find(([, id]) => id === seat.speakerId)?.[0] as 'wu' | undefined
    if (speaker) t.match((await (await town.as(speaker)).get(`/ballots/${no}`)).body, `您代表${seat.name}`)
  }

  const shown = await (await town.as()).get(`/ballots/${no}/count`)
  t.match(shown.body, '已投 3 席，共 5 席')
  t.match(shown.body, '结果公布前不显示票数')
  t.notMatch(shown.body, '<dd>', 'no count in the page before the close')
  t.notMatch(JSON.stringify(await latestBallotOf(db, meeting.meetingNo)), '"for":3', 'nor in what the page is made of')

  await zhou.post(`/ballots/${no}/closure`)
  t.match((await sun.get(`/ballots/${no}`)).body, '5 席只到了 3 席（要 4 席），人不齐，没有通过。')
})

t.test(
  'a required seat that nobody came for stops the vote; a vacant one does not, and shrinks the base',
  async (t) => {
    const vote = async (seats: ['zhou' | 'wu' | 'qian' | 'feng' | 'han', number][]) => {
      const meeting = await sitting(town)
      for (const [who, seat] of seats) await meeting.sit(who, seat)
      const no = await open(meeting, { rule: 'S5' })
      for (const [who] of seats) await cast1(await town.as(who), no, 'for')
      await zhou.post(`/ballots/${no}/closure`)
      return { no, body: (await zhou.get(`/ballots/${no}`)).body }
    }
    const without = await vote([
      ['zhou', 1],
      ['qian', 3],
      ['feng', 4],
      ['han', 5],
    ])
    t.match(without.body, '居委会没有到会，缺了必须到的一方，没有通过。')
    zhou.cookies.lang = 'en'
    t.match((await zhou.get(`/ballots/${without.no}`)).body, 'Residents&#39; Committee')
    zhou.cookies.lang = 'zh'

    const seat = (id: number | undefined, vacant: Date | null) =>
      db
        .updateTable('seats')
        .set({ vacant_since: vacant })
        .where('id', '=', id as number)
        .execute()
    await seat(cast.seats[2], town.clock.now)
    await seat(cast.seats[1], town.clock.now)
    const shrunk = await vote([
      ['zhou', 1],
      ['feng', 4],
      ['han', 5],
    ])
    t.match(shrunk.body, '3 席到了 3 席，赞成 3 席（要 3 席），通过。')
    await seat(cast.seats[1], null)
    await seat(cast.seats[2], null)
  },
)

t.test('who left before the opening is not present; who left during the vote is', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('3-101', '3-102', '3-201')
  await meeting.leave('3-101')
  town.clock.now = new Date(town.clock.now.getTime() + 60_000)
  const no = await open(meeting)
  town.clock.now = new Date(town.clock.now.getTime() + 60_000)
  await cast1(await town.as({ door: '3-102' }), no, 'for')
  await meeting.leave('3-102', '3-201')
  await zhou.post(`/ballots/${no}/closure`)
  t.match((await ballotShown(db, no)).numbers, { for: 1, present: 2, eligible: 25 })
  t.match((await zhou.get(`/ballots/${no}`)).body, '赞成 1 户，没过到会 2 户的半数（要 2 户），没有通过。')
})

t.test('a vote opens in a meeting that sits, on the item under discussion, once, by the chair', async (t) => {
  const meeting = await sitting(town)
  const at = `/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`
  const page = await zhou.get(at)
  t.match(page.body, '同意小区班车末班延长至 23:00，试行三个月', 'the item’s question is there already')
  t.match(page.body, '赞成超过到会户数的一半才通过', 'each rule in words')

  for (const who of ['shen', 'li', 'qian'] as const) {
    t.equal((await (await town.as(who)).get(at)).statusCode, 403)
    t.equal((await (await town.as(who)).post(at, form)).statusCode, 403)
  }
  t.equal((await (await town.as()).post(at, form)).statusCode, 403)

  const state = async (set: Record<string, Date | null>, sentence: string) => {
    const before = { discussing_at: town.clock.now, deferred_at: null }
    await db.updateTable('running_order').set(set).where('item_id', '=', meeting.itemId).execute()
    const reply = await zhou.post(at, form)
    t.equal(reply.statusCode, 409)
    t.match(reply.body, sentence)
    t.match((await zhou.get(at)).body, sentence, 'the form’s page says so before')
    await db.updateTable('running_order').set(before).where('item_id', '=', meeting.itemId).execute()
  }
  await state({ discussing_at: null }, '还没有讨论')
  await state({ deferred_at: town.clock.now }, '已经改期')

  const second = await meeting.another()
  const both = await Promise.all([
    zhou.post(at, form),
    zhou.post(`/meetings/${meeting.meetingNo}/items/${second.itemNo}/ballot`, form),
  ])
  t.same(both.map((reply) => reply.statusCode).sort(), [303, 409], 'of two who press at once one opens')
  t.match(both.find((reply) => reply.statusCode === 409)?.body, '请先结束那一项')
  const ballot = await openBallotOf(db, meeting.meetingNo)
  const twice = await zhou.post(`/meetings/${meeting.meetingNo}/items/${ballot?.itemNo}/ballot`, form)
  t.match(twice.body, '这个议题正在表决')

  t.equal((await (await town.as('shen')).post(`/ballots/${ballot?.no}/closure`)).statusCode, 403)
  const closed = await Promise.all([1, 2, 3].map(() => zhou.post(`/ballots/${ballot?.no}/closure`)))
  t.same(closed.map((reply) => reply.statusCode).sort(), [303, 409, 409], 'and one closes')
  t.match(closed.find((reply) => reply.statusCode === 409)?.body, '这次表决已经结束')
  const again = await zhou.post(`/meetings/${meeting.meetingNo}/items/${ballot?.itemNo}/ballot`, form)
  t.match(again.body, '已经表决过了')

  await db
    .updateTable('meetings')
    .set({ adjourned_at: town.clock.now, adjourned_by: cast.people.zhou })
    .where('id', '=', meeting.meetingId)
    .execute()
  const other = ballot?.itemNo === second.itemNo ? meeting.itemNo : second.itemNo
  t.match((await zhou.post(`/meetings/${meeting.meetingNo}/items/${other}/ballot`, form)).body, '会议没有在进行')
  t.equal((await ballotsOf(db, meeting.meetingNo)).length, 1)
})

t.test('what was asked of whom is frozen, and anybody can check it', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602')
  const no = await open(meeting, { rule: 'M4e', abstain: '' })
  const shown = await ballotShown(db, no)
  t.same(shown.options, ['for', 'against'], 'without abstaining')
  t.equal(
    shown.questionSha256,
    sha256Hex(
      '{"electorate":"household","options":["for","against"],"question":"同意班车延长至 23:00","rule":"M4e","version":1}',
    ),
  )
  const roll = await db
    .selectFrom('households')
    .innerJoin('buildings', 'buildings.id', 'households.building_id')
    .select(['name', 'door'])
    .execute()
  const lines = roll.map(({ name, door }) => `${name}-${door}`).sort()
  t.equal(shown.electorateSha256, sha256Hex(lines.join('\n')))
  t.equal(shown.eligible, lines.length)

  const { id } = await db.selectFrom('ballots').where('no', '=', no).select('id').executeTakeFirstOrThrow()
  const refused = async (name: string, statement: ReturnType<typeof sql>) => {
    await t.rejects(statement.execute(db), name)
  }
  // As the app's own role, past every line of our code.
  await refused('the question', sql`update ballots set question = '同意涨物业费' where id = ${id}`)
  await refused('the options', sql`update ballots set options = array['for', 'against', 'abstain'] where id = ${id}`)
  await refused('the rule', sql`update ballots set rule = 'M1' where id = ${id}`)
  await refused('the required seats', sql`update ballots set required_seats = '{1}' where id = ${id}`)
  await refused('the fingerprint', sql`update ballots set question_sha256 = 'x' where id = ${id}`)
  await refused('the ballot itself', sql`delete from ballots where id = ${id}`)
  await refused('a line of the roll', sql`delete from electorate where ballot_id = ${id}`)
  await refused('a door changed for another', sql`update electorate set voter_id = 1 where ballot_id = ${id}`)
  const { id: stranger } = await db
    .insertInto('households')
    .values({ building_id: cast.buildings[3], stairwell_id: null, floor: 9, door: '901', area: 5_000 })
    .returning('id')
    .executeTakeFirstOrThrow()
  const join = sql`insert into electorate (ballot_id, voter_id, household_id) values (${id}, ${stranger}, ${stranger})`
  await refused('somebody more on the roll', join)
  await refused('a vote taken away', sql`delete from votes where ballot_id = ${id}`)
  await refused('a receipt rewritten', sql`update vote_keys set receipt = 'x' where ballot_id = ${id}`)

  const wang = await town.as({ door: '12-602' })
  t.match((await cast1(wang, no, 'abstain')).statusCode, 422, 'a choice that is not on the paper')
  await cast1(wang, no, 'for')
  await zhou.post(`/ballots/${no}/closure`)
  await refused('opening again', sql`update ballots set closed_at = null, outcome = null where id = ${id}`)
  await refused('another outcome', sql`update ballots set outcome = 'passed' where id = ${id}`)
  await refused('a vote changed after the close', sql`update votes set choice = 'against' where ballot_id = ${id}`)
  await refused(
    'a vote added after the close',
    sql`insert into votes (ballot_id, voter_id, choice, way, cast_at, receipt)
        select ballot_id, voter_id, 'for', 'desk', now(), 'x' from electorate where ballot_id = ${id}
        and not exists (select from votes v where v.ballot_id = ${id} and v.voter_id = electorate.voter_id) limit 1`,
  )
  await refused('somebody more on the closed roll', join)
  t.match((await ballotShown(db, no)).numbers, { for: 1, against: 0, eligible: lines.length, needed: 17 })
  t.match((await wang.get(`/ballots/${no}`)).body, '{&quot;electorate&quot;:&quot;household&quot;')
})

t.test(
  'one key, one vote: again gives the same receipt, also after the close; for something else it is refused',
  async (t) => {
    const meeting = await sitting(town)
    await meeting.arrive('12-602')
    const no = await open(meeting)
    const wang = await town.as({ door: '12-602' })
    const key = randomUUID()
    const asked = { 'hx-request': 'true' }
    const receiptIn = (body: string) => /class="receipt"[^>]*>([^<]+)</.exec(body)?.[1]
    const fragment = await wang.post(`/ballots/${no}/votes`, { choice: 'for', key }, asked)
    t.match(fragment.body, `<section class="booth stack" id="booth-${no}" data-electorate="household">`)
    t.notMatch(fragment.body, '<html')
    t.match(fragment.body, '收到了，已经计入')
    const fresh = /name="key" value="([^"]+)"/.exec(fragment.body)?.[1]
    t.ok(fresh && fresh !== key, 'the form for changing has a key of its own')
    const again = await wang.post(`/ballots/${no}/votes`, { choice: 'for', key: key.toUpperCase() }, asked)
    t.equal(receiptIn(again.body), receiptIn(fragment.body))

    const other = await cast1(wang, no, 'against', key)
    t.equal(other.statusCode, 409)
    t.match(other.body, '已经用来投过另一项')
    const nope = await wang.post(`/ballots/${no}/votes`, { choice: 'against', key }, asked)
    t.equal(nope.headers['hx-retarget'], '#notice', 'a refusal does not overwrite the ballot')

    const daughter = await town.as({ door: '12-602' })
    t.equal((await cast1(daughter, no, 'against', key)).statusCode, 303, 'a pushed ballot has one key for all phones')
    t.match((await wang.get(`/ballots/${no}`)).body, '投的是：反对')

    await zhou.post(`/ballots/${no}/closure`)
    const late = await wang.post(`/ballots/${no}/votes`, { choice: 'for', key }, asked)
    t.equal(receiptIn(late.body), receiptIn(fragment.body), 'a phone that comes back late learns that it was counted')
    t.equal((await cast1(wang, no, 'for')).statusCode, 409, 'a new attempt is not')
    t.match((await ballotShown(db, no)).numbers, { for: 0, against: 1 })
    t.same(
      await db
        .selectFrom('votes')
        .select('rev')
        .innerJoin('ballots', 'ballots.id', 'ballot_id')
        .where('no', '=', no)
        .execute(),
      [{ rev: 2 }],
    )
  },
)

t.test('whatever is typed or sent instead of a vote is answered kindly and changes nothing', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602')
  const no = await open(meeting)
  const wang = await town.as({ door: '12-602' })
  const key = randomUUID()
  const wrong: [string, Record<string, string | string[]>][] = [
    ['nothing', {}],
    ['no choice', { key }],
    ['an empty choice', { key, choice: '' }],
    ['two choices', { key, choice: ['for', 'against'] }],
    ['an unknown choice', { key, choice: 'maybe' }],
    ['a full-width twin', { key, choice: 'ｆｏｒ' }],
    ['script', { key, choice: '<script>alert(1)</script>' }],
    ['NUL', { key, choice: 'for\u0000' }],
    ['no key', { choice: 'for' }],
    ['a key that is none', { choice: 'for', key: "'; drop table votes; --" }],
    ['emoji for a key', { choice: 'for', key: '🗳️'.repeat(20) }],
    ['two keys', { choice: 'for', key: [key, key] }],
  ]
  for (const [name, fields] of wrong) {
    const reply = await wang.post(`/ballots/${no}/votes`, fields)
    t.equal(reply.statusCode, 422, name)
    t.match(reply.body, 'type="radio"', 'the ballot is still there')
    t.notMatch(reply.body, '<script>alert')
  }
  t.match((await wang.post(`/ballots/${no}/votes`, { key })).body, '请先选一项，再投')
  const note = await wang.post(`/ballots/${no}/votes`, { key }, { 'hx-request': 'true' })
  t.equal(note.statusCode, 422)
  t.equal(note.headers['hx-retarget'], `#booth-note-${no}`)

  for (const path of ['/ballots/0', '/ballots/99999', '/ballots/x', '/ballots/1e9', `/ballots/${'9'.repeat(30)}`])
    t.equal((await wang.post(`${path}/votes`, { choice: 'for', key })).statusCode, 404, path)
  for (const path of ['/ballots/99999', '/ballots/-1', '/ballots/99999/count', '/ballots/99999/receipts'])
    t.equal((await wang.get(path)).statusCode, 404, path)
  t.equal((await zhou.post('/ballots/99999/closure')).statusCode, 404)

  const foreign = await wang.post(`/ballots/${no}/votes`, { choice: 'for', key }, { origin: 'https://evil.example' })
  t.equal(foreign.statusCode, 403)
  t.equal((await wang.post(`/ballots/${no}/votes`, { choice: 'for', key, _csrf: 'made-up' })).statusCode, 403)
  t.equal((await ballotShown(db, no)).bar.cast, 0, 'nothing of it was counted')
  t.match((await (await town.as()).get(`/ballots/${no}/receipts`)).body, '结束后才公布')

  const at = `/meetings/${meeting.meetingNo}/items/${(await meeting.another()).itemNo}/ballot`
  await zhou.post(`/ballots/${no}/closure`)
  const hostile: [string, Record<string, string | string[]>, string][] = [
    ['no question', { ...form, question: '' }, '请写清楚表决什么'],
    ['only blanks', { ...form, question: ' \n ' }, '请写清楚表决什么'],
    ['too long', { ...form, question: '班'.repeat(121) }, '太长了'],
    ['NUL', { ...form, question: '班车\u0000' }, '不能用的符号'],
    ['text that turns round', { ...form, question: '班车\u202e延期' }, '不能用的符号'],
    ['two questions', { ...form, question: ['a', 'b'] }, '请写清楚表决什么'],
    ['no rule', { question: '好吗', tally: 'live' }, '请选一种算法'],
    ['a rule we do not have', { ...form, rule: 'M9' }, '请选一种算法'],
    ['no tally', { question: '好吗', rule: 'M1' }, '请选一种'],
  ]
  for (const [name, fields, sentence] of hostile) {
    const reply = await zhou.post(at, fields)
    t.equal(reply.statusCode, 422, name)
    t.match(reply.body, sentence)
  }
  const kept = await zhou.post(at, { ...form, question: '保留我写的字', rule: 'nope' })
  t.match(kept.body, '保留我写的字')
  t.match(kept.body, '<title>出错了')
  t.equal((await zhou.post(`/meetings/${meeting.meetingNo}/items/99999/ballot`, form)).statusCode, 404)
  t.equal((await zhou.post(`/meetings/99999/items/1/ballot`, form)).statusCode, 404)

  const script = '同意＜script＞alert(1)＜/script＞<script>alert(2)</script>🚌'
  t.equal((await zhou.post(at, { ...form, question: script })).statusCode, 303)
  const page = await wang.get(`/ballots/${(await openBallotOf(db, meeting.meetingNo))?.no}`)
  t.match(page.body, '同意＜script＞alert(1)')
  t.notMatch(page.body, '<script>alert')
})
