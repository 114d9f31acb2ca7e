/// <reference lib="dom" />
// An HTTP message: its head as on the wire, and what can be shown of its body.

import { element } from './dom.js'
import { formatBytes } from './format.js'
import { jsonView } from './json-view.js'

/**
 * @typedef {import('../http-head.js').HttpHead} HttpHead
 * @typedef {import('../body-preview.js').BodyPreview} BodyPreview
 */

/** @param {HttpHead} head */
export function headView({ startLine, fields, added }) {
  const line = (
    /** @type {readonly [string, string]} */ [name, value],
    /** @type {string} */ kind,
  ) =>
    element('span', { class: `field ${kind}` }, [
      element('span', { class: 'name' }, [`${name}:`]),
      ` ${value}`,
    ])
  return element('pre', { class: 'code http' }, [
    element('span', { class: 'start-line' }, [startLine === '' ? '(not readable)' : startLine]),
    ...fields.map((field) => line(field, '')),
    ...added.map((field) => {
      const made = line(field, 'added')
      made.title = 'Added by the listener'
      return made
    }),
  ])
}

/**
 * @param {BodyPreview} body
 * @param {string} base address of the exchange
 * @param {'request' | 'response'} part
 */
export function bodyView(body, base, part) {
  const download = element('a', { class: 'quiet', href: `${base}/${part}-body`, download: true }, [
    'Download',
  ])
  const bar = element('div', { class: 'block-head' }, [
    element('h3', {}, ['Body']),
    element('span', { class: 'muted' }, [describe(body)]),
    ...(body.kind === 'stream' ? [] : [download]),
  ])
  if (body.kind === 'image') {
    const image = element('img', { class: 'image', src: `${base}/${part}-image`, alt: 'The body' })
    return [bar, image]
  }
  if (body.kind === 'stream') {
    return [
      bar,
      element('p', { class: 'empty' }, ['The body went through as a stream and was not kept.']),
    ]
  }
  const shown = element('pre', { class: 'code' }, [element('code', {}, [body.text])])
  if (body.json) bar.append(formatSwitch(body.text, shown))
  const rest = body.truncated
    ? [element('p', { class: 'empty' }, ['Only the beginning is shown.'])]
    : []
  return [bar, shown, ...rest]
}

/** @param {BodyPreview} body */
function describe({ kind, bytes, decoded, json }) {
  const what = json
    ? 'JSON'
    : { text: 'text', hex: 'binary', image: 'image', stream: 'stream' }[kind]
  return [
    bytes === null ? undefined : formatBytes(bytes),
    what,
    decoded === null ? undefined : `${decoded}, decoded`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
}

/**
 * Laid out is what people want to read; as sent is what was there.
 *
 * @param {string} text
 * @param {HTMLPreElement} shown
 */
function formatSwitch(text, shown) {
  let formatted = false
  const button = element('button', { class: 'quiet', type: 'button' })
  const toggle = () => {
    formatted = !formatted
    shown.replaceChildren(jsonView(formatted ? JSON.stringify(JSON.parse(text), null, 2) : text))
    button.textContent = formatted ? 'Show as sent' : 'Show formatted'
  }
  button.addEventListener('click', toggle)
  toggle()
  return button
}
