/* Typing off paper without the mouse: Enter goes on, one key says how it went, and only a row with words asks for more. */
;(() => {
  const form = document.querySelector('form[data-transcribes]')
  if (!form) return
  const part = (name, n) => form.elements[`${name}${n}`]
  const go = (name, n) => {
    const next = part(name, n) ?? form.querySelector('button')
    next.focus()
    next.select?.()
  }

  form.addEventListener('keydown', (event) => {
    const { key, target } = event
    const [, name, n] = /^([a-z]+)(\d+)$/.exec(target.name ?? '') ?? []
    // Ctrl and Enter keep the page from anywhere.
    if (key === 'Enter' && (event.ctrlKey || event.metaKey)) return form.requestSubmit()
    if (!name || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const after = Number(n) + 1
    if (name === 'outcome' && /^[1-4]$/.test(key)) {
      event.preventDefault()
      target.selectedIndex = Number(key)
      return target.value === 'met' ? go('words', n) : go('door', after)
    }
    if (name === 'record' && key === '1') {
      event.preventDefault()
      target.checked = true
      return go('door', after)
    }
    if (key !== 'Enter') return
    event.preventDefault()
    if (name === 'door') {
      // An empty door at the end is the end of the sheet.
      if (target.value.trim() === '') form.requestSubmit()
      else go('outcome', n)
    } else if (name === 'outcome') go(target.value === 'met' ? 'words' : 'door', target.value === 'met' ? n : after)
    else if (name === 'words') go(target.value.trim() ? 'record' : 'door', target.value.trim() ? n : after)
    else go('door', after)
  })
  const first = [...form.querySelectorAll('[aria-invalid]')][0] ?? part('door', 1)
  first.focus()
})()
