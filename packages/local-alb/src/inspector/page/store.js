// The rows that the page knows, and which of them the filter lets through.

import { parseFilter } from './filter.js'

/** @typedef {import('../row.js').Row} Row */

export class Store {
  /** By id, the oldest first. @type {Row[]} */
  #rows = []
  /** @type {Map<number, Row>} */
  #byId = new Map()
  #filter = parseFilter('')
  /** What is shown while paused. @type {readonly Row[] | null} */
  #frozen = null
  /** How many the server keeps, and so this page. */
  keep = 10_000
  /** Those that match the filter, the newest first. @type {readonly Row[]} */
  view = []

  get size() {
    return this.#rows.length
  }

  /** @param {number} id */
  get(id) {
    return this.#byId.get(id)
  }

  /** @param {(row: Row) => boolean} test */
  count(test) {
    return this.#rows.reduce((sum, row) => sum + (test(row) ? 1 : 0), 0)
  }

  /**
   * @param {{ reset: boolean, rows: readonly Row[] }} changes
   */
  apply({ reset, rows }) {
    if (reset) {
      this.#rows = []
      this.#byId.clear()
    }
    for (const row of rows) this.#put(row)
    for (const row of this.#rows.splice(0, this.#rows.length - this.keep)) {
      this.#byId.delete(row.id)
    }
    this.refresh()
  }

  /** @param {import('./filter.js').Filter} filter */
  setFilter(filter) {
    this.#filter = filter
    this.refresh()
  }

  get paused() {
    return this.#frozen !== null
  }

  /** Leaves the view as it is, whatever comes. The filter still works, on what there was. */
  pause() {
    this.#frozen = [...this.#rows]
  }

  resume() {
    this.#frozen = null
    this.refresh()
  }

  refresh() {
    const rows = this.#frozen ?? this.#rows
    this.view = rows.filter((row) => this.#filter.matches(row)).toReversed()
  }

  /** @param {Row} row */
  #put(row) {
    const known = this.#byId.has(row.id)
    this.#byId.set(row.id, row)
    const place = this.#placeOf(row.id)
    this.#rows.splice(place, known ? 1 : 0, row)
  }

  /**
   * Where an id stands or belongs. Nearly always the end: looked for from there.
   *
   * @param {number} id
   */
  #placeOf(id) {
    let low = 0
    let high = this.#rows.length
    if (high > 0 && (this.#rows[high - 1]?.id ?? 0) < id) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#rows[middle]?.id ?? 0) < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
