import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { createEgress, NoWayOut, whyNotCall } from '../../src/lib/egress.ts'

/** The one way out: where it never leads, whatever the address looks like (trust 4.6). */

const why = async (asked: Promise<unknown>) =>
  asked.then(
    () => 'went',
    (error: unknown) => (error instanceof NoWayOut ? error.why : String(error)),
  )

t.test('addresses that mean something at home, however they are written', async (t) => {
  const resolve = async () => t.fail('a number is not looked up') as never
  const egress = createEgress(resolve)
  const hostile = {
    private: [
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0177.0.0.1/',
      'https://0/',
      'https://10.1.2.3/',
      'https://172.16.0.1/',
      'https://172.31.255.255/',
      'https://192.168.1.1/',
      'https://100.64.0.1/',
      'https://169.254.169.254/latest/meta-data/',
      'https://100.100.100.200/',
      'https://0.0.0.0/',
      'https://224.0.0.1/',
      'https://255.255.255.255/',
      'https://198.18.0.1/',
      'https://192.0.0.192/',
      'https://192.88.99.1/',
      'https://[::1]/',
      'https://[::]/',
      'https://[fe80::1]/',
      'https://[fc00::1]/',
      'https://[fd00:ec2::254]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:a9fe:a9fe]/',
      'https://[::127.0.0.1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[64:ff9b:1::7f00:1]/',
      'https://[2002:7f00:1::]/',
      'https://[2001:0:7f00:1::]/',
      'https://[ff02::1]/',
      'https://[fec0::1]/',
      'https://[2001:db8::1]/',
      'https://１２７.０.０.１/',
    ],
    scheme: [
      'http://example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'gopher://x/',
      'data:text/plain,x',
      'javascript:alert(1)',
    ],
    url: [
      '',
      'example.com',
      '//example.com',
      'https://',
      'https://user:pass@example.com/',
      'https://x@10.0.0.1/',
      'https://exa mple/',
    ],
    port: ['https://example.com:22/', 'https://example.com:6379/', 'https://example.com:25/'],
  } as const
  for (const [reason, urls] of Object.entries(hostile))
    for (const url of urls) {
      const said = await why(egress.ask(url))
      // A scheme without a host is refused one step earlier.
      t.ok(said === reason || (reason === 'scheme' && said === 'url'), `${url}: ${said}`)
      t.not(whyNotCall(url), null, `${url} is not taken into a form either`)
    }
  t.equal(whyNotCall('https://open311.example.cn/v2'), null)
})

t.test('names that lead home', async (t) => {
  const book: Record<string, string[]> = {
    'evil.example': ['127.0.0.1'],
    'half.example': ['93.184.216.34', '10.0.0.1'],
    'six.example': ['::ffff:10.0.0.1'],
    'meta.lan': ['169.254.169.254'],
  }
  const egress = createEgress(async (host) => book[host] ?? Promise.reject(new Error('no such name')))
  t.equal(await why(egress.ask('https://evil.example/')), 'private')
  t.equal(await why(egress.ask('https://half.example/')), 'private', 'one bad address among good ones is enough')
  t.equal(await why(egress.ask('https://six.example/')), 'private')
  t.equal(await why(egress.ask('https://nowhere.example/')), 'unknown')
  t.equal(await why(egress.ask('http://meta.lan/', { hosts: ['meta.lan'] })), 'private', 'nobody can vouch for that')
  t.equal(await why(egress.addressOf('evil.example')), 'private')
  t.equal(await egress.addressOf('evil.example', ['evil.example']), '127.0.0.1')
})

t.test('a server of our own, that an administrator vouches for', async (t) => {
  const heard: string[] = []
  const server = createServer((req, reply) => {
    heard.push(`${req.method} ${req.headers.host}${req.url}`)
    if (req.url === '/away') return reply.writeHead(302, { location: 'https://example.com/' }).end()
    if (req.url === '/large') return reply.end('x'.repeat(2 * 1024 * 1024))
    if (req.url === '/never') return undefined
    if (req.url === '/drip') {
      reply.write('a')
      const drop = setInterval(() => reply.write('a'), 200)
      req.socket.on('close', () => clearInterval(drop))
      return undefined
    }
    return reply.end('你好')
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo

  t.test('is asked by its name at the address that was looked at, once', async (t) => {
    let asked = 0
    // A name that answers differently the second time: what was checked is what we connect to.
    const egress = createEgress(async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.255.255.1']))
    const host = `partner.lan:${port}`
    const { status, text } = await egress.ask(`http://${host}/hello`, { hosts: [host] })
    t.same({ status, text, asked }, { status: 200, text: '你好', asked: 1 })
    t.equal(heard.at(-1), `GET ${host}/hello`)
    t.equal(await why(egress.ask(`http://${host}/hello`, { hosts: ['other.lan'] })), 'scheme')
  })

  const egress = createEgress()
  const hosts = [`127.0.0.1:${port}`]
  const home = `http://127.0.0.1:${port}`
  t.test('does not send us elsewhere, nor flood us', async (t) => {
    t.equal(await why(egress.ask(`${home}/away`, { hosts })), 'redirect')
    t.equal(await why(egress.ask(`${home}/large`, { hosts })), 'large')
    t.equal(await why(egress.ask(`http://127.0.0.1:1/`, { hosts: ['127.0.0.1:1'] })), 'failed')
  })
  t.test('nor keeps us waiting', async (t) => {
    const [never, drip] = await Promise.all([
      why(egress.ask(`${home}/never`, { hosts })),
      why(egress.ask(`${home}/drip`, { hosts })),
    ])
    t.same([never, drip], ['slow', 'slow'])
  })
})
