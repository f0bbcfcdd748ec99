import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { WebSocket } from 'undici'
import type { Town } from '../harness.ts'

/** A page with an open socket, as the extension opens it: what it was sent, and how it ended. */
export interface Phone {
  frames: string[]
  /** The code it was closed with; null while it is open. */
  closed: () => number | null
  send(text: string): void
  /** Waits until `test` holds; fails with what there was instead. */
  until(test: (phone: Phone) => boolean, what: string): Promise<void>
  close(): void
}

interface Call {
  locale?: 'zh' | 'en'
  headers?: Record<string, string>
  slug?: string
}

/** Opens a socket for these panels, with the cookies of a browser of the town (or none). */
export async function call(
  t: Test,
  town: Town,
  topics: string[],
  { locale = 'zh', headers = {}, slug = town.community.slug }: Call = {},
): Promise<Phone> {
  const asked = topics.map((topic) => `topic=${topic}&`).join('')
  const url = `${(await addressOf(town)).replace('http', 'ws')}/c/${slug}/live?${asked}locale=${locale}`
  const socket = new WebSocket(url, { headers: { origin: town.origin, ...headers } })
  t.teardown(() => socket.close())
  const frames: string[] = []
  let closed: number | null = null
  socket.addEventListener('message', ({ data }) => frames.push(String(data)))
  socket.addEventListener('close', ({ code }) => {
    closed = code
  })
  await new Promise((settled) => {
    socket.addEventListener('open', settled)
    socket.addEventListener('error', settled)
  })
  const phone: Phone = {
    frames,
    closed: () => closed,
    send: (text) => socket.send(text),
    close: () => socket.close(),
    async until(test, what) {
      const end = Date.now() + 60_000
      while (!test(phone)) {
        if (Date.now() > end) throw new Error(`waited for ${what}; closed: ${closed}, frames: ${frames.join('\n')}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
  return phone
}

/** Where the town's app listens; it begins to with the first call. */
export async function addressOf({ app }: Town): Promise<string> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
