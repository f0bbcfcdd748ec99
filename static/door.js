/* The door page: which doors are hers, what is kept here and whether it has been handed in. Works without a signal. */
;(() => {
  const store = self.doorStore
  const { say, show, save, takeUp, keepDraft } = self.doorForm ?? {}
  const { now: send, state } = self.doorSend
  const id = (name) => document.getElementById(name)
  const base = `/c/${id('main').dataset.place}`
  const lang = document.documentElement.lang
  const dayOf = new Intl.DateTimeFormat(lang, { timeZone: 'Asia/Shanghai', month: 'short', day: 'numeric' })
  const timeOf = new Intl.DateTimeFormat(lang, { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })
  const byNumber = new Intl.Collator('zh', { numeric: true })
  const looks = { met: 'met', not_home: 'away', come_again: 'again', refused: 'no' }
  let list = null
  let records = []
  let drafts = []
  let shown = ''
  let turn = 0

  const make = (tag, look, ...inside) => {
    const element = document.createElement(tag)
    if (look) element.className = look
    element.append(...inside)
    return element
  }
  const notice = (where, text, tone = 'no') =>
    id(where).replaceChildren(...(text ? [make('p', `notice notice-${tone}`, text)] : []))
  /** What the last tap came to; stays until the next page. */
  const tell = (text, tone) => notice('told', text, tone)
  const address = ({ building, door }) => `#${encodeURIComponent(building)}/${encodeURIComponent(door)}`
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
    shown = building === 'records' ? 'records' : here && !out ? 'form' : 'list'
    for (const name of ['list', 'form', 'records']) id(name).hidden = name !== shown
    id('back').hidden = shown === 'list'
    if (shown === 'records') drawRecords()
    else if (shown === 'form') await drawForm(here)
    else drawList()
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
    for (const building of new Set(doors.map((door) => door.building))) id('grid').append(drawBuilding(building))
  }

  function drawBuilding(name) {
    const doors = inBuilding(name)
    const visited = doors.filter(standing).length
    const section = make(
      'section',
      '',
      make('h2', '', say('building', { building: name })),
      make('p', 'hint', say('progress', { visited, doors: doors.length })),
    )
    const many = new Set(doors.map(({ stairwell }) => stairwell)).size > 1
    let stair
    let floor
    for (const door of doors) {
      if (many && door.stairwell !== stair) section.append(make('h3', '', door.stairwell ? say('stairwell', door) : ''))
      if (!floor || door.stairwell !== stair || door.floor !== floor.of) {
        floor = { of: door.floor, row: make('div', 'floor', make('b', '', say('floor', { n: door.floor }))) }
        section.append(floor.row)
      }
      stair = door.stairwell
      floor.row.append(drawDoor(door))
    }
    return section
  }

  function drawDoor(door) {
    const outcome = standing(door)
    const record = last(door)
    const link = make(
      'a',
      `door door-${looks[outcome] ?? 'todo'}`,
      make('b', '', door.door),
      make('small', '', say(outcome ?? 'todo')),
    )
    if (record && record.state !== 'sent') link.classList.add('door-kept')
    link.href = address(door)
    return link
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
    id('rows').replaceChildren(...drafts.map(drawDraft), ...records.map(drawRecord))
  }

  function drawDraft(one) {
    const on = make('a', 'btn btn-2 btn-s', say('goOn'))
    on.href = address(one)
    const chip = make('span', 'chip', say('unfinished'))
    return make(
      'li',
      '',
      make('b', '', say('door', one)),
      chip,
      make(
        'div',
        'row',
        on,
        button('drop', () => drop(one)),
      ),
    )
  }

  function drawRecord(one) {
    const state = { waiting: ['here', 'chip-wait'], sent: ['sent', 'chip-ok'], refused: ['no', 'chip-late'] }[one.state]
    const count = one.matters?.length ?? one.count
    const waits = one.photos.filter((photo) => photo.state === 'waiting').length
    const facts = [
      say(one.outcome),
      count && say('matters', { n: count }),
      timeOf.format(new Date(one.stated ?? one.at)),
    ]
    const row = make(
      'li',
      '',
      make('b', '', say('door', one)),
      make('span', `chip ${state[1]}`, say(state[0])),
      make('p', 'hint', facts.filter(Boolean).join(' · ')),
    )
    row.dataset.state = one.state
    if (one.state === 'refused') row.append(make('p', 'errmsg', one.why))
    if (waits && one.state === 'sent') row.append(make('p', 'hint', say('photoWaits', { n: waits })))
    for (const photo of one.photos)
      if (photo.state === 'refused') row.append(make('p', 'errmsg', say('photoNo', { why: photo.why })))
    if (one.also) row.append(make('p', '', one.also))
    if (one.state === 'sent' && count > 0) {
      const slip = make('a', '', say('slip'))
      slip.href = `${base}/desk/visits/${one.id}/slip`
      row.append(slip)
    }
    if (one.state === 'refused')
      row.append(
        make(
          'div',
          'row',
          button('again', () => again(one)),
          button('drop', () => drop(one)),
        ),
      )
    else if (one.photos.some((photo) => photo.state === 'refused')) row.append(button('drop', () => drop(one)))
    return row
  }

  function button(word, press) {
    const element = make('button', 'btn btn-2 btn-s', say(word))
    element.type = 'button'
    element.addEventListener('click', press)
    return element
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
