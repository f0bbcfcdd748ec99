/* Opens the door page without a signal: keeps its shell and the files it loads, and nothing of anybody. */
const cacheName = `door ${new URL(self.registration.scope).pathname}`
const home = self.registration.scope

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(cacheName)
    await cache.addAll([home, ...self.keeps])
    await self.skipWaiting()
  }
  event.waitUntil(keep())
})

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const cache = await caches.open(cacheName)
    const kept = new Set([home, ...self.keeps.map((path) => new URL(path, home).href)])
    for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request)
    await self.clients.claim()
  }
  event.waitUntil(tidy())
})

/** The page as the house has it now; in a stairwell the network may hang, so after a moment the kept one. */
async function shell() {
  const cache = await caches.open(cacheName)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 3_000)
  try {
    const reply = await fetch(home, { signal: stop.signal, credentials: 'same-origin' })
    if (!reply.ok) throw new Error(String(reply.status))
    await cache.put(home, reply.clone())
    return reply
  } catch {
    return (await cache.match(home)) ?? Response.error()
  } finally {
    clearTimeout(timer)
  }
}

const url = (request) => new URL(request.url)

async function file(request) {
  const cache = await caches.open(cacheName)
  const known = await cache.match(request)
  if (known) return known
  try {
    const reply = await fetch(request)
    if (reply.ok && url(request).search) await cache.put(request, reply.clone())
    return reply
  } catch {
    // The style sheet asks for a picture without its version.
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error()
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = url(request)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate' && origin + pathname === home) event.respondWith(shell())
  else if (pathname.startsWith('/static/')) event.respondWith(file(request))
})
