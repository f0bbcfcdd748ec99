/* Draws what the phone knows: doors, records, sentences. Words come from the page, what people wrote only ever as text. */
;(() => {
  const main = document.getElementById('main')
  const words = JSON.parse(main.dataset.words)
  const lang = document.documentElement.lang
  const zone = { timeZone: 'Asia/Shanghai' }
  const dayOf = new Intl.DateTimeFormat(lang, { ...zone, month: 'short', day: 'numeric' })
  const timeOf = new Intl.DateTimeFormat(lang, { ...zone, dateStyle: 'short', timeStyle: 'short' })
  const looks = { met: 'met', not_home: 'away', come_again: 'again', refused: 'no' }
  const chips = { waiting: ['here', 'chip-wait'], sent: ['sent', 'chip-ok'], refused: ['no', 'chip-late'] }

  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  const address = ({ building, door }) => `#${encodeURIComponent(building)}/${encodeURIComponent(door)}`

  function make(tag, look, ...inside) {
    const element = document.createElement(tag)
    if (look) element.className = look
    element.append(...inside)
    return element
  }

  function notice(where, text, tone = 'no') {
    document.getElementById(where).replaceChildren(...(text ? [make('p', `notice notice-${tone}`, text)] : []))
  }

  /** A building's doors in walking order; `standing` says how each stands, `last` what this phone wrote down there. */
  function drawBuilding(name, doors, standing, last) {
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
      floor.row.append(drawDoor(door, standing(door), last(door)))
    }
    return section
  }

  function drawDoor(door, outcome, record) {
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

  function drawDraft(one, { drop }) {
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

  function drawRecord(one, { again, drop }) {
    const state = chips[one.state]
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
      slip.href = `/c/${main.dataset.place}/desk/visits/${one.id}/slip`
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

  self.doorDraw = { say, address, make, notice, drawBuilding, drawDraft, drawRecord, dayOf }
})()
