import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { whyNotRegister } from '../../src/agenda/mandates/rules.ts'
import { verify } from '../../src/verify.ts'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { weighMandates } from '../../src/vote/rules/proxies.ts'
import type { Cast } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { tampered } from '../tamper.ts'
import { type Sitting, sitting } from '../vote/sitting.ts'
import { lines } from './help.ts'

const town = await startTown(t)
const { db, cast } = town
const zhou = await town.as('zhou')
const shen = await town.as('shen')
type Door = keyof Cast['doors']

const asked = { question: '同意班车延长至 23:00', rule: 'M2', abstain: 'on', tally: 'live' }

async function open(meeting: Sitting, itemNo = meeting.itemNo): Promise<number> {
  const reply = await zhou.post(`/meetings/${meeting.meetingNo}/items/${itemNo}/ballot`, asked)
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 3_000)}`)
  return (await openBallotOf(db, meeting.meetingNo))?.no as number
}

const register = (meeting: Sitting, principal: string, holder: string, more: Record<string, string> = {}) =>
  shen.post(`/desk/meetings/${meeting.meetingNo}/mandates`, {
    ...{ key: randomUUID(), principal, holder, item: '', seenBy: '沈洁' },
    ...more,
  })

/** Registers it and gives its key. */
async function mandate(meeting: Sitting, principal: string, holder: string, more: Record<string, string> = {}) {
  const key = randomUUID()
  const reply = await register(meeting, principal, holder, { key, ...more })
  if (reply.statusCode !== 303) throw new Error(`${reply.statusCode} ${reply.body.slice(0, 3_000)}`)
  return key
}

const later = (seconds: number) => {
  town.clock.now = new Date(town.clock.now.getTime() + seconds * 1_000)
}

const comes = async (meeting: Sitting, door: Door) =>
  (await town.as({ door })).post(`/meetings/${meeting.meetingNo}/attendance`, { door: 'on' })

const own = async (no: number, door: Door, choice: string) =>
  (await town.as({ door })).post(`/ballots/${no}/votes`, { choice, key: randomUUID() })

const speak = async (no: number, holder: Door, key: string, choice: string, attempt = randomUUID()) =>
  (await town.as({ door: holder })).post(`/ballots/${no}/proxies/${key}`, { choice, key: attempt })

const voteOf = (no: number, door: Door) =>
  db
    .selectFrom('votes')
    .innerJoin('ballots', 'ballots.id', 'votes.ballot_id')
    .where('ballots.no', '=', no)
    .where('voter_id', '=', cast.doors[door])
    .select(['choice', 'way'])
    .executeTakeFirst()

const told = async (meeting: Sitting) =>
  (await lines(town, 'meeting', 'meetings', meeting.meetingNo))
    .map(({ verb }) => verb)
    .filter((verb) => verb.includes('mandate'))

t.test('a written mandate is registered at the desk, and what is none is refused at its box', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602')
  const page = (await shen.get(`/desk/meetings/${meeting.meetingNo}/mandates`)).body
  t.match(page, '一户最多代 1 户')
  t.match(page, 'value="沈洁"', 'whoever sits at the desk has seen it, unless she says otherwise')
  const key = await mandate(meeting, '3-101', '12 号楼 602 室')
  t.equal((await register(meeting, '3-101', '12-602', { key })).statusCode, 303, 'sent twice it is one')

  const refused = async (principal: string, holder: string, field: string, words: string) => {
    const reply = await register(meeting, principal, holder)
    t.equal(reply.statusCode, 422, words)
    t.match(reply.body, new RegExp(`id="${field}-error"[^<]*<span[^>]*>[^<]*</span>${words}`))
    t.match(reply.body, `value="${principal}"`, 'what was typed is still there')
  }
  await refused('3-102', '12-602', 'holder', '这一户代的户数已经到上限')
  await refused('3-101', '3-201', 'principal', '这一户已经委托过人')
  await refused('3-201', '3-201', 'holder', '自己不用委托自己')
  await refused('12-602', '3-201', 'principal', '这一户今天已经签到')
  await refused('99-1', '3-201', 'principal', '')
  t.match((await register(meeting, '3-301', '3-302', { seenBy: '' })).body, '请写下看过委托书的人')
  const list = (await shen.get(`/desk/meetings/${meeting.meetingNo}/mandates`)).body
  t.match(list, '3-101 委托 12-602')
  t.match(list, '沈洁看过原件')
  t.equal(list.match(/class="card/g)?.length, 1)

  for (const who of [await town.as('li'), await town.as({ door: '12-602' })])
    t.equal((await who.get(`/desk/meetings/${meeting.meetingNo}/mandates`)).statusCode, 403)
  const card = (await shen.get(`/mandates/${key}/card`)).body
  t.match(card, '3 号楼 101 室')
  t.match(card, 'class="qr"')
  t.notMatch(card, '沈洁', 'by doors alone')
  const scanned = (await (await town.as()).get(`/mandates/${key}`)).body
  t.match(scanned, '有效')
  t.notMatch(scanned, '沈洁')
  t.equal((await (await town.as()).get(`/mandates/${randomUUID()}`)).statusCode, 404)
  t.same(await told(meeting), ['meeting.mandate_registered'])
})

t.test('the holder votes for the principal beside her own vote, and he counts as present', async (t) => {
  const meeting = await sitting(town)
  await meeting.arrive('12-602', '12-601')
  const key = await mandate(meeting, '3-101', '12-602')
  const no = await open(meeting)
  const wang = await town.as({ door: '12-602' })
  const room = (await wang.get(`/meetings/${meeting.meetingNo}`)).body
  t.match(room, '您代 3 号楼 101 室投票')
  t.equal(room.match(/name="choice" value="for"/g)?.length, 2, 'her own ballot, and his')
  const ids = [...room.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  t.same(ids.length, new Set(ids).size, 'two papers on a page, and no id twice')
  t.match((await wang.get(`/ballots/${no}`)).body, '您代 3 号楼 101 室投票')
  t.match((await wang.get(`/ballots/${no}/proxies`)).body, '替 3-101 投出这一票')
  const neighbour = await town.as({ door: '12-601' })
  for (const path of [`/meetings/${meeting.meetingNo}`, `/ballots/${no}`, `/ballots/${no}/proxies`])
    t.notMatch((await neighbour.get(path)).body, '您代 3', 'nobody else is shown it')
  const pages = [`/meetings/${meeting.meetingNo}`, `/ballots/${no}`, `/ballots/${no}/proxies`, `/mandates/${key}`]
  for (const path of pages) t.ok((await statementsOf(() => wang.get(path))) <= 3, `${path} asks little`)
  t.match((await ballotShown(db, no)).bar, { total: 3 }, 'two in the room, and the one who is spoken for')

  const attempt = randomUUID()
  t.equal((await speak(no, '12-602', key, '', attempt)).statusCode, 422)
  t.equal((await speak(no, '12-602', key, 'for', attempt)).statusCode, 303)
  t.equal((await speak(no, '12-602', key, 'for', attempt)).statusCode, 303, 'sent again it is the same vote')
  await own(no, '12-602', 'against')
  t.match(await voteOf(no, '3-101'), { choice: 'for', way: 'proxy' })
  t.match(await voteOf(no, '12-602'), { choice: 'against', way: 'form' })
  t.match((await wang.get(`/meetings/${meeting.meetingNo}`)).body, '替 3-101 投过了，已经计入')
  const fragment = await wang.post(
    `/ballots/${no}/proxies/${key}`,
    { choice: 'abstain', key: randomUUID() },
    { 'hx-request': 'true' },
  )
  t.match(fragment.body, '投的是：弃权')
  t.notMatch(fragment.body, '<html', 'a page that is open gets this ballot alone')

  t.equal((await neighbour.post(`/ballots/${no}/proxies/${key}`, { choice: 'for', key: randomUUID() })).statusCode, 404)
  t.equal((await (await town.as()).post(`/ballots/${no}/proxies/${key}`, { choice: 'for' })).statusCode, 403)
  await meeting.leave('12-602')
  t.match((await speak(no, '12-602', key, 'for')).body, '要先签到才能投', 'the holder has to be in the room')
  await zhou.post(`/ballots/${no}/closure`)
  const ballot = await ballotShown(db, no)
  t.match(ballot.numbers, { for: 0, against: 1, abstain: 1, present: 3, ways: { phone: 1, proxy: 1 } })
  t.match((await wang.get(`/ballots/${no}`)).body, '<dt>委托代投</dt><dd>1 户')
})

t.test(
  'the principal checks in in the middle of a vote: what was cast for him stands unless he votes himself',
  async (t) => {
    const meeting = await sitting(town)
    await meeting.arrive('12-602', '12-601')
    const [first, second] = [await mandate(meeting, '3-101', '12-602'), await mandate(meeting, '3-102', '12-601')]
    const no = await open(meeting)
    await speak(no, '12-602', first, 'for')
    later(10)
    t.equal((await comes(meeting, '3-101')).statusCode, 303)
    await comes(meeting, '3-102')
    later(10)
    t.match(await voteOf(no, '3-101'), { choice: 'for', way: 'proxy' })
    t.match((await speak(no, '12-602', first, 'against')).body, '这份委托现在不管用')
    t.match((await speak(no, '12-601', second, 'for')).body, '这份委托现在不管用')
    t.notMatch((await (await town.as({ door: '12-602' })).get(`/meetings/${meeting.meetingNo}`)).body, '您代 3 号楼')
    t.match((await (await town.as()).get(`/mandates/${first}`)).body, '委托人到会，已作废')
    t.equal((await told(meeting)).filter((verb) => verb === 'meeting.mandate_void').length, 2, 'the journal says so')

    // Who goes home again has been here all the same.
    await (await town.as({ door: '3-102' })).post(`/meetings/${meeting.meetingNo}/departure`)
    await comes(meeting, '3-102')
    await (await town.as({ door: '3-102' })).post(`/meetings/${meeting.meetingNo}/departure`)
    t.match((await speak(no, '12-601', second, 'for')).body, '这份委托现在不管用')
    t.equal((await told(meeting)).filter((verb) => verb === 'meeting.mandate_void').length, 2, 'once')

    await own(no, '3-101', 'against')
    t.match(await voteOf(no, '3-101'), { choice: 'against', way: 'form' }, 'he votes himself, and that counts')
    await zhou.post(`/ballots/${no}/closure`)
    t.match((await ballotShown(db, no)).numbers, { for: 0, against: 1, present: 4, ways: { phone: 1, proxy: 0 } })
  },
)

t.test(
  'what the household said itself wins over its proxy, whichever came first, and the holder is not told what',
  async (t) => {
    const meeting = await sitting(town)
    await meeting.arrive('12-602', '3-101')
    const no = await open(meeting)
    await own(no, '3-101', 'against')
    // At the desk somebody undoes the check-in: he was never here, and his mandate is good.
    await meeting.leave('3-101')
    await db.deleteFrom('attendance').where('household_id', '=', cast.doors['3-101']).execute()
    const key = await mandate(meeting, '3-101', '12-602')
    t.match((await speak(no, '12-602', key, 'for')).body, '委托人自己已经投过')
    t.match(await voteOf(no, '3-101'), { choice: 'against', way: 'form' })
    const page = (await (await town.as({ door: '12-602' })).get(`/ballots/${no}`)).body
    t.match(page, '这一户自己已经投过')
    t.notMatch(page, '投的是：反对')
    await zhou.post(`/ballots/${no}/closure`)
  },
)

t.test(
  'a household comes and votes in the same second as its proxy, in two processes: its own vote stands',
  async (t) => {
    const other = await town.again()
    for (let round = 0; round < 6; round++) {
      const meeting = await sitting(town)
      await meeting.arrive('12-602')
      const key = await mandate(meeting, '3-101', '12-602')
      const no = await open(meeting)
      const wang = await town.as({ door: '12-602' })
      const himself = Object.assign(await town.as({ door: '3-101' }), { app: other.app })
      const comesAndVotes = async () => {
        await himself.post(`/meetings/${meeting.meetingNo}/attendance`, { door: 'on' })
        return himself.post(`/ballots/${no}/votes`, { choice: 'against', key: randomUUID() })
      }
      await Promise.all([
        wang.post(`/ballots/${no}/proxies/${key}`, { choice: 'for', key: randomUUID() }),
        comesAndVotes(),
      ])
      t.match(await voteOf(no, '3-101'), { choice: 'against', way: 'form' })
      await zhou.post(`/ballots/${no}/closure`)
    }
  },
)

t.test('withdrawn, struck out, for one item, and until the meeting ends', async (t) => {
  const meeting = await sitting(town)
  const second = await meeting.another()
  await meeting.arrive('12-602', '12-601')
  const path = (key: string, what: string) => `/desk/meetings/${meeting.meetingNo}/mandates/${key}/${what}`
  const wrong = await mandate(meeting, '3-202', '12-602')
  t.equal((await shen.post(path(wrong, 'correction'))).statusCode, 303)
  const key = await mandate(meeting, '3-101', '12-602', { item: String(meeting.itemNo) })
  t.equal(
    (await register(meeting, '3-102', '12-602', { item: String(second.itemNo) })).statusCode,
    303,
    'one for each item: in no vote does she speak for two',
  )
  t.equal((await register(meeting, '3-201', '12-602')).statusCode, 422)
  const no = await open(meeting)
  const wang = await town.as({ door: '12-602' })
  const page = (await wang.get(`/ballots/${no}`)).body
  t.match(page, '您代 3 号楼 101 室')
  t.notMatch(page, '您代 3 号楼 102 室', 'that one is for the other item')
  t.equal((await speak(no, '12-602', key, 'for')).statusCode, 303)
  t.match((await shen.post(path(key, 'correction'))).body, '已经用这份委托投过票')
  later(5)
  t.equal((await shen.post(path(key, 'revocation'))).statusCode, 303)
  t.equal((await shen.post(path(key, 'revocation'))).statusCode, 303, 'twice is once')
  t.match((await speak(no, '12-602', key, 'against')).body, '这份委托现在不管用')
  t.match(await voteOf(no, '3-101'), { choice: 'for' }, 'what was cast by it stands')
  t.match((await register(meeting, '3-101', '12-601', { item: String(meeting.itemNo) })).body, '一户只能委托一次')
  await zhou.post(`/ballots/${no}/closure`)
  t.match((await ballotShown(db, no)).numbers, { for: 1, present: 3 })
  t.same(await told(meeting), [
    ...['meeting.mandate_registered', 'meeting.mandate_struck', 'meeting.mandate_registered'],
    ...['meeting.mandate_registered', 'meeting.mandate_revoked'],
  ])
  t.equal((await shen.post(path(randomUUID(), 'revocation'))).statusCode, 404)
  await db.updateTable('meetings').set({ adjourned_at: town.clock.now }).where('no', '=', meeting.meetingNo).execute()
  t.match((await register(meeting, '3-301', '12-601')).body, '会已经散了')
  t.match((await (await town.as()).get(`/mandates/${key}`)).body, '已撤销')
})

t.test('how many one may speak for belongs to the kind of meeting', async (t) => {
  const kinds = await db.selectFrom('meeting_kinds').select(['code', 'terms']).execute()
  const limits = Object.fromEntries(kinds.map(({ code, terms }) => [code, terms.proxies]))
  t.match(limits, { five_party: 1, residents: 1, owners: 1, salon: 0, team: 0 })
  const form = {
    ...{ name: '五位一体会议', nameEn: 'Five-party meeting', convenor: '党组织', convenorEn: 'Party', leadDays: '3' },
    ...{
      proof: 'one',
      quorum: 'seats',
      least: '4',
      required: 'on',
      rule: 'S5',
      decides: 'common',
      order: '议事 | Items | 0',
    },
  }
  t.match((await zhou.post('/desk/kinds/five_party', { ...form, proxies: 'all' })).body, '合适的整数')
  t.equal((await zhou.post('/desk/kinds/five_party', { ...form, proxies: '2' })).statusCode, 303)
  t.match((await zhou.get('/desk/kinds/five_party')).body, 'name="proxies" type="text" value="2"')
  const meeting = await sitting(town)
  await meeting.arrive('12-602')
  const keys = [await mandate(meeting, '3-101', '12-602'), await mandate(meeting, '3-102', '12-602')]
  t.equal((await register(meeting, '3-201', '12-602')).statusCode, 422)
  const no = await open(meeting)
  for (const key of keys) t.equal((await speak(no, '12-602', key, 'for')).statusCode, 303)
  await zhou.post(`/ballots/${no}/closure`)
  t.match((await ballotShown(db, no)).numbers, { for: 2, present: 3, ways: { proxy: 2 } })
  await zhou.post('/desk/kinds/five_party', { ...form, proxies: '0' })
  const closed = await sitting(town)
  t.match((await register(closed, '3-101', '12-602')).body, '这类会议不接受委托')
  await zhou.post('/desk/kinds/five_party', { ...form, proxies: '1' })
})

t.test('whatever the desk takes, the rule of the catalogue takes too', async (t) => {
  let seed = 11
  const any = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % n
  }
  let taken = 0
  for (let round = 0; round < 500; round++) {
    const limit = 1 + any(3)
    const known: { principalId: number; holderId: number; itemId: number | null }[] = []
    for (let i = 0; i < 14; i++) {
      const item = any(3)
      const fresh = { principalId: any(8), holderId: any(6), itemId: item === 0 ? null : item }
      if (whyNotRegister({ ...fresh, principalCame: false }, known, limit) === null) known.push(fresh)
    }
    taken += known.length
    const mandates = known.map(({ principalId, holderId, itemId }, id) => ({
      ...{ id, principal: principalId, holder: holderId, written: true, registeredAt: id, ballot: itemId },
      ...{ expiresAt: null, revokedAt: null },
    }))
    for (const ballot of [1, 2]) {
      const refused = weighMandates(mandates, { ballot, limit, checkins: new Map() }).map((each) => each.refused)
      t.ok(refused.every((why) => why === null || why === 'otherMatter'))
    }
  }
  t.ok(taken > 1_000)
})

t.test('counted again, every vote by mandate has one', async (t) => {
  const wrong = async () => (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
  t.same(await wrong(), [])
  const found = await tampered(town, sql`delete from mandates`)
  t.match(found.wrong.join('\n'), 'votes by a mandate that did not hold')
})
