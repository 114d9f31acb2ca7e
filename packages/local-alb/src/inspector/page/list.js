/// <reference lib="dom" />
// The list: as many elements as fit on the screen, whatever the number of requests. The grid has the keyboard's focus all
// the time and names its active row, so focus is never lost with a row that scrolls away.

import { byId, setText } from './dom.js'
import { formatCount } from './format.js'
import { RowView } from './row-view.js'

/** @typedef {import('../row.js').Row} Row */

/** As in list.css. */
const ROW_HEIGHT = 36
const HEAD_HEIGHT = 32
/** Rows beyond the edges, so that scrolling shows no gap. */
const OVERSCAN = 6

export class List {
  #grid = byId('grid', HTMLDivElement)
  #rows = byId('rows', HTMLDivElement)
  #newer = byId('newer', HTMLButtonElement)
  /** @type {RowView[]} */
  #views = []
  /** @type {readonly Row[]} */
  #view = []
  /** @type {number | null} */
  #activeId = null
  /** The newest row when the list was last at its top. */
  #newestSeen = 0
  #scheduled = false
  /** The row under the pointer when it went down: the list may move before it comes up. @type {number | null} */
  #pressed = null

  /**
   * @param {object} listener
   * @param {(id: number) => void} listener.onActive another row is the active one
   * @param {(id: number, byKey: boolean) => void} listener.onOpen its details are wanted
   */
  constructor({ onActive, onOpen }) {
    this.onActive = onActive
    this.onOpen = onOpen
    this.#grid.addEventListener('scroll', () => this.#schedule())
    new ResizeObserver(() => this.#schedule()).observe(this.#grid)
    this.#grid.addEventListener('keydown', (event) => this.onKey(event))
    this.#rows.addEventListener('pointerdown', (event) => {
      this.#pressed = this.#idAt(event.target)
    })
    this.#rows.addEventListener('click', () => {
      if (this.#pressed === null) return
      this.activate(this.#pressed)
      this.onOpen(this.#pressed, false)
    })
    this.#newer.addEventListener('click', () => {
      this.#grid.scrollTop = 0
      this.#grid.focus()
    })
  }

  get activeId() {
    return this.#activeId
  }

  /** Whether it can be seen: details cover it on a narrow page. */
  get visible() {
    return this.#grid.offsetParent !== null
  }

  focus() {
    this.#grid.focus({ preventScroll: true })
  }

  /**
   * Shows other rows. What was on the screen stays where it was, unless the top was: there the newest is wanted.
   *
   * @param {readonly Row[]} view the newest first
   */
  update(view) {
    const top = this.#grid.scrollTop
    const first = Math.floor(top / ROW_HEIGHT)
    const anchor = this.#view[first]
    this.#view = view
    this.#rows.style.height = `${view.length * ROW_HEIGHT}px`
    this.#grid.ariaRowCount = String(view.length + 1)
    if (top > 0 && anchor !== undefined) {
      const index = indexOfId(view, anchor.id)
      if (index !== -1) this.#grid.scrollTop = top + (index - first) * ROW_HEIGHT
    }
    this.#render()
  }

  /** What follows is another list: it is shown from its top, or from the active row if that is in it. */
  rewind() {
    this.#grid.scrollTop = 0
    this.#view = []
  }

  revealActive() {
    const index = this.#activeId === null ? -1 : indexOfId(this.#view, this.#activeId)
    if (index !== -1) this.#reveal(index)
  }

  /** @param {number | null} id */
  activate(id) {
    this.#activeId = id
    this.revealActive()
    this.#render()
    if (id !== null) this.onActive(id)
  }

  /** @param {number} steps down the list, towards older requests */
  move(steps) {
    if (this.#view.length === 0) return
    const index = this.#activeId === null ? -1 : indexOfId(this.#view, this.#activeId)
    const start = index === -1 ? (steps > 0 ? -1 : this.#firstVisible()) : index
    const next = Math.max(0, Math.min(this.#view.length - 1, start + steps))
    this.activate(this.#view[next]?.id ?? null)
  }

  #firstVisible() {
    return Math.floor(this.#grid.scrollTop / ROW_HEIGHT)
  }

  #pageSize() {
    return Math.max(1, Math.floor((this.#grid.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1)
  }

  /** @param {number} index */
  #reveal(index) {
    const top = index * ROW_HEIGHT
    const room = this.#grid.clientHeight - HEAD_HEIGHT - ROW_HEIGHT
    const { scrollTop } = this.#grid
    if (top < scrollTop) this.#grid.scrollTop = top
    else if (top > scrollTop + room) this.#grid.scrollTop = top - room
  }

  #schedule() {
    if (this.#scheduled) return
    this.#scheduled = true
    requestAnimationFrame(() => {
      this.#scheduled = false
      this.#render()
    })
  }

  #render() {
    const { clientHeight, scrollTop } = this.#grid
    const from = Math.max(0, this.#firstVisible() - OVERSCAN)
    const fits = Math.ceil(clientHeight / ROW_HEIGHT) + 2 * OVERSCAN
    const rows = this.#view.slice(from, from + fits)
    // A row keeps its element while it is on the screen: nothing is filled anew because the list moved.
    const spare = new Map(this.#views.map((view) => [view.row?.id ?? -1, view]))
    const wanted = new Set(rows.map(({ id }) => id))
    const free = this.#views.filter(({ row }) => row === undefined || !wanted.has(row.id))
    rows.forEach((row, offset) => {
      const index = from + offset
      const view = spare.get(row.id) ?? free.pop() ?? this.#addView()
      view.show(row, { index, top: index * ROW_HEIGHT, active: row.id === this.#activeId })
    })
    for (const view of free) view.hide()
    const active = this.#activeId !== null && wanted.has(this.#activeId)
    if (active) this.#grid.setAttribute('aria-activedescendant', `row-${this.#activeId}`)
    else this.#grid.removeAttribute('aria-activedescendant')
    this.#showNewer(scrollTop)
  }

  #addView() {
    const view = new RowView()
    this.#views.push(view)
    this.#rows.append(view.element)
    return view
  }

  /** @param {number} scrollTop */
  #showNewer(scrollTop) {
    const newest = this.#view[0]?.id ?? 0
    if (scrollTop < ROW_HEIGHT || newest < this.#newestSeen) this.#newestSeen = newest
    const count = this.#view.findIndex(({ id }) => id <= this.#newestSeen)
    this.#newer.hidden = count < 1
    if (count > 0) setText(this.#newer, `${formatCount(count, 'newer request')} ↑`)
  }

  /** @param {EventTarget | null} target */
  #idAt(target) {
    const row = target instanceof Element ? target.closest('.row') : null
    return this.#views.find((view) => view.element === row)?.row?.id ?? null
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter') {
      if (this.#activeId === null) this.move(1)
      if (this.#activeId !== null) this.onOpen(this.#activeId, true)
      event.preventDefault()
      return
    }
    const steps = new Map([
      ['ArrowDown', 1],
      ['ArrowUp', -1],
      ['PageDown', this.#pageSize()],
      ['PageUp', -this.#pageSize()],
      ['End', this.#view.length],
      ['Home', -this.#view.length],
    ]).get(event.key)
    if (steps === undefined) return
    event.preventDefault()
    this.move(steps)
  }
}

/**
 * @param {readonly Row[]} view ids fall
 * @param {number} id
 */
function indexOfId(view, id) {
  let low = 0
  let high = view.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = view[middle]?.id ?? 0
    if (found === id) return middle
    if (found > id) low = middle + 1
    else high = middle - 1
  }
  return -1
}
