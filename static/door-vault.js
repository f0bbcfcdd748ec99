/*
 * The seal on what the phone keeps: AES-GCM in IndexedDB. Beside the sealed parts stand only ids, states and times.
 * What the seal is worth is written in src/listen/doorstep/routes.ts.
 */
;(() => {
  const slug = location.pathname.split('/')[2]
  const kinds = ['keys', 'meta', 'doors', 'drafts', 'visits', 'photos']
  const encode = (value) => new TextEncoder().encode(JSON.stringify(value))
  const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes))
  let opened

  /** A time-ordered id (UUIDv7), so that what was written first is sent first. */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    let time = Date.now()
    for (let at = 5; at >= 0; at--) {
      bytes[at] = time % 256
      time = Math.floor(time / 256)
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x70
    bytes[8] = (bytes[8] & 0x3f) | 0x80
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }

  function open() {
    opened ??= idb.openDB(`wutong-door-${slug}`, 1, {
      upgrade(db) {
        for (const kind of kinds) db.createObjectStore(kind, { keyPath: kind === 'keys' ? 'kid' : 'id' })
      },
      // Another tab wants a newer shape: let it have it, this page reads again when it is next looked at.
      blocking: (_now, _then, event) => event.target.close(),
      terminated() {
        opened = undefined
      },
    })
    return opened
  }

  /** The secret of a session becomes a key that can be used and not read out again. */
  async function enter({ kid, secret, owner }) {
    const raw = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveKey'])
    const how = { name: 'HKDF', hash: 'SHA-256', salt: encode(slug), info: encode('door') }
    const key = await crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    const db = await open()
    const before = await db.get('meta', 'now')
    const tx = db.transaction(['keys', 'meta', 'doors'], 'readwrite')
    if (!(await tx.objectStore('keys').get(kid))) await tx.objectStore('keys').put({ kid, owner, key })
    await tx.objectStore('meta').put({ id: 'now', kid, owner })
    await tx.objectStore('meta').delete('out')
    // Somebody else's doors are not hers.
    if (before && before.owner !== owner) await tx.objectStore('doors').clear()
    await tx.done
  }

  const me = async () => (await (await open()).get('meta', 'now')) ?? null
  const out = async () => (await (await open()).get('meta', 'out')) ?? null
  const keyOf = async (kid) => (await (await open()).get('keys', kid))?.key

  async function seal(kid, id, bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const how = { name: 'AES-GCM', iv, additionalData: encode(id) }
    return { iv, body: await crypto.subtle.encrypt(how, await keyOf(kid), bytes) }
  }

  /** The bytes of a row, or null where its key is gone. */
  async function unseal(row) {
    const key = await keyOf(row.kid)
    if (!key) return null
    const how = { name: 'AES-GCM', iv: row.sealed.iv, additionalData: encode(row.id) }
    // One damaged row must not hide the others.
    const body = await crypto.subtle.decrypt(how, key, row.sealed.body).catch(() => null)
    return body && new Uint8Array(body)
  }

  async function sealedRow(id, value, more = {}) {
    const { kid, owner } = await me()
    const bytes = value instanceof ArrayBuffer ? value : encode(value)
    return { id, kid, owner, at: Date.now(), ...more, sealed: await seal(kid, id, bytes) }
  }

  async function opening(row) {
    const bytes = row && (await unseal(row))
    return bytes ? { ...row, sealed: undefined, ...decode(bytes) } : null
  }

  /** One tab sends at a time, also where the browser has no locks: a lease that whoever dies lets run out. */
  async function leased(holder, work) {
    if (navigator.locks) return navigator.locks.request(`door ${slug}`, { ifAvailable: true }, (lock) => lock && work())
    const db = await open()
    const tx = db.transaction('meta', 'readwrite')
    const lease = await tx.store.get('lease')
    const free = !lease || lease.holder === holder || Math.abs(Date.now() - lease.at) > 60_000
    if (free) await tx.store.put({ id: 'lease', holder, at: Date.now() })
    await tx.done
    if (!free) return
    // Only while it is still ours: whoever took longer than it runs must not end the lease of the next one.
    const ours = async (change) => {
      const tx = db.transaction('meta', 'readwrite')
      if ((await tx.store.get('lease'))?.holder === holder) await change(tx.store)
      await tx.done
    }
    const renewing = setInterval(() => ours((meta) => meta.put({ id: 'lease', holder, at: Date.now() })), 20_000)
    try {
      await work()
    } finally {
      clearInterval(renewing)
      await ours((meta) => meta.delete('lease'))
    }
  }

  self.doorVault = { kinds, newId, open, enter, me, out, unseal, sealedRow, opening, leased }
})()
