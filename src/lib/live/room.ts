import type { WebSocket } from '@fastify/websocket'

/** Everybody who watches one panel in one language: it is read once, rendered once, and sent to each of them. */
export interface Room {
  /** Lets a socket in and sends it the panel as it stands. */
  enter(socket: WebSocket): Promise<void>
  leave(socket: WebSocket): void
  isEmpty(): boolean
  /** Something the panel shows has changed. */
  refresh(): void
  close(): void
}

export const timing = {
  /** Between two frames of one panel: four a second, however many votes arrive. */
  coalesce: 250,
  /** Before the first frame after a quiet time, where few are watching: a change seldom comes as one notice. */
  gather: 40,
  /** Before somebody who missed a frame gets it, and before a panel that could not be read is read again. */
  again: 1_000,
}

/** A phone this many bytes behind skips a frame, for the next carries everything; one this far behind is let go. */
const slowAt = 64 * 1024
const dropAt = 1024 * 1024
const tries = 5
const sliceSize = 500

/** `read` gives the panel's HTML, or null while there is nothing to show. */
export function openRoom(read: () => Promise<string | null>, { coalesce, gather, again } = timing): Room {
  const sockets = new Set<WebSocket>()
  /** Whoever was too slow for the last frame and has to get it later. */
  const late = new Set<WebSocket>()
  /** Grows with every notice: a read that began under an older number may be out of date. */
  let version = 0
  let sent = 0
  let sentAt = 0
  let failed = 0
  let timer: NodeJS.Timeout | null = null
  let snapshot: { version: number; html: Promise<Buffer | null> } | null = null

  async function send() {
    const news = sent < version || failed > 0
    sent = version
    sentAt = Date.now()
    const html = await read().catch(() => undefined)
    failed = html === undefined ? failed + 1 : 0
    if (html) await sendTo(news ? sockets : late, Buffer.from(html))
    // What happened last must reach everybody: there may be no next frame to carry it.
    const wait = sent < version ? coalesce : late.size > 0 || (failed > 0 && failed < tries) ? again : null
    timer = wait === null || sockets.size === 0 ? null : setTimeout(() => void send(), wait)
  }

  async function sendTo(receivers: Set<WebSocket>, html: Buffer) {
    let count = 0
    for (const socket of receivers) {
      if (push(socket, html)) late.delete(socket)
      else late.add(socket)
      // The loop would hold the whole process while it writes to thousands.
      if (++count % sliceSize === 0) await new Promise(setImmediate)
    }
  }

  /** A thousand phones that come back in the same second share one read. */
  async function asItStands(): Promise<{ version: number; html: Buffer | null }> {
    if (snapshot?.version !== version) {
      const html = read().then(
        (text) => (text === null ? null : Buffer.from(text)),
        () => null,
      )
      const fresh = { version, html }
      snapshot = fresh
      // Not everything that shows in a panel is announced (the clock, a holiday): keep it for a moment only.
      setTimeout(() => {
        if (snapshot === fresh) snapshot = null
      }, 1_000).unref()
      return { version: fresh.version, html: await html }
    }
    const known = snapshot
    return { version: known.version, html: await known.html }
  }

  return {
    async enter(socket) {
      sockets.add(socket)
      const { version: read, html } = await asItStands()
      // Something changed while we read: the newer frame is on its way and must stay the last.
      if (html !== null && read === version) push(socket, html)
    },
    leave(socket) {
      sockets.delete(socket)
      late.delete(socket)
    },
    isEmpty: () => sockets.size === 0,
    refresh() {
      version++
      if (timer) return
      const soon = sockets.size > 50 ? coalesce : gather
      timer = setTimeout(() => void send(), Math.max(soon, sentAt + coalesce - Date.now()))
    },
    close() {
      if (timer) clearTimeout(timer)
      sockets.clear()
    },
  }
}

/** Gives false when this phone is too slow for another frame now. */
function push(socket: WebSocket, html: Buffer): boolean {
  if (socket.readyState !== socket.OPEN) return true
  if (socket.bufferedAmount > dropAt) socket.terminate()
  if (socket.bufferedAmount >= slowAt) return false
  socket.send(html, { binary: false })
  return true
}
