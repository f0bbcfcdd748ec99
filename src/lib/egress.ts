import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Agent, buildConnector, request } from 'undici'

/**
 * The one way out of the house (trust 4.6). Addresses come from outside, so none of them may reach what stands behind
 * our own wall: the name is resolved once, the address is looked at, and it is that very address we connect to.
 */
export interface Egress {
  /** Asks an address from outside; refuses with NoWayOut before anything is sent where it must not go. */
  ask(url: string, question?: Question): Promise<Answer>
  /** The address to connect to for a host outside, for other protocols than HTTP. */
  addressOf(host: string, hosts?: readonly string[]): Promise<string>
  /** Who vouches for the certificates over there, where that is not the usual ones alone. */
  ca: string[] | undefined
}

interface Question {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Hosts ('example.lan', 'example.lan:8080') an administrator vouches for: also plain http, and also at home. */
  hosts?: readonly string[]
  /** Most bytes of an answer; a longer one is refused. */
  atMost?: number
}

interface Answer {
  status: number
  text: string
}

export type Resolve = (host: string) => Promise<readonly string[]>

export type Whyever = 'url' | 'scheme' | 'port' | 'unknown' | 'private' | 'redirect' | 'large' | 'slow' | 'failed'

/** We did not go there, or did not get through; `why` is a word of ours, never text from outside. */
export class NoWayOut extends Error {
  readonly why: Whyever
  constructor(why: Whyever) {
    super(`no way out: ${why}`)
    this.why = why
  }
}

const mostBytes = 1024 * 1024
const longest = 5_000
const ports = ['', '443', '8443']

const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * `resolve` is asked once for each question; tests bring one of their own. `ownCa`: PEM of an authority besides the usual
 * ones, for a partner or a mail server of the town's own network.
 */
export function createEgress(resolve: Resolve = resolveByDns, ownCa?: string): Egress {
  const ca = ownCa === undefined ? undefined : [...rootCertificates, ownCa]
  const addressOf = async (host: string, hosts: readonly string[] = [], vouched = hosts.includes(host)) => {
    const bare = host.replace(/^\[|\]$/g, '')
    const addresses = isIP(bare) ? [bare] : await resolve(bare).catch(() => [])
    const first = addresses[0]
    if (first === undefined) throw new NoWayOut('unknown')
    // All of them must be fit to go to, or whoever owns the name chooses between them.
    if (addresses.some((address) => isNeverOurs(address) || (!vouched && !isPublic(address))))
      throw new NoWayOut('private')
    return first
  }
  return {
    ca,
    addressOf: (host, hosts) => addressOf(host, hosts),
    async ask(url, { method = 'GET', headers = {}, body, hosts = [], atMost = mostBytes } = {}) {
      const to = readUrl(url, hosts)
      const address = await inTime(addressOf(to.hostname, hosts, isVouchedFor(to, hosts)))
      const connect = buildConnector({ timeout: longest, allowH2: false, ...(ca && { ca }) })
      const agent = new Agent({
        // The name stays for the certificate and the Host header; the way leads to the address that was looked at.
        connect: (where, done) =>
          connect({ ...where, hostname: address, servername: isIP(to.hostname) ? '' : to.hostname }, done),
        connections: 1,
        pipelining: 0,
        headersTimeout: longest,
        bodyTimeout: longest,
        maxHeaderSize: 16 * 1024,
      })
      const signal = AbortSignal.timeout(longest)
      try {
        const reply = await request(to, { method, headers, body: body ?? null, dispatcher: agent, signal })
        if (reply.statusCode >= 300 && reply.statusCode < 400) throw new NoWayOut('redirect')
        const parts: Buffer[] = []
        let size = 0
        for await (const part of reply.body) {
          size += (part as Buffer).length
          if (size > atMost) throw new NoWayOut('large')
          parts.push(part as Buffer)
        }
        return { status: reply.statusCode, text: Buffer.concat(parts).toString('utf8') }
      } catch (error) {
        if (error instanceof NoWayOut) throw error
        throw new NoWayOut(signal.aborted || /Timeout/.test((error as Error).name) ? 'slow' : 'failed')
      } finally {
        await agent.destroy()
      }
    },
  }
}

/** Why an address from outside cannot be one we call; null when it may be tried. For the form it is typed into. */
export function whyNotCall(url: string, hosts: readonly string[] = []): Whyever | null {
  try {
    const { hostname } = readUrl(url, hosts)
    const bare = hostname.replace(/^\[|\]$/g, '')
    const vouched = isVouchedFor(new URL(url), hosts)
    return isIP(bare) && (isNeverOurs(bare) || (!vouched && !isPublic(bare))) ? 'private' : null
  } catch (error) {
    return error instanceof NoWayOut ? error.why : 'url'
  }
}

function readUrl(text: string, hosts: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null) throw new NoWayOut('url')
  if (url.username !== '' || url.password !== '' || url.hostname === '') throw new NoWayOut('url')
  const vouched = isVouchedFor(url, hosts)
  if (url.protocol !== 'https:' && !(vouched && url.protocol === 'http:')) throw new NoWayOut('scheme')
  if (!vouched && !ports.includes(url.port)) throw new NoWayOut('port')
  return url
}

const isVouchedFor = (url: URL, hosts: readonly string[]) => hosts.includes(url.host) || hosts.includes(url.hostname)

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new NoWayOut('slow')), longest)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const blocked = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT; a cloud's metadata service stands in it too
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  blocked.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['2001::', 23], // Teredo and its neighbours
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4 carries an IPv4 address, which may be one of ours
  ['3fff::', 20],
] as const)
  blocked.addSubnet(net, bits, 'ipv6')
/** All that is handed out for use between machines everywhere; loopback, ULA, link-local, mapped and NAT64 lie outside. */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

function isPublic(address: string): boolean {
  const kind = isIP(address)
  if (kind === 4) return !blocked.check(address, 'ipv4')
  return kind === 6 && global6.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}

const metadata = new BlockList()
metadata.addSubnet('169.254.0.0', 16, 'ipv4')
metadata.addAddress('100.100.100.200', 'ipv4')
metadata.addSubnet('fe80::', 10, 'ipv6')
metadata.addAddress('fd00:ec2::254', 'ipv6')

/** Where a cloud keeps its machines' keys: not even an administrator sends us there. */
function isNeverOurs(address: string): boolean {
  const kind = isIP(address)
  return kind === 0 || metadata.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}
