import t from 'tap'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { accept, file, filingOf, hostile, publish, sent, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const gu = await town.as('gu')
const no = async (code: string) => (await filingOf(town, code)).no

t.test('the record has an address of its own, for the pane beside the list', async (t) => {
  const code = await file(nobody, '楼道灯坏了三天没人修')
  const { body } = await shen.get(`/desk/triage/${await no(code)}/record`)
  t.notMatch(body, '<!doctype')
  t.match(body, '楼道灯坏了三天没人修')
  for (const key of ['A', 'D', 'R', 'T', 'Q', 'G']) t.match(body, `data-key="${key}"`)
  t.match(body, 'name="beside"')
  t.equal((await nobody.get(`/desk/triage/${await no(code)}/record`)).statusCode, 403)
  const list = (await shen.get('/desk/triage')).body
  for (const key of ['J', 'K', 'X', '?']) t.match(list, `data-key="${key}"`)
  t.match(list, 'data-keys-switch', 'keys can be switched off')
  t.equal((await statementsOf(() => shen.get('/desk/triage'))) <= 3, true)
  t.equal((await statementsOf(async () => shen.get(`/desk/triage/${1}`))) <= 3, true)
})

t.test('deciding from the list leads back to it, and can be taken back for a minute', async (t) => {
  const code = await file(nobody, '请你们看看这一条', { phone: '13812345001' })
  const decline = (who = shen) =>
    no(code).then((n) =>
      who.post(`/desk/triage/${n}/refusal`, { seen: 'submitted', reason: 'spam', kindly: '重复了', beside: '1' }),
    )
  const undo = (who = shen) => no(code).then((n) => who.post(`/desk/triage/${n}/undo`))
  const reply = await decline()
  t.match(reply.headers.location, `/desk/triage?done=${await no(code)}`)
  t.match((await shen.get(String(reply.headers.location))).body, 'data-key="Z"')
  const waiting = (await sent(town)).length
  t.equal((await undo(gu)).statusCode, 409, 'only who decided')
  t.equal((await undo()).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'submitted', reason: null })
  t.equal((await sent(town)).length, waiting - 1, 'what was not sent yet is not sent')
  t.notMatch((await nobody.get(`/track/${code}`)).body, '重复了')
  t.equal((await undo()).statusCode, 409, 'once')

  await decline()
  await town.db.updateTable('outbox').set({ sent_at: town.clock.now, attempts: 1 }).execute()
  await undo()
  t.ok(
    (await sent(town)).some(({ dedup_key }) => dedup_key.startsWith('undone:')),
    'what was sent is followed by another word',
  )

  await decline()
  const before = town.clock.now
  town.clock.now = new Date(before.getTime() + 61_000)
  t.equal((await undo()).statusCode, 409, 'a minute is over')
  town.clock.now = before
})

t.test('a merge is taken back whole, an accepted one is not', async (t) => {
  const issue = await accept(town, shen, await file(nobody, '末班车太早了，赶不上'))
  await publish(town, gu, issue)
  const code = await file(nobody, '赶不上末班车')
  await shen.post(`/desk/triage/${await no(code)}/merger`, {
    seen: 'submitted',
    issue: String(issue),
    merged: '放在一起',
  })
  t.equal((await shen.post(`/desk/triage/${await no(code)}/undo`)).statusCode, 303)
  t.match(await filingOf(town, code), { state: 'submitted', issue_id: null })
  const accepted = await file(nobody, '这一条受理了')
  await accept(town, shen, accepted)
  t.equal((await shen.post(`/desk/triage/${await no(accepted)}/undo`)).statusCode, 409)
})

t.test('several at once: what somebody else decided meanwhile is left alone', async (t) => {
  const codes = [
    await file(nobody, '广告一号请删'),
    await file(nobody, '广告二号请删'),
    await file(nobody, '广告三号请删'),
  ]
  const nos = await Promise.all(codes.map(no))
  await gu.post(`/desk/triage/${nos[2]}/question`, { seen: 'submitted', question: '是什么事？' })
  const reply = await shen.post('/desk/triage/selection', { no: nos.map(String), reason: 'spam', kindly: '这是广告' })
  t.match(reply.headers.location, 'declined=2&left=1')
  t.match((await shen.get(String(reply.headers.location))).body, '2 条不予受理')
  t.match(await filingOf(town, codes[0] as string), { state: 'declined' })
  t.match(await filingOf(town, codes[2] as string), { state: 'need_info' })
  for (const fields of [
    {},
    { no: 'x' },
    { no: '1' },
    { no: '1', reason: 'nonsense', kindly: '好' },
    { no: '1', reason: 'spam', kindly: '' },
  ])
    t.match((await shen.post('/desk/triage/selection', fields as Record<string, string>)).headers.location, 'wrong=')
  t.equal((await nobody.post('/desk/triage/selection', {})).statusCode, 403)
})

t.test('saved replies: kept by the desk, put into the box without a script, too', async (t) => {
  for (const [name, words] of Object.entries(hostile)) {
    const reply = await shen.post('/desk/templates', { act: 'question', name: name.slice(0, 30), words })
    t.equal(reply.statusCode, 303, name)
    t.match((await shen.get('/desk/templates')).body, shown(words), name)
  }
  for (const [name, words] of Object.entries(unreadable))
    t.equal((await shen.post('/desk/templates', { act: 'question', name: 'x', words })).statusCode, 422, name)
  for (const fields of [{}, { act: 'question', name: '', words: '好的' }, { act: 'none', name: 'x', words: '好的' }])
    t.equal((await shen.post('/desk/templates', fields as Record<string, string>)).statusCode, 422)
  await shen.post('/desk/templates', { act: 'question', name: '哪一层', words: '请问是哪一层？' })
  const saved = await town.db
    .selectFrom('reply_templates')
    .selectAll()
    .where('name', '=', '哪一层')
    .executeTakeFirstOrThrow()
  const code = await file(nobody, '某一层的灯坏了呀')
  const page = await shen.get(`/desk/triage/${await no(code)}?say=${saved.id}`)
  t.match(page.body, /<textarea[^>]*id="question"[^>]*>请问是哪一层？/)
  t.equal((await shen.get(`/desk/triage/${await no(code)}?say=99999`)).statusCode, 200)
  t.equal((await shen.post(`/desk/templates/${saved.id}/removal`)).statusCode, 303)
  t.equal((await shen.post(`/desk/templates/${saved.id}/removal`)).statusCode, 404)
  t.equal((await nobody.get('/desk/templates')).statusCode, 403)
})
