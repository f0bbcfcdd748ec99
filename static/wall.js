/*
 * The wall keeps its last good frame whatever happens to the network, and heals by itself: by its socket, and where no
 * socket gets through, by looking at its own address. Nobody stands beside it to press a button.
 */
;(() => {
  const stage = () => document.querySelector('main.stage')
  let open = false
  document.addEventListener('htmx:wsOpen', () => {
    open = true
  })
  document.addEventListener('htmx:wsClose', () => {
    open = false
  })

  const mark = document.querySelector('.wall-lost')
  const say = (lost) => {
    mark.classList.toggle('off', lost)
    mark.textContent = lost ? mark.dataset.off : mark.dataset.on
  }
  addEventListener('offline', () => say(true))

  /** Fetches the page and puts its frame in the place of ours; where that fails, ours stays. */
  const look = async () => {
    if (open && navigator.onLine) return say(false)
    try {
      const reply = await fetch(location.href, { signal: AbortSignal.timeout(8000) })
      if (!reply.ok) return say(true)
      const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').querySelector('main.stage')
      const dark = stage().classList.contains('by-hand')
      if (!open && fresh) stage().replaceWith(fresh)
      if (dark) stage().classList.add('black', 'by-hand')
      say(!navigator.onLine)
    } catch {
      say(true)
    }
  }
  setInterval(look, 4000)
  addEventListener('online', look)

  // B at the wall's own keyboard: black, and back.
  let dark = false
  const darken = () => {
    const frame = stage()
    if (dark) frame.classList.add('black', 'by-hand')
    else if (frame.classList.contains('by-hand')) frame.classList.remove('black', 'by-hand')
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== 'b') return
    dark = !dark
    darken()
  })
  document.addEventListener('htmx:wsAfterMessage', darken)
})()
