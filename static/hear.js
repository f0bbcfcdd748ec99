/* Writing along in a gathering. Enter files a line while the next one is typed; what has not been answered yet is kept in
   this tab and sent again with the same key, so a bad line loses nothing and writes nothing twice. With this script gone
   the form posts and the page reloads. */
;(() => {
  const form = document.getElementById('note')
  const unsent = document.getElementById('unsent')
  if (!form || !unsent || !window.fetch) return
  const words = document.getElementById('words')
  const speaker = document.getElementById('speaker')
  const key = document.getElementById('key')
  const token = form.querySelector('[name=_csrf]')?.value ?? ''
  const store = `unsent ${form.action}`

  // randomUUID is missing where the page came over a plain line.
  const fresh = () =>
    '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
      (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16),
    )

  let queue = []
  try {
    queue = JSON.parse(sessionStorage.getItem(store) ?? '[]')
  } catch {
    sessionStorage.removeItem(store)
  }
  let busy = false
  let last = null

  const keep = () => {
    sessionStorage.setItem(store, JSON.stringify(queue))
    unsent.replaceChildren(
      ...queue.map((line) => {
        const item = document.createElement('li')
        item.textContent = `${line.words} · ${line.refused ?? unsent.dataset.sending}`
        if (line.refused) {
          const again = document.createElement('button')
          again.type = 'button'
          again.className = 'btn btn-2 btn-s'
          again.textContent = unsent.dataset.again
          again.addEventListener('click', () => {
            queue = queue.filter((other) => other !== line)
            words.value = line.words
            speaker.value = line.speaker
            words.focus()
            keep()
          })
          item.append(again)
        }
        return item
      }),
    )
  }

  const post = (address, fields) =>
    fetch(address, {
      method: 'POST',
      headers: { 'HX-Request': 'true' },
      body: new URLSearchParams({ _csrf: token, ...fields }),
    })

  const show = (html) => {
    const place = document.getElementById('undo')
    const fragment = new DOMParser().parseFromString(html, 'text/html').getElementById('undo')
    if (place && fragment) place.replaceWith(fragment)
    tidy()
  }

  async function send() {
    if (busy) return
    const line = queue.find((one) => !one.refused)
    if (!line) return
    busy = true
    let wait = 0
    try {
      const reply = await post(form.action, { key: line.key, words: line.words, speaker: line.speaker })
      const text = await reply.text()
      if (reply.ok) {
        queue = queue.filter((one) => one !== line)
        last = line
        show(text)
      } else if (reply.status >= 500 || reply.status === 429) wait = 2000
      else
        line.refused =
          new DOMParser().parseFromString(text, 'text/html').querySelector('.notice, .errmsg')?.textContent ||
          form.dataset.lost
    } catch {
      wait = 2000
    }
    busy = false
    keep()
    if (wait) setTimeout(send, wait)
    else void send()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    // An input method's Enter chooses a word; the line goes with the next one.
    if (!words.value.trim()) return words.focus()
    queue.push({ key: key.value, words: words.value, speaker: speaker.value })
    key.value = fresh()
    words.value = ''
    speaker.value = ''
    words.focus()
    keep()
    void send()
  })

  // The way back: the words return to the box, to be set right, where nothing new stands in it.
  document.addEventListener('submit', async (event) => {
    const undo = event.target.closest('#undo form')
    if (!undo) return
    event.preventDefault()
    const reply = await post(undo.action, {}).catch(() => null)
    if (!reply?.ok) return undo.submit()
    if (last?.key === undo.dataset.keyOf && !words.value) {
      words.value = last.words
      speaker.value = last.speaker
    }
    show(await reply.text())
    words.focus()
  })
  words.addEventListener('keydown', (event) => {
    const back = (event.ctrlKey || event.metaKey) && event.key === 'z' && !words.value
    const button = back && document.querySelector('#undo button')
    if (!button) return
    event.preventDefault()
    button.click()
  })

  // After a minute a line is struck out instead, where everybody sees it.
  const tidy = () => {
    const undo = document.querySelector('#undo form')
    if (!undo) return
    const left = Number(undo.dataset.until) - Date.now()
    setTimeout(() => undo.isConnected && undo.remove(), Math.min(Math.max(left, 1000), 60000))
  }

  keep()
  tidy()
  void send()
})()
