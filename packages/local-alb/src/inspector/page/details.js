/// <reference lib="dom" />
// The details of one request. The frame stands in index.html and stays; only what it shows changes, so that focus and
// scrolling survive news about the request.

import { exchangeUrl, fetchDetails } from './api.js'
import { byId, element, setText } from './dom.js'
import { formatDuration, formatTime, statusKind } from './format.js'
import { isForServer, partView } from './parts-view.js'

/**
 * @typedef {import('../details.js').Details} Details
 * @typedef {import('./parts-view.js').Part} Part
 */

/** @type {readonly Part[]} */
const PARTS = ['request', 'event', 'result', 'response', 'logs']

export class DetailsPanel {
  #section = byId('details', HTMLElement)
  #title = byId('details-title', HTMLHeadingElement)
  #panel = byId('panel', HTMLDivElement)
  #tabs = new Map(PARTS.map((part) => [part, byId(`tab-${part}`, HTMLButtonElement)]))
  /** @type {Part} */
  #part = 'request'
  /** @type {Details | null} */
  #details = null
  /** @type {number | null} */
  #id = null
  /** @type {AbortController | undefined} */
  #loading

  /** @param {{ onShown: (details: Details | null) => void }} listener */
  constructor({ onShown }) {
    this.onShown = onShown
    for (const [part, tab] of this.#tabs) {
      tab.addEventListener('click', () => this.showPart(part))
    }
    byId('tabs', HTMLDivElement).addEventListener('keydown', (event) => this.#onTabKey(event))
    this.showPart('request')
  }

  /** The exchange shown; `null` while closed. */
  get id() {
    return this.#id
  }

  /** What is known of the exchange shown; `null` while that is not there yet, even if another's still stands there. */
  get details() {
    return this.#details?.row.id === this.#id ? this.#details : null
  }

  /** @param {number} id */
  async show(id) {
    const another = id !== this.#id
    this.#id = id
    this.#section.hidden = false
    this.#loading?.abort()
    const loading = new AbortController()
    this.#loading = loading
    try {
      const details = await fetchDetails(id, loading.signal)
      if (!loading.signal.aborted) this.#render(details, another)
    } catch (error) {
      if (loading.signal.aborted) return
      this.#renderProblem(id, error instanceof Error ? error.message : String(error))
    }
  }

  close() {
    this.#loading?.abort()
    this.#id = null
    this.#details = null
    this.#section.hidden = true
    this.onShown(null)
  }

  focus() {
    this.#tabs.get(this.#part)?.focus({ preventScroll: true })
  }

  /** @param {number} index */
  showPartAt(index) {
    const part = PARTS[index]
    if (part !== undefined && this.#tabs.get(part)?.hidden === false) this.showPart(part)
  }

  /** @param {Part} part */
  showPart(part) {
    const focused = [...this.#tabs.values()].some((tab) => tab === document.activeElement)
    this.#part = part
    for (const [name, tab] of this.#tabs) {
      tab.ariaSelected = String(name === part)
      tab.tabIndex = name === part ? 0 : -1
    }
    this.#panel.setAttribute('aria-labelledby', `tab-${part}`)
    this.#renderPart()
    this.#panel.scrollTop = 0
    if (focused) this.focus()
  }

  #renderPart() {
    const views =
      this.#details === null ? [] : partView(this.#details, this.#part, exchangeUrl(this.#id ?? 0))
    this.#panel.replaceChildren(...views)
  }

  /**
   * @param {Details} details
   * @param {boolean} another it was not this one that was shown
   */
  #render(details, another) {
    this.#details = details
    const { row } = details
    this.#section.dataset['trimmed'] = String(details.trimmed)
    this.#title.replaceChildren(
      element('span', { class: 'method' }, [row.method === '' ? '?' : row.method]),
      ` ${row.path === '' ? '(not readable)' : row.path}`,
    )
    byId('facts', HTMLElement).replaceChildren(...factsView(details))
    renderRefusal(details)
    renderTimeline(details)
    this.#renderTabs(details)
    const { scrollTop } = this.#panel
    this.#renderPart()
    this.#panel.scrollTop = another ? 0 : scrollTop
    this.onShown(details)
  }

  /** @param {Details} details */
  #renderTabs(details) {
    const { logs, logsLeftOut } = details
    const forServer = isForServer(details)
    const show = (/** @type {Part} */ part, /** @type {string} */ text, shown = true) => {
      const tab = this.#tabs.get(part)
      if (tab === undefined) return
      tab.hidden = !shown
      setText(tab, text)
      if (!shown && this.#part === part) this.showPart('request')
    }
    show('event', forServer ? 'Forwarded' : 'Event')
    show('result', 'Result', !forServer)
    const count = logs.length + logsLeftOut
    show('logs', count === 0 ? 'Logs' : `Logs ${count.toLocaleString('en-US')}`, !forServer)
  }

  /**
   * @param {number} id
   * @param {string} problem
   */
  #renderProblem(id, problem) {
    this.#details = null
    setText(this.#title, `Request ${id}`)
    for (const part of ['facts', 'refusal', 'timeline']) byId(part, HTMLElement).replaceChildren()
    byId('refusal', HTMLElement).hidden = true
    byId('timeline', HTMLElement).hidden = true
    this.#panel.replaceChildren(element('p', { class: 'empty' }, [problem]))
    this.onShown(null)
  }

  /** @param {KeyboardEvent} event */
  #onTabKey(event) {
    const shown = PARTS.filter((part) => this.#tabs.get(part)?.hidden === false)
    const index = shown.indexOf(this.#part)
    const next = new Map([
      ['ArrowRight', (index + 1) % shown.length],
      ['ArrowLeft', (index - 1 + shown.length) % shown.length],
      ['Home', 0],
      ['End', shown.length - 1],
    ]).get(event.key)
    const part = next === undefined ? undefined : shown[next]
    if (part === undefined) return
    event.preventDefault()
    this.showPart(part)
  }
}

/** @param {Details} details */
function factsView({ row, client, protocol, rule, targetStatus }) {
  const status = element('span', { class: 'status', 'data-kind': statusKind(row.status) }, [
    row.state === 'pending' ? 'waiting' : String(row.status ?? '–'),
  ])
  const time = new Date(row.time).toISOString()
  /** @type {[string, Node | string | null][]} */
  const facts = [
    ['Status', status],
    ['Target', [row.targetGroup, row.target].filter((name) => name !== null).join(' → ') || null],
    ['Mode', row.mode === null ? null : `${row.mode}-value`],
    [
      'Target status',
      targetStatus === null || targetStatus === row.status ? null : String(targetStatus),
    ],
    ['Rule', rule === null || rule === 'default' ? null : rule],
    ['Action', row.action === 'forward' ? null : row.action],
    ['Replay of', row.replayOf === null ? null : `#${row.replayOf}`],
    ['Client', `${client}, ${protocol}`],
    ['Time', element('time', { datetime: time, title: time }, [formatTime(row.time)])],
  ]
  return facts.flatMap(([label, value]) =>
    value === null
      ? []
      : [element('div', {}, [element('dt', {}, [label]), element('dd', {}, [value])])],
  )
}

/** @param {Details} details */
function renderRefusal({ refusal }) {
  const box = byId('refusal', HTMLElement)
  box.hidden = refusal === null
  box.replaceChildren()
  if (refusal === null) return
  box.dataset['kind'] = statusKind(refusal.status)
  box.append(
    element('p', { class: 'refusal-title' }, [
      element('strong', {}, [`The load balancer answered ${refusal.status}`]),
      ...(refusal.errorReason === null
        ? []
        : [
            ' ',
            element('code', { title: 'error_reason in the access log' }, [refusal.errorReason]),
          ]),
    ]),
    element('p', {}, [refusal.explanation]),
  )
}

/** @param {Details} details */
function renderTimeline({ timeline }) {
  const box = byId('timeline', HTMLElement)
  const total = timeline.reduce((sum, { ms }) => sum + ms, 0)
  box.hidden = total <= 0
  const parts = timeline.map(({ name, ms }) => {
    const part = element('span', { 'data-part': name })
    part.style.flexGrow = String(Math.max(ms / total, 0.004))
    return part
  })
  box.replaceChildren(
    element('div', { class: 'bar-parts', 'aria-hidden': 'true' }, parts),
    element('ul', {}, [
      ...timeline.map(({ name, ms }) =>
        element('li', { 'data-part': name }, [`${name} `, element('b', {}, [formatDuration(ms)])]),
      ),
      element('li', { class: 'total' }, ['total ', element('b', {}, [formatDuration(total)])]),
    ]),
  )
}
