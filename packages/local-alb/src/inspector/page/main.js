/// <reference lib="dom" />
// Puts the parts of the page together. Data runs one way: updates -> store -> list, chips, details.

import { Actions, showToast } from './actions.js'
import { command } from './api.js'
import { Chips } from './chips.js'
import { DetailsPanel } from './details.js'
import { byId, setText } from './dom.js'
import { parseFilter, toggleWord } from './filter.js'
import { formatCount } from './format.js'
import { listenForKeys } from './keys.js'
import { List } from './list.js'
import { hideNothing, showEmpty, showNoMatch } from './nothing-view.js'
import { Store } from './store.js'
import { connectUpdates } from './updates.js'

const panes = byId('panes', HTMLElement)
const filterField = byId('filter', HTMLInputElement)
const pauseButton = byId('pause', HTMLButtonElement)
const connection = byId('connection', HTMLParagraphElement)
const note = byId('filter-note', HTMLParagraphElement)
const help = byId('help', HTMLDialogElement)

const store = new Store()
/** @type {import('../live-updates.js').About | null} */
let about = null
/** The row that the details were made from. @type {unknown} */
let detailed

const details = new DetailsPanel({ onShown: (shown) => actions.show(shown) })
const actions = new Actions({ current: () => details.details, onReplayed: (id) => open(id) })
const chips = new Chips((word) => setFilter(toggleWord(filterField.value, word)))
const list = new List({
  onActive: (id) => {
    if (details.id !== null) load(id)
  },
  onOpen: (id, byKey) => {
    open(id)
    // With the mouse, the arrow keys should go on through the list; on a narrow page it is hidden now.
    if (byKey || !list.visible) details.focus()
  },
})

/** @param {number} id */
function open(id) {
  panes.dataset['open'] = 'true'
  load(id)
  if (list.activeId !== id) list.activate(id)
}

/** @param {number} id */
function load(id) {
  if (details.id === id && detailed === store.get(id)) return
  detailed = store.get(id)
  void details.show(id)
  history.replaceState(null, '', `#${id}`)
}

function close() {
  panes.dataset['open'] = 'false'
  details.close()
  detailed = undefined
  history.replaceState(null, '', location.pathname)
  list.focus()
}

/** Shows what the store has now. */
function refresh() {
  list.update(store.view)
  chips.update(store, filterField.value)
  const empty = store.view.length === 0
  hideNothing(!empty)
  if (empty && store.size === 0) showEmpty(about)
  else if (empty) showNoMatch(() => setFilter(''))
  if (details.id !== null && !store.paused && store.get(details.id) !== detailed) load(details.id)
  showNote()
}

function showNote() {
  const { problem } = parseFilter(filterField.value)
  const filtered = filterField.value.trim() !== ''
  const all = formatCount(store.size, 'request')
  const counted = filtered ? `${store.view.length.toLocaleString('en-US')} of ${all}` : all
  setText(note, problem ?? counted)
  note.dataset['problem'] = String(problem !== null)
  filterField.ariaInvalid = String(problem !== null)
}

/** @param {string} text */
function setFilter(text) {
  if (filterField.value !== text) filterField.value = text
  store.setFilter(parseFilter(text))
  list.rewind()
  refresh()
  list.revealActive()
}

function togglePause() {
  if (store.paused) store.resume()
  else store.pause()
  pauseButton.ariaPressed = String(store.paused)
  setText(pauseButton, store.paused ? 'Resume' : 'Pause')
  connection.dataset['paused'] = String(store.paused)
  showState()
  refresh()
}

async function clear() {
  try {
    await command('api/clear')
    if (store.paused) togglePause()
    if (details.id !== null) close()
  } catch (error) {
    showToast(error instanceof Error ? error.message : String(error))
  }
}

/** @type {'connecting' | 'live' | 'lost'} */
let state = 'connecting'
const STATES = { connecting: 'Connecting…', live: 'Live', lost: 'Disconnected, trying again…' }

function showState() {
  connection.dataset['state'] = state
  setText(connection, state === 'live' && store.paused ? 'Paused' : STATES[state])
}

connectUpdates({
  onAbout(told) {
    about = told
    store.keep = told.keep
    setText(byId('title', HTMLHeadingElement), told.title)
    document.title = `${told.title} · requests`
    refresh()
  },
  onChanges(changes) {
    store.apply(changes)
    refresh()
  },
  onState(next) {
    state = next
    showState()
  },
})

filterField.addEventListener('input', () => setFilter(filterField.value))
filterField.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    if (filterField.value === '') list.focus()
    setFilter('')
    event.preventDefault()
  } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
    list.focus()
    if (event.key === 'ArrowDown') list.move(1)
    event.preventDefault()
  }
})
pauseButton.addEventListener('click', togglePause)
byId('clear', HTMLButtonElement).addEventListener('click', () => void clear())
byId('close', HTMLButtonElement).addEventListener('click', close)
byId('back', HTMLButtonElement).addEventListener('click', close)
byId('help-button', HTMLButtonElement).addEventListener('click', () => help.showModal())

// Nothing has the focus: then the list's keys are the list's, and so is the focus.
document.body.addEventListener('keydown', (event) => {
  if (event.target !== document.body) return
  list.onKey(event)
  if (event.defaultPrevented || event.key === 'j' || event.key === 'k') list.focus()
})
listenForKeys(
  new Map([
    ['j', () => list.move(1)],
    ['k', () => list.move(-1)],
    ['/', () => filterField.select()],
    ['?', () => help.showModal()],
    ['p', togglePause],
    ['r', () => void actions.replay()],
    ['m', () => void actions.replayOther()],
    ['c', () => void actions.copyCurl()],
    ['s', () => actions.saveEvent()],
    ['Escape', () => (details.id === null ? setFilter('') : close())],
    ...[0, 1, 2, 3, 4].map(
      (index) => /** @type {const} */ ([String(index + 1), () => details.showPartAt(index)]),
    ),
  ]),
)

const [, linked] = /^#(\d+)$/.exec(location.hash) ?? []
if (linked !== undefined) open(Number(linked))
