import t from 'tap'
import { settle } from '../cast.ts'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('the community sets its own table', async (t) => {
  const town = await startTown(t)
  const { people, seats: ids } = town.cast
  const admin = await town.as('admin')
  const seats = () => town.db.selectFrom('seats').selectAll().orderBy('position').execute()
  const order = async () => (await seats()).map((seat) => seat.character).join('')
  const holders = (seatId: number) =>
    town.db
      .selectFrom('seat_holders')
      .select(['person_id', 'rank'])
      .where('seat_id', '=', seatId)
      .orderBy('rank')
      .execute()
  const seat = (fields: Record<string, string | string[]> = {}) => ({
    name: '居民代表',
    name_en: 'Residents',
    character: '民',
    colour: 'plum',
    place: '6',
    voting: 'on',
    holder0: '',
    holder1: '',
    holder2: '',
    ...fields,
  })

  t.test('administrators and chairs do; nobody else', async (t) => {
    for (const browser of [
      await town.as(),
      await town.as('shen'),
      await town.as('li'),
      await town.as('feng'),
      await town.as('tang'),
    ]) {
      for (const page of ['/desk/people/seats', '/desk/people/seats/new', `/desk/people/seats/${ids[0]}`]) {
        t.equal((await browser.get(page)).statusCode, 403)
      }
      t.equal((await browser.post('/desk/people/seats', seat())).statusCode, 403)
      t.equal((await browser.post(`/desk/people/seats/${ids[0]}`, seat())).statusCode, 403)
      t.equal((await browser.post(`/desk/people/seats/${ids[0]}/removal`)).statusCode, 403)
      t.equal((await browser.post('/desk/people/seats/preset')).statusCode, 403)
    }
    t.match((await (await town.as('zhou')).get('/desk/people/seats')).body, '业委会')
    t.equal(await order(), '党居业物警')
  })

  t.test('the page shows the parties in their order with who speaks for them', async (t) => {
    const page = (await admin.get('/desk/people/seats')).body
    t.match(page, /党组织[\s\S]*周敏[\s\S]*居委会[\s\S]*吴建国、孙莉[\s\S]*必到[\s\S]*社区民警/)
    t.notMatch(page, '按常用的五方设好')
    const edit = (await admin.get(`/desk/people/seats/${ids[1]}`)).body
    t.match(edit, new RegExp(`name="holder1"[\\s\\S]*value="${people.sun}" selected`))
    t.match(edit, /name="required" checked/)
  })

  t.test('people with a part here may be chosen; residents and those who have left may not', async (t) => {
    await town.db
      .insertInto('people')
      .values({ name: '王普通', household_id: null, team_id: null, left_at: null })
      .execute()
    await town.db.updateTable('people').set({ left_at: town.clock.now }).where('id', '=', people.feng).execute()
    const page = (await admin.get('/desk/people/seats/new')).body
    t.match(page, '许师傅（志愿者）')
    t.notMatch(page, '王普通')
    t.notMatch(page, '冯涛')
    t.equal((await admin.post('/desk/people/seats', seat({ holder0: String(people.feng) }))).statusCode, 404)
    await town.db.updateTable('people').set({ left_at: null }).where('id', '=', people.feng).execute()
  })

  t.test('a sixth and a seventh seat are added, an eighth is not', async (t) => {
    t.equal((await admin.post('/desk/people/seats', seat({ holder0: String(people.xu) }))).statusCode, 303)
    t.equal(await order(), '党居业物警民')
    const seventh = seat({
      name: '街道',
      name_en: 'Sub-district',
      character: '街',
      colour: 'teal',
      place: '1',
      voting: '',
    })
    t.equal((await admin.post('/desk/people/seats', seventh)).statusCode, 303)
    t.equal(await order(), '街党居业物警民', 'in the place that was chosen')
    t.match((await seats())[0], { voting: false, required: false, colour: 'teal', name_en: 'Sub-district' })
    const eighth = await admin.post('/desk/people/seats', seat({ name: '城管', character: '城', place: '7' }))
    t.equal(eighth.statusCode, 409)
    t.match(eighth.body, '最多七席')
    t.notMatch((await admin.get('/desk/people/seats')).body, 'href="/c/wutongli/desk/people/seats/new"')
  })

  t.test('a seat changes its name, its place and its people; who and when is kept', async (t) => {
    const [, , , owners] = await seats()
    const fields = seat({
      name: '业主委员会',
      name_en: 'Owners',
      character: '主',
      colour: 'sky',
      place: '7',
      required: 'on',
      holder0: String(people.qian),
      holder1: String(people.xu),
      holder2: String(people.li),
    })
    t.equal((await admin.post(`/desk/people/seats/${owners?.id}`, fields)).statusCode, 303)
    t.equal(await order(), '街党居物警民主')
    t.same(await holders(Number(owners?.id)), [
      { person_id: people.qian, rank: 0 },
      { person_id: people.xu, rank: 1 },
      { person_id: people.li, rank: 2 },
    ])
    const [line] = await town.db
      .selectFrom('journal')
      .selectAll()
      .where('subject', '=', 'seat')
      .orderBy('id', 'desc')
      .limit(1)
      .execute()
    t.match(line, {
      verb: 'seat.changed',
      subject_id: owners?.id,
      person_id: people.admin,
      particulars: { name: '业主委员会' },
    })
  })

  t.test('a seat that nobody sits on is vacant since the day it was said, and fills again', async (t) => {
    const page = `/desk/people/seats/${ids[4]}`
    const police = { name: '社区民警', name_en: 'Community police', character: '警', colour: 'dusk', place: '5' }
    const han = { holder0: String(people.han) }
    t.equal((await admin.post(page, seat({ ...police, ...han, vacant: 'on' }))).statusCode, 422)
    t.equal((await admin.post(page, seat({ ...police, vacant: 'on' }))).statusCode, 303)
    t.match((await admin.get('/desk/people/seats')).body, '11月24日起空缺')
    t.same(await holders(Number(ids[4])), [])
    await admin.post(page, seat({ ...police, ...han }))
    const filled = (await seats()).find((one) => one.id === ids[4])
    t.match(filled, { vacant_since: null })
  })

  t.test('a seat that no paper names can go; the others move up; a named one stays', async (t) => {
    const [street] = await seats()
    t.equal((await admin.post(`/desk/people/seats/${street?.id}/removal`)).statusCode, 303)
    t.equal(await order(), '党居物警民主')
    t.same(
      (await seats()).map((one) => one.position),
      [1, 2, 3, 4, 5, 6],
    )
    const { id } = await town.db
      .insertInto('journal')
      .values({
        at: town.clock.now,
        subject: 'seat',
        subject_id: 1,
        verb: 'x',
        seat_id: ids[3] ?? 0,
        particulars: '{}',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    t.ok(id)
    const refused = await admin.post(`/desk/people/seats/${ids[3]}/removal`)
    t.equal(refused.statusCode, 409)
    t.match(refused.body, '去不掉')
    t.equal((await holders(Number(ids[3]))).length, 1, 'and its holder stays on it')
    for (const character of ['民', '主', '警']) {
      const one = (await seats()).find((seat) => seat.character === character)
      await admin.post(`/desk/people/seats/${one?.id}/removal`)
    }
    t.equal(await order(), '党居物')
    t.match((await admin.post(`/desk/people/seats/${ids[0]}/removal`)).body, '最少要留三席')
    t.notMatch((await admin.get(`/desk/people/seats/${ids[0]}`)).body, '去掉这一席')
  })

  t.test('of eight who add the same seat at once, one does', async (t) => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => admin.post('/desk/people/seats', seat())))
    const codes = replies.map((reply) => reply.statusCode).sort()
    t.equal(codes.filter((code) => code === 303).length, 1, codes.join())
    t.ok(codes.every((code) => code === 303 || code === 409 || code === 422))
    t.equal(await order(), '党居物民')
  })

  t.test('whatever is typed comes back escaped with a kind sentence, and nothing changes', async (t) => {
    const before = JSON.stringify(await seats())
    const hostile: Record<string, string | string[]>[] = [
      { name: '' },
      { name: 'x'.repeat(21) },
      { name: 'e\u{334}'.repeat(15) },
      { name: 'a\u{0}' },
      { name: ['a', 'b'] },
      { name_en: '' },
      { name_en: 'x'.repeat(41) },
      { character: '' },
      { character: '居民' },
      { character: '👨‍👩‍👧‍👦' },
      { character: '❤️' },
      { character: '<' },
      { character: '＜' },
      { character: '居' },
      { colour: 'red' },
      { colour: '' },
      { place: '0' },
      { place: '8' },
      { place: 'x' },
      { holder0: 'x' },
      { holder0: '-1' },
      { holder0: ['1', '2'] },
      { holder1: String(people.xu) },
      { holder0: String(people.xu), holder1: String(people.xu) },
    ]
    for (const fields of hostile) {
      const reply = await admin.post('/desk/people/seats', seat({ name: '街道', character: '街', ...fields }))
      t.equal(reply.statusCode, 422, JSON.stringify(fields))
      t.match(reply.body, '还差一步')
    }
    const typed = await admin.post('/desk/people/seats', seat({ name: '"><script>x</script>', character: '' }))
    t.match(typed.body, '&quot;&gt;&lt;script&gt;')
    t.notMatch(typed.body, '<script>x')
    t.equal(JSON.stringify(await seats()), before)
  })

  t.test('people and seats of another community do not exist here', async (t) => {
    const other = await settle(town.house, town.clock.now, 'other')
    const theirs = other.cast
    const before = JSON.stringify(await seats())
    for (const id of [theirs.seats[0], 999_999]) {
      t.equal((await admin.get(`/desk/people/seats/${id}`)).statusCode, 404)
      t.equal((await admin.post(`/desk/people/seats/${id}`, seat({ name: '街道', character: '街' }))).statusCode, 404)
      t.equal((await admin.post(`/desk/people/seats/${id}/removal`)).statusCode, 404)
    }
    const foreign = seat({ name: '街道', character: '街', holder0: String(theirs.people.zhou) })
    t.equal((await admin.post('/desk/people/seats', foreign)).statusCode, 404)
    t.equal(JSON.stringify(await seats()), before)
    t.equal((await admin.post(`/c/${other.community.slug}/desk/people/seats`, seat())).statusCode, 403)
    t.equal((await admin.post('/desk/people/seats/preset')).statusCode, 409)
  })

  t.test('a community without seats takes the usual five with one press, once', async (t) => {
    const other = await settle(town.house, town.clock.now, 'fresh')
    const theirs = town.house.of(other.community.id)
    await theirs.deleteFrom('seat_holders').execute()
    await theirs.deleteFrom('seats').execute()
    const link = await theirs.transaction().execute(async (trx) => {
      const { issueEntrance } = await import('../../src/people/entry/store.ts')
      return issueEntrance(trx, { personId: other.cast.people.admin }, { personId: null }, town.clock.now)
    })
    const fresh = await town.as()
    await fresh.post(`/c/fresh/enter/${link}`)
    const page = await fresh.get('/c/fresh/desk/people/seats')
    t.match(page.body, '按常用的五方设好')
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const replies = await Promise.all([1, 2].map(() => fresh.post('/c/fresh/desk/people/seats/preset', { _csrf })))
    t.same(replies.map((reply) => reply.statusCode).sort(), [303, 409])
    const rows = await theirs.selectFrom('seats').select('character').orderBy('position').execute()
    t.equal(rows.map((row) => row.character).join(''), '党居业物警')
  })

  t.test('at most three statements a page, in English too', async (t) => {
    const english = await town.as('admin')
    english.cookies.lang = 'en'
    t.match((await english.get('/desk/people/seats')).body, /Party branch[\s\S]*Residents&#39; Committee/)
    for (const page of ['/desk/people/seats', '/desk/people/seats/new', `/desk/people/seats/${ids[0]}`]) {
      const count = await statementsOf(() => admin.get(page))
      t.ok(count <= 3, `${page}: ${count}`)
    }
  })
})
