import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('an administrator lets people in and out', async (t) => {
  const town = await startTown(t)
  const { people } = town.cast
  const admin = await town.as('admin')
  const tokenOf = (body: string) => /\/enter\/([\w-]{43})/.exec(body)?.[1] ?? ''

  t.test('administrators and chairs see who does what; residents are not listed', async (t) => {
    await town.db
      .insertInto('people')
      .values({ name: '王普通', household_id: null, team_id: null, left_at: null })
      .execute()
    const { id } = await town.db
      .insertInto('teams')
      .values({ name: '小潘工作室' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await town.db.updateTable('people').set({ team_id: id }).where('id', '=', people.xu).execute()
    for (const browser of [await town.as(), await town.as('shen'), await town.as('li'), await town.as('tang')]) {
      t.equal((await browser.get('/desk/people')).statusCode, 403)
    }
    const page = (await admin.get('/desk/people')).body
    t.match(page, /孙莉[\s\S]*居委会（替补）/)
    t.match(page, /许师傅[\s\S]*小潘工作室/)
    t.match(page, '冯涛', 'who has a seat and no role')
    t.notMatch(page, '王普通')
    const chair = (await (await town.as('zhou')).get('/desk/people')).body
    t.match(chair, '沈洁')
    t.notMatch(chair, '发登录链接', 'a chair could make herself an administrator')
  })

  t.test('a link is shown once, opens once, and takes the earlier one back', async (t) => {
    const first = await admin.post(`/desk/people/${people.gu}/link`)
    t.equal(first.statusCode, 200)
    t.equal(first.headers['cache-control'], 'no-store')
    t.match(first.body, '顾萍的登录链接')
    t.match(first.body, '<svg class="qr"')
    const second = await admin.post(`/desk/people/${people.gu}/link`)
    const stranger = await town.as()
    t.equal((await stranger.get(`/enter/${tokenOf(first.body)}`)).statusCode, 404, 'the earlier one is worth nothing')
    t.equal((await stranger.post(`/enter/${tokenOf(second.body)}`)).statusCode, 303)
    t.equal((await (await town.as()).post(`/enter/${tokenOf(second.body)}`)).statusCode, 409)
    t.notMatch((await admin.get('/desk/people')).body, /\/enter\//)
  })

  t.test('of two links issued at once, one lives', async (t) => {
    const replies = await Promise.all([1, 2].map(() => admin.post(`/desk/people/${people.xu}/link`)))
    const opened = await Promise.all(
      replies.map(async (reply) => (await (await town.as()).get(`/enter/${tokenOf(reply.body)}`)).statusCode),
    )
    t.same(opened.sort(), [200, 404])
  })

  t.test('signed out everywhere is signed out everywhere, links not yet used included', async (t) => {
    const [phone, desk] = [await town.as('shen'), await town.as('shen')]
    const link = tokenOf((await admin.post(`/desk/people/${people.shen}/link`)).body)
    t.equal((await admin.post(`/desk/people/${people.shen}/revocation`)).statusCode, 303)
    for (const browser of [phone, desk]) t.equal((await browser.get('/desk/gatherings')).statusCode, 403)
    t.equal((await (await town.as()).post(`/enter/${link}`)).statusCode, 409)
    const lines = await town.db
      .selectFrom('journal')
      .select(['subject_id', 'person_id'])
      .where('verb', '=', 'entry.revoked')
      .execute()
    t.same(lines, [{ subject_id: people.shen, person_id: people.admin }])
  })

  t.test('only an administrator may, and only for people who have a part here', async (t) => {
    for (const browser of [
      await town.as(),
      await town.as('zhou'),
      await town.as('wu'),
      await town.as('li'),
      await town.as('tang'),
    ]) {
      t.equal((await browser.post(`/desk/people/${people.admin}/link`)).statusCode, 403)
      t.equal((await browser.post(`/desk/people/${people.admin}/revocation`)).statusCode, 403)
    }
    const other = await settle(town.house, town.clock.now, 'other')
    const plain = await town.db.selectFrom('people').select('id').where('name', '=', '王普通').executeTakeFirstOrThrow()
    await town.db.updateTable('people').set({ left_at: town.clock.now }).where('id', '=', people.feng).execute()
    for (const id of [other.cast.people.zhou, plain.id, people.feng, 999_999, 'x', '0', '１']) {
      t.equal((await admin.post(`/desk/people/${id}/link`)).statusCode, 404, String(id))
      t.equal((await admin.post(`/desk/people/${id}/revocation`)).statusCode, 404, String(id))
    }
    t.notMatch((await admin.get('/desk/people')).body, '冯涛', 'who has left is not listed')
  })

  t.test('in English too; two statements', async (t) => {
    const english = await town.as('admin')
    english.cookies.lang = 'en'
    t.match((await english.get('/desk/people')).body, 'Residents&#39; Committee (alternate)')
    t.ok((await statementsOf(() => admin.get('/desk/people'))) <= 3)
  })
})
