/*
 * The chair's console with scripts on: a step goes out without leaving the page, so that a lost network never puts the
 * browser's own error page in front of the room, and notes are kept. Without scripts each button is a form.
 */
;(() => {
  const chair = document.querySelector('.chair')
  const steps = document.getElementById('step')
  const notice = document.getElementById('notice')
  if (!chair || !steps) return

  const say = (text) => {
    notice.replaceChildren()
    if (!text) return
    const line = document.createElement('p')
    line.className = 'notice notice-no'
    line.textContent = text
    notice.append(line)
  }
  const post = (address, fields) =>
    fetch(address, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(20_000),
    })

  // A step: sent once, and the page as it then is takes the place of this one. What is being written stays.
  let busy = false
  const go = async (address, fields) => {
    if (busy) return
    busy = true
    chair.setAttribute('aria-busy', 'true')
    try {
      await saveNotes()
      const reply = await post(address, fields)
      const type = reply.headers.get('content-type') ?? ''
      if (!reply.ok) say(type.includes('json') ? (await reply.json()).message : steps.dataset.lost)
      else location.reload()
    } catch {
      say(steps.dataset.lost)
    }
    busy = false
    chair.removeAttribute('aria-busy')
  }
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (form !== steps && !form.matches('[data-speaker]')) return
    event.preventDefault()
    const button = event.submitter
    const address = button?.hasAttribute('formaction') ? button.formAction : form.action
    void go(address, new FormData(form, button))
  })

  // Notes are saved when the pen is laid down, before a step, and again when the network is back.
  const form = document.querySelector('[data-notes]')
  const box = form?.querySelector('textarea')
  const state = form?.querySelector('[data-note-state]')
  let saved = box?.value
  const saveNotes = async () => {
    if (!box || box.value === saved) return
    const text = box.value
    try {
      const reply = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json', 'hx-request': 'true' },
        body: new URLSearchParams(new FormData(form)),
        signal: AbortSignal.timeout(20_000),
      })
      if (!reply.ok) throw new Error()
      saved = text
      state.textContent = form.dataset.saved
    } catch {
      state.textContent = form.dataset.lost
    }
  }
  box?.addEventListener('change', saveNotes)
  addEventListener('online', saveNotes)

  // The heartbeat of whoever leads; and a page whose gavel has passed on becomes one to read.
  const leads = () => document.querySelector('[data-holder]')?.dataset.holder ?? ''
  const look = () => {
    const holder = leads()
    chair.classList.toggle('watching', holder !== '' && holder !== chair.dataset.me)
  }
  document.addEventListener('htmx:wsAfterMessage', look)
  setInterval(() => {
    if (leads() === chair.dataset.me) post(chair.dataset.beat, new FormData(steps)).catch(() => {})
  }, 15_000)
})()
