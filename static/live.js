/* The only script a resident's page needs. Everything it does is sugar: with it gone, forms post and pages reload. */
;(() => {
  let open = false

  // A push for a place this page does not have (any more) is dropped: a ballot form that is already here, half filled
  // or answered, is never replaced by a second copy of itself.
  document.addEventListener('htmx:wsBeforeMessage', (event) => {
    const place = /^\s*<[^>]*hx-swap-oob="outerHTML:#([\w-]+)"/.exec(event.detail.message)
    if (place && !document.getElementById(place[1])) event.preventDefault()
  })

  // The pill that says whether this page moves by itself.
  const tell = (isOpen) => {
    open = isOpen
    for (const pill of document.querySelectorAll('.pill-live[data-on]')) {
      pill.classList.toggle('off', !isOpen)
      pill.textContent = isOpen ? pill.dataset.on : pill.dataset.off
    }
  }
  document.addEventListener('htmx:wsOpen', () => tell(true))
  document.addEventListener('htmx:wsClose', () => tell(false))

  // A vote goes by the socket. When the line is down, or no answer came within two seconds, the same form posts with
  // the same key: whichever arrives first counts, the other gets the same receipt.
  const waiting = new Map()
  document.addEventListener('htmx:wsConfigSend', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    if (!open) {
      event.preventDefault()
      form.submit()
      return
    }
    form.setAttribute('aria-busy', 'true')
    clearTimeout(waiting.get(form))
    waiting.set(
      form,
      setTimeout(() => form.isConnected && form.submit(), 2000),
    )
  })
  document.addEventListener('htmx:wsAfterMessage', (event) => {
    for (const [form, timer] of waiting) {
      const booth = form.closest('.booth')
      const answered = !form.isConnected || !booth || event.detail.message.includes(`"booth-note-${booth.id.slice(6)}"`)
      if (!answered) continue
      clearTimeout(timer)
      waiting.delete(form)
      form.removeAttribute('aria-busy')
    }
    tidyBooths()
  })

  // When the vote is over a form nobody touched goes away and a receipt stays without its way to change; a form that
  // somebody was filling in stays as it is and says that it is too late. The ballot and the room are two panels, and
  // either may come first: a ballot the room has not heard of yet is no old one.
  const tidyBooths = () => {
    const room = document.querySelector('[data-open-ballot]')
    if (!room) return
    askProxies(room.dataset.openBallot)
    for (const booth of document.querySelectorAll('.booth:not(.over)')) {
      const no = booth.id.slice('booth-'.length)
      if (no === room.dataset.openBallot || Number(no) > Number(room.dataset.latestBallot)) continue
      const touched = booth.querySelector('input:checked') !== null
      if (booth.querySelector('.receipt')) booth.querySelector('details')?.remove()
      else if (!touched) booth.remove()
      booth.classList.add('over')
      // Its token belongs to the next ballot's form now.
      booth.querySelector('form')?.removeAttribute('id')
    }
  }

  // Ballots by mandate are one person's and never pushed: a page whose viewer holds a mandate asks for them.
  const askProxies = (ballot) => {
    const place = document.querySelector('[data-proxies]')
    if (!place || place.dataset.proxies === ballot) return
    place.dataset.proxies = ballot
    if (ballot) window.htmx.ajax('GET', `${place.dataset.from}/${ballot}/proxies`, { target: place, swap: 'innerHTML' })
    else place.replaceChildren()
  }

  // Pages come back within seconds, not within a minute: a meeting does not wait for a random pause.
  document.addEventListener('DOMContentLoaded', () => {
    if (window.htmx) window.htmx.config.wsReconnectDelay = (tries) => Math.random() * 1000 * Math.min(2 ** tries, 5)
  })

  // Clocks that run from a moment of the server's: nothing is pushed every second. How far this device's own clock is
  // off is seen when a piece of the page arrives, for it carries the server's time.
  const offsets = new WeakMap()
  const now = (element) => {
    if (!offsets.has(element)) offsets.set(element, Date.now() - Number(element.dataset.at))
    return Date.now() - offsets.get(element)
  }
  const wind = () => {
    for (const each of document.querySelectorAll('[data-timer]')) {
      const gone = Math.max(0, Math.floor((now(each) - Number(each.dataset.timer)) / 1000))
      const left = each.dataset.limit ? Number(each.dataset.limit) - gone : gone
      const text = `${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, '0')}`
      if (each.textContent !== text) each.textContent = text
      each.parentElement.classList.toggle('late', left < 0)
      const word = each.parentElement.querySelector('small')
      if (word) word.textContent = left < 0 ? word.dataset.over : word.dataset.left
    }
    // What can be taken back for a minute goes when the minute is over.
    for (const each of document.querySelectorAll('[data-until]')) each.hidden = now(each) > Number(each.dataset.until)
  }
  wind()
  setInterval(wind, 500)

  // The wall's clock.
  const tick = () => {
    for (const clock of document.querySelectorAll('[data-clock]')) {
      clock.textContent = new Date().toLocaleTimeString('zh-CN', {
        hour: '2-digit',
        minute: '2-digit',
        hour12: false,
        timeZone: 'Asia/Shanghai',
      })
    }
  }
  tick()
  setInterval(tick, 5000)
})()
