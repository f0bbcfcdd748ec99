import { randomUUID } from 'node:crypto'
import t from 'tap'
import { type Browser, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'

t.test('a survey from its draft to its results', async (t) => {
  const town = await startTown(t)
  const shen = await town.as('shen')
  const head = { title: '班车', why: '要加一班', closes_on: '2026-12-01', audience: 'all' }
  const draw = async (fields: Record<string, string | string[]> = {}) => {
    const reply = await shen.post('/desk/surveys', { key: randomUUID(), ...head, ...fields })
    return Number(/\/surveys\/(\d+)$/.exec(String(reply.headers.location))?.[1])
  }
  const choose = { kind: 'single', words: '坐班车吗', options: '常坐\n偶尔\n不坐' }
  const add = (no: number, fields: Record<string, string> = {}) =>
    shen.post(`/desk/surveys/${no}/questions`, { key: randomUUID(), ...choose, ...fields })
  const questions = async (no: number) =>
    (
      await town.db
        .selectFrom('survey_questions as q')
        .innerJoin('surveys as s', 's.id', 'q.survey_id')
        .where('s.no', '=', no)
        .select('q.id')
        .orderBy('q.position')
        .execute()
    ).map(({ id }) => id)
  const open = (no: number) => shen.post(`/desk/surveys/${no}/opening`)
  /** One with a single choice, open: its number and the name of its field. */
  const opened = async (fields: Record<string, string | string[]> = {}, question: Record<string, string> = {}) => {
    const no = await draw(fields)
    await add(no, question)
    await open(no)
    return { no, q: `q${(await questions(no))[0]}` }
  }
  const answer = (who: Browser, no: number, fields: Record<string, string | string[]>, key: string = randomUUID()) =>
    who.post(`/surveys/${no}/answers`, { key, ...fields })
  const doors = Object.keys(town.cast.doors) as (keyof typeof town.cast.doors)[]
  const door = (at: number) => town.as({ door: doors[at] as (typeof doors)[number] })
  const sheets = (no: number) =>
    town.db
      .selectFrom('survey_voices as v')
      .innerJoin('surveys as s', 's.id', 'v.survey_id')
      .leftJoin('survey_answers as a', 'a.voice_id', 'v.id')
      .where('s.no', '=', no)
      .select(['v.household_id', 'a.choices', 'a.words'])
      .orderBy('v.id')
      .execute()

  t.test('only the desk draws one up, changes its order and takes questions out; the same form is one', async (t) => {
    for (const who of [await town.as(), await door(0), await town.as('feng')])
      t.equal((await who.post('/desk/surveys', { key: randomUUID(), ...head })).statusCode, 403)
    const key = randomUUID()
    const no = await draw({ key })
    t.equal(await draw({ key }), no)
    const once = randomUUID()
    for (const words of ['甲题', '甲题']) await add(no, { words, key: once })
    await add(no, { words: '乙题' })
    await add(no, { words: '丙题', kind: 'scale', low: '差', high: '好' })
    const [a = 0, b = 0, c = 0, ...more] = await questions(no)
    t.same(more, [])
    const edit = { ...choose, words: '甲题', to: [String(c), '', ''] }
    t.equal((await shen.post(`/desk/surveys/${no}/questions/${a}`, edit)).statusCode, 303)
    const back = await shen.post(`/desk/surveys/${no}/questions/${b}`, { ...choose, words: '往回', to: [String(a)] })
    t.equal(back.statusCode, 422)
    t.match(back.body, /只能往后跳[\s\S]*往回/)
    t.equal((await shen.post(`/desk/surveys/${no}/questions/${c}/removal`)).statusCode, 409, 'a rule leads there')
    t.equal((await shen.post(`/desk/surveys/${no}/questions/${c}/moves`, { way: 'up' })).statusCode, 303)
    t.same(await questions(no), [a, c, b])
    t.equal((await shen.post(`/desk/surveys/${no}/questions/${c}/moves`, { way: 'up' })).statusCode, 409, 'not before')
    await shen.post(`/desk/surveys/${no}/questions/${b}/removal`)
    t.same(await questions(no), [a, c])
    const wrong = await add(no, { options: '一个', words: '只有一个' })
    t.equal(wrong.statusCode, 422)
    t.match(wrong.body, /2 到 20 个[\s\S]*只有一个/)
    const page = `/desk/surveys/${no}/questions/${a}`
    t.ok((await statementsOf(() => shen.get(page))) <= 3, 'a question’s page asks the database three things at most')
    t.match((await shen.get(page)).body, new RegExp(`value="${c}" selected`))
    const quotas = { building: [town.cast.buildings[3], town.cast.buildings[12]].map(String), wanted: ['abc', '7'] }
    const typed = await shen.post(`/desk/surveys/${no}/quotas`, quotas)
    t.equal(typed.statusCode, 422)
    t.match(typed.body, /value="abc" aria-invalid="true"[\s\S]*value="7"/, 'what was typed stays')
  })

  t.test('an empty one does not open; an open one is frozen', async (t) => {
    const no = await draw()
    t.equal((await open(no)).statusCode, 409)
    t.equal((await (await town.as()).get(`/surveys/${no}`)).statusCode, 404, 'a draft is nobody’s')
    await add(no)
    for (const _ of [1, 2]) t.equal((await open(no)).statusCode, 303)
    const [id] = await questions(no)
    const tries = [
      [`/desk/surveys/${no}`, { ...head, title: '别的' }],
      [`/desk/surveys/${no}/questions`, { key: randomUUID(), ...choose }],
      [`/desk/surveys/${no}/questions/${id}`, choose],
      [`/desk/surveys/${no}/questions/${id}/removal`, {}],
      [`/desk/surveys/${no}/questions/${id}/moves`, { way: 'up' }],
      [`/desk/surveys/${no}/quotas`, { building: [], wanted: [], stop: 'on' }],
    ] as const
    const codes: number[] = []
    for (const [path, fields] of tries) codes.push((await shen.post(path, fields as Record<string, string>)).statusCode)
    t.same(new Set(codes), new Set([409]))
    t.same(await questions(no), [id])
  })

  t.test(
    'one answer a household and one a browser, changed until the close; pressed twice it counts once',
    async (t) => {
      const { no, q } = await opened()
      const [wang, again, visitor] = [await door(0), await door(0), await town.as()]
      const key = randomUUID()
      t.match((await answer(wang, no, { [q]: '1' })).headers.location, /sent=1$/)
      await answer(again, no, { [q]: '2' })
      // Without a cookie yet, twice in the same moment.
      const twin = await town.as()
      await Promise.all([visitor, twin].map((one) => answer(one, no, { [q]: '3' }, key)))
      await answer(visitor, no, { [q]: '1' })
      t.same(
        (await sheets(no)).map(({ household_id, choices }) => [household_id !== null, choices]),
        [
          [true, [2]],
          [false, [1]],
        ],
      )
      const gao = await door(1)
      await Promise.all([1, 2, 3, 4].map(() => answer(gao, no, { [q]: '3' })))
      t.equal((await sheets(no)).length, 3, 'at once it is one sheet')
      t.equal((await answer(gao, no, {})).statusCode, 422)
      t.equal((await answer(gao, no, { [q]: '9' })).statusCode, 422)
      t.match((await gao.get(`/surveys/${no}`)).body, /value="3"[^>]* checked/, 'her answer stands there')
      await shen.post(`/desk/surveys/${no}/closure`)
      const late = await answer(wang, no, { [q]: '1' })
      t.equal(late.statusCode, 409)
      t.match(late.body, '这份问卷已经截止，谢谢大家。')
      t.same((await sheets(no))[0]?.choices, [2])
    },
  )

  t.test('a full building stops only where that was ticked, and whoever answered may still change', async (t) => {
    for (const stop of [false, true]) {
      const no = await draw()
      await add(no)
      const quotas = { building: String(town.cast.buildings[3]), wanted: '2', ...(stop && { stop: 'on' }) }
      await shen.post(`/desk/surveys/${no}/quotas`, quotas)
      await open(no)
      const q = `q${(await questions(no))[0]}`
      const three = await Promise.all(doors.filter((one) => one.startsWith('3-')).map((one) => town.as({ door: one })))
      const codes = await Promise.all(
        three.slice(0, 4).map(async (one) => (await answer(one, no, { [q]: '1' })).statusCode),
      )
      t.same(codes.sort(), stop ? [303, 303, 409, 409] : [303, 303, 303, 303])
      t.equal((await sheets(no)).length, stop ? 2 : 4)
      const [first] = await sheets(no)
      const one = doors.find((name) => town.cast.doors[name] === first?.household_id) as (typeof doors)[number]
      t.equal((await answer(await town.as({ door: one }), no, { [q]: '2' })).statusCode, 303)
      t.match((await (await town.as('li')).get(`/desk/surveys/${no}/progress`)).body, '够了')
    }
  })

  t.test('one for some buildings takes their doors only', async (t) => {
    const { no, q } = await opened({ audience: 'buildings', buildings: String(town.cast.buildings[12]) })
    t.equal((await answer(await town.as({ door: '3-101' }), no, { [q]: '1' })).statusCode, 403)
    t.equal((await answer(await town.as({ door: '12-602' }), no, { [q]: '1' })).statusCode, 303)
  })

  t.test('nothing is told until the close; then small numbers stay hidden, on the page and in the file', async (t) => {
    const { no, q } = await opened({}, { by_building: 'on' })
    const everybody = await Promise.all(doors.map((_, at) => door(at)))
    // 12 of building 3 and 8 of building 12; two say 不坐.
    for (const [at, who] of everybody.slice(0, 20).entries()) {
      await answer(who, no, { [q]: at < 2 ? '3' : at < 9 ? '2' : '1' })
      if (at !== 3) continue
      for (const path of ['/surveys', `/surveys/${no}`]) {
        const { body } = await (await town.as()).get(path)
        t.match(body, '不到 5 户答了')
        t.notMatch(body, '4 户', 'how few answered is not told before the close either')
      }
    }
    t.match((await (await town.as()).get(`/surveys/${no}`)).body, '20 户答了')
    const csv = `/desk/surveys/${no}/results.csv`
    t.notMatch((await (await town.as()).get(`/surveys/${no}`)).body, '<table')
    t.equal((await shen.get(csv)).statusCode, 409)
    town.clock.now = new Date('2026-12-02T08:00:00+08:00')
    const visitor = await town.as()
    const pages = await Promise.all([1, 2, 3, 4].map(() => visitor.get(`/surveys/${no}`)))
    t.same(new Set(pages.map(({ statusCode }) => statusCode)), new Set([200]))
    t.equal(
      (
        await town.db
          .selectFrom('survey_results')
          .innerJoin('surveys', 'surveys.id', 'survey_id')
          .where('no', '=', no)
          .select('no')
          .execute()
      ).length,
      1,
      'reckoned once, whoever looks first',
    )
    const file = (await (await town.as('shen')).get(csv)).body
    t.match(file, /坐班车吗,答了这一题,全部,20,/)
    t.match(file, /常坐,全部,11,/)
    t.match(file, /偶尔,全部,不显示,/, 'hidden too, or a subtraction would tell the two')
    t.match(file, /不坐,全部,不显示,/)
    t.notMatch(`${file}${pages[0]?.body.replace(/<svg[\s\S]*?<\/svg>/g, '')}`, /,[1-4],|class="n">[1-4]</)
    const late = await answer(everybody[0] as Browser, no, { [q]: '1' })
    t.match(late.body, '这份问卷已经截止')
    town.clock.now = new Date('2026-11-24T10:00:00+08:00')
  })

  t.test(
    'what people wrote is read after somebody has let it through; every sheet goes out with a reason',
    async (t) => {
      const { no, q } = await opened({}, { kind: 'text', words: '还缺什么', options: '' })
      const raw = '=我是王芳，电话 13812345678，站台要遮雨'
      await answer(await door(3), no, { [q]: raw })
      const { voice_id: voice } = await town.db
        .selectFrom('survey_answers')
        .where('words', '=', raw)
        .select('voice_id')
        .executeTakeFirstOrThrow()
      const which = { voice: String(voice), question: q.slice(1) }
      const release = (words: string, more = {}) =>
        shen.post(`/desk/surveys/${no}/releases`, { ...which, words, ...more })
      t.equal((await release('站台要遮雨')).statusCode, 409, 'not before the close')
      await shen.post(`/desk/surveys/${no}/closure`)
      const visitor = await town.as()
      t.notMatch((await visitor.get(`/surveys/${no}`)).body, '遮雨')
      t.equal((await release(raw)).statusCode, 422, 'what points at a person is looked at first')
      t.equal((await release('站台要遮雨')).statusCode, 303)
      const page = (await visitor.get(`/surveys/${no}`)).body
      t.match(page, '<blockquote>站台要遮雨</blockquote>')
      t.notMatch(page, '13812345678')
      await shen.post(`/desk/surveys/${no}/releases/withdrawal`, which)
      t.notMatch((await visitor.get(`/surveys/${no}`)).body, '遮雨')
      t.equal((await shen.post(`/desk/surveys/${no}/export`, { purpose: '' })).statusCode, 422)
      const sheetsFile = await shen.post(`/desk/surveys/${no}/export`, { purpose: '带到会上' })
      t.match(sheetsFile.body, "'=我是王芳", 'and no cell is a formula')
      const line = await town.db
        .selectFrom('journal')
        .where('verb', '=', 'survey.exported')
        .select(['person_id', 'particulars'])
        .execute()
      t.match(line, [{ person_id: town.cast.people.shen, particulars: { purpose: '带到会上', sheets: 1 } }])
      const items = await Promise.all([1, 2].map(() => shen.post(`/desk/surveys/${no}/item`)))
      t.equal(new Set(items.map(({ headers }) => headers.location)).size, 1, 'pressed twice it is one item')
      t.match(String(items[0]?.headers.location), /\/desk\/agenda\/\d+$/)
    },
  )
})
