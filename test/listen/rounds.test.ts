import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { doorsIn, whyNotGive } from '../../src/listen/rounds/rules.ts'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { answersTo, visit } from './doorhelp.ts'
import { hostile, shown, unreadable } from './help.ts'

const town = await startTown(t)
const shen = await town.as('shen')
const li = await town.as('li')
const xu = await town.as('xu')
const { li: liId, xu: xuId } = town.cast.people
const team = await town.db.insertInto('teams').values({ name: '银龄巡楼队' }).returning('id').executeTakeFirstOrThrow()
await town.db.updateTable('people').set({ team_id: team.id }).where('id', '=', xuId).execute()

const round = (more: Record<string, string> = {}) => ({
  key: randomUUID(),
  name: '12 号楼高层',
  who: `p${liId}`,
  ends: '2026-12-01',
  building1: '12',
  from1: '5',
  to1: '6',
  ...more,
})
const doorsOf = async (browser: Browser) => {
  const { doors, rounds } = (await browser.get('/door/doors')).json()
  return { doors: doors.map((one: { building: string; door: string }) => `${one.building}-${one.door}`).sort(), rounds }
}
const rounds = () => town.db.selectFrom('rounds').selectAll().orderBy('id').execute()

t.test('without a round and without a door of her own a volunteer carries nobody’s doors', async (t) => {
  t.same(await doorsOf(li), { doors: [], rounds: [] })
})

t.test('the desk gives floors of a building to a volunteer, and she carries these doors and no others', async (t) => {
  const given = await shen.post('/desk/rounds', round())
  t.equal(given.statusCode, 303)
  t.match((await shen.get(String(given.headers.location))).body, '派好了：12 号楼高层')
  t.same(await doorsOf(li), {
    doors: ['12-501', '12-502', '12-601', '12-602'],
    rounds: [{ name: '12 号楼高层', endsOn: '2026-12-01' }],
  })
  t.same((await doorsOf(xu)).doors, [], 'another volunteer does not')
  const page = (await shen.get('/desk/rounds')).body
  t.match(page, '李阿姨（志愿者）')
  t.match(page, '去过 0/4 户，见到 0 户')
  const line = await town.db
    .selectFrom('journal')
    .select(['verb', 'particulars'])
    .where('subject', '=', 'round')
    .execute()
  t.match(line, [{ verb: 'round.given', particulars: { name: '12 号楼高层', doors: 4 } }])
})

t.test('a round of a team is everybody’s on it', async (t) => {
  await shen.post('/desk/rounds', round({ who: `t${team.id}`, name: '3 号楼', building1: '3', from1: '', to1: '2' }))
  t.same((await doorsOf(xu)).doors, ['3-101', '3-102', '3-201', '3-202'])
  t.equal((await doorsOf(li)).doors.length, 4)
})

t.test('what she does at her doors is seen at the desk and on the next volunteer’s phone', async (t) => {
  await answersTo(li, [visit({ door: '501', at: town.clock.now.getTime() })])
  t.match((await shen.get('/desk/rounds')).body, '去过 1/4 户，见到 1 户')
  const { doors } = (await li.get('/door/doors')).json()
  t.match(
    doors.find((one: { door: string }) => one.door === '501'),
    { outcome: 'met', volunteer: '李阿姨', floor: 5 },
  )
  t.match((await shen.get('/desk/visits')).body, '听到 1/12 户')
  t.match((await shen.get('/desk/visits?building=12')).body, '九十天里听到 1/12 户')
})

t.test('“only those not heard” leaves out where somebody was met', async (t) => {
  const fields = round({ unheard: 'on', name: '补走' })
  await shen.post('/desk/rounds', fields)
  const { n } = await town.db
    .selectFrom('round_doors as d')
    .innerJoin('rounds as r', 'r.id', 'd.round_id')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('r.key', '=', fields.key)
    .executeTakeFirstOrThrow()
  t.equal(Number(n), 3)
})

t.test('the list of doors not heard for ninety days has those that were knocked at in vain', async (t) => {
  await answersTo(li, [
    visit({ door: '602', outcome: 'not_home', matters: [], record: false, at: town.clock.now.getTime() }),
  ])
  const page = (await li.get('/desk/visits/unheard?building=12')).body
  t.match(page, '11 户没听到，共 12 户')
  t.notMatch(page, 'door=501"')
  t.match(page, /door=602"[\s\S]*?去过：没人/)
  t.match((await li.get('/desk/visits/unheard')).body, '23 户没听到，共 24 户')
  t.match((await li.get('/desk/visits/unheard?building=nowhere')).body, '都听到过了')
})

t.test('a round ends on its day, or when the desk ends it', async (t) => {
  const before = town.clock.now
  town.clock.now = new Date('2026-12-02T09:00:00+08:00')
  t.same((await doorsOf(await town.as('li'))).doors, [])
  town.clock.now = before
  const [first] = await rounds()
  const path = `/desk/rounds/${first?.key}/closure`
  t.equal((await shen.post(path)).statusCode, 303)
  t.equal((await shen.post(path)).statusCode, 409, 'once')
  t.equal((await doorsOf(li)).doors.length, 3, 'the other round of hers runs on')
  const late = visit({ door: '502', outcome: 'not_home', matters: [], record: false })
  t.match(await answersTo(li, [late]), [{ state: 'stored' }], 'what she wrote down before she heard of it is taken')
})

t.test('the form sent twice, or five times at once, gives one round', async (t) => {
  const fields = round()
  const before = (await rounds()).length
  const replies = await Promise.all(Array.from({ length: 5 }, () => shen.post('/desk/rounds', fields)))
  t.ok(replies.every(({ statusCode }) => statusCode === 303))
  t.equal((await rounds()).length, before + 1)
})

t.test('a wrong form comes back filled in, with why', async (t) => {
  const before = (await rounds()).length
  const cases: [Record<string, string>, string][] = [
    [{ name: '' }, '请给任务起个名字'],
    [{ name: unreadable.long }, '太长了'],
    [{ name: unreadable.nul }, '不能用的符号'],
    [{ who: '' }, '请选一位志愿者或一支队伍'],
    [{ who: 'p999999' }, '请选一位志愿者或一支队伍'],
    [{ who: `p${town.cast.people.tang}` }, '请选一位志愿者或一支队伍'],
    [{ who: 't1; drop table rounds' }, '请选一位志愿者或一支队伍'],
    [{ ends: '2026-11-23' }, '这一天已经过了'],
    [{ ends: '2027-11-23' }, '最长九十天'],
    [{ ends: '2026-02-30' }, '日期不对'],
    [{ building1: '' }, '请至少选一栋楼'],
    [{ building1: 'nowhere' }, '一户也没有'],
    [{ from1: '9', to1: '2' }, '不能比'],
    [{ from1: 'six' }, '这一项不对'],
    [{ stairwell1: '9' }, '一户也没有'],
  ]
  for (const [fields, why] of cases) {
    const reply = await shen.post('/desk/rounds', round({ ...fields }))
    t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 60))
    t.match(reply.body, why)
    if (fields.name === undefined) t.match(reply.body, 'value="12 号楼高层"')
  }
  t.equal((await rounds()).length, before)
})

t.test('what the desk calls a round stays words', async (t) => {
  for (const name of [hostile.script, hostile.htmx.slice(0, 40), hostile.emoji]) {
    await shen.post('/desk/rounds', round({ name }))
    t.match((await shen.get('/desk/rounds')).body, shown(name))
  }
})

t.test('rounds are given by the desk and by nobody else, and not across neighbourhoods', async (t) => {
  for (const who of ['li', 'tang', 'admin'] as const) {
    const browser = await town.as(who)
    t.equal((await browser.get('/desk/rounds')).statusCode, 403)
    t.equal((await browser.post('/desk/rounds', round())).statusCode, 403)
  }
  const { community, cast } = await settle(town.house, town.clock.now, 'lotus')
  t.equal((await shen.post('/desk/rounds', round({ who: `p${cast.people.li}` }))).statusCode, 422)
  const [first] = await rounds()
  t.equal((await shen.post(`/c/${community.slug}/desk/rounds/${first?.key}/closure`)).statusCode, 403)
})

t.test('without a round she carries the doors of her own stairwell', async (t) => {
  const [door] = await town.db
    .selectFrom('households')
    .select('id')
    .where('id', '=', town.cast.doors['3-101'])
    .execute()
  await town.db
    .updateTable('people')
    .set({ household_id: door?.id ?? null })
    .where('id', '=', town.cast.people.gu)
    .execute()
  const gu = await town.as('gu')
  t.equal((await doorsOf(gu)).doors.length, 12, 'a building without stairwells is one stairwell')
})

t.test('pages cost at most three statements', async (t) => {
  for (const path of [
    '/desk/rounds',
    '/desk/rounds/new',
    '/desk/visits/unheard',
    '/desk/visits',
    '/desk/visits?building=12',
  ])
    t.ok((await statementsOf(() => shen.app.inject({ url: `/c/wutongli${path}`, headers: shen.headers }))) <= 3, path)
})

t.test('rules: the stretches of a round hold what they say, and nothing twice', (t) => {
  const doors = fc.array(
    fc.record({
      id: fc.nat(),
      building: fc.constantFrom('1', '2'),
      stairwell: fc.constantFrom(null, '1', '2'),
      floor: fc.integer({ min: -2, max: 30 }),
      heard: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  const level = fc.option(fc.integer({ min: -2, max: 30 }), { nil: null })
  const stretches = fc.array(
    fc.record({
      building: fc.constantFrom('1', '2', '3'),
      stairwell: fc.constantFrom('', '1'),
      from: level,
      to: level,
    }),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(doors, stretches, fc.boolean(), (all, some, unheard) => {
      const inside = doorsIn(all, some, unheard)
      const outside = all.filter((door) => !inside.includes(door))
      return (
        new Set(inside).size === inside.length &&
        inside.every((door) => some.some(({ building }) => building === door.building) && !(unheard && door.heard)) &&
        doorsIn(outside, some, unheard).length === 0
      )
    }),
  )
  t.equal(whyNotGive(1, '2026-11-24', '2026-11-24'), null)
  t.equal(whyNotGive(1, '2026-11-23', '2026-11-24'), 'rounds.ends.past')
  t.equal(whyNotGive(401, '2026-11-24', '2026-11-24'), 'rounds.doors.many')
  t.end()
})
