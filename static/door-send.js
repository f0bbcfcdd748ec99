/* Hands in what the phone keeps. Whatever did not get an answer is not known, and goes again with the same ids. */
;(() => {
  const store = self.doorStore
  const base = location.pathname.replace(/\/door\/.*$/, '/door/')
  const atOnce = 20
  const holder = store.newId()
  // Other tabs draw what this one has handed in.
  const others = self.BroadcastChannel && new BroadcastChannel(base)
  let csrf = ''
  let running = null
  let again = false

  /** 'ok' | 'offline' | 'over' | 'revoked': how the last try went. */
  const state = { link: 'ok', fresh: 0 }

  if (others) {
    others.onmessage = ({ data }) => {
      state.link = data
      dispatchEvent(new Event('door:sent'))
    }
  }

  class Later extends Error {}
  class Out extends Error {}

  async function ask(path, options = {}) {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), 30_000)
    try {
      const headers = { accept: 'application/json', ...options.headers }
      return await fetch(base + path, {
        cache: 'no-store',
        credentials: 'same-origin',
        ...options,
        headers,
        signal: stop.signal,
      })
    } catch {
      throw new Later()
    } finally {
      clearTimeout(timer)
    }
  }

  const sentence = async (reply) => (await reply.json().catch(() => ({}))).message ?? ''

  /** Asks who we are: the key for what is sealed, and the token for what is sent. */
  async function signIn() {
    const reply = await ask('key')
    if (reply.status === 401) {
      const { why } = await reply.json().catch(() => ({ why: 'over' }))
      if (why === 'revoked') await store.shut()
      state.link = why
      throw new Out()
    }
    if (!reply.ok) throw new Later()
    const key = await reply.json()
    await store.enter(key)
    csrf = key.csrf
  }

  /** A write with the session's token; a token of an earlier session is asked for again, once. */
  async function post(path, options) {
    if (!csrf) await signIn()
    const once = () => ask(path, { method: 'POST', ...options, headers: { ...options.headers, 'x-csrf': csrf } })
    let reply = await once()
    if (reply.status === 403 || reply.status === 401) {
      csrf = ''
      await signIn()
      reply = await once()
    }
    if (reply.status === 429 || reply.status >= 500 || reply.status === 403) throw new Later()
    return reply
  }

  const asSent = ({ id, building, door, outcome, matters, remark, record, call, publish, phone, stated }) => ({
    ...{ id, building, door, outcome, remark, record, call, publish, phone, at: stated },
    matters: matters.map(({ id, words, place, topic }) => ({ id, words, place, topic })),
  })

  async function sendVisits(batch) {
    const body = JSON.stringify({ visits: batch.map(asSent) })
    const reply = await post('sync', { headers: { 'content-type': 'application/json' }, body })
    if (!reply.ok) {
      // Something in it the house cannot read at all: one by one, so that it keeps only itself out.
      if (batch.length > 1) for (const one of batch) await sendVisits([one])
      else await store.markRefused(batch[0].id, await sentence(reply))
      return
    }
    const { answers } = await reply.json().catch(() => {
      throw new Later()
    })
    for (const { id, state, sentence, also } of answers ?? []) {
      if (!batch.some((visit) => visit.id === id)) continue
      if (state === 'refused') await store.markRefused(id, sentence)
      else await store.markSent(id, also)
    }
  }

  async function sendPhoto(id) {
    const bytes = await store.photo(id)
    if (!bytes) return
    const body = new FormData()
    body.append('picture', new Blob([bytes], { type: 'image/jpeg' }), 'photo.jpg')
    const reply = await post(`matters/${id}/photo`, { body })
    if (reply.ok) await store.markPhoto(id, 'sent')
    else await store.markPhoto(id, 'refused', await sentence(reply))
  }

  async function round() {
    await signIn()
    const tried = new Set()
    for (;;) {
      const { list } = await store.records()
      const batch = list
        .filter((visit) => visit.state === 'waiting' && !tried.has(visit.id))
        .reverse()
        .slice(0, atOnce)
      if (batch.length === 0) break
      for (const visit of batch) tried.add(visit.id)
      await sendVisits(batch)
    }
    const { list } = await store.records()
    for (const visit of list.filter(({ state }) => state === 'sent').reverse())
      for (const photo of visit.photos) if (photo.state === 'waiting') await sendPhoto(photo.id)
    if (Date.now() - state.fresh > 60_000 || tried.size > 0) await freshen()
    state.link = 'ok'
  }

  async function freshen() {
    const reply = await ask('doors')
    if (!reply.ok) return
    await store.keepDoors(await reply.json())
    state.fresh = Date.now()
  }

  /** Tries to hand everything in. Several calls become one, and one more when something was saved meanwhile. */
  function now() {
    again = running !== null
    running ??= store
      .leased(holder, round)
      .catch((error) => {
        if (error instanceof Later) state.link = 'offline'
        else if (!(error instanceof Out)) throw error
      })
      .finally(() => {
        running = null
        dispatchEvent(new Event('door:sent'))
        others?.postMessage(state.link)
        if (again) setTimeout(now)
      })
    return running
  }

  self.doorSend = { now, state }
})()
