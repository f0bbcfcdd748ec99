import type { WebSocket } from '@fastify/websocket'
import type { House } from '../db/connect.ts'
import type { Db } from '../db/schema.ts'
import { mayEnter } from '../http/conventions.ts'
import type { Community, Me, Who } from '../http/slice.ts'
import { renderShared, type Views } from '../http/views.ts'
import { type Locale, locales } from '../i18n.ts'
import type { Topic } from './announce.ts'

/**
 * Live panels: a panel `tally:7` is a partial that everybody watching sees alike. When its topic is announced, the
 * panel is read once, rendered once per language and sent to each socket. Who joins gets it at once, so a phone that
 * slept, a page that was slow and a server that restarted all heal by connecting again.
 *
 * A room is open to whoever the panel's `who` admits, and that is asked again for every panel at the handshake, not
 * once for the connection: otherwise a resident's socket could ask for the chair's panels (trust 4.7).
 */
interface Panel<V extends keyof Views> {
  /** The partial; its outermost element has the id `<kind>-<no>`, by which htmx swaps it. */
  view: V
  /** Subjects whose notices make it stale: a panel `tally:7` with follows ['ballot'] is read again on `ballot:7`. */
  follows: readonly string[]
  who: Who
  /** Reads what the partial shows, and nothing that differs between two people looking at it. Null: nothing to show yet. */
  read: (db: Db, no: number, community: Community) => Promise<Views[V] | null>
}

/** Who sent a message up the socket, and whose rows it may touch. */
export interface Caller {
  db: Db
  me: Me
  community: Community
  locale: Locale
}

type Heard = (message: Record<string, unknown>, caller: Caller) => Promise<string | null>

export interface Live {
  panel<V extends keyof Views>(kind: string, panel: Panel<V>): void
  /** The one kind of message that comes up the socket: a cast vote. Gives the HTML for that socket alone. */
  hear(answer: Heard): void
  join(socket: WebSocket, seat: Place): Promise<void>
  /** A committed notice: '<community> <subject>:<no>'; null when notices may have been missed. */
  changed(notice: string | null): void
  /** How many sockets are open, for /readyz and the bench. */
  count(): number
  close(): Promise<void>
}

interface Place extends Caller {
  topics: readonly Topic[]
  /** Asked every minute; a session that is over closes its socket (4401). */
  stillIn: () => Promise<boolean>
}

interface Room {
  key: string
  panel: Panel<keyof Views>
  community: Community
  locale: Locale
  no: number
  sockets: Set<WebSocket>
  /** Grows with every notice: a read that began under an older number may be out of date. */
  version: number
  /** The version that was last read and sent. */
  sent: number
  timer: NodeJS.Timeout | null
  snapshot: { version: number; html: Promise<Buffer | null> } | null
}

export const socketLimits = { maxPayload: 4096, perMinute: 60, slowAt: 64 * 1024, dropAt: 1024 * 1024 }
const coalesce = 250
const pingEvery = 30_000
const sliceSize = 500

export function createLive(house: House): Live {
  const panels = new Map<string, Panel<keyof Views>>()
  const rooms = new Map<string, Room>()
  const sockets = new Map<WebSocket, { alive: boolean; stillIn: () => Promise<boolean>; rooms: Room[] }>()
  let answer: Heard = async () => null
  let closing = false

  const pulse = setInterval(() => void beat(), pingEvery).unref()
  async function beat() {
    for (const [socket, state] of sockets) {
      if (!state.alive) socket.terminate()
      state.alive = false
      socket.ping()
      if (!(await state.stillIn().catch(() => true))) socket.close(4401, 'signed out')
    }
  }

  async function htmlOf(room: Room): Promise<string | null> {
    const props = await room.panel.read(house.of(room.community.id), room.no, room.community)
    if (props === null) return null
    return renderShared(room.panel.view, props, { locale: room.locale, community: room.community })
  }

  /** Reads and sends at most four times a second, however many votes arrive. */
  function refresh(room: Room) {
    room.version++
    if (room.timer) return
    const send = async () => {
      room.sent = room.version
      const html = await htmlOf(room).catch(() => null)
      if (html !== null) await sendAll(room, Buffer.from(html))
      room.timer = room.sent < room.version ? setTimeout(() => void send(), coalesce) : null
    }
    room.timer = setTimeout(() => void send(), room.sockets.size > 50 ? coalesce : 40)
  }

  async function sendAll(room: Room, html: Buffer) {
    let sent = 0
    for (const socket of room.sockets) {
      push(socket, html)
      // The loop would hold the whole process while it writes to thousands.
      if (++sent % sliceSize === 0) await new Promise(setImmediate)
    }
  }

  function push(socket: WebSocket, html: Buffer) {
    if (socket.readyState !== socket.OPEN) return
    // A slow phone skips a frame: the next one carries everything anyway.
    if (socket.bufferedAmount > socketLimits.dropAt) return socket.terminate()
    if (socket.bufferedAmount < socketLimits.slowAt) socket.send(html, { binary: false })
  }

  function roomOf(topic: Topic, { me, community, locale }: Place): Room | null {
    const [kind = '', no = ''] = topic.split(':')
    const panel = panels.get(kind)
    if (!panel || !/^\d{1,9}$/.test(no) || !mayEnter(me, panel.who)) return null
    const key = `${community.id} ${topic} ${locale}`
    const known = rooms.get(key)
    if (known) return known
    const sockets = new Set<WebSocket>()
    const room = {
      key,
      panel,
      community,
      locale,
      no: Number(no),
      sockets,
      version: 0,
      sent: 0,
      timer: null,
      snapshot: null,
    }
    rooms.set(key, room)
    return room
  }

  function listenTo(socket: WebSocket, place: Place) {
    let minute = 0
    let inMinute = 0
    let strikes = 0
    const refuse = () => {
      if (++strikes >= 3) socket.close(1008, 'not understood')
    }
    socket.on('message', (data) => {
      const now = Math.floor(Date.now() / 60_000)
      inMinute = now === minute ? inMinute + 1 : 1
      minute = now
      if (inMinute > socketLimits.perMinute) return socket.close(1008, 'too many messages')
      const message = parse(String(data))
      if (!message) return refuse()
      void answer(message, place).then(
        (html) => (html === null ? refuse() : socket.readyState === socket.OPEN && socket.send(html)),
        () => refuse(),
      )
    })
  }

  function leave(socket: WebSocket) {
    for (const room of sockets.get(socket)?.rooms ?? []) {
      room.sockets.delete(socket)
      if (room.sockets.size === 0 && rooms.get(room.key) === room) rooms.delete(room.key)
    }
    sockets.delete(socket)
  }

  return {
    panel: (kind, panel) => void panels.set(kind, panel as unknown as Panel<keyof Views>),
    hear: (heard) => {
      answer = heard
    },
    async join(socket, place) {
      if (closing) return socket.close(1012, 'restarting')
      const joined = place.topics.map((topic) => roomOf(topic, place)).filter((room) => room !== null)
      if (joined.length === 0) return socket.close(1008, 'no such panel')
      sockets.set(socket, { alive: true, stillIn: place.stillIn, rooms: joined })
      socket.on('pong', () => {
        const state = sockets.get(socket)
        if (state) state.alive = true
      })
      socket.on('close', () => leave(socket))
      socket.on('error', () => socket.terminate())
      listenTo(socket, place)
      for (const room of joined) {
        room.sockets.add(socket)
        const { version, html } = await snapshot(room)
        // Something changed while we read: the newer frame is on its way and must stay the last.
        if (html !== null && version === room.version) push(socket, html)
      }
    },
    changed(notice) {
      for (const room of rooms.values()) if (notice === null || isAbout(room, notice)) refresh(room)
    },
    count: () => sockets.size,
    async close() {
      closing = true
      clearInterval(pulse)
      for (const room of rooms.values()) if (room.timer) clearTimeout(room.timer)
      // 1012: htmx's socket extension comes back by itself, with a random pause.
      for (const socket of sockets.keys()) socket.close(1012, 'restarting')
    },
  }

  /** A thousand phones that come back in the same second share one read. */
  async function snapshot(room: Room): Promise<{ version: number; html: Buffer | null }> {
    if (room.snapshot?.version !== room.version) {
      const html = htmlOf(room).then(
        (text) => (text === null ? null : Buffer.from(text)),
        () => null,
      )
      const fresh = { version: room.version, html }
      room.snapshot = fresh
      // Not everything that shows in a panel is announced (the clock, a holiday): keep it for a moment only.
      setTimeout(() => {
        if (room.snapshot === fresh) room.snapshot = null
      }, 1_000).unref()
    }
    const { version, html } = room.snapshot as NonNullable<Room['snapshot']>
    return { version, html: await html }
  }
}

function isAbout(room: Room, notice: string): boolean {
  const [community, topic = ''] = notice.split(' ')
  const [subject = '', no] = topic.split(':')
  return Number(community) === room.community.id && Number(no) === room.no && room.panel.follows.includes(subject)
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

export const isLocale = (text: unknown): text is Locale => typeof text === 'string' && Object.hasOwn(locales, text)
