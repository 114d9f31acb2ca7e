// Invocations that go wrong in the app, and are answered all the same.
import assert from 'node:assert/strict'
import { assertOwn, eventOf } from './kind.mjs'

/** Lambda's time for what will not end: long enough to have begun when it is over. */
const LITTLE_MS = 40

/**
 * @param {number} status
 * @returns {(answer: import('./kind.mjs').ClientResponse) => void}
 */
const isRefused = (status) => (answer) => {
  assert.deepEqual([answer.refusal, answer.status], [undefined, status])
}

/** @type {readonly import('./kind.mjs').Kind[]} */
export const FAILED = [
  ...['thrown', 'rejected', 'passed-on'].map((path) => ({
    name: `error ${path}`,
    share: 150,
    /** @param {import('./kind.mjs').Order} order */
    make: (order) => ({
      event: eventOf(order, { url: `/${path}/${order.id}` }),
      /** @param {import('./kind.mjs').ClientResponse} answer */
      check(answer) {
        assertOwn(answer, order, 500)
        assert.deepEqual(answer.json(), { message: order.id })
      },
    }),
  })),
  ...['rejected', 'hook-failed'].map((path) => ({
    name: `${path} without a framework`,
    share: 100,
    target: /** @type {const} */ ('bare'),
    logs: /** @type {const} */ (['app-failed']),
    /** @param {import('./kind.mjs').Order} order */
    make: (order) => ({ event: eventOf(order, { url: `/${path}` }), check: isRefused(500) }),
  })),
  {
    name: 'error after the end',
    share: 100,
    target: 'bare',
    logs: ['late-error'],
    make: (order) => ({
      event: eventOf(order, { url: '/late-error' }),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.text(), order.id)
      },
    }),
  },
  {
    name: 'socket destroyed midway',
    share: 100,
    target: 'bare',
    logs: ['disconnected'],
    make: (order) => ({ event: eventOf(order, { url: '/vanished' }), check: isRefused(502) }),
  },
  ...['response', 'socket'].map((path) => ({
    name: `${path} destroyed`,
    share: 75,
    logs: /** @type {const} */ (['disconnected']),
    /** @param {import('./kind.mjs').Order} order */
    make: (order) => ({
      event: eventOf(order, { url: `/destroys-${path}` }),
      check: isRefused(502),
    }),
  })),
  {
    name: 'request destroyed midway',
    share: 75,
    logs: ['disconnected'],
    make: (order) => ({
      event: eventOf(order, { method: 'PUT', url: '/destroys-request', body: 'x'.repeat(5000) }),
      check: isRefused(502),
    }),
  },
  {
    name: 'ended before the upload is read',
    share: 200,
    make: (order) => ({
      event: eventOf(order, { method: 'PUT', url: '/ends-early', body: 'x'.repeat(5000) }),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.text(), order.id)
      },
    }),
  },
  ...['hangs', 'hangs-midway'].map((path) => ({
    name: path,
    share: 50,
    logs: /** @type {const} */ (['out-of-time']),
    /** @param {import('./kind.mjs').Order} order */
    make: (order) => ({
      event: eventOf(order, { url: `/${path}` }),
      timeoutMs: LITTLE_MS,
      check: isRefused(504),
    }),
  })),
]
