import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'

/**
 * Volunteers' phones that come back with what they kept, in a process of its own. The plan comes in as JSON; what
 * happened goes out as one line of JSON. Some sendings lose their answer and come again, as on a bad line.
 */
export interface Evening {
  url: string
  home: string
  cookie: string
  phones: number
  visits: number
  photos: number
  /** Visits in one sending. */
  batch: number
  /** Of all sendings, the share that is sent again. */
  again: number
  doors: { building: string; door: string }[]
}

export interface HandedIn {
  ms: number
  sendings: number
  stored: number
  known: number
  refused: number
  bytes: number
  /** Every visit's own id, so that whoever asked can count what is there. */
  ids: string[]
  clientBusy: number
}

const plan: Evening = JSON.parse(readFileSync(0, 'utf8'))
const base = `${plan.url}${plan.home}/door`
const told: HandedIn = { ms: 0, sendings: 0, stored: 0, known: 0, refused: 0, bytes: 0, ids: [], clientBusy: 0 }

const phones = Array.from({ length: plan.phones }, () => Array.from({ length: plan.visits }, visit))
const pictures = await Promise.all(Array.from({ length: plan.photos }, picture))
const before = process.cpuUsage()
const began = performance.now()
await Promise.all(phones.map(handIn))
told.ms = performance.now() - began
const used = process.cpuUsage(before)
told.clientBusy = (used.user + used.system) / 1000 / told.ms
process.stdout.write(`${JSON.stringify(told)}\n`)

type Visit = ReturnType<typeof visit>

function visit() {
  const at = plan.doors[Math.floor(Math.random() * plan.doors.length)]
  const matters = [{ id: randomUUID(), words: '班车末班太早，加班回来赶不上。', place: '北门' }]
  const ticks = { record: true, call: false, publish: false }
  return {
    id: randomUUID(),
    ...at,
    outcome: 'met',
    matters,
    remark: '老人一个人住',
    ...ticks,
    phone: '',
    at: Date.now(),
  }
}

/** As large as a phone makes it after shrinking: 1,600 points on the long side. */
function picture(): Promise<Buffer> {
  return sharp({
    create: {
      width: 1600,
      height: 1200,
      channels: 3,
      background: '#777',
      noise: { type: 'gaussian', mean: 128, sigma: 14 },
    },
  })
    .blur(0.8)
    .jpeg({ quality: 82 })
    .toBuffer()
}

async function handIn(visits: Visit[]): Promise<void> {
  told.ids.push(...visits.map(({ id }) => id))
  const key = await ask('/key')
  const { csrf } = (await key.json()) as { csrf: string }
  for (let from = 0; from < visits.length; from += plan.batch) {
    const batch = visits.slice(from, from + plan.batch)
    const unlucky = Math.random() < plan.again
    // Half of the unlucky never hear the answer; the other half have sent twice at once, as two tabs do.
    if (unlucky && Math.random() < 0.5) await sendAndHangUp(batch, csrf)
    await Promise.all([send(batch, csrf), ...(unlucky ? [send(batch, csrf)] : [])])
  }
  for (const [at, bytes] of pictures.entries()) await sendPicture(visits[at] as Visit, bytes, csrf)
  await (await ask('/doors')).arrayBuffer()
}

async function ask(path: string, init: RequestInit = {}) {
  const headers = { cookie: plan.cookie, accept: 'application/json', 'sec-fetch-site': 'same-origin', ...init.headers }
  return fetch(`${base}${path}`, { ...init, headers })
}

function post(path: string, csrf: string, body: string | FormData, more: RequestInit = {}) {
  return ask(path, {
    method: 'POST',
    body,
    ...more,
    headers: { 'x-csrf': csrf, ...(typeof body === 'string' && { 'content-type': 'application/json' }) },
  })
}

async function send(visits: Visit[], csrf: string): Promise<void> {
  const body = JSON.stringify({ visits })
  told.sendings++
  told.bytes += Buffer.byteLength(body)
  const reply = await post('/sync', csrf, body)
  if (!reply.ok) throw new Error(`a sending was answered with ${reply.status}`)
  const { answers } = (await reply.json()) as { answers: { state: 'stored' | 'known' | 'refused' }[] }
  for (const { state } of answers) told[state]++
}

async function sendAndHangUp(visits: Visit[], csrf: string): Promise<void> {
  const stop = new AbortController()
  told.sendings++
  const lost = post('/sync', csrf, JSON.stringify({ visits }), { signal: stop.signal }).catch(() => null)
  await pause(Math.random() * 40)
  stop.abort()
  await lost
}

async function sendPicture(visit: Visit, bytes: Buffer, csrf: string): Promise<void> {
  const form = new FormData()
  form.append('picture', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'photo.jpg')
  told.bytes += bytes.length
  const reply = await post(`/matters/${visit.matters[0]?.id}/photo`, csrf, form)
  if (!reply.ok) throw new Error(`a picture was answered with ${reply.status}`)
  await reply.arrayBuffer()
}
