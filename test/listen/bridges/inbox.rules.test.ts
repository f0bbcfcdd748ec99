import fc from 'fast-check'
import t from 'tap'
import { mayCarry, readHosts, roadsOf, whyNotCross, whyNotMakeSecret } from '../../../src/listen/bridges/rules.ts'
import {
  buildingIn,
  inParts,
  isOver,
  maskName,
  placeWithin,
  tidy,
  tidyLine,
  tidyPhone,
} from '../../../src/listen/inbox/rules.ts'

t.test('what a machine brings is made fit to be kept: readable, whole, short enough', async (t) => {
  t.equal(tidy(' 灯\u0000坏\u202e了\r\n三天\ud800 ', 50), '灯坏了\n三天�')
  t.equal(tidyLine('北门\n  车站', 50), '北门 车站')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, max) => {
      const kept = tidy(text, max)
      if ([...kept].length > max || !kept.isWellFormed() || kept !== kept.normalize('NFC'))
        throw new Error(JSON.stringify(kept))
      if (/[[\p{Cc}--[\t\n]]\p{Bidi_Control}]/v.test(kept) || kept !== kept.trim())
        throw new Error(JSON.stringify(kept))
    }),
  )
})

t.test('long words go on in the thread, and nothing gets lost', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 400 }),
      (text, times) => {
        const words = `字${text.replace(/\s/g, '。').repeat(times)}`
        const parts = inParts(words)
        if (parts.join('') !== words || parts.some((part) => [...part].length > 2_000)) throw new Error('lost')
      },
    ),
    { numRuns: 50 },
  )
})

t.test('phones, names and places as somebody else’s system writes them', async (t) => {
  t.equal(tidyPhone(' 138-0000 0001 '), '13800000001')
  t.equal(tidyPhone('１３８０００００００１'), '13800000001')
  t.equal(tidyPhone('(021)55550123'), '02155550123')
  for (const none of ['', '匿名', '138000', '1'.repeat(40)]) t.equal(tidyPhone(none), '', none)
  t.equal(maskName('王先生'), '王**')
  t.equal(maskName('👵奶奶'), '👵**')
  t.equal(maskName(''), '')
  const buildings = [{ id: 7, name: '12' }]
  t.equal(buildingIn('梧桐里 12 号楼 3 单元', buildings), 7)
  t.equal(buildingIn('112号楼', buildings), null)
  t.equal(buildingIn('南门', buildings), null)
  t.equal(placeWithin('12 号楼东侧'), '东侧')
  t.equal(placeWithin('梧桐里12号楼'), '梧桐里12号楼')
})

t.test('a bridge lets over what it is for', async (t) => {
  t.equal(mayCarry([], null), true)
  t.equal(mayCarry(['light'], 'light'), true)
  t.equal(mayCarry(['light'], 'water'), false)
  t.equal(mayCarry(['light'], null), false)
  t.equal(whyNotCross({ kind: 'wechat', active: true }, 'paste'), null)
  t.equal(whyNotCross({ kind: 'wechat', active: true }, 'hook'), 'bridges.noRoad')
  t.equal(whyNotCross({ kind: 'hotline', active: false }, 'import'), 'bridges.off')
  t.ok(roadsOf('open311').includes('pull'))
  t.equal(whyNotMakeSecret('webhook', 'hook', 1), null)
  t.equal(whyNotMakeSecret('webhook', 'hook', 2), 'bridges.twoSecrets')
  t.equal(whyNotMakeSecret('webhook', 'token', 0), 'bridges.noRoad')
  t.equal(whyNotMakeSecret('open311', 'hook', 0), null, 'to sign what we tell it')
  t.same(readHosts('Partner.lan:8080\n10.0.0.1，[::1]:80'), ['partner.lan:8080', '10.0.0.1', '[::1]:80'])
  for (const wrong of ['http://x', 'a/b', 'a b@c', '*', 'x:port']) t.equal(readHosts(wrong), null, wrong)
  t.same(readHosts(''), [])
})

t.test('where it stands, in the two words that everybody knows', async (t) => {
  const at = (more: object) => isOver({ state: 'filed', reason: null, filing: 'submitted', issue: null, ...more })
  t.equal(at({}), false)
  t.equal(at({ state: 'waiting', filing: null }), false)
  t.equal(at({ state: 'aside', filing: null }), true)
  t.equal(at({ filing: 'declined' }), true)
  t.equal(at({ filing: 'accepted', issue: 'resolving' }), false)
  t.equal(at({ filing: 'accepted', issue: 'closed_resolved' }), true)
  t.equal(at({ filing: 'accepted', issue: 'reopened' }), false)
})
