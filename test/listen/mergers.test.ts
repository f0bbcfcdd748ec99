import t from 'tap'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { startTown } from '../harness.ts'
import { sitting } from '../vote/sitting.ts'
import {
  accept,
  codeIn,
  file,
  filingOf,
  hostile,
  issueOf,
  journalOf,
  publish,
  sent,
  shown,
  unreadable,
} from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const zhou = await town.as('zhou')
const week = 7 * 86_400_000

let heard = 0
async function matter(title: string, more: Record<string, string> = {}) {
  const code = await file(nobody, `${title}，这是我的原话`, { phone: `1381234${String(1000 + heard++)}` })
  const no = await accept(town, shen, code, { title, body: `${title}的公开说法`, ...more })
  await publish(town, gu, no)
  return { code, no }
}
const merge = (no: number, into: number, who = shen) => who.post(`/desk/issues/${no}/merger`, { into: String(into) })

t.test('put together: linked and not moved, counted once a door, both sides told once with both texts', async (t) => {
  const [bus, shuttle] = [await matter('末班车太早'), await matter('接驳车收得早', { safety: 'on' })]
  const home = await town.as({ door: '12-602' })
  for (const { no } of [bus, shuttle]) await home.post(`/issues/${no}/support`)
  const page = await shen.get(`/desk/issues/${shuttle.no}/merger?into=${bus.no}`)
  for (const text of ['末班车太早的公开说法', '接驳车收得早，这是我的原话'])
    t.match(page.body, text, 'both in full before the second step')
  t.equal((await merge(shuttle.no, bus.no)).statusCode, 303)

  const [source, target] = [await issueOf(town, shuttle.no), await issueOf(town, bus.no)]
  t.match(source, { state: 'merged', merged_into: target.id })
  t.match(target, { state: 'accepted', safety: true }, 'the more delicate of the two')
  t.equal((await filingOf(town, shuttle.code)).issue_id, source.id, 'her filing stays where it is')
  const { body } = await nobody.get(`/issues/${bus.no}`)
  t.match(body, /2 条[\s\S]{0,30}1 户/, 'two filings, one household')
  const old = (await nobody.get(`/issues/${shuttle.no}`)).body
  t.match(old, `/issues/${bus.no}"`, 'the old page points')
  t.match(old, '已受理', 'and keeps its own story') || t.match(old, '接驳车')
  t.notMatch((await nobody.get('/issues')).body, `/issues/${shuttle.no}"`, 'the list shows it once')

  const told = (await sent(town)).filter(({ dedup_key }) => dedup_key.startsWith('merger:'))
  t.equal(told.length, 2)
  t.match(told.find(({ dedup_key }) => dedup_key.endsWith(`:${source.id}`) || true)?.body, '放在一起')
  t.ok(told.some(({ body }) => body.includes('接驳车收得早，这是我的原话') && body.includes('末班车太早')))
  t.match((await nobody.get(`/track/${shuttle.code}`)).body, '这不是一回事')
  t.match((await nobody.get(`/track/${bus.code}`)).body, '这不是一回事')
  t.notMatch(
    (await nobody.get(`/track/${bus.code}`)).body,
    '接驳车收得早，这是我的原话',
    'of the other filer nothing raw',
  )
})

t.test('not the same: within a week, once, and the desk takes it apart as it was', async (t) => {
  const [one, other] = [await matter('三号楼电梯坏了'), await matter('十五号楼电梯坏了')]
  await shen.post(`/desk/issues/${one.no}/steps`, { to: 'pooled', words: '放进议题池里等' })
  await merge(one.no, other.no)
  const merger = await town.db.selectFrom('mergers').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  const object = (code: string, why = '楼不一样') =>
    nobody.post(`/track/${code}/objections`, { merger: String(merger.id), why })
  t.equal((await object(one.code)).statusCode, 303)
  t.equal((await object(one.code)).statusCode, 303, 'twice is once')
  t.equal((await town.db.selectFrom('objections').selectAll().execute()).length, 1)
  const stranger = await file(nobody, '和这件没关系的一条')
  t.equal((await object(stranger)).statusCode, 409, 'whose it is not cannot object')
  t.match((await nobody.get(`/track/${one.code}`)).body, '居委会会看')
  t.match((await shen.get('/desk/objections')).body, '楼不一样')

  t.equal((await shen.post(`/desk/issues/${one.no}/separation`, { cause: '' })).statusCode, 422)
  t.equal((await shen.post(`/desk/issues/${one.no}/separation`, { cause: '楼不一样' })).statusCode, 303)
  t.match(await issueOf(town, one.no), { state: 'pooled', merged_into: null, closed_at: null })
  t.notMatch((await shen.get('/desk/objections')).body, '楼不一样', 'settled with that')
  t.same(
    (await journalOf(town, 'issue', (await issueOf(town, one.no)).id))
      .slice(-2)
      .map(({ verb, was, became }) => [verb, was, became]),
    [
      ['issue.merged', 'pooled', 'merged'],
      ['issue.takenOut', 'merged', 'pooled'],
    ],
  )
  t.equal((await shen.post(`/desk/issues/${one.no}/separation`, { cause: '再来一次' })).statusCode, 409)

  await merge(one.no, other.no)
  const again = await town.db.selectFrom('mergers').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  const before = town.clock.now
  town.clock.now = new Date(before.getTime() + week + 1000)
  t.equal(
    (await nobody.post(`/track/${one.code}/objections`, { merger: String(again.id) })).statusCode,
    409,
    'a week is over',
  )
  t.notMatch((await nobody.get(`/track/${one.code}`)).body, '这不是一回事')
  town.clock.now = before
})

t.test(
  'once the vote has opened only the chair takes anything apart, with a reason, and no vote is touched',
  async (t) => {
    const [source, target] = [await matter('末班太早的一件'), await matter('末班太早的另一件')]
    const code = await file(nobody, '我也赶不上末班车', { phone: '13812349998' })
    const { no: filingNo } = await filingOf(town, code)
    await shen.post(`/desk/triage/${filingNo}/merger`, {
      seen: 'submitted',
      issue: String(target.no),
      merged: '一起办',
    })
    await merge(source.no, target.no)
    const meeting = await sitting(town)
    await meeting.arrive('12-602', '12-601')
    const { id } = await issueOf(town, target.no)
    const linked = { linked_at: town.clock.now, linked_by: town.cast.people.zhou }
    await town.db
      .insertInto('agenda_links')
      .values({ item_id: meeting.itemId, issue_id: id, ...linked })
      .execute()
    await town.db.updateTable('issues').set({ state: 'on_agenda' }).where('id', '=', id).execute()
    const asked = { question: '同意末班车延到二十三点', abstain: true, rule: 'M2', tallyShown: 'live' } as const
    const by = { personId: town.cast.people.zhou }
    const ballot = await openBallot(town.db, {
      ...asked,
      meetingNo: meeting.meetingNo,
      itemNo: meeting.itemNo,
      by,
      at: town.clock.now,
    })
    const voter = await town.as({ door: '12-602' })
    await voter.post(`/ballots/${ballot.no}/votes`, { choice: 'for', key: crypto.randomUUID() })
    const votes = () => town.db.selectFrom('votes').selectAll().orderBy('cast_at').execute()
    const before = await votes()
    t.equal(before.length, 1)

    const split = (who: typeof shen, cause: string) => who.post(`/desk/issues/${source.no}/separation`, { cause })
    const moved = (who: typeof shen, cause: string) => who.post(`/desk/triage/${filingNo}/transfer`, { to: '', cause })
    for (const reply of [await split(shen, '不是一回事'), await moved(shen, '不是一回事')]) {
      t.equal(reply.statusCode, 409)
      t.match(reply.body, '由主任来定')
    }
    t.equal((await shen.post(`/desk/triage/${filingNo}/undo`)).statusCode, 409, 'nor within the minute of a slip')
    for (const reply of [await split(zhou, ''), await moved(zhou, '')])
      t.equal(reply.statusCode, 422, 'not without a reason')
    t.match(await issueOf(town, source.no), { state: 'merged' })
    t.match(await filingOf(town, code), { state: 'accepted' })

    for (const reply of [await split(zhou, '两趟不同的车'), await moved(zhou, '说的是另一趟')])
      t.equal(reply.statusCode, 303)
    t.match(await issueOf(town, source.no), { state: 'accepted', merged_into: null })
    t.match(await filingOf(town, code), { state: 'submitted', issue_id: null })
    const line = (await journalOf(town, 'issue', (await issueOf(town, source.no)).id)).at(-1)
    t.match(line, { verb: 'issue.takenOut', person_id: by.personId, particulars: { reason: '两趟不同的车' } })
    t.same(await votes(), before, 'the votes are as they were')
    t.match(await issueOf(town, target.no), { state: 'on_agenda' }, 'and the matter goes on to its result')
  },
)

t.test('what may not be put together', async (t) => {
  const [a, b, c] = [await matter('单独甲事'), await matter('单独乙事'), await matter('单独丙事')]
  t.equal((await merge(a.no, a.no)).statusCode, 409)
  t.equal((await merge(a.no, 99_999)).statusCode, 409)
  t.equal((await merge(99_999, a.no)).statusCode, 404)
  await merge(a.no, b.no)
  t.equal((await merge(a.no, c.no)).statusCode, 409, 'what is merged already')
  t.equal((await merge(c.no, a.no)).statusCode, 409, 'into what is merged itself')
  t.equal((await merge(b.no, c.no)).statusCode, 409, 'what holds others')
  for (const state of ['decided', 'resolving', 'claimed_done', 'revisiting', 'closed_resolved'] as const) {
    const late = await matter(`已经${state}的事`)
    await town.db.updateTable('issues').set({ state }).where('no', '=', late.no).execute()
    t.equal((await merge(late.no, c.no)).statusCode, 409, state)
    t.equal((await merge(c.no, late.no)).statusCode, 409, state)
  }
  t.equal((await (await town.as('li')).post(`/desk/issues/${c.no}/merger`, { into: String(b.no) })).statusCode, 403)
})

t.test('two people at once: into each other, the same one twice; one of them is told no', async (t) => {
  const [a, b] = [await matter('同时的甲'), await matter('同时的乙')]
  const crossed = await Promise.all([merge(a.no, b.no, shen), merge(b.no, a.no, gu)])
  t.same(crossed.map(({ statusCode }) => statusCode).sort(), [303, 409])
  const [c, d] = [await matter('同时的丙'), await matter('同时的丁')]
  const twice = await Promise.all([merge(c.no, d.no, shen), merge(c.no, d.no, gu)])
  t.same(twice.map(({ statusCode }) => statusCode).sort(), [303, 409])
  const apart = await Promise.all(
    [shen, gu].map((who) => who.post(`/desk/issues/${c.no}/separation`, { cause: '分开' })),
  )
  t.same(apart.map(({ statusCode }) => statusCode).sort(), [303, 409])
})

t.test('a filing put to a matter: she may say no, and taking it out settles that', async (t) => {
  const target = await matter('楼道灯不亮')
  const code = await file(nobody, '走廊灯坏了，看不见', { phone: '13812349999' })
  const { no } = await filingOf(town, code)
  await shen.post(`/desk/triage/${no}/merger`, { seen: 'submitted', issue: String(target.no), merged: '放在一起办' })
  const merger = await town.db.selectFrom('mergers').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()
  t.match(merger, { filing_id: (await filingOf(town, code)).id, was: 'submitted' })
  await nobody.post(`/track/${code}/objections`, { merger: String(merger.id), why: hostile.script })
  t.match((await shen.get('/desk/objections')).body, shown(hostile.script))
  t.notMatch((await nobody.get(`/track/${target.code}`)).body, '走廊灯坏了', 'the other filer sees nothing of it')
  await shen.post(`/desk/triage/${no}/transfer`, { to: '', cause: '不是一回事' })
  t.match(await filingOf(town, code), { state: 'submitted', issue_id: null })
  t.notMatch((await shen.get('/desk/objections')).body, '走廊灯坏了')
})

t.test('a merge teaches words, and they count once the desk has said yes', async (t) => {
  const { rows } = { rows: await town.db.selectFrom('synonyms').selectAll().orderBy('id').execute() }
  t.ok(rows.length > 0, 'the merge above proposed some')
  const [pair] = rows
  const page = await shen.get('/desk/words')
  t.match(page.body, String(pair?.word))
  t.equal((await shen.post(`/desk/words/${pair?.id}`, { verdict: 'yes' })).statusCode, 303)
  t.ok(
    (
      await town.db
        .selectFrom('synonyms')
        .select('approved_at')
        .where('id', '=', Number(pair?.id))
        .executeTakeFirstOrThrow()
    ).approved_at,
  )
  t.equal((await shen.post(`/desk/words/${pair?.id}`, { verdict: 'no' })).statusCode, 303)
  t.equal((await shen.post('/desk/words/99999', { verdict: 'no' })).statusCode, 404)
  t.equal((await nobody.get('/desk/words')).statusCode, 403)
})

t.test('she may take back her words from a matter that was put into another', async (t) => {
  const [a, b] = [await matter('收回的甲'), await matter('收回的乙')]
  await merge(a.no, b.no)
  t.equal((await nobody.post(`/track/${a.code}/withdrawal`)).statusCode, 303)
  t.match(await filingOf(town, a.code), { state: 'withdrawn' })
})

t.test('whatever is typed is refused or shown as text', async (t) => {
  const [a, b] = [await matter('乱写的甲'), await matter('乱写的乙')]
  await merge(a.no, b.no)
  const merger = await town.db.selectFrom('mergers').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  for (const [name, why] of Object.entries(unreadable)) {
    t.equal(
      (await nobody.post(`/track/${a.code}/objections`, { merger: String(merger.id), why })).statusCode,
      422,
      name,
    )
    t.equal((await shen.post(`/desk/issues/${a.no}/separation`, { cause: why })).statusCode, 422, name)
  }
  for (const into of ['', 'x', '-1', '1.5', '2000000001'])
    t.equal((await shen.post(`/desk/issues/${b.no}/merger`, { into })).statusCode, 422, into)
  t.equal((await nobody.post(`/track/${a.code}/objections`, { merger: 'x' })).statusCode, 422)
  t.equal((await zhou.post(`/desk/objections/99999/kept`)).statusCode, 409)
  t.ok(codeIn(`/track/${a.code}`))
})
