/*
 * The triage desk by keyboard: J and K walk the list, X picks, and on a wide screen the record stands beside it. The keys
 * themselves are pressed by keys.js (an element with data-key), so they never fire in a text box and can be switched off.
 */
;(() => {
  const rows = () => [...document.querySelectorAll('[data-row]')]
  const current = () => document.querySelector('[data-row][aria-current]')
  const pane = document.querySelector('#record')
  const wide = matchMedia('(min-width: 1000px)')

  const show = (row) => {
    for (const other of rows()) other.removeAttribute('aria-current')
    row.setAttribute('aria-current', 'true')
    row.scrollIntoView({ block: 'nearest' })
    row.querySelector('a')?.focus({ preventScroll: true })
    if (pane && wide.matches) window.htmx?.ajax('GET', row.dataset.row, { target: '#record', swap: 'innerHTML' })
  }

  document.addEventListener('click', (event) => {
    const { target } = event
    const step = target.closest('[data-step]')
    if (step) {
      const all = rows()
      const at = all.indexOf(current())
      const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + Number(step.dataset.step)))]
      if (next) show(next)
    }
    if (target.closest('[data-pick]')) {
      const box = current()?.querySelector('input[type=checkbox]')
      if (box) box.checked = !box.checked
    }
    const asks = target.closest('[data-focus]')
    if (asks) document.getElementById(asks.dataset.focus)?.focus()
    // A sentence from the list goes into its box at once; without this script the link brings the page with it filled in.
    const template = target.closest('a[data-fills]')
    const box = template && document.getElementById(template.dataset.fills)
    if (box) {
      event.preventDefault()
      box.value = template.dataset.words
      box.focus()
    }
    // A matter that may be the same is read beside the list, too; then Enter puts the two together.
    const alike = target.closest('#record a[data-beside]')
    if (alike && wide.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      window.htmx
        ?.ajax('GET', alike.dataset.beside, { target: '#record', swap: 'innerHTML' })
        .then(() => document.querySelector('#merge')?.focus())
    }
    // On a wide screen a matter opens beside the list; with a modifier, as every link, elsewhere.
    const link = target.closest('[data-row] a')
    if (link && pane && wide.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.detail > 0) {
      event.preventDefault()
      show(link.closest('[data-row]'))
    }
  })

  // What a key opened is meant to be filled in.
  document.addEventListener(
    'toggle',
    (event) => {
      const { target } = event
      if (target.open && document.activeElement === target.firstElementChild)
        target.querySelector('form input:not([type=hidden]), form textarea')?.focus()
    },
    true,
  )

  if (pane && wide.matches) {
    const first = rows()[0]
    if (first) show(first)
  }
})()
