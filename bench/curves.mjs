// How the cost grows with the size of bodies and the number of header fields: the same app, one step after the other.
import express from 'express'
import { noise, sampled } from './payloads.mjs'

/**
 * @typedef {import('./workloads.mjs').Workload} Workload
 *
 * @typedef {object} Curve
 * @property {string} name
 * @property {string} group by which it is asked for
 * @property {string} title
 * @property {string} unit of its steps
 * @property {number[]} steps
 * @property {(step: number) => Pick<Workload, 'request' | 'listener' | 'answer'>} at
 */

const KB = 1024
const SENTENCE = 'The quick brown fox jumps over it. '

// The last steps stay below what an ALB takes: 1 MB of request body, and 1 MB of JSON for a result, where base64 makes
// four bytes of three.
const UPLOADS = [1, 4, 16, 64, 256, 1020]
const TEXTS = [1, 4, 16, 64, 256, 1020]
const BINARIES = [1, 4, 16, 64, 256, 764]
// With the browser's own, and below the 64 KB that an ALB takes of a request and the 32 KB of a response.
const FIELDS = [10, 50, 100, 200]

/** @type {Curve[]} */
export const curves = [
  {
    name: 'upload-size',
    group: 'body',
    title: 'Request body, binary, read as a stream',
    unit: 'KB',
    steps: UPLOADS,
    at: (size) => {
      const body = noise.subarray(0, size * KB)
      return {
        request: {
          method: 'POST',
          path: '/upload',
          headers: { 'content-type': 'application/octet-stream' },
          body,
        },
        listener: () =>
          app().post('/upload', (req, res) => {
            let bytes = 0
            let sample = 0
            req.on('data', (/** @type {Buffer} */ chunk) => {
              sample = sampled(chunk, bytes, sample)
              bytes += chunk.length
            })
            req.on('end', () => void res.type('text/plain').send(`${bytes} ${sample}`))
          }),
        answer: text(`${body.length} ${sampled(body, 0, 0)}`),
      }
    },
  },
  {
    name: 'text-size',
    group: 'body',
    title: 'Response body, text',
    unit: 'KB',
    steps: TEXTS,
    at: (size) => {
      // Nothing that JSON escapes, which would make the last step too large.
      const body = SENTENCE.repeat((size * KB) / SENTENCE.length + 1).slice(0, size * KB)
      return {
        request: { method: 'GET', path: '/text' },
        listener: () => app().get('/text', (_req, res) => void res.type('text/plain').send(body)),
        answer: text(body),
      }
    },
  },
  {
    name: 'binary-size',
    group: 'body',
    title: 'Response body, binary',
    unit: 'KB',
    steps: BINARIES,
    at: (size) => {
      const body = noise.subarray(0, size * KB)
      return {
        request: { method: 'GET', path: '/file' },
        listener: () =>
          app().get('/file', (_req, res) => void res.type('application/octet-stream').send(body)),
        answer: { status: 200, type: 'application/octet-stream', body },
      }
    },
  },
  {
    name: 'request-fields',
    group: 'headers',
    title: 'Header fields of the request, on top of a browser’s eleven',
    unit: 'fields',
    steps: FIELDS,
    at: (count) => {
      const fields = named(count)
      return {
        request: { method: 'GET', path: '/', headers: Object.fromEntries(fields) },
        listener: () =>
          app().get('/', ({ headers }, res) => {
            const last = headers[`x-field-${count - 1}`]
            const own = Object.keys(headers).filter((name) => name.startsWith('x-field-'))
            res.type('text/plain').send([own.length, last].join(' '))
          }),
        answer: text([count, fields.at(-1)?.[1]].join(' ')),
      }
    },
  },
  {
    name: 'response-fields',
    group: 'headers',
    title: 'Header fields of the response',
    unit: 'fields',
    steps: FIELDS,
    at: (count) => {
      const fields = named(count)
      return {
        request: { method: 'GET', path: '/' },
        listener: () =>
          app().get('/', (_req, res) => {
            for (const [name, value] of fields) res.setHeader(name, value)
            res.type('text/plain').send('ok')
          }),
        answer: { ...text('ok'), fields },
      }
    },
  },
]

/** The steps of a curve as workloads. @param {Curve} curve @returns {(Workload & { step: number })[]} */
export function steps({ name, title, unit, steps: all, at }) {
  return all.map((step) => ({
    name: `${name}@${step}`,
    title: `${title}: ${step} ${unit}`,
    kind: /** @type {const} */ ('curve'),
    step,
    batch: unit === 'KB' && step > 64 ? 5 : 20,
    ...at(step),
  }))
}

/** Without ETags: their hash would hide what is measured. */
function app() {
  return express().disable('etag')
}

/** @param {string} body @returns {import('./workloads.mjs').Answer} */
function text(body) {
  return { status: 200, type: 'text/plain; charset=utf-8', body: Buffer.from(body) }
}

/** @param {number} count @returns {[string, string][]} */
function named(count) {
  return Array.from({ length: count }, (_, i) => [`x-field-${i}`, `value number ${i} of its field`])
}
