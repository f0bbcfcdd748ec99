/* The door page: which doors are hers, what is kept here and whether it has been handed in. Works without a signal. */
;(() => {
  const store = self.doorStore
  const { show, save, takeUp, keepDraft } = self.doorForm
  const { say, address, make, notice, drawBuilding, drawDraft, drawRecord, dayOf } = self.doorDraw
  const { now: send, state } = self.doorSend
  const id = (name) => document.getElementById(name)
  const base = `/c/${id('main').dataset.place}`
  const byNumber = new Intl.Collator('zh', { numeric: true })
  let list = null
  let records = []
  let drafts = []
  let shown = ''
  let turn = 0

  /** What the last tap came to; stays until the next page. */
  const tell = (text, tone) => notice('told', text, tone)
  const asked = () => location.hash.slice(1).split('/').map(decodeURIComponent)
  const walk = (a, b) =>
    byNumber.compare(a.stairwell ?? '', b.stairwell ?? '') || b.floor - a.floor || byNumber.compare(a.door, b.door)
  const inBuilding = (name) => (list?.doors ?? []).filter(({ building }) => building === name).sort(walk)
  const last = ({ building, door }) => records.find((one) => one.building === building && one.door === door)
  /** How a door stands: by what this phone knows last, handed in or not. */
  const standing = (door) => last(door)?.outcome ?? door.outcome

  async function read() {
    list = await store.doors()
    const all = await store.records()
    records = all.list
    drafts = await store.drafts()
    id('strangers').hidden = all.strangers === 0
    id('strangers').textContent = say('strangers', { n: all.strangers })
  }

  /** Draws what changed outside the form: a half-written form is never touched. */
  async function refresh() {
    await read()
    await stand()
    if (shown === 'list') drawList()
    if (shown === 'records') drawRecords()
  }

  async function stand() {
    const waits = records.filter(
      (one) => one.state === 'waiting' || one.photos.some((photo) => photo.state === 'waiting'),
    ).length
    const refused = records.filter(
      (one) => one.state === 'refused' || one.photos.some((photo) => photo.state === 'refused'),
    ).length
    const off = !navigator.onLine || state.link === 'offline'
    const counts = [waits && say('waiting', { n: waits }), refused && say('refusedCount', { n: refused })].filter(
      Boolean,
    )
    id('off').hidden = !off
    id('link').textContent = [off && say('offline'), ...counts].filter(Boolean).join(' · ') || say('allSent')
    id('pill').classList.toggle('bad', refused > 0)
    const out = await store.out()
    id('stand').hidden = !off && waits === 0
    id('stand').textContent = say(waits ? 'stand' : 'standNone', { n: waits })
    if (out) notice('say', say('revoked', { n: waits + refused }))
    else if (!(await store.me())) notice('say', say('never'), 'wait')
    else if (state.link === 'over') notice('say', say('over'), 'wait')
    else notice('say', '')
    return out
  }

  async function route() {
    turn += 1
    const mine = turn
    keepDraft()
    tell('')
    await read()
    const [building, door] = asked()
    const here = door ? await doorAt(building, door) : undefined
    const out = await stand()
    // The address changed while we were reading: whoever came later draws.
    if (mine !== turn) return
    const next = building === 'records' ? 'records' : here && !out ? 'form' : 'list'
    // Filled before it is shown: who writes at once must not meet a form that is about to be emptied.
    if (next === 'form') await drawForm(here)
    if (mine !== turn) return
    shown = next
    for (const name of ['list', 'form', 'records']) id(name).hidden = name !== shown
    id('back').hidden = shown === 'list'
    if (shown === 'records') drawRecords()
    else if (shown === 'list') drawList()
    if (shown === 'list' && door && !out && (await store.me())) tell(say('notHere', { building, door }), 'wait')
    scrollTo(0, 0)
  }

  /** One of her doors; or any other at which something is half written, so that it can be finished. */
  async function doorAt(building, door) {
    const hers = list?.doors.find((one) => one.building === building && one.door === door)
    const draft = hers ?? (await store.draftAt(building, door))
    return hers ?? (draft ? { building, door, floor: 0, stairwell: null, outcome: null } : undefined)
  }

  function drawList() {
    id('title').textContent = say('title')
    id('note').textContent = ''
    id('grid').replaceChildren()
    const rounds = (list?.rounds ?? []).map(({ name, endsOn }) =>
      say('round', { name, day: dayOf.format(new Date(`${endsOn}T12:00+08:00`)) }),
    )
    const doors = list?.doors ?? []
    id('rounds').textContent = rounds.length
      ? say('rounds', { rounds: rounds.join('；') })
      : say(doors.length ? 'ownStairs' : 'noDoors')
    for (const building of new Set(doors.map((door) => door.building)))
      id('grid').append(drawBuilding(building, inBuilding(building), standing, last))
  }

  async function drawForm(door) {
    const way = inBuilding(door.building)
    const at = way.indexOf(door)
    id('title').textContent = say('door', door)
    id('note').textContent = say('progress', { visited: way.filter(standing).length, doors: way.length })
    id('save').textContent = at >= 0 && way[at + 1] ? say('saveNext', way[at + 1]) : say('saveLast')
    id('before').hidden = !way[at - 1]
    if (way[at - 1]) id('before').href = address(way[at - 1])
    const lines = [
      door.outcome &&
        say('earlier', {
          volunteer: door.volunteer,
          day: dayOf.format(new Date(door.visitedAt)),
          outcome: say(door.outcome),
        }),
      last(door)?.also,
    ].filter(Boolean)
    id('earlier').hidden = lines.length === 0
    id('earlier').replaceChildren(...lines.map((line) => make('p', '', line)))
    await show(door.building, door.door)
  }

  function drawRecords() {
    id('title').textContent = say('records')
    id('note').textContent = ''
    id('norecords').hidden = records.length + drafts.length > 0
    id('rows').replaceChildren(
      ...drafts.map((one) => drawDraft(one, { drop })),
      ...records.map((one) => drawRecord(one, { again, drop })),
    )
  }

  async function again(one) {
    await takeUp(one)
    location.hash = address(one)
  }

  async function drop(one) {
    if (!confirm(say('dropSure'))) return
    await store.remove(one.id)
    await refresh()
  }

  async function takeOut() {
    const file = { at: new Date().toISOString(), place: id('main').dataset.place, ...(await store.unsentOpened()) }
    const link = make('a')
    link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: 'application/json' }))
    link.download = `doorstep-${file.at.slice(0, 10)}.json`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }

  id('form')?.addEventListener('submit', async (event) => {
    event.preventDefault()
    const [building, door] = asked()
    const way = inBuilding(building)
    const at = way.findIndex((one) => one.door === door)
    const next = at < 0 ? undefined : way[at + 1]
    if (!(await save((word) => tell(say(word))))) return
    // Asked once there is something to lose: a browser short of room then throws other things away first.
    navigator.storage?.persist?.().catch(() => {})
    // Drawn here and not by the change of address, so that "saved" is said after it and stays.
    history.pushState(null, '', next ? address(next) : location.pathname)
    await route()
    tell(say('saved', { door }), 'ok')
    void send()
  })
  id('send').addEventListener('click', send)
  id('export').addEventListener('click', takeOut)
  addEventListener('hashchange', route)
  addEventListener('online', send)
  addEventListener('offline', refresh)
  addEventListener('door:sent', refresh)
  document.addEventListener('visibilitychange', () => !document.hidden && send())

  async function begin() {
    if (!isSecureContext || !self.crypto?.subtle || !self.indexedDB) return tell(say('insecure'), 'wait')
    void navigator.serviceWorker?.register(`${base}/door/sw.js`, { scope: `${base}/door/` }).catch(() => {})
    const query = new URLSearchParams(location.search)
    // The code on a paper sheet names its door in the address.
    if (query.has('b'))
      history.replaceState(
        null,
        '',
        `${base}/door/${query.has('d') ? address({ building: query.get('b'), door: query.get('d') }) : ''}`,
      )
    await store.tidy()
    await route()
    await send()
    if (shown === 'list') await route()
    setInterval(
      () => records.some(({ state, photos }) => state === 'waiting' || photos.length) && !document.hidden && send(),
      15_000,
    )
    setInterval(() => store.tidy().then(refresh), 5 * 60_000)
  }
  void begin()
})()
