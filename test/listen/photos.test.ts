import sharp from 'sharp'
import t from 'tap'
import { startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { codeIn, filingOf } from './help.ts'

const town = await startTown(t)
const nobody = await town.as()
const key = () => crypto.randomUUID()

/** What a phone makes: turned on its side, with where it was taken and by whom written inside. */
const phonePhoto = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#7a9' } })
  .withMetadata({ orientation: 6 })
  .withExifMerge({
    IFD0: { Artist: 'Zhang San', Make: 'PhoneMaker' },
    IFD2: { BodySerialNumber: 'SN-123456' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '31/1 13/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '121/1 28/1 0/1' },
  })
  .jpeg()
  .toBuffer()

const upload = (bytes: Buffer, more: Record<string, string> = {}, name = 'photo.jpg', type = 'image/jpeg') =>
  nobody.upload('/filings', { key: key(), what: '墙上裂了一条缝', ...more }, { field: 'picture', name, bytes, type })

const photoOf = async (code: string) => {
  const { id } = await filingOf(town, code)
  return town.db.selectFrom('photos').where('filing_id', '=', id).select(['key', 'image', 'width', 'height']).execute()
}
const photoIn = (body: string) => /name="photo" value="([^"]+)"/.exec(body)?.[1] ?? ''

t.test('one photo comes with a filing, upright and without where and by whom it was taken', async (t) => {
  const secrets = ['Zhang San', 'PhoneMaker', 'SN-123456']
  for (const secret of secrets) t.ok(phonePhoto.includes(secret), `the phone wrote down ${secret}`)
  const reply = await upload(phonePhoto)
  t.equal(reply.statusCode, 303)
  const code = codeIn(reply.headers.location)
  const [photo] = await photoOf(code)
  t.match(photo, { width: 480, height: 640 }, 'turned the right way up')
  const seen = await nobody.get(`/photos/${photo?.key}?code=${code}`)
  t.equal(seen.statusCode, 200)
  const kept = await sharp(seen.rawPayload).metadata()
  t.match(kept, { format: 'jpeg', exif: undefined, iptc: undefined, xmp: undefined })
  for (const secret of secrets) t.notOk(seen.rawPayload.includes(secret), secret)
  t.match((await nobody.get(`/track/${code}`)).body, `/photos/${photo?.key}?code=${code}`)
})

t.test('a picture is sent as nothing but a picture', async (t) => {
  const code = codeIn((await upload(phonePhoto)).headers.location)
  const [photo] = await photoOf(code)
  const { headers } = await nobody.get(`/photos/${photo?.key}?code=${code}`)
  t.equal(headers['content-type'], 'image/jpeg')
  t.match(headers['content-security-policy'], /^sandbox/)
  t.equal(headers['x-content-type-options'], 'nosniff')
  t.match(headers['content-disposition'], /^attachment/)
  t.match(headers['cache-control'], 'no-store')
})

t.test('who may see it: the desk, who took it down, the filer with her code; nobody else', async (t) => {
  const code = codeIn((await upload(phonePhoto)).headers.location)
  const other = codeIn((await upload(phonePhoto)).headers.location)
  const [photo] = await photoOf(code)
  const at = `/photos/${photo?.key}`
  const sees = async (who: Parameters<typeof town.as>[0], path = at) =>
    (await (await town.as(who)).get(path)).statusCode
  t.equal(await sees('shen'), 200, 'staff')
  t.equal(await sees('zhou'), 200, 'the chair')
  t.equal(
    await sees(undefined, `${at}?code=${code.toLowerCase().replaceAll('-', '')}`),
    200,
    'the code as she types it',
  )
  t.equal(await sees(undefined), 404, 'a passer-by')
  t.equal(await sees(undefined, `${at}?code=${other}`), 404, 'another filer')
  t.equal(await sees(undefined, `${at}?code=`), 404)
  t.equal(await sees({ door: '12-602' }), 404, 'a neighbour')
  t.equal(await sees('li'), 404, 'a volunteer who has nothing to do with it')
  t.equal(await sees('feng'), 404, 'a party at the table')
  t.equal(await sees('tang'), 404, 'the town')

  const li = await town.as('li')
  const taken = await li.upload(
    '/filings',
    { key: key(), what: '老伯说墙上裂了一条缝' },
    { field: 'picture', name: 'a.jpg', bytes: phonePhoto },
  )
  const [hers] = await photoOf(codeIn(taken.headers.location))
  t.equal((await li.get(`/photos/${hers?.key}`)).statusCode, 200, 'the volunteer who took it down')
  t.equal(await sees('xu', `/photos/${hers?.key}`), 404, 'not another one')
})

t.test('an unknown or malformed key is a page that does not exist', async (t) => {
  for (const made of [key(), 'x', '1', '..%2f..%2fetc%2fpasswd', '%00', "' or 1=1"]) {
    t.equal((await nobody.get(`/photos/${encodeURIComponent(made)}`)).statusCode, 404, made)
  }
})

t.test('an error in the form does not lose the photo', async (t) => {
  const wrong = await upload(phonePhoto, { what: '' })
  t.equal(wrong.statusCode, 422)
  const kept = photoIn(wrong.body)
  t.match(wrong.body, `/photos/${kept}`, 'it is shown again')
  t.equal((await nobody.get(`/photos/${kept}`)).statusCode, 200, 'to the browser that sent it')
  const right = await nobody.post('/filings', { key: key(), what: '墙上裂了一条缝', photo: kept })
  t.match(await photoOf(codeIn(right.headers.location)), [{ key: kept }])
  t.equal((await nobody.get(`/photos/${kept}`)).statusCode, 404, 'and now it is the filer’s')

  const stolen = await nobody.post('/filings', { key: key(), what: '想拿走别人的照片', photo: kept })
  t.same(await photoOf(codeIn(stolen.headers.location)), [], 'a photo has one owner')
})

t.test('she may leave the kept photo out, or take another instead', async (t) => {
  const kept = photoIn((await upload(phonePhoto, { what: '' })).body)
  const without = await nobody.post('/filings', { key: key(), what: '不要那张照片了', photo: kept, drop: 'on' })
  t.same(await photoOf(codeIn(without.headers.location)), [])
  const other = await upload(phonePhoto, { photo: kept })
  const [photo] = await photoOf(codeIn(other.headers.location))
  t.not(photo?.key, kept)
  for (const nonsense of ['x', '', '00000000-0000-0000-0000-000000000000', "' or 1=1"]) {
    t.equal((await nobody.post('/filings', { key: key(), what: '照片号是乱写的', photo: nonsense })).statusCode, 303)
  }
})

t.test('a double tap with a photo is one filing with one photo; a forgotten photo is added to it', async (t) => {
  const mine = key()
  const codes = [await upload(phonePhoto, { key: mine }), await upload(phonePhoto, { key: mine })].map((reply) =>
    codeIn(reply.headers.location),
  )
  t.equal(codes[0], codes[1])
  t.equal((await photoOf(codes[0] as string)).length, 1)

  const forgot = key()
  const first = await nobody.post('/filings', { key: forgot, what: '墙上裂了一条缝' })
  const again = await upload(phonePhoto, { key: forgot })
  t.equal(again.headers.location, first.headers.location)
  t.equal((await photoOf(codeIn(first.headers.location))).length, 1)
})

t.test('what is not a photo is refused at its box, and what she wrote is still there', async (t) => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const html = Buffer.from('<!doctype html><script>alert(1)</script>')
  const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer()
  const gif = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#000' } })
    .gif()
    .toBuffer()
  const half = phonePhoto.subarray(0, 200)
  const why: Record<string, string> = { bomb: '尺寸太大', half: '没有传完整' }
  for (const [name, bytes] of Object.entries({ svg, html, bomb, gif, half })) {
    const reply = await upload(bytes, {}, `${name}.jpg`)
    t.equal(reply.statusCode, 422, name)
    t.match(reply.body, why[name] ?? '这个文件不是照片', name)
    t.match(reply.body, '墙上裂了一条缝')
    t.match(reply.body, 'href="#picture"')
  }
})

t.test('what hangs on the end of a real photo does not come through', async (t) => {
  const polyglot = Buffer.concat([phonePhoto, Buffer.from('<script>alert("tail")</script>PK\u0003\u0004')])
  const [photo] = await photoOf(codeIn((await upload(polyglot)).headers.location))
  t.notOk(photo?.image.includes('alert("tail")'))
})

t.test('a photo over 10 MB is refused kindly', async (t) => {
  const reply = await upload(Buffer.concat([phonePhoto, Buffer.alloc(10 * 1024 * 1024)]))
  t.equal(reply.statusCode, 413)
  t.match(reply.body, '小于 10 MB')
})

t.test('an empty file box is no photo, and a text in its place is not one either', async (t) => {
  const empty = await upload(Buffer.alloc(0), {}, '')
  t.equal(empty.statusCode, 303)
  t.same(await photoOf(codeIn(empty.headers.location)), [])
  t.equal(
    (await nobody.post('/filings', { key: key(), what: '照片栏里写了字', picture: 'not a file' })).statusCode,
    303,
  )
})

t.test('a photo whose form was never finished goes after a day, and is shown for an hour only', async (t) => {
  const before = town.clock.now
  t.teardown(() => {
    town.clock.now = before
  })
  const left = photoIn((await upload(phonePhoto, { what: '' })).body)
  town.clock.now = new Date(before.getTime() + 61 * 60_000)
  t.equal((await nobody.get(`/photos/${left}`)).statusCode, 404)
  town.clock.now = new Date(before.getTime() + 25 * 3_600_000)
  await upload(phonePhoto)
  t.same(await town.db.selectFrom('photos').where('key', '=', left).select('id').execute(), [])
})

t.test('a photo costs at most three statements', async (t) => {
  const code = codeIn((await upload(phonePhoto)).headers.location)
  const [photo] = await photoOf(code)
  const shen = await town.as('shen')
  t.ok((await statementsOf(() => shen.get(`/photos/${photo?.key}`))) <= 3)
})
