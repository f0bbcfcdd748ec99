import t from 'tap'
import { issueSlips } from '../../src/people/slips/store.ts'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('a slip a door is printed and handed over', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const print = async (fields: Record<string, string> = { building: '12' }) =>
    (await shen.post('/desk/slips', fields)).body
  const live = () =>
    town.db
      .selectFrom('entry_tokens')
      .select(['household_id', 'token_sha256'])
      .where('household_id', 'is not', null)
      .where('used_at', 'is', null)
      .where('expires_at', '>', town.clock.now)
      .execute()

  t.test('administrators and staff print them; nobody else', async (t) => {
    for (const browser of [
      await town.as(),
      await town.as({ door: '12-602' }),
      await town.as('li'),
      await town.as('zhou'),
      await town.as('tang'),
    ]) {
      t.equal((await browser.get('/desk/slips')).statusCode, 403)
      t.equal((await browser.post('/desk/slips', { building: '12' })).statusCode, 403)
    }
    t.match((await shen.get('/desk/slips')).body, '12 户，0 户已经进来')
    t.match((await (await town.as('admin')).get('/desk/slips?building=12')).body, '打印 12 号楼的新纸条')
    t.equal((await live()).length, 0)
  })

  t.test('one slip for every door, with its number in large type, a code, and until when', async (t) => {
    const page = await print()
    t.equal(page.match(/<section class="slip">/g)?.length, 12)
    t.match(page, '12 号楼 602 室')
    t.match(page, '<svg class="qr"')
    t.match(page, '12月24日前用，只能用一次')
    t.equal((await live()).length, 12)
    t.match((await shen.get('/desk/slips')).body, '还有 12 张没用')
    t.equal((await town.db.selectFrom('journal').select('id').where('verb', '=', 'entry.issued').execute()).length, 12)
  })

  t.test('printing again makes the old ones useless; a single door leaves its neighbours alone', async (t) => {
    const before = await live()
    await print({ building: '12', door: '602' })
    const after = await live()
    t.equal(after.length, 12)
    const same = after.filter((one) => before.some((old) => old.token_sha256.equals(one.token_sha256)))
    t.equal(same.length, 11)
    await print()
    t.equal((await live()).filter((one) => before.some((old) => old.token_sha256.equals(one.token_sha256))).length, 0)
  })

  t.test('a slip opens its own door, once; a newer one takes its place', async (t) => {
    const issue = (door: string | null) =>
      issueSlips(town.db, { building: '3', door }, { personId: town.cast.people.shen }, town.clock.now)
    const [old = { token: '' }] = await issue('501')
    const [slip = { token: '' }] = await issue('501')
    const phone = await town.as()
    t.equal((await phone.get(`/enter/${old.token}`)).statusCode, 404)
    t.match((await phone.get(`/enter/${slip.token}`)).body, '3 号楼 501 室')
    t.equal((await phone.post(`/enter/${slip.token}`)).statusCode, 303)
    t.equal((await (await town.as()).post(`/enter/${slip.token}`)).statusCode, 409)
    await issue(null)
    t.match((await phone.get('/sessions')).body, '这台设备', 'a phone that is in stays in')
    t.match((await shen.get('/desk/slips?building=3')).body, '12 户，1 户已经进来')
  })

  t.test('of two who print the same building at once, each door has one living slip', async (t) => {
    await Promise.all([print(), print(), print()])
    const households = (await live()).map((one) => one.household_id)
    t.equal(households.length, 24, 'twelve here, twelve in building 3')
    t.equal(new Set(households).size, 24)
  })

  t.test('buildings and doors that are not ours do not exist', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const theirs = town.house.of(other.community.id)
    await theirs.insertInto('buildings').values({ name: '77', position: 9 }).execute()
    const before = await live()
    for (const fields of [
      { building: '77' },
      { building: '' },
      { building: '12', door: '999' },
      { building: '＜script＞' },
      { building: 'x'.repeat(500) },
      { building: 'a\u{0}' },
    ]) {
      t.equal((await shen.post('/desk/slips', fields)).statusCode, 404, JSON.stringify(fields).slice(0, 40))
    }
    t.equal((await shen.post('/desk/slips', { building: ['12', '3'] })).statusCode, 404)
    t.equal((await shen.post('/desk/slips')).statusCode, 404)
    t.equal((await shen.get('/desk/slips?building=77')).statusCode, 404)
    t.equal((await shen.post(`/c/${other.community.slug}/desk/slips`, { building: '12' })).statusCode, 403)
    t.same(await live(), before)
  })

  t.test('in English too, and few statements for a whole building', async (t) => {
    const english = await town.as('shen')
    english.cookies.lang = 'en'
    t.match((await english.post('/desk/slips', { building: '12' })).body, 'Building 12, flat 602')
    t.ok((await statementsOf(() => shen.get('/desk/slips?building=12'))) <= 3)
    const token = await shen.token()
    const payload = new URLSearchParams({ _csrf: token, building: '12' }).toString()
    const headers = { ...shen.headers, 'content-type': 'application/x-www-form-urlencoded' }
    const url = `/c/${town.community.slug}/desk/slips`
    t.ok((await statementsOf(() => town.app.inject({ method: 'POST', url, headers, payload }))) <= 4)
  })
})
