/// <reference lib="dom" />
// One line of the list. Its elements are made once and filled again and again.

import { element, setText } from './dom.js'
import { formatDuration, formatTime, statusKind } from './format.js'

/** @typedef {import('../row.js').Row} Row */

const MODES = { single: 'single', multi: 'multi' }

export class RowView {
  #time = element('span', { class: 'c-time', role: 'gridcell' })
  #status = element('span', { class: 'status' })
  #method = element('span', { class: 'c-method', role: 'gridcell' })
  #path = element('span', { class: 'path' })
  #query = element('span', { class: 'query' })
  #tags = element('span', { class: 'tags' })
  #target = element('span', { class: 'c-target', role: 'gridcell' })
  #mode = element('span', { class: 'c-mode', role: 'gridcell' })
  #duration = element('span', { class: 'c-duration', role: 'gridcell' })
  /** @type {Row | undefined} */
  #shown

  element = element('div', { class: 'row', role: 'row' }, [
    this.#time,
    element('span', { class: 'c-status', role: 'gridcell' }, [this.#status]),
    this.#method,
    element('span', { class: 'c-path', role: 'gridcell' }, [
      element('span', { class: 'uri' }, [this.#path, this.#query]),
      this.#tags,
    ]),
    this.#target,
    this.#mode,
    this.#duration,
  ])

  /** The row shown; `undefined` for none. */
  get row() {
    return this.#shown
  }

  /**
   * @param {Row} row
   * @param {{ index: number, top: number, active: boolean }} place
   */
  show(row, { index, top, active }) {
    const { style } = this.element
    style.transform = `translateY(${top}px)`
    this.element.hidden = false
    this.element.ariaRowIndex = String(index + 2)
    this.element.ariaSelected = String(active)
    if (row === this.#shown) return
    this.#shown = row
    this.element.id = `row-${row.id}`
    this.element.dataset['state'] = row.state
    setText(this.#time, formatTime(row.time))
    const waits = row.state === 'pending'
    setText(this.#status, waits ? 'wait' : String(row.status ?? '–'))
    this.#status.dataset['kind'] = waits ? 'pending' : statusKind(row.status)
    setText(this.#method, row.method === '' ? '?' : row.method)
    this.#showPath(row)
    setText(
      this.#target,
      row.targetGroup ?? row.target ?? (row.action === 'forward' ? '' : (row.action ?? '')),
    )
    this.#target.title = [row.targetGroup, row.target].filter((name) => name !== null).join(' → ')
    setText(this.#mode, row.mode === null ? '' : MODES[row.mode])
    setText(this.#duration, row.durationMs === null ? '' : formatDuration(row.durationMs))
  }

  hide() {
    this.#shown = undefined
    this.element.hidden = true
    this.element.removeAttribute('id')
  }

  /** @param {Row} row */
  #showPath(row) {
    const question = row.path.indexOf('?')
    const end = question === -1 ? row.path.length : question
    setText(this.#path, row.path === '' ? '(not readable)' : row.path.slice(0, end))
    setText(this.#query, row.path.slice(end))
    this.#path.title = row.path
    this.#tags.replaceChildren(
      ...[
        row.errorReason !== null || row.refused
          ? tag('refused', row.errorReason ?? 'refused')
          : undefined,
        row.state === 'abandoned' ? tag('abandoned', 'client left') : undefined,
        row.coldStart ? tag('cold', 'cold start') : undefined,
        row.replayOf === null ? undefined : tag('replay', `replay of #${row.replayOf}`),
      ].filter((made) => made !== undefined),
    )
  }
}

/**
 * @param {string} kind
 * @param {string} text
 */
function tag(kind, text) {
  return element('span', { class: 'tag', 'data-kind': kind }, [text])
}
