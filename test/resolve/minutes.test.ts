import { randomUUID } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import jsqr from 'jsqr'
import sharp from 'sharp'
import t from 'tap'
import { objectToMinutes } from '../../src/resolve/minutes/answers.ts'
import { editPart } from '../../src/resolve/minutes/store.ts'
import { startTown } from '../harness.ts'
import { minutedEvening, tablesOf, textOf, unzipped } from './minuted.ts'
import { hostile, unreadable } from './passed.ts'

t.test('the minutes of an evening, from the last light out to the archive', async (t) => {
  const town = await startTown(t)
  const { db, cast, clock } = town
  const evening = await minutedEvening(town)
  const { no, post } = evening
  const desk = `/desk/meetings/${no}/minutes`
  const page = `/meetings/${no}/minutes`
  const everybody = async () => ({
    zhou: await town.as('zhou'),
    shen: await town.as('shen'),
    feng: await town.as('feng'),
    sun: await town.as('sun'),
    wang: await town.as({ door: '12-602' }),
  })
  let { zhou, shen, feng, sun, wang } = await everybody()
  const nobody = await town.as()
  const parts = () => db.selectFrom('minutes_parts').selectAll().orderBy('nth').execute()
  const row = () => db.selectFrom('minutes').selectAll().executeTakeFirstOrThrow()
  /** Another day: whoever works at the desk has to sign in again. */
  const at = async (iso: string) => {
    clock.now = new Date(iso)
    ;({ zhou, shen, feng, sun, wang } = await everybody())
  }
  const answer = async (browser: typeof feng, seat: number, given: string, words = '') =>
    browser.post(`${page}/answer`, {
      seat: String(cast.seats[seat - 1]),
      answer: given,
      words,
      sha: (await row()).text_sha256 ?? '',
    })

  t.test('they write themselves out of the record, once, however often it is pressed', async (t) => {
    t.equal((await nobody.get(page)).statusCode, 404, 'none yet')
    await Promise.all([shen.post(desk), zhou.post(desk)])
    const text = (await parts()).map(({ generated }) => generated)
    t.equal(text.length, 5)
    t.match(
      text[0],
      /梧桐里居民区.*居民区党支部书记主持。应到4席，实到3席（党组织、居委会、物业）；其中居委会由替补代表出席；社区民警未到会；业委会空缺，不计入应到；到会住户5户。/,
    )
    t.match(
      text[1],
      /发言要点：物业说合同到十二月底.*\n表决（第\d+号）.*应到24户，在场5户，赞成3户，反对1户，弃权1户。.*通过.*题目指纹[\da-f]{16}/s,
    )
    t.match(text[1], /决定：班车末班延到 23:00，试行三个月。责任方：物业（物业经理）。期限：2026年12月4日前办好/)
    t.match(text[2], /物业反对，居委会弃权。/)
    t.match(text[3], /回避：物业（.*不参加这一项的表决）。\n没有表决，缓议/)
    const lines = await db.selectFrom('journal').select('verb').where('verb', 'like', 'minutes.%').execute()
    t.same(lines, [{ verb: 'minutes.drafted' }])
    t.notMatch(text.join(), /周敏|孙莉|冯涛/, 'nobody is named in what writes itself')
  })

  t.test('a draft is the desk’s alone', async (t) => {
    const asked = await Promise.all([nobody, wang, feng].map((browser) => browser.get(page)))
    t.same(
      asked.map(({ statusCode }) => statusCode),
      [404, 404, 404],
    )
    const files = ['minutes.docx', 'minutes.csv', 'minutes/print', 'minutes/notice']
    const got = await Promise.all(files.map((file) => nobody.get(`/meetings/${no}/${file}`)))
    t.same(
      got.map(({ statusCode }) => statusCode),
      files.map(() => 404),
    )
    t.equal((await feng.get(desk)).statusCode, 403)
    t.match((await shen.get(`/meetings/${no}/minutes/print`)).body, /草稿/)
  })

  t.test('an edited paragraph survives, is marked, and two who edit at once are told apart', async (t) => {
    const edit = (browser: typeof shen, text: string, seen = '1') => browser.post(`${desk}/parts/3`, { text, seen })
    const [first, second] = await Promise.all([edit(shen, '遛狗的事下次再议。'), edit(zhou, '遛狗的事放一放。')])
    t.same([first.statusCode, second.statusCode].sort(), [303, 409], 'one of the two is kept')
    const lost = first.statusCode === 409 ? first : second
    t.match(lost.body, /刚才有人也改了这一段/)
    t.match(
      lost.body,
      /遛狗的事下次再议。[\s\S]*遛狗的事放一放。|遛狗的事放一放。[\s\S]*遛狗的事下次再议。/,
      'both texts are there to compare',
    )
    const kept = (await parts())[3]?.edited
    await db
      .updateTable('running_order')
      .set({ notes: '后来补记的一句' })
      .where('meeting_id', '=', evening.meetingId)
      .execute()
    await post(desk, {}, shen)
    const [, bus, , dogs] = await parts()
    t.equal(dogs?.edited, kept)
    t.match(dogs?.generated, /后来补记的一句/)
    t.match(bus?.generated, /后来补记的一句/)
    t.match((await shen.get(desk)).body, /改过[\s\S]*记录后来有变/)
  })

  t.test(
    'words that break things are refused at the box or stay words, and nobody’s door goes into a text for all',
    async (t) => {
      const wrong = [
        unreadable.nul,
        unreadable.bidi,
        '',
        '住在 12 号楼 602 室的人说',
        '电话 13812345678',
        '长'.repeat(6_001),
      ]
      const replies = await Promise.all(wrong.map((text) => shen.post(`${desk}/parts/4`, { text, seen: '1' })))
      t.same(
        replies.map(({ statusCode }) => statusCode),
        wrong.map(() => 422),
      )
      t.match(replies[3]?.body, /住在 12 号楼 602 室的人说/, 'what was typed is still there')
      await post(`${desk}/parts/4`, { text: Object.values(hostile).join('\n'), seen: '1' }, shen)
      t.notMatch((await shen.get(desk)).body, /<script>alert|<img src=x/)
    },
  )

  t.test('a meeting that still sits has none, and nothing is sent to nobody', async (t) => {
    t.equal((await shen.post('/desk/meetings/999/minutes')).statusCode, 404)
    t.equal((await zhou.post(`${desk}/publication`)).statusCode, 409, 'not before the seats were asked')
    t.equal((await answer(feng, 4, 'confirmed')).statusCode, 409)
  })

  t.test('each seat confirms or objects within three days, once, to the text it has read', async (t) => {
    await at('2026-11-25T09:00:00+08:00')
    await post(`${desk}/sending`, {}, shen)
    t.equal((await shen.post(`${desk}/parts/3`, { text: '偷偷改', seen: '2' })).statusCode, 409, 'it stands still')
    const asked = await db.selectFrom('minutes_answers').selectAll().execute()
    t.equal(asked.length, 4, 'the empty seat is not asked')
    t.match((await feng.get('/minutes')).body, /等您确认/)
    t.match((await feng.get(page)).body, /您代表物业答复[\s\S]*未确认/)

    const blind = { seat: String(cast.seats[3]), answer: 'confirmed', sha: 'x' }
    t.equal((await feng.post(`${page}/answer`, blind)).statusCode, 409)
    const bare = await answer(feng, 4, 'objected')
    t.equal(bare.statusCode, 422)
    t.match(bare.body, /请写一写哪里不对/)
    t.equal((await answer(feng, 2, 'confirmed')).statusCode, 403, 'nobody answers for another seat')
    t.equal((await answer(wang, 4, 'confirmed')).statusCode, 403)
    const twice = await Promise.all([
      answer(feng, 4, 'objected', '合同是到一月底'),
      answer(feng, 4, 'objected', '合同是到一月底'),
    ])
    t.same(
      twice.map(({ statusCode }) => statusCode),
      [303, 303],
      'pressed twice it is once',
    )
    t.equal((await answer(feng, 4, 'confirmed')).statusCode, 409)
    t.equal((await answer(zhou, 1, 'confirmed')).statusCode, 303)
    t.equal((await zhou.post(`${desk}/publication`)).statusCode, 409, 'an objection waits for its answer')
  })

  t.test('taken back and set right, everybody is asked anew', async (t) => {
    t.equal((await shen.post(`${desk}/return`, { reason: '' })).statusCode, 422)
    await post(`${desk}/return`, { reason: '合同日期写错了' }, shen)
    const [, bus] = await parts()
    const text = `${bus?.generated.replace('十二月底', '一月底')}`
    await post(
      `${desk}/parts/1`,
      { text: text.replace('后来补记的一句', '合同到一月底'), seen: String(bus?.rev) },
      shen,
    )
    await at('2026-11-25T15:00:00+08:00')
    await post(`${desk}/sending`, {}, shen)
    const round = await db.selectFrom('minutes_answers').select(['round', 'answer']).orderBy('round').execute()
    const asked = (n: number) => round.filter((one) => one.round === n).map((one) => one.answer)
    t.equal(asked(1).filter(Boolean).length, 2, 'what was answered stays on record')
    t.same(asked(2), [null, null, null, null])
    t.match((await feng.get(page)).body, /上一轮的异议[\s\S]*合同是到一月底/)
    t.equal((await answer(zhou, 1, 'confirmed')).statusCode, 303)
    t.equal((await answer(feng, 4, 'objected', '<b>还是不对</b>，="1"')).statusCode, 303)
    t.equal(
      (await shen.post(`${desk}/seats/${cast.seats[3]}/reply`, { reply: '合同写的就是一月底。' })).statusCode,
      403,
      'the chair answers',
    )
    await post(`${desk}/seats/${cast.seats[3]}/reply`, { reply: '合同写的就是一月底，附后。' })
    t.equal((await zhou.post(`${desk}/publication`)).statusCode, 409, 'two seats still have their time')
  })

  t.test('a seat that says nothing is not confirmed', async (t) => {
    await at('2026-11-28T23:59:00+08:00')
    t.equal((await zhou.post(`${desk}/publication`)).statusCode, 409)
    await at('2026-11-29T00:00:00+08:00')
    const late = await answer(sun, 2, 'confirmed')
    t.equal(late.statusCode, 409, 'the third day is over')
    t.match(late.body, /未确认/)
    await post(`${desk}/publication`)
    const { public_until } = await row()
    t.equal(public_until, '2026-12-07', 'seven days on is a Sunday: until somebody sits at the desk again')
    const shown = (await nobody.get(page)).body
    t.same(shown.match(/>(已确认|有异议|未确认)</g)?.slice(0, 4), ['>已确认<', '>未确认<', '>有异议<', '>未确认<'])
    t.notMatch(shown, /同意纪要|默认同意/)
    const told = await db
      .selectFrom('journal')
      .select('particulars')
      .where('verb', '=', 'minutes.published')
      .executeTakeFirstOrThrow()
    t.match(told.particulars, { confirmed: 1, objected: 1, silent: 2 })
  })

  t.test(
    'everybody reads posts and counts, those with a part in it names; no output tells what a household chose',
    async (t) => {
      const files = [
        'minutes',
        'minutes/print',
        'minutes/notice',
        'minutes/notice?paper=a3',
        'minutes.csv',
        'deadlines.ics',
      ]
      const bodies = await Promise.all(files.map(async (file) => (await nobody.get(`/meetings/${no}/${file}`)).body))
      const docx = unzipped((await nobody.get(`/meetings/${no}/minutes.docx`)).rawPayload)
      const all = [...bodies, textOf(docx.get('word/document.xml') ?? '')].join('\n')
      t.notMatch(all, /冯涛|孙莉|周敏/)
      t.notMatch(all, /12-60[12]|3-10[12]|3-201|60[12]\s*室/, 'no door')
      t.match(bodies[0], /物业经理/)
      t.match((await feng.get(page)).body, /冯涛/)
      const facts = JSON.stringify((await row()).facts)
      t.notMatch(facts, /household_id|receipt/)
      const { facts: kept } = (await row()) as unknown as {
        facts: { items: { ballots: { voters: string; dissent: unknown[] }[] }[] }
      }
      t.same(
        kept.items.flatMap(({ ballots }) => ballots.map(({ voters, dissent }) => [voters, dissent.length])),
        [
          ['household', 0],
          ['seat', 2],
        ],
      )
    },
  )

  t.test('the numbers of the docx equal the database, and every file in it can be read', async (t) => {
    const reply = await nobody.get(`/meetings/${no}/minutes.docx`)
    t.match(reply.headers['content-disposition'], /^attachment; filename="minutes-\d+\.docx"/)
    const files = unzipped(reply.rawPayload)
    for (const [name, text] of files)
      if (/\.(xml|rels)$/.test(name)) t.doesNotThrow(() => new XMLParser().parse(text, true), name)
    const xml = files.get('word/document.xml') ?? ''
    const counts = tablesOf(xml)
      .find(([head]) => head?.includes('赞成'))
      ?.slice(1)
    const ballots = await db
      .selectFrom('ballots')
      .select(['no', 'eligible', 'numbers', 'outcome'])
      .orderBy('id')
      .execute()
    t.same(
      counts?.map((cells) => cells.slice(2)),
      ballots.map(({ eligible, numbers, outcome }) => [
        String(eligible),
        ...['present', 'for', 'against', 'abstain'].map((name) => String(numbers?.[name])),
        outcome === 'passed' ? '通过' : '未通过',
      ]),
    )
    const due = await db.selectFrom('resolutions').select('due_on').executeTakeFirstOrThrow()
    t.equal(due.due_on, '2026-12-04')
    t.same(
      tablesOf(xml)
        .find(([head]) => head?.includes('期限'))
        ?.at(1)
        ?.at(-1),
      '2026年12月4日',
    )
    // 版心 156 × 225 mm, 2号 title, 3号 body, lines of exactly 28 pt.
    t.match(xml, /<w:pgSz w:w="11906" w:h="16838"/)
    t.match(xml, /<w:pgMar[^>]*w:top="2098"[^>]*w:right="1474"[^>]*w:bottom="1984"[^>]*w:left="1587"/)
    t.match(xml, /w:line="560"[^>]*w:lineRule="exact"/)
    t.match(xml, /<w:sz w:val="44"\/>[\s\S]*<w:sz w:val="32"\/>/)
    const text = textOf(xml)
    t.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/, 'what people wrote is text')
    t.match(text, /＜script＞/)
    t.notMatch(xml, /<script/)
    t.match(text, /物业的异议：&lt;b&gt;还是不对/)
  })

  t.test('the counts as a spreadsheet reads them: its mark, and no cell that is reckoned', async (t) => {
    const { facts } = await row()
    const keep = (items: unknown[]) =>
      db
        .updateTable('minutes')
        .set({ facts: JSON.stringify({ ...facts, items }) })
        .execute()
    await keep([itemOf('=1+1', '＝HYPERLINK("x")'), itemOf('+7', '甲,乙\n"丙"')])
    const reply = await nobody.get(`/meetings/${no}/minutes.csv`)
    t.equal(reply.rawPayload.subarray(0, 3).toString('hex'), 'efbbbf')
    t.match(reply.body, /\r\n1,"'=1\+1",7,"'＝HYPERLINK\(""x""\)",/)
    t.match(reply.body, /\r\n1,"'\+7",7,"甲,乙\n""丙""",[^\r]*,户,24,5,3,1,1,3,通过,/)
    t.match(reply.headers['content-type'], /text\/csv; charset=utf-8/)
    await keep(facts.items as unknown[])
  })

  t.test('the code on the notice leads to the page it names beside it', async (t) => {
    const paper = (await nobody.get(`/meetings/${no}/minutes/notice?paper=a3`)).body
    t.match(paper, /class="poster paper-a3"/)
    const svg =
      /<svg class="qr"[\s\S]*?<\/svg>/.exec(paper)?.[0].replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"') ?? ''
    const { data, info } = await sharp(Buffer.from(svg))
      .resize(400)
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const link = readQr(new Uint8ClampedArray(data), info.width, info.height)?.data
    t.equal(link, `${town.letterbox.home}/meetings/${no}/minutes`)
    t.ok(paper.includes(`>${link}</span>`))
  })

  t.test('deadlines for a calendar end in Z, and the desk’s feed is hers until she leaves', async (t) => {
    const ics = (await nobody.get(`/meetings/${no}/deadlines.ics`)).body
    t.match(ics, /DTEND:20261204T100000Z/)
    t.match(ics, /DTEND:20261207T100000Z/)
    t.notMatch(ics.replaceAll(/\d{8}T\d{6}Z/g, ''), /\d{8}T\d{6}/, 'no hour without its zone')
    const address = /http:\/\/wutong\.test(\/c\/[^<\s]+\.ics)/.exec((await shen.get('/desk/minutes')).body)?.[1] ?? ''
    t.match((await nobody.get(address)).body, /BEGIN:VCALENDAR[\s\S]*物业：班车末班/)
    t.equal((await nobody.get(address.replace(/.{6}\.ics$/, 'AAAAAA.ics'))).statusCode, 404)
    await db.updateTable('people').set({ left_at: clock.now }).where('id', '=', cast.people.shen).execute()
    t.equal((await nobody.get(address)).statusCode, 404)
    await db.updateTable('people').set({ left_at: null }).where('id', '=', cast.people.shen).execute()
  })

  t.test(
    'neighbours object while it hangs out; what they wrote stays with the desk, the answer is for all',
    async (t) => {
      t.equal((await nobody.post(`${page}/objections`, { key: randomUUID(), words: 'x' })).statusCode, 403)
      t.equal((await wang.post(`${page}/objections`, { key: randomUUID(), words: '' })).statusCode, 422)
      const key = randomUUID()
      const words = `我家 602 室 ${hostile.script}`
      await Promise.all([
        wang.post(`${page}/objections`, { key, words }),
        wang.post(`${page}/objections`, { key, words }),
      ])
      const list = await db.selectFrom('minutes_objections').selectAll().execute()
      t.equal(list.length, 1)
      await post(`${desk}/objections`, { key: randomUUID(), words: '老伯来说字太小' }, shen)
      t.notMatch((await nobody.get(page)).body, /602 室|老伯/)
      t.match((await wang.get(page)).body, /您家提过的[\s\S]*602 室/)
      const reply = `${desk}/objections/${list[0]?.id}/reply`
      t.equal((await zhou.post(reply, { gist: '602 室说的', reply: '好' })).statusCode, 422, 'no door in what all read')
      await post(reply, { gist: '有住户问班次', reply: '班次表已经补贴。' })
      t.match((await nobody.get(page)).body, /收到 2 条，答复了 1 条[\s\S]*有住户问班次[\s\S]*班次表已经补贴/)
      const lines = await db
        .selectFrom('journal')
        .select(['household_id', 'particulars'])
        .where('verb', '=', 'minutes.objection')
        .execute()
      t.same(lines, [
        { household_id: null, particulars: {} },
        { household_id: null, particulars: {} },
      ])
    },
  )

  t.test('archived when the notice period is over and everybody has an answer', async (t) => {
    t.equal((await shen.post(`${desk}/archive`)).statusCode, 409)
    await at('2026-12-08T09:00:00+08:00')
    t.equal((await shen.post(`${desk}/archive`)).statusCode, 409, 'one still waits for an answer')
    const open = await db
      .selectFrom('minutes_objections')
      .select('id')
      .where('replied_at', 'is', null)
      .executeTakeFirstOrThrow()
    await post(`${desk}/objections/${open.id}/reply`, { gist: '有住户说字小', reply: '换了大字。' })
    const late = { meetingNo: no, key: randomUUID(), words: '晚了', householdId: cast.doors['3-101'], recordedBy: null }
    await t.rejects(objectToMinutes(db, late, {}, clock.now), { message: 'minutes.noticeOver' })
    await post(`${desk}/archive`, {}, shen)
    t.match((await nobody.get('/minutes')).body, /已归档/)
    const edit = { meetingNo: no, nth: 1, text: '改历史', seen: 9 }
    await t.rejects(editPart(db, edit, { personId: cast.people.zhou }, clock.now), { message: 'minutes.isPublic' })
    const verbs = await db
      .selectFrom('journal')
      .select('verb')
      .where('verb', 'like', 'minutes.%')
      .orderBy('id')
      .execute()
    t.match(verbs.at(-1), { verb: 'minutes.archived' })
  })

  t.test('in English the page stands around the Chinese text', async (t) => {
    nobody.cookies.lang = 'en'
    const shown = (await nobody.get(page)).body
    t.match(shown, /The minutes themselves are kept in Chinese/)
    t.match(shown, /Not confirmed/)
    t.match(shown, /<article[^>]*lang="zh-CN"/)
    t.equal((await nobody.get(`/meetings/${no}/minutes/notice`)).statusCode, 200)
  })
})

// CommonJS whose types call it a module with a default.
const readQr = jsqr as unknown as typeof jsqr.default

const itemOf = (title: string, question: string) => ({
  no: 1,
  title,
  question,
  background: '',
  heard: { gather: 0, door: 0, bridge: 0, households: 0 },
  notes: '',
  introduced: true,
  deferred: false,
  resolution: null,
  ballots: [
    {
      no: 7,
      question,
      questionSha256: 'ab',
      rule: 'M2',
      voters: 'household',
      eligible: 24,
      outcome: 'passed',
      reason: 'enough',
      numbers: { for: 3, against: 1, abstain: 1, present: 5, eligible: 24, base: 5, needed: 3, missing: [] },
      dissent: [],
    },
  ],
})
