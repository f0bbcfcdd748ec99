import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createReckoner } from '../../src/listen/questions/reckoning.ts'
import { settle } from '../cast.ts'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { planted } from './planted.ts'

t.test('a question is put to everybody, and answered a statement at a time', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const reckoner = createReckoner(town.house, () => town.clock.now, { failed: t.error })
  t.teardown(() => reckoner.settle())
  const ask = async (title: string, fields: Record<string, string> = {}) => {
    const form = {
      key: randomUUID(),
      title,
      lead: '',
      closes_on: '2026-12-01',
      statements: '晚上九点以后要安静\n广场要留给孩子',
      ...fields,
    }
    const reply = await shen.post('/desk/questions', form)
    return Number(/\/questions\/(\d+)$/.exec(String(reply.headers.location))?.[1])
  }
  const statements = (no: number) =>
    town.db
      .selectFrom('question_statements as s')
      .innerJoin('questions as q', 'q.id', 's.question_id')
      .where('q.no', '=', no)
      .selectAll('s')
      .orderBy('s.id')
      .execute()
  const answers = (no: number) =>
    town.db
      .selectFrom('question_answers as a')
      .innerJoin('question_voices as v', 'v.id', 'a.voice_id')
      .innerJoin('questions as q', 'q.id', 'v.question_id')
      .where('q.no', '=', no)
      .select(['a.opinion', 'a.statement_id', 'v.id as voice', 'v.household_id', 'v.token_sha256'])
      .orderBy('v.id')
      .execute()
  const reckon = async (no: number) => {
    const { id } = await town.db.selectFrom('questions').select('id').where('no', '=', no).executeTakeFirstOrThrow()
    reckoner.soon(town.community.id, id)
    await reckoner.settle()
  }
  const answer = async (browser: Browser, no: number, opinion: string) => {
    const page = (await browser.get(`/questions/${no}`)).body
    const statement = /name="statement" id="statement" value="(\d+)"/.exec(page)?.[1] ?? '0'
    return browser.post(`/questions/${no}/answers`, { statement, opinion })
  }

  t.test('only the desk asks; the same form twice is one question; wrong ones come back', async (t) => {
    const form = {
      key: randomUUID(),
      title: '广场怎么用',
      lead: '',
      closes_on: '2026-12-01',
      statements: '甲\n\n甲\n 乙 ',
    }
    for (const who of [
      await town.as(),
      await town.as({ door: '12-602' }),
      await town.as('li'),
      await town.as('feng'),
    ]) {
      t.equal((await who.get('/desk/questions')).statusCode, 403)
      t.equal((await who.post('/desk/questions', form)).statusCode, 403)
    }
    const replies = await Promise.all([1, 2, 3].map(() => shen.post('/desk/questions', form)))
    t.equal(new Set(replies.map(({ headers }) => headers.location)).size, 1)
    const [one] = await town.db.selectFrom('questions').selectAll().execute()
    t.match(one, { closes_at: new Date('2026-12-01T23:59:59+08:00') }, 'the last day counts wholly')
    t.match(await statements(Number(one?.no)), [{ words: '甲', state: 'approved', voice_id: null }, { words: '乙' }])
    for (const fields of [
      { title: '' },
      { title: 'x'.repeat(81) },
      { title: 'a\u{0}' },
      { closes_on: '2026-11-23' },
      { closes_on: '2026-02-30' },
      { closes_on: 'soon' },
      { statements: '' },
      { statements: ' \n ' },
      { statements: 'x'.repeat(141) },
      { statements: Array.from({ length: 61 }, (_, i) => `第 ${i} 句`).join('\n') },
      { lead: 'x'.repeat(501) },
      { key: 'nonsense' },
    ]) {
      const reply = await shen.post('/desk/questions', { ...form, key: randomUUID(), ...fields })
      t.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 40))
    }
    t.equal((await town.db.selectFrom('questions').select('id').execute()).length, 1)
  })

  t.test(
    'a visitor’s browser is one voice by its cookie, a household one by its door; they are kept apart',
    async (t) => {
      const no = await ask('停车怎么排')
      const visitor = await town.as()
      const first = await answer(visitor, no, 'agree')
      t.equal(first.headers.location, `/c/wutongli/questions/${no}`)
      t.match(
        first.cookies.find(({ name }) => name === 'voice'),
        { httpOnly: true, sameSite: 'Lax', path: '/' },
      )
      await answer(visitor, no, 'disagree')
      t.match((await visitor.get(`/questions/${no}`)).body, '都说完了')
      const [wang, again] = [await town.as({ door: '12-602' }), await town.as({ door: '12-602' })]
      await answer(wang, no, 'pass')
      await answer(again, no, 'agree')
      const all = await answers(no)
      t.equal(new Set(all.map(({ voice }) => voice)).size, 2, 'two browsers of one door are one voice')
      t.same(all.map(({ opinion }) => opinion).sort(), [-1, 0, 1, 1])
      const { token_sha256: hash } = all.find((one) => one.household_id === null) ?? {}
      t.notMatch(hash?.toString('latin1'), visitor.cookies.voice, 'the cookie’s secret is not kept')
      const [statement] = await statements(no)
      await wang.post(`/questions/${no}/answers`, { statement: String(statement?.id), opinion: 'disagree' })
      const own = (await answers(no)).filter((one) => one.household_id !== null && one.statement_id === statement?.id)
      t.same(
        own.map(({ opinion }) => opinion),
        [-1],
        'she may think again',
      )
      t.match((await visitor.get(`/questions/${no}`)).body, '1 户、1 位访客说了')
      t.match((await visitor.get(`/questions/${no}/results`)).body, /这些数先不显示|还没有人说/)
    },
  )

  t.test('eight first answers in the same second from one browser are one voice', async (t) => {
    const no = await ask('抢着说')
    const browser = await town.as({ door: '3-101' })
    const [statement] = await statements(no)
    const form = { statement: String(statement?.id), opinion: 'agree' }
    const replies = await Promise.all(Array.from({ length: 8 }, () => browser.post(`/questions/${no}/answers`, form)))
    t.same(new Set(replies.map(({ statusCode }) => statusCode)), new Set([303]))
    t.equal((await answers(no)).length, 1)
  })

  t.test('with htmx the next statement comes in place of the last; nonsense is refused kindly', async (t) => {
    const no = await ask('一句一句')
    const browser = await town.as()
    const [one] = await statements(no)
    const asked = { statement: String(one?.id), opinion: 'agree' }
    const piece = await browser.post(`/questions/${no}/answers`, asked, { 'hx-request': 'true' })
    t.notMatch(piece.body, '<html')
    t.match(piece.body, /id="asking"[\s\S]*说了 1 句，一共 2 句/)
    for (const fields of [{ opinion: 'perhaps' }, { opinion: '' }, { statement: 'x' }, { statement: ['1', '2'] }])
      t.equal((await browser.post(`/questions/${no}/answers`, { ...asked, ...fields })).statusCode, 422)
    t.equal((await browser.post(`/questions/${no}/answers`, { ...asked, statement: '2000000000' })).statusCode, 404)
    const other = await ask('别的')
    const [foreign] = await statements(other)
    t.equal(
      (await browser.post(`/questions/${no}/answers`, { ...asked, statement: String(foreign?.id) })).statusCode,
      404,
    )
    browser.cookies.voice = '<script>'
    t.equal((await browser.get(`/questions/${no}`)).statusCode, 200)
  })

  t.test(
    'anybody adds a statement; nobody is asked it before the desk has let it through, or it says why not',
    async (t) => {
      const no = await ask('添一句')
      const visitor = await town.as()
      const form = { key: randomUUID(), words: '再添几把<b>椅子</b> 🪑' }
      const replies = await Promise.all([1, 2].map(() => visitor.post(`/questions/${no}/statements`, form)))
      t.same(
        replies.map(({ statusCode }) => statusCode),
        [303, 303],
      )
      t.match((await visitor.get(`/questions/${no}?said=1`)).body, '社工看过以后')
      const added = (await statements(no)).filter(({ state }) => state === 'waiting')
      t.equal(added.length, 1)
      const id = String(added[0]?.id)
      t.equal((await visitor.post(`/questions/${no}/answers`, { statement: id, opinion: 'agree' })).statusCode, 404)
      for (const words of ['', ' ', 'x'.repeat(141), 'a\u{0}', 'a\u{202e}b'])
        t.equal((await visitor.post(`/questions/${no}/statements`, { key: randomUUID(), words })).statusCode, 422)
      t.equal(
        (await visitor.post(`/questions/${no}/statements`, { ...form, key: randomUUID(), website: 'x' })).statusCode,
        422,
      )
      const at = `/desk/questions/${no}/statements/${id}`
      t.equal((await visitor.post(`${at}/approval`)).statusCode, 403)
      t.match((await shen.get(`/desk/questions/${no}`)).body, '再添几把&lt;b&gt;椅子&lt;/b&gt; 🪑')
      t.equal((await shen.post(`${at}/rejection`, { reason: '' })).statusCode, 422)
      t.equal((await shen.post(`${at}/rejection`, { reason: '和另一句一样' })).statusCode, 303)
      t.match((await shen.get(`/desk/questions/${no}`)).body, '和另一句一样')
      t.equal((await shen.post(`${at}/approval`)).statusCode, 303)
      t.equal((await visitor.post(`/questions/${no}/answers`, { statement: id, opinion: 'agree' })).statusCode, 303)
      const other = await ask('别处')
      t.equal((await shen.post(`/desk/questions/${other}/statements/${id}/approval`)).statusCode, 404)
      t.equal(
        (await shen.post(`/desk/questions/${no}/statements`, { key: randomUUID(), words: '社工添的' })).statusCode,
        303,
      )
      t.match((await statements(no)).at(-1), { words: '社工添的', state: 'approved', voice_id: null })
    },
  )

  t.test(
    'below forty people there are plain counts, and none under five; from forty on there are groups',
    async (t) => {
      const lines = Array.from({ length: 12 }, (_, i) => `第 ${i + 1} 句话`)
      const no = await ask('四十个人', { statements: lines.join('\n') })
      const question = await town.db.selectFrom('questions').select('id').where('no', '=', no).executeTakeFirstOrThrow()
      const asked = await statements(no)
      const crowd = planted({ people: 44, statements: 12, groups: 2, noise: 0.05, missing: 0.1, seed: 3 })
      const join = async (from: number, to: number) => {
        for (let i = from; i < to; i++) {
          const { id } = await town.db
            .insertInto('question_voices')
            .values({
              question_id: question.id,
              household_id: null,
              token_sha256: Buffer.from(`v${i}`),
              began_at: town.clock.now,
            })
            .returning('id')
            .executeTakeFirstOrThrow()
          const said = asked.flatMap((statement, at) => {
            const opinion = crowd.people[i]?.[at] ?? Number.NaN
            return Number.isNaN(opinion)
              ? []
              : [{ voice_id: id, statement_id: statement.id, opinion, answered_at: town.clock.now }]
          })
          await town.db.insertInto('question_answers').values(said).execute()
        }
      }
      const visitor = await town.as()
      t.match((await visitor.get(`/questions/${no}/results`)).body, '还没有人说')
      await join(0, 4)
      await reckon(no)
      t.match((await visitor.get(`/questions/${no}/results`)).body, /先不分组[\s\S]*这些数先不显示/)
      t.notMatch((await visitor.get(`/questions/${no}/results`)).body, /\d 同意/)
      await join(4, 39)
      await reckon(no)
      const plain = (await visitor.get(`/questions/${no}/results`)).body
      t.match(plain, /39 位访客[\s\S]*先不分组[\s\S]*\d+ 同意/)
      t.notMatch(plain, '<circle cx="', 'no picture yet')
      await join(39, 44)
      t.match((await visitor.get(`/questions/${no}/results`)).body, '正在重算', 'a page never waits for it')
      await reckon(no)
      const page = (await visitor.get(`/questions/${no}/results`)).body
      t.equal(page.match(/<circle cx="/g)?.length, 2, 'two rounds and not one point')
      t.match(page, /A 组 · \d+ 位[\s\S]*B 组 · \d+ 位[\s\S]*各组都能接受的[\s\S]*想法不一样的/)
      t.notMatch(page, '列为议题', 'that is the desk’s')
      t.ok((await statementsOf(() => visitor.get(`/questions/${no}/results`))) <= 3)

      t.match((await shen.get(`/questions/${no}/results`)).body, '列为议题')
      t.equal((await visitor.post(`/desk/questions/${no}/item`)).statusCode, 403)
      const made = await Promise.all([1, 2, 3].map(() => shen.post(`/desk/questions/${no}/item`)))
      t.equal(new Set(made.map(({ headers }) => headers.location)).size, 1, 'pressed three times it is one item')
      const item = await shen.get(String(made[0]?.headers.location))
      t.match(item.body, /四十个人[\s\S]*<circle cx="/)
      t.match((await shen.get('/desk/agenda')).body, '四十个人')
      t.match((await shen.get(`/questions/${no}/results`)).body, '看议题')
      t.ok((await statementsOf(() => shen.get(String(made[0]?.headers.location)))) <= 3)
    },
  )

  t.test('an answer is reckoned by itself, a moment later, and by one process at a time', async (t) => {
    const no = await ask('自己会算')
    const quick = createReckoner(town.house, () => town.clock.now, { delay: 20, failed: t.error })
    const { id } = await town.db.selectFrom('questions').select('id').where('no', '=', no).executeTakeFirstOrThrow()
    await answer(await town.as({ door: '12-501' }), no, 'agree')
    quick.soon(town.community.id, id)
    quick.soon(town.community.id, id)
    const stored = () =>
      town.db.selectFrom('question_results').select('answers').where('question_id', '=', id).execute()
    for (let i = 0; i < 3_000 && (await stored()).length === 0; i++) await new Promise((done) => setTimeout(done, 20))
    t.same(await stored(), [{ answers: 1 }])
    const without = await ask('没人说')
    t.match((await shen.post(`/desk/questions/${without}/item`)).statusCode, 409)
  })

  t.test(
    'after its last day nothing more is taken; other neighbourhoods know nothing of it; English reads well',
    async (t) => {
      const no = await ask('到期', { closes_on: '2026-11-24' })
      const visitor = await town.as()
      const [statement] = await statements(no)
      const before = town.clock.now
      town.clock.now = new Date('2026-11-25T00:00:01+08:00')
      const late = await visitor.post(`/questions/${no}/answers`, {
        statement: String(statement?.id),
        opinion: 'agree',
      })
      t.equal(late.statusCode, 409)
      t.equal((await visitor.post(`/questions/${no}/statements`, { key: randomUUID(), words: '晚了' })).statusCode, 409)
      const page = (await visitor.get(`/questions/${no}`)).body
      t.match(page, '已经截止')
      t.notMatch(page, 'name="opinion"')
      town.clock.now = before
      const other = await settle(town.house, town.clock.now, 'other')
      const english = await town.as()
      english.cookies.lang = 'en'
      for (const path of ['/questions', `/questions/${no}`, `/questions/${no}/results`]) {
        t.equal((await english.get(path)).statusCode, 200)
        t.ok((await statementsOf(() => english.get(path))) <= 3, path)
        if (path !== '/questions') t.equal((await visitor.get(`/c/${other.community.slug}${path}`)).statusCode, 404)
      }
      t.match((await english.get(`/questions/${no}`)).body, '0 of 2 answered')
      for (const path of ['/questions/0', '/questions/x', '/questions/99999999999', '/desk/questions/99999'])
        t.equal((await shen.get(path)).statusCode, 404)
      for (const path of ['/desk/questions', `/desk/questions/${no}`])
        t.ok((await statementsOf(() => shen.get(path))) <= 3, path)
    },
  )
})
