/* Signing out takes the list of doors off this phone at once, also where nobody opens the door page again. */
;(() => {
  const form = document.querySelector('form[data-leaves]')
  if (!form || !self.indexedDB) return
  form.addEventListener('submit', async (event) => {
    if (form.dataset.left) return
    event.preventDefault()
    form.dataset.left = 'yes'
    await self.doorStore.shut().catch(() => {})
    form.submit()
  })
})()
