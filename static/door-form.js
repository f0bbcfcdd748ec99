/* The form of one door: shows it, keeps every letter as a draft, and hands over a whole visit or says what is missing. */
;(() => {
  const store = self.doorStore
  const form = document.getElementById('form')
  const { say } = self.doorDraw
  const box = document.getElementById('matters')
  const more = document.getElementById('more')
  const longest = 1600
  let visit = null
  let saving = null
  let timer

  /** Opens a door, with what was half written there. */
  async function show(building, door) {
    clearTimeout(timer)
    const draft = await store.draftAt(building, door)
    visit = { id: draft?.id ?? store.newId(), building, door }
    form.reset()
    for (const one of [...box.children]) drop(one)
    clearErrors()
    if (draft) await fill(draft)
    else addMatter()
  }

  async function fill(said) {
    for (const [name, value] of Object.entries(said)) {
      const field = form.elements[name]
      if (field === undefined || name === 'id') continue
      if (field.type === 'checkbox') field.checked = value
      else if (typeof value === 'string') field.value = value
    }
    for (const matter of said.matters.length ? said.matters : [{}]) {
      const element = addMatter(matter)
      const bytes = matter.id && (await store.photo(matter.id))
      if (bytes) showPhoto(element, bytes.buffer)
    }
  }

  /** Takes a refused visit up again, under a new id: what was refused under the old one stays refused. */
  async function takeUp(record) {
    const ids = new Map(record.matters.map(({ id }) => [id, store.newId()]))
    const photos = []
    for (const [before, id] of ids) {
      const bytes = await store.photo(before)
      if (bytes) photos.push({ id, bytes: bytes.buffer })
    }
    const draft = {
      ...said(record),
      id: store.newId(),
      matters: record.matters.map((one) => ({ ...one, id: ids.get(one.id) })),
    }
    await store.keepDraft(draft, photos)
    await store.remove(record.id)
  }

  const said = ({ building, door, outcome, remark, record, call, publish, phone }) => ({
    ...{ building, door, outcome, remark, record, call, publish, phone },
  })

  function addMatter({ id = store.newId(), words: text = '', place = '', topic = '' } = {}) {
    const element = document.getElementById('matter').content.firstElementChild.cloneNode(true)
    element.dataset.id = id
    const n = box.children.length + 1
    element.querySelector('legend').textContent = n === 1 ? say('words') : say('wordsN', { n })
    const area = element.querySelector('.words')
    area.setAttribute('aria-label', element.querySelector('legend').textContent)
    area.value = text
    const spot = element.querySelector('.place')
    spot.id = `place-${id}`
    element.querySelector('[data-for=place]').htmlFor = spot.id
    spot.value = place
    for (const chip of element.querySelectorAll('.topics input')) {
      chip.name = `topic-${id}`
      chip.checked = chip.value === topic
    }
    element.querySelector('.photo').addEventListener('change', (event) => take(element, event.target))
    element.querySelector('.unphoto').addEventListener('click', () => {
      hidePhoto(element)
      changed()
    })
    box.append(element)
    more.hidden = n >= Number(more.dataset.most)
    return element
  }

  function drop(element) {
    hidePhoto(element)
    element.remove()
  }

  const pictures = new WeakMap()

  function showPhoto(element, bytes) {
    hidePhoto(element)
    pictures.set(element, bytes)
    element.querySelector('img').src = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }))
    element.querySelector('.shot').hidden = false
    element.classList.add('has-photo')
  }

  function hidePhoto(element) {
    const image = element.querySelector('img')
    if (image.src) URL.revokeObjectURL(image.src)
    image.removeAttribute('src')
    pictures.delete(element)
    element.querySelector('.shot').hidden = true
    element.classList.remove('has-photo')
  }

  /** A picture as the house keeps it: small, and without where it was taken, before it is ever stored. */
  async function take(element, input) {
    const [file] = input.files
    input.value = ''
    if (!file) return
    try {
      const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
      const scale = Math.min(1, longest / Math.max(image.width, image.height))
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, Math.round(image.width * scale))
      canvas.height = Math.max(1, Math.round(image.height * scale))
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
      image.close()
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.82))
      showPhoto(element, await blob.arrayBuffer())
      complain(element, null)
      changed()
    } catch {
      complain(element, 'photoBad')
    }
  }

  function read() {
    const { outcome, remark, phone, record, call, publish } = form.elements
    const matters = [...box.children].map((element) => ({
      id: element.dataset.id,
      words: element.querySelector('.words').value.trim(),
      place: element.querySelector('.place').value.trim(),
      topic: element.querySelector('.topics :checked')?.value ?? null,
      photo: pictures.get(element),
    }))
    return {
      ...visit,
      outcome: outcome.value,
      remark: remark.value.trim(),
      phone: phone.value.trim(),
      ...{ record: record.checked, call: call.checked, publish: publish.checked },
      matters: matters.filter(({ words, place, photo }) => words || place || photo),
    }
  }

  /** Splits the bytes of the photos from what is written, as they are stored. */
  function parts({ matters, ...rest }) {
    const photos = matters.filter(({ photo }) => photo).map(({ id, photo }) => ({ id, bytes: photo }))
    return [{ ...rest, matters: matters.map(({ photo: _, ...matter }) => matter) }, photos]
  }

  /** The same visit under ids of its own. */
  const renewed = ({ matters, ...rest }) => ({
    ...rest,
    id: store.newId(),
    matters: matters.map((matter) => ({ ...matter, id: store.newId() })),
  })

  function changed() {
    clearTimeout(timer)
    timer = setTimeout(keepDraft, 300)
  }

  function keepDraft() {
    clearTimeout(timer)
    if (!visit || saving) return
    const now = read()
    const empty = !now.outcome && !now.remark && !now.phone && now.matters.length === 0
    // A draft that cannot be kept is no reason to disturb: saving will say so.
    if (!empty) store.keepDraft(...parts(now)).catch(() => {})
  }

  const digits = (text) => text.replace(/[\s-]/g, '')
  const isPhone = (text) => /^(?:\+?86)?1[3-9]\d{9}$/.test(digits(text)) || /^0?\d{7,12}$/.test(digits(text))

  /** What the house would refuse, said before it is kept: where, and why. The rules are those of visits/rules.ts. */
  function faults(now) {
    const found = []
    const element = (id) => [...box.children].find((one) => one.dataset.id === id)
    if (!now.outcome) found.push([document.getElementById('q-outcome'), 'outcomeMissing'])
    else if (now.matters.length && now.outcome !== 'met')
      found.push([document.getElementById('q-outcome'), 'nobodySpoke'])
    for (const { id, words } of now.matters)
      if (words.length < 5) found.push([element(id), words ? 'wordsShort' : 'wordsMissing'])
    const at = (name) => document.getElementById(`q-${name}`)
    if (!now.record && (now.matters.length || (now.remark && now.outcome !== 'not_home')))
      found.push([at('record'), 'recordNeeded'])
    if (now.phone && !isPhone(now.phone)) found.push([at('phone'), 'phoneWrong'])
    else if (now.phone && !now.call) found.push([at('call'), 'callNeeded'])
    else if (now.phone && !now.matters.length) found.push([at('phone'), 'phoneNothing'])
    else if (now.call && !now.phone) found.push([at('phone'), 'phoneMissing'])
    return found
  }

  function complain(where, key) {
    const line = where.querySelector('.errmsg')
    line.hidden = key === null
    line.textContent = key === null ? '' : say(key)
    where.classList.toggle('err', key !== null)
  }

  function clearErrors() {
    for (const line of form.querySelectorAll('.errmsg')) complain(line.parentElement, null)
  }

  /** Keeps the visit on the phone. True: it is there for good. */
  async function save(tell) {
    if (saving) return false
    clearErrors()
    const now = read()
    const found = faults(now)
    for (const [where, key] of found) complain(where, key)
    if (found.length) {
      found[0][0].scrollIntoView({ block: 'center' })
      found[0][0].querySelector('input,textarea')?.focus()
      return false
    }
    clearTimeout(timer)
    saving = true
    try {
      const whole = { ...now, stated: Date.now() }
      const kept = await store.keepVisit(...parts(whole))
      if (!kept) await store.keepVisit(...parts(renewed(whole)))
      visit = null
      return true
    } catch (error) {
      tell(error.name === 'QuotaExceededError' ? 'full' : 'notKept')
      return false
    } finally {
      saving = null
    }
  }

  form.addEventListener('input', changed)
  form.addEventListener('change', changed)
  document.addEventListener('visibilitychange', () => document.hidden && keepDraft())
  addEventListener('pagehide', keepDraft)
  more.addEventListener('click', () => addMatter().querySelector('.words').focus())

  self.doorForm = { show, save, takeUp, keepDraft }
})()
