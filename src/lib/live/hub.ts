import type { WebSocket } from '@fastify/websocket'
import type { House } from '../db/connect.ts'
import type { Db } from '../db/schema.ts'
import { mayEnter } from '../http/conventions.ts'
import type { Community, Me, Who } from '../http/slice.ts'
import { renderShared, type Views } from '../http/views.ts'
import { type Locale, locales } from '../i18n.ts'
import type { Topic } from './announce.ts'
import { openRoom, type Room, timing } from './room.ts'

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
  /** The secret of a panel that is not for everybody who knows its number: it is asked for as `heard:7:<pass>`. */
  pass?: (db: Db, no: number) => Promise<string | null>
  /**
   * Reads what the partial shows, and nothing that differs between two people looking at it. Null: nothing to show yet.
   * `rest` is what a page adds to the topic about itself: `booth:7:2`.
   */
  read: (db: Db, no: number, community: Community, rest: string) => Promise<Views[V] | null>
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

/** A room and what it shows. */
interface Shown {
  key: string
  panel: Panel<keyof Views>
  community: Community
  no: number
  room: Room
}

export const socketLimits = {
  maxPayload: 4096,
  perMinute: 60,
  /** A chair has her own page, the wall, the ledger and a few forgotten tabs open. */
  perSession: 6,
}
const pace = { ...timing, ping: 30_000, farewell: 2_000 }

export function createLive(house: House, { ping, farewell, ...roomTiming } = pace): Live {
  const panels = new Map<string, Panel<keyof Views>>()
  const shown = new Map<string, Shown>()
  const sockets = new Map<WebSocket, { alive: boolean; place: Place; rooms: Shown[] }>()
  const perSession = new Map<number, number>()
  let answer: Heard = async () => null
  let closing = false

  const pulse = setInterval(() => void beat(), ping).unref()
  async function beat() {
    for (const [socket, state] of sockets) {
      if (!state.alive) socket.terminate()
      state.alive = false
      socket.ping()
      if (!(await state.place.stillIn().catch(() => true))) socket.close(4401, 'signed out')
    }
  }

  /** Whether she knows the secrets of the panels that have one. Nothing is waited for where none has. */
  async function passes(topics: readonly Topic[], db: Db): Promise<ReadonlySet<Topic>> {
    const known = new Set<Topic>()
    for (const topic of topics) {
      const [kind = '', digits = '', pass] = topic.split(':')
      const asked = panels.get(kind)?.pass
      if (asked && pass && isNumber(digits) && (await asked(db, Number(digits))) === pass) known.add(topic)
    }
    return known
  }

  function roomOf(topic: Topic, { me, community, locale }: Place, passed: ReadonlySet<Topic>): Shown | null {
    const [kind = '', digits = '', rest = ''] = topic.split(':')
    const panel = panels.get(kind)
    if (!panel || !isNumber(digits) || !mayEnter(me, panel.who)) return null
    if (panel.pass && !passed.has(topic)) return null
    // A page says a small number about itself; anything longer would be a room of its own for whoever makes it up.
    if (!panel.pass && rest !== '' && !/^[1-9]\d?$/.test(rest)) return null
    const key = `${community.id} ${topic} ${locale}`
    const known = shown.get(key)
    if (known) return known
    const no = Number(digits)
    const read = async () => {
      const props = await panel.read(house.of(community.id), no, community, rest)
      return props === null ? null : renderShared(panel.view, props, { locale, community })
    }
    const fresh = { key, panel, community, no, room: openRoom(read, roomTiming) }
    shown.set(key, fresh)
    return fresh
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
    const state = sockets.get(socket)
    if (!state) return
    count(state.place.me, -1)
    for (const each of state.rooms) {
      each.room.leave(socket)
      if (each.room.isEmpty() && shown.get(each.key) === each) shown.delete(each.key)
    }
    sockets.delete(socket)
  }

  /** How many sockets a session has, after one more or less; a visitor's are not counted. */
  function count({ sessionId }: Me, change: 1 | -1): number {
    if (sessionId === null) return 0
    const now = (perSession.get(sessionId) ?? 0) + change
    if (now > 0) perSession.set(sessionId, now)
    else perSession.delete(sessionId)
    return now
  }

  return {
    panel: (kind, panel) => void panels.set(kind, panel as unknown as Panel<keyof Views>),
    hear: (heard) => {
      answer = heard
    },
    async join(socket, place) {
      if (closing) return socket.close(1012, 'restarting')
      const passed = place.topics.some(isSecret) ? await passes(place.topics, place.db) : noTopics
      if (socket.readyState !== socket.OPEN) return
      const joined = place.topics.map((topic) => roomOf(topic, place, passed)).filter((room) => room !== null)
      if (joined.length === 0) return socket.close(1008, 'no such panel')
      sockets.set(socket, { alive: true, place, rooms: joined })
      socket.on('pong', () => {
        const state = sockets.get(socket)
        if (state) state.alive = true
      })
      socket.on('close', () => leave(socket))
      socket.on('error', () => socket.terminate())
      // Not 1012 or 1013: the extension would come back at once.
      if (count(place.me, 1) > socketLimits.perSession) return socket.close(1008, 'too many pages')
      listenTo(socket, place)
      // All in one go: a room that empties while another is being read would be forgotten with her inside.
      await Promise.all(joined.map((each) => each.room.enter(socket)))
    },
    changed(notice) {
      if (closing) return
      for (const each of shown.values()) if (notice === null || isAbout(each, notice)) each.room.refresh()
    },
    count: () => sockets.size,
    async close() {
      closing = true
      clearInterval(pulse)
      for (const each of shown.values()) each.room.close()
      // 1012: htmx's socket extension comes back by itself, with a random pause.
      for (const socket of sockets.keys()) socket.close(1012, 'restarting')
      // A phone that sleeps does not say goodbye, and the server would wait for it.
      const until = Date.now() + farewell
      while (sockets.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      for (const socket of sockets.keys()) socket.terminate()
    },
  }
}

const noTopics: ReadonlySet<Topic> = new Set()
const isNumber = (digits: string) => /^\d{1,9}$/.test(digits)
const isSecret = (topic: Topic) => topic.split(':').length > 2

function isAbout({ panel, community: own, no: shownNo }: Shown, notice: string): boolean {
  const [community, topic = ''] = notice.split(' ')
  const [subject = '', no] = topic.split(':')
  return Number(community) === own.id && Number(no) === shownNo && panel.follows.includes(subject)
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
