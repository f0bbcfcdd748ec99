import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { startTown } from '../harness.ts'

const town = await startTown(t)
const phone = { 'accept-encoding': 'gzip, deflate' }

const get = async (who: Parameters<typeof town.as>[0], path: string, headers: Record<string, string> = phone) => {
  const browser = await town.as(who)
  const url = `/c/${town.community.slug}${path}`
  const reply = await town.app.inject({ url, headers: { ...browser.headers, ...headers } })
  const zipped = reply.headers['content-encoding'] === 'gzip'
  const text = zipped ? gunzipSync(reply.rawPayload).toString() : reply.body
  return { zipped, text, code: reply.statusCode, headers: reply.headers, bytes: reply.rawPayload.length }
}

t.test('a public page goes to a phone squeezed, is the same page, and is not sent again', async (t) => {
  const plain = await get(undefined, '/issues?q=x', {})
  const first = await get(undefined, '/issues?q=x')
  const second = await get(undefined, '/issues?q=x')
  t.same([plain.zipped, first.zipped, second.zipped], [false, true, true])
  t.same([first.text, second.text], [plain.text, plain.text])
  t.ok(first.bytes < plain.bytes / 2, `${first.bytes} of ${plain.bytes} bytes`)
  t.equal(first.headers.vary, 'accept-encoding')
  t.equal(first.headers.etag, plain.headers.etag)
  const again = await get(undefined, '/issues?q=x', { ...phone, 'if-none-match': String(first.headers.etag) })
  t.same([again.code, again.bytes], [304, 0])
})

t.test('a page of a session is squeezed only where nobody else can put words into it', async (t) => {
  const wang = { door: '12-602' } as const
  const hers = await get(wang, '/issues')
  t.same([hers.zipped, hers.headers['cache-control']], [true, 'no-store'])
  const words = await get(wang, '/issues?q=x')
  const wrong = await get(wang, '/nowhere')
  t.same(
    [words.zipped, wrong.zipped, wrong.code],
    [false, false, 404],
    'what the address brought, and what is an error',
  )
})

t.test(
  'a page of whoever works here is not squeezed: what anybody reports stands on it beside the token',
  async (t) => {
    for (const [who, path] of [
      ['shen', '/desk/triage'],
      ['shen', '/issues'],
      ['li', '/desk/visits'],
    ] as const)
      t.same((await get(who, path)).zipped, false, `${who} ${path}`)
    t.equal((await get('li', '/door/doors')).zipped, true, 'the list of her doors has no token in it')
  },
)

t.test(
  'the shell of the door page is the same for a volunteer as for a stranger, so it is squeezed and kept',
  async (t) => {
    const hers = await get('li', '/door/')
    const strangers = await get(undefined, '/door/')
    t.same([hers.zipped, hers.headers['cache-control']], [true, 'no-cache'])
    t.equal(hers.text, strangers.text, 'nothing of her session stands in it')
    t.notMatch(hers.text, '_csrf')
    const again = await get('li', '/door/', { ...phone, 'if-none-match': String(hers.headers.etag) })
    t.same([again.code, again.bytes], [304, 0])
    const english = await get('li', '/door/', { ...phone, cookie: 'lang=en' })
    t.not(english.headers.etag, hers.headers.etag, 'in another language it is another page')
    t.equal((await get('li', '/door/sw.js')).zipped, true)
    t.equal((await get('li', '/door/key')).zipped, false, 'the key and the token of the session are never squeezed')
  },
)
