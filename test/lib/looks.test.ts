import t from 'tap'
import { startTown } from '../harness.ts'

t.test('size, language and theme are links that work without a script and are remembered', async (t) => {
  const town = await startTown(t)
  const links = async (browser: Awaited<ReturnType<typeof town.as>>) => {
    const { body } = await browser.get('/issues?stage=1')
    return [...body.matchAll(/href="(\/settings\?[^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'))
  }

  t.test('each link of a page does what it says and comes back to that page', async (t) => {
    const browser = await town.as()
    const found = await links(browser)
    t.ok(found.length >= 3, 'three switches at least')
    for (const href of found) {
      const reply = await town.app.inject({ url: href, headers: browser.headers })
      t.equal(reply.statusCode, 303, href)
      t.equal(reply.headers.location, `/c/${town.community.slug}/issues?stage=1`)
      t.equal(reply.cookies.length, 1, `${href} is remembered`)
    }
  })

  t.test('a whole turn of the size and the theme ends where it began', async (t) => {
    const browser = await town.as()
    const sizes: (string | undefined)[] = []
    for (let turn = 0; turn < 3; turn++) {
      const href = (await links(browser)).find((link) => link.includes('size=')) ?? ''
      const reply = await town.app.inject({ url: href, headers: browser.headers })
      browser.cookies.size = reply.cookies[0]?.value ?? ''
      sizes.push(/data-size="(\w+)"/.exec((await browser.get('/issues')).body)?.[1])
    }
    t.same(sizes, ['l', 'xl', undefined])
  })

  t.test('the way back never leads out of the house', async (t) => {
    for (const back of ['//evil.example', '/\\evil.example', 'https://evil.example', '/a\nb']) {
      const reply = await town.app.inject({ url: `/settings?size=l&back=${encodeURIComponent(back)}` })
      t.equal(reply.headers.location, '/', back)
    }
  })
})
