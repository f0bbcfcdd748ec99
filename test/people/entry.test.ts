import t from 'tap'
import { findPerson, issueEntrance } from '../../src/people/entry/store.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'

t.test('people come in by a link that works once', async (t) => {
  const town = await startTown(t)
  const link = (of: { personId: number } | { householdId: number }) =>
    town.db.transaction().execute((trx) => issueEntrance(trx, of, { personId: null }, town.clock.now))

  t.test('looking at a link does not use it up; pressing the button does, once', async (t) => {
    const token = await link({ personId: town.cast.people.shen })
    const browser = await town.as()
    t.match((await browser.get(`/enter/${token}`)).body, '沈洁')
    t.match((await browser.get(`/enter/${token}`)).body, '沈洁')
    const entered = await browser.post(`/enter/${token}`)
    t.equal(entered.statusCode, 303)
    t.match((await browser.get('/sessions')).body, '这台设备')
    const thief = await town.as()
    t.equal((await thief.post(`/enter/${token}`)).statusCode, 409)
    t.equal((await thief.get(`/enter/${token}`)).statusCode, 404)
  })

  t.test('on the command line a name means the people of that name, and nobody else', async (t) => {
    const named = async (who: string) => (await findPerson(town.db, who)).map((person) => person.name)
    t.same(await named('沈洁'), ['沈洁'])
    t.same(await named('钱立'), ['钱立'], 'a seat is enough')
    t.same(await named(String(town.cast.people.gu)), ['顾萍'])
    for (const who of ['', '没有这个人', '999999', "' or true --"]) t.same(await named(who), [], who)
    await town.db.updateTable('people').set({ left_at: town.clock.now }).where('name', '=', '钱立').execute()
    t.same(await named('钱立'), [], 'who has left is not let in')
    await town.db.updateTable('people').set({ left_at: null }).where('name', '=', '钱立').execute()
  })

  t.test('of two who press in the same moment one enters', async (t) => {
    const token = await link({ householdId: town.cast.doors['12-602'] })
    const browsers = await Promise.all(Array.from({ length: 8 }, () => town.as()))
    const replies = await Promise.all(browsers.map((browser) => browser.post(`/enter/${token}`)))
    t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409, 409, 409, 409, 409, 409, 409])
  })

  t.test('a session ends where it is ended, and one cannot end somebody else’s', async (t) => {
    const shen = await town.as('shen')
    const gu = await town.as('gu')
    const [{ id } = { id: 0 }] = await town.db
      .selectFrom('sessions')
      .select('id')
      .where('person_id', '=', town.cast.people.gu)
      .execute()
    await shen.post(`/sessions/${id}/revocation`)
    t.match((await gu.get('/sessions')).body, '这台设备', 'still in')
    await gu.post(`/sessions/${id}/revocation`)
    t.equal((await gu.get('/sessions')).statusCode, 303, 'out')
  })

  t.test('a form without its token, or from another site, changes nothing', async (t) => {
    const shen = await town.as('shen')
    t.equal((await shen.post('/leave', { _csrf: 'made-up' })).statusCode, 403)
    t.equal((await shen.post('/leave', {}, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
    t.equal((await shen.post('/leave', {}, { origin: 'https://evil.example' })).statusCode, 403)
    t.match((await shen.get('/sessions')).body, '这台设备')
  })

  t.test('a session of one community is nobody in another', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const shen = await town.as('shen')
    t.equal((await shen.get(`/c/${other.community.slug}/sessions`)).statusCode, 303)
  })
})
