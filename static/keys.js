/* Keys for those who work here all day: an element with data-key is pressed (or focused) by that key. */
;(() => {
  const off = () => localStorage.getItem('keys') === 'off'
  const writes = (element) =>
    element.matches('input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]')
  const firstField = (box) => box.querySelector('form input:not([type=hidden]), form textarea')

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && writes(event.target)) return event.target.blur()
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || off()) return
    // What has the focus is pressed by Space and Enter as everywhere; otherwise Space is the next step.
    if ((event.key === ' ' || event.key === 'Enter') && event.target.matches('button, a, summary, input')) return
    const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
    // What cannot be seen cannot be pressed: a console that only watches has no keys.
    const all = document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)
    const element = [...all].find((each) => each.getClientRects().length > 0)
    if (!element) return
    event.preventDefault()
    if (writes(element)) element.focus()
    else {
      // What is open already is gone into, not shut.
      const field = element.matches('summary') && element.parentElement.open && firstField(element.parentElement)
      if (field) return field.focus()
      if (element.matches('summary')) element.focus()
      element.click()
    }
  })

  // Single-letter keys can be switched off (WCAG 2.1.4), and stay so on this device.
  for (const box of document.querySelectorAll('[data-keys-switch]')) {
    box.checked = !off()
    box.closest('[hidden]')?.removeAttribute('hidden')
    box.addEventListener('change', () => localStorage.setItem('keys', box.checked ? 'on' : 'off'))
  }
})()
