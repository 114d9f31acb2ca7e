/// <reference lib="dom" />
// Quick filters with their counts. A chip stands for a word of the filter and is pressed while that word is in it.

import { byId, element, setText } from './dom.js'
import { parseFilter, splitWords } from './filter.js'

/** @typedef {import('./store.js').Store} Store */

const CHIPS = [
  { word: 'status:2xx', label: '2xx', kind: 'ok' },
  { word: 'status:3xx', label: '3xx', kind: 'redirect' },
  { word: 'status:4xx', label: '4xx', kind: 'client' },
  { word: 'status:5xx', label: '5xx', kind: 'server' },
  { word: 'is:refused', label: 'refused', kind: 'refused' },
  { word: 'is:cold', label: 'cold starts', kind: 'cold' },
]

export class Chips {
  #chips = CHIPS.map(({ word, label, kind }) => {
    const count = element('span', { class: 'count' }, ['0'])
    const button = element(
      'button',
      { type: 'button', class: 'chip', 'data-kind': kind, 'aria-pressed': 'false' },
      [`${label} `, count],
    )
    return { word, button, count, test: parseFilter(word).matches }
  })

  /** @param {(word: string) => void} onToggle */
  constructor(onToggle) {
    for (const { word, button } of this.#chips) {
      button.addEventListener('click', () => onToggle(word))
    }
    byId('chips', HTMLDivElement).append(...this.#chips.map(({ button }) => button))
  }

  /**
   * @param {Store} store
   * @param {string} filter
   */
  update(store, filter) {
    const words = splitWords(filter)
    for (const { word, button, count, test } of this.#chips) {
      setText(count, store.count(test).toLocaleString('en-US'))
      button.ariaPressed = String(words.includes(word))
    }
  }
}
