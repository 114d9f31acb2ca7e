/// <reference lib="dom" />
// What the tabs of the details show.

import { element } from './dom.js'
import { formatBytes, formatCount, formatDuration } from './format.js'
import { jsonView } from './json-view.js'
import { bodyView, headView } from './message-view.js'

/**
 * @typedef {import('../details.js').Details} Details
 * @typedef {'request' | 'event' | 'result' | 'response' | 'logs'} Part
 */

/** @type {Readonly<Record<Part, (details: Details, base: string) => Node[]>>} */
const VIEWS = {
  request: (details, base) => [
    headView(details.request),
    ...bodyOrNote(details, details.request.body, 'request', base),
  ],
  event: (details, base) => {
    const { event, forwarded } = details
    if (event !== null) return jsonPart('Event', event, `${base}/event.json`)
    return [isForServer(details) && forwarded ? headView(forwarded) : note(whyNoEvent(details))]
  },
  result: (details, base) => {
    const { result } = details
    if (result !== null) return jsonPart('Result', result, `${base}/result.json`)
    return [note(whyNoResult(details))]
  },
  response: (details, base) => {
    const { response, row } = details
    if (response === null) {
      return [note(row.state === 'pending' ? WAITING : 'No response: the client left before.')]
    }
    return [headView(response), ...bodyOrNote(details, response.body, 'response', base)]
  },
  logs: logsView,
}

/**
 * @param {Details} details
 * @param {Part} part
 * @param {string} base address of the exchange
 */
export function partView(details, part, base) {
  return VIEWS[part](details, base)
}

/**
 * Whether the request went to a server behind the load balancer, not to a function.
 *
 * @param {Details} details
 */
export function isForServer({ row, event, forwarded, invocation }) {
  return (
    row.mode === null &&
    row.target !== null &&
    forwarded !== null &&
    event === null &&
    invocation === null
  )
}

const WAITING = 'Waiting for the target…'
const DROPPED = 'Dropped to make room for newer requests.'

/**
 * @param {Details} details
 * @param {import('../body-preview.js').BodyPreview | null} body
 * @param {'request' | 'response'} part
 * @param {string} base
 */
function bodyOrNote({ trimmed }, body, part, base) {
  if (body !== null && !(trimmed && body.kind === 'stream')) return bodyView(body, base, part)
  return [note(trimmed ? `If there was a body: ${DROPPED.toLowerCase()}` : 'No body.')]
}

/**
 * @param {string} title
 * @param {import('../json-preview.js').JsonPreview} preview
 * @param {string} href
 */
function jsonPart(title, { text, bytes, truncated }, href) {
  return [
    element('div', { class: 'block-head' }, [
      element('h3', {}, [title]),
      element('span', { class: 'muted' }, [`${formatBytes(bytes)} · JSON`]),
      element('a', { class: 'quiet', href, download: true }, ['Download']),
    ]),
    element('pre', { class: 'code' }, [jsonView(text)]),
    ...(truncated ? [note('Long values are cut here; the download has all of it.')] : []),
  ]
}

/** @param {Details} details */
function whyNoEvent({ row, trimmed, targetStatus }) {
  if (trimmed) return DROPPED
  if (row.state === 'pending') return WAITING
  if (row.action === 'redirect') return 'No event: the rule answered with a redirect.'
  if (row.action === 'fixed-response') return 'No event: the rule answered with a fixed response.'
  if (row.refused && targetStatus === null) {
    return 'No event: the load balancer refused the request before any target saw it.'
  }
  return 'No event: the target is a server, not a function.'
}

/** @param {Details} details */
function whyNoResult({ row, trimmed, event, invocation }) {
  if (trimmed) return DROPPED
  if (row.state === 'pending') return WAITING
  if (event === null) return 'No result: no function was invoked.'
  if (invocation !== null)
    return 'No result: the function did not return one. Its logs may say why.'
  return 'No result: the function was not run.'
}

/**
 * @param {Details} details
 * @returns {Node[]}
 */
function logsView({ logs, logsLeftOut, invocation, row, trimmed }) {
  if (row.state === 'pending') return [note(WAITING)]
  if (invocation === null) return [note('No logs: no function was run.')]
  const facts = invocationView(invocation)
  if (logs.length === 0) return [facts, note(trimmed ? DROPPED : 'Nothing was logged.')]
  const lines = logs.map(({ stream, text, at }) =>
    element('li', { class: 'log-line', 'data-stream': stream }, [
      element('span', { class: 'log-time' }, [`+${formatDuration(Math.max(0, at))}`]),
      element('span', { class: 'log-stream' }, [stream]),
      element('code', {}, [withoutColours(text)]),
    ]),
  )
  const rest =
    logsLeftOut === 0 ? [] : [note(`${formatCount(logsLeftOut, 'more line')} not shown.`)]
  return [facts, element('ol', { class: 'log code' }, lines), ...rest]
}

/** @param {NonNullable<Details['invocation']>} invocation */
function invocationView({ requestId, environment, coldStart, initMs, durationMs }) {
  const facts = [
    ['Request id', requestId],
    ['Environment', environment ?? 'none'],
    ['Duration', formatDuration(durationMs)],
    ...(coldStart ? [['Cold start', initMs === null ? 'yes' : formatDuration(initMs)]] : []),
  ]
  return element(
    'dl',
    { class: 'facts invocation' },
    facts.map(([label = '', value = '']) =>
      element('div', {}, [element('dt', {}, [label]), element('dd', {}, [value])]),
    ),
  )
}

/**
 * Without the escape sequences for terminals.
 *
 * @param {string} text
 */
function withoutColours(text) {
  // oxlint-disable-next-line no-control-regex -- ESC is what they begin with
  return text.replaceAll(/\u001B\[[\d;?]*[ -/]*[@-~]/g, '')
}

/** @param {string} text */
function note(text) {
  return element('p', { class: 'empty' }, [text])
}
