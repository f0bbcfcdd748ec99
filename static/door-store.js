/*
 * What the phone keeps of the doors, and how long. The list of doors: a day. A visit that was sent: a day, without its
 * words. A visit that is not sent or was refused: until it is sent, or deleted by hand. The keys: until a day after
 * nothing waits any more.
 *
 * When the account is shut or its owner signs out, the list goes at once, and what was not sent can only be taken out as
 * a file (or sent, after signing in again) for one day. Longer, and a lost phone keeps other people's words; shorter,
 * and an evening's work is gone because somebody tapped the wrong button.
 */
;(() => {
  const day = 24 * 3_600_000
  const unsent = (row) => row.state !== 'sent'
  const { kinds, newId, open, enter, me, out, unseal, sealedRow, opening, leased } = self.doorVault

  async function keepDoors(list) {
    const row = await sealedRow('doors', list)
    await (await open()).put('doors', row)
  }

  async function doors() {
    const row = await (await open()).get('doors', 'doors')
    const mine = await me()
    // A clock that was set back must not make a list live for ever.
    return row && mine && row.owner === mine.owner && Math.abs(Date.now() - row.at) < day ? opening(row) : null
  }

  /** What is half written, so that a page that closes loses nothing. */
  async function keepDraft(draft, photos) {
    const row = await sealedRow(draft.id, draft)
    const pictures = await Promise.all(
      photos.map((one) => sealedRow(one.id, one.bytes, { visit: draft.id, state: 'draft' })),
    )
    const tx = (await open()).transaction(['drafts', 'photos', 'visits'], 'readwrite')
    // Saved while this was being sealed: then it is no draft any more, and its photos wait to be sent.
    if (!(await tx.objectStore('visits').get(draft.id))) {
      await tx.objectStore('drafts').put(row)
      for (const picture of pictures) await tx.objectStore('photos').put(picture)
    }
    await tx.done
  }

  async function drafts() {
    const mine = await me()
    const rows = (await (await open()).getAll('drafts')).filter((row) => row.owner === mine?.owner)
    return (await Promise.all(rows.map(opening))).filter(Boolean)
  }

  const draftAt = async (building, door) =>
    (await drafts()).find((draft) => draft.building === building && draft.door === door) ?? null

  /**
   * Keeps a visit and its photos, all or nothing: once this gives true they outlive the page. False: another tab has
   * kept one under this id, and this one needs its own, or it would write over what is there.
   */
  async function keepVisit(visit, photos) {
    const row = await sealedRow(visit.id, visit, { state: 'waiting' })
    const pictures = await Promise.all(
      photos.map((one) => sealedRow(one.id, one.bytes, { visit: visit.id, state: 'waiting' })),
    )
    const db = await open()
    const tx = db.transaction(['visits', 'photos', 'drafts'], 'readwrite', { durability: 'strict' })
    const store = tx.objectStore('photos')
    const free = !(await tx.objectStore('visits').get(visit.id))
    if (free) {
      for (const photo of await store.getAll()) if (photo.visit === visit.id) await store.delete(photo.id)
      await tx.objectStore('visits').put(row)
      for (const picture of pictures) await store.put(picture)
      await tx.objectStore('drafts').delete(visit.id)
    }
    await tx.done
    return free
  }

  /** Every record of hers, newest first, opened; `strangers` counts what somebody else left on this phone. */
  async function records() {
    const db = await open()
    const mine = await me()
    const photos = await db.getAll('photos')
    const rows = await db.getAll('visits')
    const own = rows.filter((row) => row.owner === mine?.owner)
    const read = await Promise.all(own.map(opening))
    const list = read.filter(Boolean).map((visit) => ({
      ...visit,
      photos: photos.filter((photo) => photo.visit === visit.id).map(({ id, state, why }) => ({ id, state, why })),
    }))
    list.sort((a, b) => (a.id < b.id ? 1 : -1))
    return { list, strangers: rows.filter((row) => row.owner !== mine?.owner && unsent(row)).length }
  }

  /** Everything of hers that has not been handed in, opened, with the pictures as text: what the file holds. */
  async function unsentOpened() {
    const db = await open()
    const mine = await me()
    const rows = [...(await db.getAll('visits')).filter(unsent), ...(await db.getAll('drafts'))]
    const visits = (await Promise.all(rows.filter((row) => row.owner === mine?.owner).map(opening))).filter(Boolean)
    const pictures = []
    for (const row of await db.getAll('photos')) {
      const bytes = row.owner === mine?.owner ? await unseal(row) : null
      if (bytes) pictures.push({ matter: row.id, visit: row.visit, jpeg: toBase64(bytes) })
    }
    return { visits: visits.map(({ sealed: _s, kid: _k, owner: _o, ...visit }) => visit), pictures }
  }

  function toBase64(bytes) {
    let text = ''
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    return btoa(text)
  }

  async function photo(id) {
    const row = await (await open()).get('photos', id)
    return row ? unseal(row) : null
  }

  /** Sent: the words, the remark and the phone number leave the phone, and only what was done at which door stays. */
  async function markSent(id, also) {
    const db = await open()
    const visit = await opening(await db.get('visits', id))
    if (!visit) return
    const { building, door, outcome, matters } = visit
    const rest = { building, door, outcome, count: matters.length, also }
    const row = await sealedRow(id, rest, { state: 'sent', owner: visit.owner })
    await db.put('visits', row)
  }

  async function markRefused(id, why) {
    const db = await open()
    const row = await db.get('visits', id)
    const visit = await opening(row)
    if (!visit) return
    const { sealed: _s, kid: _k, owner, at, state: _st, ...said } = visit
    await db.put('visits', { ...(await sealedRow(id, { ...said, why })), owner, at, state: 'refused' })
  }

  async function markPhoto(id, state, why) {
    const db = await open()
    if (state === 'sent') return db.delete('photos', id)
    const row = await db.get('photos', id)
    if (row) await db.put('photos', { ...row, state, why })
  }

  /** Takes out a visit or a draft for good. */
  async function remove(id) {
    const tx = (await open()).transaction(['visits', 'drafts', 'photos'], 'readwrite')
    await tx.objectStore('visits').delete(id)
    await tx.objectStore('drafts').delete(id)
    for (const one of await tx.objectStore('photos').getAll())
      if (one.visit === id) await tx.objectStore('photos').delete(one.id)
    await tx.done
  }

  /** She may not come back: the doors go now, the rest in a day (see `tidy`). */
  async function shut() {
    const tx = (await open()).transaction(['doors', 'meta'], 'readwrite')
    await tx.objectStore('doors').clear()
    const known = await tx.objectStore('meta').get('now')
    if (known && !(await tx.objectStore('meta').get('out')))
      await tx.objectStore('meta').put({ id: 'out', at: Date.now() })
    await tx.done
  }

  const over = (at) => Math.abs(Date.now() - at) > day

  /** Lets go of what has had its time. Run at every opening and every few minutes. */
  async function tidy() {
    const db = await open()
    const tx = db.transaction(kinds, 'readwrite')
    const store = Object.fromEntries(kinds.map((kind) => [kind, tx.objectStore(kind)]))
    for (const row of await store.doors.getAll()) if (over(row.at)) await store.doors.delete(row.id)
    const visits = await store.visits.getAll()
    const photos = await store.photos.getAll()
    for (const row of visits)
      if (row.state === 'sent' && over(row.at) && !photos.some((one) => one.visit === row.id))
        await store.visits.delete(row.id)
    const drafts = await store.drafts.getAll()
    const now = await store.meta.get('now')
    const used = new Set([now, ...drafts, ...visits, ...photos, ...(await store.doors.getAll())].map((row) => row?.kid))
    for (const kid of await store.keys.getAllKeys()) if (!used.has(kid)) await store.keys.delete(kid)
    const waits = visits.some(unsent) || photos.length > 0 || drafts.length > 0
    const gone = await store.meta.get('out')
    const idle = await store.meta.get('idle')
    if (gone && over(gone.at)) for (const kind of kinds) await store[kind].clear()
    else if (waits) await store.meta.delete('idle')
    else if (!idle) await store.meta.put({ id: 'idle', at: Date.now() })
    else if (over(idle.at)) for (const kind of kinds) await store[kind].clear()
    await tx.done
  }

  self.doorStore = {
    newId,
    enter,
    me,
    out,
    keepDoors,
    doors,
    keepDraft,
    draftAt,
    drafts,
    keepVisit,
    records,
    unsentOpened,
    photo,
    markSent,
    markRefused,
    markPhoto,
    remove,
    shut,
    tidy,
    leased,
  }
})()
