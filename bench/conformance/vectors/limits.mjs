// What a load balancer or Lambda would make an opaque 502 of: the function must say it first.
import { once } from 'node:events'
import { createApp, EXPRESS, sends, serves } from '../apps.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Listener} Listener
 */

const SIZE = 'contract 5.2, A17 (AWS: a response JSON over 1 MB); peers A2'
const LATE = 'contract 6 (AWS: the function timed out); peers A3'
const DEADLINE_MS = 400
const isClear = { clear: true }

/** @type {Vector[]} */
export const limits = [
  {
    id: 'size-below',
    claim: 'a text of a million bytes fits and arrives',
    source: 'contract 5.2 (S2 and S1: 1 MB of JSON)',
    standing: 'documented',
    app: sends({ 'Content-Type': 'text/plain' }, 'x'.repeat(1_000_000)),
    answer: { status: 200, text: 'x'.repeat(1_000_000) },
  },
  {
    id: 'size-below-binary',
    claim: 'seven hundred kilobytes of binary fit and arrive',
    source: SIZE,
    standing: 'documented',
    app: sends({ 'Content-Type': 'image/png' }, Buffer.alloc(700_000, 0xff)),
    answer: { status: 200, base64: Buffer.alloc(700_000, 0xff).toString('base64') },
  },
  tooLarge(
    'size-text',
    sends({ 'Content-Type': 'text/plain' }, 'x'.repeat(1_170_000)),
    'a text over 1 MB',
  ),
  tooLarge(
    'size-binary',
    sends({ 'Content-Type': 'image/png' }, Buffer.alloc(900_000, 0xff)),
    'bytes that base64 makes larger than 1 MB',
  ),
  tooLarge(
    'size-escapes',
    sends({ 'Content-Type': 'text/plain' }, '\u0001"'.repeat(400_000)),
    'a text that its JSON escapes make larger than 1 MB',
  ),
  tooLarge(
    'size-headers',
    serves((_req, res) => {
      for (let i = 0; i < 5; i++) res.setHeader(`x-${i}`, 'v'.repeat(7000))
      res.end()
    }),
    'header fields over 32 KB',
  ),
  tooLarge(
    'size-stream',
    serves((_req, res) => void writeMuch(res)),
    '32 MB written by an app that waits for drain',
  ),
  late(
    'late-never',
    serves(() => {}),
    'an app that never answers',
  ),
  late(
    'late-head-only',
    serves((_req, res) => res.flushHeaders()),
    'an app that sends only a head',
  ),
  late(
    'late-stream',
    serves((_req, res) => {
      const timer = setInterval(() => res.write('tick'), 10)
      res.on('close', () => clearInterval(timer))
      setTimeout(() => clearInterval(timer), 500).unref()
    }),
    'a response without an end',
  ),
  late(
    'late-express4-rejection',
    () => {
      const [, four] = EXPRESS
      // Express 4 drops the promise; the process only warns here, as apps with a handler of their own do.
      return createApp(four?.express).get('/', () => new Promise(() => {}))
    },
    'a route of Express 4 that answers nothing',
  ),
  {
    id: 'late-closes',
    claim: 'at the deadline request and response emit close, so that the app stops its work',
    source: LATE,
    standing: 'inferred',
    timeoutMs: DEADLINE_MS,
    app: (see) => (req, res) => {
      req.on('close', () => see({ request: true }))
      res.on('close', () => see({ response: true, finished: res.writableFinished }))
    },
    sees: { request: true, response: true, finished: false },
    answer: { fails: true },
    apart: 'it has no deadline',
  },
  {
    id: 'late-not',
    claim: 'an answer well before the deadline is not touched',
    source: LATE,
    standing: 'documented',
    timeoutMs: 1000,
    app: serves((_req, res) => void setTimeout(() => res.end('in time'), 20)),
    answer: { status: 200, text: 'in time' },
  },
  {
    id: 'listener-throws',
    claim: 'a listener that throws is an error at once, and not of the next request',
    source: 'contract 5.1, A9; peers A3',
    standing: 'inferred',
    app: serves(() => {
      throw new Error('thrown')
    }),
    answer: { fails: true },
    apart: 'it would end its process',
  },
  {
    id: 'listener-rejects',
    claim: 'a listener that rejects is an error at once, and not of the next request',
    source: 'contract 5.1, A9; peers A3',
    standing: 'inferred',
    app: () => () => Promise.reject(new Error('rejected')),
    answer: { fails: true },
    apart: 'it would end its process',
  },
]

/** @param {string} id @param {NonNullable<Vector['app']>} app @param {string} what @returns {Vector} */
function tooLarge(id, app, what) {
  return {
    id,
    claim: `${what} gets an answer of the function that an ALB accepts`,
    source: SIZE,
    standing: 'documented',
    app,
    answer: isClear,
    apart: 'it has no such limit',
  }
}

/** @param {string} id @param {NonNullable<Vector['app']>} app @param {string} what @returns {Vector} */
function late(id, app, what) {
  return {
    id,
    claim: `${what} is an error of the function before Lambda's deadline`,
    source: LATE,
    standing: 'documented',
    timeoutMs: DEADLINE_MS,
    app,
    answer: { fails: true },
    apart: 'it has no deadline',
  }
}

/** @param {import('node:http').ServerResponse} res */
async function writeMuch(res) {
  const piece = Buffer.alloc(262_144, 'x')
  const closed = new AbortController()
  res.on('close', () => closed.abort())
  res.setHeader('Content-Type', 'text/plain')
  try {
    for (let i = 0; i < 128; i++) {
      if (!res.write(piece)) await once(res, 'drain', { signal: closed.signal })
    }
    res.end()
  } catch {
    // Refused halfway, and told so by close.
  }
}
