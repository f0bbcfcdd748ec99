import t from 'tap'
import { startTown } from '../harness.ts'
import { file, filingOf, hostile, sent, shown, unreadable } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const shen = await town.as('shen')
const zhou = await town.as('zhou')
const no = async (code: string) => (await filingOf(town, code)).no

async function declined(words: string): Promise<string> {
  const code = await file(nobody, words, { phone: '13812346001' })
  await shen.post(`/desk/triage/${await no(code)}/refusal`, {
    seen: 'submitted',
    reason: 'not_public',
    kindly: '这是家里的事',
  })
  return code
}
const appeal = (code: string, words: string) => nobody.post(`/track/${code}/appeal`, { appeal: words })

t.test('told no, she may ask once more; the chair decides and she is told', async (t) => {
  const code = await declined('楼上天天吵，你们不管')
  t.match((await nobody.get(`/track/${code}`)).body, '申请复议')
  t.equal((await appeal(code, '')).statusCode, 422)
  t.equal((await appeal(code, '好几家都受影响')).statusCode, 303)
  t.equal((await appeal(code, '好几家都受影响')).statusCode, 303, 'the same form twice')
  t.equal((await appeal(code, '再来一次')).statusCode, 409, 'once')
  t.match((await shen.get('/desk/appeals')).body, '好几家都受影响')
  const decide = async (who: typeof shen, verdict: string, answer = '再看一次') =>
    who.post(`/desk/appeals/${await no(code)}/decision`, { verdict, answer })
  t.equal((await decide(shen, 'again')).statusCode, 403, 'not who said no')
  t.equal((await decide(zhou, 'again', '')).statusCode, 422)
  t.equal((await decide(zhou, 'perhaps')).statusCode, 422)
  const both = await Promise.all([decide(zhou, 'again'), decide(zhou, 'stands')])
  t.same(both.map(({ statusCode }) => statusCode).sort(), [303, 409], 'decided once')
  t.ok((await sent(town)).some(({ dedup_key }) => dedup_key.startsWith('appeal:')))
})

t.test('granted: it waits again; refused: the no stands, with the answer', async (t) => {
  const [granted, refused] = [await declined('这件事应该管'), await declined('那件事不归你们')]
  for (const [code, verdict] of [
    [granted, 'again'],
    [refused, 'stands'],
  ] as const) {
    await appeal(code, '请再看看')
    await zhou.post(`/desk/appeals/${await no(code)}/decision`, { verdict, answer: `答复${verdict}` })
    t.match((await nobody.get(`/track/${code}`)).body, `答复${verdict}`)
  }
  t.match(await filingOf(town, granted), { state: 'submitted', reason: null })
  t.match(await filingOf(town, refused), { state: 'declined' })
  t.match((await zhou.get('/desk/appeals')).body, '没有等着复议的')
})

t.test('only what was declined; whatever is typed is text or is refused', async (t) => {
  const open = await file(nobody, '还没有人看过')
  t.equal((await appeal(open, '为什么')).statusCode, 409)
  t.equal((await appeal('0000-0000-0000-0000', '为什么')).statusCode, 404)
  for (const [name, words] of Object.entries(unreadable))
    t.equal((await appeal(await declined(`坏的${name}`), words)).statusCode, 422, name)
  for (const [name, words] of Object.entries(hostile)) {
    await appeal(await declined(`怪的${name}`), words)
    t.match((await zhou.get('/desk/appeals')).body, shown(words), name)
  }
  t.equal((await zhou.post('/desk/appeals/99999/decision', { verdict: 'again', answer: '好的' })).statusCode, 404)
})
