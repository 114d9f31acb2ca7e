// What the report's page does beyond being read: filter, open all, light or dark. It stands within the page.
;(() => {
  /**
   * @template {HTMLElement} T
   * @param {string} id
   * @param {new () => T} type
   * @returns {T | undefined}
   */
  const find = (id, type) => {
    const element = document.getElementById(id)
    return element instanceof type ? element : undefined
  }
  const requests = [...document.querySelectorAll('.request')].filter(
    (element) => element instanceof HTMLDetailsElement,
  )
  const filter = find('filter', HTMLElement)
  const text = find('text', HTMLInputElement)
  const shown = find('shown', HTMLElement)
  const openAll = find('open-all', HTMLButtonElement)
  const scheme = find('scheme', HTMLButtonElement)
  const chips = [...document.querySelectorAll('.chip')].filter(
    (element) => element instanceof HTMLButtonElement,
  )

  const apply = () => {
    const words = (text?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean)
    const wanted = chips
      .filter((chip) => chip.ariaPressed === 'true')
      .map((chip) => chip.dataset['aspect'] ?? '')
    for (const request of requests) {
      const { aspects = '', text: searched = '' } = request.dataset
      const has = aspects.split(' ')
      request.hidden =
        !words.every((word) => searched.includes(word)) ||
        (wanted.length > 0 && !wanted.some((aspect) => has.includes(aspect)))
    }
    const count = requests.filter((request) => !request.hidden).length
    if (shown) {
      shown.textContent =
        count === requests.length ? '' : `${count} of ${requests.length} are shown`
    }
  }

  for (const chip of chips) {
    chip.addEventListener('click', () => {
      chip.ariaPressed = chip.ariaPressed === 'true' ? 'false' : 'true'
      apply()
    })
  }
  text?.addEventListener('input', apply)
  openAll?.addEventListener('click', () => {
    const visible = requests.filter((request) => !request.hidden)
    const open = visible.some((request) => !request.open)
    for (const request of visible) request.open = open
    openAll.textContent = open ? 'Close all' : 'Open all'
  })
  scheme?.addEventListener('click', () => {
    const root = document.documentElement
    const isDark =
      root.style.colorScheme === ''
        ? matchMedia('(prefers-color-scheme: dark)').matches
        : root.style.colorScheme === 'dark'
    root.style.colorScheme = isDark ? 'light' : 'dark'
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target === text || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    text?.focus()
  })
  if (filter) filter.hidden = requests.length < 2
  if (scheme) scheme.hidden = false

  const openLinked = () => {
    const linked = find(location.hash.slice(1), HTMLDetailsElement)
    if (linked) linked.open = true
  }
  addEventListener('hashchange', openLinked)
  openLinked()
})()
